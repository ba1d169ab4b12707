"""Twelve events computed by hand: overlap, self-loop, repetition, repeat and redo, to the digit."""

from __future__ import annotations

import pytest

from workbench import metrics, sample
from workbench.engine import frame

TEXT = """
c1: A@r1|0:00-0:30 B@r2|1:00-1:20 B@r2|1:30-1:40 C@r3|2:00-2:30;
c2: A@r1|0:10-0:40 B@r2|0:50-1:10 A@r1|1:30-1:50 B@r4|2:00-2:20 C@r3|3:00-3:10;
c3: A@r1|4:00-5:00 B@r2|4:30-5:30 C@r3|6:00-6:10
"""
MINUTE = 1 / 60


@pytest.fixture(scope="module")
def log():
    return sample.log(TEXT, end_activities=["C"])


def test_throughput_processing_and_idle_time(log):
    cases = metrics.time.cases(log)
    assert (cases["throughput_hours"] / MINUTE).tolist() == pytest.approx([150, 180, 130])
    assert (cases["processing_hours"] / MINUTE).tolist() == pytest.approx([90, 100, 130])
    assert (cases["waiting_hours"] / MINUTE).tolist() == pytest.approx([60, 80, 30])
    union = cases["throughput_hours"] - cases["waiting_hours"]
    assert (union / MINUTE).tolist() == pytest.approx([90, 100, 100])


def test_efficiency_by_work_falls_into_the_trap_of_overlap_and_by_the_clock_does_not(log):
    cases = metrics.time.cases(log)
    by_work = cases["processing_hours"] / cases["throughput_hours"]
    by_clock = 1 - cases["waiting_hours"] / cases["throughput_hours"]
    assert by_work.round(3).tolist() == [0.600, 0.556, 1.0]
    assert by_clock.round(3).tolist() == [0.600, 0.556, 0.769]


def test_self_loops_repetitions_repeats_and_redos(log):
    events = frame(log.events)
    loops, again = events[events["self_loop"]], events[events["repetition"]]
    assert loops[["case", "activity"]].to_numpy().tolist() == [[0, "B"]]
    assert again[["case", "activity"]].to_numpy().tolist() == [[1, "A"], [1, "B"]]
    found = metrics.rework.activities(log).set_index("activity")
    assert found["self_loops"].to_dict() == {"A": 0, "B": 1, "C": 0}
    assert found["repetitions"].to_dict() == {"A": 1, "B": 1, "C": 0}
    assert found["repeats"].to_dict() == {"A": 1, "B": 1, "C": 0}
    assert found["redos"].to_dict() == {"A": 0, "B": 1, "C": 0}


def test_rework_and_yield(log):
    row = metrics.rework.summary(log).iloc[0]
    assert row["rework_rate"] == 2 / 3
    assert row["rework_event_share"] == 3 / 12
    assert row["rework_processing_hours"] == pytest.approx((10 + 20 + 20) * MINUTE)
    assert row["first_time_right"] == pytest.approx(1 / 3)
    assert row["rolled_yield"] == pytest.approx(2 / 3 * 1 / 3 * 1)
    yields = 1 - metrics.rework.activities(log).set_index("activity")["rework_rate"]
    assert yields.round(3).to_dict() == {"A": 0.667, "B": 0.333, "C": 1}


def test_handovers_over_all_direct_successions(log):
    found = metrics.handover.handovers(log, reveal=True)
    counts = found.set_index(["source", "target"])["events"].to_dict()
    assert counts == {("r1", "r2"): 3, ("r2", "r3"): 2, ("r2", "r2"): 1, ("r2", "r1"): 1,
                      ("r1", "r4"): 1, ("r4", "r3"): 1}
    assert found["events"].sum() == 9
    assert found[found["same"]]["source"].tolist() == ["r2"]


def test_the_gap_where_two_steps_overlap_is_negative_and_the_wait_that_since_the_case_began(log):
    edges = metrics.variants.directly_follows(log).set_index(["source", "target"])
    assert edges.loc[("A", "B"), "mean_hours"] / MINUTE == pytest.approx((30 + 10 + 10 - 30) / 4)
    assert edges.loc[("A", "B"), "median_hours"] / MINUTE == pytest.approx(10)
    waits = metrics.rework.activities(log).set_index("activity")["total_waiting_hours"] / MINUTE
    assert waits.to_dict() == pytest.approx(
        {"A": 20, "B": 30 + 10 + 10 + 10 + 30, "C": 20 + 40 + 30})


def test_busy_hours_count_overlapping_work_once(log):
    found = metrics.resources.resources(log, reveal=True).set_index("resource")
    assert (found["busy_hours"] / MINUTE).to_dict() == pytest.approx(
        {"r1": 40 + 20 + 60, "r2": 30 + 10 + 60, "r3": 30 + 10 + 10, "r4": 20})
    # r2: 0:50-1:20 (two cases overlap), 1:30-1:40, 4:30-5:30, present from 0:50 to 5:30
    assert found.loc["r2", "utilisation"] == pytest.approx(100 / 280)


def test_efficiency_of_each_case_by_work_and_by_the_clock(log):
    by_work, by_clock = (metrics.measure(log, f"efficiency_by_{name}", "case")["share"]
                         for name in ("work", "clock"))
    assert by_work.round(3).tolist() == [0.600, 0.556, 1.0]
    assert by_clock.round(3).tolist() == [0.600, 0.556, 0.769]
    row = metrics.measure(log, "efficiency_by_clock").iloc[0]
    assert row["share"] == pytest.approx((90 + 100 + 100) / (150 + 180 + 130))


def test_what_stands_on_average_is_the_hours_spent_by_the_hours_observed(log):
    observed = 370 * MINUTE  # 0:00 to 6:10
    found = {name: metrics.measure(log, name)["average"][0] * observed / MINUTE for name in (
        "work_in_progress", "queue_length", "being_worked_on")}
    assert found == pytest.approx({
        "work_in_progress": 150 + 180 + 130, "queue_length": 20 + 90 + 90,
        "being_worked_on": 90 + 100 + 130})
