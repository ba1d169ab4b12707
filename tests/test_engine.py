"""The engine orders a log by a rule, once; nothing but the log itself changes the answer."""

from __future__ import annotations

from itertools import combinations, pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from workbench import sample
from workbench.engine import Engine, frame, local_time, open_engine
from workbench.engine.order import learn_order
from workbench.errors import WrongUse


@pytest.fixture(scope="module")
def engine() -> Engine:
    return open_engine()


def variants(log):
    return frame(log.cases.order_by("case_id"))["variant"].tolist()


def prepared(engine, rows, **settings):
    events, cases = engine.prepare(rows, **({"has_start": True} | settings))
    return frame(events), frame(cases)


# ---------------------------------------------------------------- order


def test_events_stand_by_start_then_end():
    log = sample.log("c1: late|2-3 long|0-5 short|0-1")
    assert variants(log) == ['["short","long","late"]']


def test_events_with_one_timestamp_stand_by_it():
    assert variants(sample.log("c1: b|2 a|1 c|3", has_start=False)) == ['["a","b","c"]']


def test_source_ties_keep_the_order_of_the_source():
    assert variants(sample.log("c1: b|1 a|1", ties="source")) == ['["b","a"]']


def test_learned_ties_follow_what_the_rest_of_the_log_shows():
    text = "c1: b|1 a|1; c2: b|1 a|2; c3: b|1 a|2; c4: a|1 b|2"
    assert variants(sample.log(text, ties="learned"))[0] == '["b","a"]'


def test_ties_that_nothing_explains_stand_by_name():
    assert variants(sample.log("c1: b|1 a|1", ties="learned")) == ['["a","b"]']


def test_a_tie_of_one_activity_stands_by_resource():
    log = sample.log("c1: a@Bo|1 a@Ann|1", ties="learned")
    assert frame(log.events)["resource"].tolist() == ["Ann", "Bo"]


def test_tied_events_and_their_cases_are_marked():
    log = sample.log("c1: a|1 b|1 c|2; c2: a|1 b|2", has_start=False)
    assert frame(log.events)["tied"].tolist() == [True, True, False, False, False]
    assert frame(log.cases)["tied"].tolist() == [True, False]


def test_duplicate_rows_stay():
    assert frame(sample.log("c1: a@Ann|1 a@Ann|1").cases)["events"].tolist() == [2]


def test_an_unknown_rule_for_ties_is_wrong_use(engine):
    with pytest.raises(WrongUse):
        engine.prepare(sample.rows("c1: a"), has_start=True, ties="random")


STEP = st.builds(
    lambda activity, resource, start, length: f"{activity}@{resource}|{start}-{start + length}",
    st.sampled_from("abcd"), st.sampled_from("xyz"), st.integers(0, 4), st.integers(0, 2))
LOGS = st.lists(st.lists(STEP, min_size=1, max_size=6), min_size=1, max_size=5).map(
    lambda cases: "; ".join(f"c{n}: {' '.join(steps)}" for n, steps in enumerate(cases)))


@settings(max_examples=25, deadline=None)
@given(text=LOGS, seed=st.integers(0, 99), has_start=st.booleans())
def test_shuffling_the_rows_of_a_flat_file_changes_nothing(text, seed, has_start):
    rows = sample.rows(text)
    shuffled = rows.sample(frac=1, random_state=seed, ignore_index=True)
    shuffled["sequence"] = range(len(shuffled))
    one, other = (sample.from_rows(typed, has_start=has_start, ties="learned")
                  for typed in (rows, shuffled))
    assert_frame_equal(frame(one.events), frame(other.events))
    assert_frame_equal(frame(one.cases), frame(other.cases))


def test_the_number_of_threads_changes_nothing():
    steps = " ".join(f"{name}|{hour}" for hour in range(40) for name in "cba")
    text = "; ".join(f"c{number}: {steps}" for number in range(100))
    found = []
    for threads in (1, 2, 4):
        engine = open_engine()
        engine.backend.con.execute(f"SET threads = {threads}")
        found.append(prepared(engine, sample.rows(text)))
    for one, other in combinations(found, 2):
        assert_frame_equal(one[0], other[0])
        assert_frame_equal(one[1], other[1])


def test_names_are_sorted_by_code_point():
    log = sample.log("é: a; z: a; Z: a; 中: a")
    assert frame(log.cases)["case_id"].tolist() == ["Z", "z", "é", "中"]


# ---------------------------------------------------------------- the learned order


def test_the_learned_order_follows_a_chain_whose_ends_never_meet():
    follows = [("d", "c", 2), ("c", "b", 2), ("b", "a", 2)]
    assert learn_order(follows) == ("d", "c", "b", "a")


