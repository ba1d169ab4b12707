"""Metrics: one family per module; a log in, a small table out.

Every function takes an EventLog and returns a pandas table whose columns carry their unit; the
work is done by the table engine, in Ibis expressions over the prepared tables. What a log cannot
show is empty, never 0. Rows are sorted by their key, by code point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.metrics import (
    catalogue,
    estimated,
    handover,
    kpis,
    queues,
    resources,
    rework,
    time,
    variants,
    waiting,
    workload,
)
from workbench.metrics.catalogue import METRICS, measure
from workbench.metrics.kpis import KPIS, case_values, weekly
from workbench.metrics.metric import Metric

if TYPE_CHECKING:
    import pandas as pd

    from workbench.model import EventLog

__all__ = [
    "KPIS", "METRICS", "Metric", "case_values", "handover", "kpis", "measure", "resources",
    "rework", "tables", "time", "variants", "weekly", "workload",
]


def tables(log: EventLog, *, reveal: bool = False) -> dict[str, pd.DataFrame]:
    """All tables that a log alone can fill, by the names that outsiders may rely on.

    `reveal` shows the names of resources, and case ids that are people; else they are pseudonyms.

    >>> from workbench import sample
    >>> found = tables(sample.log("c1: check pay check; c2: check pay"))
    >>> found["variants"][["activities", "share"]].values.tolist()
    [['["check","pay","check"]', 0.5], ['["check","pay"]', 0.5]]
    """
    return {
        "log_summary": time.log_summary(log),
        "variants": variants.variants(log),
        "directly_follows": variants.directly_follows(log),
        "start_activities": variants.start_activities(log),
        "end_activities": variants.end_activities(log),
        "cases": time.cases(log, reveal=reveal),
        "activities": rework.activities(log),
        "handovers": handover.handovers(log, reveal=reveal),
        "waiting_causes": waiting.waiting_causes(log),
        "estimated_activities": estimated.activities(log),
        "resources": resources.resources(log, reveal=reveal),
        "kpi_series": weekly(log),
        "metrics": catalogue.metrics(log),
        "workload": workload.workload(log),
        "queues": queues.queues(log),
    }
