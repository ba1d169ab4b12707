"""The register of issues: each with the ids of its evidence and of the causes people gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from workbench.causes import chains
from workbench.diagnose.ids import evidence_id
from workbench.diagnose.issues import Found
from workbench.model import Client

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("id", "kind", "activity", "metric", "value", "threshold", "cases", "n", "share", "hours",
           "low", "high", "waiting_total_hours", "working_waiting_total_hours",
           "work_total_hours", "money", "low_money",
           "high_money", "money_rank", "costed", "overlaps", "in_totals", "causes", "evidence")


def register(
    client: Client, found: Sequence[Found], tables: Mapping[str, pd.DataFrame]
) -> tuple[tuple[Found, ...], pd.DataFrame, pd.DataFrame]:
    """The issues with their evidence and causes, the table of evidence, and the tree of causes.

    Evidence: id (after its issue, see `ids`), issue, table, row, column, value. Its table and row
    can be looked up in the tables of the result.
    """
    import pandas as pd

    made: list[dict[str, object]] = []
    numbered = []
    for each in found:
        first = len(made)
        for table, key, row, column in _looks(each):
            if (value := _look_up(tables.get(table), key, row, column)) is not None:
                made.append({"id": evidence_id(each.issue.id, len(made) - first + 1),
                             "issue": each.issue.id, "table": table, "row": row,
                             "column": column, "value": value})
        ids = tuple(str(line["id"]) for line in made[first:])
        numbered.append(replace(each, issue=replace(each.issue, evidence=ids)))
    tree = causes(client, numbered)
    evidence = pd.DataFrame(made, columns=["id", "issue", "table", "row", "column", "value"])
    return tuple(_with_causes(each, tree) for each in numbered), evidence, tree


def issue_table(found: Sequence[Found]) -> pd.DataFrame:
    """The issues as a table: hours and money per month of the baseline (see `Baseline.divisor`).

    Returns:
        the columns of CONTRACTS and kind, n (cases among which `cases` are counted), share (of all
        waiting, or elapsed time), waiting_total_hours and work_total_hours (empty where not known;
        with a calendar work in working time, and working_waiting_total_hours beside the waiting),
        low_money and high_money, money_rank (1 for the dearest), costed (both, waiting, work, none:
        which hours have a price), overlaps (all: its hours overlap with those of the other issues),
        in_totals (whether its hours are in the totals of the first page).
    """
    import pandas as pd

    rows = []
    for each in found:
        row = asdict(each.issue)
        row |= {"causes": ", ".join(each.issue.causes),
                "evidence": ", ".join(each.issue.evidence),
                "n": each.n, "share": None if each.rows is None else each.share,
                "waiting_total_hours": each.waiting_hours, "work_total_hours": each.work_hours,
                "working_waiting_total_hours": each.working_waiting_hours,
                "low_money": each.low_money, "high_money": each.high_money, "money_rank": None,
                "costed": each.costed, "overlaps": "all" if each.issue.kind == "late" else "none",
                "in_totals": each.in_totals}
        rows.append(row)
    known = any(each.working_waiting_hours is not None for each in found)
    columns = [name for name in COLUMNS if known or not name.startswith("working_")]
    table = pd.DataFrame(rows, columns=columns)
    numbers = [name for name in columns
               if name in {"value", "threshold", "low", "high", "share", "money_rank"}
               or name.endswith(("hours", "money"))]
    typed = table.astype(dict.fromkeys(numbers, float))
    return typed.assign(money_rank=typed["money"].rank(method="min", ascending=False))


def causes(client: Client, found: Sequence[Found]) -> pd.DataFrame:
    """The causes that people gave, as chains (see `workbench.causes.chains`)."""
    import pandas as pd

    at: dict[str, list[str]] = {}
    for each in found:
        for activity in each.activities:
            at.setdefault(activity, []).append(each.issue.id)
    sheet = client.sheets.get("causes")
    if sheet is None:
        sheet = pd.DataFrame(columns=["id"])
    return chains(sheet, client.sheets.get("interviews"), at)


def _with_causes(found: Found, tree: pd.DataFrame) -> Found:
    ids = tree.loc[tree["activity"].isin(found.activities), "id"] if len(tree) else ()
    return replace(found, issue=replace(found.issue, causes=tuple(map(str, ids))))


def _looks(found: Found) -> list[tuple[str, str, str, str]]:
    """Where the evidence of an issue stands: table, key column, row, column."""
    if found.issue.kind == "late":
        return [("throughput", "by", "all", column) for column in ("late_share", "median_hours")]
    looks = []
    if found.slope is not None:
        looks.append(("associations", "group", found.issue.activity, "effect_hours"))
    for activity in found.activities:
        if found.issue.kind in {"rework", "self_loop"}:
            looks.append(("activities", "activity", activity, "rework_rate"))
        else:
            looks += [("time_split", "activity", activity, column)
                      for column in ("waiting_hours", "elapsed_hours", "median_waiting_hours",
                                     "median_elapsed_hours")]
    return looks


def _look_up(table: pd.DataFrame | None, key: str, row: str, column: str) -> float | None:
    if table is None or key not in table or column not in table:
        return None
    values = table.loc[table[key] == row, column]
    if values.empty or values.isna().iloc[0]:
        return None
    return float(values.iloc[0])
