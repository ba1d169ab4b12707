"""What people say: questionnaires and interviews, with how many said it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.metrics import satisfaction
from workbench.model import Client

if TYPE_CHECKING:
    import pandas as pd

AUDIENCES = ("customers", "staff")


def voices(client: Client) -> dict[str, pd.DataFrame]:
    """Questionnaires of the baseline: items, groups (lowest first) and quoted comments.

    Returns:
        `satisfaction`, `satisfaction_groups`, `recommendation` (where that was asked) and `quotes`
        (see `metrics.satisfaction`), each with `audience`; none where there was no questionnaire.
    """
    asked = {name: client.answers[name] for name in AUDIENCES if name in client.answers}
    if not asked:
        return {}
    net = _joined({name: satisfaction.recommendation(each) for name, each in asked.items()})
    return ({"recommendation": net} if len(net) else {}) | {
        "satisfaction": _joined({name: satisfaction.items(each) for name, each in asked.items()}),
        "satisfaction_groups": satisfaction.lowest_first(_joined(
            {name: satisfaction.groups(each) for name, each in asked.items()})),
        "quotes": _joined({name: satisfaction.quotes(each) for name, each in asked.items()}),
    }


def interviews(client: Client) -> dict[str, pd.DataFrame]:
    """How many interviews speak of each activity, by level, with the statements themselves.

    Returns:
        `interviews`: activity, level, n, statements.
    """
    sheet = client.sheets.get("interviews")
    if sheet is None or not {"activity", "level", "statement"} <= set(sheet.columns):
        return {}
    told = sheet.assign(activity=sheet["activity"].fillna(""), level=sheet["level"].fillna(""),
                        statement=sheet["statement"].fillna("").astype(str))
    grouped = told.groupby(["activity", "level"], sort=True)["statement"]
    table = grouped.agg(n="size", statements=" / ".join).reset_index()
    return {"interviews": table}


def _joined(parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    made = [frame.assign(audience=name) for name, frame in parts.items() if len(frame)]
    if not made:
        return next(iter(parts.values())).assign(audience="")
    joined = pd.concat(made, ignore_index=True)
    return joined[["audience", *(name for name in joined if name != "audience")]]
