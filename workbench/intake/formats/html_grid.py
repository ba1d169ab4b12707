"""The tables of a web page as grids of texts, bounded; nothing of the page is run or opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from workbench.intake.formats.grid import Merged

_PIECE = 1 << 16  # signs handed to the parser at once
_LONGEST = 1 << 19  # signs of a tag or script that is still open: a trap
_HARMLESS = 1_000  # signs of a tag or comment that the page ends in
_WIDEST = 1_000  # columns, as browsers have it
_MOST = 5_000_000  # places that cells cover beyond their own, of all tables
_MOST_BLANK = 20_000_000  # cells without text and rows without cells, of all tables
_MOST_TABLES = 20_000
_DEEPEST = 200  # tables in tables
_TALLEST = 65_534  # rows of one cell, as browsers have it
_ROW = 50  # a row without cells counts as so many blank cells
_UNREAD = frozenset({"script", "style", "noscript", "template", "textarea"})
_BREAKS = frozenset({"br", "p", "div", "li"})


@dataclass
class Grid:
    """One table of a page: its rows, and the cells that cover several places."""

    rows: list[list[str]] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many cells hold anything."""
        return sum(bool(cell) for row in self.rows for cell in row)


class TooLargeError(Exception):
    """A table that is wider than any, or nearly all of it covered or blank."""


class CutError(Exception):
    """The page ends in the middle of a tag or comment."""


def grids_of(text: str) -> list[Grid]:
    """The tables of a page that hold anything, in the order in which they begin.

    Raises:
        TooLargeError: a table is a trap.
        CutError: the page ends inside of a tag or comment, and what it holds cannot be known.
    """
    reader = _Tables()
    for start in range(0, len(text), _PIECE):
        reader.take(text[start:start + _PIECE])
    reader.close()
    return [grid for grid in reader.grids if grid.size]


class _Tables(HTMLParser):
    """Gathers the tables of a page; one inside a cell of another stands on its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.grids: list[Grid] = []
        self._open: list[_Open] = []
        self._unread = 0
        self._room = _Room()

    def take(self, text: str) -> None:
        """Parse a piece of the page; a tag or script that does not end is too large."""
        self.feed(text)
        if len(self.rawdata) > _LONGEST:
            raise TooLargeError

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            self._unread += 1
        elif tag == "table":
            self.grids.append(Grid())
            self._open.append(_Open(self.grids[-1], self._room))
            if len(self.grids) > _MOST_TABLES or len(self._open) > _DEEPEST:
                raise TooLargeError
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
        """End the page; what is still open at its end is closed, as browsers do."""
        if self._unread or (len(self.rawdata) > _HARMLESS and self.rawdata.startswith("<")):
            raise CutError  # nobody knows what rows a script without an end has swallowed
        super().close()
        while self._open:
            self._open.pop().end_row()


class _Room:
    """What all tables of a page may take beside their texts."""

    def __init__(self) -> None:
        self._covered = self._blank = 0

    def cover(self, places: int) -> None:
        """Take places that a cell covers besides its own."""
        self._covered += places
        if self._covered > _MOST:
            raise TooLargeError

    def leave_blank(self, places: int) -> None:
        """Take places that hold no text."""
        self._blank += places
        if self._blank > _MOST_BLANK:
            raise TooLargeError


class _Open:
    """A table under way."""

    def __init__(self, grid: Grid, room: _Room) -> None:
        self.grid = grid
        self._room = room
        self.text: list[str] = []
        self._row: list[str] | None = None
        self._cell: tuple[int, int] | None = None
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
            raise TooLargeError
        columns = min(columns, _WIDEST - place)
        text = "\n".join(part for each in "".join(self.text).split("\n")
                         if (part := " ".join(each.split())))
        self._row += [text, *[""] * (columns - 1)]
        self._room.cover(columns - 1)
        self._room.leave_blank(not text)
        if columns > 1 or rows > 1:
            self.grid.merged.append(Merged((number, place),
                                           (number + rows - 1, place + columns - 1)))
        if rows > 1:
            self._below |= dict.fromkeys(range(place, place + columns), rows)

    def _cover(self, row: list[str]) -> None:
        """The places that cells of the rows above take."""
        before = len(row)
        while self._below.get(len(row), 0):
            row.append("")
        self._room.cover(len(row) - before)

    def end_row(self) -> None:
        self.end_cell()
        if self._row is not None:
            self._cover(self._row)
            self._room.leave_blank(0 if self._row else _ROW)
            self._below = {column: rows - 1 for column, rows in self._below.items() if rows > 1}
        self._row = None


def _number(text: str | None, most: int) -> int:
    """A span as a browser takes it: at least one, at most so many."""
    digits = (text or "").strip().lstrip("0")
    if not digits.isdecimal():
        return 1
    return most if len(digits) > len(str(most)) else min(int(digits), most)
