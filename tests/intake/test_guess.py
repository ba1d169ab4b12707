"""Columns are recognised by their names, in every spelling, and by what their cells hold."""

import pandas as pd
import pytest

from tests.intake.refusals import refused
from workbench.intake.events import Wishes, read_events
from workbench.intake.events.guess import Guess, guess_roles
from workbench.intake.events.roles import by_name

CELLS = {"case_id": ("1", "1"), "activity": ("a", "b"), "resource": ("x", "y"),
         "unit": ("N", "S"), "result": ("同意", "退回")}
TIMES = ("2026-03-01 08:00", "2026-03-02 09:00")


def guessed(**columns):
    """Role → column of a table of two rows, given as header = cells."""
    cells = pd.DataFrame(columns, dtype="str")
    return {role: guess.column for role, guess in guess_roles(cells).items()}


def of_role(role, name):
    """A small log in which one column is called as given and the others are beyond doubt."""
    others = {"case_id": "Case ID", "activity": "Activity", "end": "Complete Timestamp"}
    if role in {"start", "arrival"}:
        return {others[known]: CELLS.get(known, TIMES) for known in others} | {name: TIMES}
    cells = {others[known]: CELLS.get(known, TIMES) for known in others if known != role}
    return {name: CELLS.get(role, TIMES)} | cells


@pytest.mark.parametrize(("role", "names"), [
    ("case_id", ("审批编号 申请编号 流程编号 单据编号 单据号 单号 工单号 投诉编号 订单号 合同编号 "
                 "流水号 实例ID requestid sp_no business_id process_instance_id "
                 "instance_code serial_number")),
    ("activity", "节点名称 审批节点 环节 步骤 任务名称 活动名称 工序 node_name"),
    ("start", "开始时间 开始处理时间 签收时间 受理时间"),
    ("arrival", "接收时间 到达时间 任务创建时间 create_time"),
    ("end", ("处理时间 审批时间 操作时间 办理时间 完成时间 结束时间 finish_time operate_time "
             "FDEALTIME")),
    ("resource", "处理人 审批人 操作人 办理人 经办人 受理人 坐席 userid"),
    ("unit", "部门 所属部门 处理部门 区域 事业部 组织"),
    ("result", "审批结果 处理结果 操作类型 task_result operation_result"),
])
def test_every_name_that_exports_use_is_recognised(role, names):
    for name in names.split():
        for spelling in (name, f" {name} ", f"【{name}】", f"{name}*", name.upper(),
                         name.replace("_", " "), f"{name}（必填）"):
            assert guessed(**of_role(role, spelling))[role] == spelling


@pytest.mark.parametrize(("role", "name"), [
    ("resource", "任务处理人"), ("activity", "流程_节点名称"), ("end", "实际完成时间"),
    ("resource", "ｕｓｅｒ＿ｉｄ"), ("end", "F_FinishTime"), ("activity", "NodeName"),
    ("resource", "t_task.assignee"), ("case_id", "报销单审批编号")])
def test_a_name_with_something_before_or_in_another_width_is_recognised(role, name):
    assert guessed(**of_role(role, name))[role] == name


@pytest.mark.parametrize(("role", "name"), [
    ("resource", "发起人"), ("resource", "申请人"), ("end", "发起时间"), ("end", "归档时间"),
    ("start", "提交时间"), ("unit", "申请部门"), ("unit", "发起人部门"), ("result", "审批状态"),
    ("result", "单据状态"), ("result", "审批意见"), ("activity", "当前节点"),
    ("end", "计划完成时间"), ("resource", "一级审批人"), ("end", "due_date")])
def test_what_tells_of_the_case_or_of_a_plan_is_no_event(role, name):
    assert by_name(role, name) == 0
    assert name not in guessed(**of_role("end", "Complete Timestamp") | {name: TIMES}).values()


def test_an_operation_is_a_result_beside_a_node_and_never_the_activity_alone():
    log = {"单号": ("1", "1"), "节点名称": ("a", "b"), "操作": ("同意", "退回"), "处理时间": TIMES}
    assert guessed(**log)["result"] == "操作"
    del log["节点名称"]
    assert not {"activity", "result"} & set(guessed(**log))


