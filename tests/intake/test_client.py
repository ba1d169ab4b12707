"""A client folder as a whole: logs joined, sheets and answers read, what does not fit refused."""

import ast
import json
from pathlib import Path

import openpyxl
import pytest

from tests.intake.conftest import ENGAGEMENT, EVENTS
from tests.intake.refusals import refused
from workbench import metrics
from workbench.engine import frame
from workbench.errors import InputRefused, WrongUse
from workbench.intake import check, open_client, read_log
from workbench.intake.parameters import KNOWN, misspelt, refuse_misspelt_parameters
from workbench.model import Target

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

LATER = """\
Case,Step,Time
c2,check,2026-04-03 09:00
c2,pay,2026-04-03 10:00
c3,check,2026-04-04 09:00
"""
UNITS = "Case,Step,Time,Region\nc1,check,2026-03-02 09:00,north\nc1,pay,2026-03-03 09:00,north\n"
WITH_UNITS = ENGAGEMENT.replace("end: Time", "end: Time, unit: Region")


def opened(place):
    return open_client(place, place.parent / "out")


def case_ids(log):
    return frame(log.cases.order_by("case_id"))["case_id"].tolist()


def codes(client):
    return {problem.code for problem in client.problems}


def test_a_client_has_its_log_and_its_place_for_results(folder):
    client = opened(folder())
    assert case_ids(client.log) == ["c1", "c2"]
    assert client.pilot_log is None
    assert (client.out.name, client.out.parent.name) == ("acme", "out")
    assert {"target_default", "one_timestamp", "end_closes"} <= codes(client)


def test_ids_that_recur_in_a_later_period_are_other_cases(folder):
    client = opened(folder(pilot__events=LATER))
    assert case_ids(client.pilot_log) == ["c1", "c2", "pilot/events:c2", "pilot/events:c3"]
    assert case_ids(client.log) == ["c1", "c2"]
    assert "cases_apart" in codes(client)


def test_a_case_continues_where_the_client_says_so_and_repeats_count_once(folder):
    repeated = EVENTS.splitlines()[3] + "\n"
    client = opened(folder(ENGAGEMENT.replace("log:", "log:\n  case_scope: client"),
                           pilot__events=LATER + repeated))
    assert case_ids(client.pilot_log) == ["c1", "c2", "c3"]
    reading = client.pilot_log.readings[1]
    assert (reading.rows_read, reading.rows_kept, reading.set_aside) == (
        4, 3, {"repeats_dropped": 1})


def test_files_of_the_same_period_hold_the_same_cases(folder):
    client = opened(folder(pilot__events=EVENTS + "c2,extra,2026-03-03 11:00\n"))
    assert case_ids(client.pilot_log) == ["c1", "c2"]
    assert client.pilot_log.readings[1].set_aside == {"repeats_dropped": 4}


def test_a_repeat_inside_one_file_stays(folder):
    twice = EVENTS + EVENTS.splitlines()[1] + "\n"
    client = opened(folder(ENGAGEMENT.replace("log:", "log:\n  case_scope: client"), twice,
                           pilot__events=twice + LATER.splitlines()[1] + "\n"))
    assert client.log.readings[0].rows_kept == 5
    assert client.pilot_log.readings[1].set_aside == {"repeats_dropped": 5}


def test_a_pilot_without_a_start_began_on_the_day_of_its_first_case(folder):
    client = opened(folder(ENGAGEMENT.replace("zone: UTC", "zone: Asia/Shanghai")
                           + "pilot: {horizon_hours: 24}\n", pilot__events=LATER))
    assert client.engagement.pilot.start.isoformat() == "2026-04-03T00:00:00+08:00"
    assert client.engagement.pilot.horizon_hours == 24


PEOPLE = ENGAGEMENT.replace("end: Time", "end: Time, resource: Who")
WORKED = "Case,Step,Time,Who\nc1,check,2026-03-02 09:00,Bo\nc1,pay,2026-03-02 12:00,Cy\n"


