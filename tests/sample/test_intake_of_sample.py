"""The sample as the intake reads it: accepted, with every bit of planted dirt counted."""

from __future__ import annotations

import json

import pytest

import workbench as wb
from workbench.engine import frame


@pytest.fixture(scope="module")
def truth(committed):
    return json.loads(committed.with_name("complaints.truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def client(committed, tmp_path_factory):
    return wb.open_client(committed, tmp_path_factory.mktemp("out"))


def found(client, code, file="events.csv"):
    return sum(one.count for one in client.problems if (one.code, one.file) == (code, file))


def test_the_sample_is_accepted_with_warnings(client):
    assert {one.level for one in client.problems} == {"info", "warning", "repaired"}


def test_every_column_of_every_sheet_is_known(client):
    assert [one for one in client.problems if one.code in {"column_unknown", "column_absent"}] == []


@pytest.mark.parametrize("file", ["events.csv", "pilot/events.csv"])
@pytest.mark.parametrize(("code", "dirt"), [
    ("blanks_trimmed", "stray_space"), ("end_missing", "missing_end"),
    ("start_missing", "missing_start"),
])
def test_planted_dirt_is_counted(client, truth, file, code, dirt):
    assert found(client, code, file) == truth["rows"][file][dirt]


def test_duplicates_are_counted_in_the_joined_log(client, truth):
    planted = sum(rows["duplicate"] for rows in truth["rows"].values() if "duplicate" in rows)
    assert found(client, "duplicate_rows") == planted


def test_open_cases_continue_in_the_later_extract(client, truth):
    open_cases = truth["baseline"]["open_at_cut"]
    assert found(client, "cases_continue", "pilot/events.csv") == open_cases
    summary = wb.tables(client.log)["log_summary"].iloc[0]
    assert summary["cases"] - summary["closed_cases"] == open_cases


def test_a_continued_case_is_whole(client, committed):
    """Case by case, the joined log holds as many events as the later extract has rows."""
    later = wb.read_log(committed / "pilot" / "events.csv", zone="Asia/Shanghai")
    alone = frame(later.cases.select("case_id", alone="events"))
    joined = frame(client.pilot_log.cases.select("case_id", joined="events"))
    both = alone.merge(joined, on="case_id")
    assert len(both) == len(alone)
    assert (both["alone"] == both["joined"]).all()


def test_both_questionnaires_of_both_periods_are_read(client):
    assert {"customers", "staff", "pilot/customers", "pilot/staff"} == set(client.answers)
    assert client.answers["customers"].items == ("总体满意度", "处理速度", "结果公平", "服务态度")
