"""How much each resource has to do, and how much of its time that takes.

All that a resource does is looked at once: what each span adds to those before it, by unit and
day. That small table answers every question of busy and available hours.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

import ibis

from workbench.clock import working_hours
from workbench.engine import frame, local_time, microseconds
from workbench.metrics import levels
from workbench.metrics.metric import Question
from workbench.metrics.stock import period_ends
from workbench.metrics.time import MICROSECONDS_PER_HOUR, total_hours

if TYPE_CHECKING:
    import pandas as pd

    from workbench.model import Calendar, EventLog

_KEPT: dict[tuple[int, str], pd.DataFrame] = {}
"""The days of a log and clock by the log, for as long as it lives."""


def workload(log: EventLog, question: Question) -> pd.DataFrame:
    """What is done: events, cases and hours of work.

    Columns: n (events), cases (in which they are), resources (that did them; empty without
    resources), total_hours (their spans; empty with one timestamp), and by resource
    events_per_resource and hours_per_resource (of what a known resource did).
    """
    keys, before = levels.columns(question), question.prefix
    rows = levels.event_rows(log, question)
    hours = rows[f"{before}processing_hours"]
    of_known = (rows.resource == rows.resource).ifelse(hours, None)
    found = levels.grouped(
        rows, keys, n=rows.count(), cases=rows.case.nunique(),
        resources=rows.resource.nunique().nullif(0), total=total_hours(hours),
        by_known=rows.resource.count(), of_known=total_hours(of_known))
    return levels.answer(found.select(
        *keys, "n", "cases", "resources", events_per_resource=found.by_known / found.resources,
        **{f"{before}total_hours": found.total,
           f"{before}hours_per_resource": found.of_known / found.resources}), log, question)


def utilisation(log: EventLog, question: Question) -> pd.DataFrame:
    """The hours in which resources are busy, by the hours that they are there.

    By the clock: the union of the spans of a resource (work on two cases at once counts once) by
    the hours between the first start and the last end of its days. By the working clock: the same
    union in working time, by the working hours of its unit (of several the first by name) in the
    weeks or months in which it starts anything, within the time observed. Where two spans overlap,
    the one that began first counts whole; a span counts in the unit, day and period in which it
    began, so that busy hours add up. All that a resource does counts, also where the log was cut to
    some cases: it is asked of those who work on them. Columns: n (resources), busy_hours,
    available_hours, utilisation (one total by the other; of work that overlaps midnight or units it
    may exceed 1); hours of the working clock are `working_…`. Empty with one timestamp or without
    resources.
    """
    before, keys = question.prefix, levels.columns(question)
    whole = log.whole or log
    rows = days(whole, before)
    if log.whole is not None:
        names = frame(log.events.drop_null("resource").select("resource").distinct())
        rows = rows[rows["resource"].isin(names["resource"])]
    rows = rows.assign(period=periods(rows["day"], question))
    groups = list(dict.fromkeys(["resource", *keys]))
    busy = rows.groupby(groups, dropna=False)["busy"].sum() / MICROSECONDS_PER_HOUR
    offered = (available(rows, groups, whole, question) if before else present(rows, groups))
    found = busy.to_frame().assign(available=offered.reindex(busy.index)).reset_index()
    found = found.assign(n=1)
    if keys:
        summed = found.groupby(keys, dropna=False, as_index=False)[["n", "busy", "available"]].sum()
    else:
        summed = found[["n", "busy", "available"]].sum().to_frame().T.astype({"n": "int64"})
    known = summed["n"] > 0
    there = summed["available"].where(known & (summed["available"] > 0))
    return levels.answer(summed[[*keys, "n"]].assign(**{
        f"{before}busy_hours": summed["busy"].where(known), f"{before}available_hours": there,
        "utilisation": summed["busy"] / there}), log, question)


def days(log: EventLog, before: str = "") -> pd.DataFrame:
    """The days of each resource and unit: what was done on them, and from when to when.

    Taken in the order of their starts, each span adds to the union of the spans of its resource
    what reaches beyond all before it. Columns: resource, unit, day (of the log's zone, on which the
    spans start), busy (whole microseconds, of the working clock with `before`), start, end (first
    start and last end).
    """
    key = (id(log), before)
    if key not in _KEPT:
        _KEPT[key] = _days(log, before)
        weakref.finalize(log, _KEPT.pop, key, None)
    return _KEPT[key]


def _days(log: EventLog, before: str) -> pd.DataFrame:
    spans = log.events.drop_null(["resource", "start", "end"])
    start, end = ("worked_at_start", "worked_at_end") if before else ("start", "end")
    earlier = ibis.window(group_by="resource", order_by=[start, end], preceding=(None, 1))
    latest = ibis.greatest(spans[start], spans[end].max().over(earlier))
    beyond = spans[end] - latest if before else microseconds(spans[end], latest)
    rows = spans.select("resource", "unit", "start", "end", beyond=ibis.greatest(beyond, 0),
                        day=local_time(spans.start, log.zone).truncate("D"))
    found = frame(rows.group_by(["resource", "unit", "day"]).aggregate(
        busy=rows.beyond.sum(), start=rows.start.min(), end=rows.end.max()))
    return found.assign(day=found["day"].astype("datetime64[us]"))


def periods(first_days: pd.Series, question: Question) -> pd.Series:
    """The first day of the week or month of each day."""
    import pandas as pd

    days_of = first_days.dt.day - 1 if question.period == "month" else first_days.dt.day_of_week
    found: pd.Series = first_days - pd.to_timedelta(days_of, unit="D")
    return found


def present(rows: pd.DataFrame, groups: list[str]) -> pd.Series:
    """By group the hours between the first start and the last end of each day, their union."""
    spans = rows.groupby([*groups, "day"], dropna=False).agg(
        start=("start", "min"), end=("end", "max")).reset_index()
    spans = spans.sort_values(["start", "end"])
    by = [spans[name] for name in groups]
    latest = spans.groupby(by, dropna=False)["end"].cummax().groupby(by, dropna=False).shift()
    since = spans["start"].where(~(latest > spans["start"]), latest)
    hours = (spans["end"] - since).dt.total_seconds().clip(lower=0) / 3600
    found: pd.Series = hours.groupby(by, dropna=False).sum()
    return found


def available(
    rows: pd.DataFrame, groups: list[str], log: EventLog, question: Question
) -> pd.Series:
    """By group the working hours of the periods in which a resource starts anything."""
    others = list(dict.fromkeys([*groups, "period"]))
    if log.calendar is None:
        return rows.groupby(groups, dropna=False)["busy"].sum() * float("nan")
    spans = rows.assign(own_unit=rows["unit"]).groupby(others, dropna=False)["own_unit"].min()
    weeks = spans.reset_index()
    offered = weeks.assign(hours=_offered(weeks, log.calendar, log, question))
    found: pd.Series = offered.groupby(groups, dropna=False)["hours"].sum()
    return found


def _offered(
    weeks: pd.DataFrame, calendar: Calendar, log: EventLog, question: Question
) -> pd.Series:
    import pandas as pd

    hours = pd.Series(0.0, index=weeks.index)
    if weeks.empty:
        return hours
    first = frame(log.events.aggregate(first=log.events.start.min()))["first"][0]
    begins, ends = period_ends(weeks["period"], log, question)
    begins, ends = begins.where(begins > first, first), ends.where(ends < log.cut, log.cut)
    own = weeks["own_unit"].where(weeks["own_unit"].isin(list(calendar.units))).fillna("")
    for unit, rows in weeks.groupby(own):
        hours.loc[rows.index] = working_hours(
            calendar.units.get(str(unit), calendar.hours), log.zone,
            begins.loc[rows.index], ends.loc[rows.index])
    return hours
