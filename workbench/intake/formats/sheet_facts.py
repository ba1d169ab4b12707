"""What the values of a sheet do not show, taken from its XML while that passes by the parser.

Hidden rows and columns, errors, formulas without a value, and cells that share a text of no
number. Most sheets have none of these: a quick look tells whether a sheet could, and only then is
the tag of every cell looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

_OVERLAP = 4_096  # bytes looked at again, so that nothing is missed between two pieces
_MAY_HOLD = re.compile(
    rb"hidden|<(?:[\w.-]+:)?f[\s/>]|=\s*[\"']e[\"']|&#|<!|\x00"
    rb"|=\s*[\"']s[\"'][^<>]*>\s*<(?:[\w.-]+:)?v(?:\s[^<>]*)?>(?![0-9]+<)")
_NOT_PLAIN = re.compile(rb"(?!(?:\xef\xbb\xbf)?\s*<)|[^>]*encoding\s*=\s*[\"'](?!utf-8[\"'])",
                        re.IGNORECASE)
_AREA = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7}):\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_MOST_COLUMNS = 16_384
_YES = frozenset({"1", "true"})


@dataclass
class SheetFacts:
    """What the values of a sheet do not show: rows by number, columns by place from one.

    `claimed` is how many cells the sheet says that it has, `misshared` whether a cell names a
    shared text by what is no number.
    """

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    uncomputed: list[int] = field(default_factory=list)
    claimed: int = 0
    misshared: bool = False


def may_hold(pieces: Iterable[bytes]) -> bool:
    """Whether a sheet could hold any fact: where it could not, its cells need no look.

    >>> may_hold([b'<worksheet><row r="1" hid', b"den='1'/></worksheet>"])
    True
    """
    kept = b""
    for nth, piece in enumerate(pieces):
        if not nth and _NOT_PLAIN.match(piece):
            return True
        kept += piece
        if _MAY_HOLD.search(kept):
            return True
        kept = kept[-_OVERLAP:]
    return False


def watch(parser: Any, facts: SheetFacts, *, cells: bool) -> None:
    """Let the parser of a sheet note its facts; those of its cells where there may be any."""
    begun = _Watcher(parser, facts, cells=cells)
    parser.StartElementHandler = begun.start
    parser.EndElementHandler = begun.end


class _Watcher:
    """The row and the cell that the parser is in."""

    def __init__(self, parser: Any, facts: SheetFacts, *, cells: bool) -> None:
        self._parser, self._facts, self._cells = parser, facts, cells
        self._row = 0
        self._kind = ""
        self._has_formula = self._is_empty_text = False
        self._value: list[str] = []
        self._tags: dict[str, Callable[[dict[str, str]], None]] = {
            "sheetData": self._begin_rows, "row": self._begin_row, "c": self._begin_cell,
            "f": self._formula, "v": self._begin_value, "t": self._begin_value,
            "col": self._column, "dimension": self._dimension}

    def start(self, name: str, said: dict[str, str]) -> None:
        known = self._tags.get(name.rpartition(":")[2])
        if known:
            known(said)

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag in {"v", "t"}:
            self._parser.CharacterDataHandler = None
        elif tag == "c":
            self._end_cell()

    def _begin_rows(self, _said: dict[str, str]) -> None:
        if not self._cells:
            self._parser.StartElementHandler = self._parser.EndElementHandler = None

    def _begin_row(self, said: dict[str, str]) -> None:
        number = said.get("r", "")
        self._row = int(number) if re.fullmatch("[0-9]{1,7}", number) else self._row + 1
        if said.get("hidden", "").strip() in _YES:
            self._facts.hidden_rows.append(self._row)

    def _begin_cell(self, said: dict[str, str]) -> None:
        self._kind = said.get("t", "").strip()
        self._has_formula = self._is_empty_text = False
        self._value = []
        if self._kind == "e":
            self._facts.errors.append(self._row)

    def _formula(self, _said: dict[str, str]) -> None:
        self._has_formula = True

    def _begin_value(self, _said: dict[str, str]) -> None:
        self._is_empty_text = self._kind == "str"  # a formula whose value is no text at all
        if self._has_formula or self._kind == "s":
            self._parser.CharacterDataHandler = self._value.append

    def _end_cell(self) -> None:
        value = "".join(self._value).strip()
        if self._has_formula and not value and not self._is_empty_text:
            self._facts.uncomputed.append(self._row)
        if self._kind == "s" and value and not re.fullmatch("[0-9]+", value):
            self._facts.misshared = True

    def _column(self, said: dict[str, str]) -> None:
        if said.get("hidden", "").strip() not in _YES:
            return
        first, last = (int(text) if re.fullmatch("[0-9]{1,7}", text) else other for text, other in
                       ((said.get("min", ""), 1), (said.get("max", ""), 0)))
        known = set(self._facts.hidden_columns)
        self._facts.hidden_columns += [place for place in range(first, min(last, _MOST_COLUMNS) + 1)
                                       if place not in known]

    def _dimension(self, said: dict[str, str]) -> None:
        area = _AREA.fullmatch(said.get("ref", "").strip())
        if area:
            width = _place(area[3]) - _place(area[1]) + 1
            self._facts.claimed = max(0, width) * max(0, int(area[4]) - int(area[2]) + 1)


def _place(letters: str) -> int:
    place = 0
    for letter in letters.upper():
        place = place * 26 + ord(letter) - 64
    return place
