"""Records in JSON, one object a line or an array of objects, to a table of text.

Numbers stay as they were written, nested values stay JSON, a key that a record lacks is blank.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa

from workbench.intake.findings import listed, refuse
from workbench.intake.formats.encodings import decode
from workbench.intake.formats.layout import named, take_out
from workbench.intake.formats.table import Choices, TextTable, of_arrays
from workbench.intake.formats.unpacked import content_of, hash_of
from workbench.intake.personal import masked
from workbench.model import Problem

_WIDEST = 2_000  # different keys
_MOST_CELLS = 500_000_000
_HARMLESS, _MOST_PER_BYTE = 2_000_000, 30  # values in a packed file, and for each byte of it
_SPARSE, _MOST_BLANK = 8_000_000, 20  # cells, nearly all blank, and for each sign of the text
_DEEPEST = 100  # lists and objects inside each other
_BLANK = re.compile(r"[ \t\r\n]*")
_BREAK = re.compile(r"\r\n|\n|\r")

_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_HALF_SIGN = re.compile("[\ud800-\udfff]")

Record = dict[str, object]


@dataclass
class _Said:
    """The lines that held no record, ended with a comma, or held half of a character."""

    broken: list[int] = field(default_factory=list)
    commas: list[int] = field(default_factory=list)
    halves: list[int] = field(default_factory=list)


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


class _KeyTwiceError(Exception):
    """An object has one key twice: which of the values counts cannot be told."""


def read_json(path: Path, file: str, _choices: Choices) -> TextTable:
    """Read JSON lines or one JSON array of records, plain or gzipped.

    Raises:
        InputRefused: no records, a key twice in one object, an array that is broken, nesting
            without end, too many different keys, or a packed file that is cut.
    """
    data = bytes(content_of(path, file))
    _refuse_bombs(data, path.stat().st_size, file)
    text, encoding, remarks = decode(data, file)
    text = text.removeprefix("\ufeff")
    said = _Said()
    records = _array(text, file) if text.lstrip().startswith("[") else _lines(text, file, said)
    columns: dict[str, list[str]] = {}
    lines: list[int] = []
    most = min(_MOST_CELLS, max(_SPARSE, _MOST_BLANK * len(text)))
    for line, record in _whole(records, text, file, said):
        _add(record, columns, len(lines))
        lines.append(line)
        if len(columns) > _WIDEST or len(columns) * len(lines) > most:
            refuse([Problem("rejected", "file_large", file, line)])
    broken = said.broken
    if not columns:
        refuse([Problem("rejected", "json_no_records", file, broken[0] if broken else 1,
                        values={"keys": "–"})])
    set_aside: dict[str, int] = {}
    problems = list(remarks)
    if said.commas:
        problems.append(Problem("repaired", "json_comma", file, said.commas[0],
                                count=len(said.commas)))
    take_out(range(len(broken)), "json_line_unreadable", broken, file, set_aside, problems)
    take_out(range(len(said.halves)), "json_half_sign", said.halves, file, set_aside, problems)
    arrays = [pa.array(cells, pa.large_string()) for cells in columns.values()]
    return TextTable(file, of_arrays(named(columns, 1, file), arrays),
                     np.array(lines, dtype=np.int64), len(lines) + sum(set_aside.values()),
                     set_aside, tuple(problems), encoding, hash_of(path))


def _refuse_bombs(data: bytes, size: int, file: str) -> None:
    """Refuse far more values than so small a packed file holds of any records."""
    if len(data) > size and data.count(b":") + data.count(b"{") > max(_HARMLESS,
                                                                       _MOST_PER_BYTE * size):
        refuse([Problem("rejected", "file_bomb", file)])


def _add(record: dict[str, str], columns: dict[str, list[str]], count: int) -> None:
    for name in record:
        if name not in columns:
            columns[name] = [""] * count
    for name, cells in columns.items():
        cells.append(record.get(name, ""))


def _whole(records: Iterator[tuple[int, Record]], text: str, file: str,
           said: _Said) -> Iterator[tuple[int, dict[str, str]]]:
    """The records as text; those are noted that hold half of a pair of surrogates."""
    has_halves = _HALF.search(text) is not None
    for line, record in records:
        try:
            written = {name: _written(value) for name, value in record.items()}
        except RecursionError as error:
            _refuse_record(error, line, file)
        if has_halves and _HALF_SIGN.search("".join([*written, *written.values()])):
            said.halves.append(line)
        else:
            yield line, written


def _lines(text: str, file: str, said: _Said) -> Iterator[tuple[int, Record]]:
    """One record a line; the lines that hold none are noted as broken."""
    for line, content in enumerate(_BREAK.split(text), 1):
        if not content or content.isspace():
            continue
        record = _parsed(content, line, file)
        if record is None and content.rstrip().endswith("},"):
            record = _parsed(content.rstrip()[:-1], line, file)
            said.commas += [line] if isinstance(record, dict) else []
        if isinstance(record, dict):
            if _holds_records(record) and line == 1 and not text[len(content):].strip():
                _refuse_wrapped(record, file)
            yield line, record
        elif line == 1 and content.strip() == "{":
            _refuse_wrapped(_parsed(text, 1, file), file)
        else:
            said.broken.append(line)


def _parsed(content: str, line: int, file: str) -> object:
    """What a line holds; nothing where it is not JSON."""
    try:
        return _DECODER.decode(content)
    except ValueError:
        return None
    except (_KeyTwiceError, RecursionError) as error:
        _refuse_record(error, line, file)


def _array(text: str, file: str) -> Iterator[tuple[int, Record]]:
    """The objects of an array, each with the line on which it begins."""
    place = _after_blanks(text, text.index("[") + 1)
    line, counted = 1, 0
    while not text.startswith("]", place):
        line += len(_BREAK.findall(text, counted, place))
        counted = place
        try:
            record, place = _DECODER.raw_decode(text, place)
        except ValueError as error:
            at = getattr(error, "pos", place)
            refuse([Problem("rejected", "json_broken", file,
                            line + len(_BREAK.findall(text, counted, at)))])
        except (_KeyTwiceError, RecursionError) as error:
            _refuse_record(error, line, file)
        if not isinstance(record, dict):
            refuse([Problem("rejected", "json_no_records", file, line, values={"keys": "–"})])
        yield line, record
        place = _after_blanks(text, place)
        if text.startswith(",", place):
            place = _after_blanks(text, place + 1)
        elif not text.startswith("]", place):
            refuse([Problem("rejected", "json_broken", file,
                            line + len(_BREAK.findall(text, counted, place)))])
    place = _after_blanks(text, place + 1)
    if place < len(text):
        refuse([Problem("rejected", "json_broken", file,
                        line + len(_BREAK.findall(text, counted, place)))])


def _after_blanks(text: str, place: int) -> int:
    found = _BLANK.match(text, place)
    return found.end() if found else place


def _refuse_record(error: Exception, line: int, file: str) -> NoReturn:
    if isinstance(error, _KeyTwiceError):
        key = _HALF_SIGN.sub("?", str(error))
        refuse([Problem("rejected", "json_key_twice", file, line, masked(key))])
    refuse([Problem("rejected", "json_too_deep", file, line)])


def _holds_records(record: Record) -> bool:
    return any(isinstance(value, list | dict) for value in record.values())


def _refuse_wrapped(whole: object, file: str) -> None:
    """Refuse one object that wraps a list of records, as programs answer; say where it lies."""
    places = list(_lists(whole)) if isinstance(whole, dict) else []
    if places or not isinstance(whole, dict):
        refuse([Problem("rejected", "json_no_records", file, 1,
                        values={"keys": listed(places) if places else "–"})])


def _lists(whole: Record, above: str = "") -> Iterator[str]:
    for name, value in whole.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield above + name
        elif isinstance(value, dict) and above.count(".") < 3:
            yield from _lists(value, f"{above}{name}.")


def _written(value: object) -> str:
    """A value as text: text and numbers as they are, null blank, the rest as JSON."""
    if isinstance(value, str):
        return str(value)
    return "" if value is None else _nested(value)


def _nested(value: object, depth: int = 0) -> str:
    if depth > _DEEPEST:
        raise RecursionError
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_nested(str(key))}: {_nested(one, depth + 1)}"
                               for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_nested(one, depth + 1) for one in value) + "]"
    return str(value) if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)


def _object(pairs: list[tuple[str, Any]]) -> Record:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _KeyTwiceError(Counter(name for name, _ in pairs).most_common(1)[0][0])
    return found


_DECODER = json.JSONDecoder(parse_int=_Number, parse_float=_Number, parse_constant=_Number,
                            object_pairs_hook=_object, strict=False)
