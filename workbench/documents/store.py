"""A stage's result on disk: `result.json` for people and stages, its tables as CSV and Parquet."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from workbench.documents import atomic
from workbench.errors import StageFailed
from workbench.model import Figure, Problem, Result, Statement
from workbench.words import in_both, raw_value

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
FILE = "result.json"
SHOWN_BESIDE = {"pilot": "verdicts", "monitor": "signals"}
"""The table of a stage that outsiders look for beside its documents (`verdicts.csv`)."""

_NOUNS: Mapping[str, type] = {"$figure": Figure, "$statement": Statement, "$problem": Problem}


def save(result: Result, folder: Path) -> None:
    """Write a result: `folder/result.json`, `folder/tables/<name>.csv` and `.parquet`.

    Every file appears whole or not at all, `result.json` last; it names each table's file and
    its hash. Lists inside a result come back from `load` as tuples.
    """
    folder = Path(folder)
    before = _tables_of(folder)
    listed: dict[str, dict[str, Any]] = {}
    for name, frame in result.tables.items():
        stem = _free_stem(name, listed)
        parquet = _parquet(frame)
        atomic.replace(folder / "tables" / f"{stem}.parquet", parquet)
        write_csv(frame, folder / "tables" / f"{stem}.csv")
        listed[name] = {
            "file": stem, "rows": len(frame), "sha256": hashlib.sha256(parquet).hexdigest(),
        }
        if name == SHOWN_BESIDE.get(result.stage):
            write_csv(frame, folder / f"{stem}.csv")
    described = {each.name: getattr(result, each.name) for each in fields(result)}
    content = {"format": FORMAT} | {
        name: listed if name == "tables" else _plain(value) for name, value in described.items()
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    atomic.replace(folder / FILE, text + "\n")
    _forget(folder, before - {entry["file"] for entry in listed.values()})


def load(folder: Path) -> Result:
    """Read what `save` wrote, exactly as it was.

    Raises:
        StageFailed: there is no result, it is of another version, or a table is not the one that
            was saved with it.
    """
    folder = Path(folder)
    content = _content(folder)
    listed = cast("dict[str, dict[str, str]]", content.pop("tables"))
    described = {name: _noun(value) for name, value in content.items() if name != "format"}
    tables = {name: _table(folder, entry) for name, entry in listed.items()}
    return Result(**described, tables=tables)


def write_csv(frame: pd.DataFrame, path: Path) -> Path:
    r"""Write a table as outsiders may rely on: UTF-8, LF, nine digits, ISO times, lists as JSON.

    >>> import pandas as pd, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     frame = pd.DataFrame({"activity": ["pay", None], "share": [2 / 3, float("nan")]})
    ...     write_csv(frame, Path(folder) / "t.csv").read_text()
    'activity,share\npay,0.666666667\n,\n'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    plain = frame.astype(object).where(frame.notna(), None)
    columns = [plain[name].tolist() for name in plain.columns]
    writer.writerows([_cell(value) for value in row] for row in zip(*columns, strict=True))
    return atomic.replace(Path(path), text.getvalue())


def _cell(value: object) -> str:
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False)
    if hasattr(value, "tolist") and not hasattr(value, "isoformat"):  # numpy: array or scalar
        return _cell(value.tolist())
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return raw_value(value)


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.reset_index(drop=True).to_parquet(buffer, index=False)
    return buffer.getvalue()


def _table(folder: Path, entry: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd

    path = folder / "tables" / f"{entry['file']}.parquet"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        data = b""
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise _refused(path, "damaged")
    return pd.read_parquet(io.BytesIO(data))


def _content(folder: Path) -> dict[str, Any]:
    path = folder / FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _refused(path, "missing") from None
    except ValueError:
        raise _refused(path, "damaged") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise _refused(path, "version")
    return content


def _refused(path: Path, code: str) -> StageFailed:
    return StageFailed(in_both(f"document.refused.{code}", file=f"{path.parent.name}/{path.name}"))


def _tables_of(folder: Path) -> set[str]:
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return {entry["file"] for entry in content["tables"].values()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()  # no earlier result that could be read: nothing of ours to clear away


def _forget(folder: Path, stems: set[str]) -> None:
    for stem in stems:
        for suffix in (".csv", ".parquet"):
            (folder / "tables" / (atomic.file_stem(stem) + suffix)).unlink(missing_ok=True)


def _free_stem(name: str, listed: Mapping[str, Mapping[str, Any]]) -> str:
    """A stem that no other table has, even where upper and lower case are the same file."""
    stem = atomic.file_stem(name)
    taken = {str(entry["file"]).casefold() for entry in listed.values()}
    return stem if stem.casefold() not in taken else _free_stem(f"{name}_", listed)


def _plain(value: Any) -> Any:
    """A value as JSON; what JSON cannot tell apart carries its type."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Mapping):
        plain = {_key(name): _plain(each) for name, each in value.items()}
        return {"$map": plain} if any(name.startswith("$") for name in plain) else plain
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, tuple(_NOUNS.values())):
        tag = next(tag for tag, noun in _NOUNS.items() if isinstance(value, noun))
        return {tag: {each.name: _plain(getattr(value, each.name)) for each in fields(_NOUNS[tag])}}
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"$number": str(value)}
    if isinstance(value, datetime):
        exact = value.to_pydatetime() if hasattr(value, "to_pydatetime") else value
        return {"$moment": exact.isoformat()} if exact == exact else None  # noqa: PLR0124 - NaT
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if hasattr(value, "tolist"):  # a numpy scalar or array
        return _plain(value.tolist())
    raise TypeError(f"a result cannot hold a {type(value).__name__}: {value!r}")


def _key(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"names in a result are text, not {name!r}")
    return name


def _noun(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_noun(each) for each in value)
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((tag, inner),) = value.items()
        if tag in _NOUNS:
            return _NOUNS[tag](**{name: _noun(each) for name, each in inner.items()})
        if tag in _READERS:
            return _READERS[tag](inner)
    return {name: _noun(each) for name, each in value.items()}


_READERS: Mapping[str, Any] = {
    "$moment": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$number": float,
    "$map": lambda inner: {name: _noun(each) for name, each in inner.items()},
}
