"""A new client folder: what could be guessed stands in it, commented, and it can be opened."""

import pytest

from tests.intake.refusals import refused
from workbench.errors import WrongUse
from workbench.intake import check, make_client, new_client, open_client, told, told_of_new
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


WIDE = """\
单号,申请人,一级审批人,一级审批时间,二级审批人,二级审批时间
1,赵,张,2026-03-02 09:00,李,2026-03-02 10:00
2,钱,张,2026-03-03 09:00,李,2026-03-03 10:00
3,孙,张,2026-03-04 09:00,李,2026-03-04 10:00
"""


def test_where_a_line_would_make_the_log_readable_it_waits_as_a_comment(write, tmp_path):
    made = make_client(tmp_path / "acme", write(WIDE), "zh")
    assert [problem.code for problem in made.asked] == ["not_an_event_log_wide"]
    assert any("unfold: {wide: true}" in line for line in told_of_new(made, "acme", "zh"))
    path = made.folder / "engagement.yaml"
    text = path.read_text("utf-8")
    assert "unfold: {wide: true}" in text[:text.index("client:")]
    path.write_text(text.replace("  # unfold:", "  unfold:"), encoding="utf-8")
    assert open_client(made.folder, tmp_path / "out").log.readings[0].rows_kept > 0


def test_the_order_of_day_and_month_waits_as_two_choices(write, tmp_path):
    rows = "".join(f"{n},{step},0{n}/0{n + 1}/2026 0{hour}:00\n" for n in (1, 2, 3)
                   for hour, step in ((1, "a"), (2, "b")))
    text = text_of(write, tmp_path, "case_id,activity,timestamp\n" + rows)
    assert '\n  # time_format: "%d/%m/%Y %H:%M"' in text
    assert '\n  # time_format: "%m/%d/%Y %H:%M"' in text


def test_a_doubtful_role_is_asked_until_it_is_confirmed(write, tmp_path):
    place = new_client(tmp_path / "acme", write(
        LOG.replace("user", "what").replace("ticket", "id")), "en")
    text = (place / "engagement.yaml").read_text("utf-8")
    assert '\n    # case_id: "id"  # doubtful' in text
    judged = check(place)
    assert judged["understood"][0]["roles"]["case_id"]["degree"] == "doubtful"
    first = next(line for line in told(judged, "en") if line.startswith("  1. "))
    assert '"id"' in first
    (place / "engagement.yaml").write_text(text.replace("    # case_id:", "    case_id:"), "utf-8")
    judged = check(place)
    assert judged["understood"][0]["roles"]["case_id"]["degree"] is None
    assert "role_doubtful" not in {each["code"] for each in judged["findings"]}


def test_columns_that_nothing_uses_are_named_with_what_they_hold(write, tmp_path):
    head, *rows = LOG.splitlines()
    log = "\n".join([head + ",grade,mobile", *(
        f"{row},{'gold' if row[0] == '1' else 'tin'},1380013800{row[0]}" for row in rows)]) + "\n"
    log += log.splitlines()[1].replace("1,", "3,", 1) + "\n"
    text = text_of(write, tmp_path, log)
    assert "“grade”: different values: 2, such as gold, tin; one value per case" in text
    assert "“mobile”: different values: 2; one value" in text
    unused = check(tmp_path / "log.csv")["understood"][0]["unused"]
    assert [each["name"] for each in unused] == ["grade", "mobile"]
    assert unused[1]["examples"] == ()


def test_a_folder_of_logs_becomes_one_client_of_all_its_files(write, tmp_path):
    head, *rows = LOG.splitlines()
    (tmp_path / "sent").mkdir()
    for name, part in (("a.csv", rows[:4]), ("b.csv", rows[4:])):
        (tmp_path / "sent" / name).write_text("\n".join([head, *part]) + "\n", "utf-8")
    (tmp_path / "sent" / "other.csv").write_text("only,notes\nx,y\n", "utf-8")
    judged = check(tmp_path / "sent")
    assert [each["kind"] for each in judged["files"]] == ["log", "log", "unreadable"]
    assert any("workbench new" in line for line in told(judged, "en"))
    made = make_client(tmp_path / "acme", tmp_path / "sent", "en")
    assert made.left == ("other.csv",)
    assert '\n  file: ["a.csv", "b.csv"]\n' in (made.folder / "engagement.yaml").read_text("utf-8")
    client = open_client(made.folder, tmp_path / "out")
    assert sum(reading.rows_read for reading in client.log.readings) == 8


def test_activities_to_ignore_are_left_out_and_written_down(write, tmp_path):
    text = text_of(write, tmp_path, LOG, ignore=["Start"])
    assert "\n  ignore: [Start]\n" in text
    judged = check(tmp_path / "log.csv", ignore=["Start"])
    assert judged["set_aside"] == {"ignored_activity": 2}


def test_an_order_that_the_source_states_is_kept_and_not_asked(write, tmp_path):
    events = "".join(f'<event><string key="concept:name" value="{step}"/>'
                     '<date key="time:timestamp" value="2026-03-02T09:00:00Z"/></event>'
                     for step in ("a", "b"))
    text = text_of(write, tmp_path, '<log><trace><string key="concept:name" value="1"/>'
                   f"{events}</trace></log>", "log.xes")
    assert "\n  ties:" not in text
