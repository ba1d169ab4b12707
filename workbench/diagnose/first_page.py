"""The first page: five sentences to act on. Gap, money, cause, action, decision.

Each sentence has variants for what the data lack; which one is said is decided here, how it
reads in the word files.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from workbench.diagnose.baseline import Baseline
from workbench.diagnose.issues import Found
from workbench.diagnose.opportunities import change_for, heuristics
from workbench.model import Client, Figure, Statement

Figures = Mapping[str, Figure]


def first_page(
    client: Client, baseline: Baseline, figures: Figures, found: Sequence[Found]
) -> tuple[Statement, ...]:
    """The five sentences, in this order."""
    return (gap(client, baseline, figures), money(client, baseline, figures),
            cause(figures, found), action(client, figures, found),
            decision(client, figures, found))


def gap(client: Client, baseline: Baseline, figures: Figures) -> Statement:
    """How long cases take, beside what was promised."""
    said: dict[str, Figure | str] = {"process": client.engagement.process}
    said |= _some(figures, "since", "until", "cases")
    if "median_throughput" not in figures:
        return Statement("diagnosis.first.gap_none", said)
    said |= _named(figures, median="median_throughput", p90="p90_throughput")
    ending = "" if baseline.finished else "_span"
    if "late_share" not in figures:
        return Statement(f"diagnosis.first.gap{ending}", said)
    said |= _named(figures, promise="promise", ratio="promise_ratio", late="late_share")
    return Statement(f"diagnosis.first.gap_promise{ending}", said)


def money(client: Client, baseline: Baseline, figures: Figures) -> Statement:
    """What the issues take every month."""
    if "issues" not in figures:
        return Statement("diagnosis.first.money_none")
    said = _named(figures, issues="issues", waiting="issue_waiting", hours="issue_hours")
    if not baseline.timed:
        said |= _named(figures, money="issue_money")
        return Statement(
            "diagnosis.first." + ("money_elapsed" if "money" in said else "hours_elapsed"), said)
    said |= _named(figures, work="issue_work", money="issue_money")
    said.setdefault("work", Figure(0, "effort"))
    if "money" not in said:
        return Statement("diagnosis.first.hours", said)
    costs = client.engagement.costs
    priced = ("" if costs.work_hour is not None and costs.waiting_hour is not None
              else "_work" if costs.work_hour is not None else "_waiting")
    return Statement(f"diagnosis.first.money{priced}", said)


def cause(figures: Figures, found: Sequence[Found]) -> Statement:
    """Where the time is lost, and what it is associated with."""
    timed = "" if "waiting_share" in figures else "_elapsed"
    if not found or found[0].rows is None:
        return Statement(f"diagnosis.first.cause_none{timed}", _named(
            figures, waiting="waiting_share"))
    first = found[0]
    said: dict[str, Figure | str] = {"activity": first.issue.activity}
    said |= _named(figures, waiting="waiting_share", share="top_share", hours="top_hours",
                   effect="top_effect", rate="top_rate", cases="top_cases")
    kind = first.issue.kind
    if kind == "extra_steps" and first.slope is not None:
        held = "adjusted" if first.slope.adjusted else "plain"
        return Statement(f"diagnosis.first.cause_steps_{held}{timed}", said)
    if kind == "waiting":
        ending = "_last" if first.last_step else ""
        return Statement(f"diagnosis.first.cause_waiting{ending}{timed}", said)
    return Statement(f"diagnosis.first.cause_{kind}", said)


def action(client: Client, figures: Figures, found: Sequence[Found]) -> Statement:
    """What to do about the first issue: the client's own proposal, else a known heuristic."""
    if not found or found[0].rows is None:
        return Statement("diagnosis.first.action_none")
    first = found[0]
    said: dict[str, Figure | str] = {"issue": first.issue.id, "activity": first.issue.activity}
    said |= _named(figures, hours="top_hours")
    change = change_for(client, first)
    if change is None:
        return Statement(f"diagnosis.first.action_{heuristics(first)[0]}", said)
    said |= {name: change.get(name, "").rstrip("。.；;") for name in ("change", "expected")}
    return Statement(
        "diagnosis.first.action_change" + ("_expected" if said["expected"] else ""), said)


def decision(client: Client, figures: Figures, found: Sequence[Found]) -> Statement:
    """What is asked for, by when, of whom, and what waiting costs."""
    if not found or found[0].rows is None:
        return Statement("diagnosis.first.decide_none")
    first = found[0]
    said: dict[str, Figure | str] = {"issue": first.issue.id, "activity": first.issue.activity}
    costed = "money" if "issue_money" in figures else "hours"
    said |= _named(figures, cost=f"issue_{costed}")
    said |= _pilot(client)
    if {"by", "units", "weeks"} <= said.keys():
        owner = _owner(client, first)
        said["owner"] = owner
        return Statement(f"diagnosis.first.decide_pilot{'_owner' if owner else ''}_{costed}", said)
    return Statement(f"diagnosis.first.decide_{costed}", said)


def _pilot(client: Client) -> dict[str, Figure | str]:
    pilot = client.engagement.pilot
    if pilot is None or not pilot.units or pilot.end is None:
        return {}
    weeks = math.ceil((pilot.end - pilot.start).total_seconds() / 3600 / 168)
    return {"by": Figure(pilot.start.date(), "date", source="engagement.pilot"),
            "units": ", ".join(pilot.units),
            "weeks": Figure(weeks, "weeks", source="engagement.pilot")}


def _owner(client: Client, found: Found) -> str:
    primary = [target.owner for target in client.engagement.targets if target.primary]
    change = change_for(client, found) or {}
    return next((name for name in (*primary, change.get("owner", "")) if name), "")


def _named(figures: Figures, **names: str) -> dict[str, Figure | str]:
    return {name: figures[source] for name, source in names.items() if source in figures}


def _some(figures: Figures, *names: str) -> dict[str, Figure | str]:
    return {name: figures[name] for name in names if name in figures}
