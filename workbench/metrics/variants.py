"""Which ways cases take: variants, what follows what, where cases begin and end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from workbench.engine import frame
from workbench.metrics.time import mean_hours

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from workbench.model import EventLog


def variants(log: EventLog) -> pd.DataFrame:
    """The distinct sequences of activities, the most frequent first, equal ones by code point.

    Columns: rank (from 1), activities (a JSON list), cases, share (of all cases, 0-1),
    cumulative_share, median_throughput_hours and, with a calendar,
    working_median_throughput_hours.

    >>> from workbench import sample
    >>> found = variants(sample.log("c1: a b; c2: a; c3: a b"))
    >>> found[["rank", "activities", "cases"]].values.tolist()
    [[1, '["a","b"]', 2], [2, '["a"]', 1]]
    """
    cases = log.cases
    counted = cases.group_by("variant_rank").aggregate(
        activities=cases.variant.min(),
        cases=cases.count(),
        median_throughput_hours=cases.throughput_hours.median(),
        **({"working_median_throughput_hours": cases.working_throughput_hours.median()}
           if log.calendar else {}),
    )
    in_order = [ibis.desc("cases"), "activities"]  # a part of a log has ranks of its own
    found = counted.mutate(
        rank=ibis.row_number().over(order_by=in_order) + 1,
        share=counted.cases / counted.cases.sum().over(ibis.window()),
        cumulative_share=counted.cases.sum().over(ibis.cumulative_window(order_by=in_order))
        / counted.cases.sum().over(ibis.window()),
    )
    return frame(found.order_by("rank").select(
        "rank", "activities", "cases", "share", "cumulative_share", "median_throughput_hours",
        *(["working_median_throughput_hours"] if log.calendar else []),
    ))


def directly_follows(log: EventLog) -> pd.DataFrame:
    """Which activity comes right after which, how often and after how long.

    Columns: source, target, events (how often), cases (in how many), mean_hours, median_hours,
    p95_hours: from the end of the source to the start of the target, negative where they
    overlap; with one timestamp the time elapsed between the two. With a calendar also
    working_mean_hours, working_median_hours, working_p95_hours: the same in the working time of the
    unit of the target.

    >>> from workbench import sample
    >>> found = directly_follows(sample.log("c1: a|0-1 b|3-4 a|4-5; c2: a|0-1 b|2-3"))
    >>> found[["source", "target", "events", "mean_hours"]].values.tolist()
    [['a', 'b', 2, 1.5], ['b', 'a', 1, 0.0]]
    """
    clocks = ("", "working_") if log.calendar else ("",)
    events = log.events.drop_null("previous_activity")
    edge = {"source": events.previous_activity, "target": events.activity}
    measured = events.group_by(**edge).aggregate(
        events=events.count(),
        **{f"{clock}mean_hours": mean_hours(events[f"{clock}gap_hours"]) for clock in clocks},
        **{f"{clock}quantiles": events[f"{clock}gap_hours"].quantile([0.5, 0.95])
           for clock in clocks},
    )
    counted = measured.join(_cases_with(log), ["source", "target"])
    times = {f"{clock}{name}_hours": value for clock in clocks for name, value in (
        ("mean", counted[f"{clock}mean_hours"]),
        ("median", counted[f"{clock}quantiles"][0]), ("p95", counted[f"{clock}quantiles"][1]))}
    return frame(counted.order_by(["source", "target"]).select(
        "source", "target", "events", "cases", **times))


def _cases_with(log: EventLog) -> ir.Table:
    """In how many cases each edge occurs (`source`, `target`, `cases`).

    All cases of a variant have the same edges: those of one of them are looked up, and stand for
    as many cases as the variant has. Exact, and far less to look at than every case.
    """
    alike = log.cases.group_by("variant_rank").aggregate(
        case=log.cases.case.min(), alike=log.cases.count())
    events = log.events.join(alike, "case").drop_null("previous_activity")
    edges = events.select(
        "case", "alike", source=events.previous_activity, target=events.activity).distinct()
    return edges.group_by(["source", "target"]).aggregate(cases=edges.alike.sum())


def start_activities(log: EventLog) -> pd.DataFrame:
    """The activities that cases begin with. Columns: activity, cases.

    >>> from workbench import sample
    >>> start_activities(sample.log("c1: a b; c2: b")).values.tolist()
    [['a', 1], ['b', 1]]
    """
    return _cases_by(log, "first_activity")


def end_activities(log: EventLog) -> pd.DataFrame:
    """The activities that cases end with so far. Columns: activity, cases.

    >>> from workbench import sample
    >>> end_activities(sample.log("c1: a b; c2: b")).values.tolist()
    [['b', 2]]
    """
    return _cases_by(log, "last_activity")


def _cases_by(log: EventLog, column: str) -> pd.DataFrame:
    counted = log.cases.group_by(activity=log.cases[column]).aggregate(cases=log.cases.count())
    return frame(counted.order_by("activity"))
