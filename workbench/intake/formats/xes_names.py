"""Names of the columns of a log in XES: what an event says stands apart from what its case says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.model import Problem

CASE = "case:"
"""Stands before the keys of a case."""

_EVENT = "event:"


def apart(events: Mapping[str, pa.ChunkedArray],
          traces: Mapping[str, pa.ChunkedArray]) -> tuple[dict[str, pa.ChunkedArray],
                                                          dict[str, str]]:
    """The columns of events; one called as a column of the case gets a name of its own.

    >>> apart({"case:a": 1, "b": 2}, {"a": 3})
    ({'event:case:a': 1, 'b': 2}, {'case:a': 'event:case:a'})
    """
    taken = {CASE + name for name in traces}
    renamed = {}
    for key in events:
        name = key
        while name in taken or (name != key and name in events):
            name = _EVENT + name
        if name != key:
            renamed[key] = name
    return {renamed.get(key, key): column for key, column in events.items()}, renamed


def renamed_keys(renamed: Mapping[str, str], cells: pd.DataFrame, lines: np.ndarray,
                 file: str) -> Iterator[Problem]:
    """Say which keys of events were renamed, with the first line and how many events have it."""
    for key, name in renamed.items():
        rows = np.flatnonzero(cells[name].ne("").to_numpy(dtype=bool))
        if len(rows):
            yield Problem("repaired", "xes_case_key", file, int(lines[rows[0]]), key, len(rows),
                          {"renamed": name})
