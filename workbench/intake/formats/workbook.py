"""Workbooks (.xlsx, .xlsm, legacy .xls) to tables of text; a row's line is its number in the sheet.

Values are read by `python-calamine` in a process of its own with little memory and time
(`workbook_child`), after `zipped` has looked at the sizes: a trap ends that process, not this one.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.intake.findings import listed, near, refuse
from workbench.intake.formats.grid import Merged, filled, trimmed
from workbench.intake.formats.layout import laid_out
from workbench.intake.formats.sheet_facts import SheetFacts
from workbench.intake.formats.table import Choices, TextTable, as_cells
from workbench.intake.formats.zipped import Container, looked_at
from workbench.model import Problem

_ZIP = b"PK\x03\x04"
_CHILD = Path(__file__).with_name("workbook_child.py")
_MEMORY = 192 << 20  # bytes that any workbook may take, reader included …
_PER_BYTE = 8  # … and for each byte of its XML …
_MOST_MEMORY = 4 << 30  # … up to this
_SECONDS = 3
_BYTES_PER_SECOND = 5_000_000
_PATIENCE = 20  # the machine may be busy: so many times the processor's time
_ENVIRONMENT = ("LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")  # no secret is handed on
_CODES = {3: "workbook_locked", 4: "workbook_broken"}
_READ = ("Visible", "WorkSheet")
_NO_SHEET = "[]"  # no sheet can be called so
_NARROWEST = 3  # columns and …
_SHORTEST = 2  # … rows of what looks like a table


@dataclass(frozen=True)
class RawSheet:
    """A sheet as it stands: its rows that hold anything, by number, and what they do not show.

    `imprecise` holds the rows of numbers that lost digits, by the place of their column.
    """

    name: str
    lines: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    merged: Sequence[Merged] = ()
    facts: SheetFacts = field(default_factory=SheetFacts)
    imprecise: Mapping[int, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Book:
    """A workbook that was read: its visible sheets, the names of the hidden, and remarks."""

    sheets: tuple[RawSheet, ...]
    hidden: tuple[str, ...]
    problems: tuple[Problem, ...]
    sha256: str


def read_workbook(path: Path, file: str, choices: Choices) -> TextTable:
    """Read one sheet of a workbook: the stated one, else the only one that is a table.

    Raises:
        InputRefused: no workbook, damaged, locked or a trap; several sheets and none is stated.
    """
    book = read_book(path, file, choices.sheet)
    sheet, remarks = _chosen(book, file)
    table = as_table(sheet, file, book.sha256, choices)
    return replace(table, problems=(*book.problems, *remarks, *table.problems))


def read_book(path: Path, file: str, wanted: str | None = None) -> Book:
    """Every visible sheet of a workbook, or the one that is wanted.

    Raises:
        InputRefused: no workbook, damaged, locked, a trap, or without the sheet.
    """
    data = path.read_bytes()
    box = None
    size = len(data)
    if data.startswith(_ZIP):
        box = looked_at(path, file)
        size = box.size
    known, sheets = _read(path, file, wanted or "", size)
    visible = [name for name, state, kind in known if (state, kind) == _READ]
    hidden = tuple(name for name, state, kind in known if state != "Visible" and name != wanted)
    if wanted and not sheets:
        refuse([Problem("rejected", "sheet_missing", file, None, wanted,
                        values={"near": near(wanted, [*visible, *hidden])})])
    facts = box.sheets if box else {}
    found = tuple(replace(sheet, facts=facts.get(sheet.name, SheetFacts())) for sheet in sheets)
    return Book(found, hidden, tuple(_remarks(hidden, box, file)),
                hashlib.sha256(data).hexdigest())


def sheet_names(path: Path, file: str) -> tuple[str, ...]:
    """The names of the visible sheets, none of which is read.

    Raises:
        InputRefused: no workbook, damaged, locked or a trap.
    """
    with path.open("rb") as opened:
        is_zip = opened.read(4) == _ZIP
    size = looked_at(path, file).size if is_zip else path.stat().st_size
    known, _ = _read(path, file, _NO_SHEET, size)
    return tuple(name for name, state, kind in known if (state, kind) == _READ)


def _remarks(hidden: Sequence[str], box: Container | None, file: str) -> Iterator[Problem]:
    if hidden:
        yield Problem("warning", "sheets_hidden", file, count=len(hidden),
                      values={"sheets": listed(hidden, 10)})
    if box and box.has_macros:
        yield Problem("warning", "macros_ignored", file)
    if box and box.has_links:
        yield Problem("info", "links_ignored", file)


def _read(path: Path, file: str, wanted: str, size: int) -> tuple[list[Any], list[RawSheet]]:
    """The names of all sheets, and those that the child process read."""
    seconds = _SECONDS + size // _BYTES_PER_SECOND
    memory = min(_MEMORY + _PER_BYTE * size, _MOST_MEMORY)
    with tempfile.TemporaryFile("w+", encoding="ascii") as told:
        try:
            ended = subprocess.run(  # noqa: S603 - our own file, and no shell
                [sys.executable, "-I", str(_CHILD), str(path.resolve()), str(memory),
                 str(seconds), wanted],
                stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                timeout=_PATIENCE * seconds, check=False)
        except subprocess.TimeoutExpired:
            refuse([Problem("rejected", "workbook_too_large", file)])
        if ended.returncode:
            code = _CODES.get(ended.returncode, "workbook_too_large")
            refuse([Problem("rejected", code, file)])
        told.seek(0)
        return _told(told)


def _told(lines: Any) -> tuple[list[Any], list[RawSheet]]:
    known = json.loads(next(lines))
    sheets: list[RawSheet] = []
    for line in lines:
        said = json.loads(line)
        if isinstance(said, dict) and "imprecise" in said:
            rows = {int(place): lines for place, lines in said["imprecise"].items()}
            sheets[-1] = replace(sheets[-1], imprecise=rows)
        elif isinstance(said, dict):
            sheets.append(RawSheet(said["name"], merged=[Merged(*each) for each in said["merged"]]))
        else:
            sheets[-1].lines.append(said[0])
            sheets[-1].rows.append(said[1:])
    return known, sheets


def _chosen(book: Book, file: str) -> tuple[RawSheet, list[Problem]]:
    """The stated sheet, else the only one that holds anything, else the only table."""
    filled_ones = [sheet for sheet in book.sheets if sheet.rows]
    if not filled_ones:
        refuse([*book.problems, Problem("rejected", "file_empty", file)])
    if len(filled_ones) == 1:
        return filled_ones[0], []
    tables = [sheet for sheet in filled_ones if _is_table(sheet)]
    names = listed([sheet.name for sheet in filled_ones], 10)
    if len(tables) != 1:
        refuse([Problem("rejected", "sheet_ambiguous", file, None, "sheet",
                        values={"sheets": names})])
    others = [sheet.name for sheet in filled_ones if sheet is not tables[0]]
    return tables[0], [Problem("warning", "sheet_chosen", file, count=len(others), values={
        "sheet": tables[0].name, "others": listed(others, 10)})]


def _is_table(sheet: RawSheet) -> bool:
    wide = [row for row in sheet.rows if sum(bool(cell.strip()) for cell in row) >= _NARROWEST]
    return len(wide) >= _SHORTEST


def as_table(sheet: RawSheet, file: str, sha256: str, choices: Choices) -> TextTable:
    """A sheet as a table: its header found, totals set aside, merged cells filled if so chosen.

    Raises:
        InputRefused: two columns have one name.
    """
    problems: list[Problem] = []
    aside: dict[str, int] = {}
    columns, rows = trimmed(sheet.rows)
    header, kept, lines = laid_out(rows, list(sheet.lines), file, set_aside=aside,
                                   problems=problems)
    grid = dict(zip(sheet.lines, sheet.rows, strict=True))
    problems += filled(kept, lines, header, columns, grid, sheet.merged, file,
                       fill=choices.merged == "fill")
    problems += _imprecise(sheet.imprecise, lines, header, columns, file)
    problems += _unseen(sheet.facts, lines, header, columns, file)
    return TextTable(file, as_cells(header, kept), np.array(lines, dtype=np.int64),
                     len(kept) + sum(aside.values()), aside, tuple(problems), "utf-8", sha256)


def _imprecise(rows: Mapping[int, Sequence[int]], lines: Sequence[int], header: Sequence[str],
               columns: Sequence[int], file: str) -> Iterator[Problem]:
    """Numbers of more digits than a cell keeps: ids that were typed as numbers."""
    known = set(lines)
    for name, column in zip(header, columns, strict=True):
        hit = [line for line in rows.get(column, ()) if line in known]
        if hit:
            yield Problem("warning", "numbers_imprecise", file, hit[0], name, len(hit))


def _unseen(facts: SheetFacts, lines: Sequence[int], header: Sequence[str],
            columns: Sequence[int], file: str) -> Iterator[Problem]:
    """What a reader of the sheet would not have seen, and what had no value."""
    known = set(lines)
    hidden = [line for line in facts.hidden_rows if line in known]
    if hidden:
        yield Problem("warning", "rows_hidden", file, hidden[0], count=len(hidden),
                      values={"lines": listed(hidden, 5)})
    unseen = [name for name, column in zip(header, columns, strict=True)
              if column + 1 in facts.hidden_columns]
    if unseen:
        yield Problem("warning", "columns_hidden", file, None, unseen[0], len(unseen),
                      {"columns": listed(unseen, 10)})
    for code, rows in (("cells_with_error", facts.errors),
                       ("formulas_uncomputed", facts.uncomputed)):
        if rows:
            yield Problem("warning", code, file, rows[0], count=len(rows),
                          values={"lines": listed(rows, 5)})
