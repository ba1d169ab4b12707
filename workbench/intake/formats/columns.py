"""Rows that each name their own cells (XES events) to columns of text, a batch at a time.

A batch becomes Arrow columns at once, so that the memory holds bytes and not millions of objects.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.intake.findings import refuse
from workbench.model import Problem

_MOST = 3_000  # columns: a log with more invents one for each row


class Columns:
    """Columns that grow by batches of rows; a column may appear at any time."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.rows: list[dict[str, str]] = []
        self._made: dict[str, list[pa.Array]] = {}
        self._length = 0

    def flush(self) -> None:
        """Turn the rows gathered so far into columns."""
        names = dict.fromkeys(name for row in self.rows for name in row)
        for name in names:
            if name not in self._made:
                self._made[name] = [_blank(self._length)]
        if len(self._made) > _MOST:
            refuse([Problem("rejected", "columns_too_many", self.file,
                            count=len(self._made))])
        for name, pieces in self._made.items():
            pieces.append(pa.array([row.get(name, "") for row in self.rows], pa.large_string())
                          if name in names else _blank(len(self.rows)))
        self._length += len(self.rows)
        self.rows.clear()

    def cells(self, groups: Sequence[dict[str, str]], sizes: np.ndarray,
              prefix: str) -> pd.DataFrame:
        """All columns; before them those of the groups that the rows belong to.

        Args:
            groups: cells of each group of consecutive rows.
            sizes: how many rows each group has.
            prefix: stands before the names of their columns.
        """
        names = dict.fromkeys(name for group in groups for name in group)
        places = pa.array(np.repeat(np.arange(len(groups)), sizes))
        made = {}
        for name in names:
            whole = pa.array([group.get(name, "") for group in groups], pa.large_string())
            made[prefix + name] = _series(pa.chunked_array([whole.take(places)]))
        for name in list(self._made):
            made[name] = _series(pa.chunked_array(self._made.pop(name)))
        return pd.DataFrame(made)


def _blank(length: int) -> pa.Array:
    return pa.repeat(pa.scalar("", pa.large_string()), length)


def _series(column: pa.ChunkedArray) -> pd.Series:
    return pd.Series(pd.array(column, dtype="str"))  # type: ignore[call-overload]
