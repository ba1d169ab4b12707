"""What happens at each activity: how often, how often again, and how long it takes.

The terms are those of edeaR: a self-loop is the same activity immediately again; a repetition is
the activity again after another one (a further block of it). Either is a repeat where the same
resource does it again, and a redo where another one does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import ibis

from workbench.engine import frame
from workbench.metrics.time import total_hours

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from workbench.model import EventLog

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
    again = log.events.occurrence > 1
    clocks = ("", "working_") if log.calendar else ("",)
    before = log.events.resource.lag().over(
        group_by=["case", "activity"], order_by="occurrence")
    counted = (
        log.events.mutate(same=again & (log.events.resource == before),
                          other=again & (log.events.resource != before))
        .group_by("activity")
        .aggregate(
            events=lambda group: group.count(),
            cases=lambda group: (group.occurrence == 1).sum(),
            self_loops=lambda group: group.self_loop.sum(),
            repetitions=lambda group: group.repetition.sum(),
            repeats=lambda group: _count(group.same, log),
            redos=lambda group: _count(group.other, log),
            rework_cases=lambda group: (group.occurrence == 2).sum(),
            **{f"{clock}{time}_quantiles":
               log.events[f"{clock}{time}_hours"].quantile([0.5, 0.95])
               for clock in clocks for time in TIMES},
            **{f"{clock}total_{time}_hours": total_hours(log.events[f"{clock}{time}_hours"])
               for clock in clocks for time in (*TIMES, *SUMMED)},
        )
    )
    return frame(counted.order_by("activity").select(
        "activity", "events", "cases", "self_loops", "repetitions", "repeats", "redos",
        "rework_cases", rework_rate=counted.rework_cases / counted.cases,
        **{name: column for clock in clocks for name, column in _times(counted, clock)},
    ))


def _times(counted: ir.Table, clock: str) -> Iterator[tuple[str, ir.Column]]:
    """The columns of hours by the clock of the wall, or by the working clock."""
    for time in TIMES:
        yield f"{clock}median_{time}_hours", counted[f"{clock}{time}_quantiles"][0]
        yield f"{clock}p95_{time}_hours", counted[f"{clock}{time}_quantiles"][1]
        yield f"{clock}total_{time}_hours", counted[f"{clock}total_{time}_hours"]
    for time in SUMMED:
        yield f"{clock}total_{time}_hours", counted[f"{clock}total_{time}_hours"]


def _count(flags: ir.BooleanColumn, log: EventLog) -> ir.IntegerScalar:
    return flags.fill_null(False).sum() if log.has("resource") else ibis.null("int64")


def summary(log: EventLog) -> pd.DataFrame:
    """Rework of the whole log in one row.

    Columns: cases, rework_cases (any activity twice or more), rework_rate (of all cases), events,
    rework_events (self-loops and repetitions), rework_event_share, rework_processing_hours (spent
    on those events; empty with one timestamp), self_loop_cases, first_time_right (share of cases
    without rework), rolled_yield (product over the activities of the share of their cases that
    pass them once).

    >>> from workbench import sample
    >>> found = summary(sample.log("c1: a b b; c2: a b; c3: a b"))
    >>> found[["rework_cases", "rework_events", "events"]].values.tolist()
    [[1, 1, 7]]
    """
    again = log.events.occurrence > 1
    events = log.events.aggregate(
        events=log.events.count(),
        rework_events=again.sum(),
        rework_processing_hours=total_hours(again.ifelse(log.events.processing_hours, 0.0))
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
    return found.assign(rolled_yield=(1 - activities(log)["rework_rate"]).prod())
