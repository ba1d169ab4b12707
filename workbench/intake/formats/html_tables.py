"""Tables of a web page, also one that is called .xls, to a table of text.

The page is read by the standard library's parser, which runs nothing and opens nothing. Cells over
several columns or rows are laid out on a grid and treated as merged cells are. The line of
a row is its number in the table, as a spreadsheet program shows it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from workbench.errors import InputRefused
from workbench.intake.findings import listed, refuse
from workbench.intake.formats.declared import codec_of, is_utf_8, is_western, is_wide
from workbench.intake.formats.encodings import decode
from workbench.intake.formats.grid import Merged, filled, trimmed
from workbench.intake.formats.html_grid import CutError, Grid, TooLargeError, grids_of
from workbench.intake.formats.layout import laid_out
from workbench.intake.formats.table import Choices, TextTable, as_cells
from workbench.model import Problem

_LARGEST = 500_000_000  # bytes
_HEAD = 4_000  # bytes in which a page says its encoding
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_LEAST = 2  # cells that make a row a header


def read_html(path: Path, file: str, choices: Choices) -> TextTable:
    """Read the largest table of a page; tables of one header are one, on several pages.

    Raises:
        InputRefused: no table in it, an unknown encoding, or two columns of one name.
    """
    if path.stat().st_size > _LARGEST:
        refuse([Problem("rejected", "file_large", file)])
    data = path.read_bytes()
    text, encoding, remarks = _decoded(data, file)
    grids = _grids(text, file)
    if not grids:
        refuse([Problem("rejected", "html_no_table", file)])
    grid, more = _chosen(grids, file)
    return _table(grid, file, [*remarks, *more], encoding, choices,
                  hashlib.sha256(data).hexdigest())


def _grids(text: str, file: str) -> list[Grid]:
    try:
        return grids_of(text)
    except TooLargeError:
        refuse([Problem("rejected", "sheet_too_large", file)])
    except CutError:
        refuse([Problem("rejected", "file_cut", file)])


def _decoded(data: bytes, file: str) -> tuple[str, str, tuple[Problem, ...]]:
    """The text: UTF-8 where it is that, else as the page says where that fits its bytes.

    Where a page says that it is in an encoding of single bytes nothing can contradict it: there
    the evidence counts first, and what the page says only where there is none.
    """
    stated = _CHARSET.search(data[:_HEAD])
    name = stated[1].decode("ascii", "replace")[:40] if stated else ""
    codec = codec_of(name) if name and not data.startswith(_MARKS) else None
    if codec is None or codec == "utf-8" or data.isascii():
        return decode(data, file)
    if is_utf_8([data], codec):
        return data.decode(), "utf-8", (
            Problem("warning", "encoding_lie", file, 1, values={"encoding": name}),)
    if is_wide(codec):
        return decode(data, file)
    if is_western(codec):
        try:
            return decode(data, file)
        except InputRefused:
            pass
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return decode(data, file)
    return text, codec, (Problem("warning", "encoding_used", file, values={"encoding": codec}),)


def _chosen(grids: Sequence[Grid], file: str) -> tuple[Grid, list[Problem]]:
    """The largest table, those of its header joined; the rest is named and counted."""
    alike: dict[tuple[tuple[str, ...], ...], list[Grid]] = {}
    for grid in grids:
        alike.setdefault(_header(grid), []).append(grid)
    best = max(alike.values(), key=lambda group: sum(grid.size for grid in group))
    problems = []
    if len(best) > 1:
        rows = sum(_rows(grid) for grid in best[1:]) - (len(best) - 1) * len(_header(best[0]))
        problems.append(Problem("info", "tables_joined", file, count=len(best),
                                values={"rows": rows}))
    others = [grid for group in alike.values() if group is not best for grid in group]
    if others:
        names = ["·".join(cell[:20] for cell in _header(grid)[-1] if cell)[:60] for grid in others]
        problems.append(Problem("warning", "tables_several", file, count=len(others), values={
            "rows": sum(map(_rows, others)), "tables": listed(dict.fromkeys(names), 5)}))
    return _joined(best), problems


def _rows(grid: Grid) -> int:
    return sum(any(row) for row in grid.rows)


def _header(grid: Grid) -> tuple[tuple[str, ...], ...]:
    """The rows of a table down to the first that fills several cells, without blank ones."""
    rows = []
    for row in grid.rows:
        if any(row):
            rows.append(tuple(row))
            if sum(map(bool, row)) >= _LEAST:
                return tuple(rows)
    return tuple(rows[:1])


def _joined(grids: Sequence[Grid]) -> Grid:
    """Tables one below the other; the header of every further one is left blank.

    So the line of a row counts the rows of all tables from the first one's header on.
    """
    rows: list[list[str]] = []
    merged: list[Merged] = []
    for nth, grid in enumerate(grids):
        above, heads = len(rows), len(_header(grid)) if nth else 0
        for row in grid.rows:
            rows.append([] if heads and any(row) else row)
            heads -= bool(heads and any(row))
        merged += [Merged((area.first[0] + above, area.first[1]),
                          (area.last[0] + above, area.last[1])) for area in grid.merged]
    return Grid(rows, merged)


def _table(grid: Grid, file: str, problems: list[Problem], encoding: str, choices: Choices,
           sha256: str) -> TextTable:
    aside: dict[str, int] = {}
    full = dict(enumerate(grid.rows, 1))
    numbers = [number for number, row in full.items() if any(row)]
    columns, rows = trimmed([full[number] for number in numbers])
    header, kept, lines = laid_out(rows, numbers, file, set_aside=aside, problems=problems)
    problems += filled(kept, lines, header, columns, full, grid.merged, file,
                       fill=choices.merged == "fill")
    return TextTable(file, as_cells(header, kept), np.array(lines, dtype=np.int64),
                     len(kept) + sum(aside.values()), aside, tuple(problems), encoding, sha256)
