"""What the result column means: who decided, who went on, what was no work at all."""

import itertools

import pandas as pd
import pytest

from workbench.intake.events import Wishes, read_events
from workbench.intake.statuses import MEANINGS, found_statuses, meaning_of

HEADER = "审批编号,节点名称,接收时间,处理时间,处理人,审批结果\n"


def read(write, rows, header=HEADER, **wishes):
    """Rows as `case activity arrival end person result`; hours of one day, - for blank."""
    lines = [row.split() for row in rows.strip().splitlines()]
    text = header + "".join(",".join(_cell(value) for value in row) + "\n" for row in lines)
    events = read_events(write(text), Wishes(**wishes))
    reading = events.reading
    assert reading.rows_read == reading.rows_kept + sum(reading.set_aside.values())
    return events


def _cell(value):
    return f"2026-03-02 {value}:00" if len(value) == 2 and value.isdecimal() else value.strip("-")


def codes(events):
    return {p.code: p for p in events.reading.problems}


def steps(events):
    typed = events.typed.sort_values(["case_id", "end"])
    return [(row.activity, row.resource, row.arrival.hour, row.end.hour)
            for row in typed.itertuples()]


@pytest.mark.parametrize(("word", "meaning"), [
    ("同意", "approved"), ("通过", "approved"), ("已同意", "approved"), ("agree", "approved"),
    ("拒绝", "rejected"), ("不同意", "rejected"), ("REFUSE", "rejected"), ("Rejected", "rejected"),
    ("退回", "returned"), ("打回", "returned"), ("反审核", "returned"), ("已退回", "returned"),
    ("ROLLBACK", "returned"), ("撤回", "withdrawn"), ("撤销", "withdrawn"), ("作废", "withdrawn"),
    ("CANCELED", "withdrawn"), ("转办", "transferred"), ("转交", "transferred"),
    ("委托", "transferred"), ("REDIRECT_TASK", "transferred"), ("加签", "added"),
    ("ADD_APPROVER_AFTER", "added"), ("自动通过", "automatic"), ("AUTO_PASS", "automatic"),
    ("催办", "no_work"), ("评论", "no_work"), ("抄送", "no_work"), ("已阅", "no_work"),
    ("PROCESS_CC", "no_work"), ("暂存", "draft"), ("草稿", "draft"), ("驳回", None),
    ("合格", None), ("", None), (" 退 回 ", "returned"), ("同意。", "approved"),
])
def test_a_status_word_means_what_oa_systems_mean_by_it(word, meaning):
    assert meaning_of(word) == meaning
    assert meaning is None or meaning in MEANINGS


def test_the_words_of_a_column_are_told_with_their_meaning():
    cells = pd.Series(["同意", "驳回", "同意", "", None, "合格"])
    assert found_statuses(cells) == {"同意": "approved", "合格": None, "驳回": None}


def test_a_transferred_task_is_one_event_of_the_one_who_went_on(write):
    events = read(write, "1 审 08 09 甲 转办\n1 审 09 12 乙 同意\n1 付 12 13 丙 同意")
    assert steps(events) == [("审", "乙", 8, 12), ("付", "丙", 12, 13)]
    assert events.reading.set_aside == {"transferred": 1}


def test_a_task_that_went_through_several_hands_keeps_its_first_arrival(write):
    events = read(write, "1 审 08 09 甲 转办\n1 审 09 10 乙 转交\n1 审 10 12 丙 同意")
    assert steps(events) == [("审", "丙", 8, 12)]
    assert events.reading.set_aside == {"transferred": 2}


def test_a_transferred_task_began_when_its_first_hand_began(write):
    header = "审批编号,节点名称,开始时间,处理时间,处理人,审批结果\n"
    events = read(write, "1 审 08 09 甲 转办\n1 审 10 12 乙 同意\n1 付 12 13 丙 转办", header)
    assert events.typed["start"].dt.hour.tolist() == [8, 12]
    assert events.reading.set_aside == {"transferred": 1}


def test_who_took_over_is_the_one_who_came_in_after_the_hand_over(write):
    events = read(write, "1 审 08 09 甲 转办\n1 审 08 10 乙 同意\n1 审 09 12 丁 同意",
                  joint_all=("审",))
    assert steps(events) == [("审", "丁", 8, 12)]
    assert events.reading.set_aside == {"transferred": 1, "joint_signature": 1}


