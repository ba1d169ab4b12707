"""The KPIs that targets are bound to: one value per case, and their weekly series."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC
from typing import TYPE_CHECKING

from workbench.effect import wilson
from workbench.engine import frame, local_time, microseconds
from workbench.metrics import families, levels
from workbench.metrics.medians import median_interval, medians
from workbench.metrics.metric import Kind, Metric, Question
from workbench.metrics.satisfaction import withheld
from workbench.metrics.throughput import throughput
from workbench.model import Answers, EventLog, Target

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import numpy as np
    import pandas as pd

__all__ = ["KPIS", "case_values", "mean_interval", "median_interval", "mondays", "weekly"]

_PLACED_BY: Mapping[Kind, str] = {"throughput": "end", "rate": "start", "score": "end"}
SERIES = ("kpi", "target_id", "unit", "period", "value", "n", "low", "high")


def _rework(log: EventLog, _target: Target) -> ir.Column:
    return log.cases.rework.cast("float64")


def _on_time(log: EventLog, target: Target) -> ir.Column:
    import ibis

    cases, limit = log.cases, target.within_hours
    age = microseconds(ibis.literal(log.cut.astimezone(UTC)), cases.start) / 3.6e9
    in_time = (cases.throughput_hours <= limit) & ~cases.withdrawn
    late = cases.closed.fill_null(True) | (age > limit)
    kept = cases.closed.fill_null(True) & in_time
    unjudged = cases.withdrawn & (cases.throughput_hours <= limit)
    return ibis.cases((kept, 1.0), (unjudged, None), (late, 0.0), else_=None).cast("float64")


def _presence(log: EventLog, target: Target) -> ir.Column:
    there = log.events.filter(log.events.activity == target.activity).select("case")
    return log.cases.case.isin(there.case).cast("float64")


def _rate(kpi: str) -> Callable[[EventLog, Question], tuple[ir.Table, ir.Column]]:
    """The cases with their levels, and whether each counts for a KPI that is a rate."""

    def rows(log: EventLog, question: Question) -> tuple[ir.Table, ir.Column]:
        value = KPIS[kpi].value
        if value is None:
            raise ValueError(kpi)
        target = Target("", kpi, "up", within_hours=question.within_hours,
                        activity=question.activity)
        cases = log.cases.mutate(hit=value(log, target))
        cases = levels.in_periods(cases, cases.start, log, question)
        return cases, cases.hit

    return rows


def _satisfaction(log: EventLog, question: Question) -> pd.DataFrame:
    """The mean score of all answers: n (respondents), score, low, high; of few it is withheld."""
    import pandas as pd

    if question.answers is None:
        raise ValueError(question)
    rows = _scores(log, Target("", "satisfaction", "up"), question.answers)
    rows = rows[rows["value"].notna()]
    few = rows.empty or withheld(pd.Series([rows["respondent"].nunique()])).any()
    value, _, low, high = (None, 0, None, None) if few else mean_interval(
        rows["value"].to_numpy(), question.confidence)
    return pd.DataFrame({"n": [len(rows)], "score": [value], "low": [low], "high": [high]})


KPIS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("throughput", "hours", "down",
               "product-limit median(end - start of closed, cut - start of open cases)",
               "edeaR throughput_time; Kaplan & Meier 1958; Brookmeyer & Crowley 1982",
               needs=("end_activities",), low="low_hours", high="high_hours",
               measured=throughput, kind="throughput"),
        Metric("rework", "share", "down", "cases(rework) / cases",
               "edeaR number_of_repetitions", measured=families.share(_rate("rework")),
               kind="rate", value=_rework, statistic="share", low="low", high="high"),
        Metric("on_time", "share", "up",
               "cases(closed, end - start <= within_hours) / cases(closed or older than that)",
               "SCOR RL.2.2", needs=("within_hours", "end_activities"),
               measured=families.share(_rate("on_time")), kind="rate", value=_on_time,
               statistic="share", low="low", high="high"),
        Metric("presence", "share", "down", "cases(with activity) / cases",
               "edeaR activity_presence", needs=("activity",),
               measured=families.share(_rate("presence")), kind="rate", value=_presence,
               statistic="share", low="low", high="high"),
        Metric("satisfaction", "score", "up", "mean(score)", "ISO 10004", needs=("answers",),
               levels=(), statistic="score", low="low", high="high", measured=_satisfaction,
               kind="score"),
    )
}
"""The KPIs by name. Throughput: hours from first start to last end. Rework: share of cases with
any activity twice or more. On time: share of cases closed within `within_hours`; a case withdrawn
by then is not judged, an open one is late once it is older than that and unknown before. Presence:
share of cases containing `activity`. Satisfaction: the mean score of `item`, or
of all items on the scale that most of them share."""


def kind_of(kpi: str) -> Kind:
    """How the verdict treats a KPI: throughput, rate or score.

    >>> kind_of("rework")
    'rate'
    """
    kind = KPIS[kpi].kind
    assert kind is not None, kpi  # noqa: S101 - what a target may name has one
    return kind


def case_values(log: EventLog, target: Target, answers: Answers | None = None) -> pd.DataFrame:
    """One row per case for `workbench.effect.judge`, sorted by case_id.

    Columns: case_id, unit, stratum (text or empty), start, end (UTC; end is empty while the case is
    open; where it is unknown which cases are closed, the last end), and value: 0 or 1 for a
    rate, the mean score of the respondent for satisfaction, empty where it cannot be known yet.
    For throughput there is no value: the duration is the value. For satisfaction there is one row
    per respondent and case: case_id names the respondent, and the case too where somebody answered
    for several; start, unit and stratum are those of the case that the answer names, else its date
    and unit; answers with neither a known case nor a date are left out.

    Raises KeyError for an unknown KPI and ValueError for satisfaction without answers.

    >>> from workbench import sample
    >>> log = sample.log("c1: a b a; c2: a b")
    >>> case_values(log, Target("T1", "rework", "down"))[["case_id", "value"]].values.tolist()
    [['c1', 1.0], ['c2', 0.0]]
    """
    metric = KPIS[target.kpi]
    if metric.kind == "score":
        if answers is None:
            raise ValueError(target.kpi)
        return _scores(log, target, answers).drop(columns="respondent")
    cases = log.cases
    rows = cases.select(
        "case_id", "unit", "stratum", "start",
        end=cases.closed.fill_null(True).ifelse(cases.end, None),
        **({"value": metric.value(log, target)} if metric.value else {}),
    )
    return frame(rows.order_by("case_id"))


def _scores(log: EventLog, target: Target, answers: Answers) -> pd.DataFrame:
    rows = answers.of_item(target.item)
    found = rows.rename(columns={"case_id": "case"}).astype({"case": "str"}).groupby(
        ["respondent", "case"], as_index=False, dropna=False).agg(
        unit=("unit", "first"), date=("date", "first"), value=("value", "mean"))
    cases = frame(log.cases.select(
        case="case_id", case_unit="unit", stratum="stratum", begun="start"))
    found = found.merge(cases, on="case", how="left")
    names = found["respondent"].astype("str")
    several = names.duplicated(keep=False) & found["case"].notna()
    found = found.assign(
        case_id=names.mask(several, names + "/" + found["case"]),
        unit=found["case_unit"].fillna(found["unit"].astype("str")),
        start=found["begun"].fillna(found["date"]),
        end=found["date"].fillna(found["begun"]),
    )
    found = found[found["start"].notna()].sort_values("case_id", ignore_index=True)
    return found[["respondent", "case_id", "unit", "stratum", "start", "end", "value"]]


# ---------------------------------------------------------------- week by week


def weekly(
    log: EventLog,
    targets: Iterable[Target] = (),
    answers: Answers | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The weekly series of the KPIs of some targets (by default throughput and rework).

    Weeks are those of the log's time zone. For a share a case counts in the week in which it
    starts, once its value is known: on time as soon as it is closed or, still open, past its
    deadline at the cut; rework and presence at once, as the log stands at the cut. So an open case
    that is late is never lost, and the latest weeks are provisional: some of their cases are not
    known yet, others may still come to rework. Throughput is known at the end only: a case counts
    in the week in which it was closed. An answer counts in the week of its date.

    Columns: kpi, target_id, unit (empty: all units together), period (the Monday, ISO), value (the
    median of hours, the share, the mean score), n, low, high: for hours the order statistics
    around the median (exact binomial), for shares Wilson's interval, for scores that of
    Student's t; empty where n is too small for one. Sorted by kpi, target_id, unit, period.

    >>> from workbench import sample
    >>> found = weekly(sample.log("c1: a b a; c2: a b"), [Target("T1", "rework", "down")])
    >>> found[["unit", "period", "value", "n"]].values.tolist()
    [['', '2026-01-05', 0.5, 2]]
    """
    import pandas as pd

    chosen = tuple(targets) or (Target("", "throughput", "down"), Target("", "rework", "down"))
    parts = [_series(log, target, answers, confidence) for target in chosen
             if KPIS[target.kpi].kind != "score" or answers is not None]
    found = pd.DataFrame([row for part in parts for row in part], columns=list(SERIES))
    found = found.astype({"value": "float64", "low": "float64", "high": "float64", "n": "int64"})
    return found.sort_values(list(SERIES[:4]), ignore_index=True)