def test_the_learned_order_breaks_a_circle_at_its_weakest_link():
    assert learn_order([("a", "b", 5), ("b", "c", 4), ("c", "a", 3)]) == ("a", "b", "c")
    assert learn_order([("a", "b", 3), ("b", "c", 5), ("c", "a", 4)]) == ("b", "c", "a")


def test_an_even_count_leaves_the_order_to_the_names():
    assert learn_order([("b", "a", 2), ("a", "b", 2)]) == ("a", "b")


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde"),
                          st.integers(1, 9)), max_size=25))
def test_the_learned_order_names_each_activity_once_whatever_is_counted(follows):
    follows = [follow for follow in follows if follow[0] != follow[1]]
    names = {name for *pair, _ in follows for name in pair}
    assert sorted(learn_order(follows)) == sorted(names)
    assert learn_order(follows) == learn_order(follows[::-1])


# ---------------------------------------------------------------- events


def test_neighbours_are_those_of_the_same_case():
    events = frame(sample.log("c1: a@x b@y; c2: c@z").events)
    assert events["previous_activity"].fillna("-").tolist() == ["-", "a", "-"]
    assert events["next_activity"].fillna("-").tolist() == ["b", "-", "-"]
    assert events["previous_resource"].fillna("-").tolist() == ["-", "x", "-"]
    assert events["next_resource"].fillna("-").tolist() == ["y", "-", "-"]


def test_a_self_loop_is_immediate_and_a_repetition_is_not():
    events = frame(sample.log("c1: a b b a a").events)
    assert events["occurrence"].tolist() == [1, 1, 2, 2, 3]
    assert events["self_loop"].tolist() == [False, False, True, False, True]
    assert events["repetition"].tolist() == [False, False, False, True, False]


def test_waiting_runs_from_what_had_ended_before_and_idle_time_from_the_latest_end():
    events = frame(sample.log("c1: a|0-5 b|1-2 c|3-8 d|10-11").events)
    assert events["waiting_hours"].fillna(-1).tolist() == [-1, 1 - 0, 3 - 2, 10 - 8]
    assert events["idle_hours"].fillna(-1).tolist() == [-1, 0, 0, 10 - 8]
    assert events["elapsed_hours"].fillna(-99).tolist() == [-99, 2 - 5, 8 - 2, 11 - 8]


def test_one_timestamp_knows_elapsed_time_only():
    log = sample.log("c1: a|1 b|4", has_start=False)
    events, cases = frame(log.events), frame(log.cases)
    assert events[["start", "processing_hours", "waiting_hours"]].isna().all(axis=None)
    assert events["elapsed_hours"].fillna(-1).tolist() == [-1, 3]
    assert cases["throughput_hours"].tolist() == [3]
    assert cases[["processing_hours", "waiting_hours"]].isna().all(axis=None)


# ---------------------------------------------------------------- arrival, results, attributes


def arriving(text, *hours, **settings):
    """The events and cases of a text; each event arrived so many hours before it began."""
    rows = sample.rows(text)
    rows["arrival"] = rows["start"] - pd.to_timedelta(list(hours), unit="h").as_unit("us")
    log = sample.from_rows(rows, **settings)
    return frame(log.events), frame(log.cases).iloc[0]


def test_waiting_runs_from_the_arrival_where_it_is_known():
    events, _ = arriving("c1: a|0-1 b|5-6 c|9-10", 2, float("nan"), 1)
    assert events["waiting_hours"].tolist() == [2, 4, 1]
    assert events["elapsed_hours"].tolist() == [3, 5, 2]
    assert events["gap_hours"].fillna(-1).tolist() == [-1, 4, 3]


def test_work_begun_before_it_arrived_waited_for_nothing():
    events, case = arriving("c1: a|0-1", -0.5)
    assert events["waiting_hours"].tolist() == [0]
    assert case["throughput_hours"] == 1


def test_a_case_begins_when_its_first_task_arrives():
    _, case = arriving("c1: a|0-1 b|5-6", 2, 1)
    assert case["throughput_hours"] == 8
    assert case["busy_hours"] + case["waiting_hours"] == 8


def test_with_one_timestamp_elapsed_time_runs_from_the_arrival():
    events, case = arriving("c1: a|1-1 b|5-5", 1, 3, has_start=False)
    assert events["elapsed_hours"].tolist() == [1, 3]
    assert events["waiting_hours"].isna().all()
    assert case["throughput_hours"] == 5


def test_a_result_that_closes_closes_with_the_last_event_only():
    rows = sample.rows("c1: a b; c2: a b; c3: a b; c4: a b")
    rows["closes"] = [None, "closed", "closed", None, None, "withdrawn", None, None]
    found = frame(sample.from_rows(rows, end_activities=["done"]).cases)
    assert found["closed"].tolist() == [True, False, True, False]
    assert found["withdrawn"].tolist() == [False, False, True, False]
    unknown = frame(sample.from_rows(rows).cases)
    assert unknown["closed"].isna().all()
    assert not unknown["withdrawn"].any()


