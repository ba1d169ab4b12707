"""engagement.yaml: everything wrong is said at once, with its line and its key."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.intake.conftest import ENGAGEMENT
from tests.intake.refusals import refused
from workbench.errors import InputRefused
from workbench.intake import ROLES, check, read_engagement, read_log
from workbench.intake.schema import known_keys


def said(engagement: str) -> str:
    return ENGAGEMENT + engagement


def test_an_engagement_is_read_as_it_is_written(folder):
    engagement = read_engagement(folder(said("""\
extraction_date: 2026-03-31 18:00
promise_hours: 24
costs: {work_hour: 85, source: "books"}
pilot: {start: 2026/4/1, units: [north], comparison_units: [south]}
targets:
  - {id: T1, kpi: throughput, from: 51, to: 40, by: 2026-09-30}
""").replace("zone: UTC", "zone: Asia/Shanghai")))
    assert engagement.client == "Acme"
    assert engagement.extraction_date.astimezone(UTC) == datetime(2026, 3, 31, 10, tzinfo=UTC)
    assert engagement.pilot.start.astimezone(UTC) == datetime(2026, 3, 31, 16, tzinfo=UTC)
    assert engagement.pilot.comparison_units == ("south",)
    assert engagement.costs.work_hour == 85
    target = engagement.targets[0]
    assert (target.start, target.goal, target.direction, target.primary) == (51, 40, "down", True)


def test_the_roles_of_a_mapping_are_those_that_intake_names():
    assert known_keys(("log", "mapping")) == list(ROLES)


def test_without_targets_the_question_is_whether_throughput_changed(folder):
    (target,) = read_engagement(folder()).targets
    assert (target.id, target.kpi, target.start, target.goal) == ("default", "throughput", None,
                                                                 None)


@pytest.mark.parametrize(("line", "code", "column"), [
    ("colour: red", "key_unknown", "colour"),
    ("extraction_date: soon", "date_expected", "extraction_date"),
    ("extraction_date: 2026-02-30", "date_expected", "extraction_date"),
    ("promise_hours: a day", "number_expected", "promise_hours"),
    ("promise_hours: -1", "number_out_of_range", "promise_hours"),
    ("synthetic: maybe", "yes_no_expected", "synthetic"),
    ("calendar: {from: late}", "clock_expected", "calendar.from"),
    ("calendar: {from: '18:00', to: '09:00'}", "span_backwards", "calendar.to"),
    ("periods: {baseline: {from: 2026-02-01, to: 2026-01-01}}", "span_backwards",
     "periods.baseline.to"),
    ("pilot: {start: 2026-02-01, end: 2026-01-01}", "span_backwards", "pilot.end"),
    ("pilot: {units: [a]}", "pilot_start_missing", "pilot.start"),
    ("pilot: {start: 2026-02-01, units: [a], comparison_units: [a]}", "units_overlap",
     "pilot.comparison_units"),
    ("pilot: {start: 2026-02-01, comparison_units: [a]}", "units_missing", "pilot.units"),
    ("pilot: {confidence: 95}", "number_out_of_range", "pilot.confidence"),
    ("targets: [{id: T, kpi: speed, from: 2, to: 1}]", "value_not_listed", "targets.1.kpi"),
    ("targets: [{kpi: throughput, from: 2, to: 1}]", "key_missing", "targets.1.id"),
    ("targets: [{id: T, kpi: throughput, from: 2}]", "target_needs", "targets.1.to"),
    ("targets: [{id: T, kpi: throughput, from: 1, to: 2}]", "target_backwards", "targets.1.to"),
    ("targets: [{id: T, kpi: on_time, within_hours: 4, from: 0.3, to: 50}]", "share_expected",
     "targets.1.to"),
    ("targets: [{id: T, kpi: on_time, from: 0.3, to: 0.5}]", "target_needs",
     "targets.1.within_hours"),
    ("targets: [{id: T, kpi: presence, role: guardrail, margin: 0.1}]", "target_needs",
     "targets.1.activity"),
    ("targets: [{id: T, kpi: rework, role: guardrail}]", "target_needs", "targets.1.margin"),
    ("pilot: {start: 2026-02-01, horizon_hours: 87601}", "number_out_of_range",
     "pilot.horizon_hours"),
    ("pilot: {start: 2026-02-01, washout_hours: 1e6}", "number_out_of_range",
     "pilot.washout_hours"),
    ("pilot: {start: 2026-02-01, confidence: 0.99999}", "number_out_of_range", "pilot.confidence"),
    ("promise_hours: 1e300", "number_out_of_range", "promise_hours"),
    ("costs: {work_hour: 1e7}", "number_out_of_range", "costs.work_hour"),
    ("costs: {waiting_hour: -1}", "number_out_of_range", "costs.waiting_hour"),
    ("targets: [{id: T, kpi: on_time, within_hours: 1e9, from: 0.3, to: 0.5}]",
     "number_out_of_range", "targets.1.within_hours"),
    ("targets: [{id: T, kpi: throughput, from: 1e12, to: 1}]", "number_out_of_range",
     "targets.1.from"),
    (f"targets: [{{id: {'T' * 61}, kpi: throughput, from: 2, to: 1}}]", "id_long", "targets.1.id"),
    ("surveys: {customers: {scale: [5, 1]}}", "scale_backwards", "surveys.customers.scale"),
    ("surveys: {customers: {scale: [1, .inf]}}", "number_expected", "surveys.customers.scale.2"),
    ("surveys: {customers: {scale: [.nan, 5]}}", "number_expected", "surveys.customers.scale.1"),
    ("client: twice", "key_twice", "client"),
    ("costs: !!python/object/apply:os.system ['true']", "yaml_tag", None),
    ("costs: &a {work_hour: 1}", "yaml_anchor", None),
])
def test_a_wrong_key_is_refused_with_its_line(folder, line, code, column):
    place = folder(said(line + "\n"))
    assert refused(lambda: read_engagement(place)) == {code: (len(ENGAGEMENT.splitlines()) + 1,
                                                              column)}


def test_two_targets_share_no_id_and_only_one_is_primary(folder):
    place = folder(said("""\