def test_without_work_there_is_no_event(write):
    events = read(write, "1 审 08 09 甲 草稿\n1 审 08 09 甲 同意\n1 付 09 10 乙 催办\n"
                         "1 付 09 10 乙 评论\n1 付 09 11 乙 同意")
    assert steps(events) == [("审", "甲", 8, 9), ("付", "乙", 9, 11)]
    assert events.reading.set_aside == {"draft": 1, "no_work": 2}
    assert (codes(events)["no_work"].line, codes(events)["no_work"].column) == (4, "审批结果")


def test_what_the_system_did_has_no_resource_and_stays(write):
    events = read(write, "1 审 08 09 系统 自动通过\n1 付 09 11 乙 同意")
    assert events.typed["resource"].isna().tolist() == [True, False]
    assert codes(events)["status_automatic"].count == 1


def test_a_refusal_closes_and_a_withdrawal_closes_without_success(write):
    events = read(write, "1 审 08 09 甲 拒绝\n2 审 08 09 甲 撤销\n3 审 08 09 甲 退回\n"
                         "4 审 08 09 甲 加签", mapping={"case_id": "审批编号"})
    assert [value if isinstance(value, str) else None for value in events.typed["closes"]] == [
        "closed", "withdrawn", None, None]
    assert events.reading.rows_kept == 4
    assert "退回=returned (1)" in codes(events)["statuses_read"].values["words"]


def test_a_word_that_means_two_things_is_asked_and_an_answer_is_followed(write):
    rows = "1 审 08 09 甲 驳回\n1 审 09 10 甲 同意\n2 审 08 09 甲 驳回"
    asked = codes(read(write, rows))["status_ambiguous"]
    assert (asked.level, asked.line, asked.count) == ("warning", 2, 2)
    assert asked.values["words"] == "驳回"
    told = read(write, rows, statuses={"驳回": "rejected"})
    assert "status_ambiguous" not in codes(told)
    assert (told.typed["closes"] == "closed").sum() == 2


def test_words_of_unknown_meaning_are_named_once_with_their_counts(write):
    problem = codes(read(write, "1 审 08 09 甲 合格\n1 付 09 10 甲 合格\n2 审 08 09 甲 待查"))[
        "statuses_unknown"]
    assert (problem.level, problem.count, problem.values["words"]) == (
        "info", 3, "合格 (2), 待查 (1)")


def test_a_result_that_nobody_mapped_and_whose_name_is_doubtful_changes_nothing(write):
    text = "case_id,activity,time,decision\n1,a,2026-03-02,draft one\n1,b,2026-03-03,cancel two\n"
    assert read_events(write(text), Wishes()).reading.set_aside == {}
    stated = {"case_id": "case_id", "activity": "activity", "end": "time"}
    text = text.replace("draft one", "draft").replace("cancel two", "draft")
    assert read_events(write(text), Wishes(stated, guess=False)).reading.set_aside == {}


def test_a_new_round_begins_after_another_activity(write):
    header = "审批编号,节点名称,处理时间,处理人,审批结果\n"
    rows = ["1 会签 09 甲 同意", "1 会签 11 乙 退回", "1 修改 12 丙 同意", "1 会签 13 甲 同意",
            "1 会签 15 乙 同意"]
    events = read(write, "\n".join(rows), header, joint_all=("会签",))
    assert events.typed["end"].dt.hour.sort_values().tolist() == [11, 12, 15]
    any_one = read(write, "\n".join(rows), header, joint_any=("会签",))
    assert any_one.typed["end"].dt.hour.sort_values().tolist() == [9, 12, 13]


def test_a_new_round_begins_with_a_new_arrival(write):
    events = read(write, "1 会签 08 09 甲 同意\n1 会签 08 10 乙 退回\n1 会签 10 11 甲 同意\n"
                         "1 会签 10 12 乙 同意", joint_all=("会签",))
    assert steps(events) == [("会签", "乙", 8, 10), ("会签", "乙", 10, 12)]


