"""What the logs of a client are read from: files of the folder, or one table of a database.

A file stands for itself: its bytes are hashed before anything is read. What a database holds is
known only once it was read, so its content is what is hashed; a run of several stages reads it
once and tells the others what it saw.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd

from workbench.errors import InputRefused
from workbench.intake.client_folder import FILE, is_inside, pilot_logs
from workbench.intake.client_workbook import sheet_at, shown_as
from workbench.intake.events import FileEvents
from workbench.intake.findings import listed, near
from workbench.intake.formats import Choices, TextTable, read_table
from workbench.intake.formats.address import Address, address_of, place_of
from workbench.intake.formats.kinds import kind_of
from workbench.intake.formats.postgres import read_postgres
from workbench.intake.sheets import read_sheet, sheet_file
from workbench.model import EventLog, LogSource, Problem, Reading

_SEEN = "WORKBENCH_DATABASE_SEEN"
LABELS = "labels"
LOCK = "pilot/protocol.lock"
SERVER = "postgresql"
"""The format of what comes from a server."""
_BOOKS = {"xlsx", "xls", "html"}
_DATABASES = {"sqlite", "duckdb"}


def table_at(path: str | Path, choices: Choices | None = None) -> tuple[TextTable, str]:
    """A log as text, and its format: a file, or a table of a database by its address.

    Raises:
        InputRefused: it cannot be read.
    """
    place, table = place_of(str(path))
    wanted = choices or Choices()
    wanted = replace(wanted, table=table or wanted.table)
    if isinstance(place, Address):
        return read_postgres(place, wanted.table), SERVER
    return read_table(place, choices=wanted), kind_of(place) if place.is_file() else ""


def file_at(path: str | Path) -> Path:
    """The file that a path or the address of a database file names."""
    place, _ = place_of(str(path))
    return Path(place.file) if isinstance(place, Address) else place


def database_of(source: LogSource) -> TextTable | None:
    """The table of a database that an engagement names; None where it names files.

    Raises:
        InputRefused: the database cannot be read.
    """
    if source.source is None:
        return None
    return read_postgres(address_of(source.source), source.table)


def seen_before(source: LogSource) -> str:
    """The hash of what the run that this process belongs to has read; "" outside a run."""
    return os.environ.get(_SEEN, "") if source.source else ""


@contextmanager
def seen(log: EventLog) -> Iterator[None]:
    """While a run lasts, what was read of a database at its start is what all stages see."""
    found = contents(log.readings)
    if not found:
        yield
        return
    os.environ[_SEEN] = next(iter(found.values()))
    try:
        yield
    finally:
        del os.environ[_SEEN]


def contents(readings: Iterable[Reading]) -> dict[str, str]:
    """The hash of what was read of each database, by its name for readers."""
    return {reading.file: reading.sha256 for reading in readings if "://" in reading.file}


def idle_choices(source: LogSource, files: Iterable[Path]) -> Iterator[Problem]:
    """A warning for a sheet or a table that is named although no file has any."""
    kinds = {kind_of(path) for path in files if path.is_file()}
    for key, name, those in (("sheet", source.sheet, _BOOKS), ("table", source.table, _DATABASES)):
        if name and source.source is None and kinds and not kinds & those:
            yield Problem("warning", "choice_idle", FILE, None, f"log.{key}",
                          values={"name": name})


def pilot_file(folder: Path, problems: list[Problem]) -> Path | None:
    """The file of the pilot's events; adds a problem where it is not one, inside the folder.

    What was frozen for it has to stand inside the folder too.
    """
    if not is_inside(folder, LOCK):
        problems.append(Problem("rejected", "path_outside", LOCK, values={"path": LOCK}))
    found = pilot_logs(folder)
    names = [path.relative_to(folder).as_posix() for path in found]
    if len(found) > 1:
        problems.append(Problem("rejected", "log_ambiguous", "pilot",
                                values={"files": ", ".join(names)}))
    elif found and not is_inside(folder, names[0]):
        problems.append(Problem("rejected", "path_outside", names[0],
                                values={"path": names[0]}))
    elif found:
        return found[0]
    return None


# ---------------------------------------------------------------- labels.csv


def labels_file(folder: Path) -> Path | None:
    """The sheet of labels of a client folder, if there is one."""
    return sheet_file(folder, LABELS)


def read_labels(path: Path | None, problems: list[Problem]) -> dict[str, str]:
    """Label in the log → the activity it stands for; a label with two meanings is a problem.

    A sheet that cannot be read is said where all sheets are.
    """
    if path is None:
        return {}
    try:
        rows = read_sheet(path, LABELS).rows
    except InputRefused:
        return {}
    pairs = rows[(rows["label"] != "") & (rows["activity"] != "")].drop_duplicates(
        ["label", "activity"])
    for label in pairs.loc[pairs["label"].duplicated(), "label"].unique():
        meant = pairs.loc[pairs["label"] == label, "activity"]
        problems.append(Problem("rejected", "label_twice", labels_shown(path), None, "label",
                                len(meant), {"label": str(label), "activities": listed(meant)}))
    return dict(zip(pairs["label"], pairs["activity"], strict=True))


def labels_shown(path: Path) -> str:
    """How messages name the sheet of labels: its file, or its sheet of the client's workbook."""
    return shown_as(path.parent, path, sheet_at(path, LABELS))


def unknown_labels(labels: Mapping[str, str], tables: Iterable[TextTable],
                   parts: Iterable[FileEvents], shown: str) -> Iterator[Problem]:
    """A warning for each label that no file of events holds."""
    known: set[str] = set()
    for table, part in zip(tables, parts, strict=True):
        names = part.mapping.get("activity", ())
        if not set(names) <= set(map(str, table.cells.columns)):
            return  # unfolded: the labels are inside the cells
        known |= _labels(table.cells, names)
    for label in labels:
        if known and label not in known:
            yield Problem("warning", "label_never_occurs", shown, None, "label",
                          values={"label": label, "near": near(label, sorted(known))})


def _labels(cells: pd.DataFrame, names: tuple[str, ...]) -> set[str]:
    different = cells[list(names)].drop_duplicates()
    return {"+".join(str(cell).strip() for cell in row) for row in different.to_numpy()}