targets:
  - {id: T, kpi: rework, from: 0.3, to: 0.2, primary: true}
  - {id: T, kpi: rework, from: 0.3, to: 0.2, primary: true}
"""))
    assert refused(lambda: read_engagement(place)) == {
        "target_twice": (13, "targets.2.id"), "primary_twice": (13, "targets.2.primary")}


def test_all_problems_are_said_at_once_in_both_languages(folder):
    place = folder(said("colour: red\npromise_hours: x\nzoom: 1\n").replace("zone: UTC",
                                                                            "zone: Mars/Base"))
    with pytest.raises(InputRefused) as caught:
        read_engagement(place)
    message = str(caught.value)
    assert [message.count(word) for word in ("colour", "zoom")] == [2, 2]
    assert 'engagement.yaml, line 12, key "promise_hours": A number is needed' in message
    assert "engagement.yaml，第 12 行，键“promise_hours”：此处应为数字" in message


def test_a_misspelt_key_names_the_one_that_was_meant(folder):
    with pytest.raises(InputRefused, match="Did you mean: end_activities"):
        read_engagement(folder(ENGAGEMENT.replace("end_activities", "end_activites")))


def test_an_unknown_zone_is_refused(folder):
    place = folder(ENGAGEMENT.replace("zone: UTC", "zone: Mars/Base"))
    assert refused(lambda: read_engagement(place)) == {"zone_unknown": (5, "zone")}


def test_a_time_format_without_a_day_is_refused_at_its_key(folder):
    place = folder(ENGAGEMENT.replace("log:\n", "log:\n  time_format: mixed\n"))
    assert refused(lambda: read_engagement(place)) == {
        "time_format_incomplete": (8, "log.time_format")}


def test_yaml_words_stay_what_they_look_like(folder):
    engagement = read_engagement(folder(ENGAGEMENT.replace("Acme", "no").replace(
        "purchasing", "0123")))
    assert (engagement.client, engagement.process) == ("no", "0123")


def test_broken_yaml_is_refused_with_its_line(folder):
    place = folder("client: a\nlog: [x\n")
    assert set(refused(lambda: read_engagement(place))) == {"yaml_broken"}


@pytest.mark.parametrize("path", ["../events.csv", "/etc/hostname", "sub/../../x.csv", "C:/x.csv",
                                  "..\\x.csv"])
def test_a_log_outside_the_folder_is_refused(folder, path):
    place = folder(ENGAGEMENT.replace("file: events.csv", f"file: '{path}'"))
    assert refused(lambda: read_engagement(place)) == {"path_outside": (8, "log.file")}


def test_a_link_that_leads_outside_is_refused(folder, tmp_path: Path):
    place = folder()
    (place / "events.csv").rename(tmp_path / "elsewhere.csv")
    (place / "events.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert refused(lambda: read_engagement(place)) == {"path_outside": (8, "log.file")}


def test_a_log_may_be_found_by_its_name(folder):
    place = folder("client: Acme\nzone: UTC\n")
    assert read_engagement(place).log.file == "events.csv"
    (place / "events.csv.gz").write_bytes(b"")
    assert set(refused(lambda: read_engagement(place))) == {"log_list"}


def test_a_log_may_be_named_as_a_text_but_a_note_is_none(folder):
    place = folder(ENGAGEMENT.replace("  file: events.csv\n", ""))
    (place / "events.csv").rename(place / "events.txt")
    (place / "events_explained.txt").write_text("what the columns mean", encoding="utf-8")
    assert read_engagement(place).log.file == "events.txt"


def test_a_log_that_is_not_there_names_what_is(folder):
    place = folder(ENGAGEMENT.replace("file: events.csv", "file: event.csv"))
    with pytest.raises(InputRefused, match=r"Did you mean: events\.csv"):
        read_engagement(place)


def test_a_folder_without_engagement_is_said(tmp_path):
    assert refused(lambda: read_engagement(tmp_path)) == {"file_missing": (None, None)}


@pytest.mark.parametrize(("broken", "code"), [
    ("note: \x01", "yaml_broken"), ("note: " + "[" * 3000, "yaml_broken"),
    ("costs: {work_hour: .inf}", "number_expected")])
def test_what_no_engagement_may_hold_is_refused_by_name(folder, broken, code):
    assert code in refused(lambda: read_engagement(folder(said(broken + "\n"))))


@pytest.mark.parametrize("key", ["costs", "targets", "periods", "pilot", "calendar", "surveys",
                                 "extraction_date", "withdrawn_activities"])
def test_a_key_with_nothing_behind_it_is_a_key_that_is_not_there(folder, key):
    blank = read_engagement(folder(said(f"{key}:\n")))
    assert blank == read_engagement(folder())


def test_a_blank_log_and_blank_keys_below_it_are_absent_too(folder):
    assert read_engagement(folder("client: Acme\nzone: UTC\nlog:\n")).log.file == "events.csv"
    engagement = read_engagement(folder(ENGAGEMENT.replace("log:", "log:\n  table:\n  sheet:")))
    assert engagement == read_engagement(folder())


def test_a_role_may_be_said_to_have_no_column(folder):
    engagement = read_engagement(folder(ENGAGEMENT.replace("end: Time", "end: Time, start: null")))
    assert engagement.log.mapping["start"] is None


@pytest.mark.parametrize(("mapping", "column"), [
    ("{case_id: Case, activity: Step, end: Time, start: Time}", "log.mapping.end"),
    ("{case_id: Case, activity: [Case], end: Time}", "log.mapping.activity"),
    ("{case_id: [Case, Step], activity: [Case, Step], end: Time}", "log.mapping.activity"),
])
def test_one_column_plays_one_role(folder, mapping, column):
    place = folder(ENGAGEMENT.replace("{case_id: Case, activity: Step, end: Time}", mapping))
    assert refused(lambda: read_engagement(place)) == {"mapping_same": (9, column)}


def test_two_roles_may_share_a_part_of_their_columns(folder):
    mapping = "{case_id: Case, activity: Step, start: [Day, From], end: [Day, To]}"
    place = folder(ENGAGEMENT.replace("{case_id: Case, activity: Step, end: Time}", mapping))
    assert read_engagement(place).log.mapping["start"] == ("Day", "From")


def test_one_column_plays_one_role_on_the_command_line_too(folder):
    path = folder() / "events.csv"
    mapping = {"start": "Time", "end": "Time"}
    assert set(refused(lambda: read_log(path, mapping))) == {"mapping_same"}
    assert [each["code"] for each in check(path, mapping)["findings"]] == ["mapping_same"]


def test_several_files_of_events_are_a_list_that_people_write(folder):
    place = folder("client: Acme\nzone: UTC\n")
    (place / "events.csv").rename(place / "events_2026-01.csv")
    assert read_engagement(place).log.files == ("events_2026-01.csv",)
    (place / "events_2026-02.csv").write_bytes(b"")
    with pytest.raises(InputRefused, match=r"log.file: \[events_2026-01.csv, events_2026-02.csv\]"):
        read_engagement(place)
    for said_so in ("log: [events_2026-01.csv, events_2026-02.csv]",
                    "log: {file: [events_2026-01.csv, events_2026-02.csv]}"):
        (place / "engagement.yaml").write_text(f"client: A\nzone: UTC\n{said_so}\n", "utf-8")
        assert read_engagement(place).log.files == ("events_2026-01.csv", "events_2026-02.csv")
    (place / "engagement.yaml").write_text(
        "client: A\nzone: UTC\nlog: [events_2026-01.csv, x.csv]\n", "utf-8")
    assert set(refused(lambda: read_engagement(place))) == {"log_file_missing"}
    (place / "engagement.yaml").write_text(
        "client: A\nzone: UTC\nlog: [events_2026-01.csv, events_2026-01.csv]\n", "utf-8")
    assert refused(lambda: read_engagement(place)) == {"file_twice": (3, "log.file")}
