"""Several files to one log: which numbers mean the same case, and what stands in both."""

import itertools

import pytest

from workbench.engine import frame
from workbench.intake import open_client

HEADER = "审批编号,节点名称,处理时间,处理人,部门\n"
SETTINGS = """\
client: Acme
process: purchasing
kind: supply_chain
language: zh
zone: Asia/Shanghai
log:
  file: [{files}]
"""


def joined(tmp_path, scope="", /, **files):
    """The log of several files, and what was said by its code; the sums hold for each file."""
    place = tmp_path / "acme"
    place.mkdir(exist_ok=True)
    said = SETTINGS.format(files=", ".join(f"{name}.csv" for name in files))
    (place / "engagement.yaml").write_text(said + scope, encoding="utf-8")
    for name, text in files.items():
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    client = open_client(place, tmp_path / "out")
    for reading in client.log.readings:
        assert reading.rows_read == reading.rows_kept + sum(reading.set_aside.values())
    return client.log, {problem.code: problem for problem in client.problems}


def month(number, cases=range(1, 10)):
    return HEADER + "".join(
        f"{case},{step},2026-{number:02}-{case:02} {hour}:00,{who},采购\n"
        for case in cases for step, hour, who in (("申请", "08", "张三"), ("审批", "10", "李四")))


def numbers(log):
    return frame(log.cases.select("case_id"))["case_id"].nunique()


@pytest.mark.parametrize("turned", [False, True])
def test_numbers_that_restart_are_other_cases_although_the_periods_touch(tmp_path, turned):
    files = {"a": month(3) + "9,归档,2026-04-01 09:00,李四,采购\n", "b": month(4)}
    order = list(files)[::-1] if turned else list(files)
    log, found = joined(tmp_path, **{name: files[name] for name in order})
    assert numbers(log) == 18
    assert (found["cases_apart"].level, found["cases_apart"].count) == ("warning", 9)
    assert "case_scope_unclear" not in found


def test_a_case_of_which_an_event_stands_in_both_files_continues(tmp_path):
    first = HEADER + ("1,申请,2026-03-30 08:00,张三,采购\n1,审批,2026-03-30 09:00,李四,采购\n"
                      "2,申请,2026-03-31 08:00,张三,采购\n")
    second = HEADER + ("2,申请,2026-03-31 08:00,张三,采购\n2,审批,2026-04-02 08:00,李四,采购\n"
                       "3,申请,2026-04-03 08:00,张三,采购\n")
    log, found = joined(tmp_path, a=first, b=second)
    assert numbers(log) == 3
    assert log.readings[1].set_aside == {"repeats_dropped": 1}
    assert "case_scope_unclear" not in found


def test_ids_that_say_both_or_nothing_are_asked_about(tmp_path):
    first = month(3, (1, 2, 3))
    second = first.splitlines()[1] + "\n" + month(4, (2, 3)).removeprefix(HEADER)
    log, found = joined(tmp_path, a=first, b=HEADER + second)
    problem = found["case_scope_unclear"]
    assert (problem.level, problem.count, problem.values) == (
        "warning", 3, {"same": 1, "anew": 2, "neither": 0})
    assert numbers(log) == 3 + 3
    second = HEADER + "1,归档,2026-04-02 08:00,李四,采购\n"
    log, found = joined(tmp_path, a=first, b=second)
    assert found["case_scope_unclear"].values == {"same": 0, "anew": 0, "neither": 1}
    assert numbers(log) == 3 + 1
    log, found = joined(tmp_path, "  case_scope: client\n", a=first, b=second)
    assert "case_scope_unclear" not in found
    assert numbers(log) == 3


@pytest.mark.parametrize("edit", [
    ("张三", "张三(离职)"), ("采购", "采购部"), ("08:00", "08:00:00"), (":00,", ":00:27,")])
def test_an_event_that_was_edited_in_between_counts_once(tmp_path, edit):
    first, second = month(3, (1, 2)), month(3, (1, 2, 3)).replace(*edit)
    changed = sum(1 for one, other in zip(first.splitlines(), second.splitlines(), strict=False)
                  if one != other)
    totals = set()
    for rows in (second.splitlines()[1:], second.splitlines()[:0:-1]):
        log, found = joined(tmp_path, "  case_scope: client\n", a=first,
                            b=HEADER + "\n".join(rows) + "\n")
        assert len(frame(log.events)) == 4 + 2
        totals.add(tuple(sorted(log.readings[1].set_aside.items())))
    if edit[1] == "08:00:00":  # the same moment
        assert totals == {(("repeats_dropped", 4),)}
    else:
        assert dict(*totals)["repeats_changed"] == changed
        assert found["repeats_changed"].level == "warning"


def test_signatures_of_other_people_at_one_moment_are_no_edits(tmp_path):
    row = "1,会签,2026-03-02 08:00,{},采购\n"
    first = HEADER + row.format("甲") + row.format("乙")
    for people in itertools.permutations("甲乙丙"):
        log, found = joined(tmp_path, a=first, b=HEADER + "".join(map(row.format, people)))
        assert sorted(frame(log.events)["resource"]) == sorted("甲乙丙")
        assert "repeats_changed" not in found


