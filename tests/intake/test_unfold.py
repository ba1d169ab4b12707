"""A document's steps, in columns or in one cell, all become events; what is left over is named."""

import pytest

from tests.intake.reading import read
from tests.intake.refusals import refused, sentence
from workbench.intake.events import Wishes, read_events


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
    text = ("单据编号,发起时间,初审人,初审时间,终审人,终审时间,"
            "稽核时间,会签人,归档时间,计划完成时间\n"
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


def history(*cells):
    rows = "".join(f'{place},"{cell}"\n' for place, cell in enumerate(cells))
    return f"审批编号,审批记录\n{rows}"


TWO = ("部门审批 张三 同意 2026-03-02 09:00", "财务审批 李四 同意 2026-03-02 11:00")
LINE = "{activity} {resource} {result} {end}"


@pytest.mark.parametrize("sign", ["；", ";", " | ", " -> ", "->", " → ", "\n", "<br>"])
def test_steps_that_stand_in_one_line_are_steps(write, sign):
    text = history(sign.join(TWO), TWO[0], sign.join(TWO), TWO[0], TWO[0])
    path = write(text)
    assert refused(lambda: read_events(path, Wishes())) == {
        "not_an_event_log_history": (1, "审批记录")}
    assert LINE in sentence(lambda: read_events(path, Wishes()))
    events = read(write, text, unfold_history="审批记录", unfold_line=LINE)
    assert events.reading.rows_kept == 2 * 2 + 3
    assert set(events.typed["resource"]) == {"张三", "李四"}
    assert events.typed["end"].dt.hour.sum() == 5 * 9 + 2 * 11


def test_a_sign_in_a_remark_or_between_begin_and_end_cuts_nothing(write):
    shape = "{activity} {resource} {start}；{end} {comment}"
    one = "部门审批 张三 2026-03-02 09:00；2026-03-02 10:00 好的；尽快"
    two = "财务审批 李四 2026-03-02 10:00；2026-03-02 12:00"
    events = read(write, history(f"{one}；{two}", two), unfold_history="审批记录",
                  unfold_line=shape)
    assert events.typed["activity"].tolist() == ["部门审批", "财务审批", "财务审批"]
    assert (events.typed["end"] - events.typed["start"]).sum().total_seconds() == 3600 * (1 + 2 + 2)


@pytest.mark.parametrize(("shape", "line", "bare"), [
    ("{activity} {resource} {end} {comment}", "审批 张三 2026-03-02 09:00 请 尽快",
     "审批 张三 2026-03-02 09:00"),
    ("{activity}|{resource}|{end}|{comment}", "审批|张三|2026-03-02 09:00|请|尽快",
     "审批|张三|2026-03-02 09:00"),
    ("{activity} {resource} {end} {result} ({comment})", "审批 张三 2026-03-02 09:00 同意 (好)",
     "审批 张三 2026-03-02 09:00"),
    ("{activity} {resource} {comment} {end}", "审批 张三 请 尽快 2026-03-02 09:00",
     "审批 张三 2026-03-02 09:00"),
])
def test_a_line_without_its_remark_fits_as_well(write, shape, line, bare):
    events = read(write, history(f"{line}\n{bare}", bare), unfold_history="审批记录",
                  unfold_line=shape)
    assert events.reading.set_aside == {}
    assert events.typed["resource"].tolist() == ["张三"] * 3


@pytest.mark.parametrize(("lines", "shape"), [
    (("王五 提交 2026-03-02 08:00:00", "张三 同意 2026-03-02 09:00:00"),
     "{resource} {activity} {end}"),
    (("部门审批 同意 2026-03-02 08:00:00", "财务审批 退回 2026-03-02 09:00:00"),
     "{activity} {result} {end}"),
    (("[2026-03-02 09:00] 张三(部门经理审批)：同意", "[2026-03-02 12:00] 李四(总经理审批)：同意"),
     "[{end}] {resource}({activity})：{result}"),
    (("1、部门审批 张三 2026-03-02 08:00", "2、部门审批 李四 2026-03-02 09:00"),
     "{activity} {resource} {end}"),
    (("审批 张三 2026-03-02 08:00 同意", "审批 李四 2026-03-02 09:00 同意 请 尽快 办"),
     "{activity} {resource} {end} {result}"),
])
def test_who_stands_before_a_status_word_is_a_person_and_not_a_step(write, lines, shape):
    cell = "\n".join(lines)
    text = history(cell, cell.replace("张三", "赵六"))
    path = write(text)
    assert f'line: "{shape}' in sentence(lambda: read_events(path, Wishes()))
    if "{resource} {activity}" in shape:
        events = read(write, text, unfold_history="审批记录", unfold_line=shape)
        assert events.typed["activity"].tolist() == ["提交", "同意"] * 2
        assert events.typed["resource"].tolist() == ["王五", "张三", "王五", "赵六"]


def test_a_column_of_remarks_with_one_date_each_is_no_history(write):
    text = history(*(f"张三 {day} 来电 2026-03-0{day}" for day in range(1, 8)))
    assert "not_an_event_log_history" not in refused(lambda: read_events(write(text), Wishes()))
