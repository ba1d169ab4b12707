"""When a resource is on duty: by the stated calendar, else by when the log sees it take up work.

The discovered calendar is a week of 168 hours in the time zone of the log. With `MANY` events or
more, a resource is on duty in those hours of the week in which it begins at least `SELDOM` times as
many events as in the mean hour. With fewer, but `SOME` or more, the same is asked of the 24 hours
of the day and of the seven days alone, and an hour of the week is on duty where its hour and its
day are. With fewer still the calendar of all resources together stands in, and where even they
have too few events nobody is said to be off duty. (At these numbers an hour of a round-the-clock
operation would be empty by chance in fewer than one log in a hundred.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from workbench.clock import working_clock
from workbench.engine import frame, local_time, sent
from workbench.metrics.waiting.timeline import EPOCH, HOUR, whole

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from workbench.model import EventLog

MANY = 1680
SOME = 240
SELDOM = 0.05

DAY_HOURS = 24
WEEK_DAYS = 7
WEEK_HOURS = DAY_HOURS * WEEK_DAYS
EVERYBODY = -1
"""The lane that stands for all together."""


def with_stated(log: EventLog, points: ir.Table, lanes: ir.Table) -> ir.Table:
    """The moments of lanes with `on_duty` by the calendar of the log.

    `lanes` has lane and number (of the calendar, as in `workbench.clock.WorkingClock`).
    """
    import pandas as pd

    assert log.calendar is not None  # noqa: S101 - the caller asked
    seen = frame(points.aggregate(first=points.at.min(), last=points.at.max()))
    if pd.isna(seen["first"][0]):
        return points.mutate(on_duty=ibis.null("int64"))
    clock = working_clock(log.calendar, log.zone, seen["first"][0], seen["last"][0])
    table = sent(pd.DataFrame(clock.table), points)
    placed = points.join(lanes, "lane")
    since = placed.at.delta(ibis.timestamp("1970-01-01T00:00:00Z"), unit="microsecond")
    placed = placed.mutate(since=since)
    placed = placed.mutate(place=placed.number * clock.cells
                           + whole(placed.since - clock.origin, clock.cell))
    found = placed.join(table, "place")
    into = ibis.least(ibis.greatest(found.since - found.begin, 0), found.length)
    return found.select("lane", "at", "more", "edge", on_duty=found.base + into)


def with_discovered(log: EventLog, points: ir.Table, laned: ir.Table) -> ir.Table:
    """The moments of lanes with `on_duty` by when each lane's work (`laned`) is taken up."""
    hours = weeks(log, laned)
    known = frame(hours.aggregate(rows=hours.count(), everybody=(hours.lane == EVERYBODY).any()))
    if not known["rows"][0]:
        return points.mutate(on_duty=ibis.null("int64"))
    owners = hours.filter(hours.lane != EVERYBODY).select("lane").distinct().mutate(own=True)
    asked = points.left_join(owners, "lane").drop("lane_right")
    nobody = asked.own.isnull()  # noqa: PD003 - an Ibis column
    asked = _local(log, asked.mutate(owner=ibis.ifelse(nobody, EVERYBODY, asked.lane)))
    found = asked.left_join(hours, [asked.owner == hours.lane, asked.slot == hours.slot])
    lasted = found.week * found.weekly + found.passed + found.into_hour * found.on
    return found.select("lane", "at", "more", "edge", on_duty=ibis.ifelse(
        found.weekly == WEEK_HOURS * HOUR, ibis.null("int64"), lasted))


def weeks(log: EventLog, laned: ir.Table) -> ir.Table:
    """The discovered weeks: lane, slot (0 is Monday 00:00), on (0 or 1), passed, weekly.

    `passed` is the duty of the week before the slot, `weekly` all of it (microseconds). Lanes
    with too few events have none; the lane `EVERYBODY` is all together.
    """
    begun = _local(log, laned.filter(laned.own).select("lane", at="start"))
    each = begun.group_by("lane", "slot").aggregate(events=begun.count())
    everybody = each.group_by("slot").aggregate(events=each.events.sum())
    counted = ibis.union(
        each, everybody.select("slot", "events", lane=ibis.literal(EVERYBODY, "int64"))
        .select("lane", "slot", "events"))
    many = counted.group_by("lane").aggregate(total=counted.events.sum())
    slots = ibis.range(0, WEEK_HOURS).unnest().name("slot").as_table()
    grid = many.filter(many.total >= SOME).cross_join(slots)
    grid = grid.left_join(counted, ["lane", "slot"]).select(
        "lane", "slot", "total", events=lambda joined: ibis.coalesce(joined.events, 0),
        hour=grid.slot % DAY_HOURS, day=whole(grid.slot - grid.slot % DAY_HOURS, DAY_HOURS))
    of_hour = grid.events.sum().over(ibis.window(group_by=["lane", "hour"]))
    of_day = grid.events.sum().over(ibis.window(group_by=["lane", "day"]))
    weekly = grid.events * WEEK_HOURS >= SELDOM * grid.total
    daily = (of_hour * DAY_HOURS >= SELDOM * grid.total) & (
        of_day * WEEK_DAYS >= SELDOM * grid.total)
    judged = grid.mutate(on=ibis.ifelse(
        grid.total >= MANY, weekly, daily).cast("int64"))
    until = ibis.window(group_by="lane", order_by="slot", preceding=None, following=0)
    return judged.select(
        "lane", "slot", "on", passed=(judged.on.sum().over(until) - judged.on) * HOUR,
        weekly=judged.on.sum().over(ibis.window(group_by="lane")) * HOUR)


def _local(log: EventLog, rows: ir.Table) -> ir.Table:
    """Rows with the place of `at` in the weeks of the time zone: week, slot, into_hour."""
    clock = local_time(rows.at, log.zone)
    rows = rows.mutate(shown=clock.delta(ibis.literal(EPOCH), unit="microsecond"))
    rows = rows.mutate(into_hour=rows.shown % HOUR)
    rows = rows.mutate(hours=whole(rows.shown - rows.into_hour, HOUR))
    rows = rows.mutate(slot=rows.hours % WEEK_HOURS)
    return rows.mutate(week=whole(rows.hours - rows.slot, WEEK_HOURS)).drop("shown", "hours")
