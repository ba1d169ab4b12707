"""How much arrives, and how much time there is for each: arrival rate and takt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.clock import working_hours
from workbench.engine import frame
from workbench.metrics import levels, stock

if TYPE_CHECKING:
    import pandas as pd

    from workbench.metrics.metric import Question
    from workbench.model import EventLog

HOURS_PER_DAY = 24.0
HOURS_PER_WEEK = 168.0


def arrivals(log: EventLog, question: Question) -> pd.DataFrame:
    """How many cases arrive: those that begin, by the time observed (first start to cut).

    Columns: n (cases), observed_hours (of a period the part of it that was observed), per_day and
    per_week (of 24 and 168 hours by the clock).
    """
    found = _counted(log, question, "wall")
    return levels.answer(found.assign(
        per_day=found["n"] / found["observed_hours"] * HOURS_PER_DAY,
        per_week=found["n"] / found["observed_hours"] * HOURS_PER_WEEK), log, question)


def takt(log: EventLog, question: Question) -> pd.DataFrame:
    """Takt: the time that there is for each case that arrives.

    Available time by cases arrived: the hours observed, by the wall or the working hours of the
    calendar in them (by unit: those of the unit). Columns: n (cases), available_hours, takt_hours
    (`working_…` by the working clock).
    """
    before = question.prefix
    found = _counted(log, question, question.clock)
    hours = found.pop("observed_hours")
    return levels.answer(found.assign(**{
        f"{before}available_hours": hours, f"{before}takt_hours": hours / found["n"]}),
        log, question)


def _counted(log: EventLog, question: Question, clock: str) -> pd.DataFrame:
    keys = levels.columns(question)
    rows = levels.case_rows(log, question)
    found = frame(levels.grouped(rows, keys, n=rows.count()))
    return found.assign(observed_hours=_hours(found, log, question, clock))


def _hours(found: pd.DataFrame, log: EventLog, question: Question, clock: str) -> pd.Series:
    """The hours observed in the period of each row, by a clock; empty where there are none."""
    import pandas as pd

    seen = stock.window(log)
    if seen is None:
        return pd.Series(float("nan"), index=found.index)
    first, cut = pd.Timestamp(seen.first), pd.Timestamp(seen.cut)
    begins = pd.Series(first, index=found.index)
    ends = pd.Series(cut, index=found.index)
    if "period" in found:
        begins, ends = stock.period_ends(found["period"], log, question)
        begins, ends = begins.where(begins > first, first), ends.where(ends < cut, cut)
    if clock == "wall":
        hours: pd.Series = (ends - begins).dt.total_seconds() / 3600
        return hours.where(hours > 0)
    if log.calendar is None:
        return pd.Series(float("nan"), index=found.index)
    units = found["unit"] if "unit" in found else pd.Series("", index=found.index)
    worked = pd.Series(0.0, index=found.index)
    for unit, rows in found.groupby(units.fillna("")):
        hours_of = log.calendar.units.get(str(unit), log.calendar.hours)
        worked.loc[rows.index] = working_hours(
            hours_of, log.zone, begins.loc[rows.index], ends.loc[rows.index])
    return worked.where(worked > 0)
