"""The first page: five sentences to act on. Gap, money, cause, action, decision.

Each sentence has variants for what the data lack; which one is said is decided here, how it
reads in the word files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.diagnose.baseline import Baseline
from workbench.diagnose.issues import Found, lead
from workbench.diagnose.opportunities import change_for, heuristics
from workbench.diagnose.phrases import Figures, amount, listed, named, per, reach, same_unit
from workbench.diagnose.rules import FEWEST_CASES
from workbench.diagnose.working import by_the_clock
from workbench.model import Client, Figure, Statement, Value


def first_page(
    client: Client, baseline: Baseline, figures: Figures, found: Sequence[Found]
) -> tuple[Statement, ...]:
    """The five sentences, in this order."""
    first = lead(found)
    return (gap(client, baseline, figures), money(client, baseline, figures, found),
            cause(baseline, figures, first), action(client, baseline, figures, first),
            decision(client, baseline, figures, first) if first
            else undecided(baseline, figures, found))


def gap(client: Client, baseline: Baseline, figures: Figures) -> Statement:
    """How long cases take, beside what was promised."""
    said: dict[str, Value] = {"process": client.engagement.process}
    said |= named(figures, since="since", until="until", cases="cases")
    if "median_throughput" not in figures:
        return Statement("diagnosis.first.gap_none", said)
    said["clock"] = by_the_clock(baseline)
    ending = "" if baseline.finished else "_span"
    if "late_share" not in figures:
        said |= same_unit(named(figures, median="median_throughput", p90="p90_throughput"))
        if client.engagement.promise_hours is not None:  # promised, but no case is that old yet
            said["promise"] = Figure(client.engagement.promise_hours, "hours")
            return Statement("diagnosis.first.gap_young", said)
        return Statement(f"diagnosis.first.gap{ending}", said)
    said |= same_unit(named(figures, median="median_throughput", promise="promise"))
    said |= named(figures, ratio="promise_ratio", late="late_share")
    return Statement(f"diagnosis.first.gap_promise{ending}", said)


def money(
    client: Client, baseline: Baseline, figures: Figures, found: Sequence[Found]
) -> Statement:
    """What the issues take, in hours and at the prices that the client gave."""
    if "issue_hours" not in figures:
        return _no_total(baseline, figures, found)
    issues = "one" if figures["issues"].value == 1 else "many"
    said: dict[str, Value] = {
        "issues": Statement(f"diagnosis.first.issues_{issues}", {"count": figures["issues"]}),
        "amount": amount(baseline, figures), "apart": _apart(baseline, figures, found)}
    said |= named(figures, money="issue_money")
    costs, ending = client.engagement.costs, "" if baseline.timed else "_elapsed"
    if "money" not in said:
        both = "issue_work" in figures
        said["reach"] = reach(figures["issue_hours"], of_sum=both)
        lacking = "" if costs.work_hour is None else "_no_waiting_price"
        return Statement(f"diagnosis.first.hours{ending}{lacking}", said)
    said["reach"] = reach(figures["issue_money"])
    if "issue_work" in figures and costs.waiting_hour is None:
        ending = "_work"
    elif "issue_work" in figures and costs.work_hour is None:
        ending = "_waiting"
    return Statement(f"diagnosis.first.money{ending}", said)


def _no_total(baseline: Baseline, figures: Figures, found: Sequence[Found]) -> Statement:
    """Why no cost is named."""
    if "last_step_hours" in figures:
        return Statement("diagnosis.first.money_last", {
            "activity": _left_out(found), "hours": per(baseline, figures["last_step_hours"])})
    few = len(baseline.cases) < FEWEST_CASES and not found
    return Statement(f"diagnosis.first.money_{'few' if few else 'none'}", _few(figures))


def _apart(baseline: Baseline, figures: Figures, found: Sequence[Found]) -> Value:
    """That the wait before the last step is not among the hours, where there is such an issue."""
    if "last_step_hours" not in figures:
        return ""
    return Statement("diagnosis.first.apart", {
        "activity": _left_out(found), "hours": per(baseline, figures["last_step_hours"])})


def _left_out(found: Sequence[Found]) -> Value:
    return listed([each.issue.activity for each in found
                   if each.rows is not None and not each.in_totals])


def cause(baseline: Baseline, figures: Figures, first: Found | None) -> Statement:
    """Where the time is lost, and what it is associated with."""
    timed = "" if "waiting_share" in figures else "_elapsed"
    said: dict[str, Value] = dict(named(
        figures, waiting="waiting_share", share="top_share", effect="top_effect", rate="top_rate",
        cases="top_cases"))
    if first is None:
        few = len(baseline.cases) < FEWEST_CASES
        return Statement("diagnosis.first.cause_few" if few
                         else f"diagnosis.first.cause_none{timed}", said | _few(figures))
    said |= {"activity": first.issue.activity, "hours": per(baseline, figures["top_hours"])}
    if first.issue.kind == "waiting" or not first.in_totals:
        last = "" if first.in_totals else "_last"
        return Statement(f"diagnosis.first.cause_waiting{last}{timed}", said)
    if first.slope is None:
        return Statement(f"diagnosis.first.cause_{first.issue.kind}", said)
    if not first.slope.adjusted:
        return Statement(f"diagnosis.first.cause_steps_plain{timed}", said)
    held = "_".join(first.slope.adjusted)
    said["controls"] = Statement(f"diagnosis.value.adjusted.{held}")
    return Statement(f"diagnosis.first.cause_steps_adjusted{timed}", said)


def action(
    client: Client, baseline: Baseline, figures: Figures, first: Found | None
) -> Statement:
    """What to do about the first issue: the client's own proposal, else a known heuristic."""
    if first is None:
        few = len(baseline.cases) < FEWEST_CASES
        return Statement(f"diagnosis.first.action_{'few' if few else 'none'}", _few(figures))
    said: dict[str, Value] = {
        "issue": first.issue.id, "activity": first.issue.activity,
        "hours": per(baseline, figures["top_hours"])}
    change = change_for(client, first)
    if change is None:
        return Statement(f"diagnosis.first.action_{heuristics(first)[0]}", said)
    told = {name: change.get(name, "").rstrip("。.；;") for name in ("change", "expected")}
    return Statement(
        "diagnosis.first.action_change" + ("_expected" if told["expected"] else ""), said | told)


