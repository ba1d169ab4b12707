"""The working clock: how much working time had passed at a moment, by a calendar.

Between two moments lie as many working hours as the clock moved on. It stands still at night, at
lunch, at weekends and on holidays; it follows the daylight saving of the log's time zone. Local
times that a spring night skips become the moment of the change; of those that an autumn night has
twice the first is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from workbench.model import Calendar, Hours

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_DAY = 24 * 3_600_000_000
_SPARE_DAYS = 2  # a local day begins before or after that of UTC


@dataclass(frozen=True)
class WorkedSpans:
    """When is worked, as UTC microseconds: spans that neither overlap nor touch, in their order.

    `before` is the working time that had passed when each span began.
    """

    begins: np.ndarray
    ends: np.ndarray
    before: np.ndarray

    def at(self, moments: np.ndarray) -> np.ndarray:
        """The working microseconds that had passed at each moment (UTC microseconds)."""
        import numpy as np

        if not len(self.begins):
            return np.zeros(len(moments), dtype="int64")
        place = np.searchsorted(self.begins, moments, side="right") - 1
        found = np.maximum(place, 0)
        into = np.minimum(moments, self.ends[found]) - self.begins[found]
        passed: np.ndarray = np.where(place < 0, 0, self.before[found] + into)
        return passed


def worked_spans(hours: Hours, zone: str, first: date, last: date) -> WorkedSpans:
    """What is worked on the days from `first` to `last` in a time zone.

    >>> week = Hours(days=(0, 1, 2, 3, 4), spans=((540, 720), (780, 1080)))
    >>> monday = worked_spans(week, "UTC", date(2026, 1, 5), date(2026, 1, 5))
    >>> ((monday.ends - monday.begins) / 3.6e9).tolist()
    [3.0, 5.0]
    """
    import numpy as np
    import pandas as pd

    days = pd.date_range(first, last, freq="D", unit="us")
    worked = days.day_of_week.isin(hours.days) & ~days.isin(_stamps(hours.holidays))
    days = days[worked | days.isin(_stamps(hours.workdays))]
    pairs = [(_moments(days, begin, zone), _moments(days, end, zone)) for begin, end in hours.spans]
    nothing = np.empty(0, dtype="int64")
    begins = np.concatenate([nothing, *(begin for begin, _ in pairs)])
    ends = np.concatenate([nothing, *(end for _, end in pairs)])
    order = np.argsort(begins, kind="stable")
    return _joined(begins[order], ends[order])


def _stamps(days: frozenset[date]) -> list[pd.Timestamp]:
    import pandas as pd

    return [pd.Timestamp(day) for day in days]


def _moments(days: pd.DatetimeIndex, minutes: int, zone: str) -> np.ndarray:
    """The UTC microseconds at which the clock on the wall shows a time on each of the days."""
    import pandas as pd

    local = pd.Series(days + pd.Timedelta(minutes=minutes))
    moments: np.ndarray = in_utc(local, zone).astype("int64").to_numpy()
    return moments


def in_utc(local: pd.Series, zone: str) -> pd.Series:
    """The moments (UTC, microseconds) at which the clock on the wall of a zone shows these times.

    >>> import pandas
    >>> in_utc(pandas.Series(pandas.to_datetime(["2026-03-29 02:30"])), "Europe/Berlin")[0]
    Timestamp('2026-03-29 01:00:00+0000', tz='UTC')
    """
    import numpy as np

    first_of_two = np.ones(len(local), dtype=bool)
    there = local.dt.tz_localize(zone, ambiguous=first_of_two, nonexistent="shift_forward")
    moments: pd.Series = there.dt.tz_convert("UTC").dt.as_unit("us")
    return moments


def working_hours(hours: Hours, zone: str, begins: pd.Series, ends: pd.Series) -> np.ndarray:
    """The hours worked between moments (UTC): none where the end is not after the beginning."""
    import numpy as np
    import pandas as pd

    spare = pd.Timedelta(days=_SPARE_DAYS)
    spans = worked_spans(hours, zone, (begins.min() - spare).date(), (ends.max() + spare).date())
    until, since = (spans.at(each.dt.as_unit("us").astype("int64").to_numpy())
                    for each in (ends, begins))
    found: np.ndarray = np.maximum(until - since, 0) / 3_600_000_000
    return found


def _joined(begins: np.ndarray, ends: np.ndarray) -> WorkedSpans:
    """The spans without empty ones; those that overlap or touch are one."""
    import numpy as np

    kept = ends > begins
    begins, ends = begins[kept], np.maximum.accumulate(ends[kept]) if kept.any() else ends[kept]
    fresh = np.ones(len(begins), dtype=bool)
    fresh[1:] = begins[1:] > ends[:-1]
    last = np.ones(len(begins), dtype=bool)
    last[:-1] = fresh[1:]
    begins, ends = begins[fresh], ends[last]
    passed = np.cumsum(ends - begins)
    return WorkedSpans(begins, ends, passed - (ends - begins))


@dataclass(frozen=True)
class WorkingClock:
    """The working clocks of a log as a table to look up: no order, one row per cell of time.

    `table` has `place` (number of the calendar times `cells`, plus the cell), `base` (working
    time at the start of the cell) and the one span of it that is worked, `begin` and `length`: at a
    moment t of the cell base + min(max(t - begin, 0), length) has passed. Moments and lengths
    are microseconds; a cell is `cell` of them, the first begins at `origin`. `units` tells the
    number of the calendar of each unit that has its own; the others have number 0.
    """

    table: Mapping[str, np.ndarray]
    origin: int
    cell: int
    cells: int
    units: Mapping[str, int]


def working_clock(calendar: Calendar, zone: str, first: pd.Timestamp,
                  last: pd.Timestamp) -> WorkingClock:
    """The clocks of a calendar for all moments from `first` to `last` (UTC).

    A cell is as long as the shortest pause between two spans, a day at most: so no cell holds
    more than one worked span.
    """
    import numpy as np
    import pandas as pd

    spare = pd.Timedelta(days=_SPARE_DAYS)
    since, until = (first - spare).date(), (last + spare).date()
    spans = [worked_spans(hours, zone, since, until)
             for hours in (calendar.hours, *calendar.units.values())]
    pauses = [int((each.begins[1:] - each.ends[:-1]).min()) for each in spans
              if len(each.begins) > 1]
    cell = min([_DAY, *pauses])
    begun, ended = pd.DatetimeIndex([first, last]).as_unit("us").asi8.tolist()
    origin = begun // cell * cell
    cells = (ended - origin) // cell + 1
    starts = origin + np.arange(cells, dtype="int64") * cell
    parts = [_cells(each, starts, cell) for each in spans]
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    table["place"] = np.arange(cells * len(spans), dtype="int64")
    units = {unit: number + 1 for number, unit in enumerate(calendar.units)}
    return WorkingClock(table, origin, cell, cells, units)


def _cells(spans: WorkedSpans, starts: np.ndarray, cell: int) -> dict[str, np.ndarray]:
    import numpy as np

    far = np.iinfo("int64").max
    begins, ends = np.append(spans.begins, far), np.append(spans.ends, far)
    upcoming = np.searchsorted(spans.ends, starts, side="right")  # the first that ends later
    begin = np.maximum(begins[upcoming], starts)
    stop = starts + cell
    worked = begin < stop
    length = np.where(worked, np.minimum(ends[upcoming], stop) - begin, 0)
    just_ended = np.isin(starts, spans.ends)  # the last moment of a span belongs to it
    return {"base": spans.at(starts), "length": length,
            "begin": np.where(worked, begin, starts - ~just_ended)}
