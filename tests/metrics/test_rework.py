"""Rework is always named: by case, by event, by activity."""

from __future__ import annotations

from workbench import metrics, sample


def test_a_case_with_an_activity_three_times_is_one_rework_case():
    found = metrics.rework.activities(sample.log("c1: a b a b a; c2: a")).set_index("activity")
    assert found.loc["a", ["cases", "rework_cases", "rework_rate"]].tolist() == [2, 1, 1 / 2]
    assert found.loc["a", ["self_loops", "repetitions"]].tolist() == [0, 2]


def test_again_by_an_unknown_resource_is_neither_repeat_nor_redo():
    found = metrics.rework.activities(sample.log("c1: a@x a a@x a@y")).iloc[0]
    assert found[["self_loops", "repeats", "redos"]].tolist() == [3, 0, 1]


def test_a_log_without_rework_has_zeros_and_not_gaps():
    found = metrics.rework.activities(sample.log("c1: a@x b@x")).set_index("activity")
    assert found[["self_loops", "repetitions", "repeats", "redos", "rework_cases"]].to_numpy(
        ).sum() == 0
    row = metrics.rework.summary(sample.log("c1: a@x b@x")).iloc[0]
    assert row[["rework_cases", "rework_events", "rework_processing_hours"]].tolist() == [0, 0, 0]
    assert row["first_time_right"] == row["rolled_yield"] == 1


def test_the_work_spent_again_is_unknown_with_one_timestamp():
    row = metrics.rework.summary(sample.log("c1: a|1 a|2", has_start=False)).iloc[0]
    assert row[["rework_processing_hours"]].isna().all()
