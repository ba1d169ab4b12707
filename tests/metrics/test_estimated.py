"""With one timestamp an estimate is an upper bound, and called one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import metrics, sample
from workbench.engine import frame
from workbench.metrics import estimated
from workbench.model import EventLog

TEXT = "c1: ask@Bo|0 pay@Ann|5 end@Ann|9; c2: ask@Bo|1 pay@Ann|3 end|20"
EVENT = st.tuples(st.sampled_from("ab"), st.sampled_from(["", "@x", "@y"]), st.integers(0, 9))
CASES = st.lists(st.lists(EVENT, min_size=1, max_size=5), min_size=1, max_size=5)


def estimates(log: EventLog) -> dict[tuple[int, int], float]:
    found = frame(estimated.starts(log))
    return {(case, position): hours for case, position, hours in zip(
        found["case"], found["position"], found["estimated_processing_hours"], strict=True)}


def test_work_begins_at_the_event_before_or_when_its_resource_finished_whichever_is_later():
    # c1's pay waits for Ann, who pays c2 until 3; her end of c1 follows her pay at 5
    assert estimates(sample.log(TEXT, has_start=False)) == {
        (0, 1): 5 - 3, (0, 2): 9 - 5, (1, 1): 3 - 1}


def test_a_log_that_was_cut_keeps_what_its_resources_did_in_other_cases():
    log = sample.log(TEXT, has_start=False)
    assert estimates(log.only(log.cases.filter(log.cases.case_id == "c1"))) == {
        (0, 1): 2.0, (0, 2): 4.0}


def test_events_at_one_moment_have_no_processing_time_of_zero():
    log = sample.log("c1: a@x|1 b@x|1 c@x|2", has_start=False)
    found = frame(estimated.starts(log).order_by("position"))["estimated_processing_hours"]
    assert found.isna().tolist() == [True, False]


@pytest.mark.parametrize(("text", "has_start"), [(TEXT, True), ("c1: a b c", False)],
                         ids=["starts are recorded", "nobody is named"])
def test_there_is_nothing_to_estimate(text, has_start):
    log = sample.log(text, has_start=has_start)
    assert frame(estimated.starts(log)).empty
    assert list(estimated.activities(log)) == [
        "activity", "events", "median_estimated_processing_hours",
        "p95_estimated_processing_hours"]
    assert estimated.activities(log).empty


@settings(max_examples=6, deadline=None)
@given(cases=CASES)
def test_an_estimate_is_never_negative_nor_longer_than_what_is_known_to_have_passed(cases):
    text = "; ".join(f"c{n}: " + " ".join(f"{a}{r}|{h}" for a, r, h in steps)
                     for n, steps in enumerate(cases))
    log = sample.log(text, has_start=False)
    rows = frame(log.events.select("case", "position", "elapsed_hours"))
    passed = {(case, position): hours for case, position, hours in rows.itertuples(index=False)}
    for event, hours in estimates(log).items():
        assert not hours <= 0
        assert not hours > passed[event]


@settings(max_examples=6, deadline=None)
@given(cases=CASES)
def test_no_table_says_that_processing_took_no_time(cases):
    text = "; ".join(f"c{n}: " + " ".join(f"{a}{r}|{h}" for a, r, h in steps)
                     for n, steps in enumerate(cases))
    for name, table in metrics.tables(sample.log(text, has_start=False)).items():
        for column in table:
            if "processing" in str(column) or "busy" in str(column):
                assert not (table[column] == 0).any(), (name, column)
