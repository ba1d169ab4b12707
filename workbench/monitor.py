"""Stage 6: the KPIs on all data so far; control limits and signals are still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import metrics, stage
from workbench.metrics.kpis import kind_of
from workbench.model import Client, Figure, Result, Statement, Target

if TYPE_CHECKING:
    import pandas as pd

LATEST = 12  # weeks that the document shows; all of them stand in the table
_SUFFIXES = {"throughput": "hours", "rate": "share", "score": "score"}


def monitor(client: Client) -> Result:
    """The weekly series of the KPIs that the engagement's targets name, over all data so far.

    Tables: `kpi_series` (every KPI, unit and week), `recent_<target>` (the latest weeks of the
    whole process, in the KPI's unit). There is no control limit yet, and so no signal.
    """
    log = client.pilot_log or client.log
    targets = client.engagement.targets
    series = metrics.weekly(log, targets, stage.joint_answers(client))
    recent = {f"recent_{target.id}": latest(series, target) for target in targets}
    figures = {"weeks": stage.count(series["period"].nunique(), "kpi_series.period"),
               "kpis": stage.count(len(targets), "kpi_series"),
               "cut": Figure(log.cut.date(), "date", source="log_summary")}
    said = [Statement("monitoring.first.series", figures),
            Statement("monitoring.first.no_limits")]
    made = stage.result(client, "monitor", figures=figures, first_page=said,
                        tables={"kpi_series": series} | recent,
                        absent=[Statement("monitoring.absent.not_yet")])
    labels = {target.id: target.label for target in targets}
    return stage.with_context(made, labels=labels)


def latest(series: pd.DataFrame, target: Target) -> pd.DataFrame:
    """The last weeks of a target's KPI over all units, its columns carrying its unit.

    Columns: period (the Monday), value_, low_ and high_ with the suffix hours, share or score, n.
    """
    whole = series[(series["target_id"] == target.id) & (series["unit"] == "")].tail(LATEST)
    suffix = _SUFFIXES[kind_of(target.kpi)]
    named = {name: f"{name}_{suffix}" for name in ("value", "low", "high")}
    return whole.rename(columns=named)[
        ["period", named["value"], named["low"], named["high"], "n"]].reset_index(drop=True)
