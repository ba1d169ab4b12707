"""Working time beside the time of the clock: which calendar, and what the key times are in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.diagnose.baseline import Baseline
from workbench.diagnose.phrases import Figures, listed
from workbench.effect.proportions import wilson
from workbench.model import Calendar, Figure, Hours, Statement, Value

if TYPE_CHECKING:
    import pandas as pd

WORKING_COLUMNS = ("working_mean_hours", "working_median_hours", "working_p90_hours")
"""The quantiles of throughput in working time, as the table `throughput` has them."""

_WEEK = tuple(range(7))
_NAMED = frozenset({"CN", "DE", "FR", "GB", "HK", "JP", "KR", "SG", "TW", "US"})
"""Countries whose names stand in the word files; others are told by their code."""


def working_figures(baseline: Baseline) -> dict[str, Figure]:
    """The key times of cases in working time; none without a calendar.

    They are hours that are never told as days: a day of working time is no day of the clock.
    """
    known = baseline.known
    if baseline.log.calendar is None or not len(known):
        return {}
    hours = known["working_throughput_hours"].astype(float)
    made = {f"working_{name}_throughput": (float(value), f"throughput.working_{name}_hours")
            for name, value in (("mean", hours.mean()), ("median", hours.median()),
                                ("p90", hours.quantile(0.9)))}
    waiting = known["working_waiting_hours"].astype(float)
    if baseline.timed:
        made["working_mean_waiting"] = (float(waiting.mean()), "cases.working_waiting_hours")
        made["working_mean_processing"] = (
            float(known["working_busy_hours"].astype(float).mean()), "cases.working_busy_hours")
    figures = {name: Figure(value, "working", n=len(hours), source=source)
               for name, (value, source) in made.items()}
    if baseline.timed and float(hours.sum()):
        figures["working_waiting_share"] = Figure(
            float(waiting.sum()) / float(hours.sum()), "share", n=len(hours),
            source="cases.working_waiting_hours")
    return figures


def working_late(baseline: Baseline, promise_hours: float | None) -> dict[str, Figure]:
    """How many closed cases took more working hours than were promised, if those were meant."""
    known = baseline.known
    if baseline.log.calendar is None or promise_hours is None or not len(known):
        return {}
    count = int((known["working_throughput_hours"].astype(float) > promise_hours).sum())
    low, high = wilson(count, len(known))
    return {"working_late_share": Figure(count / len(known), "share", n=len(known), low=low,
                                         high=high, source="cases.working_throughput_hours")}


def by_the_clock(baseline: Baseline) -> Value:
    """That a time is by the clock, where there is another way to count it."""
    return "" if baseline.log.calendar is None else Statement("diagnosis.clock.promise")


def said_of_late(figures: Figures) -> tuple[Statement, ...]:
    """How many cases would be late if the promise were of working time."""
    if "working_late_share" not in figures:
        return ()
    return (Statement("diagnosis.clock.late", {
        "late": figures["working_late_share"], "promise": _in_hours(figures["promise"])}),)


def working_columns(rows: pd.DataFrame) -> dict[str, float]:
    """The quantiles of throughput in working time over some cases."""
    hours = rows["working_throughput_hours"].astype(float)
    found = (float(hours.mean()), float(hours.median()), float(hours.quantile(0.9)))
    return dict(zip(WORKING_COLUMNS, found, strict=True))


def said_of_calendar(baseline: Baseline) -> tuple[Statement, ...]:
    """By which calendar working time is counted, where there is one."""
    calendar = baseline.log.calendar
    if calendar is None:
        return ()
    return (Statement("diagnosis.clock.calendar", _hours(calendar.hours) | {
        "units": _units(calendar), "zone": baseline.log.zone}),)


def said_of_spread(figures: Figures) -> tuple[Statement, ...]:
    """Median and P90 in working time, beside those of the clock."""
    return _beside("diagnosis.clock.spread", figures, ("median_throughput", "p90_throughput"))


def said_of_waiting(figures: Figures) -> tuple[Statement, ...]:
    """How long cases wait in working time, and how much of it, beside the clock."""
    return _beside("diagnosis.clock.waiting", figures,
                   ("mean_throughput", "mean_waiting", "waiting_share", "mean_processing"))


def _beside(key: str, figures: Figures, names: tuple[str, ...]) -> tuple[Statement, ...]:
    wanted = [*names, *(f"working_{name}" for name in names)]
    if not set(wanted) <= figures.keys():
        return ()
    return (Statement(key, {name: _in_hours(figures[name]) for name in wanted}),)


def _in_hours(figure: Figure) -> Figure:
    """The time of the clock as hours too, so that the two can be compared."""
    return replace(figure, unit="working") if figure.unit == "hours" else figure


def _hours(hours: Hours) -> dict[str, Value]:
    spans = ", ".join(f"{_clock(begin)}–{_clock(end)}" for begin, end in hours.spans)
    return {"days": _days(hours.days), "hours": spans,
            "region": Statement("diagnosis.clock.region", {"region": _region(hours.region)})
            if hours.region else ""}


def _region(code: str) -> Value:
    """The country by its name, where the word files know it."""
    return Statement(f"diagnosis.region.{code}") if code in _NAMED else code


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _days(days: tuple[int, ...]) -> Value:
    if days == _WEEK:
        return Statement("diagnosis.clock.every_day")
    names = [Statement(f"diagnosis.day.{day}") for day in days]
    if len(days) > 2 and days == tuple(range(days[0], days[-1] + 1)):
        return Statement("diagnosis.clock.from_to", {"first": names[0], "last": names[-1]})
    return listed(names)


def _units(calendar: Calendar) -> Value:
    if not calendar.units:
        return ""
    return Statement("diagnosis.clock.units", {"units": listed(sorted(calendar.units))})
