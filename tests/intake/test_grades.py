"""The data-quality grade of a KPI follows from what was found, and personal data stays inside."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from workbench.cli import app
from workbench.intake import check
from workbench.intake.checks import CHECKS, Events
from workbench.intake.events import Wishes, type_events
from workbench.intake.formats import read_table
from workbench.intake.grades import grades
from workbench.intake.log import read_log
from workbench.metrics import tables
from workbench.model import Problem

ROLES = {"case_id", "activity", "start", "end", "resource", "answers"}
CASES = "case_id,activity,start,end,resource\n" + "".join(
    f"C{n},{step},2024-03-01 {hour:02}:00,2024-03-01 {hour:02}:30,u{n}\n"
    for n in range(10, 60) for hour, step in ((9, "ask"), (10, "pay")))


def touching(share, level="warning", code="far_years"):
    return Problem(level, code, touches={"throughput": share})


@pytest.mark.parametrize(("share", "letter"), [
    (0.0, "A"), (0.0099, "A"), (0.01, "B"), (0.049, "B"), (0.05, "C"), (0.19, "C"), (0.2, "D"),
    (1.0, "D")])
def test_a_grade_is_a_matter_of_the_share_of_cases(share, letter):
    assert grades([touching(share)], ROLES)["throughput"].letter == letter


def test_findings_add_up_as_if_they_hit_cases_independently():
    graded = grades([touching(0.1), touching(0.2, code="time_missing")], ROLES)["throughput"]
    assert graded.share == pytest.approx(1 - 0.9 * 0.8)
    assert graded.codes == ("time_missing", "far_years")


@pytest.mark.parametrize("level", ["info", "warning", "repaired"])
def test_a_grade_follows_the_share_of_cases_whatever_the_level_of_the_finding(level):
    assert grades([touching(0.095, level)], ROLES)["throughput"].letter == "C"


def test_a_remark_that_touches_nothing_lowers_no_grade():
    graded = grades([Problem("info", "rare_activities", count=9)], ROLES)
    assert graded["throughput"].letter == "A"


def test_what_a_missing_column_hides_has_no_grade_and_says_why():
    graded = grades([], {"case_id", "activity", "end"})
    assert {kpi: grade.missing for kpi, grade in graded.items() if grade.letter is None} == {
        "processing": ("start",), "waiting": ("start",), "handover": ("resource",),
        "workload": ("resource",), "satisfaction": ("answers",)}


def test_rows_set_aside_touch_the_figures_by_their_share_of_all_rows(write):
    text = CASES + "C99,ask,,,u\n" * 25
    judged = check(write(text))
    said = next(each for each in judged["findings"] if each["code"] == "end_missing")
    assert said["touches"]["throughput"] == pytest.approx(25 / 125)
    assert judged["grades"]["throughput"]["letter"] == "D"
    assert judged["grades"]["rework"]["letter"] == "A"


def test_a_refused_file_has_no_grades(write):
    assert check(write("")).get("grades") == {}


# ---------------------------------------------------------------- personal data

PEOPLE = ("case_id,activity,timestamp\n"
          "wang.fang@example.com,Call 13800138000,2024-03-01 09:00\n"
          "wang.fang@example.com,pay,2024-03-01 10:00\n"
          "13912345678,Submit 11010519491231002X,2024-03-01 09:00\n"
          "13912345678,pay,2024-03-02 10:00\n")
SECRETS = ("wang.fang", "13800138000", "13912345678", "11010519491231002X")


def test_no_table_names_a_person_by_case_id_or_label(write, tmp_path):
    out = tmp_path / "tables"
    told = CliRunner().invoke(app, ["tables", str(write(PEOPLE)), "--out", str(out)])
    assert told.exit_code == 0
    text = "".join(path.read_text("utf-8") for path in out.rglob("*.csv"))
    assert [secret for secret in SECRETS if secret in text] == []
    assert "Call ***" in text


def test_a_pseudonym_of_a_case_is_the_same_in_every_table_and_gone_when_revealed(write):
    log = read_log(write(PEOPLE))
    one, two = tables(log)["cases"], tables(log)["cases"]
    assert list(one["case_id"]) == list(two["case_id"])
    assert all(name.startswith("C-") for name in one["case_id"])
    assert set(tables(log, reveal=True)["cases"]["case_id"]) == {
        "wang.fang@example.com", "13912345678"}


def test_no_message_repeats_personal_data(write):
    assert [secret for secret in SECRETS
            if secret in json.dumps(check(write(PEOPLE)), ensure_ascii=False)] == []


# ---------------------------------------------------------------- planted patterns

MAPPING = {"case_id": "Case", "activity": "Activity", "end": "Timestamp", "resource": "Resource"}


@pytest.mark.real_logs
@pytest.mark.parametrize(("name", "code"), [
    ("Distorted", "similar_labels"), ("Formbased", "form_based"),
    ("Homonymous", "homonymous_labels"), ("Polluted", "polluted_labels"),
    ("Synonymous", "synonymous_labels")])
def test_a_planted_pattern_is_named_and_no_other_warned_of(shared_data, name, code):
    file = shared_data / "logs" / f"dirty_Credit-{name}.csv"
    planted = pd.read_csv(file, dtype=str, keep_default_na=False)["label"].ne("").to_numpy()
    read = type_events(read_table(file), Wishes(MAPPING, guess=False))
    events = Events(read.typed, read.lines, file.name, MAPPING)
    found = {each.problem.code: each for check_ in CHECKS for each in check_.find(events)}
    hit = found[code].rows
    assert (hit & planted).sum() >= 0.95 * max(hit.sum(), planted.sum())
    assert {each for each in found if found[each].problem.level == "warning"} <= {
        code, "ties_learned", "duplicate_rows"}


