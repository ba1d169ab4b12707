"""Which cases count: the matured cohort, as plain arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workbench.effect.protocol import Protocol, refuse, utc

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
WEEK_HOURS = 168
MINUTE_HOURS = 1 / 60
_SPARSE_SHARE = 0.25  # a leading week with less than this of the usual volume is an export's edge
_HOUR_MICROSECONDS = 3_600_000_000


@dataclass(frozen=True)
class Cohort:
    """The matured cases of both arms; every array has one entry per case.

    value: log of hours (throughput, capped at the horizon, floored at a minute) or the value.
    week: seven-day blocks from the pilot's start, negative before. unit, stratum: codes into
    `units` and `strata`. pilot: whether the unit takes part. open: not finished within the
    horizon. counts: cases read, set aside and why (immature, no_start, no_value, washout,
    after_end, other_units, edge). naive: the cases that the naive comparison would use.
    """

    value: Floats
    week: Integers
    unit: Integers
    stratum: Integers
    pilot: NDArray[np.bool_]
    open: NDArray[np.bool_]
    units: tuple[str, ...]
    strata: tuple[str, ...]
    counts: dict[str, int]
    naive: tuple[Floats, Floats]

    @property
    def after(self) -> NDArray[np.bool_]:
        """Whether the case started in the pilot period."""
        return self.week >= 0


def read(cases: Any, protocol: Protocol) -> Cohort:
    """The matured cohort of a table with one row per case (see `workbench.effect.judge`)."""
    table = _table(cases)
    _check_columns(table, protocol)
    start = _hours(table["start"], protocol, "start")
    end = _hours(table["end"], protocol, "end") if "end" in table else np.full(len(table), np.nan)
    value, faulty = _values(table, protocol, start, end)
    unit, units = _codes(table["unit"]) if "unit" in table else _codes_of_one(len(table))
    stratum, strata = _codes(table["stratum"]) if "stratum" in table else _codes_of_one(len(table))
    arm = _arms(units, protocol)[unit]  # 1 pilot, 0 comparison, -1 neither
    cut = _span(protocol.cut, protocol)
    pilot_end = math.inf if protocol.pilot_end is None else _span(protocol.pilot_end, protocol)
    reasons = {
        "no_start": np.isnan(start),
        "other_units": arm < 0,
        "no_value": faulty,
        "immature": start + protocol.horizon_hours > cut,
        "washout": (start >= 0) & (start < protocol.washout_hours),
        "after_end": start >= pilot_end,
    }
    keep, counts = _set_aside(reasons)
    week = np.floor(np.where(np.isnan(start), 0, start) / WEEK_HOURS).astype(np.int64)
    edge = keep & (week < _first_whole_week(week[keep]))
    keep &= ~edge
    counts = {"read": len(table), "kept": int(keep.sum()), **counts, "edge": int(edge.sum())}
    opened = np.isnan(end) | (end - start > protocol.horizon_hours)
    return Cohort(value[keep], week[keep], unit[keep], stratum[keep], arm[keep] == 1, opened[keep],
                  units, strata, counts, _naive(value, start, end, arm == 1, protocol))


def _table(cases: Any) -> pd.DataFrame:
    import pandas as pd

    if isinstance(cases, pd.DataFrame):
        return cases
    if isinstance(cases, (str, Path)):
        reader = pd.read_parquet if str(cases).endswith(".parquet") else pd.read_csv
        return reader(cases)
    for name in ("to_pandas", "toPandas", "df"):  # ibis, polars and pyarrow; spark; duckdb
        if hasattr(cases, name):
            return pd.DataFrame(getattr(cases, name)())
    return pd.DataFrame(cases)


def _check_columns(table: pd.DataFrame, protocol: Protocol) -> None:
    needed = {"start"}
    needed |= {"end"} if protocol.kpi == "throughput" else {"value"}
    if protocol.pilot_units or protocol.comparison_units:
        needed.add("unit")
    missing = sorted(needed - set(table.columns))
    if missing:
        refuse("missing_column", names=", ".join(missing),
               found=", ".join(str(name) for name in table.columns))


def _hours(column: pd.Series[Any], protocol: Protocol, name: str) -> Floats:
    """Hours since the pilot's start; NaN where there is no time."""
    import pandas as pd

    times = column
    if not pd.api.types.is_datetime64_any_dtype(times.dtype):
        times = _parsed(times, name)
    aware = getattr(times.dtype, "tz", None) is not None
    if aware != (protocol.pilot_start.tzinfo is not None) and bool(times.notna().any()):
        refuse("zones", name=name)
    if aware:
        times = times.dt.tz_convert("UTC").dt.tz_localize(None)
    raw = times.to_numpy().astype("datetime64[us]")
    origin = np.datetime64(utc(protocol.pilot_start).replace(tzinfo=None), "us")
    hours = (raw - origin).astype(np.int64) / _HOUR_MICROSECONDS
    return np.where(np.isnat(raw), np.nan, hours)


