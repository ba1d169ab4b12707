"""Logs and hostile files that nobody here made (shared/data): roles guessed, faults found."""

import csv
import json

import pytest

from tests.conftest import SHARED
from workbench.intake import check
from workbench.intake.events import Wishes, read_events

pytestmark = pytest.mark.real_logs
OUTCOMES = {"warn": {"warning", "accepted"}, "repair": {"repaired"}, "reject": {"rejected"}}
ROLES = {
    "helpdesk.csv": "case:concept:name concept:name - time:timestamp org:resource",
    "receipt.csv": "case:concept:name concept:name - time:timestamp org:resource",
    "BPIC_2012_W.csv.gz": "case_id activity start_time end_time resource",
    "BPIC_2017_pre-drift_transformed.csv.gz": "case_id activity start_time end_time resource",
    "Production.csv": "case:concept:name concept:name start_timestamp time:timestamp org:resource",
    "PurchasingExample.csv":
        "case:concept:name concept:name start_timestamp time:timestamp org:resource",
    "Insurance_Claims_train.csv": "case_id activity start_time end_time resource",
    "BPIC_2017_post-drift_transformed.csv.gz": "case_id activity start_time end_time resource",
    "interval_event_log.csv": "case:concept:name concept:name start_timestamp time:timestamp -",
    "interval_event_log.xes": "case:concept:name concept:name start_timestamp time:timestamp -",
    "running-example.csv": "case:concept:name concept:name - time:timestamp org:resource",
    "road_fine.csv.gz": "case:concept:name concept:name - time:timestamp org:resource",
    "incident_event_log.csv": "number incident_state - sys_updated_at assigned_to",
    **{f"dirty_Credit-{name}.csv": "Case Activity - Timestamp Resource"
       for name in ("Distorted", "Formbased", "Homonymous", "Polluted", "Synonymous")},
    **{f"{name}.xes.gz": "case:concept:name concept:name - time:timestamp org:resource"
       for name in ("bpic2013_closed", "bpic2020_DomesticDeclarations",
                    "bpic2020_PrepaidTravelCost", "helpdesk", "receipt", "teleclaims")},
    **{f"{name}.xes": "case:concept:name concept:name - time:timestamp org:resource"
       for name in ("bpic2019_Consignment_2", "bpic2019_Consignment_3",
                    "bpic2019_Consignment_Other", "roadtraffic100traces", "running-example")},
    "sepsis.xes.gz": "case:concept:name concept:name - time:timestamp -",
}


def _expectations():
    path = SHARED / "bad_inputs" / "EXPECTATIONS.csv"
    if not path.is_file():
        return [pytest.param({}, id="absent")]
    with path.open(encoding="utf-8", newline="") as file:
        return [pytest.param(row, id=row["file"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("name", ROLES)
def test_the_roles_of_a_published_log_are_guessed_right(shared_data, name):
    events = read_events(shared_data / "logs" / name, Wishes())
    found = [events.mapping.get(role, ("-",))[0]
             for role in ("case_id", "activity", "start", "end", "resource")]
    assert " ".join(found) == ROLES[name]
    assert events.reading.rows_read == events.reading.rows_kept


@pytest.mark.parametrize("row", _expectations())
def test_a_bad_input_ends_as_expected(shared_data, row):
    judged = check(shared_data / "bad_inputs" / row["file"])
    expected = json.loads(row["checks"])
    outcomes = set(OUTCOMES[row["outcome"]])
    if "alt" in expected:
        outcomes |= OUTCOMES[expected["alt"]]
    assert judged["outcome"] in outcomes
    if "line" in expected:
        assert expected["line"] in {finding["line"] for finding in judged["findings"]}
    if "column" in expected:
        assert expected["column"] in {finding["column"] for finding in judged["findings"]}
    if judged["outcome"] != "rejected":
        for name in {"rows_read", "rows_kept", "cases"} & set(expected):
            assert judged[name] == expected[name]
        assert judged["rows_read"] == judged["rows_kept"] + sum(judged["set_aside"].values())
