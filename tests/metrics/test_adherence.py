"""Each rule by hand: met, broken, vacuous, open, withdrawn, and what a missing column hides."""

from __future__ import annotations

import math

import pytest

from workbench import sample
from workbench.metrics.adherence import adherence, violations
from workbench.model import Calendar, Hours, Rule

OFFICE = Calendar(Hours(days=(0, 1, 2, 3, 4), spans=((540, 1080),)))  # 09:00 to 18:00


def counts(log, *rules, row=1):
    """Cases, activated and met of the first rule (row 0: of all together)."""
    found = adherence(log, rules).iloc[row]
    return found[["cases", "activated", "met"]].tolist()


def broken(log, *rules):
    return violations(log, rules)["case_id"].tolist()


def closed(text, **more):
    """A log in which `z` closes a case and `w` withdraws it."""
    return sample.log(text, end_activities=["z"], withdrawn_activities=["w"], **more)


PAIR = "c1: a b z; c2: b a z; c3: b z; c4: a z; c5: z; c6: a b a z; c7: b a b z"


@pytest.mark.parametrize(("kind", "activated", "bad"), [
    ("precedence", 5, ["c2", "c3", "c7"]),
    ("response", 5, ["c2", "c4", "c6"]),
    ("succession", 6, ["c2", "c3", "c4", "c6", "c7"]),
    ("not_coexistence", 6, ["c1", "c2", "c6", "c7"]),
    ("exclusive_choice", 7, ["c1", "c2", "c5", "c6", "c7"]),
])
def test_rules_of_order_by_hand(kind, activated, bad):
    rule = Rule("R", kind, ("a", "b"))
    assert counts(closed(PAIR), rule) == [7, activated, 7 - len(bad)]
    assert broken(closed(PAIR), rule) == bad


@pytest.mark.parametrize(("rule", "bad"), [
    (Rule("R", "existence", ("a",)), ["c1"]),
    (Rule("R", "existence", ("a",), least=2), ["c1", "c2"]),
    (Rule("R", "existence", ("a",), most=2), ["c4"]),
    (Rule("R", "existence", ("a",), least=1, most=1), ["c1", "c3", "c4"]),
    (Rule("R", "absence", ("a",)), ["c2", "c3", "c4"]),
    (Rule("R", "absence", ("a",), most=1), ["c3", "c4"]),
])
def test_rules_of_number_by_hand(rule, bad):
    log = closed("c1: z; c2: a z; c3: a a z; c4: a b a a z")
    assert broken(log, rule) == bad
    assert counts(log, rule) == [4, 4, 4 - len(bad)]


def test_a_rate_has_its_wilson_interval():
    log = sample.log("; ".join(f"c{n}: {'a' if n < 81 else 'b'}" for n in range(263)))
    row = adherence(log, [Rule("R", "existence", ("a",))]).iloc[1]
    assert row["rate"] == 81 / 263
    assert (round(row["low"], 4), round(row["high"], 4)) == (0.2553, 0.3662)


def test_the_share_among_the_cases_that_were_put_to_the_test_stands_beside():
    row = adherence(closed(PAIR), [Rule("R", "precedence", ("a", "b"))]).iloc[1]
    assert row["rate"] == 4 / 7
    assert row["activated_rate"] == pytest.approx(2 / 5)


def test_of_open_cases_a_broken_rule_is_told_and_not_counted():
    log = closed("c1: a b z; c2: b; c3: a b; c4: a")
    before, after = Rule("R", "precedence", ("a", "b")), Rule("R", "response", ("a", "b"))
    found = adherence(log, [before])
    assert found[["cases", "met", "open_violated"]].values.tolist() == [[1, 1, 1], [1, 1, 1]]
    assert broken(log, before) == ["c2"]
    assert violations(log, [before])["closed"].tolist() == [False]
    assert adherence(log, [after])["open_violated"].tolist() == [0, 0]


def test_without_end_activities_every_case_counts_as_closed():
    log = sample.log("c1: a b; c2: b; c3: a")
    assert counts(log, Rule("R", "response", ("a", "b"))) == [3, 2, 2]


