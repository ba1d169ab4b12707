"""Approval exports in every shape that clients send: a right log, or a refusal by name."""

import pytest

from tests.intake.reading import read
from tests.intake.refusals import refused, sentence
from workbench import words
from workbench.intake import check
from workbench.intake.events import Wishes, read_events

HISTORY = (
    "审批编号,申请部门,审批记录\n"
    'A1,华东,"部门审批 张三 同意 2026-03-02 09:00\n财务审批 李四 同意 2026-03-02 11:00"\n'
    'A2,华北,"部门审批 张三 退回 2026-03-03 09:00\n部门审批 张三 同意 2026-03-03 10:00\n'
    '财务审批 李四 同意 2026-03-03 12:00"\n')
LINE = "{activity} {resource} {result} {end}"
WIDE = (
    "单据编号,区域,发起时间,一级审批人,一级审批时间,一级审批结果,二级审批人,二级审批时间,二级审批结果\n"
    "D1,华东,2026-03-02 08:00,张三,2026-03-02 09:00,同意,李四,2026-03-02 11:00,同意\n"
    "D2,华北,2026-03-03 08:00,张三,2026-03-03 09:00,拒绝,李四,,\n")
PER_PERSON = (
    "审批编号,节点名称,接收时间,处理时间,审批人,审批结果\n"
    "P1,会签,2026-03-02 09:00,2026-03-02 10:00,甲,同意\n"
    "P1,会签,2026-03-02 09:00,2026-03-02 12:00,乙,同意\n"
    "P1,会签,2026-03-02 09:00,2026-03-02 11:00,丙,同意\n"
    "P1,付款,2026-03-02 12:00,2026-03-02 13:00,丁,同意\n")


def test_a_history_in_one_cell_is_refused_with_the_lines_to_write(write):
    path = write(HISTORY)
    assert refused(lambda: read_events(path, Wishes())) == {
        "not_an_event_log_history": (1, "审批记录")}
    assert f'unfold: {{history: "审批记录", line: "{LINE}"}}' in sentence(
        lambda: read_events(path, Wishes()))


def test_a_history_is_unfolded_into_one_event_per_line(write):
    events = read(write, HISTORY, unfold_history="审批记录", unfold_line=LINE)
    assert events.reading.rows_kept == 2 + 3
    assert events.typed["case_id"].tolist() == ["A1"] * 2 + ["A2"] * 3
    assert events.typed["activity"].tolist() == [
        "部门审批", "财务审批", "部门审批", "部门审批", "财务审批"]
    assert events.typed["end"].dt.hour.tolist() == [9, 11, 9, 10, 12]
    assert events.typed["result"].tolist() == ["同意", "同意", "退回", "同意", "同意"]
    assert events.lines.tolist() == [2] * 2 + [4] * 3


def test_a_line_of_another_shape_is_set_aside_with_the_line_of_its_document(write):
    text = HISTORY + 'A3,华南,"转发给王五\n部门审批 张三 同意 2026-03-04 09:00"\nA4,华南,\n'
    events = read(write, text, unfold_history="审批记录", unfold_line=LINE)
    assert events.reading.set_aside == {"history_line_unreadable": 1, "document_without_steps": 1}
    problem = next(p for p in events.reading.problems if p.code == "history_line_unreadable")
    assert (problem.line, problem.count) == (7, 1)
    assert events.reading.rows_read == 5 + 2 + 1


@pytest.mark.parametrize(("line", "shape"), [
    ("[部门审批] 张三: 同意 2026-03-02 09:00", "[{activity}] {resource}: {result} {end}"),
    ("2026-03-02 09:00 部门审批-张三-同意", "{end} {activity}-{resource}-{result}"),
    ("check|Ann|agree|2026-03-02 09:00:30|fine",
     "{activity}|{resource}|{result}|{end}|{comment}"),
])
def test_the_proposed_shape_reads_the_lines_that_it_was_made_of(write, line, shape):
    text = "单号,流转\n" + "".join(f'{n},"{line}\n{line}"\n' for n in range(3))
    assert shape in sentence(lambda: read_events(write(text), Wishes()))
    events = read(write, text, unfold_history="流转", unfold_line=shape)
    assert events.reading.rows_kept == 3 * 2
    assert events.typed["end"].dt.hour.unique().tolist() == [9]


@pytest.mark.parametrize("shape", ["{activity}{end}", "{activity} {when}", "{end}", "{activity"])
def test_a_shape_that_cannot_be_used_is_refused(write, shape):
    wishes = Wishes(unfold_history="审批记录", unfold_line=shape)
    assert refused(lambda: read_events(write(HISTORY), wishes)) == {
        "unfold_line_unusable": (None, "log.unfold.line")}


def test_steps_in_columns_of_their_own_are_refused_with_the_line_to_write(write):
    path = write(WIDE)
    assert refused(lambda: read_events(path, Wishes())) == {
        "not_an_event_log_wide": (1, "一级审批人")}
    said = sentence(lambda: read_events(path, Wishes()))
    assert "unfold: {wide: true}" in said
    assert "一级审批, 二级审批" in said


