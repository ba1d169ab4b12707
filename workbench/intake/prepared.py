"""The cache of prepared logs: keyed by what was read and by the code that reads it.

`OUT/<client>/.prepared/<key>/` holds `log/` and `pilot/` (Parquet of the engine) and, written
last and at once, a JSON file with the rest of each log. A folder without it was never finished.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from workbench.engine import open_engine
from workbench.intake.formats.unpacked import hash_of
from workbench.model import Calendar, EventLog, Problem, Reading

FOLDER = ".prepared"
_KEPT = 4  # as many inputs as are remembered per client
_CODE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class _Rest:
    """Everything of an `EventLog` but its tables and its key."""

    zone: str
    cut: datetime
    end_activities: tuple[str, ...]
    roles: frozenset[str]
    ties: str
    readings: tuple[Reading, ...]
    problems: tuple[Problem, ...]
    calendar: Calendar | None


_REST = TypeAdapter(_Rest)


def cache_key(files: Iterable[Path], *said: str) -> str:
    """A hash over the bytes of files, over words, and over the code of intake and engine.

    The public holidays of a calendar are those that the library knows: its version counts too.
    """
    digest = hashlib.sha256("\x00".join([*said, version("holidays")]).encode())
    engine = _CODE.parent / "engine"
    code = [*sorted(_CODE.rglob("*.py")), *sorted(engine.rglob("*.py")),
            *sorted(engine.rglob("*.sql.j2")), *(_CODE.parent / f"{name}.py" for name in
                                             ("clock", "model"))]
    for path in [*files, *code]:
        digest.update(path.name.encode())
        digest.update(hash_of(path).encode())
    return digest.hexdigest()[:16]


def remember(log: EventLog, folder: Path, name: str) -> None:
    """Write the rest of a log whose tables already stand in `folder / name`."""
    rest = _Rest(log.zone, log.cut, log.end_activities, log.roles, log.ties, log.readings,
                 log.problems, log.calendar)
    part = folder / f".{name}.{uuid4().hex}"
    part.write_bytes(_REST.dump_json(rest))
    part.replace(folder / f"{name}.json")


def recall(folder: Path, name: str, engine: str) -> EventLog | None:
    """The log that was remembered under a name, None where it is not whole."""
    try:
        rest = _REST.validate_json((folder / f"{name}.json").read_bytes())
        events, cases = open_engine(engine).load(folder / name)
    except (FileNotFoundError, ValueError):
        return None
    cut = rest.cut.astimezone(ZoneInfo(rest.zone))  # JSON knows offsets only, the engine zones
    return EventLog(events, cases, rest.zone, cut, rest.end_activities, rest.roles,
                    rest.ties, rest.readings, rest.problems, calendar=rest.calendar)


def forget_old(folder: Path) -> None:
    """Remove what was prepared from inputs long gone; the newest few stay."""
    made = sorted((path for path in folder.iterdir() if path.is_dir()),
                  key=lambda path: path.stat().st_mtime, reverse=True)
    for path in made[_KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
