"""What was planted is found again by the diagnosis and the pilot evaluation, by its own name."""

from __future__ import annotations

import pytest
from generate import Scenario

import workbench as wb
from workbench import diagnose, pilot

PLAIN = Scenario()
OTHER = Scenario(seed=7, names="renamed", cause="feedback")
EFFECTLESS = Scenario(effect=False)


@pytest.fixture(scope="module")
def opened(made, tmp_path_factory):
    clients = {}

    def open_scenario(scenario):
        if scenario not in clients:
            folder, truth = made(scenario)
            clients[scenario] = (wb.open_client(folder, tmp_path_factory.mktemp("out")), truth)
        return clients[scenario]

    return open_scenario


@pytest.fixture(scope="module")
def diagnosed(opened):
    results = {}

    def make(scenario):
        if scenario not in results:
            client, truth = opened(scenario)
            results[scenario] = (diagnose.diagnose(client), truth)
        return results[scenario]

    return make


@pytest.fixture(scope="module")
def verdicts(opened):
    results = {}

    def make(scenario):
        if scenario not in results:
            client, truth = opened(scenario)
            table = pilot.evaluate(client).tables["verdicts"].set_index("target_id")
            results[scenario] = (table, truth["pilot"])
        return results[scenario]

    return make


def named(issue):
    return str(issue["activity"]).split(" → ")


@pytest.mark.parametrize("scenario", [PLAIN, OTHER])
def test_the_costliest_issue_is_the_planted_cause(diagnosed, scenario):
    result, truth = diagnosed(scenario)
    assert named(result.tables["issues"].iloc[0]) == truth["cause"]["activities"]


@pytest.mark.parametrize("scenario", [PLAIN, OTHER])
def test_its_share_of_the_waiting_is_measured(diagnosed, scenario):
    result, truth = diagnosed(scenario)
    share = result.tables["issues"].iloc[0]["value"]
    assert share == pytest.approx(truth["cause"]["share_of_waiting"], abs=0.02)


def test_the_hours_of_a_signature_lie_in_the_interval(diagnosed):
    result, truth = diagnosed(PLAIN)
    slope = result.tables["associations"].iloc[0]
    assert slope["low_hours"] < truth["cause"]["hours_per_signature"] < slope["high_hours"]


@pytest.mark.parametrize("scenario", [PLAIN, OTHER])
def test_rework_is_traced_to_classification(diagnosed, scenario):
    result, truth = diagnosed(scenario)
    issues = result.tables["issues"].set_index("activity")
    found = issues.loc[truth["rework"]["activity"]]
    assert found["kind"] == "rework"
    assert found["value"] == pytest.approx(truth["rework"]["misclassified_rate"], abs=0.01)


def test_the_step_that_nobody_drew_and_the_one_nobody_takes_are_listed(diagnosed):
    result, _ = diagnosed(PLAIN)
    differences = result.tables["differences"].set_index("difference")
    assert "补充材料" in set(differences.loc[["not_drawn"], "source"])
    assert "回访" in set(differences.loc[["not_seen"], "source"])


def test_the_pilot_reached_its_primary_target(verdicts):
    table, truth = verdicts(PLAIN)
    assert table.loc["T1", "outcome"] == "reached"
    assert table.loc["T1", "low"] < truth["throughput_at_baseline_mix"] < table.loc["T1", "high"]


@pytest.mark.parametrize(("target", "effect"), [
    ("T2", "rework"), ("T3", "satisfaction"), ("T4", "on_time"), ("G1", "presence"),
])
def test_each_interval_holds_the_planted_effect(verdicts, target, effect):
    table, truth = verdicts(PLAIN)
    assert table.loc[target, "low"] < truth[effect] < table.loc[target, "high"]


def test_what_the_data_cannot_tell_is_said(verdicts):
    table, _ = verdicts(PLAIN)
    assert table.loc["T3", "outcome"] == "cannot_tell"


def test_a_pilot_that_did_nothing_is_no_success(verdicts):
    """Though a plain before and after would call it one."""
    table, truth = verdicts(EFFECTLESS)
    assert table.loc["T1", "outcome"] != "reached"
    assert table.loc["T1", "low"] < 0 < table.loc["T1", "high"]
    assert truth["naive_before_after"] < -0.1


def test_a_renamed_pilot_is_judged_too(verdicts):
    table, truth = verdicts(OTHER)
    assert table.loc["T1", "outcome"] == "reached"
    assert table.loc["T1", "low"] < truth["throughput_at_baseline_mix"] < table.loc["T1", "high"]
