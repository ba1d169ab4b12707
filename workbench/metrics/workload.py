"""How much comes in, goes out and is under way, week by week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from workbench.engine import frame, local_time
from workbench.metrics import queues
from workbench.metrics.metric import Question

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from workbench.model import EventLog


def weekly_load(log: EventLog) -> pd.DataFrame:
    """Cases that arrive, are closed and are open, per week of the log's time zone.

    Columns: period (the Monday), arrivals (cases whose first event starts in the week), closed
    (cases closed in it, withdrawn ones among them), open (cases not closed at its end; those that
    began before the log begins cannot be seen). Without end activities the last two are empty.

    >>> from workbench import sample
    >>> weekly_load(sample.log("c1: a b; c2: a b|200", end_activities=["b"])).values.tolist()
    [['2026-01-05', 2, 1, 1], ['2026-01-12', 0, 1, 0]]
    """
    closed = log.cases.filter(log.cases.closed)
    movements = ibis.union(
        log.cases.select(period=_monday(log.cases.start, log.zone), arrived=1, left=0),
        closed.select(period=_monday(closed.end, log.zone), arrived=0, left=1),
    )
    counted = movements.group_by("period").aggregate(
        arrivals=movements.arrived.sum(), closed=movements.left.sum())
    so_far = ibis.cumulative_window(order_by="period")
    found = frame(counted.order_by("period").mutate(
        open=(counted.arrivals - counted.closed).sum().over(so_far)))
    return _whole(found, known=bool(log.end_activities))


def workload(log: EventLog) -> pd.DataFrame:
    """What arrives, is closed and stands, per week of the log's time zone.

    Columns: period (the Monday), arrivals, closed, open (at its end; as of `weekly_load`),
    work_in_progress (cases under way, on average over the part of the week that was observed) and
    queue_length (work enabled and not started, on average). Without end activities closed, open
    and work_in_progress are empty, with one timestamp queue_length is, and where of no work it is
    known since when it could begin.

    >>> from workbench import sample
    >>> found = workload(sample.log("c1: a b|3-4; c2: a|0-2", end_activities=["b"], cut_hours=8))
    >>> found[["arrivals", "closed", "open"]].values.tolist()
    [[2, 1, 1]]
    >>> found[["work_in_progress", "queue_length"]].values.tolist()
    [[1.5, 0.25]]
    """
    found, question = weekly_load(log), Question(by=("period",))
    for column, standing in (
            ("work_in_progress", queues.work_in_progress), ("queue_length", queues.queue_length)):
        by_week = standing(log, question).set_index("period")["average"]
        found[column] = found["period"].map(by_week).astype("float64")
    return found


def _monday(moment: ir.TimestampColumn, zone: str) -> ir.DateColumn:
    return local_time(moment, zone).truncate("W")


def _whole(found: pd.DataFrame, *, known: bool) -> pd.DataFrame:
    """Put in the weeks in which nothing happened, and take out what cannot be known."""
    import pandas as pd

    if found.empty:
        return found.assign(period=found["period"].astype("str"), **{
            name: found[name].astype("Int64") for name in ("arrivals", "closed", "open")})
    weeks = pd.date_range(found["period"].min(), found["period"].max(), freq="7D", name="period")
    found = found.set_index("period").reindex(weeks).reset_index()
    numbers = found[["arrivals", "closed"]].fillna(0).astype("Int64")
    found = found.assign(**numbers, open=found["open"].ffill().astype("Int64"),
                         period=found["period"].dt.strftime("%Y-%m-%d"))
    if not known:
        found[["closed", "open"]] = pd.NA
    return found