def _series(
    log: EventLog, target: Target, answers: Answers | None, confidence: float
) -> list[tuple[object, ...]]:
    metric = KPIS[target.kpi]
    if metric.kind == "score" and answers is not None:
        return _score_series(log, target, answers, confidence)
    summarised = _medians if metric.kind == "throughput" else _shares
    return [(metric.name, target.id, *row) for row in summarised(log, target, confidence)]


def _medians(log: EventLog, _target: Target, confidence: float) -> Iterable[tuple[object, ...]]:
    cases = log.cases.filter(log.cases.closed.fill_null(True))
    rows = cases.select("unit", value="throughput_hours",
                        period=local_time(cases.end, log.zone).truncate("W"))
    for unit, keys in (("", ["period"]), (None, ["unit", "period"])):
        chosen = rows if unit == "" else rows.drop_null("unit")
        found = medians(chosen, keys, confidence).assign(**({"unit": ""} if unit == "" else {}))
        found["period"] = found["period"].dt.strftime("%Y-%m-%d")
        yield from zip(*(found[name] for name in (
            "unit", "period", "median", "n", "low", "high")), strict=True)


def _shares(log: EventLog, target: Target, confidence: float) -> Iterable[tuple[object, ...]]:
    value = KPIS[target.kpi].value
    if value is None:
        raise ValueError(target.kpi)
    cases = log.cases.mutate(value=value(log, target)).drop_null("value")
    counted = frame(
        cases.group_by("unit", period=local_time(cases.start, log.zone).truncate("W"))
        .aggregate(n=cases.count(), hits=cases.value.cast("int64").sum()))
    whole = counted.groupby("period", as_index=False)[["n", "hits"]].sum().assign(unit="")
    for rows in (whole, counted[counted["unit"].notna()]):
        periods = rows["period"].dt.strftime("%Y-%m-%d")
        for unit, period, n, hits in zip(
                rows["unit"], periods, rows["n"], rows["hits"], strict=True):
            yield unit, period, hits / n, n, *wilson(hits, n, confidence)


