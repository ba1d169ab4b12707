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


def test_a_role_that_is_not_used_yet_is_not_written(write, tmp_path):
    place = new_client(tmp_path / "acme", write(LOG.replace("user", "create_time").replace(
        ",a\n", ",2026-03-01\n")), "en")
    assert "arrival" not in (place / "engagement.yaml").read_text("utf-8")


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
