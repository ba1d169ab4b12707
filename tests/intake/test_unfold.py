"""A document's steps, in columns or in one cell, all become events; what is left over is named."""

import pytest

from tests.intake.refusals import refused
from workbench.errors import InputRefused
from workbench.intake.events import Wishes, read_events


def read(write, text, **wishes):
    events = read_events(write(text), Wishes(**wishes))
    reading = events.reading
    assert reading.rows_read == reading.rows_kept + sum(reading.set_aside.values())
    return events


def sentence(call):
    with pytest.raises(InputRefused) as caught:
        call()
    return str(caught.value)


def codes(events):
    return {p.code: p for p in events.reading.problems}


def moments(count):
    """As many pairs of a person and a time, an hour apart, the first at eight."""
    return ",".join(f"P{place},2026-03-02 {8 + place:02}:00" for place in range(count))


@pytest.mark.parametrize(("header", "names"), [
    ("提交人,提交时间,初审人,初审时间,复核人,复核时间,审批人,审批时间", "提交 初审 复核 审批"),
    ("制单人,制单日期,审核人,审核日期,记账人,记账日期", "制单 审核 记账"),
    ("一审人,一审时间,二审人,二审时间,终审人,终审时间", "一审 二审 终审"),
    ("一级审批人,一级审批时间,加签人,加签时间,二级审批人,二级审批时间", "一级审批 加签 二级审批"),
    ("财务审核人,财务审核时间,财务复核人,财务复核时间", "财务审核 财务复核"),
    ("发起人,发起时间,一级审批人,一级审批时间,二级审批人,二级审批时间", "发起 一级审批 二级审批"),
    ("部门经理,部门经理审批时间,财务,财务审批时间", "部门经理审批 财务审批"),
    ("Created by,Created at,Approved by,Approved at", "Created Approved"),
])
def test_every_pair_of_a_person_and_a_time_is_a_step(write, header, names):
    steps = names.split()
    text = f"单据编号,{header}\n1,{moments(len(steps))}\n2,{moments(len(steps))}\n"
    assert "not_an_event_log_wide" in refused(lambda: read_events(write(text), Wishes()))
    events = read(write, text, unfold_wide=True)
    assert events.typed["activity"].tolist() == steps * 2
    assert events.typed["resource"].tolist() == [f"P{n}" for n in range(len(steps))] * 2
    assert events.typed["end"].dt.hour.sum() == 2 * sum(range(8, 8 + len(steps)))
    assert "step_columns_unused" not in codes(events)


def test_a_time_or_a_person_of_no_step_is_named_and_one_of_the_document_is_not(write):
    text = ("单据编号,发起时间,初审人,初审时间,终审人,终审时间,稽核时间,会签人,归档时间,计划完成时间\n"
            f"1,2026-03-01,{moments(2)},2026-03-03,丙,2026-03-04,2026-03-05\n")
    problem = codes(read(write, text, unfold_wide=True))["step_columns_unused"]
    assert (problem.level, problem.count, problem.values) == (
        "warning", 2, {"columns": "稽核时间, 会签人"})


def test_a_date_and_a_clock_of_a_step_are_one_time(write):
    text = ("单据编号,部门审批人,部门审批日期,部门审批时间,财务审批人,财务审批日期,财务审批时间\n"
            "1,甲,2026-03-02,09:00,乙,2026-03-03,12:30\n2,甲,2026-03-02,10:00,乙,,\n"
            "3,甲,2026-03-04,,乙,2026-03-04,2026-03-05 08:00\n")
    events = read(write, text, unfold_wide=True)
    assert events.typed["end"].dt.strftime("%d %H:%M").tolist() == [
        "02 09:00", "03 12:30", "02 10:00", "04 00:00", "05 08:00"]
    assert codes(events)["steps_planned"].count == 1


def test_remarks_that_hold_only_status_words_are_the_results(write):
    text = ("单据编号,一级审批人,一级审批时间,一级审批意见,二级审批人,二级审批时间,二级审批意见\n"
            "1,甲,2026-03-02 09:00,同意,乙,2026-03-02 10:00,同意\n"
            "2,甲,2026-03-02 09:00,拒绝,,,\n")
    events = read(write, text, unfold_wide=True)
    assert events.typed["closes"].dropna().tolist() == ["closed"]


