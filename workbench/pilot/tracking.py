"""The tables of the evaluation: verdicts, weeks, levels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from workbench.metrics import KPIS, weekly
from workbench.pilot.agreed import Agreed
from workbench.pilot.judging import Judged

if TYPE_CHECKING:
    import pandas as pd

    from workbench.model import Answers

VERDICT_COLUMNS = (
    "target_id", "kpi", "label", "role", "primary", "before", "after", "effect", "low", "high",
    "target", "probability", "n", "method", "outcome", "indicative", "weeks_needed", "confidence",
    "interim",
)


def verdicts(judged: Iterable[Judged]) -> pd.DataFrame:
    """One row per target; effect, interval and target on the scale of the verdict."""
    import pandas as pd

    rows = [_verdict(each) for each in judged]
    table = pd.DataFrame(rows, columns=list(VERDICT_COLUMNS))
    numbers = ["before", "after", "effect", "low", "high", "target", "probability"]
    return table.astype(dict.fromkeys(numbers, "float64") | {
        "n": "Int64", "weeks_needed": "Int64"})


def _verdict(each: Judged) -> dict[str, Any]:
    target, verdict = each.target, each.verdict
    row: dict[str, Any] = {
        "target_id": target.id, "kpi": target.kpi, "label": target.label, "role": target.role,
        "primary": target.primary, "confidence": each.confidence, "outcome": "cannot_tell",
        "indicative": True, "method": "", "n": 0, "interim": each.interim,
    }
    if verdict is not None:
        row |= {name: getattr(verdict, name) for name in VERDICT_COLUMNS
                if hasattr(verdict, name) and name not in {"kpi", "target_id"}}
    return row


def series(plan: Agreed, answers: Answers | None) -> pd.DataFrame:
    """The weekly tracking table (calendar weeks) of every target's KPI, with the unit's arm.

    Columns: kpi, target_id, unit (empty: all), period, value, n, low, high, arm (`pilot`,
    `comparison` or empty).
    """
    known = [target for target in plan.targets
             if target.kpi in KPIS and _can_track(target.kpi, answers)]
    table = weekly(plan.log, known, answers) if known else weekly(plan.log)
    arms = dict.fromkeys(plan.pilot.units, "pilot") | dict.fromkeys(plan.pilot.comparison_units,
                                                                    "comparison")
    return table.assign(arm=[arms.get(str(unit), "") for unit in table["unit"]])


def _can_track(kpi: str, answers: Answers | None) -> bool:
    return KPIS[kpi].kind != "score" or answers is not None


def weeks(each: Judged) -> pd.DataFrame | None:
    """The weeks of one verdict as a picture needs them: the pilot, and what was expected of it.

    Columns: period (first day of the seven-day block), arm (`pilot`, `comparison`: the level
    expected without the pilot), value, low, high (sampling noise of the week), n.
    """
    import numpy as np
    import pandas as pd

    rows: list[dict[str, Any]] = []
    found = each.details.get("weekly", ())
    for week in found:
        low, high = week["low"] - week["difference"], week["high"] - week["difference"]
        level = week["pilot"]
        ends = ((level * np.exp(low), level * np.exp(high)) if each.kind == "throughput"
                else (level + low, level + high))
        rows.append({"period": week["start"], "arm": "pilot", "value": level, "low": ends[0],
                     "high": ends[1], "n": week["n_pilot"]})
        rows.append({"period": week["start"], "arm": "comparison", "value": week["expected"],
                     "low": None, "high": None, "n": week["n_comparison"]})
    if not rows:
        return None
    numbers = ["value", "low", "high"]
    table = pd.DataFrame(rows).astype(dict.fromkeys(numbers, "float64"))
    if each.kind == "rate":  # the adjusted mix and the noise may reach beyond what a share can be
        table[numbers] = table[numbers].clip(0, 1)
    return table.sort_values(["arm", "period"], ascending=[False, True], ignore_index=True)


def latest(each: Judged, most: int = 12) -> pd.DataFrame | None:
    """The latest weeks of one verdict, one row per week: the pilot beside what was expected.

    Columns: period, pilot_n, comparison_n, and in the KPI's unit (hours, share, score)
    pilot_<unit>, pilot_low_<unit>, pilot_high_<unit>, expected_<unit>. The newest week first.
    """
    table = weeks(each)
    if table is None:
        return None
    arms = [table[table["arm"] == arm].drop(columns="arm").rename(columns=names) for arm, names in (
        ("pilot", {"n": "pilot_n", "value": f"pilot_{each.unit}", "low": f"pilot_low_{each.unit}",
                   "high": f"pilot_high_{each.unit}"}),
        ("comparison", {"n": "comparison_n", "value": f"expected_{each.unit}"}))]
    ours, others = arms[0], arms[1].drop(columns=["low", "high"])
    joined = ours.merge(others, on="period", how="outer").sort_values("period", ascending=False)
    columns = ["period", "pilot_n", "comparison_n", f"pilot_{each.unit}", f"pilot_low_{each.unit}",
               f"pilot_high_{each.unit}", f"expected_{each.unit}"]
    return joined[columns].head(most).reset_index(drop=True)


def levels(judged: Iterable[Judged]) -> dict[str, pd.DataFrame]:
    """Level by target, arm and period, as it stands beside the verdict and never decides it.

    `levels_hours`: target_id, kpi, arm, period, n, open_share, median_hours, median_low_hours,
    median_high_hours, p90_hours, p90_low_hours, p90_high_hours. `levels_share` and
    `levels_score`: target_id, kpi, arm, period, n, value_share or value_score. Without rows a
    table is left out.
    """
    import pandas as pd

    rows: dict[str, list[dict[str, Any]]] = {"hours": [], "share": [], "score": []}
    for each in judged:
        rows[each.unit] += [_level(each, row) for row in each.details.get("levels", ())]
    return {f"levels_{unit}": pd.DataFrame(found) for unit, found in rows.items() if found}


def _level(each: Judged, row: dict[str, Any]) -> dict[str, Any]:
    found = {"target_id": each.target.id, "kpi": each.target.kpi,
             **{name: row[name] for name in ("arm", "period", "n")}}
    if each.kind != "throughput":
        return found | {f"value_{each.unit}": row["mean"]}
    return found | {"open_share": row["open_share"]} | {f"{name}_hours": row[name] for name in (
        "median", "median_low", "median_high", "p90", "p90_low", "p90_high")}
