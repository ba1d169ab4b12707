"""Rows of start and completion: kept single, paired, or filtered, as the client decides."""

import json

import pandas as pd
import pytest

import workbench as wb
from tests.intake.refusals import refused
from workbench.intake.events import Wishes, read_events
from workbench.intake.log import Closing, assemble

HEADER = "case_id,activity,lifecycle,time,resource\n"


def read(write, rows, lifecycle="pair", **wishes):
    """Rows as `case activity state hour resource`, one per line; all on one day."""
    lines = [row.split() for row in rows.strip().splitlines()]
    text = HEADER + "".join(
        f"{case},{activity},{state.strip('-')},2026-03-02 {hour}:00,{resource.strip('-')}\n"
        for case, activity, state, hour, resource in lines)
    events = read_events(write(text), Wishes(lifecycle=lifecycle, **wishes))
    reading = events.reading
    assert reading.rows_read == reading.rows_kept + sum(reading.set_aside.values())
    return events


def spans(events):
    """Activity, resource and hours of start and end of each event, in order."""
    typed = events.typed.sort_values(["case_id", "end", "activity"])
    return [(row.activity, row.resource if isinstance(row.resource, str) else None,
             None if pd.isna(row.start) else row.start.hour, row.end.hour)
            for row in typed.itertuples()]


def test_a_start_and_its_completion_are_one_event(write):
    events = read(write, "1 a start 09 Ann\n1 a complete 11 Ann\n1 b start 12 Bob\n"
                         "1 b complete 15 Bob")
    assert spans(events) == [("a", "Ann", 9, 11), ("b", "Bob", 12, 15)]
    assert events.reading.set_aside == {"paired": 2}
    assert "start" in events.roles


def test_the_first_start_goes_with_the_first_completion(write):
    events = read(write, "1 a start 09 -\n1 a start 10 -\n1 a complete 11 -\n1 a complete 13 -")
    assert [row[2:] for row in spans(events)] == [(9, 11), (10, 13)]


def test_activities_that_overlap_are_paired_each_by_itself(write):
    events = read(write, "1 a start 09 Ann\n1 b start 10 Bob\n2 a start 10 Ann\n"
                         "1 a complete 11 Ann\n2 a complete 12 Bob\n1 b complete 13 Bob")
    assert spans(events) == [("a", "Ann", 9, 11), ("b", "Bob", 10, 13), ("a", "Bob", 10, 12)]
    assert events.reading.set_aside == {"paired": 3}


def test_of_several_under_way_those_of_one_resource_go_together(write):
    events = read(write, "1 a start 09 Ann\n1 a start 10 Bob\n1 a complete 11 Bob\n"
                         "1 a complete 13 Ann")
    assert spans(events) == [("a", "Bob", 10, 11), ("a", "Ann", 9, 13)]


def test_another_resource_may_complete_what_one_began(write):
    events = read(write, "1 a start 09 System\n1 a complete 11 Bob\n1 a start 12 Bob\n"
                         "1 a complete 13 System")
    assert [row[2:] for row in spans(events)] == [(9, 11), (12, 13)]


def test_what_has_only_begun_is_set_aside_and_what_never_began_stays_without_start(write):
    events = read(write, "1 a complete 08 Ann\n1 a start 09 Ann\n1 b start 10 Ann\n"
                         "1 b complete 11 Ann")
    assert spans(events) == [("a", "Ann", None, 8), ("b", "Ann", 10, 11)]
    assert events.reading.set_aside == {"paired": 1, "lifecycle_unfinished": 1}
    counted = {p.code: (p.level, p.line, p.count) for p in events.reading.problems}
    assert counted["lifecycle_unfinished"] == ("warning", 3, 1)
    assert counted["lifecycle_without_start"] == ("warning", 2, 1)


def test_what_was_scheduled_is_the_arrival_and_other_states_are_set_aside(write):
    events = read(write, "1 a schedule 08 -\n1 a start 09 Ann\n1 a suspend 10 Ann\n"
                         "1 a resume 11 Ann\n1 a complete 12 Ann\n1 b schedule 12 -")
    assert spans(events) == [("a", "Ann", 9, 12)]
    assert events.typed["arrival"].dt.hour.tolist() == [8]
    assert events.reading.set_aside == {"paired": 2, "lifecycle_other": 2,
                                        "lifecycle_unfinished": 1}


def test_what_the_completion_leaves_blank_is_as_the_start_says(write):
    assert spans(read(write, "1 a start 09 Ann\n1 a complete 11 -\n1 b - 12 -")) == [
        ("a", "Ann", 9, 11), ("b", None, None, 12)]


def test_only_the_states_that_are_wanted_are_kept(write):
    rows = "1 a start 09 Ann\n1 a COMPLETE 11 Ann\n1 b start 12 Bob\n1 b Complete 15 Bob"
    events = read(write, rows, lifecycle=("complete", "compleet"))
    assert [row[3] for row in spans(events)] == [11, 15]
    assert events.reading.set_aside == {"lifecycle_other": 2}
    assert {p.code: p.values.get("state") for p in events.reading.problems}[
        "lifecycle_never_occurs"] == "compleet"


def test_pairing_without_a_column_of_states_is_refused(write):
    path = write("case_id,activity,time\n1,a,2026-03-02\n1,b,2026-03-03\n")
    assert refused(lambda: read_events(path, Wishes(lifecycle="pair"))) == {
        "role_missing": (1, "lifecycle")}


def test_a_stated_mapping_need_not_name_the_column_of_states(write):
    rows = "1 a start 09 Ann\n1 a complete 11 Ann"
    mapping = {"case_id": "case_id", "activity": "activity", "end": "time"}
    assert read(write, rows, mapping=mapping, guess=False).reading.rows_kept == 1


@pytest.mark.real_logs
@pytest.mark.parametrize(("name", "wishes"), [
    ("bpic2012", Wishes()), ("bpic2012_complete", Wishes(lifecycle=("COMPLETE",)))])
def test_a_published_log_of_states_counts_as_the_reference_does(shared_data, name, wishes):
    events = read_events(shared_data / "logs" / "bpic2012.xes.gz", wishes)
    found = wb.tables(assemble([events], wishes, Closing()))["log_summary"].iloc[0]
    expected = json.loads((shared_data / "reference" / f"{name}.json").read_text())["plain"]
    assert [found[key] for key in ("events", "cases", "activities", "variants", "resources")] == [
        expected[key] for key in ("events", "cases", "activities", "variants", "resources")]


@pytest.mark.real_logs
def test_a_published_log_of_states_is_paired(shared_data):
    events = read_events(shared_data / "logs" / "bpic2012.xes.gz", Wishes(lifecycle="pair"))
    aside = events.reading.set_aside
    assert events.reading.rows_kept == 164506  # as many as there are completions
    assert aside["paired"] + aside["lifecycle_unfinished"] == 71376 + 26318
    assert aside["lifecycle_unfinished"] < 100
    assert (events.typed["start"] <= events.typed["end"])[events.typed["start"].notna()].all()


@pytest.mark.real_logs
@pytest.mark.parametrize("name", ["interval_event_log.xes", "interval_event_log.csv"])
def test_a_published_log_of_intervals_counts_as_the_reference_does(shared_data, name):
    events = read_events(shared_data / "logs" / name, Wishes())
    found = wb.tables(assemble([events], Wishes(), Closing()))["log_summary"].iloc[0]
    expected = json.loads((shared_data / "reference" / "interval_event_log.json").read_text())
    assert [found[key] for key in ("events", "cases", "activities")] == [8109, 1266, 8]
    assert found["variants"] == expected["plain"]["variants_if_ordered_by_start"]
