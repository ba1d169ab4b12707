"""Where the header of a raw grid stands, and which of its rows are no data.

Exports for people carry title rows above the header, headers in two rows, and rows of totals. An
ordinary table, whose first row names every column once, passes untouched.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from workbench.intake.findings import listed, refuse
from workbench.intake.formats.signs import seen
from workbench.model import Problem

_SEARCHED = 20  # rows that may stand above the header
_BENEATH = 50  # rows that show what stands beneath it
_NARROWEST = 3  # columns; a narrower table is never searched for titles
_JOINED_BY = "/"
_SHOWN = 5
_VALUE = re.compile(r"(?=.*\d)[\d\s:\uff1a/.,%+年月日时分秒上下午TZE-]+")
TOTAL = (r"(?i)^\s*(?:(?:本[页月季年])?[合总小共累]\s*计|总\s*数"
         r"|(?:grand\s+|sub[\s-]?)?totals?|sum)"
         "\\s*(?:[:\uff1a(\uff08]?\\s*[\\d,.]*\\s*[条行笔件单]?[)\uff09]?)\\s*$")
"""How the first filled cell of a row of totals reads."""
_MOMENT = re.compile(r"\d{4}[-/.]\d\d[-/.]\d\d(?:[ T]\d\d:\d\d(?::\d\d\S*)?)?")
_FEWEST = 3  # rows that show how long the times of the last column are
_NEARLY_ALL = 0.9
_TOTAL = re.compile(TOTAL)


class _Head(NamedTuple):
    """The first and the last row of the header; what stands above is a title."""

    first: int
    last: int


def laid_out(records: list[list[str]], lines: list[int], file: str, *, set_aside: dict[str, int],
             problems: list[Problem]) -> tuple[list[str], list[list[str]], list[int]]:
    """The header of a grid, its rows of data, and the line of each.

    Rows of totals, repetitions of the header and rows of another width are taken out, counted in
    `set_aside` and named in `problems`; so are, uncounted, the titles above the header.

    Args:
        records: the rows of the grid, the header among them; not empty.
        lines: the line of each.
        file: names the grid in messages.
        set_aside: reason → rows, added to.
        problems: added to.

    Raises:
        InputRefused: two columns have one name, or nearly all rows have another width.

    >>> laid_out([["list", "", ""], ["id", "step", "day"], ["1", "check", "2026-03-02"]],
    ...          [1, 2, 3], "a.csv", set_aside={}, problems=[])
    (['id', 'step', 'day'], [['1', 'check', '2026-03-02']], [3])
    """
    head = _head(records)
    if head.first:
        problems.append(Problem("warning", "title_rows", file, lines[0], count=head.first,
                                values={"header": lines[head.first]}))
    if head.last > head.first:
        problems.append(Problem("warning", "header_double", file, lines[head.first], count=2))
    fields = _names(records, head)
    header = named(fields, lines[head.last], file)
    rows, places = records[head.last + 1:], lines[head.last + 1:]
    again = [place for place, row in enumerate(rows) if row == fields]
    _take_out(again, "header_again", rows, places, file, set_aside, problems)
    totals = [place for place, row in enumerate(rows) if is_total(row)]
    _take_out(totals, "total_row", rows, places, file, set_aside, problems)
    rows = _without_trail(rows, places, len(header), file, problems)
    ragged = [place for place, row in enumerate(rows) if len(row) != len(header)]
    found = {"fields": len(rows[ragged[0]]) if ragged else 0, "expected": len(header)}
    if len(ragged) >= max(_FEWEST, _NEARLY_ALL * len(rows)):
        refuse([Problem("rejected", "all_ragged", file, places[ragged[0]], None, len(ragged),
                        found)])
    _take_out(ragged, "ragged_row", rows, places, file, set_aside, problems, **found)
    return header, rows, places


def is_plain(records: Sequence[Sequence[str]]) -> bool:
    """Whether the first row of a grid is its header and the only one."""
    return _head(records) == _Head(0, 0)


def named(fields: Iterable[str], line: int, file: str) -> list[str]:
    """The names of the columns; one without a name is called by its place.

    Raises:
        InputRefused: two columns have one name.

    >>> named(["id", " ", "day "], 1, "a.csv")
    ['id', '#2', 'day']
    """
    names = [seen(field) or f"#{place}" for place, field in enumerate(fields, 1)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        refuse(Problem("rejected", "header_twice", file, line, name) for name in twice)
    return names


def is_total(row: Sequence[str]) -> bool:
    """Whether a row holds totals: it says so first, and most of its other text is blank.

    >>> is_total(["合计", "", "120"]), is_total(["total", "check", "2026-03-02"])
    (True, False)
    """
    place = next((place for place, cell in enumerate(row) if cell and not cell.isspace()), None)
    if place is None or not _TOTAL.match(row[place]):
        return False
    others = [cell.strip() for cell in row[place + 1:]]
    texts = sum(bool(cell) and not _is_value(cell) for cell in others)
    values = sum(bool(cell) for cell in others) - texts
    return not texts or 2 * texts < len(others) - values


def is_cut(column: Sequence[str]) -> bool:
    """Whether the last cell of a file ends inside a time: all others are longer, and alike.

    >>> is_cut(["2026-03-02", "2026-03-03", "2026-03-04", "2026-0"])
    True
    """
    if len(column) <= _FEWEST or not re.fullmatch(r"[\d:/. T-]*", column[-1]):
        return False
    lengths = {len(cell) for cell in column[:-1]}
    return (len(lengths) == 1 and 0 < len(column[-1]) < lengths.pop()
            and all(map(_MOMENT.fullmatch, column[:-1])))


def take_out(places: Sequence[int], reason: str, lines: Sequence[int] | np.ndarray, file: str,
             set_aside: dict[str, int], problems: list[Problem], **values: object) -> None:
    """Count rows that are set aside and say where they stand (places are those in `lines`)."""
    if not len(places):
        return
    set_aside[reason] = set_aside.get(reason, 0) + len(places)
    shown = listed((lines[place] for place in places), _SHOWN)
    problems.append(Problem("repaired", reason, file, int(lines[places[0]]), count=len(places),
                            values={**values, "lines": shown}))


def _take_out(places: list[int], reason: str, rows: list[list[str]], lines: list[int], file: str,
              set_aside: dict[str, int], problems: list[Problem], **values: object) -> None:
    take_out(places, reason, lines, file, set_aside, problems, **values)
    if places:
        gone = set(places)
        rows[:] = [row for place, row in enumerate(rows) if place not in gone]
        lines[:] = [line for place, line in enumerate(lines) if place not in gone]


def _without_trail(rows: list[list[str]], places: list[int], width: int, file: str,
                   problems: list[Problem]) -> list[list[str]]:
    """Rows without the blank field behind a last delimiter, where nearly all rows have one."""
    long = [len(row) == width + 1 and not row[-1].strip() for row in rows]
    if sum(long) < max(_FEWEST, _NEARLY_ALL * len(rows)):
        return rows
    problems.append(Problem("repaired", "trailing_delimiter", file, places[long.index(True)],
                            count=sum(long)))
    return [row[:-1] if cut else row for row, cut in zip(rows, long, strict=True)]


def _head(records: Sequence[Sequence[str]]) -> _Head:
    plain = _Head(0, 0)
    sample = records[:_SEARCHED + _BENEATH]
    width = Counter(len(row) for row in sample).most_common(1)[0][0]
    if width < _NARROWEST or (2 * len(sample[0]) > width and _is_complete(sample[0])):
        return plain
    for place, row in enumerate(sample[:_SEARCHED]):
        if len(row) != width or not _is_header(row, sample[place + 1:]):
            continue
        double = place > 0 and _is_group(sample[place - 1], row)
        below = sample[place + 1]
        if not double and (_is_title(row, width) or (
                _is_group(row, below) and _is_header(below, sample[place + 2:]))):
            continue
        first = place - 1 if double else place
        titles = sample[:first]
        notes = [each for each in titles if not _is_title(each, width)]
        if notes and (not _is_title(sample[0], width) or not all(map(_is_note, notes))):
            return plain
        return _Head(first, place)
    return plain


def _is_header(row: Sequence[str], beneath: Sequence[Sequence[str]]) -> bool:
    """Names, with numbers or dates beneath some of them, and none of them again beneath itself."""
    rows = [each for each in beneath[:_BENEATH] if len(each) == len(row) and each != row]
    if any(_is_value(cell) for cell in row):
        return False
    columns = [[cell for cell in column if cell.strip()] for column in zip(*rows, strict=True)]
    if any(name in column for name, column in zip(row, columns, strict=False)):
        return False
    return any(2 * sum(map(_is_value, column)) > len(column) for column in columns)


def _is_title(row: Sequence[str], width: int) -> bool:
    """Few cells are filled: a merged title, "printed on …", or an empty row."""
    return sum(bool(cell.strip()) for cell in row) <= max(1, width // 2)


def _is_note(row: Sequence[str]) -> bool:
    """Beneath a title: a name with its values ("period, 2026-03-01, to, 2026-03-31")."""
    return not _is_value(row[0]) and any(map(_is_value, row))


def _is_group(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether a row names groups of the columns that the row beneath it names."""
    cells = [cell.strip() for cell in upper] + [""] * (len(lower) - len(upper))
    filled = [cell for cell in cells if cell]
    if len(cells) != len(lower) or any(_is_value(cell) or re.search("[:\uff1a]", cell)
                                       for cell in filled):
        return False
    if len(filled) < 2 and (not filled or cells[0]):
        return False  # one cell over everything is a title
    joined = _joined(cells, lower)
    if not _is_complete(joined):
        return False
    spans = _spans(cells, lower)
    return bool(spans) and (not _is_complete(lower) or min(spans) > 1)


def _spans(upper: Sequence[str], lower: Sequence[str]) -> list[int]:
    """How many columns each group covers, those left out that have no name beneath."""
    groups = [name.rpartition(_JOINED_BY)[0] for name in _joined(upper, lower)]
    return [size for group, size in Counter(groups).items() if group]


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    names, group = [], ""
    for above, below in zip((cell.strip() for cell in upper), (cell.strip() for cell in lower),
                            strict=True):
        if above:
            group = above if below and below != above else ""
        elif not below:
            group = ""
        names.append(f"{group}{_JOINED_BY}{below}" if group and below else below or above)
    return names


def _names(records: Sequence[Sequence[str]], head: _Head) -> list[str]:
    lower = list(records[head.last])
    if head.first == head.last:
        return lower
    upper = list(records[head.first])
    return _joined(upper + [""] * (len(lower) - len(upper)), lower)


def _is_complete(row: Sequence[str]) -> bool:
    names = [cell.strip() for cell in row]
    return all(names) and len(set(names)) == len(names)


def _is_value(cell: str) -> bool:
    return bool(_VALUE.fullmatch(cell.strip()))
