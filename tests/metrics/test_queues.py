"""What stands at a time: work in progress, queues, and Little's law as an identity."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from workbench import metrics, sample

STEP = st.tuples(st.sampled_from("abc"), st.integers(0, 400), st.integers(0, 60))
LOGS = st.lists(st.lists(STEP, min_size=1, max_size=4), min_size=1, max_size=5).map(
    lambda cases: "; ".join(
        f"c{n}: " + " ".join(f"{activity}@{activity}|{start}-{start + length}"
                             for activity, start, length in sorted(steps, key=lambda each: each[1]))
        + " done|500-500" for n, steps in enumerate(cases)))
few = settings(max_examples=8, deadline=None)


def test_cases_under_way_are_averaged_over_the_time_observed():
    log = sample.log("c1: a|0-1 done|3-4; c2: a|2-3 done|5-8; c3: a|6-7", cut_hours=10,
                     end_activities=["done"])
    row = wb.measure(log, "work_in_progress").iloc[0]
    assert row[["n", "average", "peak"]].tolist() == [3, (4 + 6 + 4) / 10, 2]


def test_one_that_leaves_makes_room_for_the_one_that_enters():
    log = sample.log("c1: done|0-2; c2: done|2-4; c3: done|4-4", end_activities=["done"])
    assert wb.measure(log, "work_in_progress")["peak"].tolist() == [1]


def test_by_week_a_stock_is_averaged_over_the_part_that_was_observed():
    log = sample.log("c1: a|0-1 done|158-160; c2: a|150-151", end_activities=["done"],
                     cut_hours=200)
    found = wb.measure(log, "work_in_progress", "period")  # 159 hours are left of the first week
    assert found[["period", "entered", "left", "standing"]].to_numpy().tolist() == [
        ["2026-01-05", 2, 0, 2], ["2026-01-12", 0, 1, 1]]
    assert found["average"].tolist() == pytest.approx([(159 + 9) / 159, (1 + 41) / 41])


def test_weeks_of_a_stock_follow_the_summer_time_of_the_zone():
    hours = (11 * 7 + 6) * 24  # the Sunday of 29 March 2026, when a day has 23 hours
    log = sample.log(f"c1: a|{hours}-{hours + 40} done|{hours + 40}-{hours + 40}",
                     zone="Europe/Berlin", end_activities=["done"])
    found = wb.measure(log, "work_in_progress", "period")
    assert found["average"].tolist() == [1, 1]


def test_a_queue_is_work_that_could_begin_and_has_not():
    log = sample.log("c1: a@x|0-1 b@y|4-5; c2: a@x|0-2 b@y|5-6")
    row = wb.measure(log, "queue_length").iloc[0]
    assert row[["n", "average"]].tolist() == [2, (3 + 3) / 6]
    found = metrics.tables(log)["queues"].set_index("activity")
    assert found.loc["b", ["n", "mean_length", "mean_waiting_hours"]].tolist() == [
        2, 1, 3]
    assert found.loc["a", "n"] == 0
    assert found.loc["a", ["mean_length", "mean_waiting_hours"]].isna().all()


def test_with_one_timestamp_there_is_no_queue():
    assert metrics.tables(sample.log("c1: a|1 b|3", has_start=False))["queues"].empty
    assert metrics.tables(sample.log("c1: a|1 b|3", has_start=False))["workload"][
        "queue_length"].isna().all()


def test_where_of_no_work_it_is_known_since_when_there_is_no_queue_length():
    log = sample.log("c1: a@x|0-1; c2: b@y|2-3")
    assert wb.measure(log, "queue_length").fillna(-1).to_numpy().tolist() == [[0, -1]]
    assert wb.measure(log, "queue_length", "period").empty
    assert wb.measure(log, "queue_length", ["activity", "period"]).empty
    found = metrics.tables(log)
    assert found["workload"]["queue_length"].isna().all()
    row = found["metrics"].set_index("metric").loc["queue_length"]
    assert (row["n"], row[["value"]].isna().all()) == (0, True)


@few
@given(LOGS)
def test_littles_law_is_an_identity_where_every_case_begins_and_ends_in_the_time_observed(text):
    log = sample.log(text, end_activities=["done"])
    row = metrics.measure(log, "littles_law").iloc[0]
    assert row["open"] == 0
    assert row["average"] == pytest.approx(row["expected"])
    assert row["ratio"] == pytest.approx(1)


def test_littles_law_shows_the_trace_of_open_cases():
    log = sample.log("c1: a|0-1 done|1-2; c2: a|0-1", end_activities=["done"], cut_hours=10)
    row = wb.measure(log, "littles_law").iloc[0]
    assert row[["n", "open"]].tolist() == [2, 1]
    assert (row["average"], row["expected"]) == ((2 + 10) / 10, 2 / 10 * 2)
    assert row["ratio"] == pytest.approx(1.2 / 0.4)


@few
@given(LOGS)
def test_queue_and_work_being_done_are_what_stands_between_enabled_and_end(text):
    log = sample.log(text, end_activities=["done"])
    hours = wb.measure(log, "littles_law")["observed_hours"][0]
    for level in ((), "activity"):
        queue, work, waits, spans = (wb.measure(log, name, level) for name in (
            "queue_length", "being_worked_on", "waiting", "processing"))
        assert queue["average"].sum() * hours == pytest.approx(waits["total_hours"].sum())
        done = wb.measure(log, "workload", level)["total_hours"].sum()
        assert work["average"].sum() * hours == pytest.approx(done)
        assert len(spans)


@few
@given(LOGS)
def test_weeks_of_a_stock_add_up_to_its_average(text):
    log = sample.log(text, end_activities=["done"], zone="Asia/Shanghai")
    whole = wb.measure(log, "littles_law").iloc[0]
    for name in ("work_in_progress", "queue_length", "being_worked_on"):
        weeks = wb.measure(log, name, "period")
        seen = wb.measure(log, "arrival_rate", "period").set_index("period")["observed_hours"]
        spent = wb.measure(log, name)["average"][0] * whole["observed_hours"]
        known = weeks["period"].map(seen)
        if known.notna().all():
            assert (weeks["average"] * known).sum() == pytest.approx(spent)
        assert weeks["standing"].iloc[-1] == 0
