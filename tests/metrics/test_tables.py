"""The tables that outsiders rely on: their names, columns and sums; unknown is empty."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from workbench import metrics, sample
from workbench.model import Calendar, Costs, Hours, Rule

COLUMNS = {
    "log_summary": "events cases closed_cases activities variants resources first last "
                   "cases_with_ties",
    "variants": "rank activities cases share cumulative_share",
    "directly_follows": "source target events cases mean_hours median_hours p95_hours",
    "start_activities": "activity cases",
    "end_activities": "activity cases",
    "cases": "case_id start end closed throughput_hours processing_hours waiting_hours events "
             "variant_rank rework",
    "activities": "activity events cases self_loops repetitions rework_cases rework_rate "
                  "median_processing_hours median_waiting_hours p95_processing_hours",
    "handovers": "source target events same",
    "waiting_causes": "activity cause hours share cte_impact events cases",
    "estimated_activities": "activity events median_estimated_processing_hours "
                            "p95_estimated_processing_hours",
    "resources": "resource events cases busy_hours utilisation",
    "kpi_series": "kpi unit period value n low high",
    "metrics": "metric statistic value n low high unit direction missing",
    "workload": "period arrivals closed open work_in_progress queue_length",
    "queues": "activity n mean_length mean_waiting_hours total_waiting_hours",
    "rework": "kind by rework_cases cases rework_rate low high rework_events events "
              "rework_event_share processing_hours waiting_hours elapsed_hours money",
    "yields": "activity cases once first_pass_yield low high rolled_yield rework_events",
    "handover_summary": "between cases handovers handovers_per_case ping_pongs ping_pong_cases "
                        "ping_pong_rate low high",
    "first_contact": "cases resolved first_contact_rate low high re_contacted reopened "
                     "transferred waiting unjudged missing",
}
STEP = st.builds(
    lambda activity, resource, start, length: f"{activity}{resource}|{start}-{start + length}",
    st.sampled_from("abcd"), st.sampled_from(["", "@x", "@y", "@z"]), st.integers(0, 4),
    st.integers(0, 2))
LOGS = st.lists(st.lists(STEP, min_size=1, max_size=6), min_size=1, max_size=6).map(
    lambda cases: "; ".join(f"c{n}: {' '.join(steps)}" for n, steps in enumerate(cases)))
few = settings(max_examples=3, deadline=None)


def test_every_table_of_the_contract_is_there_with_its_columns():
    found = metrics.tables(sample.log("c1: a@x b@y"))
    assert set(found) == set(COLUMNS)
    for name, columns in COLUMNS.items():
        assert set(columns.split()) <= set(found[name].columns), name


def test_what_a_client_folder_says_fills_more_tables():
    steps = pd.DataFrame({"step": ["a", "b"], "next": ["b", ""]})
    found = metrics.tables(sample.log("c1: a|0-1 a|1-3 b|3-4"), costs=Costs(work_hour=10),
                           rules=[Rule("R", "absence", ("a",))], steps=steps)
    assert set(found) - set(COLUMNS) == {"adherence", "violations", "succession_fitness"}
    assert found["adherence"]["rate"].tolist() == [0, 0]
    assert found["violations"]["case_id"].tolist() == ["c1"]
    assert found["succession_fitness"]["succession_fitness"].tolist() == [1 / 2]
    assert found["yields"]["money"].tolist() == [2 * 10, 2 * 10, 0]
    named = found["metrics"].set_index("metric")["missing"]
    assert named[["adherence", "cost", "succession_fitness"]].tolist() == ["[]", "[]", "[]"]


@few
@given(text=LOGS, seed=st.integers(0, 99), has_start=st.booleans())
def test_shuffling_rows_changes_no_table(text, seed, has_start):
    rows = sample.rows(text)
    shuffled = rows.sample(frac=1, random_state=seed, ignore_index=True)
    shuffled["sequence"] = range(len(shuffled))
    one, other = (metrics.tables(sample.from_rows(typed, has_start=has_start, ties="learned"))
                  for typed in (rows, shuffled))
    for name, table in one.items():
        assert_frame_equal(table, other[name])


@few
@given(text=LOGS)
def test_counts_add_up(text):
    found = metrics.tables(sample.log(text, end_activities=["a"]))
    summary = found["log_summary"].iloc[0]
    events, cases = summary["events"], summary["cases"]
    assert found["directly_follows"]["events"].sum() == events - cases
    assert found["variants"]["cases"].sum() == cases == len(found["cases"])
    assert found["variants"]["cumulative_share"].iloc[-1] == pytest.approx(1)
    assert len(found["variants"]) == summary["variants"]
    assert found["start_activities"]["cases"].sum() == cases
    assert found["end_activities"]["cases"].sum() == cases
    assert found["activities"]["events"].sum() == events == found["cases"]["events"].sum()
    assert found["cases"]["closed"].sum() == summary["closed_cases"]
    lengths = found["variants"]["activities"].map(lambda text: len(json.loads(text)))
    assert (lengths * found["variants"]["cases"]).sum() == events
    again = found["activities"]["self_loops"] + found["activities"]["repetitions"]
    assert (again == found["activities"]["events"] - found["activities"]["cases"]).all()
    loops = found["directly_follows"].query("source == target")["events"].sum()
    assert loops == found["activities"]["self_loops"].sum()
    clock = found["cases"]["busy_hours"] + found["cases"]["waiting_hours"]
    assert clock.tolist() == pytest.approx(found["cases"]["throughput_hours"].tolist())
    split = found["activities"][["total_busy_hours", "total_idle_hours"]].sum().sum()
    assert split == pytest.approx(clock.sum())
    assert (found["cases"]["waiting_hours"] >= 0).all()
    assert (found["cases"]["waiting_hours"] <= found["cases"]["throughput_hours"]).all()
    assert found["resources"]["utilisation"].dropna().between(0, 1).all()


def test_a_log_cut_down_to_some_cases_counts_and_ranks_their_variants_only():
    log = sample.log("c1: a; c2: a; c3: b; c4: c; c5: c; c6: c")
    cases = log.cases.filter(log.cases.case_id.isin(["c2", "c3", "c4", "c5"]))
    found = metrics.tables(replace(log, cases=cases, events=log.events.semi_join(cases, "case")))
    assert found["log_summary"]["variants"].tolist() == [3]
    assert found["variants"][["rank", "activities", "cases"]].to_numpy().tolist() == [
        [1, '["c"]', 2], [2, '["a"]', 1], [3, '["b"]', 1]]
    assert found["cases"]["variant_rank"].tolist() == [2, 3, 1, 1]


def test_what_one_timestamp_cannot_show_is_empty():
    found = metrics.tables(sample.log("c1: a@x|1 b@x|3", has_start=False))
    activities = found["activities"]
    for column in ("median_processing_hours", "median_waiting_hours", "p95_waiting_hours",
                   "total_processing_hours"):
        assert activities[column].isna().all()
    assert activities["median_elapsed_hours"].fillna(-1).tolist() == [-1, 2]
    assert found["cases"][["processing_hours", "busy_hours", "waiting_hours"]].isna().all(axis=None)
    assert activities["total_busy_hours"].isna().all()
    assert found["resources"][["busy_hours", "utilisation"]].isna().all(axis=None)
    assert found["directly_follows"]["mean_hours"].tolist() == [2]


def test_work_done_at_the_same_time_counts_once_by_the_clock_and_twice_as_work():
    found = metrics.tables(sample.log("c1: a|0-3 b|1-2 c|2-5 d|6-7"))
    row = found["cases"].iloc[0]
    assert row[["throughput_hours", "busy_hours", "waiting_hours"]].tolist() == [7, 6, 1]
    assert row["processing_hours"] == 3 + 1 + 3 + 1
    assert found["activities"]["total_busy_hours"].tolist() == [3, 0, 2, 1]


def test_what_a_log_without_resources_cannot_show_is_empty():
    found = metrics.tables(sample.log("c1: a b a"))
    assert found["log_summary"]["resources"].isna().all()
    assert found["activities"][["repeats", "redos"]].isna().all(axis=None)
    assert found["resources"].empty
    assert found["handovers"].empty


def test_without_end_activities_nobody_knows_what_is_closed():
    found = metrics.tables(sample.log("c1: a"))
    assert found["log_summary"]["closed_cases"].isna().all()
    assert found["cases"]["closed"].isna().all()
    assert found["cases"]["throughput_hours"].tolist() == [1]


def test_rows_are_sorted_by_code_point():
    found = metrics.tables(sample.log("c2: é z Z 中; c10: a"))
    assert found["activities"]["activity"].tolist() == ["Z", "a", "z", "é", "中"]
    assert found["cases"]["case_id"].tolist() == ["c10", "c2"]


OFFICE = Hours(days=(0, 1, 2, 3, 4), spans=((9 * 60, 12 * 60), (13 * 60, 18 * 60)))


def in_working_time(text, **settings):
    return metrics.tables(sample.log(text, calendar=Calendar(OFFICE), **settings), reveal=True)


def test_columns_of_working_time_are_added_with_a_calendar_and_change_no_other():
    text = "c1: a@x|0-6 b@y|24-30; c2: a@x|1-2 b@x|26-27"
    plain, worked = metrics.tables(sample.log(text), reveal=True), in_working_time(text)
    added = {name: [column for column in table if column not in plain[name]]
             for name, table in worked.items()}
    assert len(added["cases"]) == 4
    assert len(added["activities"]) == 11
    assert len(added["directly_follows"]) == 3
    assert len(added["resources"]) == 3
    for name, table in plain.items():
        if name == "waiting_causes":
            continue  # off duty is known by the calendar
        assert_frame_equal(table, worked[name].drop(columns=added[name]))


def test_working_times_of_activities_and_successions_are_sums_of_worked_hours():
    found = in_working_time("c1: a|0-6 b|24-30; c2: a|1-2 b|26-27")
    activities = found["activities"].set_index("activity")
    assert activities["working_total_processing_hours"].tolist() == [5 + 1, 5 + 1]
    assert activities.loc["b", "working_total_waiting_hours"] == 3 + (1 + 5 + 2)
    edge = found["directly_follows"].iloc[0]
    assert edge["working_mean_hours"] == (3 + 8) / 2
    assert found["cases"]["working_throughput_hours"].tolist() == [8 + 5, 7 + 3]


def test_working_utilisation_is_worked_hours_by_those_that_the_weeks_offered():
    friday = 4 * 24 + 9
    found = in_working_time(f"c1: a@x|0-6 b@x|1-7; c2: a@y|24-25 a@y|{friday}-{friday}",
                            cut_hours=24 * 4 + 9)["resources"].set_index("resource")
    assert found["working_busy_hours"].tolist() == [6, 1]
    assert found["available_hours"].tolist() == [40, 40]
    assert found["working_utilisation"].tolist() == [6 / 40, 1 / 40]