def test_attributes_stay_with_their_events_and_the_first_value_with_the_case():
    rows = sample.rows("c1: a b c; c2: a")
    rows["attribute:金额 (元)"] = [None, "5", "7", None]
    rows["attribute:kind"] = ["x", None, "y", "z"]
    log = sample.from_rows(rows)
    events, cases = frame(log.events), frame(log.cases)
    assert events["attribute:金额 (元)"].fillna("-").tolist() == ["-", "5", "7", "-"]
    assert cases["attribute:金额 (元)"].fillna("-").tolist() == ["5", "-"]
    assert cases["attribute:kind"].tolist() == ["x", "z"]
    assert "attribute:" not in {*events, *cases}


def test_rows_that_differ_in_an_attribute_only_stand_in_one_order():
    rows = sample.rows("c1: " + " ".join(["a|1"] * 6))
    rows["attribute:k"] = ["b", None, "a", "c", "", "b"]
    orders = [frame(sample.from_rows(rows.iloc[::step], ties="learned").events)
              for step in (1, -1)]
    assert_frame_equal(*orders)


# ---------------------------------------------------------------- cases


def test_idle_time_is_throughput_minus_the_union_of_spans():
    cases = frame(sample.log("c1: a|0-3 b|1-2 c|2-4 d|6-7").cases)
    row = cases.iloc[0]
    assert row["throughput_hours"] == 7
    assert row["processing_hours"] == 3 + 1 + 2 + 1
    assert row["waiting_hours"] == 7 - (4 + 1)


def test_work_is_unknown_where_one_event_has_no_start():
    rows = sample.rows("c1: a b; c2: a b")
    rows.loc[0, "start"] = pd.NaT
    cases = frame(sample.from_rows(rows).cases)
    assert cases["processing_hours"].isna().tolist() == [True, False]
    assert cases["waiting_hours"].isna().tolist() == [True, False]


def test_closed_is_unknown_without_end_activities():
    assert frame(sample.log("c1: a").cases)["closed"].isna().all()


def test_withdrawn_activities_alone_do_not_say_which_cases_are_closed():
    found = frame(sample.log("c1: a; c2: gone", withdrawn_activities=["gone"]).cases)
    assert found["closed"].isna().all()
    assert found["withdrawn"].tolist() == [False, True]


def test_a_case_is_closed_by_its_last_activity_only():
    log = sample.log("c1: a done; c2: done a", end_activities=["done"])
    assert frame(log.cases)["closed"].tolist() == [True, False]


def test_a_withdrawn_case_is_closed_but_withdrawn():
    log = sample.log("c1: a done; c2: a gone; c3: a", end_activities=["done"],
                     withdrawn_activities=["gone"])
    found = frame(log.cases)
    assert found["closed"].tolist() == [True, True, False]
    assert found["withdrawn"].tolist() == [False, True, False]


def test_the_unit_of_a_case_is_that_of_its_first_event_that_has_one():
    rows = sample.rows("c1: a b c").assign(unit=[None, "north", "south"])
    assert frame(sample.from_rows(rows).cases)["unit"].tolist() == ["north"]


def test_equally_frequent_variants_rank_by_code_point():
    log = sample.log("c1: b; c2: a; c3: c; c4: c")
    assert frame(log.cases)["variant_rank"].tolist() == [3, 2, 1, 1]


def test_a_variant_is_a_json_list_whatever_the_names_hold():
    rows = sample.rows("c1: a b").assign(activity=['say "no", then;', "退回"])
    assert variants(sample.from_rows(rows)) == ['["say \\"no\\", then;","退回"]']


# ---------------------------------------------------------------- files and types


def test_parquet_holds_the_same_tables_and_leaves_no_part_behind(engine, tmp_path):
    rows, folder = sample.rows("c1: a b@x; c2: b"), tmp_path / "it's" / "here"
    inside = prepared(engine, rows, end_activities=["b"])
    written = prepared(engine, rows, end_activities=["b"], folder=folder)
    loaded = [frame(table) for table in open_engine().load(folder)]
    for one, two, three in zip(inside, written, loaded, strict=True):
        assert_frame_equal(one, two)
        assert_frame_equal(one, three)
    assert sorted(file.name for file in folder.iterdir()) == ["cases.parquet", "events.parquet"]


def test_loading_half_a_preparation_fails(engine, tmp_path):
    prepared(engine, sample.rows("c1: a"), folder=tmp_path)
    (tmp_path / "cases.parquet").unlink()
    with pytest.raises(FileNotFoundError):
        engine.load(tmp_path)


