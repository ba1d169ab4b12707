"""What comes in, what goes out, what is under way."""

from __future__ import annotations

from workbench import sample
from workbench.metrics.workload import weekly_load


def test_open_cases_are_arrivals_less_closures_and_quiet_weeks_are_zeros():
    log = sample.log("c1: a done; c2: a|0-1 done|350-351; c3: a|360-361 done|900-901",
                     end_activities=["done"], cut_hours=901)
    assert weekly_load(log).to_numpy().tolist() == [
        ["2026-01-05", 2, 1, 1], ["2026-01-12", 0, 0, 1], ["2026-01-19", 1, 1, 1],
        ["2026-01-26", 0, 0, 1], ["2026-02-02", 0, 0, 1], ["2026-02-09", 0, 1, 0]]


def test_without_end_activities_only_arrivals_are_known():
    found = weekly_load(sample.log("c1: a; c2: a"))
    assert found["arrivals"].tolist() == [2]
    assert found[["closed", "open"]].isna().all(axis=None)


def test_a_withdrawn_case_is_no_longer_open():
    log = sample.log("c1: a gone", end_activities=["done"], withdrawn_activities=["gone"])
    assert weekly_load(log)["open"].tolist() == [0]
