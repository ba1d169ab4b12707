"""The metrics of quality at any level: shares with their n, empty where nothing was stated."""

from __future__ import annotations

import pytest

from tests.metrics.test_worked_example import TEXT
from workbench import sample
from workbench.effect import wilson
from workbench.metrics.catalogue import METRICS, measure, metrics
from workbench.metrics.fitness import Drawn
from workbench.metrics.handover import handover_summary
from workbench.metrics.quality_catalogue import QUALITY
from workbench.model import Rule


def row(name, text=TEXT, **more):
    return measure(sample.log(text, end_activities=["C"], cut_hours=1000), name, **more).iloc[0]


@pytest.mark.parametrize(("name", "count", "n"), [
    ("self_loops", 1, 3), ("repetitions", 1, 3),
    ("first_pass_yield", 6, 9), ("first_time_right", 1, 3), ("first_contact_resolution", 0, 3),
    ("ping_pong", 1, 3),
])
def test_the_worked_example_as_shares(name, count, n):
    found = row(name)
    assert found[["count", "n"]].tolist() == [count, n]
    assert (found["share"], found["low"], found["high"]) == (count / n, *wilson(count, n))


def test_the_worked_example_otherwise():
    events = row("rework_events")  # events of a case are no independent sample: no interval
    assert events[["count", "n", "share"]].tolist() == [3, 12, 3 / 12]
    assert events[["low", "high"]].isna().all()
    assert row("rolled_yield")["rolled_yield"] == pytest.approx(2 / 3 * 1 / 3)
    assert row("rework_hours")["total_hours"] == pytest.approx((10 + 20 + 20) / 60)
    assert row("handovers_per_case")[["handovers", "per_case"]].tolist() == [8, 8 / 3]
    yields = measure(sample.log(TEXT), "first_pass_yield", by="activity")
    assert yields["share"].round(3).tolist() == [0.667, 0.333, 1]


def test_handovers_are_by_the_same_cases_in_the_catalogue_and_in_their_own_table():
    log = sample.log("c1: a@x b@y a@x; c2: a b")
    found = handover_summary(log).set_index("between").loc["resource"]
    assert found[["cases", "handovers_per_case", "ping_pong_rate"]].tolist() == [1, 2, 1]
    whole = measure(log, "handovers_per_case").iloc[0]
    assert whole[["n", "per_case"]].tolist() == [1, 2]
    assert measure(log, "ping_pong")[["n", "share"]].to_numpy().tolist() == [[1, 1]]


def test_adherence_by_unit_and_of_nothing():
    log = sample.log("c1: a b; c2: b; c3: a", units={"c1": "N", "c2": "S", "c3": "S"})
    rules = [Rule("R", "precedence", ("a", "b"))]
    found = measure(log, "adherence", by="unit", rules=rules)
    assert found[["unit", "count", "n"]].to_numpy().tolist() == [["N", 1, 1], ["S", 1, 2]]
    assert METRICS["adherence"].missing(log) == ("rules",)
    people = [Rule("R", "four_eyes", ("a", "b"))]
    assert measure(log, "adherence", rules=people)["n"].tolist() == [0]


def test_fitness_needs_a_map():
    log = sample.log("c1: a b; c2: b a")
    line = Drawn(frozenset("ab"), frozenset({("a", "b")}))
    assert measure(log, "succession_fitness", drawn=line)["succession_fitness"].tolist() == [1 / 2]
    table = metrics(log, rules=[Rule("R", "existence", ("a",))]).set_index("metric")
    assert table.loc["succession_fitness", "missing"] == '["drawn"]'
    assert table.loc["adherence", ["value", "n"]].tolist() == [1, 2]


@pytest.mark.parametrize("metric", QUALITY, ids=[metric.name for metric in QUALITY])
def test_every_metric_of_quality_answers_at_each_of_its_levels(metric):
    log = sample.log(TEXT, end_activities=["C"], cut_hours=1000, units={"c1": "N"})
    more = {"rules": [Rule("R", "existence", ("A",))]} if metric.name == "adherence" else {}
    for level in metric.levels:
        if level != "attribute":
            assert metric.statistic in measure(log, metric.name, by=level, **more).columns