def test_an_activity_at_the_moment_of_a_signature_does_not_part_the_round(write):
    header = "审批编号,节点名称,处理时间,处理人,审批结果\n"
    events = read(write, "1 会签 09 甲 同意\n1 会签 11 乙 同意\n1 付款 11 丙 同意\n1 不 09 丙 同意",
                  header, joint_all=("会签",))
    assert events.reading.set_aside == {"joint_signature": 1}


def test_signatures_do_not_depend_on_the_order_of_the_rows(write):
    rows = ["1 会签 08 09 甲 同意", "1 会签 08 11 乙 同意", "1 会签 08 11 丙 同意",
            "1 付款 11 12 丁 同意"]
    found = {tuple(steps(read(write, "\n".join(order), joint_all=("会签",))))
             for order in itertools.permutations(rows)}
    assert len(found) == 1


def test_a_joint_activity_that_never_occurs_is_said(write):
    events = read(write, "1 会签 08 09 甲 同意\n1 会签 08 09 甲 同意", joint_any=("会签节点",))
    problem = codes(events)["activity_never_occurs"]
    assert (problem.column, problem.values["near"]) == ("log.joint.any", "会签")


# ---------------------------------------------------------------- who signs together

UNTIMED = "审批编号,节点名称,处理时间,处理人,审批结果\n"


def signed(write, rows, header=HEADER, **joint):
    """The events of 会签 as (person, hour of the end), for every order of the rows the same."""
    lines = rows.strip().splitlines()
    orders = [lines, lines[::-1], lines[1::2] + lines[::2]]
    found = []
    for order in orders:
        events = read(write, "\n".join(order), header, **(joint or {"joint_all": ("会签",)}))
        own = events.typed[events.typed["activity"] == "会签"].sort_values(
            ["end", "case_id", "resource"])
        found.append([(row.case_id, row.resource, row.end.hour, row.result)
                      for row in own.itertuples()])
    assert found[0] == found[1] == found[2]
    return [each[1:] for each in found[0]], events


def test_signatures_under_way_at_the_same_time_are_one_round_whenever_they_arrived(write):
    rows = "1 会签 08 10 甲 同意\n1 会签 09 11 乙 同意\n1 会签 11 12 丙 同意"
    found, events = signed(write, rows)
    assert found == [("乙", 11, "同意"), ("丙", 12, "同意")]
    assert codes(events)["joint_alone"].count == 1
    second = HEADER + "".join(
        f"1,会签,2026-03-02 08:00:0{place},2026-03-02 08:00:3{place},{who},同意\n"
        for place, who in enumerate("甲乙丙"))
    events = read_events(write(second), Wishes(joint_all=("会签",)))
    assert events.reading.set_aside == {"joint_signature": 2}


def test_what_came_in_after_a_return_is_the_next_round_though_one_signs_late(write):
    rows = ("1 会签 08 09 甲 退回\n1 会签 08 14 乙 同意\n1 会签 10 12 甲 同意\n"
            "1 会签 10 13 乙 同意")
    assert signed(write, rows)[0] == [("乙", 13, "同意"), ("甲", 14, "退回")]


@pytest.mark.parametrize("how", ["退回", "拒绝"])
def test_without_arrivals_a_round_is_over_after_a_return(write, how):
    rows = f"1 会签 09 甲 同意\n1 会签 10 乙 {how}\n1 会签 11 丙 同意\n1 会签 12 丁 同意"
    assert signed(write, rows, UNTIMED)[0] == [("乙", 10, how), ("丁", 12, "同意")]


def test_without_arrivals_a_round_is_over_when_a_person_signs_again(write):
    rows = "1 会签 09 甲 同意\n1 会签 10 乙 同意\n1 会签 11 乙 同意\n1 会签 12 甲 同意"
    assert signed(write, rows, UNTIMED)[0] == [("乙", 10, "同意"), ("甲", 12, "同意")]


def test_a_parallel_activity_parts_no_round_and_that_is_said(write):
    rows = "1 会签 09 甲 同意\n1 法务 10 戊 同意\n1 会签 11 乙 同意\n1 总经理 12 赵 同意"
    found, events = signed(write, rows, UNTIMED)
    assert found == [("乙", 11, "同意")]
    assert codes(events)["joint_interrupted"].count == 2


