"""Wall-clock times of a zone to UTC, by a table of its offsets instead of row by row."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

_STEP = 900_000_000  # microseconds: clocks change at whole quarters of an hour
_LONGEST = 8_000_000  # quarters of an hour in a table: 228 years
_NAT = np.iinfo(np.int64).min


def to_utc(walls: np.ndarray, valid: np.ndarray, naive: np.ndarray,
           zone: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Moments in UTC (NaT where not valid), and which walls were skipped or stand twice.

    A local time that a clock change skips moves on to the change; one that it repeats is the
    first.

    Args:
        walls: microseconds since 1970 on the wall, or in UTC where `naive` is false.
        valid: which rows are moments.
        naive: which rows carry no zone of their own.
        zone: the IANA zone of those.
    """
    none = np.zeros(len(walls), dtype=bool)
    if not valid.all():
        walls = np.where(valid, walls, _NAT)
    if not naive.any() or zone == "UTC":
        return walls.view("datetime64[us]"), none, none
    local = walls if naive.all() else walls[naive]
    utc, skipped, repeated = _by_table(local, zone) or _by_row(local, zone)
    if naive.all():
        return utc.view("datetime64[us]"), skipped, repeated
    whole, gone, twice = walls.copy(), none.copy(), none.copy()
    whole[naive], gone[naive], twice[naive] = utc, skipped, repeated
    return whole.view("datetime64[us]"), gone, twice


def _by_table(walls: np.ndarray, zone: str) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Look the offset of each quarter of an hour up; nothing where that would not be exact."""
    first, last = int(walls.min()) // _STEP, int(walls.max()) // _STEP
    if last - first > min(_LONGEST, 20 * len(walls) + 1000):
        return None
    quarters = np.arange(first, last + 1, dtype=np.int64) * _STEP
    utc, skipped, repeated = _by_row(quarters, zone)
    ends, gone, twice = _by_row(quarters + _STEP - 1, zone)
    if skipped.any() or (skipped != gone).any() or (repeated != twice).any() or (
            ends - utc != _STEP - 1).any():
        return None
    offsets = utc - quarters
    if (offsets == offsets[0]).all() and not repeated.any():
        nowhere = np.zeros(len(walls), dtype=bool)
        return walls + offsets[0], nowhere, nowhere
    places = walls // _STEP - first
    return walls + offsets[places], skipped[places], repeated[places]


def _by_row(walls: np.ndarray, zone: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    index = pd.DatetimeIndex(walls.view("datetime64[us]"))
    first = index.tz_localize(zone, ambiguous=np.ones(len(index), dtype=bool),
                              nonexistent="shift_forward")
    last = index.tz_localize(zone, ambiguous=np.zeros(len(index), dtype=bool),
                             nonexistent="shift_forward")
    moved = (first.tz_localize(None) != index) & index.notna()
    utc = first.tz_convert("UTC").tz_localize(None).to_numpy("datetime64[us]").view(np.int64)
    return utc, np.asarray(moved, dtype=bool), np.asarray(last != first, dtype=bool) & index.notna()


def is_zone(name: str) -> bool:
    """Whether a time zone has this name.

    >>> is_zone("Asia/Shanghai"), is_zone("Mars/Olympus"), is_zone("../x")
    (True, False, False)
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
