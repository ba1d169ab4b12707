"""Metrics: one family per module; a log in, a small table out.

Every function takes an EventLog and returns a pandas table whose columns carry their unit; the
work is done by the table engine, in Ibis expressions over the prepared tables. What a log cannot
show is empty, never 0. Rows are sorted by their key, by code point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.metrics import (
    adherence,
    catalogue,
    estimated,
    first_contact,
    fitness,
    handover,
    kpis,
    quality,
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
from workbench.metrics.metric import NO_COSTS, Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from workbench.model import Costs, EventLog, Rule

__all__ = [
    "KPIS", "METRICS", "Metric", "adherence", "case_values", "first_contact", "fitness", "handover",
    "kpis", "measure", "quality", "resources", "rework", "tables", "time", "variants", "weekly",
    "workload",
]


def tables(
    log: EventLog,
    *,
    reveal: bool = False,
    rules: Sequence[Rule] = (),
    costs: Costs = NO_COSTS,
    steps: pd.DataFrame | None = None,
    within_hours: float | None = None,
) -> dict[str, pd.DataFrame]:
    """All tables that a log can fill, by the names that outsiders may rely on.

    `reveal` shows the names of resources, and case ids that are people; else they are pseudonyms.
    What a client folder says beyond its log fills some more: with `rules` there are `adherence`
    and `violations`, with the sheet of `steps` as people drew them `succession_fitness`; hours get
    a price by `costs`, and cases are on time by the promise `within_hours`.

    >>> from workbench import sample
    >>> found = tables(sample.log("c1: check pay check; c2: check pay"))
    >>> found["variants"][["activities", "share"]].values.tolist()
    [['["check","pay","check"]', 0.5], ['["check","pay"]', 0.5]]
    """
    drawn = None if steps is None else fitness.drawn(steps)
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
        "metrics": catalogue.metrics(log, costs, rules, drawn, within_hours),
        "workload": workload.workload(log),
        "queues": queues.queues(log),
        "rework": quality.rework(log, costs),
        "yields": quality.yields(log, costs),
        "handover_summary": handover.handover_summary(log),
        "first_contact": first_contact.first_contact_resolution(log),
    } | _of_a_client(log, rules, drawn, reveal=reveal)


def _of_a_client(
    log: EventLog, rules: Sequence[Rule], drawn: fitness.Drawn | None, *, reveal: bool
) -> dict[str, pd.DataFrame]:
    """The tables that need what only a client folder says; none where it does not."""
    found = {}
    if rules:
        found = {"adherence": adherence.adherence(log, rules),
                 "violations": adherence.violations(log, rules, reveal=reveal)}
    if drawn:
        found["succession_fitness"] = fitness.succession_fitness(log, drawn)
    return found