def test_date_and_clock_in_two_columns_are_one_time(write):
    text = ("单号,环节,处理日期,处理时间,登记日期\n1,a,2026-03-01,09:30,2026-02-01\n"
            "1,b,2026-03-02,下午3:07,2026-02-01\n")
    text = text.replace("下午3:07", "15:07")
    events = read_events(write(text), Wishes())
    assert events.mapping["end"] == ("处理日期", "处理时间")
    assert events.typed["end"].dt.hour.tolist() == [9, 15]
    assert guessed(单号=("1", "1"), 环节=("a", "b"), 日期=("2026-03-01",) * 2,
                   时间=("09:30", "10:00"))["end"] == "日期+时间"


def test_a_time_that_is_one_per_case_is_no_time_of_its_events(write):
    text = ("ticket,step,created_at,updated_at\n1,a,2026-03-01,2026-03-02\n"
            "1,b,2026-03-01,2026-03-03\n2,a,2026-03-04,2026-03-05\n2,b,2026-03-04,2026-03-06\n")
    assert {"arrival", "start"} & set(read_events(write(text), Wishes()).mapping) == set()


def test_two_columns_that_fit_equally_well_are_both_named(write):
    text = ("流程编号,订单号,环节,处理时间\n1,7,a,2026-03-01\n1,8,b,2026-03-02\n2,7,a,2026-03-03\n"
            "2,8,b,2026-03-04\n")
    problem = next(p for p in read_events(write(text), Wishes()).reading.problems
                   if p.code == "role_ambiguous")
    assert (problem.level, problem.column, problem.values) == (
        "warning", "流程编号", {"role": "case_id", "others": "订单号"})


def test_a_column_that_says_the_same_is_no_rival(write):
    text = ("concept:name,Activity,case_id,time\na,a,1,2026-03-01\nb,b,1,2026-03-02\n")
    events = read_events(write(text), Wishes())
    assert events.mapping["activity"] == ("concept:name",)
    assert "role_ambiguous" not in {p.code for p in events.reading.problems}


def test_the_guesses_are_said_with_how_sure_they_are(write):
    text = "case_id,node_name,time\n1,a,2026-03-01\n1,b,2026-03-02\n"
    problem = next(p for p in read_events(write(text), Wishes()).reading.problems
                   if p.code == "roles_guessed")
    assert problem.values == {"sure": "case_id=case_id", "likely": "activity=node_name",
                              "doubtful": "end=time"}


def test_roles_that_the_format_names_are_sure():
    cells = pd.DataFrame({"id": ["1", "1"], "what": ["a", "b"], "when": TIMES}, dtype="str")
    stated = {"case_id": "id", "activity": "what", "end": "when"}
    assert {role: guess.confidence for role, guess in guess_roles(cells, {}, stated).items()} == {
        "case_id": 1.0, "activity": 1.0, "end": 1.0}


@pytest.mark.parametrize(("confidence", "degree"), [
    (1.0, "sure"), (0.8, "likely"), (0.6, "doubtful"), (0.4, "doubtful")])
def test_how_sure_a_guess_is_has_one_word_everywhere(confidence, degree):
    assert Guess("x", confidence).degree == degree


RESULTS = ("提交", "退回", "提交", "转办", "同意", "提交", "同意")


@pytest.mark.parametrize("name", ["审批意见", "处理状态", "节点状态", "操作名称", "一级审批意见",
                                  "Action", "节点处理状态"])
def test_a_column_of_nothing_but_status_words_tells_the_result(write, name):
    rows = "".join(f"{1 + place // 5},审{place},2026-03-02 {place:02}:30,甲,{word}\n"
                   for place, word in enumerate(RESULTS))
    events = read_events(write(f"审批编号,节点名称,处理时间,处理人,{name}\n{rows}"), Wishes())
    assert events.mapping["result"] == (name,)
    assert "statuses_read" in {p.code for p in events.reading.problems}
    remarks = rows.replace("退回", "金额不对").replace("同意", "好的").replace("提交", "")
    events = read_events(write(f"审批编号,节点名称,处理时间,处理人,{name}\n{remarks}"), Wishes())
    assert "statuses_read" not in {p.code for p in events.reading.problems}


