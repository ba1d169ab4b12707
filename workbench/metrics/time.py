"""How long cases take, and what the log holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from workbench.engine import frame
from workbench.intake.personal import personal_ids
from workbench.metrics.pseudonyms import signs

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from workbench.model import EventLog

MICROSECONDS_PER_HOUR = 3_600_000_000.0
_SIGNS = 12  # of the pseudonym of a case id

CASE_TIMES = ("throughput", "processing", "busy", "waiting")
"""The times of a case: each as `…_hours` and, with a calendar, as `working_…_hours`."""


def total_hours(hours: ir.FloatingColumn) -> ir.FloatingScalar:
    """The sum of a column of hours, the same whatever order it is added in.

    The hours go back to the whole microseconds that they were made from; their sum is exact.
    """
    return (hours * MICROSECONDS_PER_HOUR).round().cast("int64").sum() / MICROSECONDS_PER_HOUR


def mean_hours(hours: ir.FloatingColumn) -> ir.FloatingScalar:
    """The mean of a column of hours, from their exact sum."""
    return total_hours(hours) / hours.count()


def ranked(cases: ir.Table) -> ir.Table:
    """The cases with `variant_rank` counted among exactly these cases.

    A log may be cut down to some of its cases (a period, a unit); the ranks that were prepared are
    those of the whole log.

    >>> from workbench import sample
    >>> cases = sample.log("c1: a; c2: a; c3: b").cases
    >>> frame(ranked(cases.filter(cases.case_id == "c3")))["variant_rank"].tolist()
    [1]
    """
    counted = cases.group_by("variant").aggregate(alike=cases.count())
    order = [ibis.desc("alike"), "variant"]
    ranks = counted.select("variant", variant_rank=ibis.row_number().over(order_by=order) + 1)
    return cases.drop("variant_rank").join(ranks, "variant")


def log_summary(log: EventLog) -> pd.DataFrame:
    """One row that says what the log holds.

    Columns: events, cases, closed_cases (empty where no end activities are configured),
    activities, variants, resources (empty where there is no such column), first, last (moments),
    cases_with_ties (cases with at least two events whose order the times do not tell).

    >>> from workbench import sample
    >>> found = log_summary(sample.log("c1: check pay; c2: check", end_activities=["pay"]))
    >>> found[["events", "cases", "closed_cases", "activities", "variants"]].values.tolist()
    [[3, 2, 1, 2, 2]]
    """
    cases = log.cases.aggregate(
        cases=log.cases.count(),
        closed_cases=log.cases.closed.sum(),
        variants=log.cases.variant.nunique(),
        first=log.cases.start.min(),
        last=log.cases.end.max(),
        cases_with_ties=log.cases.tied.sum(),
    )
    events = log.events.aggregate(
        events=log.events.count(),
        activities=log.events.activity.nunique(),
        resources=log.events.resource.nunique().nullif(0),
    )
    return frame(events.cross_join(cases))[[
        "events", "cases", "closed_cases", "activities", "variants", "resources", "first", "last",
        "cases_with_ties",
    ]]


def cases(log: EventLog, *, reveal: bool = False) -> pd.DataFrame:
    """One row per case, sorted by case_id.

    Columns: case_id (a pseudonym where it is a mail address, a telephone or an identity number,
    unless names are asked for with `reveal`), start (the earlier of the arrival, where one is
    known, and the first start), end (the last end), closed,
    throughput_hours (end minus start: the observed span, of an open case only what has passed),
    processing_hours (work: the sum of the spans), busy_hours (by the clock: the union of the
    spans, where work done at the same time counts once), waiting_hours (throughput minus that
    union: the time in which nothing ran, the metric `idle`; not the waiting of its events from
    enabled to start, which `activities` and the metric `waiting` tell), events, variant_rank,
    rework (any activity twice or more), withdrawn, unit, stratum. Busy and waiting hours add up to
    throughput; processing hours may exceed it. All three are empty where the log has one
    timestamp. With a calendar also working_throughput_hours, working_processing_hours,
    working_busy_hours and working_waiting_hours: the same in the working time of its unit.

    >>> from workbench import sample
    >>> found = cases(sample.log("c1: check|0-1 ask|0-1 pay|3-4"))
    >>> found[["throughput_hours", "processing_hours"]].values.tolist()
    [[4.0, 3.0]]
    >>> found[["busy_hours", "waiting_hours"]].values.tolist()
    [[2.0, 2.0]]
    """
    counted = ranked(log.cases) if log.whole else log.cases
    found = frame(counted.order_by("case").select(
        "case_id", "start", "end", "closed", "throughput_hours", "processing_hours",
        "busy_hours", "waiting_hours", "events", "variant_rank", "rework", "withdrawn", "unit",
        "stratum", *(f"working_{name}_hours" for name in CASE_TIMES if log.calendar),
    ))
    return found if reveal else without_people(found, log.key)


def without_people(found: pd.DataFrame, key: str) -> pd.DataFrame:
    """Cases whose id names a person under a pseudonym, sorted by it."""
    ids = found["case_id"]
    shown = shown_ids(ids, key)
    if shown is ids:
        return found
    return found.assign(case_id=shown).sort_values("case_id", ignore_index=True)


def shown_ids(ids: pd.Series, key: str) -> pd.Series:
    """Case ids, those that are a mail address, a telephone or an identity number by pseudonym.

    >>> import pandas
    >>> shown_ids(pandas.Series(["c1", "who@example.com"]), "key").tolist()
    ['c1', 'C-71KX5YFN0RRW']
    """
    several = ids.str.contains(":", regex=False).any()  # the file stands before the id
    hit = personal_ids(ids.str.replace(r"^.*:", "", regex=True) if several else ids)
    if not hit.any():
        return ids
    return ids.where(~hit, other=[f"C-{signs(key, name)[:_SIGNS]}" for name in ids])
