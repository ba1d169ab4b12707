"""What people typed: templates in `sheets/`, with the names of the scenario filled in."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from string import Template

from generator.labels import Labels
from generator.scenario import Scenario

_FOLDER = Path(__file__).resolve().parent / "sheets"
_NAME = re.compile(r"\$\{?\w+\}?")
_CODE = re.compile(r"[\s;,.()<>=%A-Za-z0-9_:+/-]*")
"""A cell of placeholders and codes only; anything else is free text."""


def write_sheets(folder: Path, scenario: Scenario, labels: Labels) -> None:
    """Write `engagement.yaml` and every sheet of the scenario's language."""
    source = _FOLDER / scenario.language
    names = labels.placeholders()
    for path in sorted(source.rglob("*.csv")):
        rows = _filled(path, names, renamed=scenario.names == "renamed")
        _save(folder / path.relative_to(source), rows)
    template = (source / "engagement.yaml").read_text(encoding="utf-8")
    text = Template(template).substitute(names)
    (folder / "engagement.yaml").write_text(text, encoding="utf-8", newline="")


def _filled(path: Path, names: dict[str, str], *, renamed: bool) -> list[list[str]]:
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    header = [Template(cell).substitute(names) for cell in rows[0]]
    texts = iter(range(1, 10_000))
    return [header, *([_cell(cell, names, texts, renamed) for cell in row] for row in rows[1:])]


def _cell(cell: str, names: dict[str, str], texts: object, renamed: bool) -> str:
    if renamed and not _CODE.fullmatch(_NAME.sub("", cell)):
        return f"{names['neutral']}{next(texts)}"  # type: ignore[call-overload]
    return Template(cell).substitute(names)


def _save(path: Path, rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
