"""Formatted zeros: how systems write that something has not happened yet, as if it were a date."""

from __future__ import annotations

import numpy as np
import pandas as pd

_QUARTER, _HOUR, _DAY, _YEAR = 900_000_000, 3_600_000_000, 86_400_000_000, 31_556_952_000_000
_ZONES = 14 * _HOUR  # as far from UTC as any clock is
_OLD = -62_135_596_800_000_000  # the first moment of the year 1
_SHEET = -2_209_161_600_000_000  # 1899-12-30, where workbooks begin to count
_LAST = 253_402_214_400_000_000  # 9999-12-31
_WRITTEN = (r"^(?:0000-00-00|0001[-/]0?1[-/]0?1|1899[-/]12[-/]3[01]|1900[-/]0?1[-/]0?[01]"
            r"|9999[-/]12[-/]31)(?:[T ].*)?$")


def zeros(moments: pd.Series, texts: pd.Series,
          unreadable: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which moments of a column are zeros, and which cells stay unreadable.

    A zero is the beginning of 1970 in any zone, of a workbook's days, or of the calendar, and its
    last day. Where most of the other moments lie in the year of such a zero, it is a moment.

    >>> column = pd.Series(pd.to_datetime(["1970-01-01", "2026-03-02"], utc=True)).dt.as_unit("us")
    >>> zeros(column, pd.Series(["1970-01-01", "2026-03-02"]), np.array([False, False]))[0]
    array([ True, False])
    """
    lowest, highest = moments.min(), moments.max()
    if not unreadable.any() and (pd.isna(lowest) or _is_ours(lowest, highest)):
        return np.zeros(len(moments), dtype=bool), unreadable
    plain = moments.dt.tz_localize(None).to_numpy("datetime64[us]")
    known = ~np.isnat(plain)
    values = plain.astype(np.int64)
    found = np.zeros(len(values), dtype=bool)
    if unreadable.any():
        found = unreadable & texts.str.match(_WRITTEN).to_numpy(dtype=bool)
    if pd.isna(lowest) or _is_ours(lowest, highest):
        return found, unreadable & ~found
    for zero, year in (
        ((np.abs(values) <= _ZONES) & (values % _QUARTER == 0), (-_YEAR, _YEAR)),
        ((values >= _SHEET - _DAY) & (values < _SHEET + 3 * _DAY), (_SHEET - _YEAR,
                                                                    _SHEET + _YEAR)),
        (values <= _OLD + 2 * _DAY, (_OLD - _YEAR, _OLD + _YEAR)),
        (values >= _LAST - _DAY, (_LAST - _YEAR, _LAST + _YEAR)),
    ):
        others = values[known & ~zero]
        inside = (others >= year[0]) & (others <= year[1])
        if not len(others) or inside.mean() <= 1 / 2:
            found |= known & zero
    return found, unreadable & ~found


def _is_ours(lowest: pd.Timestamp, highest: pd.Timestamp) -> bool:
    """Whether all moments of a column lie where no zero does."""
    return lowest.year > 1971 and highest.year < 9999
