"""What happens at each activity: how often, how often again, and how long it takes.

The terms are those of edeaR: a self-loop is the same activity immediately again; a repetition is
the activity again after another one (a further block of it). Either is a repeat where the same
resource does it again, and a redo where another one does; who did it before is whoever did the
occurrence before of the same activity in the case.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import ibis

from workbench.engine import frame
from workbench.metrics.time import total_hours

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    from ibis.expr.types.groupby import GroupedTable

    from workbench.model import EventLog

_COUNTS = ("activity", "events", "cases", "self_loops", "repetitions", "repeats", "redos",
           "rework_cases", "rework_rate")
TIMES = ("processing", "waiting", "elapsed")
SUMMED = ("busy", "idle")
"""What its events add to the union of the spans of a case, and to the pauses between them."""


def activities(log: EventLog) -> pd.DataFrame:
    """One row per activity, sorted by name.

    Columns: activity, events, cases (with it), self_loops, repetitions (events), repeats, redos
    (self-loops and repetitions by the same and by another resource, where both are known; empty
    without resources), rework_cases (cases with it twice or more), rework_rate (rework_cases /
    cases), and for processing, waiting and elapsed time the median_…_hours and p95_…_hours over
    events and total_…_hours, and total_busy_hours and total_idle_hours. Processing: work, the span
    of each event; busy: what it adds to the spans begun before in the case, so that work done at
    the same time counts once. Waiting: from when it was enabled to the start (see
    `workbench.model.EventLog`); idle: the time before its start in which nothing ran in the case;
    elapsed: from the end of the event before to the end. Over all activities, busy and idle hours
    add up to the throughput of all cases where no arrivals are known; processing and waiting
    hours may exceed it. With one
    timestamp there is elapsed time only. Where it is known when a task arrived, its waiting and
    elapsed time begin then. With a calendar the same times in the working time of the unit:
    working_median_…_hours, working_p95_…_hours and working_total_…_hours.

    >>> from workbench import sample
    >>> found = activities(sample.log("c1: a@x b@x b@y a@x; c2: a@x"))
    >>> found[["activity", "events", "cases", "self_loops", "repetitions"]].values.tolist()
    [['a', 3, 2, 0, 1], ['b', 2, 1, 1, 0]]
    >>> found[["repeats", "redos", "rework_cases"]].values.tolist()
    [[1, 0, 1], [0, 1, 1]]
    >>> found["rework_rate"].tolist()
    [0.5, 1.0]
    """
    events, clocks = log.events, ("", "working_") if log.calendar else ("",)
    known, grouped = log.has("resource"), events.group_by("activity")
    counted = grouped.aggregate(
        events=events.count(),
        cases=(events.occurrence == 1).sum(),
        self_loops=events.self_loop.sum(),
        repetitions=events.repetition.sum(),
        repeats=_times_by(events.resource == events.resource_before, known=known),
        redos=_times_by(events.resource != events.resource_before, known=known),
        rework_cases=(events.occurrence == 2).sum(),
        **{f"{clock}total_{time}_hours": total_hours(events[f"{clock}{time}_hours"])
           for clock in clocks for time in (*TIMES, *SUMMED)},
    )
    found = frame(counted.mutate(rework_rate=counted.rework_cases / counted.cases))
    for clock in clocks:
        for time in TIMES if log.has("start") else ("elapsed",):
            found = found.merge(frame(_quantiles(grouped, events, f"{clock}{time}")), on="activity")
    return found.reindex(columns=[*_COUNTS, *(
        name for clock in clocks for name in _hours(clock))]).sort_values(
            "activity", ignore_index=True)


def _times_by(whom: ir.BooleanColumn, *, known: bool) -> ir.IntegerScalar:
    return whom.fill_null(False).sum() if known else ibis.null("int64")


def _quantiles(grouped: GroupedTable, events: ir.Table, time: str) -> ir.Table:
    """Median and P95 of one kind of hours: exact ones, held in memory one at a time."""
    found = grouped.aggregate(quantiles=events[f"{time}_hours"].quantile([0.5, 0.95]))
    clock, name = ("working_", time.removeprefix("working_")) if "_" in time else ("", time)
    return found.select("activity", **{f"{clock}median_{name}_hours": found.quantiles[0],
                                       f"{clock}p95_{name}_hours": found.quantiles[1]})


def _hours(clock: str) -> Iterator[str]:
    """The columns of hours by the clock of the wall, or by the working clock."""
    for time in TIMES:
        yield from (f"{clock}{figure}_{time}_hours" for figure in ("median", "p95", "total"))
    for time in SUMMED:
        yield f"{clock}total_{time}_hours"


def again(log: EventLog, *columns: str) -> ir.Table:
    """The events of rework, each with who did the activity before in the case.

    Columns: case, activity, kind (self_loop, repetition), by (`same`, `other` or `unknown`
    resource), and those that are asked for.
    """
    events = log.events.filter(log.events.occurrence > 1)
    return events.select(
        "case", "activity", "resource", *columns,
        kind=events.self_loop.ifelse("self_loop", "repetition"),
        by=ibis.cases((events.resource == events.resource_before, "same"),
                      (events.resource != events.resource_before, "other"), else_="unknown"))


def summary(log: EventLog) -> pd.DataFrame:
    """Rework of the whole log in one row.

    Columns: cases, rework_cases (any activity twice or more), rework_rate (of all cases), events,
    rework_events (self-loops and repetitions), rework_event_share, rework_processing_hours (spent
    on those events; empty where none of it is known), self_loop_cases, first_time_right (share of
    cases without rework), rolled_yield (product over the activities of the share of their cases
    that pass them once).

    >>> from workbench import sample
    >>> found = summary(sample.log("c1: a b b; c2: a b; c3: a b"))
    >>> found[["rework_cases", "rework_events", "events"]].values.tolist()
    [[1, 1, 7]]
    """
    repeated = log.events.occurrence > 1
    events = log.events.aggregate(
        events=log.events.count(),
        rework_events=repeated.sum(),
        rework_processing_hours=(repeated.sum().coalesce(0) == 0).ifelse(
            0.0, total_hours(repeated.ifelse(log.events.processing_hours, None)))
        if log.has("start") else ibis.null("float64"),
        self_loop_cases=log.events.case.nunique(where=log.events.self_loop),
    )
    cases = log.cases.aggregate(cases=log.cases.count(), rework_cases=log.cases.rework.sum())
    both = events.cross_join(cases)
    found = frame(both.select(
        "cases", "rework_cases", rework_rate=both.rework_cases / both.cases, events=both.events,
        rework_events=both.rework_events, rework_event_share=both.rework_events / both.events,
        rework_processing_hours=both.rework_processing_hours,
        self_loop_cases=both.self_loop_cases,
        first_time_right=1 - both.rework_cases / both.cases,
    ))
    return found.assign(rolled_yield=rolled(passes(log)))


def passes(log: EventLog) -> pd.DataFrame:
    """How many cases pass each activity, and how many of them once. Columns: activity, cases, once.

    >>> from workbench import sample
    >>> passes(sample.log("c1: a b b; c2: a b")).values.tolist()
    [['a', 2, 2], ['b', 2, 1]]
    """
    occurrence = log.events.occurrence
    counted = log.events.group_by("activity").aggregate(
        cases=(occurrence == 1).sum(), again=(occurrence == 2).sum())
    return frame(counted.order_by("activity").select(
        "activity", "cases", once=counted.cases - counted.again))


def rolled(passed: pd.DataFrame) -> float:
    """Rolled throughput yield: the product of the first-pass yields of all activities."""
    return math.prod((passed["once"] / passed["cases"]).tolist())
