"""Every table and every metric at every level answers a log at the edge of what a log can be."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from workbench import metrics, sample
from workbench.metrics.metric import Question
from workbench.model import Costs, Rule

EDGES = {
    "one case": {"text": "c1: a@x|0-1 b@y|2-3", "end_activities": ["b"]},
    "one event": {"text": "c1: a@x|0-1", "end_activities": ["a"]},
    "one activity": {"text": "c1: a@x|0-1 a@y|2-3; c2: a@x|0-2", "end_activities": ["a"]},
    "equal times": {"text": "c1: a@x|0-0 b@y|0-0; c2: a@x|0-0 b@x|0-0", "end_activities": ["b"]},
    "one timestamp": {"text": "c1: a@x|0 b@y|2; c2: a@x|1", "has_start": False},
    "nobody named, nothing ends a case": {"text": "c1: a|0-1 b|2-3; c2: a|0-2"},
    "no case left": {"text": "c1: a@x|0-1 b@y|2-3; c2: a@x|0-2", "end_activities": ["b"]},
}
AT_EVERY_LEVEL = ("equal times", "no case left")  # hundreds of questions each
TOLD = {"within_hours": 2.0, "activity": "a", "costs": Costs(work_hour=10.0, waiting_hour=1.0),
        "rules": (Rule("R1", "precedence", ("a", "b")),)}


def edge(name):
    log = sample.log(**EDGES[name])
    return log.only(log.cases.limit(0)) if name == "no case left" else log


@pytest.mark.parametrize("name", EDGES)
def test_every_table_answers(name):
    for table, found in metrics.tables(
            edge(name), rules=TOLD["rules"], costs=TOLD["costs"]).items():
        assert isinstance(found, pd.DataFrame), table
        if name == "no case left":
            rates = [column for column in found.columns if column.endswith(("rate", "share"))]
            assert found[rates].isna().all(axis=None), table


@pytest.mark.parametrize("name", EDGES)
def test_every_metric_answers_at_its_levels(name):
    log = edge(name)
    told = Question(**TOLD)
    for metric in metrics.METRICS.values():
        if metric.measured is None or {"answers", "drawn"} & set(metric.needs):
            continue
        missing = metric.missing(log, told)
        levels = metric.levels if name in AT_EVERY_LEVEL else ()
        for level in ("log", *(each for each in levels if each != "attribute")):
            found = metrics.measure(log, metric.name, level, **TOLD)
            assert len(found) == 1 or level != "log", (metric.name, level)
            if missing and level == "log":
                value = found[metric.statistic].iloc[0] if metric.statistic in found else None
                assert value is None or pd.isna(value), (metric.name, level, missing)
            if name == "no case left" and level == "log" and metric.unit in ("hours", "share"):
                assert math.isnan(found[metric.statistic].iloc[0]), metric.name
