"""Why work waited: each cause by a sum that can be done by hand, and planted causes found again.

Hours count from Monday 09:00. Bo and Cy finish `ask`, which makes `pay` possible for Ann.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import sample
from workbench.engine import frame
from workbench.metrics.waiting import CAUSES, COLUMNS, causes_of_events, waiting_causes
from workbench.model import Calendar, EventLog, Hours

OFFICE = Calendar(Hours(days=(0, 1, 2, 3, 4), spans=((9 * 60, 17 * 60),)))


def split(log: EventLog, activity: str = "pay") -> dict[str, float]:
    """The hours of each cause of an activity that are not nought."""
    found = waiting_causes(log)
    mine = found[(found["activity"] == activity) & (found["hours"] > 0)]
    return dict(zip(mine["cause"], mine["hours"], strict=True))


def by_case(log: EventLog, activity: str = "pay") -> list[dict[str, float]]:
    """The same for each event of the activity that waited, by case."""
    rows = frame(causes_of_events(log).order_by("case", "position"))
    return [{cause: row[cause] / 3.6e9 for cause in CAUSES if row[cause]}
            for row in rows[rows["activity"] == activity].to_dict("records")]


def test_a_busy_resource_is_contention_and_a_free_one_extraneous():
    log = sample.log("c1: ask@Bo|0-1 pay@Ann|4-5; c2: other@Ann|0-3")
    assert split(log) == {"contention": 3 - 1, "extraneous": 4 - 3}


def test_work_that_could_begin_later_and_was_done_first_is_prioritisation():
    log = sample.log("c1: ask@Bo|0-1 pay@Ann|5-6; c2: ask@Cy|0-2 sort@Ann|2-5")
    assert by_case(log) == [{"extraneous": 2 - 1, "prioritisation": 5 - 2}]


def test_work_that_became_possible_at_the_same_moment_is_contention():
    log = sample.log("c1: ask@Bo|0-1 pay@Ann|3-4; c2: ask@Cy|0-1 sort@Ann|1-3")
    assert split(log) == {"contention": 3 - 1}


def test_with_several_tasks_at_once_any_earlier_work_makes_it_contention():
    # Ann sorts from before 1 until 3; what she begins at 2 could begin later than c1's pay
    log = sample.log("c1: ask@Bo|0-1 pay@Ann|6-7; c2: sort@Ann|0-3; c3: ask@Cy|0-2 sort@Ann|2-5")
    assert split(log) == {"contention": 3 - 1, "prioritisation": 5 - 3, "extraneous": 6 - 5}


def test_a_batch_waits_until_the_last_of_it_could_begin():
    log = sample.log("c1: ask@Bo|0-1 pay@Ann|6-7; c2: ask@Cy|0-3 pay@Ann|7-8")
    assert by_case(log) == [{"batching": 3 - 1, "extraneous": 6 - 3},
                            {"extraneous": 6 - 3, "contention": 7 - 6}]


def test_within_a_batch_the_order_is_that_of_its_own_members():
    log = sample.log("c1: ask@Bo|0-1 pay@Ann|7-8; c2: ask@Cy|0-3 pay@Ann|6-7")
    assert by_case(log)[0] == {"batching": 3 - 1, "extraneous": 6 - 3, "prioritisation": 7 - 6}


def test_work_begun_at_one_moment_is_a_batch_also_of_a_busy_resource():
    text = "c1: ask@Bo|0-1 pay@Ann|6-7; c2: ask@Cy|0-3 pay@Ann|6-8; c3: sort@Ann|0-6"
    assert by_case(sample.log(text)) == [{"batching": 3 - 1, "contention": 6 - 3},
                                         {"contention": 6 - 3}]


def test_a_queue_worked_off_one_by_one_is_no_batch():
    text = "c1: ask@Bo|0-1 pay@Ann|6-7; c2: ask@Cy|0-3 pay@Ann|7-8; c3: sort@Ann|0-6"
    assert split(sample.log(text)) == {"contention": (6 - 1) + (7 - 3)}


def test_what_could_begin_only_after_the_first_was_begun_is_not_of_its_batch():
    log = sample.log("c1: ask@Bo|0-1 pay@Ann|4-6; c2: ask@Cy|0-5 pay@Ann|6-7")
    assert split(log) == {"extraneous": 4 - 1, "contention": 6 - 5}


def test_batching_comes_before_contention():
    # Ann is busy at 1 to 2; free at 2 to 3, she lets the first one lie
    text = "c1: ask@Bo|0-1 pay@Ann|6-7; c2: ask@Cy|0-3 pay@Ann|7-8; c3: sort@Ann|0-2"
    assert by_case(sample.log(text))[0] == {"batching": 3 - 1, "extraneous": 6 - 3}


def test_hours_off_duty_by_the_calendar_are_unavailability_where_nobody_works():
    # Monday 16:00 to Tuesday 10:00; Ann works overtime until 18:00
    log = sample.log("c1: ask@Bo|6-7 pay@Ann|25-26; c2: sort@Ann|6-9", calendar=OFFICE)
    assert split(log) == {"contention": 9 - 7, "unavailability": 24 - 9, "extraneous": 25 - 24}


def test_a_unit_has_its_own_calendar():
    shift = Hours(days=(0, 1, 2, 3, 4), spans=((9 * 60, 21 * 60),))
    both = Calendar(OFFICE.hours, {"South": shift})
    text = "c1: ask@Bo|6-7 pay@Ann|24-25; c2: ask@Bo|6-7 pay@Ann|24-25; c3: sort@Ann|9-10"
    log = sample.log(text, units={"c1": "North", "c2": "South", "c3": "South"}, calendar=both)
    assert by_case(log) == [
        {"extraneous": 1, "unavailability": 24 - 8 - 1, "prioritisation": 1},
        {"extraneous": 5 - 1, "unavailability": 24 - 12, "prioritisation": 1}]


def test_without_a_calendar_a_short_log_claims_no_absence():
    assert split(sample.log("c1: ask@Bo|0-1 pay@Ann|100-101")) == {"extraneous": 99}


def test_nobody_named_is_extraneous():
    assert split(sample.log("c1: ask@Bo|0-1 pay|4-5; c2: x@Bo|1-3")) == {"extraneous": 4 - 1}


def test_waiting_begins_with_the_arrival_where_it_is_known():
    rows = sample.rows("c1: pay@Ann|4-5; c2: sort@Ann|0-3")
    rows["arrival"] = [rows["start"][1], rows["start"][1]]
    assert split(sample.from_rows(rows)) == {"contention": 3, "extraneous": 1}


@pytest.mark.parametrize(("text", "has_start"), [("c1: a@x b@y", False), ("c1: a b", True)],
                         ids=["no start", "no resource"])
def test_what_cannot_be_known_is_an_empty_table(text, has_start):
    found = waiting_causes(sample.log(text, has_start=has_start))
    assert list(found) == list(COLUMNS)
    assert found.empty


def test_nothing_waited():
    found = waiting_causes(sample.log("c1: a@x b@y"))
    assert list(found) == list(COLUMNS)
    assert found.empty


def test_shares_efficiency_and_counts():
    # 4 h of waiting (3 contention), 1 + 1 + 3 + 1 h of processing
    log = sample.log("c1: ask@Bo|0-1 pay@Ann|5-6; c2: sort@Ann|1-4; c3: ask@Cy|0-1")
    found = waiting_causes(log).set_index("cause")
    assert found.index.tolist() == list(CAUSES)
    assert found.loc["batching", "share"] == 0
    assert found.loc["contention"].tolist() == ["pay", 3, 3 / 4, 6 / (6 + 4 - 3), 1, 1]
    assert found.loc["extraneous", "cte_impact"] == 6 / (6 + 4 - 1)


def test_a_log_that_was_cut_keeps_what_its_resources_did_in_other_cases():
    log = sample.log("c1: ask@Bo|0-1 pay@Ann|4-5; c2: sort@Ann|0-3 pay@Ann|9-10")
    cut = log.only(log.cases.filter(log.cases.case_id == "c1"))
    assert split(cut) == {"contention": 3 - 1, "extraneous": 1}


STEP = st.tuples(st.sampled_from("xyz"), st.sampled_from(["@R", "@R", "@Q", ""]),
                 st.integers(0, 12), st.sampled_from([0, 1, 1, 2, 8]))
CASES = st.lists(st.lists(STEP, min_size=1, max_size=6), min_size=1, max_size=5)


@settings(max_examples=8, deadline=None)
@given(cases=CASES, calendar=st.sampled_from([None, OFFICE]))
def test_the_causes_add_up_to_the_wait_and_none_is_negative(cases, calendar):
    text = "; ".join(f"c{n}: " + " ".join(f"{a}{r}|{s}-{s + long}" for a, r, s, long in steps)
                     for n, steps in enumerate(cases))
    log = sample.log(text, calendar=calendar)
    found = frame(causes_of_events(log))
    waits = frame(log.events.select("case", "position", "waiting_hours"))
    waits = {(case, position): hours * 3.6e9
             for case, position, hours in waits.itertuples(index=False) if hours > 0}
    assert (found[list(CAUSES)] >= 0).all(axis=None)
    sums = found[list(CAUSES)].sum(axis=1)
    assert dict(zip(zip(found["case"], found["position"], strict=True), sums, strict=True)) == waits


@pytest.mark.parametrize("length", [1, 100, 700, 5000])
def test_long_queues_are_counted_block_by_block(length):
    """`pay` is possible at 1; every second hour of other work could begin only later."""
    others = "; ".join(
        f"o{n}: a@Z{n}|0-{0.5 if n % 2 else 2 + n} sort@Ann|{2 + n}-{3 + n}"
        for n in range(length))
    log = sample.log(f"c1: ask@Bo|0-1 pay@Ann|{2 + length}-{3 + length}; {others}")
    late = len(range(0, length, 2))
    assert by_case(log) == [{key: hours for key, hours in (
        ("extraneous", 1.0), ("prioritisation", late), ("contention", length - late)) if hours}]


def worlds():
    """The simulator of the benchmark."""
    name = "waiting_causes"
    file = Path(__file__).parents[2] / "benchmarks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


PLANTED = ("batch and night", "late asking", "brief", "built, small", "made, by hand")


@pytest.mark.parametrize("name", PLANTED)
def test_planted_shares_are_found_within_five_points(name):
    made = worlds()
    world = next(each for each in (*made.DEVELOPMENT, *made.HELD_OUT) if each.name == name)
    told, found = made.compare(made.made(world, 7))
    assert found == pytest.approx(told, abs=0.05)


def test_work_asked_for_late_and_found_together_is_no_batch_where_other_work_is_left_behind():
    # c3 could begin before Ann took up the others, and is done only a day later
    text = "c1: ask@Bo|0-1 pay@Ann|6-7; c2: ask@Cy|0-3 pay@Ann|7-8; c3: ask@Di|0-2 pay@Ann|30-31"
    assert "batching" not in split(sample.log(text))


def test_batches_that_begin_when_complete_have_one_size_also_where_they_follow_each_other():
    # of two each; the pairs of 13 and of 15 were both complete when the one before them ended
    text = "; ".join(f"c{n}: ask@Bo{n}|0-{possible} pay@Ann|{begun}-{ended}" for n, (
        possible, begun, ended) in enumerate([
            (1, 3, 4), (3, 4, 5), (10, 12, 14), (12, 14, 16), (12.5, 16, 17), (13, 17, 18),
            (14, 18, 19), (15, 19, 20)]))
    assert [row.get("batching", 0) for row in by_case(sample.log(text))] == [
        2, 0, 2, 0, 0.5, 0, 1, 0]


def test_a_resource_with_little_work_shares_the_week_of_those_who_do_the_same():
    # eight people pay in office hours, ten times each; nobody alone shows a week
    rows = [f"c{day}_{who}: ask@Bo|{24 * day - 15 + who}-{24 * day - 14 + who} "
            f"pay@P{who}|{24 * day + who}-{24 * day + who + 0.5}"
            for day in (*range(1, 5), *range(7, 12), *range(14, 19)) for who in range(8)]
    # of the 14 hours that each waits, those from 09:00 to its start are on duty
    late = 14 * sum(range(8))
    assert split(sample.log("; ".join(rows))) == {
        "extraneous": late, "unavailability": 14 * 8 * 14 - late}
