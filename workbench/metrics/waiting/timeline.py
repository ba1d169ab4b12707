"""The time of each resource as elementary spans, and what had passed of it at each moment.

A lane is a resource as one calendar sees it. Its moments are all starts and ends of its work and
all moments at which work for it became possible; between two of them nothing changes. Running
sums over them answer in one look-up how long the lane had been busy, or free and on duty, up to a
moment: what lies between two moments is a difference of whole microseconds, so that parts of a
wait add up to the wait.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import ibis

from workbench.engine import microseconds

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from workbench.model import EventLog

EPOCH = datetime(1900, 1, 1)  # noqa: DTZ001 - what a clock on the wall shows
"""A Monday, 00:00: weeks are counted from it."""


def whole(number: ir.IntegerValue, by: int) -> ir.IntegerValue:
    """A whole number divided by one, without the rest; exact up to 2^53 on every engine."""
    return ((number - number % by) / by).cast("int64")


def work(log: EventLog) -> ir.Table:
    """All work of which it is known who did it from when to when.

    Columns: case, position, activity, resource, unit, enabled, start, end (moments). What is not
    known to have been possible earlier became possible when it began.
    """
    events = log.events
    known = events.filter(
        events.resource.notnull() & events.start.notnull() & events.end.notnull()
        & (events.end >= events.start))
    return known.select(
        "case", "position", "activity", "resource", "unit", "start", "end",
        enabled=ibis.least(ibis.coalesce(known.enabled, known.start), known.start))


def lanes(log: EventLog, work: ir.Table) -> ir.Table:
    """The lanes of a log: lane (whole number), resource, number (of the calendar it is seen by)."""
    pairs = work.select("resource", number=_number(log, work)).distinct()
    order = ibis.window(order_by=["resource", "number"])
    return pairs.mutate(lane=ibis.row_number().over(order).cast("int64"))


def _number(log: EventLog, work: ir.Table) -> ir.IntegerValue:
    """The number of the calendar of an event's unit, as in `workbench.clock.WorkingClock`."""
    units = log.calendar.units if log.calendar else {}
    numbers = [(unit, number) for number, unit in enumerate(units, 1)]
    return work.unit.cases(*numbers, else_=0) if numbers else ibis.literal(0)


def laned(log: EventLog, work: ir.Table, lanes: ir.Table) -> ir.Table:
    """All work of a resource in each of its lanes.

    `own` says in which one it waited, `newest` when the latest of the work begun before it there
    had become possible.
    """
    found = work.mutate(own_number=_number(log, work)).join(lanes, "resource")
    before = ibis.window(group_by="lane", order_by=["start", "end", "case", "position"],
                         preceding=(None, 1))
    return found.select("case", "position", "activity", "unit", "lane", "enabled", "start", "end",
                        own=found.own_number == found.number,
                        newest=found.enabled.max().over(before))


def moments(laned: ir.Table) -> ir.Table:
    """The moments of each lane: lane, at, running (how many more run from then), edge (bool)."""
    lasting = (laned.end > laned.start).cast("int8")
    parts = ibis.union(
        laned.select("lane", at=laned.start, more=lasting, edge=ibis.literal(1, "int8")),
        laned.select("lane", at=laned.end, more=-lasting, edge=ibis.literal(1, "int8")),
        laned.filter(laned.own).select(
            "lane", at=laned.enabled, more=ibis.literal(0, "int8"), edge=ibis.literal(0, "int8")),
    )
    return parts.group_by("lane", "at").aggregate(
        more=parts.more.sum(), edge=parts.edge.max())


def timeline(points: ir.Table) -> ir.Table:
    """What had passed in a lane at each of its moments.

    `points` has lane, at, more, edge (1 where work began or ended) and on_duty (microseconds its
    duty had lasted by then; null where it is always on duty). Columns: lane, at, edge, begins (1
    where a busy span begins: one between two edges in which some work ran), segment (how many busy
    spans had begun before), busy, free (microseconds by then in which some work ran; in which none
    ran and the resource was on duty).
    """
    order = {"group_by": "lane", "order_by": "at"}
    since = ibis.window(**order, preceding=None, following=0)
    opened = points.mutate(
        running=points.more.sum().over(since) > 0,
        passes=microseconds(points.at.lead().over(ibis.window(**order)), points.at),
        served=points.on_duty.lead().over(ibis.window(**order)) - points.on_duty,
    )
    passes = ibis.coalesce(opened.passes, 0)
    served = ibis.greatest(0, ibis.least(ibis.coalesce(opened.served, passes), passes))
    measured = opened.select(
        "lane", "at", "edge", begins=(opened.running & (opened.edge == 1)).cast("int64"),
        busy_here=ibis.ifelse(opened.running, passes, 0),
        free_here=ibis.ifelse(opened.running, 0, served),
    )
    summed = {name: measured[f"{name}_here"].sum().over(since) - measured[f"{name}_here"]
              for name in ("busy", "free")}
    return measured.select(
        "lane", "at", "edge", "begins", segment=measured.begins.sum().over(since) - measured.begins,
        **summed)


def placed(laned: ir.Table, passed: ir.Table) -> ir.Table:
    """Work with what its lane's timeline shows when it became possible, began and ended.

    Adds enabled_busy, enabled_free, enabled_segment, and the same of start and of end; where it is
    not waited for in this lane, the first three are null.
    """
    for moment in ("enabled", "start", "end"):
        names = ("busy", "free", "segment")
        seen = passed.select(at_lane="lane", at="at", **{f"{moment}_{name}": passed[name]
                                                         for name in names})
        laned = laned.left_join(
            seen, [laned.lane == seen.at_lane, laned[moment] == seen.at]).drop("at_lane", "at")
    return laned
