"""A new client folder: what could be guessed stands in it, commented, and it can be opened."""

import pytest

from tests.intake.refusals import refused
from workbench.errors import WrongUse
from workbench.intake import new_client, open_client
from workbench.intake.sheets import SHEETS

LOG = """\
ticket,task name,start_time,end_time,user
1,Start,2026-03-02 09:00,2026-03-02 09:00,
1,check,2026-03-02 09:00,2026-03-02 10:00,a
1,pay,2026-03-02 10:00,2026-03-02 11:00,b
1,End,2026-03-02 11:00,2026-03-02 11:00,
2,Start,2026-03-02 09:00,2026-03-02 09:00,
2,check,2026-03-02 09:00,2026-03-02 10:00,a
2,pay,2026-03-02 10:30,2026-03-02 11:00,b
2,End,2026-03-02 11:00,2026-03-02 11:00,
"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_new_folder_can_be_opened_at_once(write, tmp_path, language):
    place = new_client(tmp_path / "acme", write(LOG), language)
    client = open_client(place, tmp_path / "out")
    engagement = client.engagement
    assert (engagement.client, engagement.language) == ("acme", language)
    assert engagement.log.ignore == ("Start", "End")
    assert engagement.end_activities == ("pay",)
    assert dict(engagement.log.mapping) == {
        "case_id": "ticket", "activity": "task name", "start": "start_time", "end": "end_time",
        "resource": "user"}
    assert not client.sheets
    assert "end_closes" in {problem.code for problem in client.problems}


def test_what_was_guessed_is_said_beside_it(write, tmp_path):
    text = (new_client(tmp_path / "acme", write(LOG), "en") / "engagement.yaml").read_text("utf-8")
    assert 'case_id: "ticket"  # likely' in text
    assert "end_activities: [pay]  # guessed: this activity ends 100% of the cases" in text


def text_of(write, tmp_path, log, name="log.csv", language="en", **more):
    place = new_client(tmp_path / "acme", write(log, name), language, **more)
    return (place / "engagement.yaml").read_text("utf-8")


def test_an_arrival_is_written_as_one_and_not_as_the_start(write, tmp_path):
    text = text_of(write, tmp_path, LOG.replace("user", "接收时间").replace(
        ",a\n", ",2026-03-01\n").replace(",b\n", ",2026-03-01\n"))
    assert '\n    arrival: "接收时间"  # sure' in text


APPROVALS = """\
审批编号,节点名称,处理人,审批结果,处理时间
1,申请,张,提交,2026-03-02 09:00
1,审批,李,同意,2026-03-02 10:00
2,申请,张,提交,2026-03-02 09:00
2,审批,李,驳回,2026-03-02 10:00
2,审批,李,另议,2026-03-02 11:00
3,申请,张,提交,2026-03-02 09:00
3,审批,李,退回,2026-03-02 10:00
"""


def test_the_words_of_a_result_stand_with_their_meaning_and_the_doubtful_are_asked(write, tmp_path):
    text = text_of(write, tmp_path, APPROVALS)
    assert '\n    "同意": approved  # ' in text
    assert '\n    "退回": returned  # ' in text
    assert '\n    # "驳回": returned  # please say' in text
    top = text[:text.index("client:")]
    assert "驳回" in top
    assert "另议" in top
    client = open_client(tmp_path / "acme", tmp_path / "out")
    assert dict(client.engagement.log.statuses) == {
        "提交": "approved", "同意": "approved", "退回": "returned"}


def test_what_people_must_decide_stands_on_top(write, tmp_path):
    text = text_of(write, tmp_path, LOG.replace("user", "what").replace("ticket", "id"))
    top = text[:text.index("client:")].splitlines()
    assert all(line.startswith("#") or not line for line in top)
    assert any("end_activities" in line for line in top)
    assert any("zone" in line for line in top)
    assert any("log.mapping" in line and "case_id" in line for line in top)


def test_rows_of_start_and_completion_can_be_paired_by_uncommenting_a_line(write, tmp_path):
    rows = "".join(f"{case},{step},{state},2026-03-0{case} 0{hour}:00\n" for case in (1, 2)
                   for step, hour in (("check", 2), ("pay", 5))
                   for state, hour in (("start", hour), ("complete", hour + 1)))
    text = text_of(write, tmp_path, "case,activity,lifecycle,time\n" + rows)
    assert "\n  # lifecycle: pair  # " in text
    assert "log.lifecycle" in text[:text.index("client:")]
    path = tmp_path / "acme" / "engagement.yaml"
    path.write_text(text.replace("  # lifecycle: pair", "  lifecycle: pair"), encoding="utf-8")
    (reading,) = open_client(tmp_path / "acme", tmp_path / "out").log.readings
    assert (reading.rows_read, reading.rows_kept) == (8, 4)


def test_the_copy_keeps_its_ending_and_its_sheet_is_written_down(write, tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Log"
    for row in LOG.splitlines():
        book.active.append(row.split(","))
    book.create_sheet("Other").append(["note"])
    book.save(tmp_path / "export.xlsx")
    place = new_client(tmp_path / "acme", tmp_path / "export.xlsx", "en", sheet="Log")
    assert (place / "events.xlsx").is_file()
    assert '\n  sheet: "Log"\n' in (place / "engagement.yaml").read_text("utf-8")
    assert open_client(place, tmp_path / "out").log.readings[0].rows_read == 8


def test_a_log_whose_name_says_nothing_gets_the_ending_of_its_format(write, tmp_path):
    for number, name in enumerate(("export", "export.txt")):
        place = new_client(tmp_path / f"acme{number}", write(LOG, name), "en")
        assert (place / "events.csv").read_text("utf-8") == LOG


def test_no_end_is_guessed_where_no_activity_ends_nine_cases_in_ten(write, tmp_path):
    rows = "".join(f"{n},a,2026-03-01\n{n},end {n > 1},2026-03-02\n" for n in range(10))
    place = new_client(tmp_path / "acme", write("case_id,activity,time\n" + rows), "en")
    assert "\n# end_activities: " in (place / "engagement.yaml").read_text("utf-8")


def test_every_sheet_stands_ready_with_its_header(write, tmp_path):
    place = new_client(tmp_path / "acme", write(LOG), "zh")
    assert (place / "causes.csv").read_text("utf-8-sig").startswith("编号,结果,上级编号,原因")
    assert all((place / f"{name}.csv").is_file() for name in SHEETS)
    assert (place / "events.csv").read_text("utf-8") == LOG


def test_nothing_is_overwritten(write, tmp_path):
    (tmp_path / "acme").mkdir()
    with pytest.raises(WrongUse, match="acme"):
        new_client(tmp_path / "acme", write(LOG), "en")


def test_nothing_is_left_behind_where_the_log_is_refused(write, tmp_path):
    path = write("a,b\n")
    assert set(refused(lambda: new_client(tmp_path / "acme", path, "en"))) == {"header_only"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["log.csv"]
