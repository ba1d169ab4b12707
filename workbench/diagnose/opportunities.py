"""What could be done: redesign heuristics, each triggered by the kind of evidence it answers.

The names are those of Reijers and Liman Mansar (Omega 33, 2005, 283-306); what is known to go
wrong with each stands in the word files beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbench.diagnose.issues import Found
from workbench.model import Client
from workbench.stage import texts

if TYPE_CHECKING:
    import pandas as pd

EARLY = 0.4
"""Before this part of a case an activity sorts cases; later it works on them."""

WORKED = 0.05
"""Steps in which more than this share of the time is work are not mere permission."""


def heuristics(found: Found) -> tuple[str, ...]:
    """The heuristics that answer an issue, the most telling first."""
    kind = found.issue.kind
    if kind == "extra_steps":
        return _of_extra_steps(found)
    if kind == "rework":
        return ("triage", "control_addition") if found.place < EARLY else ("control_addition",)
    if kind == "waiting":
        return ("task_automation",) if found.last_step else (
            "flexible_assignment", "case_based_work")
    return _OTHERS[kind]


def _of_extra_steps(found: Found) -> tuple[str, ...]:
    """A chain of steps in which little is done looks like permission; else ask who needs them."""
    work = (found.work_hours or 0.0) / found.issue.hours if found.issue.hours else 0.0
    if work > WORKED:
        return ("flexible_assignment", "case_based_work")
    if len(found.activities) > 1:
        return ("empower", "task_elimination", "parallelism")
    return ("task_elimination", "empower")


_OTHERS: Mapping[str, tuple[str, ...]] = {
    "self_loop": ("task_composition", "case_manager"), "late": ("exception",)}


def opportunities(found: Sequence[Found]) -> pd.DataFrame:
    """Heuristics by issue.

    Returns:
        issue, activity, heuristic, trigger (the kind of evidence), hours (per month at stake: an
        upper bound of what can be gained), evidence (ids), caveat (what is known to go wrong: a
        key of the word files).
    """
    import pandas as pd

    return pd.DataFrame(
        [{"issue": each.issue.id, "activity": each.issue.activity, "heuristic": name,
          "caveat": name, "trigger": each.issue.kind, "hours": each.issue.hours,
          "evidence": ", ".join(each.issue.evidence)}
         for each in found for name in heuristics(each)],
        columns=["issue", "activity", "heuristic", "trigger", "hours", "evidence", "caveat"])


def change_for(client: Client, found: Found) -> Mapping[str, str] | None:
    """The first change in the client's own list that is meant for an issue."""
    sheet = client.sheets.get("changes")
    if sheet is None:
        return None
    rows = [{str(name): "" if value is None or value != value else str(value).strip()  # noqa: PLR0124 - NaN
             for name, value in row.items()} for row in sheet.to_dict("records")]
    by_place = [row for row in rows
                if set(texts(row.get("activity"))) & set(found.activities)]
    by_id = [row for row in rows if found.issue.id in texts(row.get("issue"))]
    return next((row for row in (*by_place, *by_id) if row.get("change")), None)


def unknown_issues(client: Client, found: Sequence[Found]) -> tuple[str, ...]:
    """The ids that the client's list of changes names and no issue bears."""
    sheet = client.sheets.get("changes")
    if sheet is None or "issue" not in sheet:
        return ()
    named = {name for cell in sheet["issue"] for name in texts(cell)}
    return tuple(sorted(named - {each.issue.id for each in found}))