def test_a_client_has_one_key_of_pseudonyms_for_all_its_logs_and_runs(folder, tmp_path):
    later = WORKED.replace("c1", "c7").replace("2026-03", "2026-04").replace("Cy", "Ann")
    place = folder(PEOPLE, WORKED, pilot__events=later)
    client = opened(place)
    before, joined = (metrics.resources.pseudonyms(log) for log in (client.log, client.pilot_log))
    assert before.items() < joined.items()
    fresh = open_client(place, tmp_path / "elsewhere")
    tables = read_log(place / "events.csv", {"resource": "Who"})
    assert fresh.log.key == tables.key == client.log.key
    (place / "events.csv").write_text(WORKED + "c2,check,2026-03-04 09:00,Di\n", encoding="utf-8")
    again = metrics.resources.pseudonyms(opened(place).log)
    assert before.items() < again.items()


def test_the_key_is_made_once_and_for_its_owner_only(folder):
    client = opened(folder(PEOPLE, WORKED))
    path = client.out / ".key"
    assert path.read_text(encoding="utf-8").strip() == client.log.key
    assert path.stat().st_mode & 0o077 == 0
    path.write_text("another\n", encoding="utf-8")
    assert opened(client.engagement.folder).log.key == "another"


def test_the_prepared_log_is_read_again_until_an_input_changes(folder):
    place = folder()
    first = opened(place)
    again = opened(place)
    assert (again.key, again.problems, again.log.readings) == (
        first.key, first.problems, first.log.readings)
    assert again.log.cut == first.log.cut
    assert frame(again.log.cases).equals(frame(first.log.cases))
    (place / "events.csv").write_text(EVENTS + "c3,check,2026-03-04 09:00\n", encoding="utf-8")
    assert opened(place).key != first.key
    assert case_ids(opened(place).log) == ["c1", "c2", "c3"]


def test_a_cache_that_is_not_whole_is_made_anew(folder):
    place = folder()
    client = opened(place)
    (client.out / ".prepared" / client.key / "log" / "cases.parquet").unlink()
    assert case_ids(opened(place).log) == ["c1", "c2"]


def test_sheets_are_read_with_headers_of_either_language(folder):
    client = opened(folder(causes="编号,结果,原因\nC1,slow,too many signatures\n",
                           team="Role,Member,RACI\nowner,Ann,A\n", risks="id,risk\n"))
    assert client.sheets["causes"].loc[0, ["id", "effect", "cause", "parent"]].tolist() == [
        "C1", "slow", "too many signatures", ""]
    assert client.sheets["team"]["raci"].tolist() == ["A"]
    assert "risks" not in client.sheets