def test_an_activity_that_follows_in_other_cases_parts_a_round(write):
    rows = ("1 会签 09 甲 同意\n1 付款 10 戊 同意\n1 会签 11 乙 同意\n" + "".join(
        f"{case} 会签 09 甲 同意\n{case} 会签 10 乙 同意\n{case} 付款 11 戊 同意\n"
        for case in (2, 3)))
    assert sorted(signed(write, rows, UNTIMED)[0]) == [
        ("乙", 10, "同意"), ("乙", 10, "同意"), ("乙", 11, "同意"), ("甲", 9, "同意")]


def test_a_cancelled_row_is_no_signature(write):
    any_one = {"joint_any": ("会签",)}
    rows = "1 会签 08 09 甲 已取消\n1 会签 08 10 乙 同意\n1 付款 10 11 丁 同意"
    assert signed(write, rows, **any_one)[0] == [("乙", 10, "同意")]
    rows = "1 会签 08 09 甲 已取消\n1 会签 08 09 乙 同意\n1 付款 10 11 丁 同意"
    assert signed(write, rows, **any_one)[0] == [("乙", 9, "同意")]
    rows = "1 会签 08 09 甲 拒绝\n1 会签 08 11 乙 已取消"
    found, events = signed(write, rows)
    assert found == [("甲", 9, "拒绝")]
    assert events.typed["closes"].tolist() == ["closed"]


def test_a_refusal_decides_where_all_sign_and_the_last_signature_ends_it(write):
    found, events = signed(write, "1 会签 08 09 甲 拒绝\n1 会签 08 10 乙 同意")
    assert found == [("甲", 10, "拒绝")]
    assert events.typed["closes"].tolist() == ["closed"]
    assert signed(write, "1 会签 08 09 甲 退回\n1 会签 08 10 乙 同意")[0] == [("甲", 10, "退回")]


def test_a_case_that_is_withdrawn_while_people_sign_stays_withdrawn(write):
    found, events = signed(write, "1 会签 08 09 甲 同意\n1 会签 08 10 王 撤回")
    assert found == [("王", 10, "撤回")]
    assert events.typed["closes"].tolist() == ["withdrawn"]


def test_a_round_that_somebody_still_has_to_sign_is_no_event(write):
    rows = ("1 申请 08 08 王 提交\n1 会签 08 09 甲 同意\n1 会签 08 - 乙 -\n"
            "2 申请 08 08 王 提交\n2 会签 08 09 甲 同意\n2 会签 08 10 乙 同意")
    found, events = signed(write, rows, mapping={"arrival": "接收时间"}, joint_all=("会签",))
    assert found == [("乙", 10, "同意")]
    assert events.reading.set_aside == {"end_missing": 1, "joint_open": 1, "joint_signature": 1}
    assert events.typed["case_id"].value_counts().to_dict() == {"1": 1, "2": 2}
    assert codes(events)["joint_open"].level == "warning"
    found, _ = signed(write, rows, joint_any=("会签",))
    assert sorted(found) == [("甲", 9, "同意"), ("甲", 9, "同意")]


def test_a_round_is_over_though_a_row_is_open_after_a_return_or_for_the_next_round(write):
    rows = "1 会签 08 09 甲 退回\n1 会签 08 - 乙 -\n1 付款 10 11 丁 同意"
    assert signed(write, rows)[0] == [("甲", 9, "退回")]
    rows = "1 会签 08 09 甲 同意\n1 会签 08 10 乙 同意\n1 会签 11 - 甲 -"
    assert signed(write, rows)[0] == [("乙", 10, "同意")]


def test_a_task_that_nobody_went_on_with_keeps_the_row_of_the_hand_over(write):
    events = read(write, "1 审 08 09 甲 转办\n2 审 08 09 甲 转办\n2 审 09 10 乙 转交\n"
                         "2 审 10 - 丙 -\n3 审 08 09 甲 转办\n3 审 09 11 乙 同意")
    assert steps(events) == [("审", "甲", 8, 9), ("审", "乙", 8, 10), ("审", "乙", 8, 11)]
    assert events.reading.set_aside == {"end_missing": 1, "transferred": 2}
    problem = codes(events)["transfer_unfinished"]
    assert (problem.level, problem.line, problem.count) == ("warning", 2, 2)
