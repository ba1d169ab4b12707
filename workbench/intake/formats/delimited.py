"""Delimited text (CSV and its kin) to a table of text.

What cannot be read as it stands is refused with its line; what only one row got wrong is set
aside and counted. A clean UTF-8 file takes a short way (`clean`) to the same table.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from workbench.intake.findings import refuse
from workbench.intake.formats.clean import read_clean
from workbench.intake.formats.encodings import LOOKED, decode, refuse_unsupported
from workbench.intake.formats.layout import is_cut, laid_out, take_out
from workbench.intake.formats.signs import is_blank
from workbench.intake.formats.table import Choices, TextTable, as_cells
from workbench.intake.formats.unpacked import content_of, hash_of
from workbench.model import Problem

_DELIMITERS = (",", ";", "\t", "|")
_RARE_DELIMITERS = ("^", "~", "，", "：", "\x01", "¦")
"""Believed only where no usual sign splits the file and one of these splits every line alike."""
_SNIFFED = 50  # records that decide the delimiter
_HEAD = 200_000  # signs in which they stand
_LARGEST_CELL = 16_000_000
_WIDEST = 3_000  # columns
_HARMLESS, _MOST_PER_BYTE = 2_000_000, 50  # cells in a packed file, and for each byte of it
_NEARLY_ALL = 0.9
_ALIGNED = re.compile(r"[ \u3000]{2,}|\t")
_STATED = re.compile(r'"?sep=(.)"?(?=[\r\n]|$)', re.IGNORECASE)  # the first line of Excel's exports

csv.field_size_limit(_LARGEST_CELL)


class _Records(NamedTuple):
    """Records and the first physical line of each; the lines of those with unreadable quotes."""

    lines: list[int]
    fields: list[list[str]]
    broken: list[int]


def read_delimited(path: Path, file: str, _choices: Choices) -> TextTable:
    """Read one CSV file, plain or gzipped.

    Raises:
        InputRefused: empty, no known encoding, an unclosed quote, a header twice, too many
            columns, or too large; all with the file and its line.
    """
    with ThreadPoolExecutor(1) as aside:  # hashing needs a core of its own, and no turn
        sha256 = aside.submit(hash_of, path)
        content = content_of(path, file)
        _refuse_bombs(content, path.stat().st_size, file)
        refuse_unsupported(bytes(content[:LOOKED]), file)
        return _read(content, file, sha256)


def _refuse_bombs(content: memoryview, size: int, file: str) -> None:
    """Refuse far more cells than so small a packed file holds of any table."""
    if len(content) <= size:  # not packed: a cell is a byte at least
        return
    text: bytearray = content.obj  # type: ignore[assignment]  # what was unpacked
    cells = sum(text.count(sign) for sign in (*map(str.encode, _DELIMITERS), b"\n", b"\r"))
    if cells > max(_HARMLESS, _MOST_PER_BYTE * size):
        refuse([Problem("rejected", "file_bomb", file)])


def _refuse_wide(width: int, line: int, file: str) -> None:
    if width > _WIDEST:
        refuse([Problem("rejected", "columns_too_many", file, line, count=width)])


def _read(content: memoryview, file: str, sha256: Future[str]) -> TextTable:
    head = bytes(content[:_HEAD]).removeprefix(b"\xef\xbb\xbf").decode("utf-8", "ignore")
    delimiter = delimiter_of(head)
    if '"' not in head:
        _refuse_wide(head.partition("\n")[0].count(delimiter) + 1, 1, file)
    found = read_clean(content, file, head, delimiter) if head else None
    if found:
        return TextTable(file, found.cells, found.lines, len(found.cells)
                         + sum(found.set_aside.values()), found.set_aside, found.problems, "utf-8",
                         sha256.result())
    data = bytes(content)
    if not data.strip(b"\x00\t\r\n \xef\xbb\xbf\xfe\xff"):
        refuse([Problem("rejected", "file_empty", file)])
    text, encoding, remarks = decode(data, file)
    return _table(text.removeprefix("\ufeff"), file, encoding, remarks, sha256.result())


def _table(text: str, file: str, encoding: str, remarks: tuple[Problem, ...],
           sha256: str) -> TextTable:
    text, delimiter = _split_by(text)
    records = _records(text, delimiter, file)
    if not records.fields:
        refuse([Problem("rejected", "file_empty", file)])
    set_aside: dict[str, int] = {}
    problems = list(remarks)
    if all(len(fields) == 1 for fields in records.fields):
        _split_again(records, file, problems)
    header, rows, lines = laid_out(records.fields, records.lines, file, set_aside=set_aside,
                                   problems=problems)
    take_out(range(len(records.broken)), "quote_misplaced", records.broken, file, set_aside,
             problems)
    if not text.endswith(("\r", "\n")) and is_cut([row[-1] for row in rows]):
        take_out([len(lines) - 1], "row_cut", lines, file, set_aside, problems)
        del rows[-1], lines[-1]
    cells = as_cells(header, rows)
    numbers = np.array(lines, dtype=np.int64)
    problems += _line_breaks(rows, lines, text, file)
    return TextTable(file, cells, numbers, len(rows) + sum(set_aside.values()), set_aside,
                     tuple(problems), encoding, sha256)


def delimiter_of(text: str) -> str:
    r"""The sign that splits the first records most evenly into the most fields.

    >>> delimiter_of("id;step\n1;check, then pay\n")
    ';'
    """
    sample = "".join(io.StringIO(text[:_HEAD], newline="").readlines()[:_SNIFFED])
    scores = {sign: _evenness(sample, sign) for sign in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda sign: scores[sign])
    if scores[best][1]:
        return best
    rare = [sign for sign in _RARE_DELIMITERS if _evenness(sample, sign) >= (1.0, 3)]
    return max(rare, key=lambda sign: _evenness(sample, sign), default=best)


def _split_by(text: str) -> tuple[str, str]:
    """The text without Excel's `sep=` (its line stays, blank), and the sign that splits it."""
    stated = _STATED.match(text)
    if stated:
        return text[stated.end():], stated[1]
    return text, delimiter_of(text)


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    """Share of the records that have as many fields as the first (or as most), and that number."""
    try:
        widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""),
                                                 delimiter=delimiter) if row]
    except csv.Error:
        return (0.0, 0)
    if not widths:
        return (0.0, 0)
    width = widths[0] if widths[0] > 1 else Counter(widths).most_common(1)[0][0]
    return (widths.count(width) / len(widths), width) if width > 1 else (0.0, 0)


