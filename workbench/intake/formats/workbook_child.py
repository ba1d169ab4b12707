"""The process that opens a workbook: small, limited in memory and time, and nothing but a reader.

It is run as a file, not as part of the package, so that it starts at once; it imports nothing of
the workbench. What it finds goes to its output as lines of JSON: first the sheets with their
state, then each sheet that is read, its rows after it as lists of texts. Where a workbook is a
trap this process dies, and the one that started it says so.

Arguments: the file, bytes of memory, seconds of processor time, and a sheet (or nothing: all that
are visible).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

_LARGEST_OUTPUT = 4_000_000_000
_PRECISE = 10 ** 15  # whole numbers below it keep all their digits
_NUMBERS = (int, float)
_LOCKED = 3
_BROKEN = 4
_TOO_LARGE = 5


def main(path: str, memory: str, seconds: str, sheet: str = "") -> int:
    """Read a workbook within limits; the exit code says whether it is locked or broken."""
    with suppress(ImportError):  # some systems know no such limits
        _limit(int(memory), int(seconds))
    from python_calamine import CalamineWorkbook, PasswordError

    try:
        with CalamineWorkbook.from_path(path) as book:
            _tell(book, sheet)
    except PasswordError:
        return _LOCKED
    except MemoryError:
        return _TOO_LARGE
    except BaseException:  # noqa: BLE001 - a panic of the reader is one
        return _BROKEN
    return 0


def _limit(memory: int, seconds: int) -> None:
    import resource

    limits = ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds),
              (resource.RLIMIT_FSIZE, _LARGEST_OUTPUT), (resource.RLIMIT_CORE, 0))
    for kind, most in limits:
        with suppress(ValueError, OSError):  # a stricter limit holds already, or there is none
            resource.setrlimit(kind, (most, most))


def _tell(book: Any, wanted: str) -> None:
    known = [(each.name, _word(each.visible), _word(each.typ)) for each in book.sheets_metadata]
    _say(known)
    for name, state, kind in known:
        if kind == "WorkSheet" and (name == wanted if wanted else state == "Visible"):
            sheet = book.get_sheet_by_name(name)
            _say({"name": name, "merged": sheet.merged_cell_ranges or []})
            imprecise: dict[int, list[int]] = {}
            for line, row in _texts(sheet, imprecise):
                _say([line, *row])
            _say({"imprecise": imprecise})


def _word(state: Any) -> str:
    return repr(state).rpartition(".")[2]


def _texts(sheet: Any, imprecise: dict[int, list[int]]) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, by number; the days of a column with hours get hours too.

    Notes by column the rows of numbers that have more digits than the fifteen that a cell keeps.
    """
    rows = list(enumerate(sheet.to_python(skip_empty_area=False), 1))
    width = max((len(row) for _, row in rows), default=0)
    hours = [any(type(row[place]) is dt.datetime for _, row in rows if place < len(row))
             for place in range(width)]
    for line, row in rows:
        if any(not isinstance(cell, str) or cell.strip() for cell in row):
            for place, cell in enumerate(row):
                if type(cell) in _NUMBERS and abs(cell) >= _PRECISE:
                    imprecise.setdefault(place, []).append(line)
            yield line, [_text(cell, has_hours=hours[place]) for place, cell in enumerate(row)]


def _text(cell: Any, *, has_hours: bool) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, (int, float)):
        return _number(cell)
    if isinstance(cell, dt.timedelta):
        return _span(cell)
    if type(cell) is dt.date and has_hours:
        return f"{cell.isoformat()} 00:00:00"
    return str(cell)  # ISO, its date and time apart by a blank


def _number(number: float) -> str:
    """A number as a spreadsheet shows it: no more than fifteen digits, never an exponent."""
    if number == int(number) and abs(number) < _PRECISE:
        return str(int(number))
    return format(Decimal(f"{number:.15g}"), "f")


def _span(span: dt.timedelta) -> str:
    seconds = round(span.total_seconds())
    sign = "-" if seconds < 0 else ""
    minutes, second = divmod(abs(seconds), 60)
    return f"{sign}{minutes // 60}:{minutes % 60:02}:{second:02}"


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    code = main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # whatever the reader holds need not be taken down piece by piece
