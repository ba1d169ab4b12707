"""Files to tables of text: nothing is typed here, and every row keeps its physical line.

What cannot be read as it stands is refused with its line; what only one row got wrong is set
aside and counted. `rows_read` is always the rows kept plus the rows set aside.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from workbench.intake.encodings import decode
from workbench.intake.findings import listed, refuse
from workbench.model import Problem

_LARGEST = 2_000_000_000  # bytes of one file, unpacked
_RATIO = 100  # text that unpacks to more than this many times its size is a trap …
_HARMLESS = 50_000_000  # … unless it stays small
_CHUNK = 1 << 20
_DELIMITERS = (",", ";", "\t", "|")
_SNIFFED = 50  # records that decide the delimiter

_FOREIGN_MARKS = (
    (b"PK\x03\x04", "xlsx"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"PAR1", "parquet"),
    (b"SQLite format 3", "sqlite"),
    (b"%PDF", "pdf"),
)
_FOREIGN_NAMES = {
    ".pkl": "pickle", ".pickle": "pickle", ".xes": "xes", ".xml": "xml", ".parquet": "parquet",
    ".xlsx": "xlsx", ".xls": "xls", ".html": "html", ".json": "json", ".mxml": "mxml",
}


@dataclass(frozen=True)
class TextTable:
    """A file as text: `cells` has one column per header, "" where a cell is blank.

    `lines` is the physical line of each row of `cells` (the header is line 1; a record over
    several lines has its first).
    """

    file: str
    cells: pd.DataFrame
    lines: np.ndarray
    rows_read: int
    set_aside: Mapping[str, int]
    problems: tuple[Problem, ...]
    encoding: str
    sha256: str


class _Record(NamedTuple):
    line: int
    fields: list[str]


def read_table(path: Path, shown: str = "", *, may_be_bare: bool = False) -> TextTable:
    """Read one CSV file (plain or gzipped) as text.

    Args:
        path: the file.
        shown: how messages name it; the file's own name if empty.
        may_be_bare: whether a header without rows is a table too (a sheet yet to be filled in).

    Raises:
        InputRefused: absent, empty, another format, no known encoding, an unclosed quote, a
            header twice, or too large; all with the file and its line.
    """
    file = shown or path.name
    if not path.is_file():
        refuse([Problem("rejected", "file_missing", file)])
    data = path.read_bytes()
    _refuse_foreign(path, data, file)
    content = _unpack(data, file) if data.startswith(b"\x1f\x8b") else data
    if not content.strip(b"\x00\t\r\n \xef\xbb\xbf\xfe\xff"):
        refuse([Problem("rejected", "file_empty", file)])
    text, encoding, remarks = decode(content, file)
    table = _table(text.removeprefix("\ufeff"), file, encoding, remarks,
                   hashlib.sha256(data).hexdigest())
    if not table.rows_read and not may_be_bare:
        refuse([Problem("rejected", "header_only", file, 1)])
    return table


def _refuse_foreign(path: Path, data: bytes, file: str) -> None:
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    marks = [name for mark, name in _FOREIGN_MARKS if data.startswith(mark)]
    kind = (marks or [_FOREIGN_NAMES.get(suffix, "")])[0]
    if not kind and data.lstrip()[:5].lower() in {b"<?xml", b"<html", b"<!doc", b"<tabl"}:
        kind = "html / xml"
    if kind == "pickle":
        refuse([Problem("rejected", "format_unsafe", file, values={"format": kind})])
    if kind:
        refuse([Problem("rejected", "format_unknown", file, values={"format": kind})])


def _unpack(data: bytes, file: str) -> bytes:
    """Gunzip in pieces, so that a small file cannot fill the memory."""
    pieces, size = [], 0
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            while piece := packed.read(_CHUNK):
                size += len(piece)
                if size > _LARGEST or (size > _HARMLESS and size > _RATIO * len(data)):
                    refuse([Problem("rejected", "file_bomb", file)])
                pieces.append(piece)
    except (OSError, EOFError, zlib.error):
        refuse([Problem("rejected", "file_cut", file)])
    return b"".join(pieces)


def _table(text: str, file: str, encoding: str, remarks: tuple[Problem, ...],
           sha256: str) -> TextTable:
    records, broken = _records(text, _delimiter(text), file)
    if not records:
        refuse([Problem("rejected", "file_empty", file)])
    header = _header(records[0], file)
    rows = records[1:]
    kept = [row for row in rows if len(row.fields) == len(header)]
    ragged = [row for row in rows if len(row.fields) != len(header)]
    problems = [*remarks, *_set_aside_problems(ragged, broken, len(header), file)]
    columns = zip(*(row.fields for row in kept), strict=True) if kept else ([] for _ in header)
    cells = pd.DataFrame({name: pd.Series(list(column), dtype="str")
                          for name, column in zip(header, columns, strict=True)})
    lines = np.array([row.line for row in kept], dtype=np.int64)
    if "\x00" in text:
        problems += _remove_nul(cells, lines, file)
    problems += _line_breaks(kept, text, file)
    aside = {"ragged_row": len(ragged), "quote_misplaced": len(broken)}
    return TextTable(file, cells, lines, len(rows) + len(broken),
                     {reason: n for reason, n in aside.items() if n}, tuple(problems),
                     encoding, sha256)


def _records(text: str, delimiter: str, file: str) -> tuple[list[_Record], list[int]]:
    """Every record with its first line; the lines of records whose quotes cannot be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[_Record] = []
    broken: list[int] = []
    line = 1
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return records, broken
        except csv.Error:
            if reader.line_num > line or not records:
                refuse([Problem("rejected", "quote_unclosed", file,
                                _quote_line(text, line, reader.line_num))])
            broken.append(line)
        else:
            if fields:
                records.append(_Record(line, fields))
        line = reader.line_num + 1