def test_a_withdrawn_case_is_judged_by_what_it_did_and_not_by_what_it_did_not_come_to():
    log = closed("c1: a w; c2: a b w; c3: b w; c4: a b z")
    assert counts(log, Rule("R", "response", ("a", "b"))) == [3, 2, 3]
    assert adherence(log, [Rule("R", "response", ("a", "b"))])["unjudged"].tolist() == [1, 1]
    assert broken(log, Rule("R", "precedence", ("a", "b"))) == ["c3"]
    assert counts(log, Rule("R", "existence", ("b",))) == [3, 3, 3]


def test_all_rules_together_need_each_of_them():
    log = closed("c1: a b z; c2: b a z; c3: a b b z; c4: c z")
    rules = [Rule("R2", "precedence", ("a", "b")), Rule("R1", "absence", ("b",), most=1)]
    found = adherence(log, rules)
    assert found["rule_id"].tolist() == ["", "R1", "R2"]
    assert found["met"].tolist() == [2, 3, 3]
    assert found.loc[0, "rate"] == 2 / 4
    listed = violations(log, rules)[["rule_id", "case_id"]].to_numpy().tolist()
    assert listed == [["R1", "c3"], ["R2", "c2"]]


# ---------------------------------------------------------------- time


def test_a_time_standard_of_the_case_counts_the_open_ones_that_are_late():
    log = closed("c1: a|0-1 z|1-2; c2: a|0-1 z|5-6; c3: a|0-1; c4: a|7-8; c5: a|0 w|1; "
                 "c6: a|0 w|9", cut_hours=10)
    rule = Rule("R", "time_standard", hours=4)
    assert broken(log, rule) == ["c2", "c3", "c6"]
    assert counts(log, rule) == [4, 4, 1]
    assert adherence(log, [rule])["open_violated"].tolist() == [0, 0]


def test_a_time_standard_is_kept_to_the_microsecond():
    log = sample.log("c1: a|0-0.1 b|0.1-0.3; c2: a|0-0.1 b|0.1-0.3001")
    assert broken(log, Rule("R", "time_standard", hours=0.3)) == ["c2"]
    assert broken(log, Rule("R", "time_standard", ("b",), hours=0.2)) == ["c2"]
    assert broken(log, Rule("R", "time_standard", ("a", "b"), hours=0.2)) == ["c2"]


def test_a_time_standard_of_an_activity_begins_when_it_could_begin():
    log = sample.log("c1: a|0-1 b|2-4; c2: a|0-1 b|3-4.5; c3: a|0-9")
    rule = Rule("R", "time_standard", ("b",), hours=3)
    assert broken(log, rule) == ["c2"]
    assert counts(log, rule) == [3, 2, 2]


def test_where_it_is_unknown_since_when_no_rate_is_made_of_the_broken_cases_alone():
    log = sample.log("; ".join(f"c{n}: a|0-{7 if n == 9 else 1}" for n in range(10)))
    rule = Rule("R", "time_standard", ("a",), hours=5)
    row = adherence(log, [rule]).iloc[1]
    assert row[["cases", "met", "unjudged"]].tolist() == [0, 0, 10]
    assert math.isnan(row["rate"])
    assert broken(log, rule) == ["c9"]  # its work alone is too long


def test_an_open_case_that_is_too_late_already_stands_beside_where_it_is_unknown_since_when():
    log = closed("c1: a|0-7; c2: a|0-7 z|8-9; c3: a|0-1 z|2-3")
    row = adherence(log, [Rule("R", "time_standard", ("a",), hours=5)]).iloc[1]
    assert row[["cases", "open_violated", "unjudged"]].tolist() == [0, 1, 2]


def test_with_one_timestamp_the_time_elapsed_is_judged():
    log = sample.log("c1: a|1 b|3; c2: a|1 b|9", has_start=False)
    assert broken(log, Rule("R", "time_standard", ("b",), hours=3)) == ["c2"]


def test_between_two_activities_each_of_the_first_needs_its_answer_in_time():
    log = closed("c1: a|0-1 b|2-3 z; c2: a|0-1 b|2-3 a|4-5 b|9-10 z; c3: a|0-1 b|2-3 a|4-5 z|6; "
                 "c4: a|0-1; c5: a|0-1 w|2; c6: a|0-1 w|9; c7: b|0-1 z; c8: a|8-9", cut_hours=10)
    rule = Rule("R", "time_standard", ("a", "b"), hours=3)
    assert broken(log, rule) == ["c2", "c3", "c4", "c6"]
    assert counts(log, rule) == [6, 5, 2]


