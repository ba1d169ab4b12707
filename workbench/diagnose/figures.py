"""The named figures of a diagnosis: every number that its sentences quote, with its source."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from workbench.diagnose.baseline import Baseline
from workbench.diagnose.issues import Found, hours_of, lead, price_of
from workbench.diagnose.loss import Loss
from workbench.diagnose.phrases import named
from workbench.diagnose.times import late
from workbench.diagnose.working import working_figures, working_late
from workbench.effect.proportions import wilson
from workbench.metrics import rework
from workbench.model import Client, Figure

if TYPE_CHECKING:
    import pandas as pd


def figures(
    client: Client, baseline: Baseline, loss: Loss, found: Sequence[Found],
    tables: Mapping[str, pd.DataFrame],
) -> dict[str, Figure]:
    """All named figures; one that the data cannot show is left out."""
    counted = totals(client, loss, found)
    if not baseline.monthly:  # the tiles say what the totals are over
        counted |= named(counted, period_hours="issue_hours", period_money="issue_money")
    return (_window(baseline) | _throughput(baseline, client.engagement.promise_hours)
            | _waiting(baseline) | working_figures(baseline)
            | working_late(baseline, client.engagement.promise_hours) | _rework(baseline, loss)
            | _paths(tables["variants"]) | _load(tables["weekly_load"]) | counted
            | apart(loss, found) | top(baseline, found))


def _window(baseline: Baseline) -> dict[str, Figure]:
    zone = ZoneInfo(baseline.log.zone)
    last = baseline.end - timedelta(microseconds=1)  # a period ends before its last midnight
    return {
        "since": Figure(baseline.start.astimezone(zone).date(), "date", source="log_summary.first"),
        "until": Figure(last.astimezone(zone).date(), "date", source="log_summary.last"),
        "cases": Figure(len(baseline.cases), "count", source="log_summary.cases"),
        "span": baseline.span,
    }


def _throughput(baseline: Baseline, promise_hours: float | None) -> dict[str, Figure]:
    hours = baseline.known["throughput_hours"].astype(float)
    n = len(hours)
    if not n:
        return {}
    made = {
        f"{name}_throughput": Figure(value, "hours", n=n, source=f"throughput.{name}_hours")
        for name, value in (("mean", float(hours.mean())), ("median", float(hours.median())),
                            ("p90", float(hours.quantile(0.9))))}
    if promise_hours is None:
        return made
    count, judged, beyond = late(baseline, baseline.cases, promise_hours)
    made["promise"] = Figure(promise_hours, "hours", source="engagement.promise_hours")
    made["promise_ratio"] = Figure(float(hours.median()) / promise_hours, "ratio", n=n,
                                   source="throughput.median_hours")
    if judged:
        low, high = wilson(count, judged)
        made["late_share"] = Figure(count / judged, "share", n=judged, low=low, high=high,
                                    source="throughput.late_share")
        made["late_hours"] = Figure(beyond / baseline.divisor, "effort", n=count,
                                    source="issues.hours")
    return made


def _waiting(baseline: Baseline) -> dict[str, Figure]:
    known = baseline.known if len(baseline.known) else baseline.cases
    if not baseline.timed or not float(known["throughput_hours"].sum()):
        return {}
    share = float(known["waiting_hours"].sum()) / float(known["throughput_hours"].sum())
    return {
        "waiting_share": Figure(share, "share", n=len(known), source="cases.waiting_hours"),
        "mean_waiting": Figure(float(known["waiting_hours"].mean()), "hours", n=len(known),
                               source="cases.waiting_hours"),
        # by the clock: with waiting it adds up to throughput, also where work overlaps
        "mean_processing": Figure(float(known["busy_hours"].mean()), "hours", n=len(known),
                                  source="cases.busy_hours"),
    }


def _rework(baseline: Baseline, loss: Loss) -> dict[str, Figure]:
    summary = rework.summary(baseline.log).iloc[0]
    cases, hit = int(summary["cases"]), int(summary["rework_cases"])
    low, high = wilson(hit, cases)
    made = {
        "rework_rate": Figure(hit / cases, "share", n=cases, low=low, high=high,
                              source="cases.rework"),
        "rework_event_share": Figure(float(summary["rework_event_share"]), "share",
                                     n=int(summary["events"]), source="activities.repetitions"),
    }
    if baseline.timed:
        clock = "working_" if baseline.log.calendar else ""
        made["rework_work"] = Figure(
            loss.total(loss.hours["reason"] != "first", "work_hours"), "effort",
            n=int(summary["rework_events"]), source=f"activities.{clock}total_processing_hours")
    return made


def _paths(variants: pd.DataFrame) -> dict[str, Figure]:
    cases = int(variants["cases"].sum())
    ten = variants.head(10)["cases"].sum() / cases
    return {
        "variants": Figure(len(variants), "count", n=cases, source="variants.rank"),
        "first_variant": Figure(float(variants["share"].iloc[0]), "share", n=cases,
                                source="variants.share"),
        "ten_variants": Figure(float(ten), "share", n=cases, source="variants.cumulative_share"),
    }


def _load(load: pd.DataFrame) -> dict[str, Figure]:
    from datetime import date

    busiest = load["arrivals"].astype(int).argmax()
    made = {
        "arrivals": Figure(round(float(load["arrivals"].mean()), 1), "count", n=len(load),
                           source="weekly_load.arrivals"),
        "peak_arrivals": Figure(int(load["arrivals"].max()), "count",
                                source="weekly_load.arrivals"),
        "peak_week": Figure(date.fromisoformat(str(load["week"].iloc[busiest])[:10]), "date",
                            source="weekly_load.week"),
    }
    if "open" in load:
        made["peak_open"] = Figure(int(load["open"].max()), "count", source="weekly_load.open")
        made["last_open"] = Figure(int(load["open"].iloc[-1]), "count", source="weekly_load.open")
    return made


def totals(client: Client, loss: Loss, found: Sequence[Found]) -> dict[str, Figure]:
    """Hours and money of the issues that count (see `Found.in_totals`), with their intervals."""
    counted = [each for each in found if each.in_totals]
    if not counted:
        return {}
    waiting = sum(each.waiting_hours for each in counted)
    work = [each.work_hours for each in counted if each.work_hours is not None]
    low, high = interval(loss, [hours_of(each) for each in counted])
    made = {
        "issues": Figure(len(counted), "count", source="issues.id"),
        "issue_waiting": Figure(waiting, "effort", source="issues.waiting_total_hours"),
        "issue_hours": Figure(waiting + sum(work), "effort", low=low, high=high,
                              source="issues.hours"),
    }
    working = [each.working_waiting_hours for each in counted
               if each.working_waiting_hours is not None]
    if working:
        made["issue_working_waiting"] = Figure(
            sum(working), "effort", source="issues.working_waiting_total_hours")
    if work:
        made["issue_work"] = Figure(sum(work), "effort", source="issues.work_total_hours")
    prices = [price for each in counted if (price := price_of(client.engagement.costs, each))]
    if prices:
        low, high = interval(loss, prices)
        money = sum(each.issue.money for each in counted if each.issue.money is not None)
        made["issue_money"] = Figure(money, "money", low=low, high=high, source="issues.money")
    return made


def apart(loss: Loss, found: Sequence[Found]) -> dict[str, Figure]:
    """The hours before the last step of cases, which stay out of the totals."""
    left_out = [each for each in found if each.rows is not None and not each.in_totals]
    if not left_out:
        return {}
    low, high = interval(loss, [hours_of(each) for each in left_out])
    return {"last_step_hours": Figure(sum(each.issue.hours for each in left_out), "effort",
                                      low=low, high=high, source="issues.hours")}


def interval(
    loss: Loss, amounts: Sequence[Callable[[pd.DataFrame], pd.Series]]
) -> tuple[float | None, float | None]:
    """The bootstrap interval of several amounts added up; none where there are too few weeks."""
    def total(hours: pd.DataFrame) -> pd.Series:
        return functools.reduce(operator.add, (amount(hours) for amount in amounts))

    low, high = loss.interval(total)
    return (None, None) if math.isnan(low) else (low, high)


def top(baseline: Baseline, found: Sequence[Found]) -> dict[str, Figure]:
    """The figures of the leading issue: its share of all waiting, its hours, its slope."""
    first = lead(found)
    if first is None:
        return {}
    issue = first.issue
    low, high = (None, None) if math.isnan(issue.low) else (issue.low, issue.high)
    made = {
        "top_share": Figure(first.share, "share", n=len(baseline.cases), source="issues.share"),
        "top_hours": Figure(issue.hours, "effort", low=low, high=high, n=issue.cases,
                            source="issues.hours"),
        "top_cases": Figure(issue.cases, "count", source="issues.cases"),
    }
    if issue.metric == "rework_rate":
        made["top_rate"] = Figure(issue.value, "share", n=first.n, source="issues.value")
    if issue.money is not None:
        made["top_money"] = Figure(issue.money, "money", low=first.low_money, high=first.high_money,
                                   source="issues.money")
    if first.slope is not None:
        made["top_effect"] = Figure(
            first.slope.hours, "hours", n=first.slope.n, low=first.slope.low, high=first.slope.high,
            source="associations.effect_hours")
    return made
