"""What stands in a process at a time: items that enter and leave, counted over time.

A stock holds an item from the moment it enters until it leaves, or to the end of the time observed
where that is not known. Its time-average is the time that all items spend in it by the time
observed.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import gcd
from typing import TYPE_CHECKING

import ibis

from workbench.clock import in_utc
from workbench.engine import frame
from workbench.engine.moments import epoch_us
from workbench.metrics import levels
from workbench.metrics.time import MICROSECONDS_PER_HOUR

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from workbench.metrics.metric import Question
    from workbench.model import EventLog

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400_000_000
_SLICES = 4096
_SEEN: dict[int, Window | None] = {}
"""The time observed of a log, for as long as it lives."""


@dataclass(frozen=True)
class Window:
    """The time observed: from the first start of a case to the cut, in UTC.

    `last` is the last end of a case: nothing moves after it.
    """

    first: datetime
    cut: datetime
    last: datetime

    @property
    def microseconds(self) -> int:
        """How long it is, in whole microseconds."""
        return _microseconds(self.cut - self.first)

    @property
    def hours(self) -> float:
        """How long it is."""
        return (self.cut - self.first).total_seconds() / 3600


def window(log: EventLog) -> Window | None:
    """The time in which a log was observed: from its first start to its cut; None where empty."""
    if id(log) not in _SEEN:
        _SEEN[id(log)] = _window(log)
        weakref.finalize(log, _SEEN.pop, id(log), None)
    return _SEEN[id(log)]


def _window(log: EventLog) -> Window | None:
    ends = frame(log.cases.aggregate(first=log.cases.start.min(), last=log.cases.end.max()))
    first, last = ends.iloc[0].tolist()
    if first != first:  # noqa: PLR0124 - NaT differs from itself
        return None
    start, end = first.to_pydatetime(), last.to_pydatetime()
    return Window(start, max(start, log.cut.astimezone(UTC)), end)


def clipped(items: ir.Table, seen: Window) -> ir.Table:
    """Items within the time observed; those beyond it are left out.

    `came` and `went` are microseconds since its begin; `gone`: the item left by its end.
    """
    first = _microseconds(seen.first - _EPOCH)
    whole = ibis.literal(seen.microseconds, "int64")
    left = epoch_us(items.leaves) - first
    items = items.mutate(
        came=ibis.greatest(epoch_us(items.enters) - first, 0),
        went=ibis.least(left.coalesce(whole), whole), gone=left.between(0, whole).fill_null(False))
    return items.filter(items.came <= items.went)


def average(items: ir.Table, keys: list[str], seen: Window) -> ir.Table:
    """Per group n (items), hours (spent in the stock) and average (hours by those observed).

    Where no item is known there is no average: whether nothing stood there or nobody saw it cannot
    be told.
    """
    items = clipped(items, seen)
    found = levels.grouped(
        items, keys, n=items.count(),
        hours=(items.went - items.came).sum().coalesce(0) / MICROSECONDS_PER_HOUR)
    unknown = ibis.null("float64")
    return found.mutate(average=(
        found.n > 0).ifelse(found.hours / seen.hours, unknown) if seen.hours else unknown)


def peaks(items: ir.Table, keys: list[str], seen: Window) -> pd.DataFrame:
    """Per group n (items), average (over the time observed) and peak (the most at once).

    An item that leaves at the moment at which another enters makes room for it. Putting all moves
    in their order would be slow: they are counted in slices of the time observed, and only in
    those slices in which the peak may lie their order is looked at.
    """
    import numpy as np

    width = _microseconds(seen.last - seen.first) // _SLICES + 1
    moves = _moves(items, keys, seen, 0, width)
    counted = _counted(moves, keys)
    if counted.empty:
        return counted.assign(n=0, average=0.0, peak=0)[[*keys, "n", "average", "peak"]]
    by = _groups(keys, counted)
    begins = counted["slice"] * width
    until = begins.groupby(by, dropna=False).shift(-1, fill_value=seen.microseconds)
    counted = counted.assign(
        spent=counted["standing"] * (until - begins) - counted["shift"],
        before=counted["standing"] - counted["entered"] + counted["left"])
    highest = counted["standing"].groupby(by, dropna=False).transform("max")
    open_slices = counted[(counted["before"] + counted["entered"] > highest)
                          & (counted["left"] > 0)]
    found = counted.groupby(by, dropna=False, sort=False).agg(
        n=("entered", "sum"), spent=("spent", "sum"), peak=("standing", "max"))
    found = found.reset_index(names=keys or ["all"])
    if len(open_slices):
        found = _raised(found, open_slices, moves, keys)
    hours = found["spent"] / MICROSECONDS_PER_HOUR
    return found.assign(average=hours / (seen.hours or np.nan), peak=found["peak"].clip(lower=0))[
        [*keys, "n", "average", "peak"]]


def _raised(
    found: pd.DataFrame, slices: pd.DataFrame, moves: ir.Table, keys: list[str]
) -> pd.DataFrame:
    """The peaks of groups, where one lies within a slice."""
    among = moves.filter(moves.slice.isin(sorted(set(slices["slice"].tolist()))))
    # at one moment those that leave come first
    so_far = ibis.window(
        group_by=[*keys, "slice"], order_by=["moment", "change"], preceding=(None, 0))
    rising = among.mutate(rising=among.change.sum().over(so_far))
    highest = frame(rising.group_by([*keys, "slice"]).aggregate(rising=rising.rising.max()))
    inside = slices[[*keys, "slice", "before"]].merge(highest, on=[*keys, "slice"])
    within = inside.assign(within=inside["before"] + inside["rising"])
    if not keys:
        return found.assign(peak=found["peak"].clip(lower=within["within"].max()))
    best = within.groupby(keys, dropna=False, as_index=False)["within"].max()
    found = found.merge(best, on=keys, how="left")
    return found.assign(peak=found[["peak", "within"]].max(axis=1).astype("int64"))


def by_period(
    items: ir.Table, keys: list[str], seen: Window, log: EventLog, question: Question
) -> pd.DataFrame:
    """The stock in each week or month of the time observed.

    Columns: the keys, period (its first day), entered and left (items in it), average (over the
    part of it that was observed) and standing (at its end). No rows where no item is known.
    """
    import pandas as pd

    periods = _periods(seen, log, question)
    first, width = int(periods["since"].iloc[0]), gcd(_DAY, *periods["since"].diff()[1:].astype(
        "int64").tolist())
    counted = _counted(_moves(items, keys, seen, first, width), keys)
    if counted.empty:
        return pd.DataFrame(columns=[*keys, "period", "entered", "left", "average", "standing"])
    begins = counted["slice"].astype("int64") * width + first
    place = periods["since"].searchsorted(begins, side="right") - 1
    at = (counted["entered"] - counted["left"]).astype("object") * begins.astype("object")
    counted = counted.assign(place=place, at=at + counted["shift"].astype("object"))
    groups = counted.groupby(keys, dropna=False, sort=False) if keys else [((), counted)]
    return pd.concat([_series(group, name, keys, periods) for name, group in groups],
                     ignore_index=True)


def _moves(
    items: ir.Table, keys: list[str], seen: Window, first: int, width: int
) -> ir.Table:
    """Each move: the keys, moment, change (of the stock), slice and shift (moment in its slice)."""
    items = clipped(items, seen)
    one = ibis.literal(1, "int64")
    moves = ibis.union(items.select(*keys, moment="came", change=one),
                       items.filter(items.gone).select(*keys, moment="went", change=-one))
    moves = moves.mutate(slice=((moves.moment - first) / width).floor().cast("int64"))
    return moves.mutate(shift=moves.moment - first - moves.slice * width)


def _counted(moves: ir.Table, keys: list[str]) -> pd.DataFrame:
    """Per group and slice entered, left, shift (their sum, signed) and standing (at its end)."""
    entered = (moves.change > 0).cast("int64")
    found = frame(moves.group_by([*keys, "slice"]).aggregate(
        entered=entered.sum(), left=(1 - entered).sum(), shift=(moves.change * moves.shift).sum()))
    found = found.astype(dict.fromkeys(("slice", "entered", "left", "shift"), "int64"))
    found = found.sort_values("slice", ignore_index=True)
    change = found["entered"] - found["left"]
    return found.assign(standing=change.groupby(_groups(keys, found), dropna=False).cumsum())


def _groups(keys: list[str], rows: pd.DataFrame) -> list[pd.Series]:
    """What pandas is to group rows by, also where no key is named."""
    return [rows[key] for key in keys] or [rows["slice"] * 0]


def _periods(seen: Window, log: EventLog, question: Question) -> pd.DataFrame:
    """The periods observed: period, since (when it begins), begins and ends (observed of it).

    All but the first in microseconds since the first start.
    """
    import pandas as pd

    first, cut = (pd.Timestamp(each).tz_convert(log.zone).tz_localize(None)
                  for each in (seen.first, seen.cut))
    named = pd.period_range(first, cut, freq="W-SUN" if question.period == "week" else "M")
    days = pd.Series(named.start_time).astype("datetime64[us]")
    begins, ends = period_ends(days, log, question)
    origin, whole = pd.Timestamp(seen.first), seen.microseconds
    since = [_microseconds(each - origin) for each in begins]
    return pd.DataFrame({
        "period": days, "since": since,
        "begins": [max(each, 0) for each in since],
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

    moved = group.groupby("place")[["entered", "left", "at"]].sum().reindex(
        range(len(periods)), fill_value=0)
    rows, standing = [], 0
    for (entered, left, at), begins, ends in zip(
            moved.to_numpy().tolist(), periods["begins"], periods["ends"], strict=True):
        spent = (standing + entered - left) * ends - standing * begins - at
        standing += int(entered - left)
        rows.append((entered, left, spent / (ends - begins) if ends > begins else None, standing))
    found = pd.DataFrame(rows, columns=["entered", "left", "average", "standing"])
    found = found.assign(period=periods["period"].to_numpy()).astype(
        {"entered": "int64", "left": "int64", "average": "float64", "standing": "int64"})
    for key, value in zip(keys, name if isinstance(name, tuple) else (name,), strict=bool(keys)):
        found[key] = value
    return found[[*keys, "period", "entered", "left", "average", "standing"]]
