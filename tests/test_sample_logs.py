"""Logs written as text say what they look like."""

from __future__ import annotations

import pandas as pd

from workbench import sample
from workbench.engine import frame

MORNING = pd.Timestamp(sample.FIRST_HOUR)


def test_each_step_takes_an_hour_and_begins_when_the_one_before_ends():
    rows = sample.rows("c1: a b")
    assert list(rows["start"]) == [MORNING, MORNING + pd.Timedelta(hours=1)]
    assert list(rows["end"]) == [MORNING + pd.Timedelta(hours=1), MORNING + pd.Timedelta(hours=2)]


def test_a_step_may_say_who_and_when_and_the_next_goes_on_from_there():
    rows = sample.rows("c1: a@Ann|0:10-0:30 b@Bo; c2: a|2")
    assert list(rows["resource"].dropna()) == ["Ann", "Bo"]
    assert rows["start"].iloc[0] == MORNING + pd.Timedelta(minutes=10)
    assert rows["start"].iloc[1] == MORNING + pd.Timedelta(minutes=30)
    assert rows["start"].iloc[2] == rows["end"].iloc[2] == MORNING + pd.Timedelta(hours=2)


def test_roles_are_those_that_the_text_fills():
    assert sample.log("c1: a@Ann", units={"c1": "north"}).roles == {
        "case_id", "activity", "start", "end", "resource", "unit"}
    assert sample.log("c1: a", has_start=False).roles == {"case_id", "activity", "end"}


def test_units_and_strata_belong_to_cases():
    log = sample.log("c1: a; c2: a", units={"c1": "north"}, strata={"c2": "urgent"})
    found = frame(log.cases[["unit", "stratum"]]).astype("object")
    assert found.where(found.notna(), None).to_numpy().tolist() == [
        ["north", None], [None, "urgent"]]


def test_the_cut_is_the_last_event_unless_it_is_said():
    assert sample.log("c1: a b").cut == MORNING + pd.Timedelta(hours=2)
    assert sample.log("c1: a b", cut_hours=30).cut == MORNING + pd.Timedelta(hours=30)
