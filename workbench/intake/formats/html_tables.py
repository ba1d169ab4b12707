"""Tables of a web page, also one that is called .xls, to a table of text.

The page is read by the standard library's parser, which runs nothing and opens nothing. Cells over
several columns or rows are laid out on a grid and treated as merged cells are. The line of
a row is its number in the table, as a spreadsheet program shows it.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import numpy as np

from workbench.intake.findings import refuse
from workbench.intake.formats.encodings import decode
from workbench.intake.formats.grid import Merged, cells_of, filled, trimmed
from workbench.intake.formats.layout import laid_out
from workbench.intake.formats.table import Choices, TextTable
from workbench.model import Problem

_LARGEST = 500_000_000  # bytes
_PIECE = 1 << 16  # signs handed to the parser at once
_LONGEST = 1 << 19  # signs of a tag or script that is still open: a trap
_WIDEST = 1_000  # columns, as browsers have it
_MOST = 5_000_000  # places that cells of other rows cover
_TALLEST = 65_534  # rows of one cell, as browsers have it
_UNREAD = frozenset({"script", "style", "noscript", "template", "textarea"})
_BREAKS = frozenset({"br", "p", "div", "li"})
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_CHINESE = {"gb2312": "gb18030", "gbk": "gb18030"}


@dataclass
class Grid:
    """One table of a page: its rows, and the cells that cover several places."""

    rows: list[list[str]] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many cells hold anything."""
        return sum(bool(cell) for row in self.rows for cell in row)


def read_html(path: Path, file: str, choices: Choices) -> TextTable:
    """Read the largest table of a page.

    Raises:
        InputRefused: no table in it, an unknown encoding, or two columns of one name.
    """
    if path.stat().st_size > _LARGEST:
        refuse([Problem("rejected", "file_bomb", file)])
    data = path.read_bytes()
    text, encoding, remarks = _decoded(data, file)
    grids = [grid for grid in _grids(text, file) if grid.size]
    if not grids:
        refuse([Problem("rejected", "html_no_table", file)])
    problems = list(remarks)
    if len(grids) > 1:
        problems.append(Problem("warning", "tables_several", file, count=len(grids)))
    return _table(max(grids, key=lambda grid: grid.size), file, problems, encoding, choices,
                  hashlib.sha256(data).hexdigest())


def _grids(text: str, file: str) -> list[Grid]:
    reader = _Tables()
    try:
        for start in range(0, len(text), _PIECE):
            reader.take(text[start:start + _PIECE])
        reader.close()
    except _TooLargeError:
        refuse([Problem("rejected", "sheet_too_large", file)])
    return reader.grids


def _decoded(data: bytes, file: str) -> tuple[str, str, tuple[Problem, ...]]:
    """The text: as the page says of itself where that fits its bytes, else by their evidence."""
    stated = _CHARSET.search(data[:4000])
    if stated and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        name = stated[1].decode("ascii", "replace").lower()
        try:
            encoding = codecs.lookup(_CHINESE.get(name, name)).name
            text = data.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            return decode(data, file)
        remark = Problem("warning", "encoding_used", file, values={"encoding": encoding})
        return text, encoding, () if encoding == "utf-8" else (remark,)
    return decode(data, file)


def _table(grid: Grid, file: str, problems: list[Problem], encoding: str, choices: Choices,
           sha256: str) -> TextTable:
    aside: dict[str, int] = {}
    full = dict(enumerate(grid.rows, 1))
    numbers = [number for number, row in full.items() if any(row)]
    columns, rows = trimmed([full[number] for number in numbers])
    header, kept, lines = laid_out(rows, numbers, file, set_aside=aside, problems=problems)
    problems += filled(kept, lines, header, columns, full, grid.merged, file,
                       fill=choices.merged == "fill")
    return TextTable(file, cells_of(header, kept), np.array(lines, dtype=np.int64),
                     len(kept) + sum(aside.values()), aside, tuple(problems), encoding, sha256)


class _TooLargeError(Exception):
    """A table that is wider than any, or nearly all of it covered by cells of other rows."""


class _Tables(HTMLParser):
    """Gathers the tables of a page; one inside a cell of another stands on its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.grids: list[Grid] = []
        self._open: list[_Open] = []
        self._unread = 0

    def take(self, text: str) -> None:
        """Parse a piece of the page; a tag or script that does not end is too large."""
        self.feed(text)
        if len(self.rawdata) > _LONGEST:
            raise _TooLargeError

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            self._unread += 1
        elif tag == "table":
            self.grids.append(Grid())
            self._open.append(_Open(self.grids[-1]))
        elif self._open:
            table, said = self._open[-1], dict(attrs)
            if tag == "tr":
                table.begin_row()
            elif tag in {"td", "th"}:
                table.begin_cell(_number(said.get("colspan"), _WIDEST),
                                 _number(said.get("rowspan"), _TALLEST))
            elif tag in _BREAKS:
                table.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNREAD:
            self._unread = max(0, self._unread - 1)
        elif self._open:
            if tag == "table":
                self._open.pop().end_row()
            elif tag == "tr":
                self._open[-1].end_row()
            elif tag in {"td", "th"}:
                self._open[-1].end_cell()

    def handle_data(self, data: str) -> None:
        if self._open and not self._unread:
            self._open[-1].text.append(data)

    def close(self) -> None:
        super().close()
        while self._open:
            self._open.pop().end_row()


class _Open:
    """A table under way."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.text: list[str] = []
        self._row: list[str] | None = None
        self._cell: tuple[int, int] | None = None
        self._covered = 0
        self._below: dict[int, int] = {}  # column → rows that a cell from above still covers

    def begin_row(self) -> None:
        self.end_row()
        self._row = []
        self.grid.rows.append(self._row)

    def begin_cell(self, columns: int, rows: int) -> None:
        self.end_cell()
        if self._row is None:
            self.begin_row()
        self._cell = (columns, rows)
        self.text = []

    def end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        columns, rows = self._cell
        self._cell = None
        self._cover(self._row)
        place, number = len(self._row), len(self.grid.rows) - 1
        if place >= _WIDEST:
            raise _TooLargeError
        columns = min(columns, _WIDEST - place)
        text = "\n".join(part for each in "".join(self.text).split("\n")
                         if (part := " ".join(each.split())))
        self._row += [text, *[""] * (columns - 1)]
        if columns > 1 or rows > 1:
            self.grid.merged.append(Merged((number, place),
                                           (number + rows - 1, place + columns - 1)))
        if rows > 1:
            self._below |= dict.fromkeys(range(place, place + columns), rows)

    def _cover(self, row: list[str]) -> None:
        """The places that cells of the rows above take."""
        while self._below.get(len(row), 0):
            row.append("")
            self._covered += 1
        if self._covered > _MOST:
            raise _TooLargeError

    def end_row(self) -> None:
        self.end_cell()
        if self._row is not None:
            self._cover(self._row)
            self._below = {column: rows - 1 for column, rows in self._below.items() if rows > 1}
        self._row = None


def _number(text: str | None, most: int) -> int:
    """A span as a browser takes it: at least one, at most so many."""
    return min(int(text), most) if text and text.strip().isdecimal() and int(text) else 1
