"""When a resource is on duty: by the stated calendar, else by when the log sees it take up work.

The discovered calendar is a week in the time zone of the log, of half hours, of hours, or (in
logs too short for either) of the half hours or hours of the day and of the seven days. A part of
it is off duty where work is hardly ever taken up in it: in fewer than `SELDOM` as many weeks as in
the typical part in which it is. The finest of the four is taken in which a typical part would by
chance be empty in fewer than `CHANCE` of the cases. Duty begins with the first and ends with the
last work that was ever taken up in its first and last part, where that leaves out more than chance.

A resource with too few events for any is given the shortest of the calendars of those groups
(with whom it shares its most frequent activity, its most frequent unit, both, or nothing) that
account for its own work. Where no group has enough events nobody is said to be off duty.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import ibis

from workbench.clock import working_clock
from workbench.engine import frame, local_time, sent
from workbench.engine.moments import epoch_us
from workbench.metrics.waiting.timeline import EPOCH, whole

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import numpy as np
    import pandas as pd

    from workbench.model import EventLog

CHANCE = 0.01
SELDOM = 0.1
FEW = 40
"""With fewer events no resource has a week of its own (eight hours of five events)."""

SLOT = 1_800_000_000
"""Half an hour in microseconds."""

SHORTEST = 6 * SLOT
"""Where work is taken up on no more of a day than this, and several at a time, these are the hours
of batches: of duty nothing is known."""

DAYS = 7
SLOTS = 48 * DAYS


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
    since = epoch_us(placed.at)
    placed = placed.mutate(since=since)
    placed = placed.mutate(place=placed.number * clock.cells
                           + whole(placed.since - clock.origin, clock.cell))
    found = placed.join(table, "place")
    into = ibis.least(ibis.greatest(found.since - found.begin, 0), found.length)
    return found.select("lane", "at", "more", "edge", on_duty=found.base + into)


def with_discovered(log: EventLog, points: ir.Table, laned: ir.Table) -> ir.Table:
    """The moments of lanes with `on_duty` by when each lane's work (`laned`) is taken up."""
    owners, weeks = discovered(log, laned)
    if owners.empty:
        return points.mutate(on_duty=ibis.null("int64"))
    asked = points.left_join(sent(owners, points), "lane").drop("lane_right")
    asked = _local(log, asked)
    table = sent(weeks, points)
    found = asked.left_join(table, ["calendar", "slot"])
    into = ibis.least(ibis.greatest(found.into - found.begin, 0), found.length)
    return found.select("lane", "at", "more", "edge",
                        on_duty=found.week * found.weekly + found.passed + into)