def test_steps_in_columns_of_their_own_are_unfolded_where_they_were_reached(write):
    events = read(write, WIDE, unfold_wide=True)
    assert list(zip(events.typed["case_id"], events.typed["activity"], events.typed["resource"],
                    events.typed["end"].dt.hour, strict=True)) == [
        ("D1", "一级审批", "张三", 9), ("D1", "二级审批", "李四", 11),
        ("D2", "一级审批", "张三", 9)]
    assert events.typed["closes"].tolist()[2] == "closed"
    assert next(p.count for p in events.reading.problems if p.code == "steps_planned") == 1


@pytest.mark.parametrize(("header", "names"), [
    ("单号,节点1处理人,节点1处理时间,节点2处理人,节点2处理时间", ["节点1处理", "节点2处理"]),
    ("单号,审批人1,审批时间1,审批人2,审批时间2", ["审批1", "审批2"]),
    ("Order No,Approver 1,Approved at 1,Approver 2,Approved at 2", ["Approved 1", "Approved 2"]),
    ("Order No,Step 1 Approver,Step 1 Time,Step 2 Approver,Step 2 Time", ["Step 1", "Step 2"]),
    ("单号,部门经理审批人,部门经理审批时间,财务审批人,财务审批时间", ["部门经理审批", "财务审批"]),
])
def test_steps_are_recognised_however_they_are_numbered(write, header, names):
    text = header + "\n7,Ann,2026-03-02 09:00,Bob,2026-03-02 11:00\n"
    text += "8,Ann,2026-03-03 09:00,Bob,2026-03-03 12:00\n"
    assert "not_an_event_log_wide" in refused(lambda: read_events(write(text), Wishes()))
    events = read(write, text, unfold_wide=True)
    assert events.typed["activity"].tolist() == names * 2
    assert events.typed["resource"].tolist() == ["Ann", "Bob"] * 2


def test_a_column_of_step_names_names_the_steps_and_an_arrival_stays_one(write):
    text = ("单号,节点1名称,节点1处理人,节点1接收时间,节点1处理时间,"
            "节点2名称,节点2处理人,节点2接收时间,节点2处理时间\n"
            "7,初审,甲,2026-03-02 08:00,2026-03-02 09:00,"
            "复审,乙,2026-03-02 09:00,2026-03-02 11:00\n"
            "8,初审,甲,2026-03-02 08:00,2026-03-02 09:00,,,2026-03-02 09:00,0\n")
    events = read(write, text, unfold_wide=True)
    assert events.typed["activity"].tolist() == ["初审", "复审", "初审"]
    assert (events.typed["end"] - events.typed["arrival"]).dt.total_seconds().sum() == (
        3600 + 7200 + 3600)
    assert events.reading.set_aside == {"end_missing": 1}
    assert "start" not in events.roles


def test_a_table_without_steps_is_not_unfolded(write):
    assert refused(lambda: read_events(write("单号,金额\n1,2\n"), Wishes(unfold_wide=True))) == {
        "unfold_no_steps": (1, "log.unfold.wide")}


def test_one_row_per_case_is_refused_and_asks_for_its_history(write):
    path = write("工单号,创建时间,关闭时间,工单状态\n1,2026-03-02 08:00,2026-03-03 09:00,已关闭\n"
                 "2,2026-03-02 10:00,,处理中\n")
    assert refused(lambda: read_events(path, Wishes())) == {
        "not_an_event_log_cases": (1, "工单号")}


def test_a_log_of_events_with_wide_columns_beside_is_a_log_of_events(write):
    text = ("审批编号,节点名称,处理时间,一级审批人,一级审批时间,二级审批人,二级审批时间\n"
            "1,部门审批,2026-03-02 09:00,甲,2026-03-02 09:00,乙,2026-03-02 11:00\n"
            "1,财务审批,2026-03-02 11:00,甲,2026-03-02 09:00,乙,2026-03-02 11:00\n")
    events = read(write, text)
    assert events.mapping == {"case_id": ("审批编号",), "activity": ("节点名称",),
                              "end": ("处理时间",)}


def test_a_log_of_events_with_a_history_in_its_remarks_is_a_log_of_events(write):
    row = '"甲 2026-03-02 09:00\n乙 2026-03-02 10:00"'
    text = ("审批编号,节点名称,处理时间,备注\n"
            f"1,部门审批,2026-03-02 09:00,{row}\n1,财务审批,2026-03-02 11:00,{row}\n")
    assert read(write, text).reading.rows_kept == 2


def test_all_signatures_of_a_step_are_one_event_that_ends_with_the_last(write):
    events = read(write, PER_PERSON, joint_all=("会签",))
    assert events.reading.set_aside == {"joint_signature": 2}
    first = events.typed.iloc[0]
    assert (first["activity"], first["resource"], first["end"].hour) == ("会签", "乙", 12)
    assert (events.typed["end"] - events.typed["arrival"]).dt.total_seconds().sum() == 4 * 3600


