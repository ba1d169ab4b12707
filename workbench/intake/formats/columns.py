"""Rows that each name their own cells (XES events) to columns of text, a batch at a time.

A batch becomes Arrow columns at once, so that the memory holds bytes and not millions of objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.intake.findings import refuse
from workbench.model import Problem

TEXT = pa.large_string()
_MOST = 3_000  # columns: a log with more invents one for each row
_MOST_CELLS = 30_000_000  # of more cells, blank ones included, …
_BLANKEST = 30  # … no more than this may share a byte of text


class Columns:
    """Columns that grow by batches of rows; a column may appear at any time."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.rows: list[dict[str, str]] = []
        self._made: dict[str, list[pa.Array]] = {}
        self._length = self._text = 0

    def flush(self) -> None:
        """Turn the rows gathered so far into columns."""
        names = dict.fromkeys(name for row in self.rows for name in row)
        self._refuse_too_many(len(names))
        self._refuse_blank(len(names), len(self.rows))
        made = {name: pa.array([row.get(name, "") for row in self.rows], TEXT) for name in names}
        count = len(self.rows)
        self.rows.clear()
        self._append(made, count)

    def add(self, made: Mapping[str, pa.Array], count: int) -> None:
        """Put further rows, which are columns already, after those that are there."""
        self.flush()
        self._append(made, count)

    def _append(self, made: Mapping[str, pa.Array], count: int) -> None:
        for name in made:
            if name not in self._made:
                self._made[name] = [_blank(self._length)]
        self._refuse_too_many(len(self._made))
        for name, pieces in self._made.items():
            pieces.append(made[name] if name in made else _blank(count))
        self._length += count
        self._text += sum(array.nbytes - 8 * len(array) for array in made.values())
        self._refuse_blank(len(self._made), 0)

    def _refuse_too_many(self, count: int) -> None:
        if count > _MOST:
            self._refuse(count)

    def _refuse_blank(self, names: int, further: int) -> None:
        """Refuse columns that nearly all rows leave blank: so many cells are a trap."""
        cells = max(names, len(self._made)) * (self._length + further)
        if cells > _MOST_CELLS:
            text = self._text + sum(len(value) for row in self.rows for value in row.values())
            if cells > _BLANKEST * text:
                self._refuse(max(names, len(self._made)))

    def _refuse(self, count: int) -> NoReturn:
        refuse([Problem("rejected", "columns_too_many", self.file, count=count)])

    def taken(self) -> dict[str, pa.ChunkedArray]:
        """All columns; nothing is left behind."""
        self.flush()
        return {name: pa.chunked_array(self._made.pop(name), TEXT) for name in list(self._made)}


def table_of(groups: Mapping[str, pa.ChunkedArray], sizes: np.ndarray,
             rows: Mapping[str, pa.ChunkedArray], prefix: str) -> pd.DataFrame:
    """The columns of rows, before them those of the groups that the rows belong to.

    Args:
        groups: one row per group of consecutive rows.
        sizes: how many rows each group has.
        rows: the rows of all groups.
        prefix: stands before the names of the groups' columns.
    """
    places = pa.array(np.repeat(np.arange(len(sizes)), sizes))
    made = {prefix + name: _series(pa.chunked_array([column.combine_chunks().take(places)]))
            for name, column in groups.items()}
    return pd.DataFrame(made | {name: _series(column) for name, column in rows.items()})


def _blank(length: int) -> pa.Array:
    return pa.repeat(pa.scalar("", TEXT), length)


def _series(column: pa.ChunkedArray) -> pd.Series:
    return pd.Series(pd.array(column, dtype="str"))
