"""The files of a client folder that nothing reads: a misspelt name would go unnoticed otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from workbench.intake.client_folder import FILE, NOTES, is_inside
from workbench.intake.findings import near
from workbench.intake.sheets import SHEETS, SURVEYS
from workbench.model import Problem

_OURS = frozenset({FILE, "pilot/protocol.lock"})
_NAMES = (FILE, *(f"{stem}.csv" for stem in (
    "events", "pilot/events", *SURVEYS.values(), *SHEETS)))
_SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})


def strangers(folder: Path, read: Collection[Path], out: Path) -> Iterator[Problem]:
    """A warning for each file of a client folder that is not read.

    Hidden files, notes (text, documents, pictures) and what lies in the out folder are nobody's
    input.

    Args:
        folder: the client folder.
        read: the files that are read.
        out: where results go.
    """
    known = _OURS | {path.relative_to(folder).as_posix() for path in read}
    top, results = folder.resolve(), out.resolve()
    within = results.is_relative_to(top) and results != top
    for path in sorted(folder.rglob("*")):
        place = PurePosixPath(path.relative_to(folder).as_posix())
        if str(place) in known or not path.is_file() or is_note(place):
            continue
        if not (within and path.resolve().is_relative_to(results)):
            yield _stranger(folder, place)


def is_note(place: PurePosixPath) -> bool:
    """Whether a file is hidden, or one that people lay beside their data and nothing reads."""
    hidden = any(part.startswith((".", "~$")) for part in place.parts)
    return hidden or place.suffix.lower() in NOTES


def _stranger(folder: Path, place: PurePosixPath) -> Problem:
    name = str(place)
    if not is_inside(folder, name):
        return Problem("warning", "path_outside", name, values={"path": name})
    if place.suffix.lower() in _SPREADSHEETS:
        return Problem("warning", "file_spreadsheet", name)
    if name.startswith("rollout/events."):
        return Problem("warning", "file_later", name)
    return Problem("warning", "file_unknown", name, values={"near": near(name, _NAMES)})
