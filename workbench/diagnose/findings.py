"""The sentences that open each chapter of the diagnosis, and the caveats that close it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbench.diagnose.baseline import Baseline
from workbench.diagnose.issues import Found
from workbench.diagnose.opportunities import unknown_issues
from workbench.diagnose.rules import THRESHOLDS
from workbench.model import Client, Figure, Statement, Unit

if TYPE_CHECKING:
    import pandas as pd

Figures = Mapping[str, Figure]
Tables = Mapping[str, "pd.DataFrame"]


def findings(
    client: Client, baseline: Baseline, figures: Figures, tables: Tables, found: Sequence[Found]
) -> dict[str, tuple[Statement, ...]]:
    """Statements by the chapter in which they stand."""
    return {
        "time": _time(baseline, figures, tables["time_split"]),
        "spread": _spread(figures, tables),
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
    said: dict[str, Figure | str] = {
        "activity": str(first["activity"]),
        "share": Figure(float(first["share"]), "share", n=int(first["events"]),
                        source="time_split.share")}
    if not baseline.timed:
        return (Statement("diagnosis.time.elapsed", said),)
    span = "" if baseline.finished else "_span"
    opening = ("mean_throughput", "mean_waiting", "waiting_share", "mean_processing")
    if not set(opening) <= figures.keys():
        return (Statement("diagnosis.time.most", said),)
    parts = _of(f"diagnosis.time.parts{span}", figures, *opening)
    return (parts, Statement("diagnosis.time.most", said))


def _spread(figures: Figures, tables: Tables) -> tuple[Statement, ...]:
    if "median_throughput" not in figures:
        return ()
    made = [_of("diagnosis.spread.quantiles", figures, "median_throughput", "p90_throughput")]
    if "late_share" in figures:
        made.append(_of("diagnosis.spread.late", figures, "promise", "late_share"))
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
        made.append(_of("diagnosis.rework.work", figures, "rework_work"))
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
        return ()
    made = []
    for audience, rows in known.groupby("audience", sort=False):
        worst = rows.sort_values("mean_score", kind="stable").iloc[0]
        made.append(Statement(f"diagnosis.satisfaction.{audience}", {
            "n": Figure(int(rows["n"].max()), "count", source="satisfaction.n"),
            "item": str(worst["item"]),
            "mean": Figure(float(worst["mean_score"]), "score", n=int(worst["n"]),
                           low=float(worst["low_score"]), high=float(worst["high_score"]),
                           source="satisfaction.mean_score")}))
    return tuple(made)


def _issues(baseline: Baseline, found: Sequence[Found]) -> tuple[Statement, ...]:
    if not found:
        return (Statement("diagnosis.issues.none"),)
    suffix = "" if baseline.timed else "_elapsed"
    made = []
    for each in found:
        issue = each.issue
        said: dict[str, Figure | str] = {
            "issue": issue.id, "activity": issue.activity,
            "cases": Figure(issue.cases, "count", source="issues.cases"),
            "share": Figure(each.share, "share", n=issue.cases, source="issues.value"),
            "rate": Figure(issue.value, "share", n=issue.cases, source="issues.value"),
            "hours": of_interval(issue.hours, issue.low, issue.high, "effort", "issues.hours"),
        }
        if each.each:
            said["each"] = of_interval(*each.each, "hours", "issues.hours")
        made.append(Statement(f"diagnosis.issues.{issue.kind}{suffix}", said))
        if each.last_step and issue.kind == "waiting":
            made.append(Statement("diagnosis.issues.last_step", {
                "issue": issue.id, "activity": issue.activity}))
    return tuple(made)


def _caveats(
    client: Client, baseline: Baseline, found: Sequence[Found]
) -> tuple[Statement, ...]:
    names = ["avoidable", "once"]
    if any(each.issue.kind == "late" for each in found):
        names.append("late")
    if any(each.slope for each in found):
        names.append("cause")
    if not baseline.timed:
        names.append("elapsed")
    made = [Statement(f"diagnosis.caveat.{name}") for name in names]
    priced = [each.issue for each in found if each.issue.money is not None]
    by_money = sorted(priced, key=lambda issue: -(issue.money or 0.0))
    if by_money != priced:
        made.append(Statement("diagnosis.caveat.by_money", {
            "order": ", ".join(issue.id for issue in by_money)}))
    if unknown := unknown_issues(client, found):
        made.append(Statement("diagnosis.caveat.unknown_issue", {"ids": ", ".join(unknown)}))
    return tuple(made)


def _method(baseline: Baseline) -> tuple[Statement, ...]:
    shares: dict[str, Figure | str] = {
        name: Figure(value, "ratio" if name == "lift" else "share")
        for name, value in THRESHOLDS.items()}
    names = ["window", "throughput", "waiting" if baseline.timed else "elapsed", "rework",
             "shared_out", "rule_steps", "rule_rework", "rule_waiting", "rule_late", "bootstrap",
             "association"]
    return tuple(Statement(f"diagnosis.method.{name}", shares) for name in names)


def of_interval(value: float, low: float, high: float, unit: Unit, source: str) -> Figure:
    """A figure with its interval; without one where its ends are not numbers."""
    known = not math.isnan(low)
    return Figure(value, unit, low=low if known else None, high=high if known else None,
                  source=source)


def _of(key: str, figures: Figures, *names: str) -> Statement:
    return Statement(key, {name: figures[name] for name in names})