def _score_series(
    log: EventLog, target: Target, answers: Answers, confidence: float
) -> list[tuple[object, ...]]:
    rows = _scores(log, target, answers)
    rows = rows[rows["value"].notna()]
    rows = rows.assign(period=mondays(rows[_PLACED_BY["score"]], log.zone))
    cells = rows.groupby(["unit", "period"], dropna=False)["respondent"].nunique()
    groups = [("", rows), *rows.groupby("unit", sort=True)]
    found: list[tuple[object, ...]] = []
    for unit, group in groups[:1] if withheld(cells).any() else groups:
        weeks = group.groupby("period", sort=True)
        for (period, week), hidden in zip(weeks, withheld(weeks["respondent"].nunique()),
                                          strict=True):
            mean = mean_interval(week["value"].to_numpy(), confidence)
            shown = (None, len(week), None, None) if hidden else mean
            found.append((target.kpi, target.id, unit, period, *shown))
    return found


def mondays(moments: pd.Series, zone: str) -> pd.Series:
    """The Monday of the week in which each moment falls on the clocks of a zone, as ISO dates.

    >>> import pandas
    >>> sunday = pandas.Series(pandas.to_datetime(["2026-01-11T20:00Z"]))
    >>> mondays(sunday, "UTC")[0], mondays(sunday, "Asia/Shanghai")[0]
    ('2026-01-05', '2026-01-12')
    """
    import pandas as pd

    local = moments.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    first = local - pd.to_timedelta(local.dt.day_of_week, unit="D")
    named: pd.Series = first.dt.strftime("%Y-%m-%d")
    return named


Summary = tuple[float, int, float | None, float | None]


def mean_interval(values: np.ndarray, confidence: float = 0.95) -> Summary:
    """The mean, n, and the interval of Student's t; none for a single value."""
    import numpy as np
    from scipy.stats import t

    n, mean = len(values), float(np.mean(values))
    if n < 2:
        return mean, n, None, None
    half = float(t.ppf((1 + confidence) / 2, n - 1) * np.std(values, ddof=1) / n**0.5)
    return mean, n, mean - half, mean + half