def _parsed(column: pd.Series[Any], name: str) -> pd.Series[Any]:
    """Texts or objects as times; several offsets in one column meet in UTC."""
    import pandas as pd

    try:
        return pd.to_datetime(column)
    except (ValueError, TypeError):
        pass
    try:
        return pd.to_datetime(column, utc=True)
    except (ValueError, TypeError):
        refuse("times", name=name)


def _span(moment: Any, protocol: Protocol) -> float:
    passed: timedelta = utc(moment) - utc(protocol.pilot_start)
    return passed / timedelta(hours=1)


def _values(
    table: pd.DataFrame, protocol: Protocol, start: Floats, end: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """The value of every case, and where it has none."""
    import pandas as pd

    if protocol.kpi == "throughput":
        hours = end - start
        backwards = hours < 0
        hours = np.where(np.isnan(hours), protocol.horizon_hours, hours)
        return np.log(np.clip(hours, MINUTE_HOURS, protocol.horizon_hours)), backwards
    numbers = pd.to_numeric(table["value"], errors="coerce")
    value = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    finite = np.isfinite(value)
    if protocol.kpi == "rate" and bool(((value[finite] < 0) | (value[finite] > 1)).any()):
        refuse("rate_values")
    return np.where(finite, value, np.nan), ~finite


def _codes(column: pd.Series[Any]) -> tuple[Integers, tuple[str, ...]]:
    codes, names = column.astype("object").factorize(sort=False)
    codes = np.where(codes < 0, len(names), codes).astype(np.int64)  # a last code for "none"
    return codes, (*(_text(name) for name in names), "")


def _text(name: object) -> str:
    """A name as text; whole numbers that stood beside gaps became fractions on the way."""
    return str(int(name)) if isinstance(name, float) and name.is_integer() else str(name)


def _codes_of_one(length: int) -> tuple[Integers, tuple[str, ...]]:
    return np.zeros(length, dtype=np.int64), ("",)


def _arms(units: tuple[str, ...], protocol: Protocol) -> Integers:
    named = (*protocol.pilot_units, *protocol.comparison_units)
    unseen = [name for name in named if name not in units]
    if unseen and len(units) > 1:  # an empty table names no unit, and is no mistake
        refuse("unknown_unit", names=", ".join(unseen),
               found=", ".join(sorted(name for name in units if name)))
    everyone = not protocol.pilot_units
    return np.array([0 if name in protocol.comparison_units
                     else 1 if everyone or name in protocol.pilot_units else -1 for name in units])


def _set_aside(
    reasons: dict[str, NDArray[np.bool_]],
) -> tuple[NDArray[np.bool_], dict[str, int]]:
    """What is kept, and how many cases each reason set aside (the first reason counts)."""
    keep = np.ones(len(next(iter(reasons.values()))), dtype=bool)
    counts = {}
    for name, applies in reasons.items():
        counts[name] = int((keep & applies).sum())
        keep &= ~applies
    return keep, counts


def _first_whole_week(week: Integers) -> int:
    """The first baseline week that is no mere edge of the export."""
    before = week[week < 0]
    if not len(before):
        return 0
    first = int(before.min())
    counts = np.bincount(before - first, minlength=-first)
    if len(counts) < 8:
        return first
    usual = np.median(counts[counts > 0])
    whole = np.flatnonzero(counts >= _SPARSE_SHARE * usual)
    return first + int(whole[0])


def _naive(
    value: Floats, start: Floats, end: Floats, pilot: NDArray[np.bool_], protocol: Protocol
) -> tuple[Floats, Floats]:
    """What is usually compared: pilot cases that began and ended inside each period."""
    cut = _span(protocol.cut, protocol)
    if protocol.kpi == "throughput":
        hours = np.clip(end - start, MINUTE_HOURS, None)
        value = np.log(np.where(np.isnan(hours), 1.0, hours))
        inside = ~np.isnan(end) & (end >= start)
    else:
        inside = ~np.isnan(start) & ~np.isnan(value)
        end = start
    before = pilot & inside & (start < 0) & (end < 0)
    after = pilot & inside & (start >= 0) & (end <= cut)
    return value[before], value[after]