def test_the_first_signature_of_a_step_that_needs_only_one_ends_it(write):
    text = PER_PERSON.replace("会签", "或签").replace("02 12:00,2026", "02 10:00,2026")
    events = read(write, text, joint_any=("或签",))
    first = events.typed.iloc[0]
    assert (first["activity"], first["resource"], first["end"].hour) == ("或签", "甲", 10)
    assert events.reading.set_aside == {"joint_signature": 2}


def test_without_a_word_each_signature_stays_an_event(write):
    assert read(write, PER_PERSON).reading.rows_kept == 4


def test_arrival_and_end_are_no_processing_time_and_a_zero_end_is_open(write):
    text = ("instance_code,node_name,create_time,end_time,user_id,status\n"
            "F1,提交,1772416800000,1772420400000,u1,APPROVED\n"
            "F1,审批,1772420400000,1772427600000,u2,APPROVED\n"
            "F1,付款,1772427600000,0,u3,PENDING\n")
    events = read(write, text)
    assert events.mapping["arrival"] == ("create_time",)
    assert events.reading.set_aside == {"end_missing": 1}
    assert events.typed["end"].min().year == 2026
    assert (events.typed["end"] - events.typed["arrival"]).dt.total_seconds().sum() == (
        3600 + 7200)
    assert "start" not in events.roles


def test_ids_whose_last_digits_a_spreadsheet_zeroed_are_refused(write):
    rows = "".join(f"2026030500{n:05}0,部门审批,2026-03-02 09:00\n" for n in range(1, 5))
    assert refused(lambda: read_events(write("审批编号,节点名称,处理时间\n" + rows * 2), Wishes()))[
        "ids_damaged"] == (2, "审批编号")


def test_rows_repeated_for_each_line_of_detail_are_named(write):
    row = "1,部门审批,2026-03-02 09:00,甲"
    text = (f"单据编号,节点名称,处理时间,处理人,明细\n{row},笔\n{row},纸\n"
            "1,付款,2026-03-02 10:00,乙,笔\n1,付款,2026-03-02 10:00,乙,纸\n")
    problems = {p.code: p for p in read(write, text).reading.problems}
    assert (problems["duplicate_rows"].line, problems["duplicate_rows"].count) == (3, 2)


@pytest.mark.parametrize(("unfold", "text", "kept"), [
    ("{wide: true}", WIDE, 3),
    (f'{{history: "审批记录", line: "{LINE}"}}', HISTORY, 5),
])
def test_what_a_refusal_says_to_write_is_what_a_client_folder_understands(
        folder, unfold, text, kept):
    engagement = ("client: Acme\nlanguage: zh\nzone: Asia/Shanghai\n"
                  f"log:\n  file: events.csv\n  unfold: {unfold}\n")
    judged = check(folder(engagement, text))
    assert judged["outcome"] != "rejected"
    assert (judged["rows_read"], judged["rows_kept"], judged["cases"]) == (kept, kept, 2)


def details(count, same=""):
    """Two steps of three documents, each repeated for as many lines of detail."""
    rows = "".join(f"S{case},{step},2026-03-0{case} {8 + place:02}:00,甲,{same or f'M{line}'},7\n"
                   for case in (1, 2, 3) for place, step in enumerate(("申请", "审批"))
                   for line in range(count))
    return f"单据编号,节点名称,处理时间,处理人,物料,数量\n{rows}"


def test_lines_of_detail_are_named_with_the_column_that_differs_and_what_to_write(write):
    events = read(write, details(4))
    problem = next(p for p in events.reading.problems if p.code == "details_suspected")
    assert (problem.level, problem.column, problem.count, problem.values) == (
        "warning", "物料", 3 * 2 * 3, {"columns": "物料"})
    assert "details: drop" in words.load("zh").problem(problem)
    assert events.reading.rows_kept == 3 * 2 * 4
    once = read(write, details(4), details="drop")
    assert once.reading.set_aside == {"detail_row": 3 * 2 * 3}
    assert once.reading.rows_kept == 3 * 2
    assert not {"details_suspected", "duplicate_rows"} & {p.code for p in once.reading.problems}


def test_copies_that_differ_in_nothing_and_logs_without_copies_have_no_lines_of_detail(write):
    for text in (details(2, same="M"), details(1)):
        assert "details_suspected" not in {p.code for p in read(write, text).reading.problems}


def test_a_client_folder_understands_what_is_to_be_done_with_lines_of_detail(folder):
    engagement = ("client: Acme\nlanguage: zh\nzone: Asia/Shanghai\n"
                  "log:\n  file: events.csv\n  details: drop\n")
    judged = check(folder(engagement, details(4)))
    assert (judged["rows_read"], judged["rows_kept"], judged["cases"]) == (24, 6, 3)
