"""What the diagnosis looks at: the baseline's events and cases, and how long it was watched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from workbench.engine import frame, local_time
from workbench.model import Client, EventLog, Figure

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

HOURS_PER_MONTH = 24 * 365.25 / 12
"""A mean month, so that months of different length can be compared."""

SHORTEST_MONTH = 24 * 28
"""A log watched for fewer hours says little of a month: its totals are over what was watched."""

MOST_PERIODS = 60


@dataclass(frozen=True)
class Baseline:
    """The log of the baseline, one pandas row per case, and the window it was observed in.

    `cases` has the columns of `EventLog.cases` but the variant, and `week` (its Monday on the
    client's wall clock), `period` (the same, or its month, quarter or year where a log lasts
    long) and `resource` (of the longest event; of the first where there is one timestamp).
    `timed`: starts and ends are known, so that waiting can be told from work. `finished`: which
    activities end a case is known, so that open cases can be told from closed ones.
    """

    log: EventLog
    cases: pd.DataFrame
    start: datetime
    end: datetime
    timed: bool
    finished: bool

    @property
    def hours(self) -> float:
        """How many hours were observed."""
        return max((self.end - self.start).total_seconds() / 3600, 1e-6)

    @property
    def span(self) -> Figure:
        """The time observed, as sentences quote it."""
        return Figure(self.hours, "hours", source="log_summary")

    @property
    def monthly(self) -> bool:
        """Whether totals are told per month; over the whole time where that is under four weeks."""
        return self.hours >= SHORTEST_MONTH

    @property
    def divisor(self) -> float:
        """What totals are divided by: the mean months observed, or 1 where that is too little."""
        return self.hours / HOURS_PER_MONTH if self.monthly else 1.0

    @property
    def known(self) -> pd.DataFrame:
        """The cases whose throughput time is known: the closed ones, or all where none is known."""
        return self.cases[self.cases["closed"].fillna(value=False).astype(bool)] if (
            self.finished) else self.cases


def baseline(client: Client) -> Baseline:
    """The cases that start within the baseline of the engagement; all where none is stated."""
    engagement = client.engagement
    log = _within(client.log, engagement.baseline_from, engagement.baseline_to)
    cases = _cases(log)
    first, last = cases["start"].min(), cases["end"].max()
    end = engagement.baseline_to or max(log.cut, last.to_pydatetime())
    return Baseline(
        log=log, cases=cases, start=engagement.baseline_from or first.to_pydatetime(),
        end=min(end, log.cut) if engagement.baseline_to else end,
        timed=log.has("start"), finished=bool(log.end_activities),
    )


def _within(log: EventLog, begin: datetime | None, end: datetime | None) -> EventLog:
    if begin is None and end is None:
        return log
    cases = log.cases
    if begin is not None:
        cases = cases.filter(cases.start >= begin)
    if end is not None:
        cases = cases.filter(cases.start < end)
    return log.only(cases)


def _cases(log: EventLog) -> pd.DataFrame:
    cases = log.cases
    weeks: ir.Table = cases.mutate(week=local_time(cases.start, log.zone).truncate("W").date())
    found = frame(weeks.drop("variant"))
    found["period"] = _periods(found["week"])
    if not log.has("resource"):
        return found
    known = log.events.drop_null("resource")
    work = known.processing_hours.fill_null(0.0) if log.has("start") else 0.0
    people = known.group_by("case").agg(  # of equally long events the first decides
        resource=known.resource.argmax(work - known.position * 1e-9))
    return found.merge(frame(people), on="case", how="left")


def _periods(weeks: pd.Series) -> pd.Series:
    """When cases began, in the finest steps of which there are at most sixty."""
    import pandas as pd

    days = pd.to_datetime(weeks)
    for step in ("W", "M", "Q"):
        periods = days.dt.to_period(step).astype(str)
        if len(periods.unique()) <= MOST_PERIODS:
            return periods
    return days.dt.year.astype(str)
