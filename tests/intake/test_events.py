"""Whatever is asked for: no row is lost, and the order of the rows of a flat file means nothing."""

import random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from tests.intake.refusals import refused
from workbench.errors import InputRefused
from workbench.intake.events import Wishes, read_events
from workbench.intake.log import Closing, assemble

HEADER = "case,step,received,began,done,who,where,result,state,kind\n"
MAPPING = {"case_id": "case", "activity": "step", "end": "done", "resource": "who",
           "unit": "where", "result": "result"}
MORE = {"arrival": "received", "start": "began", "lifecycle": "state"}
HOURS = st.sampled_from(["2026-03-02 08:00", "2026-03-02 09:00", "2026-03-02 10:00", "", "0",
                         "2026-03-03 08:00", "soon"])
ROWS = st.tuples(
    st.sampled_from(["1", "2", "3", ""]), st.sampled_from(["sign", "check", "pay", ""]), HOURS,
    HOURS, HOURS, st.sampled_from(["Ann", "Bob", ""]), st.sampled_from(["N", ""]),
    st.sampled_from(["同意", "转办", "退回", "拒绝", "撤回", "草稿", "催办", "自动通过", "驳回",
                     "?"]),
    st.sampled_from(["start", "complete", "schedule", "suspend", ""]), st.sampled_from("xy"))
WISHES = st.fixed_dictionaries({
    "mapping": st.sets(st.sampled_from(["arrival", "start"])).map(
        lambda roles: MAPPING | {role: MORE[role] for role in (*roles, "lifecycle")}),
    "lifecycle": st.sampled_from(["single", "pair", ("complete",), ("start", "complete")]),
    "joint_all": st.sampled_from([(), ("sign",)]), "joint_any": st.sampled_from([(), ("check",)]),
    "attributes": st.sampled_from([(), ("kind",)]),
    "labels": st.sampled_from([{}, {"pay": "sign"}]),
    "statuses": st.sampled_from([{}, {"驳回": "returned"}, {"?": "transferred"}]),
    "ignore": st.sampled_from([(), ("pay",)]),
})


def _text(rows):
    return HEADER + "".join(",".join(row) + "\n" for row in rows)


def _tables(path, asked):
    events = read_events(path, asked)
    log = assemble([events], asked, Closing(("pay",)))
    return {name: table.to_csv(index=False) for name, table in wb.tables(log).items()}


@settings(deadline=None, max_examples=80)
@given(st.lists(ROWS, min_size=1, max_size=14), WISHES)
def test_every_row_is_kept_or_set_aside_whatever_is_asked(tmp_path_factory, rows, asked):
    path = tmp_path_factory.mktemp("rows") / "log.csv"
    path.write_text(_text([*rows, *FILLER]), encoding="utf-8")
    reading = read_events(path, Wishes(**asked, guess=False)).reading
    assert reading.rows_read == len(rows) + len(FILLER)
    assert reading.rows_read == reading.rows_kept + sum(reading.set_aside.values())
    counted: dict[str, int] = {}
    for problem in reading.problems:
        if problem.code in reading.set_aside:
            counted[problem.code] = counted.get(problem.code, 0) + problem.count
    assert counted == reading.set_aside


FILLER = [("9", step, "2026-03-01 08:00", "2026-03-01 08:00", "2026-03-01 09:00", "Cid", "S",
           "同意", "complete", "x") for step in ("open", "close")] * 8
"""Rows that keep a column of odd times from being refused as a whole."""


def _events(path, asked):
    typed = read_events(path, asked).typed.drop(columns="sequence")
    return typed.sort_values(list(typed.columns)).to_csv(index=False)


def _twice(folder, rows, chance, look):
    """What is seen of the rows as they are, and of the same rows shuffled."""
    found = []
    for turn in range(2):
        every = [*rows, *FILLER]
        if turn:
            chance.shuffle(every)
        path = folder / str(turn) / "log.csv"
        path.parent.mkdir()
        path.write_text(_text(every), encoding="utf-8")
        found.append(look(path))
    return found


@settings(deadline=None, max_examples=80)
@given(st.lists(ROWS, min_size=2, max_size=14), WISHES, st.randoms(use_true_random=False))
def test_shuffling_the_rows_changes_no_event(tmp_path_factory, rows, asked, chance):
    first, second = _twice(tmp_path_factory.mktemp("shuffled"), rows, chance,
                           lambda path: _events(path, Wishes(**asked, guess=False)))
    assert first == second


@settings(deadline=None, max_examples=5)
@given(st.lists(ROWS, min_size=2, max_size=14), WISHES, st.randoms(use_true_random=False))
def test_shuffling_the_rows_changes_no_table(tmp_path_factory, rows, asked, chance):
    first, second = _twice(tmp_path_factory.mktemp("shuffled"), rows, chance,
                           lambda path: _tables(path, Wishes(**asked, guess=False)))
    assert first == second


