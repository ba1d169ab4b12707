"""What the diagnosis looks at: the baseline's events and cases, and how long it was watched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from workbench.engine import frame, local_time
from workbench.model import Client, EventLog

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

HOURS_PER_MONTH = 24 * 365.25 / 12
"""A mean month, so that months of different length can be compared."""


@dataclass(frozen=True)
class Baseline:
    """The log of the baseline, one pandas row per case, and the window it was observed in.

    `cases` has the columns of `EventLog.cases` but the variant, and `week` (its Monday on the
    client's wall clock) and `resource` (of the first event that has one). `timed`: starts and
    ends are known, so that waiting can be told from work. `finished`: which activities end a case
    is known, so that open cases can be told from closed ones.
    """

    log: EventLog
    cases: pd.DataFrame
    start: datetime
    end: datetime
    timed: bool
    finished: bool

    @property
    def months(self) -> float:
        """How many mean months were observed."""
        return max((self.end - self.start).total_seconds() / 3600 / HOURS_PER_MONTH, 1e-9)

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
    return replace(log, cases=cases, events=log.events.semi_join(cases, "case"))


def _cases(log: EventLog) -> pd.DataFrame:
    cases = log.cases
    weeks: ir.Table = cases.mutate(week=local_time(cases.start, log.zone).truncate("W").date())
    found = frame(weeks.drop("variant"))
    if not log.has("resource"):
        return found
    known = log.events.drop_null("resource")
    first = known.group_by("case").agg(resource=known.resource.argmin(known.position))
    return found.merge(frame(first), on="case", how="left")
