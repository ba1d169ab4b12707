"""Grids of cells as sheets and web pages have them: columns that stay blank, cells merged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from workbench.intake.findings import refuse
from workbench.model import Problem

_MOST = 2_000_000  # merged cells: more are areas upon areas


class Merged(NamedTuple):
    """A merged area: row and column of its first and of its last cell, counted from nought."""

    first: tuple[int, int]
    last: tuple[int, int]


def trimmed(rows: Sequence[Sequence[str]]) -> tuple[list[int], list[list[str]]]:
    """The places of the columns that hold anything, and the rows with these columns only.

    >>> trimmed([["", "a", "", "b"], ["", "1", ""]])
    ([1, 3], [['a', 'b'], ['1', '']])
    """
    used = sorted({place for row in rows for place, cell in enumerate(row)
                   if cell and not cell.isspace()})
    return used, [[row[place] if place < len(row) else "" for place in used] for row in rows]


def filled(rows: list[list[str]], lines: Sequence[int], header: Sequence[str],
           columns: Sequence[int], grid: Mapping[int, Sequence[str]], merged: Sequence[Merged],
           file: str, *, fill: bool) -> Iterator[Problem]:
    """Fill the blank cells of merged areas in rows of data, or say that they are blank.

    Args:
        rows: the rows of data, changed in place.
        lines: the line of each.
        header: names of the columns.
        columns: the place of each column in the sheet.
        grid: the sheet's rows by line, with all their columns.
        merged: the merged areas.
        file: names the sheet in messages.
        fill: whether to fill.
    """
    places = {line: place for place, line in enumerate(lines)}
    names = {column: place for place, column in enumerate(columns)}
    blank: dict[int, list[int]] = {}
    looked = 0
    for area in merged:
        anchor = grid.get(area.first[0] + 1, ())
        value = anchor[area.first[1]] if area.first[1] < len(anchor) else ""
        if not value:
            continue
        for row, column in _others(area, places, names):
            looked += 1
            if looked > _MOST:
                refuse([Problem("rejected", "workbook_too_large", file)])
            if not rows[row][column]:
                blank.setdefault(column, []).append(lines[row])
                if fill:
                    rows[row][column] = value
    for column, hit in sorted(blank.items()):
        if fill:
            yield Problem("repaired", "merged_filled", file, min(hit), header[column], len(hit))
        else:
            yield Problem("warning", "merged_cells", file, min(hit), header[column], len(hit))


def _others(area: Merged, places: Mapping[int, int],
            names: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Row and column of each cell of an area among the rows of data; never its first cell."""
    (top, left), (bottom, right) = area
    if (bottom - top) > len(places):
        inside = [line for line in places if top < line <= bottom + 1]
    else:
        inside = [line for line in range(top + 1, bottom + 2) if line in places]
    shown = [column for column in names if left <= column <= right]
    for line in inside:
        for column in shown:
            if (line - 1, column) != (top, left):
                yield places[line], names[column]
