"""The rules of an engagement: read as they are written, refused with line and key."""

from __future__ import annotations

import pytest

from tests.intake.conftest import ENGAGEMENT
from tests.intake.refusals import refused
from workbench.intake import open_client, read_client_log, read_engagement, read_said
from workbench.model import Rule


def test_rules_are_read_as_they_are_written(folder):
    engagement = read_engagement(folder(ENGAGEMENT + """\
rules:
  - {id: R1, rule: precedence, activities: [check, pay], owner: Ann, source: "manual 3.2"}
  - {id: R2, rule: time_standard, hours: 24}
  - {id: R3, rule: existence, activities: check, most: 2}
  - {id: R4, rule: performed_by, activities: pay, resources: [Bo, Cy]}
"""))
    assert engagement.rules == (
        Rule("R1", "precedence", ("check", "pay"), owner="Ann", source="manual 3.2"),
        Rule("R2", "time_standard", hours=24), Rule("R3", "existence", ("check",), most=2),
        Rule("R4", "performed_by", ("pay",), resources=("Bo", "Cy")),
    )


@pytest.mark.parametrize(("rule", "code", "key"), [
    ("rule: precedance, activities: [a, b]", "value_not_listed", "rule"),
    ("rule: precedence, activities: [a]", "rule_activities", "activities"),
    ("rule: response, activities: [a, b, c]", "rule_activities", "activities"),
    ("rule: exclusive_choice, activities: a", "rule_activities", "activities"),
    ("rule: absence", "rule_activities", "activities"),
    ("rule: time_standard, activities: [a, b, c], hours: 2", "rule_activities", "activities"),
    ("rule: four_eyes, activities: [a, a]", "rule_activity_twice", "activities"),
    ("rule: time_standard", "rule_needs", "hours"),
    ("rule: time_standard, hours: 0", "number_out_of_range", "hours"),
    ("rule: time_standard, hours: 2, clock: working", "rule_needs", "clock"),
    ("rule: time_standard, hours: 2, clock: wall", "value_not_listed", "clock"),
    ("rule: performed_by, activities: a", "rule_needs", "resources"),
    ("rule: precedence, activities: [a, b], hours: 2", "rule_key_unused", "hours"),
    ("rule: absence, activities: a, least: 1", "rule_key_unused", "least"),
    ("rule: existence, activities: a, least: 3, most: 2", "span_backwards", "most"),
    ("rule: existence, activities: a, least: 1.5", "number_expected", "least"),
    ("rule: existence, activities: a, least: -1", "number_out_of_range", "least"),
    ("rule: existence, activities: a, colour: red", "key_unknown", "colour"),
])
def test_a_rule_that_does_not_hold_together_is_refused(folder, rule, code, key):
    place = folder(ENGAGEMENT + f"rules: [{{id: R, {rule}}}]\n")
    assert refused(lambda: read_engagement(place)) == {code: (11, f"rules.1.{key}")}


def test_two_rules_with_one_id_and_a_rule_without_one_are_refused(folder):
    place = folder(ENGAGEMENT + """\
rules:
  - {id: R, rule: absence, activities: a}
  - {id: R, rule: absence, activities: b}
  - {rule: absence, activities: c}
""")
    assert refused(lambda: read_engagement(place)) == {"key_missing": (14, "rules.3.id")}
    again = folder(place.joinpath("engagement.yaml").read_text("utf-8").replace("{rule:",
                                                                                "{id: S, rule:"))
    assert refused(lambda: read_engagement(again)) == {"rule_twice": (13, "rules.2.id")}


UNITS = "Case,Step,Time,Region\nc1,check,2026-03-02 09:00,north\nc1,pay,2026-03-03 09:00,north\n"


@pytest.mark.parametrize(("rule", "code", "key"), [
    ("rule: precedence, activities: [chek, pay]", "rule_activity_never_occurs", "activities"),
    ("rule: performed_by, activities: pay, units: [nort]", "unit_never_occurs", "units"),
])
def test_what_the_log_does_not_hold_is_refused_with_near_names(folder, rule, code, key):
    place = folder(ENGAGEMENT.replace("end: Time", "end: Time, unit: Region")
                   + f"rules: [{{id: R, {rule}}}]\n", UNITS)
    assert refused(lambda: open_client(place, place.parent / "out")) == {
        code: (11, f"rules.1.{key}")}
    assert refused(lambda: read_client_log(place, place.parent / "out")) == {
        code: (11, f"rules.1.{key}")}


def test_what_a_folder_says_beyond_its_log_is_its_engagement_and_its_steps(folder):
    place = folder(ENGAGEMENT + "rules: [{id: R, rule: absence, activities: pay}]\n")
    engagement, steps = read_said(place)
    assert (engagement.rules[0].rule, steps) == ("absence", None)
    place = folder(steps="step,role,next\ncheck,clerk,pay\npay,clerk,\n")
    assert read_said(place)[1]["step"].tolist() == ["check", "pay"]
