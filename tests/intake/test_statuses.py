"""A word of the result column is read however an export decorates it; what is unclear is asked."""

import pytest

from workbench.intake.events import Wishes, read_events
from workbench.intake.statuses import is_ambiguous, is_exact, meaning_of

HEADER = "审批编号,节点名称,处理时间,处理人,审批结果\n"


def read(write, text):
    events = read_events(write(text), Wishes())
    reading = events.reading
    assert reading.rows_read == reading.rows_kept + sum(reading.set_aside.values())
    return events


@pytest.mark.parametrize(("word", "meaning"), [
    ("退回至发起人", "returned"), ("驳回到上一级", "returned"), ("退回给审批人", "returned"),
    ("弃审", "returned"), ("反审", "returned"), ("转交给李四", "transferred"),
    ("审批人为空自动通过", "automatic"), ("已同意", "approved"), ("已拒绝了", "rejected"),
    ("审批中", "pending"), ("待审批", "pending"), ("PENDING", "pending"),
    ("退回补充", "returned"), ("同意并归档", "approved"), ("同意，请尽快", "approved"),
    ("Returned to requester", "returned"), ("Approved by manager", "approved"),
    ("同意退回", None), ("Approved but rejected", None), ("同意不了", None), ("不同意见", None),
    ("确认书", None), ("驳回", None), ("驳回申请", None), ("撤回后重新提交", None),
])
def test_a_longer_word_means_what_it_begins_with_unless_it_contradicts_itself(word, meaning):
    assert meaning_of(word) == meaning


@pytest.mark.parametrize(("word", "meaning"), [
    ("EXECUTE_TASK_NORMAL+REFUSE", "rejected"), ("EXECUTE_TASK_NORMAL+AGREE", "approved"),
    ("REDIRECT_TASK+NONE", "transferred"), ("ADD_REMARK+NONE", "no_work"),
    ("TERMINATE_PROCESS_INSTANCE+NONE", "withdrawn"), ("提交+驳回", None),
])
def test_of_two_columns_of_results_the_stronger_word_counts(word, meaning):
    assert meaning_of(word) == meaning
    assert is_ambiguous(word) == (meaning is None)


def test_what_a_client_states_goes_before_every_rule():
    assert meaning_of("退回补充", {"退回补充": "no_work"}) == "no_work"
    assert meaning_of("驳回", {"驳回": "rejected"}) == "rejected"


def test_a_word_known_only_by_its_beginning_is_listed_for_the_reader(write):
    text = HEADER + ("1,审,2026-03-02 09:00,甲,同意并归档\n1,付,2026-03-02 10:00,乙,同意\n"
                     "2,审,2026-03-02 11:00,甲,同意\n")
    problem = next(p for p in read(write, text).reading.problems if p.code == "statuses_read")
    assert (problem.count, problem.values) == (1, {"words": "同意并归档=approved (1)"})
    assert not is_exact("同意并归档")
    assert is_exact("已同意")


def test_a_row_that_is_not_done_yet_is_open_though_it_has_a_time(write):
    text = HEADER + ("1,审,2026-03-02 09:00,甲,同意\n1,付,2026-03-02 10:00,乙,审批中\n"
                     "2,审,2026-03-02 11:00,甲,同意\n2,付,2026-03-02 12:00,乙,PENDING\n")
    assert read(write, text).reading.set_aside == {"pending": 2}