def test_a_time_standard_in_working_time_does_not_count_the_night():
    text = "c1: a|0-8 b|24-25; c2: a|0-1 b|24-25"  # Monday 09:00, Tuesday 09:00
    log = sample.log(text, calendar=OFFICE)
    rule = Rule("R", "time_standard", ("a", "b"), hours=3, clock="working")
    assert broken(log, rule) == ["c2"]
    whole = Rule("R", "time_standard", hours=9, clock="working")
    assert broken(log, whole) == ["c1", "c2"]
    own = Rule("R", "time_standard", ("b",), hours=3, clock="working")
    assert broken(log, own) == ["c2"]
    assert adherence(sample.log(text), [rule])["missing"].tolist() == ["calendar", "calendar"]


def test_between_the_clocks_of_two_units_no_working_time_is_told():
    calendar = Calendar(OFFICE.hours, {"N": Hours(days=(0,), spans=((540, 600),))})
    rows = sample.rows("c1: a|0-1 b|24-25; c2: a|0-1 b|24-25")
    rows["unit"] = ["N", "S", "S", "S"]
    log = sample.from_rows(rows, calendar=calendar)
    rule = Rule("R", "time_standard", ("a", "b"), hours=3, clock="working")
    assert broken(log, rule) == ["c2"]
    assert adherence(log, [rule])["unjudged"].tolist() == [1, 1]


# ---------------------------------------------------------------- people


def test_four_eyes_look_at_one_case_and_segregation_at_the_whole_log():
    log = sample.log("c1: a@x b@x; c2: a@x b@y; c3: a@y; c4: a@u b@v; c5: c@x")
    eyes, duties = Rule("R", "four_eyes", ("a", "b")), Rule("R", "segregation_of_duties",
                                                            ("a", "b"))
    assert (broken(log, eyes), counts(log, eyes)) == (["c1"], [5, 3, 4])
    assert (broken(log, duties), counts(log, duties)) == (["c1", "c2", "c3"], [5, 4, 2])


def test_segregation_is_seen_in_the_whole_log_although_it_was_cut():
    log = sample.log("c1: a@x; c2: b@x")
    assert broken(log.only(log.cases.filter(log.cases.case_id == "c1")),
                  Rule("R", "segregation_of_duties", ("a", "b"))) == ["c1"]


def test_four_eyes_of_three_activities_need_three_people():
    log = sample.log("c1: a@x b@y c@z; c2: a@x b@y c@x; c3: a@x b@y a@x")
    assert broken(log, Rule("R", "four_eyes", ("a", "b", "c"))) == ["c2"]


def test_where_a_person_is_unknown_the_case_is_not_judged_unless_others_broke_the_rule():
    log = sample.log("c1: a b@x; c2: a@x b@x a; c3: a@x b@y; c4: a")
    row = adherence(log, [Rule("R", "four_eyes", ("a", "b"))]).iloc[1]
    assert row[["cases", "activated", "met", "unjudged"]].tolist() == [3, 2, 2, 1]


def test_an_activity_is_done_only_by_those_who_may():
    log = sample.log("c1: a@x; c2: a@y; c3: b@y; c4: a@x a@y; c5: a",
                     units={"c1": "N", "c2": "N", "c4": "S"})
    rule = Rule("R", "performed_by", ("a",), resources=("x",))
    assert (broken(log, rule), counts(log, rule)) == (["c2", "c4"], [4, 3, 2])
    assert broken(log, Rule("R", "performed_by", ("a",), units=("N",))) == ["c4"]


def test_a_rule_whose_column_is_missing_is_named_and_the_others_are_judged():
    log = sample.log("c1: a b; c2: b")
    found = adherence(log, [Rule("R1", "four_eyes", ("a", "b")),
                            Rule("R2", "existence", ("a",))])
    assert found["missing"].tolist() == ["resource", "resource", ""]
    assert found["rate"].isna().tolist() == [False, True, False]
    assert found["met"].tolist()[::2] == [1, 1]
    assert found.loc[1, ["cases", "met", "low"]].isna().all()


def test_without_rules_or_judged_cases_there_is_no_rate():
    assert adherence(sample.log("c1: a"), []).empty
    assert violations(sample.log("c1: a"), []).empty
    found = adherence(closed("c1: a"), [Rule("R", "existence", ("a",))])
    assert found["cases"].tolist() == [0, 0]
    assert found[["rate", "low", "high", "activated_rate"]].isna().all(axis=None)
