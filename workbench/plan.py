"""Stage 1: which process first, which targets, who, and by when."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from workbench import metrics, stage
from workbench.model import Client, Figure, Result, Statement, Target

if TYPE_CHECKING:
    import pandas as pd

CRITERIA = ("strategy", "pain", "volume", "feasibility")
_LEVELS = ("management", "department", "front_line")
_OWN_UNITS = {"throughput": "hours", "satisfaction": "score"}


def plan(client: Client) -> Result:
    """What the folder holds for planning, checked: candidates, interviews, targets, team, plan.

    Tables: `candidates` (criteria, their sum written out and its value, best first),
    `interviews`, `targets` (stated and measured), `target_flags` (why a target is not SMART),
    `team`, `plan` (the schedule, with the tasks that are late at the cut of the log).
    """
    found: dict[str, pd.DataFrame] = {}
    figures: dict[str, Figure] = {}
    said: list[Statement] = []
    absent: list[Statement] = []
    for part in (_candidates, _interviews, _targets, _team, _schedule):
        tables, numbers, statement = part(client)
        found |= tables
        figures |= numbers
        (said if tables else absent).append(statement)
    absent.append(Statement("plan.absent.not_yet"))
    return stage.result(client, "plan", figures=figures, first_page=said, tables=found,
                        absent=absent)


Part = tuple[dict[str, "pd.DataFrame"], dict[str, Figure], Statement]


def ranked(candidates: pd.DataFrame) -> pd.DataFrame:
    """Candidates with the sum of their criteria, written out and counted; the highest first.

    A candidate that lacks a rating has no total and stands last.
    """
    rated = stage.numbers(candidates, CRITERIA)
    total = rated[list(CRITERIA)].sum(axis=1, skipna=False)
    written = ["" if any(map(isnan, row)) else " + ".join(f"{value:g}" for value in row)
               for row in rated[list(CRITERIA)].to_numpy().tolist()]
    placed = rated.assign(arithmetic=written, total=total).sort_values(
        ["total", "process"], ascending=[False, True], na_position="last", ignore_index=True)
    placed.insert(0, "rank", range(1, len(placed) + 1))
    return placed


def flags(target: Target, measured: float | None) -> list[tuple[str, str]]:
    """Why a target is not SMART: pairs of (criterion, reason); none for one that is.

    Specific: it states an owner and a goal (a guardrail its margin). Measurable: the baseline
    shows its KPI. Attainable: the goal lies on the better side of the stated start and asks for
    no more than to halve (or double) it. Relevant: the measured baseline has not reached it.
    Dated: it says by when.
    """
    found = [] if target.owner else [("specific", "no_owner")]
    wanted = target.margin if target.role == "guardrail" else target.goal
    if wanted is None:
        found.append(("specific", "no_goal"))
    if measured is None:
        found.append(("measurable", "not_measured"))
    if target.role == "guardrail":
        return found
    found += _attainable(target)
    if measured is not None and target.goal is not None and _reached(target, measured):
        found.append(("relevant", "already_reached"))
    return found if target.by else [*found, ("dated", "no_date")]


def _attainable(target: Target) -> list[tuple[str, str]]:
    if target.start is None:
        return [("attainable", "no_start")]
    if target.goal is None:
        return []
    if _reached(target, target.start):
        return [("attainable", "wrong_side")]
    low, high = sorted((abs(target.start), abs(target.goal)))
    return [("attainable", "too_far")] if low < high / 2 else []


def _reached(target: Target, value: float) -> bool:
    goal = float(target.goal or 0.0)
    return value <= goal if target.direction == "down" else value >= goal


def _measured(client: Client, target: Target) -> tuple[float | None, int]:
    """The KPI over the baseline: the median of hours of closed cases, the share, the mean."""
    answers = client.answers.get("customers")
    if target.kpi == "satisfaction" and answers is None:
        return None, 0
    cases = metrics.case_values(client.log, target, answers)
    if target.kpi == "throughput":
        values = ((cases["end"] - cases["start"]).dt.total_seconds() / 3600).dropna()
    else:
        values = cases["value"].dropna()
    if values.empty:
        return None, 0
    middle = values.median() if target.kpi == "throughput" else values.mean()
    return float(middle), len(values)


def _targets(client: Client) -> Part:
    import pandas as pd

    rows, flagged = [], []
    for target in client.engagement.targets:
        value, n = _measured(client, target)
        rows.append({
            "target_id": target.id, "label": target.label, "kpi": target.kpi, "role": target.role,
            "from": _written(target, target.start), "to": _written(target, target.goal),
            "measured": _written(target, value), "n": n,
            "by": target.by.isoformat() if target.by else "", "owner": target.owner})
        flagged += [{"target_id": target.id, "criterion": criterion, "reason": reason}
                    for criterion, reason in flags(target, value)]
    if not rows:
        return {}, {}, Statement("plan.absent.targets")
    unsound = len({row["target_id"] for row in flagged})
    numbers = {"targets": stage.count(len(rows), "targets"),
               "sound_targets": stage.count(len(rows) - unsound, "target_flags"),
               "flagged_targets": stage.count(unsound, "target_flags")}
    tables = {"targets": pd.DataFrame(rows), "target_flags": pd.DataFrame(
        flagged, columns=["target_id", "criterion", "reason"])}
    key = "plan.first.targets" if unsound else "plan.first.targets_sound"
    return tables, numbers, Statement(key, numbers)


def _written(target: Target, value: float | None) -> str:
    """A target's number as it stands in the client's folder: hours, percent or points."""
    if value is None:
        return ""
    if target.kpi in _OWN_UNITS:
        return f"{value:.3g}"
    return f"{value * 100:.3g}%"


def _candidates(client: Client) -> Part:
    found = stage.sheet(client, "candidates", ("process", *CRITERIA, "note"))
    if found is None:
        return {}, {}, Statement("plan.absent.candidates")
    placed = ranked(found)
    best = placed.iloc[0]
    numbers = {"candidates": stage.count(len(placed), "candidates"),
               "best_total": Figure(float(best["total"]), "count", source="candidates.total"),
               "most": Figure(5 * len(CRITERIA), "count")}
    return {"candidates": placed}, numbers, Statement(
        "plan.first.candidates", {"process": str(best["process"]), **numbers})


def _interviews(client: Client) -> Part:
    found = stage.sheet(client, "interviews",
                        ("id", "date", "level", "role", "activity", "statement"))
    if found is None:
        return {}, {}, Statement("plan.absent.interviews")
    numbers = {"interviews": stage.count(len(found), "interviews")}
    numbers |= {level: stage.count(int((found["level"] == level).sum()), "interviews.level")
                for level in _LEVELS}
    return {"interviews": found}, numbers, Statement("plan.first.interviews", numbers)


def _team(client: Client) -> Part:
    found = stage.sheet(client, "team", ("role", "member", "department", "lead", "raci"))
    if found is None:
        return {}, {}, Statement("plan.absent.team")
    numbers = {"people": stage.count(found["member"].nunique(), "team"),
               "departments": stage.count(found["department"].nunique(), "team.department")}
    return {"team": found}, numbers, Statement("plan.first.team", numbers)


def _schedule(client: Client) -> Part:
    found = stage.sheet(client, "plan", ("id", "stage", "task", "start", "end", "done", "owner",
                                         "depends_on"))
    if found is None:
        return {}, {}, Statement("plan.absent.plan")
    told = stage.dates(found, ("start", "end", "done"))
    today = client.log.cut.date().isoformat()
    states = [_state(row, today) for row in told.itertuples()]
    told = told.assign(state=states, order=_order(told))
    numbers = {"tasks": stage.count(len(told), "plan"),
               "late_tasks": stage.count(states.count("late"), "plan.state"),
               "clashes": stage.count(int((told["order"] == "clash").sum()), "plan.order"),
               "cut": Figure(client.log.cut.date(), "date", source="log_summary")}
    return {"plan": told}, numbers, Statement("plan.first.plan", numbers)


def _state(row: object, today: str) -> str:
    start, end, done = (getattr(row, name) for name in ("start", "end", "done"))
    if isinstance(done, str):
        return "done_late" if isinstance(end, str) and done > end else "done"
    if isinstance(end, str) and end < today:
        return "late"
    return "under_way" if isinstance(start, str) and start <= today else "ahead"


def _order(tasks: pd.DataFrame) -> list[str]:
    """`clash` for a task that begins before one that it depends on ends."""
    ends = dict(zip(tasks["id"], tasks["end"], strict=True))
    return [
        "clash" if any(isinstance(ends.get(before), str) and isinstance(start, str)
                       and start < ends[before] for before in stage.texts(needs)) else ""
        for start, needs in zip(tasks["start"], tasks["depends_on"], strict=True)]
