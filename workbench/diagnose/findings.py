"""The sentences that open each chapter of the diagnosis, and the caveats that close it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbench.diagnose.baseline import Baseline
from workbench.diagnose.issues import Found
from workbench.diagnose.opportunities import unknown_issues
from workbench.diagnose.phrases import Figures, listed, named, per, same_unit
from workbench.diagnose.rules import FEWEST_CASES, THRESHOLDS
from workbench.diagnose.working import (
    by_the_clock,
    said_of_calendar,
    said_of_late,
    said_of_spread,
    said_of_waiting,
)
from workbench.metrics.satisfaction import lowest_first
from workbench.model import Client, Figure, Statement, Unit, Value

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]


def findings(
    client: Client, baseline: Baseline, figures: Figures, tables: Tables, found: Sequence[Found]
) -> dict[str, tuple[Statement, ...]]:
    """Statements by the chapter in which they stand."""
    return {
        "time": _time(baseline, figures, tables["time_split"]),
        "spread": _spread(baseline, figures, tables),
        "paths": (_of("diagnosis.paths.variants", figures, "variants", "first_variant",
                      "ten_variants"),),
        "drawn": _drawn(tables),
        "load": _load(baseline, figures),
        "rework": _rework(baseline, figures),
        "why": _why(tables),
        "satisfaction": _satisfaction(tables),
        "issues": _issues(baseline, found),
        "caveats": _caveats(client, baseline, found),
        "method": _method(baseline),
    }


def _time(baseline: Baseline, figures: Figures, split: pd.DataFrame) -> tuple[Statement, ...]:
    first = split.iloc[0]
    if first["share"] != first["share"]:  # nothing took any time, so nothing has a share of it
        return ()
    clock = (*said_of_waiting(figures), *said_of_calendar(baseline))
    said: dict[str, Value] = {
        "activity": str(first["activity"]),
        "share": Figure(float(first["share"]), "share", n=len(baseline.cases),
                        source="time_split.share")}
    if not baseline.timed:
        return (Statement("diagnosis.time.elapsed", said), *clock)
    span = ("" if baseline.finished else "_span") + ("_clock" if baseline.log.calendar else "")
    opening = ("mean_throughput", "mean_waiting", "waiting_share", "mean_processing")
    if not set(opening) <= figures.keys():
        return (Statement("diagnosis.time.most", said), *clock)
    parts = Statement(f"diagnosis.time.parts{span}", same_unit(
        {name: figures[name] for name in opening}))
    return (parts, Statement("diagnosis.time.most", said), *clock)


def _spread(baseline: Baseline, figures: Figures, tables: Tables) -> tuple[Statement, ...]:
    if "median_throughput" not in figures:
        return ()
    names = ("median_throughput", "p90_throughput")
    made = [Statement("diagnosis.spread.quantiles", same_unit(
        {name: figures[name] for name in names})), *said_of_spread(figures)]
    if "late_share" in figures:
        made += [Statement("diagnosis.spread.late", named(
            figures, promise="promise", late_share="late_share") | {
                "clock": by_the_clock(baseline)}), *said_of_late(figures)]
    bars = tables["throughput_histogram"]
    n = figures["median_throughput"].n or 0
    beyond = n - int(bars["cases"].sum())
    if beyond:
        made.append(Statement("diagnosis.spread.beyond", {
            "cases": Figure(beyond, "count"), "limit": Figure(
                float(bars["high_hours"].iloc[-1]), "hours", source="throughput_histogram")}))
    return tuple(made)


def _drawn(tables: Tables) -> tuple[Statement, ...]:
    if "differences" not in tables:
        return ()
    differences = tables["differences"]
    counts = differences["difference"].value_counts()
    if differences.empty:
        return (Statement("diagnosis.drawn.none"),)
    return (Statement("diagnosis.drawn.differences", {
        "count": Figure(len(differences), "count", source="differences"),
        "not_drawn": Figure(int(counts.get("not_drawn", 0)), "count", source="differences"),
        "not_seen": Figure(int(counts.get("not_seen", 0)), "count", source="differences")}),)


def _load(baseline: Baseline, figures: Figures) -> tuple[Statement, ...]:
    made = [_of("diagnosis.load.arrivals", figures, "arrivals", "peak_week", "peak_arrivals")]
    if baseline.finished and "peak_open" in figures:
        made.append(_of("diagnosis.load.open", figures, "peak_open", "last_open"))
    return tuple(made)


def _rework(baseline: Baseline, figures: Figures) -> tuple[Statement, ...]:
    made = [_of("diagnosis.rework.rate", figures, "rework_rate", "rework_event_share")]
    if baseline.timed and "rework_work" in figures:
        work = figures["rework_work"]
        clock = Statement("diagnosis.clock.of_work") if baseline.log.calendar else ""
        made.append(Statement("diagnosis.rework.work", {
            "work": per(baseline, work), "clock": clock,
            "events": Figure(work.n, "count", source=work.source)}))
    return tuple(made)


def _why(tables: Tables) -> tuple[Statement, ...]:
    made = []
    table = tables["associations"]
    if table.empty:
        made.append(Statement("diagnosis.why.none"))
    else:
        made.append(Statement("diagnosis.why.stands", {
            "stands": Figure(int(table["stands"].sum()), "count", source="associations.stands"),
            "tried": Figure(len(table), "count", source="associations.p")}))
    tree = tables["cause_tree"]
    if len(tree):
        made.append(Statement("diagnosis.why.causes", {
            "causes": Figure(len(tree), "count", source="cause_tree.id"),
            "evidence": Figure(int((tree["mark"] == "evidence").sum()), "count",
                               source="cause_tree.mark"),
            "opinion": Figure(int((tree["mark"] == "opinion").sum()), "count",
                              source="cause_tree.mark")}))
    return tuple(made)


def _satisfaction(tables: Tables) -> tuple[Statement, ...]:
    table = tables.get("satisfaction")
    known = None if table is None else table.dropna(subset="mean_score")
    if known is None or known.empty:
        return _recommendation(tables)
    made = []
    for audience, rows in known.groupby("audience", sort=False):
        worst = lowest_first(rows).iloc[0]
        made.append(Statement(f"diagnosis.satisfaction.{audience}", {
            "n": Figure(int(rows["n"].max()), "count", source="satisfaction.n"),
            "item": str(worst["item"]),
            "mean": Figure(float(worst["mean_score"]), "score", n=int(worst["n"]),
                           low=float(worst["low_score"]), high=float(worst["high_score"]),
                           source="satisfaction.mean_score")}))
    return (*made, *_recommendation(tables))


def _recommendation(tables: Tables) -> tuple[Statement, ...]:
    table = tables.get("recommendation")
    if table is None:
        return ()
    made = []
    for _, row in table.dropna(subset="nps_points").iterrows():
        n = int(row["n"])
        made.append(Statement(f"diagnosis.recommendation.{row['audience']}", {
            "n": Figure(n, "count", source="recommendation.n"),
            "nps": Figure(float(row["nps_points"]), "points", n=n, low=float(row["low_points"]),
                          high=float(row["high_points"]), source="recommendation.nps_points"),
            "promoters": Figure(float(row["promoter_share"]), "share",
                                source="recommendation.promoter_share"),
            "detractors": Figure(float(row["detractor_share"]), "share",
                                 source="recommendation.detractor_share")}))
    return tuple(made)


def _issues(baseline: Baseline, found: Sequence[Found]) -> tuple[Statement, ...]:
    if not found:
        few = len(baseline.cases) < FEWEST_CASES
        return (Statement("diagnosis.issues.few" if few else "diagnosis.issues.none", {
            "cases": Figure(len(baseline.cases), "count", source="log_summary.cases"),
            "fewest": Figure(FEWEST_CASES, "count", source="rules")}),)
    suffix = "" if baseline.timed else "_elapsed"
    made = []
    for each in found:
        made.append(Statement(f"diagnosis.issues.{each.issue.kind}{suffix}",
                              _said_of(baseline, each, alone=len(found) == 1)))
        if each.rows is not None and not each.in_totals:
            made.append(Statement("diagnosis.issues.last_step", {
                "issue": each.issue.id, "activity": each.issue.activity}))
    return tuple(made)


def _said_of(baseline: Baseline, found: Found, *, alone: bool) -> dict[str, Value]:
    issue = found.issue
    hours = of_interval(issue.hours, issue.low, issue.high, "effort", "issues.hours")
    said: dict[str, Value] = {
        "issue": issue.id, "activity": issue.activity,
        "cases": Figure(issue.cases, "count", source="issues.cases"),
        "share": Figure(found.share, "share", n=len(baseline.cases), source="issues.share"),
        "rate": Figure(issue.value, "share", n=found.n, source="issues.value"),
        "hours": per(baseline, hours, interval=True),
        "overlap": Statement("diagnosis.issues.overlap" + ("_none" if alone else "")),
    }
    if found.each:
        said["each"] = of_interval(*found.each, "hours", "issues.hours")
    return said


def _caveats(
    client: Client, baseline: Baseline, found: Sequence[Found]
) -> tuple[Statement, ...]:
    names = ["avoidable", "once"] if any(each.rows is not None for each in found) else []
    if names and any(each.issue.kind == "late" for each in found):
        names.append("late")
    if any(each.slope for each in found):
        names.append("cause")
    if not baseline.timed:
        names.append("elapsed")
    if names and baseline.log.calendar:
        names.append("working" if baseline.timed else "working_elapsed")
    made = [Statement(f"diagnosis.caveat.{name}") for name in names]
    priced = [each.issue for each in found if each.issue.money is not None]
    by_money = sorted(priced, key=lambda issue: -(issue.money or 0.0))
    if by_money != priced:
        made.append(Statement("diagnosis.caveat.by_money", {
            "order": listed([issue.id for issue in by_money])}))
    if unknown := unknown_issues(client, found):
        made.append(Statement("diagnosis.caveat.unknown_issue", {"ids": listed(unknown)}))
    return tuple(made)


def _method(baseline: Baseline) -> tuple[Statement, ...]:
    shares: dict[str, Value] = {
        name: Figure(value, "ratio" if name == "lift" else "share")
        for name, value in THRESHOLDS.items()}
    names = ["throughput", "waiting" if baseline.timed else "elapsed", "rework",
             "shared_out", "rule_steps", "rule_rework", "rule_waiting", "rule_late", "bootstrap",
             "association"]
    window = "" if baseline.monthly else "_period"
    return (Statement(f"diagnosis.method.window{window}", {"span": baseline.span}),
            *(Statement(f"diagnosis.method.{name}", shares) for name in names))


def of_interval(value: float, low: float, high: float, unit: Unit, source: str) -> Figure:
    """A figure with its interval; without one where its ends are not numbers."""
    known = not math.isnan(low)
    return Figure(value, unit, low=low if known else None, high=high if known else None,
                  source=source)


def _of(key: str, figures: Figures, *names: str) -> Statement:
    return Statement(key, {name: figures[name] for name in names})