def _records(text: str, delimiter: str, file: str) -> _Records:
    """Every record with its first line. Blank lines, and lines of NUL only, are no records."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records = _Records([], [], [])
    line = 1
    while True:
        try:
            for fields in reader:
                _refuse_wide(len(fields), line, file)
                if len(fields) > 1 or (fields and not is_blank(fields[0])):
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


def _split_again(records: _Records, file: str, problems: list[Problem]) -> None:
    """Split records of one field: lines that stand in quotes as a whole, or none with a reason."""
    lines = [fields[0] for fields in records.fields]
    sample = lines[:_SNIFFED]
    delimiter = delimiter_of("\n".join(sample))
    share, width = _evenness("\n".join(sample), delimiter)
    if width > 2 and share >= _NEARLY_ALL and not any("\n" in line for line in sample):
        records.fields[:] = [next(csv.reader([line], delimiter=delimiter), []) for line in lines]
        problems.append(Problem("repaired", "rows_quoted", file, records.lines[0],
                                count=len(lines)))
        return
    widths = [len(_ALIGNED.split(line.strip())) for line in sample]
    if len(sample) > 1 and widths[0] > 2 and widths.count(widths[0]) >= _NEARLY_ALL * len(widths):
        refuse([Problem("rejected", "columns_aligned", file, records.lines[0])])


def _line_breaks(rows: list[list[str]], lines: list[int], text: str, file: str) -> list[Problem]:
    if '"' not in text:
        return []
    broken = [line for fields, line in zip(rows, lines, strict=True)
              if any("\n" in field for field in fields)]
    if not broken:
        return []
    return [Problem("warning", "line_break_in_cell", file, broken[0], count=len(broken))]
