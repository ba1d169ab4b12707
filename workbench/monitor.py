"""Stage 6: the KPIs on all data so far; control limits and signals are still to come."""

from __future__ import annotations

from workbench import metrics, stage
from workbench.model import Client, Figure, Result, Statement


def monitor(client: Client) -> Result:
    """The weekly series of the KPIs that the engagement's targets name, over all data so far.

    Tables: `kpi_series`. There is no control limit yet, and so no signal.
    """
    log = client.pilot_log or client.log
    series = metrics.weekly(log, client.engagement.targets, client.answers.get("customers"))
    figures = {"weeks": stage.count(series["period"].nunique(), "kpi_series.period"),
               "kpis": stage.count(series[["kpi", "target_id"]].drop_duplicates().shape[0],
                                   "kpi_series"),
               "cut": Figure(log.cut.date(), "date", source="log_summary")}
    said = [Statement("monitoring.first.series", figures),
            Statement("monitoring.first.no_limits")]
    absent = [Statement("monitoring.absent.not_yet")]
    return stage.result(client, "monitor", figures=figures, first_page=said,
                        tables={"kpi_series": series}, absent=absent)
