"""What stands in a process at a time: items that enter and leave, counted over time.

A stock holds an item from the moment it enters until it leaves, or to the end of the time observed
where that is not known. Its time-average is the time that all items spend in it by the time
observed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import ibis

from workbench.clock import in_utc
from workbench.engine import frame, microseconds
from workbench.metrics import levels
from workbench.metrics.time import MICROSECONDS_PER_HOUR

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from workbench.metrics.metric import Question
    from workbench.model import EventLog

_SECOND = 1_000_000


@dataclass(frozen=True)
class Window:
    """The time observed: from the first start of a case to the cut, in UTC."""

    first: datetime
    cut: datetime

    @property
    def hours(self) -> float:
        """How long it is."""
        return (self.cut - self.first).total_seconds() / 3600


def window(log: EventLog) -> Window | None:
    """The time in which a log was observed: from its first start to its cut; None where empty."""
    first = frame(log.cases.aggregate(first=log.cases.start.min()))["first"][0]
    if first != first:  # noqa: PLR0124 - NaT differs from itself
        return None
    start = first.to_pydatetime()
    return Window(start, max(start, log.cut.astimezone(UTC)))


def clipped(items: ir.Table, seen: Window) -> ir.Table:
    """Items with `enters` and `leaves` within the time observed; those beyond it are left out."""
    first, cut = _ends(items, seen)
    kind = items.enters.type()  # one type of moments, so that enters and leaves can stand together
    items = items.mutate(enters=ibis.greatest(items.enters, first).cast(kind),
                         leaves=ibis.least(items.leaves.coalesce(cut), cut).cast(kind))
    return items.filter(items.enters <= items.leaves)


def _ends(items: ir.Table, seen: Window) -> tuple[ir.Value, ir.Value]:
    """The ends of the time observed, as moments like those of the items."""
    kind = items.enters.type()
    return ibis.literal(seen.first).cast(kind), ibis.literal(seen.cut).cast(kind)


def average(items: ir.Table, keys: list[str], seen: Window) -> ir.Table:
    """Per group n (items), hours (spent in the stock) and average (hours by those observed)."""
    items = clipped(items, seen)
    spent = microseconds(items.leaves, items.enters)
    found = levels.grouped(
        items, keys, n=items.count(), hours=spent.sum().coalesce(0) / MICROSECONDS_PER_HOUR)
    unknown = ibis.null("float64")
    return found.mutate(average=found.hours / seen.hours if seen.hours else unknown)


def peak(items: ir.Table, keys: list[str], seen: Window) -> ir.Table:
    """Per group the most items that stood in the stock at once.

    An item that leaves at the moment at which another enters makes room for it.
    """
    items = clipped(items, seen)
    items = items.filter(items.enters < items.leaves)
    moves = ibis.union(items.select(*keys, moment="enters", change=1),
                       items.select(*keys, moment="leaves", change=-1))
    # at one moment those that leave come first
    so_far = ibis.window(group_by=keys, order_by=["moment", "change"], preceding=(None, 0))
    standing = moves.mutate(standing=moves.change.sum().over(so_far))
    return levels.grouped(standing, keys, peak=standing.standing.max())


def by_period(
    items: ir.Table, keys: list[str], seen: Window, log: EventLog, question: Question
) -> pd.DataFrame:
    """The stock in each week or month of the time observed.

    Columns: the keys, period (its first day), entered and left (items in it), average (over the
    part of it that was observed) and standing (at its end).
    """
    inside = clipped(items, seen)
    gone = items.filter(items.leaves.between(*_ends(items, seen)))
    gone = gone.mutate(leaves=gone.leaves.cast(items.enters.type()))
    rows = ibis.union(*(
        _moves(moved.select(*keys, moment=name), change, seen, log, question)
        for moved, name, change in ((inside, "enters", 1), (gone, "leaves", -1))))
    counted = frame(rows.group_by([*keys, "period"]).aggregate(
        entered=(rows.change > 0).sum(), left=(rows.change < 0).sum(),
        seconds=(rows.change * rows.seconds).sum(), rest=(rows.change * rows.rest).sum()))
    groups = counted.groupby(keys, dropna=False, sort=False) if keys else [((), counted)]
    periods = _periods(seen, log, question)
    return _joined([_series(group, name, keys, periods) for name, group in groups])


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat(parts, ignore_index=True)


def _moves(
    rows: ir.Table, change: int, seen: Window, log: EventLog, question: Question
) -> ir.Table:
    """Each move with its period and when it was, in whole seconds and the microseconds left over.

    The seconds of a long log can be added up as whole numbers, its microseconds could not.
    """
    since = microseconds(rows.moment, ibis.literal(seen.first))
    seconds = (since / _SECOND).floor().cast("int64")
    return rows.mutate(
        period=levels.first_day(rows.moment, log, question), change=ibis.literal(change),
        seconds=seconds, rest=since - seconds * _SECOND)


def _periods(seen: Window, log: EventLog, question: Question) -> pd.DataFrame:
    """The periods observed: period, and begins and ends in microseconds since the first start."""
    import pandas as pd

    first, cut = (pd.Timestamp(each).tz_convert(log.zone).tz_localize(None)
                  for each in (seen.first, seen.cut))
    named = pd.period_range(first, cut, freq="W-SUN" if question.period == "week" else "M")
    days = pd.Series(named.start_time).astype("datetime64[us]")
    begins, ends = period_ends(days, log, question)
    origin, whole = pd.Timestamp(seen.first), _microseconds(seen.cut - seen.first)
    return pd.DataFrame({
        "period": days,
        "begins": [max(_microseconds(each - origin), 0) for each in begins],
        "ends": [min(_microseconds(each - origin), whole) for each in ends]})


def period_ends(
    first_days: pd.Series, log: EventLog, question: Question
) -> tuple[pd.Series, pd.Series]:
    """The moments (UTC) at which periods begin and end, by their first days."""
    import pandas as pd

    days = first_days.astype("datetime64[us]")
    later = days + (pd.Timedelta(days=7) if question.period == "week" else pd.DateOffset(months=1))
    return in_utc(days, log.zone), in_utc(later.astype("datetime64[us]"), log.zone)


def _microseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


def _series(
    group: pd.DataFrame, name: object, keys: list[str], periods: pd.DataFrame
) -> pd.DataFrame:
    """One stock over its periods, in whole microseconds."""
    import pandas as pd

    moved = group.assign(period=group["period"].astype("datetime64[us]")).set_index("period")[
        ["entered", "left", "seconds", "rest"]].reindex(periods["period"], fill_value=0)
    rows, standing = [], 0
    for (entered, left, seconds, rest), begins, ends in zip(
            moved.to_numpy().tolist(), periods["begins"], periods["ends"], strict=True):
        at = int(seconds) * _SECOND + int(rest)
        spent = (standing + entered - left) * ends - standing * begins - at
        standing += int(entered - left)
        rows.append((entered, left, spent / (ends - begins) if ends > begins else None, standing))
    found = pd.DataFrame(rows, columns=["entered", "left", "average", "standing"])
    found = found.assign(period=periods["period"].to_numpy()).astype(
        {"entered": "int64", "left": "int64", "average": "float64", "standing": "int64"})
    for key, value in zip(keys, name if isinstance(name, tuple) else (name,), strict=bool(keys)):
        found[key] = value
    return found[[*keys, "period", "entered", "left", "average", "standing"]]
