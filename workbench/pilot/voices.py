"""What people said: questionnaires before and after, and the pilot's own feedback."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.metrics import satisfaction
from workbench.model import Answers, Client

if TYPE_CHECKING:
    import pandas as pd

_AUDIENCES = ("customers", "staff")
_PERIODS = {"before": "{}", "after": "pilot/{}"}


def surveys(client: Client) -> pd.DataFrame:
    """Each item before and in the pilot, asked in the pilot units, with n, intervals and change.

    Columns: audience, item, before_n, before_score, before_low_score, before_high_score, after_n,
    after_score, after_low_score, after_high_score, change_score, change_low_score,
    change_high_score (Welch's interval); empty where fewer than five people answered.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for audience in _AUDIENCES:
        asked = {period: _of_pilot(client, client.answers[name.format(audience)])
                 for period, name in _PERIODS.items() if name.format(audience) in client.answers}
        items = dict.fromkeys(item for each in asked.values() for item in each.items)
        rows += [_item(audience, item, asked) for item in items]
    measures = [f"{period}_{name}" for period in _PERIODS
                for name in ("n", "score", "low_score", "high_score")]
    measures += ["change_score", "change_low_score", "change_high_score"]
    table = pd.DataFrame(rows, columns=["audience", "item", *measures])
    return table.astype({name: "Int64" if name.endswith("_n") else "float64" for name in measures})


def _of_pilot(client: Client, answers: Answers) -> Answers:
    """The answers of the pilot units; all where the answers do not name them."""
    pilot = client.engagement.pilot
    if pilot is None or not pilot.units:
        return answers
    ours = answers.rows[answers.rows["unit"].isin(pilot.units)]
    return replace(answers, rows=ours) if len(ours) else answers


def _item(audience: str, item: str, asked: dict[str, Answers]) -> dict[str, Any]:
    row: dict[str, Any] = {"audience": audience, "item": item}
    for period, answers in asked.items():
        found = satisfaction.items(answers)
        found = found[found["item"] == item]
        if len(found):
            line = found.iloc[0]
            row |= {f"{period}_n": int(line["n"]), f"{period}_score": line["mean_score"],
                    f"{period}_low_score": line["low_score"],
                    f"{period}_high_score": line["high_score"]}
    if len(asked) == len(_PERIODS):
        row |= _change(*(_people(each, item) for each in asked.values()))
    return row


def _people(answers: Answers, item: str) -> pd.Series:
    """One score a person: who answered for several cases counts once, with their mean."""
    rows = answers.rows[(answers.rows["item"] == item) & answers.rows["value"].notna()]
    return rows.groupby("respondent", dropna=False)["value"].mean()


def _change(before: pd.Series, after: pd.Series) -> dict[str, float]:
    from scipy.stats import t

    if min(len(before), len(after)) < satisfaction.FEWEST_ANSWERS:
        return {}
    change = float(after.mean() - before.mean())
    parts = [float(each.var(ddof=1)) / len(each) for each in (before, after)]
    error = math.sqrt(sum(parts))
    if not error:
        return {"change_score": change}
    freedom = sum(parts) ** 2 / sum(part**2 / (len(each) - 1) for part, each in
                                    zip(parts, (before, after), strict=True))
    reach = float(t.ppf(0.975, freedom)) * error
    return {"change_score": change, "change_low_score": change - reach,
            "change_high_score": change + reach}


def themes(client: Client) -> pd.DataFrame:
    """The feedback sheet by theme and audience: theme, audience, statements, answered."""
    sheet = client.sheets.get("pilot/feedback")
    if sheet is None or not len(sheet):
        return _empty("theme", "audience", "statements", "answered")
    said = sheet.assign(**{name: _texts(sheet, name) for name in ("theme", "audience")},
                        answered=_texts(sheet, "response") != "")
    found = said.groupby(["theme", "audience"], sort=True).agg(
        statements=("answered", "size"), answered=("answered", "sum")).reset_index()
    return found.sort_values(["statements", "theme", "audience"], ascending=[False, True, True],
                             ignore_index=True)


def sheet(client: Client, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """Chosen columns of a people's sheet, those that it has; empty where there is no sheet."""
    found = client.sheets.get(name)
    if found is None:
        return _empty(*columns)
    return found[[column for column in columns if column in found.columns]].reset_index(drop=True)


def _texts(table: pd.DataFrame, name: str) -> Any:
    if name not in table.columns:
        return [""] * len(table)
    return table[name].fillna("").astype(str).str.strip()


def _empty(*columns: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns=list(columns))