@pytest.mark.parametrize("asked", [
    {}, {"lifecycle": "pair"}, {"joint_all": ("sign",)}, {"joint_any": ("sign",)}])
def test_shuffling_many_rows_with_ties_changes_no_table(tmp_path, asked):
    chance = random.Random(5)  # noqa: S311 - a shuffle, no secret
    rows = [(str(chance.randrange(40)), chance.choice(["sign", "check", "pay"]),
             "", "", f"2026-03-{chance.randrange(2, 5):02} 0{chance.randrange(8, 10)}:00",
             chance.choice(["Ann", "Bob", ""]), "N",
             chance.choice(["同意", "转办", "退回", "拒绝"]),
             chance.choice(["start", "complete", "schedule"]), "x") for _ in range(900)]
    found = []
    for turn in range(2):
        path = tmp_path / str(turn) / "log.csv"
        path.parent.mkdir()
        path.write_text(_text(rows), encoding="utf-8")
        found.append(_tables(path, Wishes(MAPPING | {"lifecycle": "state"}, guess=False, **asked)))
        chance.shuffle(rows)
    assert found[0] == found[1]


def test_further_columns_are_kept_under_their_names(write):
    text = "case_id,activity,time,Amount,类别\n1,a,2026-03-02,12,\n1,b,2026-03-03, 7 ,急\n"
    typed = read_events(write(text), Wishes(attributes=("Amount", "类别"))).typed
    assert typed["attribute:Amount"].tolist() == ["12", "7"]
    assert typed["attribute:类别"].isna().tolist() == [True, False]


def test_a_further_column_that_is_not_there_is_refused_with_near_ones(write):
    path = write("case_id,activity,time,Amount\n1,a,2026-03-02,12\n1,b,2026-03-03,7\n")
    asked = Wishes(attributes=("Amont",))
    assert refused(lambda: read_events(path, asked)) == {"column_missing": (1, "Amont")}
    with pytest.raises(InputRefused, match="Did you mean: Amount"):
        read_events(path, asked)


def test_several_columns_make_one_activity(write):
    path = write("case_id,节点名称,操作,处理时间\n1,审批,同意,2026-03-02\n1,审批,转办,2026-03-03\n")
    typed = read_events(path, Wishes({"activity": "节点名称+操作"})).typed
    assert typed["activity"].tolist() == ["审批+同意", "审批+转办"]


def test_an_arrival_after_its_end_is_unknown_and_counted(write):
    events = read_events(write("case_id,activity,arrival,end\n1,a,2026-03-03,2026-03-02\n"
                               "1,b,2026-03-03,2026-03-04\n"), Wishes())
    problem = next(p for p in events.reading.problems if p.code == "arrival_after_end")
    assert (problem.level, problem.line, problem.count) == ("repaired", 2, 1)
    assert events.typed["arrival"].isna().tolist() == [True, False]
    assert events.reading.rows_kept == 2


@pytest.mark.parametrize("end", ["0", ""])
def test_a_pending_task_is_open_and_never_of_1970(write, end):
    events = read_events(write(f"case_id,activity,arrival,end\n1,a,2026-03-01,2026-03-02\n"
                               f"1,b,2026-03-03,{end}\n"), Wishes())
    assert events.reading.set_aside == {"end_missing": 1}
    assert events.typed["end"].dt.year.tolist() == [2026]


def test_labels_are_mapped_and_counted(write):
    path = write("case_id,activity,time\n1,aprove,2026-03-02\n1,pay,2026-03-03\n"
                 "2,aprove,2026-03-04\n")
    events = read_events(path, Wishes(labels={"aprove": "approve", "absent": "other"}))
    assert events.typed["activity"].tolist() == ["approve", "pay", "approve"]
    problem = next(p for p in events.reading.problems if p.code == "labels_mapped")
    assert (problem.level, problem.line, problem.count) == ("info", 2, 2)
    assert problem.values == {"names": 1}


def test_a_related_case_and_a_snapshot_are_named_and_not_used(write):
    text = ("审批编号,关联单号,当前节点,节点名称,处理时间\n"
            "1,,付款,审批,2026-03-02\n1,,付款,付款,2026-03-03\n2,1,付款,审批,2026-03-02\n")
    found = {p.code: p.column for p in read_events(write(text), Wishes()).reading.problems}
    assert (found["related_case_column"], found["snapshot_column"]) == ("关联单号", "当前节点")


def test_every_typed_column_is_there_for_the_engine(write):
    typed = read_events(write("case_id,activity,time\n1,a,2026-03-02\n1,b,2026-03-03\n"),
                        Wishes()).typed
    assert [str(typed[name].dtype) for name in ("start", "end", "arrival")] == [
        "datetime64[us, UTC]"] * 3
    assert {str(typed[name].dtype) for name in ("case_id", "activity", "resource", "unit",
                                                "stratum", "result", "closes", "file")} == {"str"}
    assert pd.api.types.is_integer_dtype(typed["sequence"])