def discovered(log: EventLog, laned: ir.Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The calendar of each lane that is ever off duty, and the weeks of those calendars.

    Columns: lane, calendar; calendar, slot (half hour of the week, 0 is Monday 00:00), begin,
    length (of duty in it), passed (duty of the week before it), weekly (microseconds).
    """
    import numpy as np
    import pandas as pd

    counts, groups = _counted(log, laned)
    weeks: dict[tuple[object, ...], np.ndarray | None] = {}
    unknown: set[tuple[object, ...]] = set()
    lanes: list[tuple[int, int]] = []
    known: dict[bytes, tuple[int, np.ndarray]] = {}
    for name, rows in counts.items():
        weeks[name] = week = _week(rows[:3])
        if week is not None and _only_batches(week, rows):
            unknown.add(name)
    for lane, (names, slots) in groups.items():
        week = weeks.get(("lane", lane))
        if week is None:
            week = _shared([found for name in names if (found := weeks[name]) is not None], slots)
        if unknown.intersection([("lane", lane), names[0]]):
            week = None
        if week is not None and int((week[1] - week[0]).sum()) < SLOTS * SLOT:
            number = known.setdefault(week.tobytes(), (len(known), week))[0]
            lanes.append((lane, number))
    made = []
    for number, week in known.values():
        length = week[1] - week[0]
        made.append(pd.DataFrame({
            "calendar": number, "slot": np.arange(SLOTS), "begin": week[0], "length": length,
            "passed": np.cumsum(length) - length, "weekly": int(length.sum())}))
    return (pd.DataFrame(lanes, columns=["lane", "calendar"], dtype="int64"),
            pd.concat(made).astype("int64") if made else pd.DataFrame())


def _counted(log: EventLog, laned: ir.Table) -> tuple[
        dict[tuple[object, ...], np.ndarray],
        dict[int, tuple[list[tuple[object, ...]], np.ndarray]]]:
    """What is counted of each lane and group, and the groups of each lane."""
    import numpy as np

    own = laned.filter(laned.own)
    mixed = frame(own.group_by("lane", "activity", "unit").aggregate(events=own.count()))
    begun = _local(log, own.select("lane", at="start"))
    weekly = begun.group_by("lane", "slot", "week").aggregate(
        events=begun.count(), low=begun.into.min(), high=begun.into.max())
    each = frame(weekly.group_by("lane", "slot").aggregate(
        weeks=weekly.count(), events=weekly.events.sum(), low=weekly.low.min(),
        high=weekly.high.max()))
    mixed["unit"] = mixed["unit"].fillna("")
    total = mixed.groupby("lane")["events"].sum()
    main = {}
    for column in ("activity", "unit"):
        summed = mixed.groupby(["lane", column])["events"].sum().reset_index().sort_values(
            ["events", column], ascending=[False, True])
        main[column] = summed.drop_duplicates("lane").set_index("lane")[column]
    counts: dict[tuple[object, ...], np.ndarray] = {}
    groups: dict[int, tuple[list[tuple[object, ...]], np.ndarray]] = {}
    for lane, rows in each.groupby("lane"):
        of = (main["activity"][lane], main["unit"][lane])
        names: list[tuple[object, ...]] = [
            ("both", *of), ("activity", of[0]), ("unit", of[1]), ("all",)]
        slots = rows["slot"].to_numpy()
        groups[int(str(lane))] = (names, slots)
        for name in [("lane", lane), *names] if total[lane] >= FEW else names:
            if name not in counts:
                counts[name] = np.array([np.zeros(SLOTS), np.full(SLOTS, SLOT),
                                         np.zeros(SLOTS), np.zeros(SLOTS)], dtype="int64")
            found = counts[name]
            found[0, slots] += rows["weeks"].to_numpy()
            found[1, slots] = np.minimum(found[1, slots], rows["low"].to_numpy())
            found[2, slots] = np.maximum(found[2, slots], rows["high"].to_numpy())
            found[3, slots] += rows["events"].to_numpy()
    return counts, groups


def _week(counted: np.ndarray) -> np.ndarray | None:
    """From when to when each half hour of the week is on duty; None where it cannot be told.

    `counted` has for each of them in how many weeks work was begun, and the first and last moment
    in it at which any was.
    """
    import numpy as np

    weeks, low, high = counted.reshape(3, DAYS, -1)
    if (weeks.sum(axis=0) > 0).sum() == 1 and high.max() == 0:
        return None  # only the day is known
    halves = bool(weeks[:, 1::2].any() and high.any())
    for daily in (False, True):
        for width in (1, 2) if halves else (2,):
            parts = weeks.reshape(DAYS, -1, width).sum(axis=2)
            first = (low + np.arange(low.shape[1]) % width * SLOT
                     + (weeks == 0) * width * SLOT).reshape(DAYS, -1, width).min(axis=2)
            last = ((high + np.arange(low.shape[1]) % width * SLOT)
                    * (weeks > 0)).reshape(DAYS, -1, width).max(axis=2)
            day = _on(parts.sum(axis=1)) if daily else np.ones(DAYS, dtype=bool)
            if daily:
                parts, first, last = parts.sum(axis=0), first.min(axis=0), last.max(axis=0)
            on = _on(parts.ravel())
            if on is None or day is None:
                continue
            begin, end = _edges(on, parts.ravel(), first.ravel(), last.ravel(), width * SLOT)
            if daily:
                begin, end = np.tile(begin, DAYS), np.tile(end, DAYS)
                end = np.where(np.repeat(day, len(on)), end, begin)
            return _halved(begin, end, width)
    return None


def _only_batches(week: np.ndarray, counted: np.ndarray) -> bool:
    """Whether these are the hours of batches: short, and work is taken up in numbers."""
    length = week[1] - week[0]
    within = counted[0, length > 0].sum() >= (1 - SELDOM / 2) * counted[0].sum()
    short = length.reshape(DAYS, -1).sum(axis=1).max() <= SHORTEST
    return bool(within and short and counted[3].sum() >= 2 * counted[0].sum())


def _on(counts: np.ndarray) -> np.ndarray | None:
    """The parts that are on duty, where there are enough events to say."""
    total = counts.sum()
    if not total:
        return None
    typical = total / (counts > 0).sum()
    if math.exp(1 - typical) >= CHANCE:
        return None
    found: np.ndarray = counts >= SELDOM * typical
    return found if (~found).mean() > 2 * CHANCE else found | True


def _edges(on: np.ndarray, counts: np.ndarray, first: np.ndarray, last: np.ndarray,
           size: int) -> tuple[np.ndarray, np.ndarray]:
    """From when to when each part is on duty: at the edges only as far as work was taken up."""
    import numpy as np

    begin, end = np.zeros(len(on), dtype="int64"), np.where(on, size, 0)
    late = (1 - first.clip(0, size) / size) ** counts < CHANCE
    early = (last > 0) & ((last.clip(0, size) / size) ** counts < CHANCE)
    begin = np.where(on & ~np.roll(on, 1) & late, first, begin)
    end = np.where(on & ~np.roll(on, -1) & early, last, end)
    return begin, np.maximum(begin, end)


def _halved(begin: np.ndarray, end: np.ndarray, width: int) -> np.ndarray:
    """The same in half hours."""
    import numpy as np

    shift = np.tile(np.arange(width) * SLOT, len(begin))
    return np.array([np.clip(np.repeat(edge, width) - shift, 0, SLOT) for edge in (begin, end)],
                    dtype="int64")


def _shared(weeks: list[np.ndarray], slots: np.ndarray) -> np.ndarray | None:
    """The shortest week in which nearly all of these half hours are on duty."""
    fitting = [week for week in weeks
               if ((week[1] > week[0])[slots]).mean() >= 1 - SELDOM]
    return min(fitting, key=lambda week: int((week[1] - week[0]).sum()), default=None)


def _local(log: EventLog, rows: ir.Table) -> ir.Table:
    """Rows with the place of `at` in the weeks of the time zone: week, slot, into (the slot)."""
    clock = local_time(rows.at, log.zone)
    rows = rows.mutate(shown=clock.delta(ibis.literal(EPOCH), unit="microsecond"))
    rows = rows.mutate(into=rows.shown % SLOT)
    rows = rows.mutate(halves=whole(rows.shown - rows.into, SLOT))
    rows = rows.mutate(slot=rows.halves % SLOTS)
    return rows.mutate(week=whole(rows.halves - rows.slot, SLOTS)).drop("shown", "halves")
