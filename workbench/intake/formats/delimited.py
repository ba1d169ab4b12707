"""Delimited text (CSV and its kin) to a table of text.

What cannot be read as it stands is refused with its line; what only one row got wrong is set
aside and counted.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.intake.findings import listed, refuse
from workbench.intake.formats.encodings import decode
from workbench.intake.formats.table import Choices, TextTable
from workbench.model import Problem

_LARGEST = 2_000_000_000  # bytes of one file, unpacked
_RATIO = 100  # text that unpacks to more than this many times its size is a trap …
_HARMLESS = 50_000_000  # … unless it stays small
_CHUNK = 1 << 20
_DELIMITERS = (",", ";", "\t", "|")
_SNIFFED = 50  # records that decide the delimiter


class _Records(NamedTuple):
    """Records and the first physical line of each; the lines of those with unreadable quotes."""

    lines: list[int]
    fields: list[list[str]]
    broken: list[int]


def read_delimited(path: Path, file: str, _choices: Choices) -> TextTable:
    """Read one CSV file, plain or gzipped.

    Raises:
        InputRefused: empty, no known encoding, an unclosed quote, a header twice, or too large;
            all with the file and its line.
    """
    data = path.read_bytes()
    content = _unpack(data, file) if data.startswith(b"\x1f\x8b") else data
    if not content.strip(b"\x00\t\r\n \xef\xbb\xbf\xfe\xff"):
        refuse([Problem("rejected", "file_empty", file)])
    text, encoding, remarks = decode(content, file)
    return _table(text.removeprefix("\ufeff"), file, encoding, remarks,
                  hashlib.sha256(data).hexdigest())


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
    records = _records(text, _delimiter(text), file)
    if not records.fields:
        refuse([Problem("rejected", "file_empty", file)])
    header = _header(records.fields[0], records.lines[0], file)
    rows, lines = records.fields[1:], records.lines[1:]
    ragged = [place for place, fields in enumerate(rows) if len(fields) != len(header)]
    problems = [*remarks, *_ragged(ragged, rows, lines, len(header), file),
                *_misquoted(records.broken, file)]
    for place in reversed(ragged):
        del rows[place], lines[place]
    cells = _cells(header, rows)
    numbers = np.array(lines, dtype=np.int64)
    if "\x00" in text:
        problems += _remove_nul(cells, numbers, file)
    problems += _line_breaks(rows, lines, text, file)
    aside = {"ragged_row": len(ragged), "quote_misplaced": len(records.broken)}
    return TextTable(file, cells, numbers, len(rows) + sum(aside.values()),
                     {reason: n for reason, n in aside.items() if n}, tuple(problems),
                     encoding, sha256)


def _cells(header: list[str], rows: list[list[str]]) -> pd.DataFrame:
    columns = zip(*rows, strict=True) if rows else ((),) * len(header)
    arrays = [pa.array(column, pa.string()) for column in columns]
    cells: pd.DataFrame = pa.table(arrays, names=header).to_pandas().astype("str")
    return cells


def _records(text: str, delimiter: str, file: str) -> _Records:
    """Every record with its first line. Blank lines are no records."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records = _Records([], [], [])
    line = 1
    while True:
        try:
            for fields in reader:
                if fields:
                    records.lines.append(line)
                    records.fields.append(fields)
                line = reader.line_num + 1
        except csv.Error:
            if reader.line_num > line or not records.fields:
                refuse([Problem("rejected", "quote_unclosed", file,
                                _quote_line(text, line, reader.line_num))])
            records.broken.append(line)
            line = reader.line_num + 1
        else:
            return records


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


def _header(fields: list[str], line: int, file: str) -> list[str]:
    names = [field.replace("\x00", "").strip() or f"#{place}"
             for place, field in enumerate(fields, 1)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        refuse(Problem("rejected", "header_twice", file, line, name) for name in twice)
    return names


def _ragged(ragged: list[int], rows: list[list[str]], lines: list[int], width: int,
            file: str) -> list[Problem]:
    if not ragged:
        return []
    found = {"fields": len(rows[ragged[0]]), "expected": width,
             "lines": listed((lines[place] for place in ragged), 5)}
    return [Problem("repaired", "ragged_row", file, lines[ragged[0]], count=len(ragged),
                    values=found)]


def _misquoted(broken: list[int], file: str) -> list[Problem]:
    if not broken:
        return []
    return [Problem("repaired", "quote_misplaced", file, broken[0], count=len(broken),
                    values={"lines": listed(broken, 5)})]


def _remove_nul(cells: pd.DataFrame, lines: np.ndarray, file: str) -> list[Problem]:
    problems = []
    for name in list(cells.columns):
        dirty = cells[name].str.contains("\x00", regex=False).to_numpy(dtype=bool)
        if dirty.any():
            cells[name] = cells[name].str.replace("\x00", "", regex=False)
            problems.append(Problem("repaired", "nul_removed", file, int(lines[dirty][0]), name,
                                    int(dirty.sum())))
    return problems


def _line_breaks(rows: list[list[str]], lines: list[int], text: str, file: str) -> list[Problem]:
    if '"' not in text:
        return []
    broken = [line for fields, line in zip(rows, lines, strict=True)
              if any("\n" in field for field in fields)]
    if not broken:
        return []
    return [Problem("warning", "line_break_in_cell", file, broken[0], count=len(broken))]
