"""What is said of a log's typed events: each check finds what it is for, and keeps quiet else."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import workbench
from workbench import sample
from workbench.intake.checks import CHECKS, Events, examined
from workbench.intake.checks.touches import HARMLESS, KPIS, TOUCHED
from workbench.model import Problem

SECOND = pd.Timedelta(seconds=1)


def judged(typed: pd.DataFrame, ties: str = "learned") -> dict[str, Problem]:
    """Code → problem; the line of a row is its place and 2."""
    events = Events(typed, np.arange(2, len(typed) + 2), "log.csv", {}, ties)
    return {problem.code: problem for problem in examined(events)}


def one_time(text: str) -> pd.DataFrame:
    return sample.rows(text).assign(start=pd.NaT)


def many(path: str, cases: int, first: int = 0) -> str:
    return "; ".join(f"k{number:03d}: {path}" for number in range(first, first + cases))


def clock(typed: pd.DataFrame) -> pd.DataFrame:
    """The same with seconds, so that equal times tell something."""
    return typed.assign(end=typed["end"] + 7 * SECOND)


USUAL = many("ask check pay", 40)


def test_nothing_is_said_of_a_log_without_faults():
    said = judged(clock(sample.rows(many("ask@Ann check@Bo pay@Cy", 10) + "; "
                                    + many("ask@Ann pay@Bo|9-10", 10, 10))))
    assert {code for code, problem in said.items() if problem.level != "info"} <= {"overlaps"}


def test_each_finding_says_which_share_of_the_cases_it_touches():
    said = judged(one_time("c1: a|1 b|2; c2: a|1 b|1; c3: a|1 b|2; c4: a|1 b|1"))["ties_learned"]
    assert (said.line, said.count, said.touches["variants"]) == (4, 2, 2 / 4)


def test_a_tie_whose_order_the_other_cases_tell_touches_no_figure():
    said = judged(one_time(many("a|1 b|2", 30) + "; x: a|1 b|1"))["ties_learned"]
    assert (said.count, dict(said.touches)) == (1, {})


def test_shuffling_the_rows_changes_no_count():
    typed = clock(one_time(many("a|1 b|1 c|2", 30) + "; " + many("a|1 c|2 b|2", 30, 30)))
    shuffled = typed.sample(frac=1, random_state=3).reset_index(drop=True)
    counts = [{code: (said.count, dict(said.touches)) for code, said in judged(each).items()}
              for each in (typed, shuffled)]
    assert counts[0] == counts[1]


# ---------------------------------------------------------------- labels

@pytest.mark.parametrize(("rare", "common", "alike"), [
    ("Aprove", "Approve", True), ("Approve_", "Approve", True), ("APPROVE", "Approve", True),
    ("Apporve", "Approve", True), ("step2", "step1", False), ("A", "B", False),
    ("二级审批意见", "一级审批意见", False), ("部门经理审枇", "部门经理审批", True),
    ("Release_B", "Release_A", False),
])
def test_a_typing_error_is_told_from_another_name(rare, common, alike):
    said = judged(sample.rows(many(f"ask {common} pay", 40) + f"; x: ask {rare} pay"))
    assert ("similar_labels" in said) is alike


@pytest.mark.parametrize(("rare", "common", "alike"), [
    ("部门审枇", "部门审批", True), ("部们审批", "部门审批", True), ("归挡", "归档", True),
    ("记登", "登记", True), ("复审", "初审", False), ("二审", "一审", False),
    ("退过", "通过", False), ("财务审核", "财务审批", False), ("催单", "派单", False),
])
def test_a_slip_in_a_short_chinese_name_is_told_from_another_step(rare, common, alike):
    text = many(f"收 {common} 付", 60) + f"; x: 收 {rare} 付"
    assert ("similar_labels" in judged(sample.rows(text))) is alike


def test_a_short_chinese_name_that_stands_elsewhere_is_no_slip():
    text = many("收 归档 付", 60) + "; x: 收 付 归挡"
    assert "similar_labels" not in judged(sample.rows(text))


def test_labels_with_numbers_that_never_recur_are_polluted_and_counted():
    dirty = "; ".join(f"c{n}: ask check_{n}x{n * 7}" for n in range(30))
    said = judged(sample.rows(dirty))["polluted_labels"]
    assert (said.values["distinct"], said.values["masked"], said.line) == (31, 2, 3)


def test_numbered_steps_that_recur_are_not_polluted():
    steps = " ".join(f"step{n}" for n in range(15))
    assert "polluted_labels" not in judged(sample.rows(many(steps, 5)))


def test_names_that_share_place_and_words_may_be_one_activity():
    said = judged(sample.rows(USUAL + "; " + many("ask check-east pay", 25, 40)))
    assert (said["synonymous_labels"].count, said["synonymous_labels"].line) == (1, 123)
    assert said["synonymous_labels"].touches["rework"] == pytest.approx(25 / 65)


def test_ways_that_exclude_each_other_are_a_remark_only():
    said = judged(sample.rows(many("ask approve pay", 40) + "; " + many("ask refuse pay", 25, 40)))
    assert "synonymous_labels" not in said
    assert said["same_context_labels"].level == "info"


def test_names_of_several_languages_in_one_place_are_said_even_if_they_are_few():
    said = judged(sample.rows("c1: Approve; c2: 审批; c3: Genehmigen"))["same_context_labels"]
    assert (said.count, said.values["distinct"]) == (2, 3)


def test_one_name_in_two_places_of_a_case_is_a_homonym():
    said = judged(sample.rows(many("ask check plan build check pay", 40)))["homonymous_labels"]
    assert said.values["labels"] == "check"


def test_a_name_that_is_met_in_a_second_place_now_and_then_is_a_remark_on_these_cases():
    text = many("ask check plan build ship pay", 95) + "; " + many(
        "ask check plan build check pay", 5, 95)
    said = judged(sample.rows(text))["homonymous_labels"]
    assert (said.level, said.values["labels"], said.touches["rework"]) == ("info", "check", 0.05)


def test_a_step_that_is_repeated_or_lies_on_two_branches_is_no_homonym():
    assert "homonymous_labels" not in judged(sample.rows(many("ask check check pay", 60)))
    branches = many("ask check pay", 60) + "; " + many("call check stop", 60, 60)
    assert "homonymous_labels" not in judged(sample.rows(branches))


def test_what_follows_a_return_is_neither_a_homonym_nor_a_reversed_order():
    text = many("ask check plan build check pay", 60)
    typed = sample.rows(text)
    back = pd.Series([None, "退回", None, None, None, None] * 60, dtype="str")
    assert "homonymous_labels" in judged(typed)
    assert "homonymous_labels" not in judged(typed.assign(result=back))
    typed = sample.rows(many("ask check pay", 99) + "; x: ask pay check")
    back = pd.Series([None] * 298 + ["退回", None], dtype="str")
    assert "order_reversed" not in judged(typed.assign(result=back))


def test_a_remark_behind_a_name_touches_figures_only_where_the_bare_name_occurs_too():
    said = judged(with_people("张三(离职)", "李四", "王五"))["name_left"]
    assert (said.level, said.count, dict(said.touches)) == ("info", 2, {})


def test_what_touches_the_throughput_touches_what_is_on_time():
    assert [code for code, kpis in TOUCHED.items()
            if "throughput" in kpis and "on_time" not in kpis] == []


# ---------------------------------------------------------------- ids

@pytest.mark.parametrize(("ids", "code"), [
    (["1.23457E+17", "1.23458E+17"], "ids_damaged"), (["1.23457e17"], "ids_damaged"),
    (["1234567890123450", "1234567890123460"], "ids_damaged"),
    (["1E5", "100000"], "ids_scientific"),
])
def test_ids_that_lost_digits_are_refused_and_others_kept(ids, code):
    said = judged(sample.rows("; ".join(f"{name}: a b" for name in ids)))
    assert said[code].level == ("rejected" if code == "ids_damaged" else "warning")


GOOD = [f"2026030211{n:07d}" for n in range(1234501, 1234513)]


@pytest.mark.parametrize(("ids", "level"), [
    ([*GOOD, "202603021100000000", "202603021200000000", "202603021300000000"], "rejected"),
    (["202603021100000000"], "rejected"), ([*GOOD[:4], "202603021100000000"], "warning"),
    (["1E+17", "2E+17"], "rejected"), (["1.23E+05", "1.24E+05"], "rejected"),
    ([str(2026030200000000 + n) for n in range(1, 200)], None), (["1e12", "3e45"], "warning"),
])
def test_more_zeros_at_the_end_of_long_ids_than_chance_makes_are_a_loss(ids, level):
    said = judged(sample.rows("; ".join(f"{name}: a b" for name in ids)))
    told = [said[code].level for code in ("ids_damaged", "ids_zeroed", "ids_scientific")
            if code in said]
    assert told[:1] == ([level] if level else [])


def test_long_ids_that_end_in_other_digits_are_fine():
    typed = sample.rows("202403050000000001: a b; 202403050000000002: a b")
    assert not {"ids_damaged", "ids_scientific"} & set(judged(typed))


def test_holes_in_running_numbers_are_counted():
    there = [*range(1000, 1007), *range(1009, 1050)]
    typed = sample.rows("; ".join(f"TS{number}: a b" for number in there))
    said = judged(typed)["case_id_gaps"]
    assert (said.count, said.values["span"], said.values["example"]) == (2, 50, "TS1007")


def test_an_id_that_is_a_person_is_said_and_a_document_number_is_not():
    people = sample.rows("13800138000: a; 11010519491231002X: a; 110105194912310021: a; Q7: a")
    assert judged(people)["personal_data"].count == 2  # the third has a wrong check digit
    running = "; ".join(f"{13800138000 + n}: a b" for n in range(30))
    assert "personal_data" not in judged(sample.rows(running))


# ---------------------------------------------------------------- times

def test_activities_that_mostly_lie_apart_and_sometimes_share_their_time_came_from_a_form():
    typed = clock(one_time(many("a|1 b|2 c|3", 40) + "; " + many("a|1 b|2 c|2", 10, 40)))
    said = judged(typed)["form_based"]
    assert (said.level, said.count, said.values["rows"]) == ("warning", 10, 20)
    assert said.touches["waiting"] == 10 / 50


def test_activities_that_always_share_their_time_are_a_remark():
    said = judged(clock(one_time(many("a|1 b|1 c|3", 40))))
    assert "form_based" not in said
    assert said["always_together"].level == "info"


def test_what_a_machine_does_at_once_is_no_form():
    typed = clock(one_time(many("a@Ann|1 b@Bo|2 c@Cy|3", 40) + "; "
                           + many("a@SYS|1 b@SYS|1 c@Cy|3", 10, 40)))
    assert "form_based" not in judged(typed)


def test_times_of_whole_days_tell_no_form():
    assert "form_based" not in judged(one_time(many("a|0 b|24 c|24", 40)))


def test_several_activities_within_seconds_are_one_step_of_the_system():
    typed = clock(one_time(many("a|1 b|2 c|3 d|9", 20)))
    for name, hours in {"b": 1, "c": 2}.items():  # b and c follow a by one and by two seconds
        late = typed["activity"] == name
        typed.loc[late, "end"] -= hours * (pd.Timedelta(hours=1) - SECOND)
    assert judged(typed)["collateral_events"].count == 20


def test_a_year_far_from_all_others_stands_for_a_missing_date():
    typed = one_time(USUAL)
    typed.loc[3, "end"] = pd.Timestamp("1970-01-01T00:00:01Z")
    said = judged(typed)["far_years"]
    assert (said.count, said.line, said.values["years"]) == (1, 5, "1970")


@pytest.mark.parametrize("role", ["end", "start", "arrival"])
@pytest.mark.parametrize("share", [0.02, 0.4])
def test_far_years_are_found_in_every_time_however_many_they_are(role, share):
    typed = sample.rows(USUAL)
    typed["arrival"] = typed["start"]
    few = int(share * len(typed))
    typed.loc[:few - 1, role] = pd.Timestamp("1970-01-01T00:00:00Z")
    assert judged(typed)["far_years"].count == few


def test_the_thin_beginning_of_a_log_that_grew_is_not_far():
    years = [2005, 2008, 2011, 2014, *[2016] * 3, *[2020] * 90]
    typed = one_time("; ".join(f"c{n}: a|1" for n in range(len(years))))
    ends = pd.to_datetime([f"{year}-06-01" for year in years], utc=True)
    assert "far_years" not in judged(typed.assign(end=ends))


def test_a_log_that_lies_in_1970_as_a_whole_is_believed():
    typed = one_time(USUAL)
    shift = typed["end"].min() - pd.Timestamp("1970-01-01T00:00:00Z")
    assert "far_years" not in judged(typed.assign(end=typed["end"] - shift))


def test_somebody_who_works_on_two_cases_at_once_is_said():
    said = judged(sample.rows("c1: a@Ann|0-4; c2: a@Ann|2-3; c3: a@Bo|2-3; c4: a@Ann|3-5"))
    assert (said["overlaps"].count, said["overlaps"].line) == (2, 3)


def test_work_that_follows_directly_does_not_overlap():
    assert "overlaps" not in judged(sample.rows("c1: a@Ann|0-1; c2: a@Ann|1-2"))


def test_a_month_without_any_event_is_said_with_its_dates():
    days = [*range(80), *range(120, 200)]
    typed = one_time("; ".join(f"c{day}: a|{24 * day} b|{24 * day + 5}" for day in days))
    said = judged(typed)["inactive_periods"]
    assert (said.count, said.values["days"]) == (1, 40)


def test_weekends_are_no_inactive_periods():
    days = [day for day in range(200) if day % 7 < 5]
    typed = one_time("; ".join(f"c{day}: a|{24 * day} b|{24 * day + 5}" for day in days))
    assert "inactive_periods" not in judged(typed)


def test_no_duration_where_the_step_mostly_has_one_was_entered_afterwards():
    quick = "x: a@Ann|3-3; y: a@Ann|3-3; z: mark@Bo|4-4"
    said = judged(sample.rows(many("a@Ann|0-1", 18) + "; " + quick))
    assert (said["zero_durations"].count, said["zero_durations"].line) == (2, 20)


def test_a_finding_and_the_grade_go_by_the_same_share_of_cases():
    text = many("a@Ann|0-1 b@Bo|1-2 c@Cy|2-3 d@Di|3-4 e@Ed|4-5", 90) + "; "
    said = judged(sample.rows(text + many("a@Ann|0-0 b@Bo|1-2 c@Cy|2-3 d@Di|3-4 e@Ed|4-5", 9, 90)))
    assert said["zero_durations"].touches["processing"] == pytest.approx(9 / 99)
    assert said["zero_durations"].level == "warning"  # 2 % of the rows, 9 % of the cases


def test_work_that_took_months_where_it_takes_an_hour_is_an_outlier():
    typed = sample.rows(many("ask check pay", 60))
    typed.loc[3, "end"] += pd.Timedelta(days=60)
    said = judged(typed)
    assert (said["duration_outliers"].count, said["duration_outliers"].line) == (1, 5)
    assert "duration_outliers" not in judged(sample.rows(many("ask check pay", 60)))


def test_a_case_that_took_far_longer_than_all_others_is_said():
    text = "; ".join(f"c{n:03d}: ask|{n} pay|{n + 20 + n % 40}" for n in range(120))
    assert "throughput_outliers" not in judged(one_time(text))
    said = judged(one_time(text + "; x: ask|5 pay|2000"))["throughput_outliers"]
    assert (said.count, said.line, said.values["longest"]) == (1, 243, 83)


def test_midnight_where_others_have_a_time_of_day_is_a_day_only():
    typed = clock(one_time("; ".join(f"c{n:03d}: a|{5 * n + 1} b|{5 * n + 7}" for n in range(90))))
    typed["end"] += pd.to_timedelta(np.arange(180) * 37 % 3600, unit="s")
    assert "times_of_day_missing" not in judged(typed)
    typed.loc[:11, "end"] = typed.loc[:11, "end"].dt.floor("D")
    said = judged(typed)["times_of_day_missing"]
    assert (said.level, said.count) == ("warning", 12)


def test_a_step_that_is_only_known_by_its_day_throughout_is_said_in_a_log_with_times():
    assert "times_of_day_missing" not in judged(one_time(many("a|0 b|24 c|48", 40)))


DAYS = "; ".join(f"c{n:03d}: ask|{100 * n} check|{100 * n + 3} plan|{100 * n + 9} "
                 f"pay|{100 * n + 12}" for n in range(160))


@pytest.mark.parametrize(("cases", "step", "way"), [
    (range(20, 26), 1, "+1 d"), ((8, 9, 14, 15, 16), 2, "DD↔MM"), (range(100, 104), 2, "+1 y")])
def test_a_date_whose_change_puts_the_event_back_into_order_is_said(cases, step, way):
    typed = one_time(DAYS)
    for case in cases:
        end = typed.loc[4 * case + step, "end"]
        wrong = {"+1 d": end - pd.Timedelta(days=1), "+1 y": end - pd.Timedelta(days=365),
                 "DD↔MM": end.replace(day=end.month, month=end.day)
                 if end.day <= 12 else end}[way]
        typed.loc[4 * case + step, "end"] = wrong
    moved = int((typed["end"] != one_time(DAYS)["end"]).sum())
    said = judged(typed)["misdated"]
    assert (said.count, said.values["ways"]) == (moved, f"{way}: {moved}")


def test_steps_done_in_another_order_are_not_called_misdated():
    assert "misdated" not in judged(one_time(DAYS + "; " + many("ask plan check pay", 6)))


# ---------------------------------------------------------------- cases

def test_a_case_that_goes_on_under_another_id_is_joined_by_its_number():
    halves = "; ".join(f"k{n:03d}: ask|{n} check|{n + 1}; X-k{n:03d}: plan|{n + 2} pay|{n + 3}"
                       for n in range(90, 94))
    said = judged(one_time(many("ask check plan pay", 89) + "; " + halves))["split_cases"]
    assert (said.level, said.count) == ("warning", 4)
    assert said.values["examples"].startswith("k090 + X-k090")
    other = halves.replace("X-k09", "X-k08")  # numbers that no stopped case has
    assert "split_cases" not in judged(one_time(many("ask check plan pay", 70) + "; " + other))


def test_a_case_of_one_event_has_a_duration_where_it_began_or_arrived_before():
    typed = sample.rows("x: a|1-3; y: a|1; z: a|1")
    typed["arrival"] = [pd.NaT, pd.NaT, typed["end"][2] - 60 * SECOND]
    typed["start"] = [typed["start"][0], pd.NaT, pd.NaT]
    assert judged(typed)["single_event_cases"].count == 1


def test_cases_without_the_usual_beginning_and_end_are_said():
    said = judged(one_time(USUAL + "; x: check|1 pay|2; y: ask|1 check|2; far: ask|900 pay|901"))
    assert (said["never_started"].count, said["never_started"].line) == (1, 122)
    assert (said["incomplete_cases"].count, said["incomplete_cases"].line) == (1, 125)


def test_a_case_that_just_began_is_not_incomplete():
    assert "incomplete_cases" not in judged(one_time(USUAL + "; y: ask|39 check|40"))


def test_a_case_younger_than_most_cases_take_is_not_stalled():
    text = "; ".join(f"c{n:03d}: " + " ".join(f"s{k}|{n + k}" for k in range(21))
                     for n in range(60))  # 20 hours each, the last event in hour 79
    assert "incomplete_cases" not in judged(one_time(text + "; y: s0|60 s1|62"))
    assert "incomplete_cases" in judged(one_time(text + "; y: s0|50 s1|52"))


def test_a_word_that_may_send_back_touches_the_rework():
    assert TOUCHED["status_ambiguous"] == ("rework",)


def test_the_few_cases_that_reverse_an_order_are_said():
    said = judged(one_time(many("ask check pay", 99) + "; x: ask pay check"))["order_reversed"]
    assert (said.level, said.count) == ("info", 1)
    assert said.values["pairs"] == "check → pay: 1"


def test_a_log_of_one_long_case_has_no_case_id():
    assert judged(one_time("all: " + "ask pay " * 100))["one_case"].level == "warning"


# ---------------------------------------------------------------- values and people

def with_people(*names: str | None) -> pd.DataFrame:
    typed = sample.rows("; ".join(f"c{n}: a b" for n in range(len(names))))
    return typed.assign(resource=pd.Series(np.repeat(names, 2), dtype="str"))


@pytest.mark.parametrize(("names", "code", "count"), [
    (("张三", "张 三", "李四"), "name_spellings", 2), (("Ann", "ANN", "Bo"), "name_spellings", 2),
    (("张三(离职)", "张三", "李四"), "name_left", 2),
    (("张三,李四", "张三", "王五"), "several_people", 2), (("?", "Ann", "Bo"), "placeholders", 2),
    (("集团/华东/客服部", "客服部", "财务部"), "name_paths", 2),
    (("未知", "张三", "李四"), "placeholders", 2), (("N/A", "Ann", "Bo"), "placeholders", 2),
])
def test_names_that_split_the_figures_of_people_are_said(names, code, count):
    said = judged(with_people(*names))[code]
    assert (said.count, said.column) == (count, "resource")
    assert {"handover", "workload"} <= set(said.touches)
    assert "张三" not in str(said.values)  # people are named nowhere


def test_a_sign_for_nothing_is_no_path_of_a_name():
    assert "name_paths" not in judged(with_people("N/A", "Ann", "Bo"))


@pytest.mark.parametrize("names", [("Li, Ann", "Wu, Bo", "Xu, Cy"), ("Ann", "Anna", "Bo"),
                                   ("a/b", "a/c", "a/d")])
def test_a_way_of_writing_that_all_share_is_none_of_our_business(names):
    assert not {"several_people", "name_spellings", "name_paths", "name_left"} & set(
        judged(with_people(*names)))


def two_places(units: str, people: str) -> pd.DataFrame:
    """Twelve people with one department each, and one name by turns in the departments given."""
    text = "; ".join(f"c{n:03d}: a@{person}|{n}" for n, person in enumerate(
        [f"p{n % 12}" for n in range(60)] + [people] * len(units)))
    unit = pd.Series([f"u{n % 12 % 3}" for n in range(60)] + list(units), dtype="str")
    return one_time(text).assign(unit=unit)


def test_one_name_in_two_departments_at_the_same_time_is_two_people():
    said = judged(two_places("xyxyxyxy", "Zhang"))["namesakes"]
    assert (said.count, said.values["names"]) == (8, 1)
    assert "Zhang" not in str(said.values)


def test_somebody_who_moved_to_another_department_is_one_person():
    assert "namesakes" not in judged(two_places("xxxxyyyy", "Zhang"))


def test_one_name_under_two_paths_at_the_same_time_is_two_people():
    names = [f"集团/部{n % 3}/人{n % 12}" for n in range(60)] + ["集团/东/张三", "集团/西/张三"] * 4
    typed = one_time("; ".join(f"c{n:03d}: a|{n}" for n in range(len(names))))
    said = judged(typed.assign(resource=pd.Series(names, dtype="str")))
    assert (said["namesakes"].count, "name_paths" in said) == (8, False)


def test_a_time_inside_a_note_is_a_hidden_event():
    notes = pd.Series(["approved by phone 2025-03-02 09:15:00"] * 4 + [None] * 76, dtype="str")
    said = judged(sample.rows(many("a b", 40)).assign(**{"attribute:note": notes}))
    assert (said["times_in_text"].count, said["times_in_text"].values["columns"]) == (4, "note")


def test_a_missing_person_is_said_only_where_the_step_has_people():
    typed = sample.rows(many("log check@Ann", 9) + "; x: log check")
    assert (judged(typed)["missing_values"].count, judged(typed)["missing_values"].line) == (1, 21)


def test_a_result_that_the_system_reaches_by_itself_lacks_nobody():
    typed = sample.rows(many("log check@Ann", 30) + "; " + many("log check", 12, 30))
    done = pd.Series([None] * 60 + [None, "auto"] * 12, dtype="str")
    assert judged(typed)["missing_values"].count == 12
    assert "missing_values" not in judged(typed.assign(result=done))


def test_an_account_that_serves_every_department_is_no_namesake():
    assert "namesakes" not in judged(two_places("xyzwxyzwxyzw", "Desk"))
    assert "namesakes" not in judged(two_places("xyxyxyxy", "SYS"))


def test_the_kind_of_a_case_that_changes_inside_it_is_said():
    typed = sample.rows("c1: a b; c2: a b").assign(stratum=pd.Series(["x", "y", "x", "x"]))
    said = judged(typed)["attribute_changes"]
    assert (said.count, said.line, said.column) == (1, 3, "stratum")


def test_attributes_are_looked_at_for_slips_and_hidden_events():
    typed = sample.rows(many("a b", 40))
    amounts = pd.Series([f"{100 + n}" for n in range(79)] + ["9000000000"])
    dates = pd.Series(["2026-03-02 09:00"] * 80)
    said = judged(typed.assign(**{"attribute:amount": amounts, "attribute:due": dates}))
    assert (said["numbers_out_of_range"].count, said["numbers_out_of_range"].line) == (1, 81)
    assert said["scattered_events"].values["columns"] == "due"


# ---------------------------------------------------------------- repeats

def test_rows_of_several_people_on_one_step_look_like_a_joint_approval():
    said = judged(sample.rows(many("ask@Ann sign@Bo sign@Cy pay@Di", 10)))["joint_suspected"]
    assert (said.count, said.line, said.touches["rework"]) == (10, 3, 1.0)


def test_a_step_that_is_seldom_passed_on_is_no_joint_approval():
    text = many("ask@Ann sign@Bo pay@Di", 10) + "; " + many("ask@Ann sign@Bo sign@Cy pay@Di", 3, 10)
    assert "joint_suspected" not in judged(sample.rows(text))


def test_work_that_goes_to_and_fro_is_no_joint_approval():
    assert "joint_suspected" not in judged(sample.rows(many("sign@Bo sign@Cy sign@Bo", 10)))


def test_where_arrivals_are_known_only_those_who_got_it_at_once_sign_together():
    typed = sample.rows(many("ask@Ann sign@Bo sign@Cy pay@Di", 10))
    begun = typed.groupby("case_id")["start"].transform("min")
    assert "joint_suspected" not in judged(typed.assign(arrival=typed["start"]))
    assert judged(typed.assign(arrival=begun))["joint_suspected"].count == 10


def test_a_step_registered_twice_within_seconds_is_told_from_a_copy():
    typed = clock(one_time("c1: a@Ann|1 b@Bo|2; c2: a@Ann|1 a@Ann|1 b@Bo|2; c3: a@Ann|1 a@Ann|1"))
    typed.loc[3, "end"] += 2 * SECOND
    said = judged(typed)
    assert (said["registered_twice"].count, said["registered_twice"].line) == (1, 5)
    assert (said["duplicate_rows"].count, said["duplicate_rows"].line) == (1, 8)


@pytest.mark.parametrize(("seconds", "count"), [(4, 1), (20, 1), (40, None)])
def test_half_a_minute_is_too_short_to_do_the_same_step_again(seconds, count):
    typed = clock(one_time("c1: a@Ann|1 b@Bo|2; c2: a@Ann|1 b@Bo|2 b@Bo|2"))
    typed.loc[4, "end"] += seconds * SECOND
    said = judged(typed).get("registered_twice")
    assert (said and said.count) == count


def test_a_step_that_always_comes_within_a_minute_may_come_twice_in_half_of_one():
    typed = clock(one_time("c1: a@Ann|1 b@Bo|1; c2: a@Ann|1 b@Bo|1 b@Bo|1"))
    typed["end"] += pd.to_timedelta([0, 60, 0, 60, 80], unit="s")
    assert "registered_twice" not in judged(typed)


# ---------------------------------------------------------------- all of them

def test_every_check_says_why_it_matters_and_every_touched_figure_is_known():
    assert all(type(check).__doc__ for check in CHECKS)
    assert set(itertools.chain.from_iterable(TOUCHED.values())) <= set(KPIS)


CODE = "\n".join(path.read_text(encoding="utf-8") for path in
                 (Path(workbench.__file__).parent / "intake").rglob("*.py"))


def test_every_warning_and_repair_says_what_it_touches_or_is_known_to_be_harmless():
    told = set(re.findall(r'\(\s*"(?:warning|repaired)",\s*"([a-z_0-9]+)"', CODE))
    told |= set(re.findall(r'aside\([^"]*?,\s*"([a-z_]+)",', CODE)) - {"repaired", "warning"}
    told |= {"case_id_missing", "activity_missing"}  # made of the role's name
    told -= {"repaired", "warning"}  # levels beside levels
    assert sorted(told - set(TOUCHED) - HARMLESS) == []
    assert not HARMLESS & set(TOUCHED)
    assert len(told) > 60


def test_an_event_alone_and_a_log_without_people_break_no_check():
    for text in ("c: a", "c: a; d: b", "c: a a a a"):
        assert "one_timestamp" not in judged(sample.rows(text))
        assert "one_timestamp" in judged(one_time(text))
