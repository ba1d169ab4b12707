"""Parts of sentences that vary with the log: a month or the time watched, one unit for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbench.diagnose.baseline import Baseline
from workbench.model import Figure, Statement, Value

Figures = Mapping[str, Figure]


def per(baseline: Baseline, figure: Figure, *, interval: bool = False) -> Statement:
    """A total with what it is over: a month, or all that was watched; with its interval."""
    key = ("month" if baseline.monthly else "period") + ("_interval" if interval else "")
    return Statement(f"diagnosis.per.{key}", {"total": figure, "span": baseline.span})


def amount(baseline: Baseline, figures: Figures) -> Statement:
    """The hours of the issues: waiting and work, waiting alone, or elapsed; over a month or all."""
    kind = ("elapsed" if not baseline.timed else "both" if "issue_work" in figures else "waiting")
    said: dict[str, Value] = {"span": baseline.span, "hours": figures["issue_hours"]}
    said |= named(figures, waiting="issue_waiting", work="issue_work")
    said["working"] = said["by_calendar"] = ""
    if "issue_working_waiting" in figures:
        said["working"] = Statement("diagnosis.clock.beside", {
            "hours": figures["issue_working_waiting"]})
        said["by_calendar"] = Statement("diagnosis.clock.of_work")
    return Statement(
        f"diagnosis.amount.{kind}_" + ("month" if baseline.monthly else "period"), said)


def reach(figure: Figure, *, of_sum: bool = False) -> Statement:
    """The interval of a figure in brackets, or that there are too few weeks for one."""
    key = "unknown" if figure.low is None else "sum" if of_sum else "known"
    return Statement(f"diagnosis.reach.{key}", {"it": figure})


def same_unit(figures: Figures) -> dict[str, Value]:
    """Durations of one sentence in one unit: hours, where minutes, hours and days would mix.

    >>> told = same_unit({"half": Figure(46.0, "hours"), "tenth": Figure(163.0, "hours")})
    >>> [each.unit for each in told.values()]
    ['effort', 'effort']
    >>> [each.unit for each in same_unit({"half": Figure(80.0, "hours")}).values()]
    ['hours']
    """
    times = [each.value for each in figures.values() if each.unit == "hours"]
    scales = {(time >= 1) + (time >= 72) for time in times if isinstance(time, (int, float))}
    if len(scales) < 2:
        return dict(figures)
    return {name: replace(each, unit="effort") if each.unit == "hours" else each
            for name, each in figures.items()}


def listed(names: Sequence[Value]) -> Value:
    """Names one after the other, as the language joins them; at least one.

    >>> listed(["north"])
    'north'
    """
    if len(names) == 1:
        return names[0]
    return Statement("diagnosis.list.joined", {"first": names[0], "rest": listed(names[1:])})


def named(figures: Figures, **names: str) -> dict[str, Figure]:
    """Figures under the names that a sentence gives them, as far as they are known."""
    return {name: figures[source] for name, source in names.items() if source in figures}
