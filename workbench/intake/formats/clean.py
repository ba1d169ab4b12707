"""The short way for a clean UTF-8 table: Arrow reads every column as text, on all cores.

Taken only where the careful way would come to the same table: an ordinary header, quotes only
around whole cells, no line break inside a cell, no blank line, no row of another width. Whatever
else is met, nothing is returned, and the careful way says what is wrong.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from workbench.intake.formats.layout import TOTAL, is_cut, is_plain, is_total, named, take_out
from workbench.intake.formats.table import of_arrays
from workbench.model import Problem

_BLOCK = 4 << 20
_SCANNED = 32 << 20  # bytes looked at at once
_SAMPLE = 80  # lines that show the layout
_QUOTE, _NEWLINE, _RETURN = ord('"'), ord("\n"), ord("\r")
_MARK = b"\xef\xbb\xbf"
_TOTALS = ("本", "合", "总", "小", "共", "累", "to", "grand", "sub")
"""How the cells begin that `layout.TOTAL` may fit."""
_MAY_BE_WHITE = np.isin(np.arange(256), [*range(0x09, 0x0E), *range(0x1C, 0x21), 0xC2, 0xE1, 0xE2,
                                         0xE3])
"""Bytes that white space may begin with."""


class Clean(NamedTuple):
    """The cells of a clean file, their lines, and the rows taken out (totals, a cut tail)."""

    cells: pd.DataFrame
    lines: np.ndarray
    set_aside: Mapping[str, int]
    problems: tuple[Problem, ...]


def read_clean(content: memoryview, file: str, head: str, delimiter: str) -> Clean | None:
    """Read a clean table, or nothing where the file has to be read with care.

    Args:
        content: all bytes of the file.
        file: names it in messages.
        head: its beginning, as text without the mark of UTF-8.
        delimiter: the sign that splits it.
    """
    first = len(_MARK) if bytes(content[:3]) == _MARK else 0
    header = _header(head, delimiter)
    if header is None or _has(content, b"\0") or bytes(content[first:first + 3]) == _MARK:
        return None
    opening = io.StringIO(head, newline="").readline().encode()
    if bytes(content[first:first + len(opening)]) != opening:
        return None
    body = content[first + len(opening):_end(content)]
    quoted = _has(content, b'"', first + len(opening))
    if quoted and not _quotes_are_harmless(body, ord(delimiter)):
        return None
    names = named(header, 1, file)
    table = _read(body, names, delimiter, quoted)
    if table is None or _has_blank_lines(table) or (quoted and _has_line_breaks(table, body)):
        return None
    whole = bytes(content[-1:]) in {b"\n", b"\r"}
    return _without_totals(table, header, names, file, is_whole=whole)


def _header(head: str, delimiter: str) -> list[str] | None:
    """The fields of an ordinary header on line 1."""
    lines = io.StringIO(head, newline="").readlines()[:_SAMPLE]
    if len(lines) < 2 or lines[0].lower().startswith(("sep=", '"sep=')) or not lines[0].strip():
        return None
    if not delimiter.isascii() or lines[0].count('"') % 2:
        return None
    try:
        sample = [row for row in csv.reader(lines[:-1] or lines, delimiter=delimiter, strict=True)
                  if row]
    except csv.Error:
        return None
    return sample[0] if sample and len(sample[0]) > 1 and is_plain(sample) else None


def _read(content: memoryview, names: list[str], delimiter: str, quoted: bool) -> pa.Table | None:
    options = {
        "read_options": arrow_csv.ReadOptions(column_names=names, block_size=_BLOCK),
        "parse_options": arrow_csv.ParseOptions(
            delimiter=delimiter, quote_char='"' if quoted else False, ignore_empty_lines=False),
        "convert_options": arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False),
    }
    pa.set_memory_pool(_pool())  # also for what is made of the columns afterwards
    try:
        return arrow_csv.read_csv(pa.BufferReader(pa.py_buffer(content)), **options)
    except pa.ArrowInvalid:  # a ragged row, a blank line, another encoding
        return None


def _pool() -> pa.MemoryPool:
    """Memory in small pages where there is a choice: huge ones cost more to clear than to read."""
    has = "jemalloc" in pa.supported_memory_backends()
    return pa.jemalloc_memory_pool() if has else pa.default_memory_pool()


def _without_totals(table: pa.Table, header: list[str], names: list[str], file: str, *,
                    is_whole: bool) -> Clean | None:
    """The table without rows of totals, headers in its midst and a tail that is cut."""
    lines = np.arange(2, len(table) + 2, dtype=np.int64)
    set_aside: dict[str, int] = {}
    problems: list[Problem] = []
    suspects = _suspects(table, header[0])
    rows = {place: [column[place].as_py() for column in table.columns] for place in suspects}
    again = [place for place, row in rows.items() if row == header]
    totals = [place for place, row in rows.items() if is_total(row)]
    take_out(again, "header_again", lines, file, set_aside, problems)
    take_out(totals, "total_row", lines, file, set_aside, problems)
    keep = np.ones(len(lines), dtype=bool)
    keep[[*again, *totals]] = False
    if not is_whole and _is_cut(table.column(table.num_columns - 1).filter(pa.array(keep))):
        cut = int(np.flatnonzero(keep)[-1])
        take_out([cut], "row_cut", lines, file, set_aside, problems)
        keep[cut] = False
    if not keep.all():
        table, lines = table.filter(pa.array(keep)), lines[keep]
    return Clean(of_arrays(names, table.columns), lines, set_aside, tuple(problems))


def _suspects(table: pa.Table, first_name: str) -> list[int]:
    """Rows whose first filled cell reads like a total, or like the header."""
    openings = {opening.encode()[:2] for opening in (*_TOTALS, first_name) if opening}
    places = np.flatnonzero(np.concatenate(
        [_opens_with(chunk, openings) for chunk in table.column(0).chunks] or [np.zeros(0, bool)]))
    if not len(places):
        return []
    rows = table.take(pa.array(places))
    first = rows.column(0)
    opening = first
    for column in rows.columns[1:]:
        blank = pc.equal(pc.utf8_trim_whitespace(opening), "")
        if not pc.any(blank).as_py():
            break
        opening = pc.if_else(blank, column, opening)
    found = pc.or_(pc.match_substring_regex(opening, pattern=TOTAL), pc.equal(first, first_name))
    return [int(place) for place in places[found.to_numpy()]]


def _opens_with(column: pa.LargeStringArray, openings: set[bytes]) -> np.ndarray:
    """Whether a cell is blank or begins with one of some pairs of bytes, in either case."""
    _, offsets, signs = column.buffers()
    starts = np.frombuffer(offsets, np.int64)[column.offset:column.offset + len(column) + 1]
    letters = np.frombuffer(signs if signs and signs.size > 1 else b"  ", np.uint8)
    last = len(letters) - 1
    first = letters[np.minimum(starts[:-1], last)]
    second = letters[np.minimum(starts[:-1] + 1, last)]
    blank = (starts[1:] == starts[:-1]) | _MAY_BE_WHITE[first]
    known = np.zeros((256, 256), dtype=bool)
    for opening in openings:
        for one in {opening.lower(), opening.upper(), opening.title(), opening.swapcase()}:
            known[one[0], one[1] if len(one) > 1 else slice(None)] = True
    found: np.ndarray = blank | known[first, second]
    return found


def _is_cut(column: pa.ChunkedArray) -> bool:
    lengths = pc.utf8_length(column)
    if not len(column) or pc.max(lengths).as_py() == lengths[-1].as_py():
        return False
    return is_cut(column.to_pylist())


def _has_blank_lines(table: pa.Table) -> bool:
    """Whether some row has no text at all, as Arrow reads a blank line."""
    blank = pc.equal(table.column(0), "")
    for column in table.columns[1:]:
        if not pc.any(blank).as_py():
            return False
        blank = pc.and_(blank, pc.equal(column, ""))
    return bool(pc.any(blank).as_py())


def _has_line_breaks(table: pa.Table, body: memoryview) -> bool:
    """Whether a cell holds a line break: there are more of them than ends of rows."""
    signs = np.frombuffer(body, dtype=np.uint8)
    pieces = [signs[begin:begin + _SCANNED] for begin in range(0, len(signs), _SCANNED)]
    if not any((piece == _RETURN).any() for piece in pieces):
        return sum(int(np.count_nonzero(piece == _NEWLINE)) for piece in pieces) >= len(table)
    return any(pc.any(pc.match_substring(column, sign)).as_py()
               for column in table.columns for sign in ("\n", "\r"))


def _has(content: memoryview, sign: bytes, begin: int = 0) -> bool:
    whole = content.obj
    return bool(whole.find(sign, begin) >= 0)  # type: ignore[attr-defined]  # bytes, mmap, bytearray


def _end(content: memoryview) -> int:
    """Where the last line ends, its line end left out; a blank line after it is left in."""
    end = len(content)
    if bytes(content[end - 1:end]) == b"\n":
        end -= 1
    return end - 1 if bytes(content[end - 1:end]) == b"\r" else end


def _quotes_are_harmless(content: memoryview, delimiter: int) -> bool:
    """Whether every quote opens or closes a whole cell, or is doubled inside one.

    Counted from the beginning, the odd quotes stand behind a delimiter, a line end or a quote, the
    even ones before one.
    """
    signs = np.frombuffer(content, dtype=np.uint8)
    neighbours = np.zeros(256, dtype=bool)
    neighbours[[delimiter, 10, 13, _QUOTE]] = True
    seen = 0
    for begin in range(0, len(signs), _SCANNED):
        places = np.flatnonzero(signs[begin:begin + _SCANNED] == _QUOTE) + begin
        opening, closing = places[seen % 2::2], places[1 - seen % 2::2]
        before = neighbours[signs[np.maximum(opening - 1, 0)]] | (opening == 0)
        last = len(signs) - 1
        after = neighbours[signs[np.minimum(closing + 1, last)]] | (closing == last)
        if not (before.all() and after.all()):
            return False
        seen += len(places)
    return seen % 2 == 0
