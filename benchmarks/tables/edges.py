"""Edges from the prepared tables beside one compiled pass over the same sorted columns.

The pass is what a machine can do at best: two readings of the columns, every edge with its events,
its cases, its mean, and the exact median and P95 of its times by selection (Hoare, Algorithm 65:
FIND, 1961). It has no names, no filters, no working time and no nulls to look at. Both take
turns in this process; neither compiling nor fetching the columns counts.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numba
import numpy as np
import ours

from workbench.engine import frame

if TYPE_CHECKING:
    from workbench.model import EventLog

ROUNDS = 5
QUANTILES = np.array([0.5, 0.95])
MICROSECONDS_PER_HOUR = 3.6e9


@numba.njit
def kernel(case, activity, begin, end, activities):  # noqa: ANN001, ANN201 - numba finds the types
    """Events, cases, total and quantiles of each edge, numbered source * activities + target."""
    edges = activities * activities
    events, cases = np.zeros(edges, np.int64), np.zeros(edges, np.int64)
    total, seen_in = np.zeros(edges, np.int64), np.full(edges, -1, np.int64)
    for row in range(1, len(case)):
        if case[row] == case[row - 1]:
            edge = activity[row - 1] * activities + activity[row]
            events[edge] += 1
            total[edge] += begin[row] - end[row - 1]
            if seen_in[edge] != case[row]:
                seen_in[edge] = case[row]
                cases[edge] += 1
    first = np.concatenate((np.zeros(1, np.int64), np.cumsum(events)))
    place, gaps = first[:-1].copy(), np.empty(first[-1], np.int64)
    for row in range(1, len(case)):
        if case[row] == case[row - 1]:
            edge = activity[row - 1] * activities + activity[row]
            gaps[place[edge]] = begin[row] - end[row - 1]
            place[edge] += 1
    quantiles = np.full((edges, len(QUANTILES)), np.nan)
    for edge in range(edges):
        if events[edge]:
            own = gaps[first[edge]:first[edge + 1]]
            for number, share in enumerate(QUANTILES):
                quantiles[edge, number] = _quantile(own, share)
    return events, cases, total, quantiles


@numba.njit
def _quantile(values, share):  # noqa: ANN001, ANN202 - numba finds the types
    """The quantile by linear interpolation between the two values that it lies between."""
    place = share * (len(values) - 1)
    lower = _select(values, int(place))
    rest = place - int(place)
    return lower if rest == 0 else lower + rest * (values[int(place) + 1:].min() - lower)


@numba.njit
def _select(values, place):  # noqa: ANN001, ANN202 - numba finds the types
    """The value that would stand at a place if they were sorted; all greater ones end up behind."""
    low, high = 0, len(values) - 1
    while low < high:
        pivot, left, right = values[(low + high) // 2], low, high
        while left <= right:
            while values[left] < pivot:
                left += 1
            while values[right] > pivot:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                left, right = left + 1, right - 1
        if place <= right:
            high = right
        elif place >= left:
            low = left
        else:
            break
    return values[place]


def columns(log: EventLog) -> tuple[list[np.ndarray], list[str]]:
    """Case, activity, begin and end of the events in their order, as numbers; and the names."""
    events = log.events
    begin = events.start if log.has("start") else events.end
    rows = frame(events.order_by("case", "position").select(
        "case", "activity", begin=begin, end="end"))
    names = sorted(rows["activity"].unique())
    numbers = [
        rows["case"], rows["activity"].astype("category").cat.set_categories(names).cat.codes,
        *(rows[name].astype("datetime64[us, UTC]").astype("int64") for name in ("begin", "end"))]
    return [column.to_numpy("int64") for column in numbers], names


def compare(file: Path) -> dict[str, float]:
    """The medians of both in seconds. Raises AssertionError where they do not agree."""
    log = ours.load(file)
    coded, names = columns(log)
    kernel(*(column[:2] for column in coded), len(names))
    taken: dict[str, list[float]] = {"workbench": [], "kernel": []}
    for _ in range(ROUNDS):
        for name, work in (("workbench", lambda: ours.TABLES["directly_follows"](log)),
                           ("kernel", lambda: kernel(*coded, len(names)))):
            started = time.perf_counter()
            found = work()
            taken[name].append(time.perf_counter() - started)
            if name == "workbench":
                table = found
    _check(table, found, names)
    return {name: median(seconds) for name, seconds in taken.items()}


def _check(table, found, names: list[str]) -> None:  # noqa: ANN001 - what the two give
    events, cases, total, quantiles = found
    number = {name: place for place, name in enumerate(names)}
    edge = [number[source] * len(names) + number[target]
            for source, target in zip(table["source"], table["target"], strict=True)]
    np.testing.assert_array_equal(events[edge], table["events"])
    np.testing.assert_array_equal(cases[edge], table["cases"])
    mean = total[edge] / events[edge] / MICROSECONDS_PER_HOUR
    np.testing.assert_allclose(mean, table["mean_hours"], rtol=1e-9)
    for place, name in enumerate(("median_hours", "p95_hours")):
        np.testing.assert_allclose(
            quantiles[edge, place] / MICROSECONDS_PER_HOUR, table[name], rtol=1e-9)


if __name__ == "__main__":
    print(json.dumps(compare(Path(sys.argv[1]))))