def _quote_line(text: str, first: int, last: int) -> int:
    """The line inside a broken record whose quote stays open: the first with an odd number."""
    lines = io.StringIO(text, newline="").readlines()[first - 1:last]
    odd = (number for number, line in enumerate(lines, first) if line.count('"') % 2)
    return next(odd, first)


def _delimiter(text: str) -> str:
    """The sign that splits the first records most evenly into the most fields."""
    sample = "".join(io.StringIO(text[:200_000], newline="").readlines()[:_SNIFFED])
    scores = {sign: _evenness(sample, sign) for sign in _DELIMITERS}
    return max(_DELIMITERS, key=lambda sign: scores[sign])


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
              if row]
    if not widths or widths[0] < 2:
        return (0.0, 0)
    return (widths.count(widths[0]) / len(widths), widths[0])


def _header(record: _Record, file: str) -> list[str]:
    names = [field.replace("\x00", "").strip() or f"#{place}"
             for place, field in enumerate(record.fields, 1)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        refuse(Problem("rejected", "header_twice", file, record.line, name) for name in twice)
    return names


def _set_aside_problems(ragged: list[_Record], broken: list[int], width: int,
                        file: str) -> list[Problem]:
    problems = []
    if ragged:
        found = {"fields": len(ragged[0].fields), "expected": width,
                 "lines": listed((row.line for row in ragged), 5)}
        problems.append(Problem("repaired", "ragged_row", file, ragged[0].line,
                                count=len(ragged), values=found))
    if broken:
        problems.append(Problem("repaired", "quote_misplaced", file, broken[0],
                                count=len(broken), values={"lines": listed(broken, 5)}))
    return problems


def _remove_nul(cells: pd.DataFrame, lines: np.ndarray, file: str) -> list[Problem]:
    problems = []
    for name in list(cells.columns):
        dirty = cells[name].str.contains("\x00", regex=False).to_numpy(dtype=bool)
        if dirty.any():
            cells[name] = cells[name].str.replace("\x00", "", regex=False)
            problems.append(Problem("repaired", "nul_removed", file, int(lines[dirty][0]), name,
                                    int(dirty.sum())))
    return problems


def _line_breaks(kept: list[_Record], text: str, file: str) -> list[Problem]:
    if '"' not in text:
        return []
    broken = [row.line for row in kept if any("\n" in field for field in row.fields)]
    if not broken:
        return []
    return [Problem("warning", "line_break_in_cell", file, broken[0], count=len(broken))]
