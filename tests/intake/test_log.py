"""Text to events: what each column is, which rows cannot be used, and what is said of the rest."""

import gzip
import itertools
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake.refusals import refused
from workbench.engine import frame
from workbench.intake import keys
from workbench.intake.events import Wishes, read_events
from workbench.intake.events.guess import guess_roles
from workbench.intake.keys import key_of
from workbench.intake.log import read_log

HEADER = "case_id,activity,timestamp,resource\n"
CLEAN = HEADER + "".join(
    f"C{case},{step},2024-03-0{case} {hour:02}:30:00,u{hour % 3}\n"
    for case, (hour, step) in itertools.product((1, 2, 3), ((9, "Submit"), (10, "Approve"),
                                                           (11, "Pay"))))


def found(path, **wishes):
    reading = read_events(path, Wishes(**wishes)).reading
    assert reading.rows_read == reading.rows_kept + sum(reading.set_aside.values())
    return {problem.code: problem for problem in reading.problems}


def test_a_clean_log_has_no_warning(write):
    events = read_events(write(CLEAN), Wishes())
    assert [p.code for p in events.reading.problems if p.level != "info"] == []
    assert events.reading.rows_kept == 3 * 3
    assert events.cut == datetime(2024, 3, 3, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(("row", "reason", "column"), [
    (",Submit,2024-03-05 09:00,u1", "case_id_missing", "case_id"),
    ("C9,,2024-03-05 09:00,u1", "activity_missing", "activity"),
    ("C9,Submit,,u1", "time_missing", "timestamp"),
    ("C9,Submit,later,u1", "time_unreadable", "timestamp"),
    ("C9,Submit,2999-01-01 00:00,u1", "in_future", "timestamp"),
])
def test_a_row_that_cannot_be_used_is_set_aside_with_its_line(write, row, reason, column):
    events = read_events(write(CLEAN + row + "\n"), Wishes())
    assert events.reading.set_aside == {reason: 1}
    (problem,) = [p for p in events.reading.problems if p.code == reason]
    assert (problem.line, problem.column, problem.count) == (11, column, 1)
    assert len(events.typed) == 9


def test_an_arrival_is_typed_and_is_never_the_start_of_work(write):
    path = write("case_id,activity,arrival,end\n1,a,2024-03-01,2024-03-02\n"
                 "1,b,2024-03-02,2024-03-03\n")
    events = read_events(path, Wishes())
    assert events.typed["arrival"].tolist() == [pd.Timestamp(f"2024-03-0{day}", tz="UTC")
                                                for day in (1, 2)]
    assert events.roles == {"case_id", "activity", "end", "arrival"}


def test_starts_and_completions_in_rows_of_their_own_are_not_paired_and_that_is_said(write):
    path = write("case_id,activity,lifecycle:transition,time\n1,a,schedule,2024-03-01\n"
                 "1,a,start,2024-03-02\n1,a,COMPLETE,2024-03-03\n")
    problem = found(path)["lifecycle_single"]
    assert (problem.level, problem.line, problem.count) == ("warning", 3, 2)
    assert read_events(path, Wishes()).reading.rows_kept == 3
    completed = write("case_id,activity,lifecycle,time\n1,a,complete,2024-03-01\n")
    assert {"lifecycle_single", "role_unused"} & set(found(completed)) == {"role_unused"}


def test_an_event_that_ends_before_it_starts_is_set_aside(write):
    problems = found(write("case_id,activity,start,end\n1,a,2024-03-02,2024-03-01\n"
                           "1,b,2024-03-02,2024-03-03\n"))
    assert problems["end_before_start"].line == 2


def test_an_event_that_has_only_begun_is_open_and_one_without_start_stays(write):
    problems = found(write("case_id,activity,start,end\n1,a,,2024-03-01\n1,b,2024-03-02,0\n"
                           "1,c,2024-03-02,2024-03-03\n"))
    assert (problems["start_missing"].line, problems["end_missing"].line) == (2, 3)


def test_events_after_the_extraction_are_set_aside(write):
    problems = found(write(CLEAN), zone="Asia/Shanghai",
                     extraction_date=datetime(2024, 3, 3, tzinfo=UTC))
    assert (problems["after_cut"].count, problems["after_cut"].line) == (3, 8)
    assert problems["after_cut"].values == {"cut": "2024-03-03 08:00+08:00"}


def test_artificial_activities_are_recognised_and_left_out_when_asked(write):
    text = "case_id,activity,start,end\n" + "".join(
        f"{case},{step},2024-03-0{day},2024-03-0{day}\n"
        for case, (day, step) in itertools.product(
            "12", ((1, "Start"), (1, "work"), (2, "more"), (2, "End"))))
    path = write(text)
    problem = found(path)["artificial_activities"]
    assert problem == replace(problem, values={"activities": "Start, End"})
    reading = read_events(path, Wishes(ignore=("Start", "End"))).reading
    assert (reading.rows_read, reading.rows_kept, reading.set_aside) == (
        8, 4, {"ignored_activity": 4})


@pytest.mark.parametrize(("rows", "code"), [
    ("1E5,a,2024-03-01,u\n100000,a,2024-03-02,u\n", "ids_scientific"),
    ("1,a,2024-03-01,u\n1,a,2024-03-01,u\n", "duplicate_rows"),
    ("1,a,2024-03-01,u\n2,a,2024-03-02,u\n", "single_event_cases"),
    ("1,a,2024-03-01,u\n1,b,2024-03-01,u\n", "ties_learned"),
    ("1,Approve it,2024-03-01,u\n2,Approve it,2024-03-01,u\n3,Aprove it,2024-03-01,u\n",
     "similar_labels"),
    ("1,<img src=x>,2024-03-01,u\n", "markup"),
    ("=HYPERLINK(A1),a,2024-03-01,u\n", "markup"),
    ("1,Call 110101199003078515,2024-03-01,u\n", "personal_data"),
    ("who@example.com,a,2024-03-01,u\n", "personal_data"),
    ("PO-1,order,2024-03-01,u\nIN-1,invoice,2024-03-02,u\n", "scattered_cases"),
    ("".join(f"{n},Approve {n},2024-03-01,u\n" for n in range(30)), "polluted_labels"),
    (" 1,a ,2024-03-01,u\n", "blanks_trimmed"),
])
def test_what_looks_odd_is_said_and_nothing_is_changed(write, rows, code):
    path = write(HEADER + rows)
    problems = found(path)
    assert code in problems
    assert problems[code].level in {"warning", "repaired"}
    assert read_events(path, Wishes()).reading.rows_kept == rows.count("\n")


def test_numbered_steps_are_not_taken_for_typing_errors(write):
    rows = "1,Check part 1,2024-03-01,u\n1,Check part 2,2024-03-02,u\n" * 3
    assert "similar_labels" not in found(write(HEADER + rows + "2,Check part 3,2024-03-03,u\n"))


def test_an_event_before_the_one_that_opens_all_other_cases_is_said(write):
    text = CLEAN.replace("C1,Pay,2024-03-01", "C1,Pay,2024-02-28").replace("C3", "C4")
    text += "C5,Submit,2024-03-09 09:00,u\nC5,Pay,2024-03-09 11:00,u\n"
    assert found(write(text))["time_travel"].line == 4


def test_ids_that_a_spreadsheet_damaged_are_refused(write):
    rows = "".join(f"20240305{n:07}000,a,2024-03-01,u\n" for n in range(3))
    assert refused(lambda: read_events(write(HEADER + rows), Wishes())) == {
        "ids_damaged": (2, "case_id")}


def test_an_id_taken_for_the_activity_is_refused(write):
    rows = "".join(f"1,act {n},2024-03-01,u\n" for n in range(5001))
    path = write(gzip.compress((HEADER + rows).encode()), "log.csv.gz")
    assert refused(lambda: read_events(path, Wishes()))["too_many_activities"] == (2, "activity")


def test_a_column_that_the_mapping_names_and_the_log_lacks_is_refused_with_near_ones(write):
    path = write(CLEAN)
    wishes = Wishes({"case_id": "case_ID", "activity": "step", "start": None, "end": "timestamp"})
    with pytest.raises(Exception, match=r"column \"case_ID\".*Did you mean: case_id"):
        read_events(path, wishes)
    assert refused(lambda: read_events(path, Wishes({"case_id": "case_ID", "end": "time"}))) == {
        "column_missing": (1, "time")}


def test_a_role_that_nobody_knows_is_refused(write):
    path = write(CLEAN)
    assert refused(lambda: read_events(path, Wishes({"cost": "resource"}))) == {
        "role_unknown": (None, "cost")}


def test_several_columns_make_one_case_id(write):
    path = write("Year,Number,activity,timestamp\n2024,1,a,2024-03-01\n2025,1,a,2024-03-02\n")
    for value in ("Year+Number", ("Year", "Number")):
        events = read_events(path, Wishes({"case_id": value}))
        assert events.typed["case_id"].tolist() == ["2024+1", "2025+1"]


def test_date_and_time_may_stand_in_two_columns(write):
    path = write("case_id,activity,day,clock\n1,a,2024-03-01,09:30\n")
    events = read_events(path, Wishes({"end": ("day", "clock")}))
    assert events.typed["end"][0] == pd.Timestamp("2024-03-01 09:30", tz="UTC")


def test_a_log_without_a_case_number_is_refused_and_names_its_columns(write):
    path = write("session,activity,timestamp\ns1,View,2024-03-01\ns2,Buy,2024-03-02\n")
    with pytest.raises(Exception, match="session, activity, timestamp"):
        read_events(path, Wishes())
    assert refused(lambda: read_events(path, Wishes())) == {"role_missing": (1, "case_id")}


@pytest.mark.parametrize(("header", "expected"), [
    ("case:concept:name,concept:name,time:timestamp,org:resource,org:group",
     "case_id,activity,end,resource,unit"),
    ("case_id,activity,start_time,end_time,resource", "case_id,activity,start,end,resource"),
    ("Case,Activity,start_timestamp,time:timestamp,Resource",
     "case_id,activity,start,end,resource"),
    ("case_id,activity,start,complete,resource", "case_id,activity,start,end,resource"),
    ("审批编号,节点名称,接收时间,处理时间,处理人", "case_id,activity,arrival,end,resource"),
    ("工单号,环节名称,开始时间,完成时间,区域", "case_id,activity,start,end,unit"),
    ("申请编号,任务名称,开始时间,结束时间,发起人", "case_id,activity,start,end,"),
    ("instance_code,node_name,start_time,end_time,user_id", "case_id,activity,start,end,resource"),
])
def test_columns_are_recognised_by_their_names(header, expected):
    names = header.split(",")
    samples = ["1", "a", "2024-03-01", "2024-03-02", "x"]
    if len(names) == 5 and names[2] == "time:timestamp":
        samples = ["1", "a", "2024-03-01", "x", "y"]
    cells = pd.DataFrame({name: [value, value if place != 1 else "b"]
                          for place, (name, value) in enumerate(zip(names, samples, strict=True))},
                         dtype="str")
    wanted = {role: name for role, name in zip(expected.split(","), names, strict=True) if role}
    assert {role: guess.column for role, guess in guess_roles(cells).items()} == wanted


def test_a_log_with_a_start_only_has_it_as_its_one_time(write):
    events = read_events(write("case_id,activity,start\n1,a,2024-03-01\n"), Wishes())
    assert events.mapping["end"] == ("start",)
    assert "start" not in events.roles


def test_a_log_is_ordered_and_knows_what_closes_a_case(write):
    log = read_log(write(CLEAN), end_activities=["Pay"])
    cases = frame(log.cases.order_by("case_id"))
    assert cases["closed"].tolist() == [True] * 3
    assert cases["throughput_hours"].tolist() == [2.0] * 3
    remark = next(p for p in log.problems if p.code == "end_closes")
    assert remark == replace(remark, values={"activities": "Pay", "share": "100%"})


def test_an_end_activity_that_never_occurs_is_said_with_near_ones(write):
    log = read_log(write(CLEAN), end_activities=["Pai"])
    (problem,) = [p for p in log.problems if p.code == "activity_never_occurs"]
    assert problem == replace(problem, values={"activity": "Pai", "near": "Pay"})


def test_the_key_of_a_log_is_the_same_for_any_order_of_its_rows_packed_or_not(write):
    header, *rows = CLEAN.splitlines()
    turned = "\n".join([header, *reversed(rows)]) + "\n"
    files = [write(CLEAN, "a.csv"), write(turned, "b.csv"),
             write(gzip.compress(turned.encode()), "c.csv.gz")]
    assert len({read_log(file).key for file in files}) == 1


def test_the_key_of_a_log_is_that_of_its_file_and_none_of_the_hashes_shown(write):
    one, other = write(CLEAN, "a.csv"), write(CLEAN + "C9,Pay,2024-03-05 09:00:00,u\n", "b.csv")
    log = read_log(one)
    assert len({log.key, read_log(other).key, log.readings[0].sha256, ""}) == 4
    assert read_log(one, ignore=["Pay"], zone="Asia/Shanghai").key == log.key


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_key_of_a_log_is_the_same_in_whatever_pieces_it_is_read(write, monkeypatch, line_end):
    path = write(CLEAN.replace("\n", line_end))
    whole = key_of(path)
    for size in range(1, 9):
        monkeypatch.setattr(keys, "_PIECE", size)
        assert key_of(path) == whole


_CELLS = st.sampled_from(["", "a", "b", "2024-03-01", "2024-03-02 10:00", "0", "soon",
                          "2999-01-01"])


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(_CELLS, _CELLS, _CELLS, _CELLS), min_size=1, max_size=12))
def test_every_row_is_kept_or_set_aside_for_a_reason(tmp_path_factory, rows):
    text = "case_id,activity,start,end\n1,a,2024-01-01,2024-01-02\n" + "".join(
        ",".join(row) + "\n" for row in rows)
    path = tmp_path_factory.mktemp("rows") / "log.csv"
    path.write_text(text + "1,b,2024-01-02,2024-01-03\n" * (2 * len(rows)), encoding="utf-8")
    reading = read_events(path, Wishes()).reading
    assert reading.rows_read == 1 + 3 * len(rows)
    assert reading.rows_read == reading.rows_kept + sum(reading.set_aside.values())
    counted = Counter()
    for problem in reading.problems:
        if problem.code in reading.set_aside:
            counted[problem.code] += problem.count
    assert counted == reading.set_aside


