"""How much each resource has to do, and how much of its time that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.clock import working_hours
from workbench.engine import frame, local_time
from workbench.metrics import levels
from workbench.metrics.metric import Question
from workbench.metrics.stock import period_ends
from workbench.metrics.time import covered_hours, total_hours

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from workbench.model import Calendar, EventLog


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
    periods in which it starts anything, within the time observed. All that a resource does counts,
    also where the log was cut to some cases: it is asked of those who work on them. Columns: n
    (resources), busy_hours, available_hours, utilisation (0-1; one total by the other); hours of
    the working clock are `working_…`. Empty with one timestamp or without resources.
    """
    import pandas as pd

    before, keys = question.prefix, levels.columns(question)
    whole = log.whole or log
    rows = levels.event_rows(whole, question).drop_null(["resource", "start", "end"])
    if log.whole is not None:
        rows = rows.semi_join(log.events.drop_null("resource"), "resource")
    names = list(dict.fromkeys(["resource", *keys]))
    found = frame(_worked(rows, names) if before else _present(rows, names, log))
    if before:
        found["available"] = _available(rows, names, whole, question, found)
    if keys:
        summed = found.groupby(keys, dropna=False, sort=False, as_index=False).agg(
            n=("resource", "nunique"), busy=("busy", "sum"), available=("available", "sum"))
    else:
        summed = pd.DataFrame({"n": [found["resource"].nunique()], "busy": [found["busy"].sum()],
                               "available": [found["available"].sum()]})
    known = summed["n"] > 0
    available = summed["available"].where(known & (summed["available"] > 0))
    return levels.answer(summed[[*keys, "n"]].assign(**{
        f"{before}busy_hours": summed["busy"].where(known),
        f"{before}available_hours": available,
        "utilisation": summed["busy"] / available}), log, question)


def _present(rows: ir.Table, names: list[str], log: EventLog) -> ir.Table:
    """Busy hours by the clock, and those between the first start and the last end of each day."""
    days = rows.group_by([*names, local_time(rows.start, log.zone).truncate("D").name("day")]
                         ).aggregate(start=rows.start.min(), end=rows.end.max())
    busy = covered_hours(rows, by=names).rename(busy="hours")
    present = covered_hours(days, by=names).rename(available="hours")
    return _matched(busy, present, names)


def _worked(rows: ir.Table, names: list[str]) -> ir.Table:
    """Busy hours by the working clock."""
    return covered_hours(
        rows, by=names, start="worked_at_start", end="worked_at_end").rename(busy="hours")


def _matched(left: ir.Table, right: ir.Table, names: list[str]) -> ir.Table:
    """Two tables side by side by the same names, unknown ones too."""
    joined = left.join(right, [left[name].identical_to(right[name]) for name in names],
                       rname="{name}_there")
    return joined.select(*left.columns, "available")


def _available(
    rows: ir.Table, names: list[str], log: EventLog, question: Question, found: pd.DataFrame
) -> pd.Series:
    """The working hours of each resource in the periods in which it starts anything."""
    import pandas as pd

    calendar = log.calendar
    if calendar is None or found.empty:
        return pd.Series(float("nan"), index=found.index)
    period = levels.first_day(rows.start, log, question)
    others = [name for name in names if name != "period"]
    weeks = frame(rows.mutate(period=period).group_by([*others, "period"]).aggregate(
        own_unit=lambda group: group.unit.min()))
    hours = weeks.assign(available=_offered(weeks, calendar, log, question)).groupby(
        names, dropna=False, as_index=False)["available"].sum()
    merged: pd.Series = found.merge(hours, on=names, how="left")["available"]
    return merged.set_axis(found.index)


def _offered(
    weeks: pd.DataFrame, calendar: Calendar, log: EventLog, question: Question
) -> pd.Series:
    import pandas as pd

    first = frame(log.events.aggregate(first=log.events.start.min()))["first"][0]
    begins, ends = period_ends(weeks["period"], log, question)
    begins, ends = begins.where(begins > first, first), ends.where(ends < log.cut, log.cut)
    own = weeks["own_unit"].where(weeks["own_unit"].isin(list(calendar.units))).fillna("")
    hours = pd.Series(0.0, index=weeks.index)
    for unit, rows in weeks.groupby(own):
        hours.loc[rows.index] = working_hours(
            calendar.units.get(str(unit), calendar.hours), log.zone,
            begins.loc[rows.index], ends.loc[rows.index])
    return hours