def test_what_was_done_and_how_it_ended_are_read_together(write):
    rows = (("发起", "START_PROCESS_INSTANCE", "NONE"), ("主管", "ADD_REMARK", "NONE"),
            ("主管", "EXECUTE_TASK_NORMAL", "AGREE"), ("财务", "REDIRECT_TASK", "NONE"),
            ("财务", "EXECUTE_TASK_NORMAL", "REFUSE"))
    text = "process_instance_id,activity_name,operation_time,userid,operation_type,operation_result"
    text += "".join(f"\n{case},{node},2026-03-02 {8 + place:02}:00:00,u{place},{kind},{result}"
                    for case in "12" for place, (node, kind, result) in enumerate(rows))
    events = read_events(write(text + "\n"), Wishes())
    assert events.mapping["result"] == ("operation_type", "operation_result")
    assert events.reading.set_aside == {"no_work": 2, "transferred": 2}
    assert events.typed["closes"].dropna().tolist() == ["closed"] * 2


def test_a_slip_in_a_column_of_the_case_does_not_make_it_the_end_of_a_step(write):
    text = "单号,环节,完成时间,审批时间\n"
    for case in range(40):
        for step in range(3):
            done = "2026-05-01 10:00" if (case, step) == (7, 1) else "2026-04-01 10:00"
            text += f"{case},s{step},{done},2026-03-{1 + case % 9:02} {8 + step:02}:00\n"
    events = read_events(write(text), Wishes())
    assert events.mapping["end"] == ("审批时间",)
    problem = next(p for p in events.reading.problems if p.code == "role_ambiguous")
    assert problem.values == {"role": "end", "others": "完成时间"}
    alone = "\n".join(",".join(line.split(",")[:3]) for line in text.splitlines()) + "\n"
    assert read_events(write(alone), Wishes()).mapping["end"] == ("完成时间",)


def test_a_column_filled_in_the_last_row_of_each_case_is_not_the_end_of_its_steps(write):
    text = "单号,环节,结束时间,处理时间\n" + "".join(
        f"{case},s{step},{'2026-03-09 10:00' if step == 2 else ''},2026-03-02 {8 + step:02}:00\n"
        for case in range(4) for step in range(3))
    events = read_events(write(text), Wishes())
    assert events.mapping["end"] == ("处理时间",)
    assert events.reading.rows_kept == 4 * 3


@pytest.mark.parametrize(("name", "cells", "code"), [
    ("操作时间", ("3月2日", "3月3日"), "time_without_year"),
    ("处理日期", ("03-02 08:00", "03-03 09:00"), "time_without_year"),
    ("处理时间", ("2天3小时", "1小时"), "time_duration"),
    ("节点时间", ("3小时", "1小时"), "time_duration"),
])
def test_a_time_without_a_year_and_a_duration_are_said_of_their_column(write, name, cells, code):
    text = f"流程编号,节点名称,{name}\n" + "".join(
        f"{case},{node},{cell}\n" for case in "12" for node, cell in zip("ab", cells, strict=True))
    assert refused(lambda: read_events(write(text), Wishes()))[code][1] == name


def test_dates_and_clocks_of_receiving_and_of_operating_are_arrival_and_end(write):
    header = "requestid,nodename,operator,receivedate,receivetime,operatedate,operatetime\n"
    text = header + "".join(
        f"{case},{node},u,2026-03-02,{8 + place:02}:00:00,2026-03-02,{9 + place:02}:30:00\n"
        for case in "12" for place, node in enumerate("ab"))
    events = read_events(write(text), Wishes())
    assert events.mapping["arrival"] == ("receivedate", "receivetime")
    assert events.mapping["end"] == ("operatedate", "operatetime")
    waited = (events.typed["end"] - events.typed["arrival"]).sum()
    assert waited.total_seconds() == 4 * 1.5 * 3600


def feishu(begun):
    """Three steps of four cases; `begun` hours after the step before each begins."""
    return "instance_code,node_name,start_time,end_time\n" + "".join(
        f"{case},n{step},2026-03-02 {8 + 2 * step + (begun if step else 0):02}:00,"
        f"2026-03-02 {10 + 2 * step}:00\n" for case in range(4) for step in range(3))


def test_a_start_that_is_everywhere_the_end_before_is_an_arrival_and_is_asked(write):
    events = read_events(write(feishu(0)), Wishes())
    assert events.mapping["arrival"] == ("start_time",)
    assert "start" not in events.mapping
    problem = next(p for p in events.reading.problems if p.code == "start_is_arrival")
    assert (problem.level, problem.column) == ("warning", "start_time")
    assert read_events(write(feishu(1)), Wishes()).mapping["start"] == ("start_time",)
    stated = read_events(write(feishu(0)), Wishes(mapping={"start": "start_time"}))
    assert stated.mapping["start"] == ("start_time",)