def test_a_file_that_nothing_reads_is_named(folder):
    place = folder(survey_customer="respondent,speed\na,3\n", rollout__events=EVENTS,
                   team="role,member\n")
    for name in ("list.xlsx", "README.md", "notes/old.docx", ".hidden/x.csv", "~$client.xlsx",
                 "pilot/protocol.lock", "out/acme/cases.csv", "notes/list.csv"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("x", encoding="utf-8")
    client = open_client(place, place / "out")
    named = {problem.file: problem for problem in client.problems
             if problem.code.startswith("file_")}
    assert {name: problem.code for name, problem in named.items()} == {
        "survey_customer.csv": "file_unknown", "notes/list.csv": "file_unknown",
        "list.xlsx": "file_spreadsheet", "rollout/events.csv": "file_later"}
    assert named["survey_customer.csv"].values["near"].split(", ")[0] == "survey_customers.csv"
    assert {problem.level for problem in named.values()} == {"warning"}


def test_a_link_out_of_the_folder_is_named_and_not_followed(folder, write):
    place = folder()
    (place / "team.csv").symlink_to(write("role,member\nowner,Ann\n"))
    client = opened(place)
    assert "team" not in client.sheets
    assert [p.file for p in client.problems if p.code == "path_outside"] == ["team.csv"]


def test_a_column_that_no_sheet_has_is_named(folder):
    client = opened(folder(causes="id,effect,couse\nC1,slow,x\n"))
    (problem,) = [p for p in client.problems if p.code == "column_unknown"]
    assert (problem.file, problem.line, problem.column) == ("causes.csv", 1, "couse")
    assert problem.values == {"near": "cause"}


def test_answers_are_one_row_per_respondent_and_item(folder):
    client = opened(folder(survey_customers=(
        "respondent,date,unit,comment,speed,tone\n"
        "r1,2026-03-02,north,too slow,2,4\n"
        "r2,2026-03-03,south,,5,\n"
        "r1,2026-03-04,north,better,3,9\n"
        ",2026-03-04,north,,3,3\n")))
    answers = client.answers["customers"]
    assert answers.rows[["respondent", "item", "value"]].to_numpy().tolist() == [
        ["r2", "speed", 5.0], ["r1", "speed", 3.0], ["r1", "tone", 9.0]]
    assert (answers.items, answers.scale) == (("speed", "tone"), (1.0, 10.0))
    assert answers.comments["text"].tolist() == ["better"]
    assert (answers.reading.rows_read, answers.reading.rows_kept, answers.reading.set_aside) == (
        4, 2, {"survey_respondent_missing": 1, "survey_duplicate": 1})


SURVEY = "respondent,case,speed\nr1,c2,1\nr2,c3,3\nr3,,5\n"


def test_answers_of_each_period_name_the_cases_of_their_own_file(folder):
    place = folder(pilot__events=LATER, survey_customers=SURVEY, pilot__survey_customers=SURVEY)
    for _ in ("read", "recalled"):
        client = opened(place)
        joined = case_ids(client.pilot_log)
        for name, expected in (("customers", "c2"), ("pilot/customers", "pilot/events:c2")):
            named = client.answers[name].rows["case_id"].dropna().tolist()
            assert named[0] == expected
            assert expected in joined
        rows = metrics.case_values(client.pilot_log, Target("T", "satisfaction", "up"),
                                   client.answers["pilot/customers"])
        starts = rows.set_index("case_id")["start"].dt.strftime("%m-%d")
        assert starts.to_dict() == {"r1": "04-03", "r2": "04-04"}


def test_cases_that_the_log_does_not_know_are_counted(folder):
    client = opened(folder(pilot__events=LATER, survey_customers=SURVEY))
    (problem,) = [p for p in client.problems if p.code == "survey_case_unknown"]
    assert (problem.level, problem.file, problem.line, problem.column, problem.count) == (
        "warning", "survey_customers.csv", 3, "case", 1)
    assert problem.values == {"example": "c3"}
    client = opened(folder(pilot__events=LATER, survey_customers=SURVEY.replace("c3", "c1")))
    assert "survey_case_unknown" not in codes(client)


def test_answers_off_the_scale_are_left_out_and_said(folder):
    client = opened(folder(ENGAGEMENT + "surveys: {customers: {scale: [1, 5]}}\n",
                           survey_customers="respondent,speed\na,9\nb,4\nc,often\n"))
    assert client.answers["customers"].rows["value"].tolist() == [4.0]
    assert {"survey_off_scale", "survey_not_number"} <= codes(client)


@pytest.mark.parametrize(("more", "code", "column"), [
    ("pilot: {start: 2026-03-01, units: [nort]}", "unit_never_occurs", "pilot.units"),
    ("targets: [{id: T, kpi: presence, activity: chek, from: 0.4, to: 0.2}]",
     "target_activity_never_occurs", "targets.1.activity"),
    ("targets: [{id: T, kpi: satisfaction, item: sped, from: 3, to: 4}]", "item_never_occurs",
     "targets.1.item"),
])
def test_what_the_data_do_not_hold_is_refused_with_near_names(folder, more, code, column):
    place = folder(WITH_UNITS + more + "\n", UNITS, survey_customers="respondent,speed\na,3\n")
    assert refused(lambda: opened(place)) == {code: (11, column)}
    assert not (place.parent / "out").exists()


def test_what_no_longer_fits_is_refused_from_the_prepared_log_too(folder):
    target = "targets: [{id: T, kpi: satisfaction, item: speed, from: 3, to: 4}]\n"
    place = folder(WITH_UNITS + target, UNITS, survey_customers="respondent,speed\na,3\n")
    opened(place)
    (place / "survey_customers.csv").write_text("respondent,tone\na,3\n", encoding="utf-8")
    assert set(refused(lambda: opened(place))) == {"item_never_occurs"}


def test_units_without_a_column_for_them_are_refused(folder):
    place = folder(ENGAGEMENT + "pilot: {start: 2026-03-01, units: [north]}\n")
    assert refused(lambda: opened(place)) == {"unit_column_missing": (9, "log.mapping.unit")}


def test_problems_of_all_files_are_said_at_once(folder):
    place = folder(events="Case,Stage,Time\nc1,check,2026-03-02\n", causes="id,id\n1,2\n",
                   survey_staff="respondent,mood\na,fine\n", pilot__events="")
    with pytest.raises(InputRefused) as caught:
        opened(place)
    assert {(p.code, p.file) for p in caught.value.problems if p.level == "rejected"} == {
        ("column_missing", "events.csv"), ("header_twice", "causes.csv"),
        ("survey_no_items", "survey_staff.csv"), ("file_empty", "pilot/events.csv")}


def test_an_empty_place_is_the_client_that_the_environment_names(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_CLIENT", str(folder()))
    assert open_client("", tmp_path / "out").engagement.client == "Acme"


@pytest.mark.parametrize("notebook", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_the_known_parameters_are_those_that_the_notebooks_declare(notebook):
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    (declared,) = [ast.parse("".join(cell["source"])) for cell in cells
                   if "parameters" in cell["metadata"].get("tags", ())]
    assert [line.target.id for line in declared.body] == list(KNOWN)


def test_a_misspelt_parameter_of_papermill_is_refused(monkeypatch):
    assert misspelt("# Parameters\nclient_dir = 'a'\nengine: str = 'duckdb'\n") == []
    assert misspelt("client_dri = 'a'") == []

    class Shell:
        user_ns = {"In": ["", "# Parameters\nclient_dri = 'a'\n"]}  # noqa: RUF012 - as IPython has it

    class IPython:
        get_ipython = Shell

    monkeypatch.setitem(__import__("sys").modules, "IPython", IPython)
    with pytest.raises(WrongUse, match="client_dri"):
        refuse_misspelt_parameters()


def test_checking_a_folder_counts_its_rows_and_says_the_worst(folder):
    judged = check(folder())
    assert (judged["outcome"], judged["rows_read"], judged["rows_kept"], judged["cases"]) == (
        "accepted", 4, 4, 2)
    judged = check(folder(events=EVENTS + ",pay,2026-03-03\n"))
    assert (judged["outcome"], judged["set_aside"]) == ("repaired", {"case_id_missing": 1})


def test_checking_a_refused_file_counts_no_rows(write):
    judged = check(write("a,a\n1,2\n"))
    assert (judged["outcome"], judged["rows_read"]) == ("rejected", 0)
    (finding,) = judged["findings"]
    assert (finding["line"], finding["column"], finding["code"]) == (1, "a", "header_twice")
    assert finding["message_en"] != finding["message_zh"]


def test_a_file_is_judged_as_what_it_is(write, folder):
    assert check(write("respondent,speed\na,3\na,4\n"))["set_aside"] == {"survey_duplicate": 1}
    assert check(folder() / "engagement.yaml")["outcome"] == "accepted"
    assert check(write("client: [\n", "x.yaml"))["outcome"] == "rejected"
    assert check(write("id,step,when\n1,a,2026-03-01\n1,b,2026-03-02\n"),
                 mapping={"end": "when"})["cases"] == 1


# ---------------------------------------------------------------- several files as one log

MONTHS = ENGAGEMENT.replace("file: events.csv", "file: [january.csv, february.csv]")
JANUARY = """\
Case,Step,Time
c1,check,2026-01-02 09:00
c1,check,2026-01-02 09:00
c1,pay,2026-01-31 12:00
c2,check,2026-01-30 09:00
"""
FEBRUARY = """\
Case,Step,Time
c2,check,2026-01-30 09:00
c1,pay,2026-01-31 12:00
c2,pay,2026-02-03 10:00
c3,check,2026-02-04 09:00
c3,check,2026-02-04 09:00
"""


def months(folder, engagement=MONTHS, january=JANUARY, february=FEBRUARY, **others):
    place = folder(engagement, january=january, february=february, **others)
    (place / "events.csv").unlink()
    return place


def test_overlapping_exports_are_one_log_and_what_stands_in_both_counts_once(folder):
    client = opened(months(folder))
    assert case_ids(client.log) == ["c1", "c2", "c3"]
    events = frame(client.log.events.join(client.log.cases.select("case", "case_id"), "case")
                   .order_by(["case", "position"]))
    assert events.groupby("case_id")["activity"].agg(list).to_dict() == {
        "c1": ["check", "check", "pay"], "c2": ["check", "pay"], "c3": ["check", "check"]}
    first, second = client.log.readings
    assert (first.rows_read, first.rows_kept, dict(first.set_aside)) == (4, 4, {})
    assert (second.rows_read, second.rows_kept, dict(second.set_aside)) == (
        5, 3, {"repeats_dropped": 2})
    assert [p.count for p in client.problems if p.code == "duplicate_rows"] == [1 + 1]


def test_the_rows_of_several_files_add_up(folder):
    judged = check(months(folder))
    assert judged["rows_read"] == judged["rows_kept"] + sum(judged["set_aside"].values()) == 9
    assert [each["file"] for each in judged["understood"]] == ["january.csv", "february.csv"]


def test_in_three_exports_an_event_counts_as_often_as_in_the_one_that_has_it_most(folder):
    third = "Case,Step,Time\nc2,check,2026-01-30 09:00\nc2,check,2026-01-30 09:00\n"
    place = months(folder, MONTHS.replace("february.csv]", "february.csv, march.csv]"), march=third)
    client = opened(place)
    assert [reading.rows_kept for reading in client.log.readings] == [4, 3, 1]


def test_numbers_that_start_anew_in_a_later_file_are_other_cases(folder):
    later = FEBRUARY.replace("2026-01", "2026-03").replace("2026-02", "2026-03")
    client = opened(months(folder, february=later))
    assert case_ids(client.log) == ["c1", "c2", "february:c1", "february:c2", "february:c3"]
    assert [(p.level, p.count) for p in client.problems if p.code == "cases_apart"] == [
        ("warning", 2)]
    client = opened(months(folder, MONTHS.replace("log:", "log:\n  case_scope: client"),
                           february=later))
    assert case_ids(client.log) == ["c1", "c2", "c3"]


def test_several_files_and_a_pilot_are_read_again_from_the_cache(folder):
    later = "Case,Step,Time\nc1,check,2026-04-03 09:00\nc9,pay,2026-04-04 09:00\n"
    survey = "respondent,case,speed\nr1,c1,1\nr2,c9,3\n"
    place = months(folder, pilot__events=later, pilot__survey_customers=survey)
    for _ in ("read", "recalled"):
        client = opened(place)
        assert case_ids(client.pilot_log) == [
            "c1", "c2", "c3", "pilot/events:c1", "pilot/events:c9"]
        assert client.answers["pilot/customers"].rows["case_id"].tolist() == [
            "pilot/events:c1", "pilot/events:c9"]
        assert [reading.file for reading in client.log.readings] == ["january.csv", "february.csv"]


def test_every_file_of_a_log_that_cannot_be_used_is_named(folder):
    place = months(folder, january="Case,Step\n", february="Case,When\n1,2\n")
    with pytest.raises(InputRefused) as caught:
        opened(place)
    files = {problem.file for problem in caught.value.problems if problem.level == "rejected"}
    assert files == {"january.csv", "february.csv"}


def test_what_was_frozen_for_a_pilot_is_not_read_from_outside_the_folder(folder, write):
    place = folder()
    (place / "pilot").mkdir()
    (place / "pilot" / "protocol.lock").symlink_to(write("{}", "elsewhere.lock"))
    assert refused(lambda: opened(place)) == {"path_outside": (None, None)}


def test_the_sheet_of_the_log_is_not_asked_of_a_workbook_of_the_pilot_that_lacks_it(folder):
    place = folder(ENGAGEMENT.replace("events.csv", "log.xlsx\n  sheet: One"))
    (place / "pilot").mkdir()
    for name, sheet, text in (("log.xlsx", "One", EVENTS), ("pilot/events.xlsx", "Two", LATER)):
        made = openpyxl.Workbook()
        made.active.title = sheet
        for row in text.splitlines():
            made.active.append(row.split(","))
        made.save(place / name)
    assert case_ids(opened(place).pilot_log) == [
        "c1", "c2", "pilot/events:c2", "pilot/events:c3"]


def test_a_pilot_that_only_repeats_the_log_is_refused_as_such(folder):
    place = folder(pilot__events=EVENTS)
    assert set(refused(lambda: opened(place))) == {"pilot_repeats"}


def test_a_baseline_without_an_event_is_refused_at_its_key(folder):
    period = "periods: {{baseline: {{from: {}, to: {}}}}}\n"
    for span in (("2025-01-01", "2025-02-01"), ("2027-01-01", "2027-02-01")):
        place = folder(ENGAGEMENT + period.format(*span))
        assert refused(lambda: opened(place)) == {"baseline_empty": (11, "periods.baseline")}  # noqa: B023 - called at once
    assert opened(folder(ENGAGEMENT + period.format("2026-03-01", "2026-03-03")))


def test_a_pilot_that_begins_after_the_data_end_has_to_wait(folder):
    stated = ENGAGEMENT + "pilot: {start: 2026-05-01, horizon_hours: 24}\n"
    client = opened(folder(stated, pilot__events=LATER))
    (problem,) = [p for p in client.problems if p.code == "pilot_not_begun"]
    assert (problem.level, problem.line, problem.column, problem.values) == (
        "warning", 11, "pilot.start", {"last": "2026-04-04"})
    client = opened(folder(stated.replace("05-01", "04-04"), pilot__events=LATER))
    assert "pilot_not_begun" not in codes(client)


@pytest.mark.parametrize("key", ["sheet", "table"])
def test_a_sheet_or_table_of_a_file_that_has_none_is_named(folder, key):
    client = opened(folder(ENGAGEMENT.replace("log:", f"log:\n  {key}: One")))
    assert [(p.level, p.column) for p in client.problems if p.code == "choice_idle"] == [
        ("warning", f"log.{key}")]


# ---------------------------------------------------------------- labels


def test_a_label_becomes_the_activity_that_it_stands_for(folder):
    place = folder(events=EVENTS.replace("c2,check", "c2,chk"),
                   labels="label,activity\nchk,check\n")
    client = opened(place)
    assert set(frame(client.log.events)["activity"]) == {"check", "pay"}
    assert "label_never_occurs" not in codes(client)
    (place / "labels.csv").write_text("label,activity\nchk,review\n", encoding="utf-8")
    again = opened(place)
    assert again.key != client.key
    assert set(frame(again.log.events)["activity"]) == {"check", "review", "pay"}


def test_a_label_that_never_occurs_is_named_with_the_nearest_also_from_the_cache(folder):
    place = folder(labels="label,activity\nchekc,check\npay,payment\n")
    for _ in ("read", "recalled"):
        (problem,) = [p for p in opened(place).problems if p.code == "label_never_occurs"]
        assert (problem.level, problem.file) == ("warning", "labels.csv")
        assert problem.values == {"label": "chekc", "near": "check"}


def test_a_label_with_two_meanings_is_refused(folder):
    place = folder(labels="label,activity\ncheck,a\ncheck,b\npay,c\npay,c\n")
    assert set(refused(lambda: opened(place))) == {"label_twice"}


# ---------------------------------------------------------------- what lies outside


def test_nothing_that_is_only_linked_to_is_opened_or_hashed(folder, write):
    from workbench.manifest import hashes

    place = folder()
    (place / "notes").symlink_to(write("secret", "elsewhere.txt"))
    assert sorted(hashes(place)) == ["engagement.yaml", "events.csv"]
    (place / "engagement.yaml").rename(place.parent / "elsewhere.yaml")
    (place / "engagement.yaml").symlink_to(place.parent / "elsewhere.yaml")
    assert refused(lambda: opened(place)) == {"path_outside": (None, None)}


def test_a_case_that_another_file_begins_is_not_cut_off(folder):
    """The checks look at the joined log: what continues from last month was not begun too early."""
    steps = list(enumerate(("ask", "check", "pay")))
    rows = [f"{month}-{number},{step},2026-{month:02}-{1 + number % 24 + later:02} 09:00"
            for month in (1, 2) for number in range(40) for later, step in steps]
    rows += [f"m-{number},{step},{day} 09:00" for number in range(2)
             for step, day in (("ask", "2026-01-30"), ("check", f"2026-02-{1 + number:02}"),
                               ("pay", f"2026-02-{2 + number:02}"))]
    header = "Case,Step,Time\n"
    first = header + "\n".join(row for row in rows if ",2026-01" in row) + "\n"
    second = header + "\n".join(row for row in rows if ",2026-02" in row) + "\n"
    said = ENGAGEMENT.replace("file: events.csv", "file: [events_01.csv, events_02.csv]\n"
                              "  case_scope: client")
    place = folder(said, first, events_01=first, events_02=second)
    (place / "events.csv").unlink()
    roles = {"case_id": "Case", "activity": "Step", "end": "Time"}
    alone, joined = check(place / "events_02.csv", roles), check(place)
    assert "never_started" in {finding["code"] for finding in alone["findings"]}
    assert "never_started" not in {finding["code"] for finding in joined["findings"]}