def decision(client: Client, baseline: Baseline, figures: Figures, first: Found) -> Statement:
    """What is asked for, by when, of whom, and what waiting costs."""
    said: dict[str, Value] = {"issue": first.issue.id, "activity": first.issue.activity}
    if not first.in_totals:
        said["hours"] = per(baseline, figures["top_hours"])
        return Statement("diagnosis.first.decide_last", said)
    costed = "money" if "issue_money" in figures else "hours"
    said["cost"] = per(baseline, figures[f"issue_{costed}"])
    said |= _pilot(client)
    if {"by", "units", "weeks"} <= said.keys():
        owner = _owner(client, first)
        said["owner"] = owner
        return Statement(f"diagnosis.first.decide_pilot{'_owner' if owner else ''}_{costed}", said)
    return Statement(f"diagnosis.first.decide_{costed}", said)


def undecided(baseline: Baseline, figures: Figures, found: Sequence[Found]) -> Statement:
    """What to decide where no place stands out: more data, interviews, or nothing."""
    if len(baseline.cases) < FEWEST_CASES:
        return Statement("diagnosis.first.decide_few", _few(figures))
    if any(each.issue.kind == "late" for each in found):
        return Statement("diagnosis.first.decide_late", named(figures, late="late_share"))
    promised = "_promise" if "promise" in figures else ""
    return Statement(f"diagnosis.first.decide_none{promised}", named(figures, promise="promise"))


def _few(figures: Figures) -> dict[str, Value]:
    return {"cases": figures["cases"], "fewest": Figure(FEWEST_CASES, "count", source="rules")}


def _pilot(client: Client) -> dict[str, Value]:
    pilot = client.engagement.pilot
    if pilot is None or not pilot.units or pilot.end is None:
        return {}
    weeks = math.ceil((pilot.end - pilot.start).total_seconds() / 3600 / 168)
    return {"by": Figure(pilot.start.date(), "date", source="engagement.pilot"),
            "units": listed(pilot.units),
            "weeks": Figure(weeks, "weeks", source="engagement.pilot")}


def _owner(client: Client, found: Found) -> str:
    primary = [target.owner for target in client.engagement.targets if target.primary]
    change = change_for(client, found) or {}
    return next((name for name in (*primary, change.get("owner", "")) if name), "")
