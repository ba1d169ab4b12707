"""Checks of dates: years that stand for nothing, pauses of the whole log, slips of a date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from workbench.intake.checks.events import DAY, SECOND, UNKNOWN, Codes, Events, Finding, Rows
from workbench.intake.findings import listed


class FarYears:
    """Years far from all others, such as 1900, 1970 or 2099, stand for a missing date.

    The bulk are the events around the median without a pause of years, however thin its tails
    are; so up to half of the events may lie elsewhere, and a log that lies in 1970 is believed.
    """

    pause: ClassVar[int] = 5 * 365 * DAY  # no process rests so long; a slip of a decade is longer

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a warning for each role with moments that years without any event set apart."""
        for role in ("end", "start", "arrival"):
            moments: Codes = getattr(events, role)
            known = moments != UNKNOWN
            hit = known & self._far(moments, moments[known])
            if hit.any():
                years = sorted(pd.to_datetime(moments[hit], unit="us").year.unique())
                yield events.found("warning", "far_years", hit, role, years=listed(years))

    def _far(self, moments: Codes, known: Codes) -> Rows:
        if not len(known) or known.max() - known.min() < self.pause:
            return np.zeros(len(moments), dtype=bool)
        times = np.sort(known)
        middle = len(times) // 2
        breaks = np.flatnonzero(np.diff(times) >= self.pause)
        low = breaks[breaks < middle]
        high = breaks[breaks >= middle]
        first = times[low[-1] + 1] if len(low) else times[0]
        last = times[high[0]] if len(high) else times[-1]
        far: Rows = (moments < first) | (moments > last)
        return far


class InactivePeriods:
    """Days on end without any event in the whole log are a holiday, or rows not exported."""

    longest: ClassVar[int] = 10  # days: the longest public holidays with their bridges are shorter
    times_usual: ClassVar[float] = 3.0  # as long as nearly all other pauses
    fewest: ClassVar[int] = 60  # days with events
    middle: ClassVar[tuple[float, float]] = (0.01, 0.99)  # before and after it a log is thin

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the pauses far longer than usual, and the cases open meanwhile."""
        low, high = np.quantile(events.end, self.middle, method="nearest")
        days = np.sort(pd.unique(events.end[(events.end >= low) & (events.end <= high)] // DAY))
        if len(days) < self.fewest:
            return
        gaps = np.diff(days)
        usual = np.quantile(gaps, 0.99)
        at = np.flatnonzero(gaps > max(self.longest, self.times_usual * usual))
        if not len(at):
            return
        spans = [(int(days[place]), int(days[place + 1])) for place in at]
        shown = listed(f"{_day(one)} – {_day(two)}" for one, two in spans)
        ends = np.append(events.starts[1:], len(events.order)) - 1
        begun, ended = events.moments[events.starts], events.moments[ends]
        open_then = np.zeros(len(begun), dtype=bool)
        for one, two in spans:
            open_then |= (begun < (one + 1) * DAY) & (ended >= two * DAY)
        hit = np.isin(events.end // DAY, [two for _, two in spans])
        yield events.found("warning", "inactive_periods", hit, "end", len(spans),
                           touched=events.cases[events.starts][open_then],
                           days=int(gaps[at].max()) - 1, periods=shown)


def _day(number: int) -> str:
    return str(np.datetime64(number, "D"))


class TimeTravel:
    """An event half a day before the one that opens all other cases, though it mostly closes them.

    Inadvertent time travel of Suriadi et al. (2017): its date is probably wrong.
    """

    apart: ClassVar[int] = DAY // 2  # a slip of the date, not of the minute
    seldom: ClassVar[float] = 0.25  # of the cases are opened by it
    closes: ClassVar[float] = 0.5  # of the cases are closed by it

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a warning if a closing activity opens a case, half a day before anything else."""
        size, cases = len(events.labels), len(events.case_names)
        opens = np.bincount(events.activities[events.first], minlength=size)
        closers = np.bincount(events.activities[events.last], minlength=size)
        usual = int(opens.argmax())
        odd = (opens > 0) & (opens <= self.seldom * cases) & (closers >= self.closes * cases)
        odd[usual] = False
        gap = np.append(np.diff(events.moments), 0)
        hit = events.first & ~events.last & odd[events.activities] & (gap >= self.apart)
        if hit.any():
            names = [events.labels[code] for code in np.unique(events.activities[hit])]
            case = str(events.case_names[events.cases[hit][0]])
            yield events.found("warning", "time_travel", events.in_file(hit), "end",
                               int(hit.sum()), activity=", ".join(names),
                               other=events.labels[usual], case=listed([case]))


class TimesOfDayMissing:
    """Some events at exactly midnight, where the others have a time of day: only a day is known.

    They stand before all others of their day, and their durations and waits are off by hours.
    """

    apart: ClassVar[float] = 10.0  # times as many as in a minute around midnight
    fewest: ClassVar[int] = 5
    mostly: ClassVar[float] = 0.5  # share of the events with a time of day
    noticed: ClassVar[float] = 0.01  # share of cases from which on it is a warning
    quarter: ClassVar[int] = 15 * 60 * SECOND  # zones lie whole quarters of an hour apart
    hour: ClassVar[int] = 60 * 60 * SECOND

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the events at midnight of the zone, where far fewer are about it."""
        places = np.flatnonzero((events.end % self.quarter == 0) & ~events.automatic)
        if len(places) < self.fewest:
            return
        local = pd.DatetimeIndex(pd.to_datetime(events.end[places], unit="us", utc=True))
        clock = _clock(local.tz_convert(events.zone))
        places = places[clock == 0]
        if not self.fewest <= len(places) <= self.mostly * len(events.end):
            return
        midnight = events.end[places[0]] % DAY
        apart = (events.end - midnight + self.hour) % DAY
        around = int(((apart < 2 * self.hour) & (apart != self.hour)).sum())
        if len(places) < self.apart * max(around / 120, 0.5):
            return
        hit = np.zeros(len(events.end), dtype=bool)
        hit[places] = True
        names = (events.labels[code] for code in events.activity[hit][:1000])
        yield events.found(events.level(events.number_of_cases(hit), self.noticed),
                           "times_of_day_missing", hit, "end", activities=listed(names))


def _clock(local: pd.DatetimeIndex) -> Codes:
    """Seconds since midnight, by the clock on the wall."""
    clock: Codes = np.asarray((local.hour * 60 + local.minute) * 60 + local.second)
    return clock
