"""Stage 3: the changes, the process to be, its risks, and what the review decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import stage
from workbench.model import Client, Figure, Result, Statement

if TYPE_CHECKING:
    import pandas as pd

_CHANGES = ("id", "change", "activity", "issue", "owner", "heuristic", "cost", "due", "expected")
_STEPS = ("step", "role", "next", "value", "time_standard", "responsible", "record")
_RISKS = ("id", "risk", "likelihood", "impact", "countermeasure", "owner", "residual")
_REVIEW = ("reviewer", "date", "feasibility", "effectiveness", "resources", "comment", "decision",
           "version")


def design(client: Client, diagnosis: Result | None = None) -> Result:
    """What the folder holds for the design, checked; `diagnosis` adds which issues are covered.

    Tables: `changes`, `coverage` (each issue of the diagnosis and the changes for it), `to_be`,
    `steps_compared` (each step: drawn today, to be), `risks` (likelihood x impact written out,
    the greatest first), `review`.
    """
    found: dict[str, pd.DataFrame] = {}
    figures: dict[str, Figure] = {}
    said: list[Statement] = []
    absent: list[Statement] = []
    for tables, numbers, statement in (_changes(client), _coverage(client, diagnosis),
                                       _to_be(client), _risks(client), _review(client)):
        found |= tables
        figures |= numbers
        (said if tables else absent).append(statement)
    absent.append(Statement("design.absent.not_yet"))
    return stage.result(client, "design", figures=figures, first_page=said, tables=found,
                        absent=absent)


Part = tuple[dict[str, "pd.DataFrame"], dict[str, Figure], Statement]


def exposed(risks: pd.DataFrame) -> pd.DataFrame:
    """Risks with likelihood x impact written out and multiplied, the greatest first.

    A risk without both numbers has no exposure and stands last.
    """
    rated = stage.numbers(risks, ("likelihood", "impact"))
    exposure = rated["likelihood"] * rated["impact"]
    pairs = zip(rated["likelihood"], rated["impact"], exposure.notna(), strict=True)
    written = [f"{likelihood:g} × {impact:g}" if known else ""
               for likelihood, impact, known in pairs]
    return rated.assign(arithmetic=written, exposure=exposure).sort_values(
        ["exposure", "id"], ascending=[False, True], na_position="last", ignore_index=True)


def _changes(client: Client) -> Part:
    found = stage.sheet(client, "changes", _CHANGES)
    if found is None:
        return {}, {}, Statement("design.absent.changes")
    told = stage.numbers(stage.dates(found, ("due",)), ("cost",))
    told = told.rename(columns={"cost": "cost_money"})
    unowned = int(_blank(told["owner"]).sum())
    numbers = {"changes": stage.count(len(told), "changes"),
               "unowned": stage.count(unowned, "changes.owner")}
    key = "design.first.changes" if unowned else "design.first.changes_owned"
    return {"changes": told}, numbers, Statement(key, numbers)


def _coverage(client: Client, diagnosis: Result | None) -> Part:
    import pandas as pd

    issues = diagnosis.tables.get("issues") if diagnosis else None
    changes = stage.sheet(client, "changes", _CHANGES)
    if issues is None or issues.empty or changes is None:
        return {}, {}, Statement("design.absent.coverage")
    wanted = [(str(row.id), {str(row.id), *stage.texts(row.activity)})
              for row in issues.itertuples()]
    rows = [{"issue": issue, "activity": activity, "changes": ", ".join(
        str(change.id) for change in changes.itertuples()
        if names & {*stage.texts(change.issue), *stage.texts(change.activity)})}
        for (issue, names), activity in zip(wanted, issues["activity"], strict=True)]
    covered = pd.DataFrame(rows)
    uncovered = int((covered["changes"] == "").sum())
    numbers = {"issues": stage.count(len(covered), "coverage"),
               "uncovered": stage.count(uncovered, "coverage.changes")}
    key = "design.first.coverage" if uncovered else "design.first.coverage_whole"
    return {"coverage": covered}, numbers, Statement(key, numbers)


def _to_be(client: Client) -> Part:
    import pandas as pd

    found = stage.sheet(client, "to_be", _STEPS)
    if found is None:
        return {}, {}, Statement("design.absent.to_be")
    today = client.sheets.get("steps")
    drawn = [str(step) for step in today["step"]] if today is not None else []
    planned = [str(step) for step in found["step"]]
    compared = pd.DataFrame([
        {"step": step, "as_is": step in drawn, "to_be": step in planned}
        for step in dict.fromkeys([*drawn, *planned])])
    numbers = {"steps": stage.count(len(found), "to_be"),
               "added": stage.count(len(set(planned) - set(drawn)) if drawn else 0,
                                    "steps_compared"),
               "removed": stage.count(len(set(drawn) - set(planned)), "steps_compared"),
               "without_standard": stage.count(int(_blank(found["time_standard"]).sum()),
                                               "to_be.time_standard")}
    return ({"to_be": found, "steps_compared": compared}, numbers,
            Statement("design.first.to_be", numbers))


def _risks(client: Client) -> Part:
    found = stage.sheet(client, "risks", _RISKS)
    if found is None:
        return {}, {}, Statement("design.absent.risks")
    told = exposed(found)
    unanswered = int(_blank(told["countermeasure"]).sum())
    numbers = {"risks": stage.count(len(told), "risks"),
               "unanswered": stage.count(unanswered, "risks.countermeasure")}
    key = "design.first.risks" if unanswered else "design.first.risks_answered"
    return {"risks": told}, numbers, Statement(
        key, {"greatest": str(told.iloc[0]["risk"]), **numbers})


def _review(client: Client) -> Part:
    found = stage.sheet(client, "review", _REVIEW)
    if found is None:
        return {}, {}, Statement("design.absent.review")
    told = stage.dates(found, ("date",))
    last = told.iloc[-1]
    numbers = {"reviewers": stage.count(told["reviewer"].nunique(), "review")}
    return {"review": told}, numbers, Statement(
        "design.first.review", {"version": str(last["version"]), **numbers})


def _blank(column: pd.Series) -> pd.Series:
    blank: pd.Series = column.isna() | (column.astype("string").str.strip() == "")
    return blank