def test_one_engine_holds_several_logs_apart(engine):
    first = engine.prepare(sample.rows("c1: a"), has_start=True)
    second = engine.prepare(sample.rows("c9: b"), has_start=True)
    assert frame(first[1])["case_id"].tolist() == ["c1"]
    assert frame(second[1])["case_id"].tolist() == ["c9"]


def test_whole_numbers_and_truth_values_with_gaps_stay_what_they_are():
    log = sample.log("c1: a b")
    gaps = log.events.select(number=log.events.position.nullif(0))
    assert frame(gaps)["number"].dtype == "Int64"
    assert frame(log.cases)["closed"].dtype == "boolean"


def test_hours_come_from_whole_microseconds(engine):
    rows = sample.rows("c1: a")
    rows["end"] = rows["start"] + pd.Timedelta(microseconds=1)
    _, cases = prepared(engine, rows.astype({"end": "datetime64[us, UTC]"}))
    assert cases["throughput_hours"].tolist() == [1 / 3_600_000_000]


def test_local_time_follows_the_clocks_of_the_zone():
    rows = sample.rows("c1: a; c2: a").assign(start=pd.to_datetime(
        ["2026-03-29T00:30Z", "2026-03-29T01:30Z"]))
    cases = sample.from_rows(rows).cases
    local = frame(cases.select(local=local_time(cases.start, "Europe/Berlin")))["local"]
    assert local.dt.hour.tolist() == [1, 3]


# ---------------------------------------------------------------- enabled


SPANS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc"), st.integers(0, 12),
                           st.integers(0, 5)), min_size=1, max_size=24)


def enabled_by_the_rule(rows):
    """What `enabled` means, event by event: the definition, said in plain loops."""
    cases = {}
    for case, activity, begin, length in rows:
        cases.setdefault(case, []).append((begin, begin + length, activity))
    for case in cases.values():
        case.sort(key=lambda step: step[:2])  # ties as in the source
    successions = [(one, other) for case in cases.values()
                   for one, other in pairwise(case) if one[2] != other[2]]
    lapping, all_of = {}, {}
    for one, other in successions:
        pair = frozenset((one[2], other[2]))
        all_of[pair] = all_of.get(pair, 0) + 1
        lapping[pair] = lapping.get(pair, 0) + (other[0] < one[1])
    concurrent = {pair for pair in all_of if 2 * lapping[pair] > all_of[pair]}
    found = []
    for _, case in sorted(cases.items()):
        for place, (begin, _, activity) in enumerate(case):
            ended = [end for _, end, other in case[:place]
                     if end <= begin and frozenset((activity, other)) not in concurrent]
            found.append(None if place == 0 else max(ended, default=case[0][0]))
    return found


@given(SPANS)
@settings(max_examples=30, deadline=None)
def test_work_can_begin_when_all_that_is_not_concurrent_with_it_had_ended(spans):
    text = {}
    for case, activity, begin, length in spans:
        text.setdefault(case, []).append(f"{activity}|{begin}-{begin + length}")
    log = sample.log("; ".join(f"c{case}: {' '.join(steps)}" for case, steps in text.items()),
                     ties="source")
    first = pd.Timestamp(sample.FIRST_HOUR)
    enabled = (frame(log.events)["enabled"] - first).dt.total_seconds() / 3600
    assert [None if pd.isna(hour) else hour for hour in enabled] == enabled_by_the_rule(spans)


def test_an_arrival_says_when_work_could_begin():
    rows = sample.rows("c1: a|1-2 b|4-5")
    rows["arrival"] = [rows["start"][0] - pd.Timedelta(hours=1), pd.NaT]
    events = frame(sample.from_rows(rows).events)
    assert events["waiting_hours"].tolist() == [1, 4 - 2]


def test_a_folder_whose_name_looks_like_a_pattern_is_read_as_it_stands(engine, tmp_path):
    for name in ("acme1", "acme?", "acme[1]", "acme*"):
        engine.prepare(sample.rows(f"{name}: a"), has_start=True, folder=tmp_path / name)
    for name in ("acme1", "acme?", "acme[1]", "acme*"):
        assert frame(engine.load(tmp_path / name)[1])["case_id"].tolist() == [name]


@pytest.mark.parametrize("said", ["lots", "0", "-1GB", "2GB'; SELECT 1"])
def test_a_limit_of_memory_that_is_none_is_refused(monkeypatch, said):
    monkeypatch.setenv("WORKBENCH_MEMORY", said)
    with pytest.raises(WrongUse):
        open_engine()


def test_a_limit_of_memory_holds(monkeypatch):
    monkeypatch.setenv("WORKBENCH_MEMORY", "500 MB")
    limit = open_engine().backend.con.execute("SELECT current_setting('memory_limit')").fetchall()
    assert limit[0][0].startswith("476")  # MiB