def test_a_time_format_that_is_none_is_refused(write):
    path = write("case_id,activity,time\nc1,a,2026-03-01 10:00\nc1,b,2026-03-01 11:00\n")
    found = refused(lambda: read_log(path, time_format="%Q%"))
    assert set(found) == {"time_format_incomplete"}


# ---------------------------------------------------------------- zeros that look like dates


@pytest.mark.parametrize("zero", [
    "1970-01-01 00:00", "1970-01-01 08:00", "1899-12-30 00:00", "1900-01-00 00:00",
    "1900-01-01 00:00", "0001-01-01 00:00", "9999-12-31 00:00"])
@pytest.mark.parametrize("zone", [None, "Asia/Shanghai"])
def test_a_zero_written_as_a_date_has_not_happened(write, zero, zone):
    path = write("case_id,activity,arrival,start,end\n"
                 "1,a,2024-03-01 08:00,2024-03-01 09:00,2024-03-01 10:00\n"
                 f"1,b,{zero},{zero},2024-03-02 10:00\n"
                 f"1,c,2024-03-02 10:00,2024-03-02 11:00,{zero}\n")
    events = read_events(path, Wishes(zone=zone))
    assert events.reading.set_aside == {"end_missing": 1}
    assert [events.typed[role].isna().tolist() for role in ("arrival", "start", "end")] == [
        [False, True], [False, True], [False, False]]
    told = {p.column: (p.level, p.line, p.count) for p in events.reading.problems
            if p.code == "time_zero"}
    assert told == {"arrival": ("repaired", 3, 1), "start": ("repaired", 3, 1),
                    "end": ("repaired", 4, 1)}


def test_a_log_that_plays_in_the_year_of_a_zero_keeps_its_moments(write):
    path = write("case_id,activity,end\n1,a,1970-01-01 00:00\n1,b,1970-01-01 00:07\n"
                 "1,c,1970-01-02 11:00\n")
    events = read_events(path, Wishes())
    assert (events.reading.set_aside, "time_zero" in found(path)) == ({}, False)


def test_a_column_of_nothing_but_zeros_says_nothing(write):
    path = write("case_id,activity,arrival,end\n1,a,1970-01-01,2024-03-01\n"
                 "1,b,1970-01-01,2024-03-02\n")
    assert read_events(path, Wishes()).typed["arrival"].isna().all()
