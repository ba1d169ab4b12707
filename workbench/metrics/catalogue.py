"""All metrics by name, and how one is asked for: `measure(log, name, by=…)`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from workbench.engine import frame
from workbench.errors import WrongUse
from workbench.metrics import demand, queues, utilisation
from workbench.metrics.cost import cost
from workbench.metrics.families import Plain, hours, ratio
from workbench.metrics.first_contact import DAYS
from workbench.metrics.fitness import Drawn
from workbench.metrics.kpis import KPIS
from workbench.metrics.metric import EVENTS, FLOW, NO_COSTS, Clock, Metric, Period, Question
from workbench.metrics.quality_catalogue import QUALITY
from workbench.metrics.throughput import throughput
from workbench.model import Answers, Costs, EventLog, Rule
from workbench.words import in_both

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

_TIMED = ("start",)
_WITH_ACTIVITY = ("activity", "resource", *FLOW)

METRICS: Mapping[str, Metric] = {metric.name: metric for metric in (
    *KPIS.values(),
    Metric("observed_throughput", "hours", "down", "median(end - start of closed cases)",
           "edeaR throughput_time", statistic="observed_median_hours", measured=throughput),
    Metric("processing", "hours", "down", "median(sum(end - start))",
           "edeaR processing_time", _TIMED, EVENTS,
           measured=hours(cases="processing", events="processing")),
    Metric("busy", "hours", "down", "median(union of [start, end])",
           "edeaR processing_time, counted by the clock", _TIMED, EVENTS,
           measured=hours(cases="busy", events="busy")),
    Metric("waiting", "hours", "down", "median(max(0, start - enabled))",
           "Lashkevich et al. 2023", _TIMED, EVENTS, measured=hours(events="waiting")),
    Metric("idle", "hours", "down", "median((end - start) - union of [start, end])",
           "edeaR idle_time", _TIMED, EVENTS, measured=hours(cases="waiting", events="idle")),
    Metric("elapsed", "hours", "down", "median(end - end of the event before)",
           "van der Aalst 2016, Process Mining", (), EVENTS, measured=hours(events="elapsed")),
    Metric("efficiency_by_work", "ratio", "up", "sum(processing_hours) / sum(throughput_hours)",
           "Dumas et al. 2018, cycle time efficiency", _TIMED, statistic="share",
           measured=ratio("processing", "throughput")),
    Metric("efficiency_by_clock", "share", "up", "sum(busy_hours) / sum(throughput_hours)",
           "Dumas et al. 2018, cycle time efficiency", _TIMED, statistic="share",
           measured=ratio("busy", "throughput")),
    Metric("arrival_rate", "count", None, "cases / (cut - first start) * 168 h",
           "Hopp & Spearman 2011", (), FLOW, "per_week", measured=demand.arrivals),
    Metric("takt", "hours", None, "(cut - first start) / cases",
           "Hopp & Spearman 2011; Ohno 1988", (), FLOW, "takt_hours", measured=demand.takt),
    Metric("work_in_progress", "count", "down",
           "sum(min(end, cut) - start) / (cut - first start)",
           "Little 1961; Hopp & Spearman 2011", ("end_activities",), FLOW, "average",
           measured=queues.work_in_progress),
    Metric("littles_law", "ratio", None, "average / (per_hour * mean_throughput_hours)",
           "Little 1961; Little & Graves 2008", ("end_activities",),
           ("unit", "stratum", "attribute"), "ratio", measured=queues.littles_law),
    Metric("queue_length", "count", "down", "sum(start - enabled) / (cut - first start)",
           "Little 1961; Hopp & Spearman 2011", _TIMED, _WITH_ACTIVITY, "average",
           measured=queues.queue_length),
    Metric("being_worked_on", "count", None, "sum(end - start) / (cut - first start)",
           "Little 1961; Hopp & Spearman 2011", _TIMED, _WITH_ACTIVITY, "average",
           measured=queues.being_worked_on),
    Metric("workload", "hours", None, "sum(end - start) / resources",
           "edeaR resource_frequency; Reijers & Liman Mansar 2005", ("start", "resource"),
           EVENTS, "hours_per_resource", measured=utilisation.workload),
    Metric("utilisation", "share", None, "union of [start, end] / hours present",
           "Hopp & Spearman 2011", ("start", "resource"),
           ("resource", "unit", "period"), "utilisation",
           measured=utilisation.utilisation),
    Metric("cost", "money", "down",
           "sum(processing_hours) * work_hour + sum(waiting_hours) * waiting_hour",
           "Reijers & Liman Mansar 2005", ("start", "costs.work_hour"), EVENTS, "money",
           measured=cost),
    *QUALITY,
)}
"""Every metric by its name. Those that a target may name are the `workbench.metrics.KPIS`."""


def measure(
    log: EventLog,
    name: str,
    by: str | Iterable[str] = (),
    clock: Clock = "wall",
    *,
    period: Period = "week",
    costs: Costs = NO_COSTS,
    within_hours: float | None = None,
    activity: str = "",
    answers: Answers | None = None,
    rules: Iterable[Rule] = (),
    drawn: Drawn | None = None,
    customer: str = "",
    days: float = DAYS,
    confidence: float = 0.95,
    reveal: bool = False,
) -> pd.DataFrame:
    """One metric of a log, for all of it or by some of its levels.

    `by` names levels: case, activity, resource, unit, stratum, period (of the `period` week or
    month of the log's zone, named by its first day) and `attribute:NAME`; none of them, or `log`,
    means the whole log. `clock` is that of the wall or of `working` time. Some metrics must be
    told something: `costs` per hour, the promise `within_hours`, an `activity`, `answers`, the
    `rules` of an engagement, a map as it was `drawn`; for first-contact resolution the attribute
    of the `customer` and how many `days` a case must stay quiet.

    Returns a table sorted by its groups: the level columns (of cases `case_id`), n (what was
    counted) and the statistics of the metric (see GLOSSARY.md). What cannot be known is empty;
    `METRICS[name].missing(log)` says what it would need. Resources stand under pseudonyms unless
    `reveal`.

    Raises WrongUse for a metric, level, period or clock that is not known, a level at which the
    metric has no meaning, and working time without a calendar.

    >>> from workbench import sample
    >>> log = sample.log("c1: a|0-1 b|3-4; c2: a|0-2 b|3-4")
    >>> measure(log, "waiting", by="activity")[["activity", "n", "median_hours"]].values.tolist()
    [['a', 0, nan], ['b', 2, 1.5]]
    """
    question = Question(
        by=_levels(by), clock=clock, period=period, confidence=confidence, costs=costs,
        within_hours=within_hours, activity=activity, answers=answers, rules=tuple(rules),
        drawn=drawn, customer=customer, days=days, reveal=reveal)
    metric = _asked(log, name, question)
    if metric.measured is None:
        raise WrongUse(in_both("metric.refused.not_measured", metric=name))
    found = metric.measured(log, question)
    return _unknown(found, metric) if metric.missing(log, question) else found


def _unknown(found: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """The rows of a metric that cannot be known: nothing was seen, which is not nought."""
    import pandas as pd

    figures = {"count", metric.statistic, metric.low, metric.high} & set(found.columns)
    return found.assign(**{
        name: pd.Series(pd.NA, found.index, "Int64") if name == "count" else float("nan")
        for name in figures})


def _levels(by: str | Iterable[str]) -> tuple[str, ...]:
    named = (by,) if isinstance(by, str) else tuple(by)
    return tuple(level for level in dict.fromkeys(named) if level != "log")


def _asked(log: EventLog, name: str, question: Question) -> Metric:
    """The metric of a question that means something; else WrongUse."""
    if name not in METRICS:
        raise WrongUse(in_both(
            "metric.refused.unknown", metric=name, known=", ".join(sorted(METRICS))))
    metric = METRICS[name]
    for level in question.by:
        kind = "attribute" if level.startswith("attribute:") else level
        if kind not in metric.levels:
            raise WrongUse(in_both("metric.refused.level", metric=name, level=level,
                                   known=", ".join(("log", *metric.levels))))
        if kind == "attribute" and level not in log.cases.columns:
            raise WrongUse(in_both("metric.refused.attribute", attribute=level))
    if question.period not in ("week", "month"):
        raise WrongUse(in_both("metric.refused.period", period=question.period))
    if question.clock not in ("wall", "working"):
        raise WrongUse(in_both("metric.refused.clock", clock=question.clock))
    if question.clock == "working" and log.calendar is None:
        raise WrongUse(in_both("metric.refused.no_calendar", metric=name))
    return metric


def metrics(
    log: EventLog, costs: Costs = NO_COSTS, rules: Iterable[Rule] = (), drawn: Drawn | None = None,
    within_hours: float | None = None,
) -> pd.DataFrame:
    """One row per metric of the catalogue, of the whole log, sorted by name.

    Columns: metric, statistic (which figure stands for it), value, n, low, high (the ends of its
    interval, where it has one), unit, direction (up, down or empty: neither is better), missing (a
    JSON list of what is missing so that it, or a part of it, cannot be known; value and n are empty
    where it cannot at all).

    >>> from workbench import sample
    >>> found = metrics(sample.log("c1: a|1 b|3", has_start=False)).set_index("metric")
    >>> float(found.loc["waiting", "value"]), found.loc["waiting", "missing"]
    (nan, '["start"]')
    >>> float(found.loc["elapsed", "value"])
    2.0
    """
    import pandas as pd

    question = Question(costs=costs, rules=tuple(rules), drawn=drawn, within_hours=within_hours,
                        brief=True)
    known = _together(log, question)
    rows = [_row(log, METRICS[name], question, known) for name in sorted(METRICS)]
    found = pd.DataFrame(rows, columns=[
        "metric", "statistic", "value", "n", "low", "high", "unit", "direction", "missing"])
    return found.astype({"value": "float64", "n": "Int64", "low": "float64", "high": "float64"})


def _together(log: EventLog, question: Question) -> dict[str, tuple[object, object]]:
    """What metrics tell, n and value, are aggregates of the cases or events: two queries."""
    plain: dict[str, dict[str, ir.Scalar]] = {"cases": {}, "events": {}}
    for metric in METRICS.values():
        if isinstance(metric.measured, Plain) and not metric.missing(log, question):
            of, n, value = metric.measured.brief(log)
            plain[of] |= {f"{metric.name}.n": n, f"{metric.name}.value": value}
    found: dict[str, object] = {}
    for of, aggregates in plain.items():
        if aggregates:
            found |= frame(getattr(log, of).aggregate(**aggregates)).astype("object").iloc[0]
    return {name.removesuffix(".n"): (n, found[f"{name.removesuffix('.n')}.value"])
            for name, n in found.items() if name.endswith(".n")}


def _row(
    log: EventLog, metric: Metric, question: Question, known: Mapping[str, tuple[object, object]]
) -> tuple[object, ...]:
    import pandas as pd

    missing = metric.missing(log, question)
    value = n = low = high = None
    if metric.name in known:
        n, value = known[metric.name]
    elif not missing and metric.measured is not None:
        found = metric.measured(log, question).iloc[0]
        n, value, low, high = (
            found[name] if name and pd.notna(found[name]) else None
            for name in ("n", metric.statistic, metric.low, metric.high))
    return (metric.name, metric.statistic, value, n, low, high, metric.unit,
            metric.direction or "", json.dumps((*missing, *metric.unseen(log, question))))
