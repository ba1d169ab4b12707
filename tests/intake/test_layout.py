"""Titles, double headers and totals are told from data; an ordinary table passes untouched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.intake.refusals import refused
from workbench.errors import InputRefused
from workbench.intake.formats import read_table
from workbench.intake.formats.layout import is_total, laid_out


def laid(text):
    """The grid of a text: header, rows and lines, what was set aside, and what was said."""
    records = [line.split(",") for line in text.strip("\n").split("\n")]
    aside, problems = {}, []
    found = laid_out(records, list(range(1, len(records) + 1)), "log.csv", set_aside=aside,
                     problems=problems)
    return *found, aside, [(problem.code, problem.line, problem.count) for problem in problems]


def test_rows_above_the_header_are_titles_and_are_named():
    for title in ("投诉明细表", "投诉明细表,,", "投诉明细表,,\n导出时间：2026-03-02,,\n,,"):
        header, rows, lines, aside, said = laid(title + "\n单号,环节,时间\n1,提交,2026-03-02\n")
        above = title.count("\n") + 1
        assert (header, rows, lines) == (["单号", "环节", "时间"], [["1", "提交", "2026-03-02"]],
                                         [above + 2])
        assert (aside, said) == ({}, [("title_rows", 1, above)])


@pytest.mark.parametrize("upper", [
    "单号,一级审批,,二级审批,", "单号,一级审批,一级审批,二级审批,二级审批"])
@pytest.mark.parametrize("lower", [",审批人,时间,审批人,时间", "单号,审批人,时间,审批人,时间"])
@pytest.mark.parametrize("title", ["", "审批明细\n"])
def test_a_header_in_two_rows_is_joined(upper, lower, title):
    header, rows, _, _, said = laid(f"{title}{upper}\n{lower}\n1,张,2026-03-02,李,2026-03-03")
    assert header == ["单号", "一级审批/审批人", "一级审批/时间", "二级审批/审批人",
                      "二级审批/时间"]
    assert rows == [["1", "张", "2026-03-02", "李", "2026-03-03"]]
    assert said[-1] == ("header_double", 2 if title else 1, 2)


@pytest.mark.parametrize("text", [
    "case,,activity,\n1,x,2026-03-02,y\n2,x,2026-03-02,y",  # names are missing
    "case,,,\na,x,b,y\n2,x,2026-03-02,y\n2,x,2026-03-02,y",  # the first row of data is text
    "step,role,,\ncheck,clerk,a,b\npay,boss,c,d",  # nothing but text
    "a,b,c\n投诉,,\n1,2,2026-03-02",  # the header is whole
    "title\n1\n2", "title,\n1,2\n3,4",  # one column, two columns
    "a,b,c", "2026-03-02,1,2\n2026-03-02,3,4",
])
def test_the_first_row_of_an_ordinary_table_is_its_header(text):
    header, rows, lines, aside, said = laid(text)
    first, *others = (line.split(",") for line in text.split("\n"))
    assert header == [name or f"#{place}" for place, name in enumerate(first, 1)]
    assert (rows, lines) == (others, list(range(2, len(others) + 2)))
    assert (aside, said) == ({}, [])


@pytest.mark.parametrize("row", [
    "合计,,3", "总计：,,3", "小 计,,", ",共计,", "本月合计,,1", "Total,,12", "Grand Total,,",
    "subtotal:,,5", "合计（3条）,,", "合计：3条", "SUM,,7.5",
])
def test_rows_of_totals_are_set_aside_and_counted(row):
    _, rows, lines, aside, said = laid(f"id,step,day\n1,a,2026-03-02\n{row}\n2,b,2026-03-03")
    assert (rows, lines) == ([["1", "a", "2026-03-02"], ["2", "b", "2026-03-03"]], [2, 4])
    assert (aside, said) == ({"total_row": 1}, [("total_row", 3, 1)])


@pytest.mark.parametrize("row", [
    ["total", "check", "2026-03-02"], ["合计", "提交", "张三", ""], ["Total recall", "", ""],
    ["1", "合计", ""], ["总经理", "", ""], ["summary", "", ""], ["", "", ""],
])
def test_a_row_that_only_mentions_a_total_is_data(row):
    assert not is_total(row)


def test_a_header_that_stands_again_in_the_midst_is_set_aside():
    _, rows, _, aside, said = laid("id,step,day\n1,a,2\nid,step,day\n2,b,3")
    assert (rows, aside) == ([["1", "a", "2"], ["2", "b", "3"]], {"header_again": 1})
    assert said == [("header_again", 3, 1)]


def test_two_columns_of_one_name_are_refused_where_the_header_stands():
    assert refused(lambda: laid("a,b,a,c\n1,2,3,4\n5,6,7,8")) == {"header_twice": (1, "a")}
    assert refused(lambda: laid("list\na,b,a,c\n1,2,3,4\n5,6,7,8")) == {"header_twice": (2, "a")}


def test_a_header_beneath_a_title_may_lack_a_name():
    assert laid("list,,,\na,b,,d\n1,2,3,4\n5,6,7,8")[0] == ["a", "b", "#3", "d"]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_file_keeps_its_physical_lines_beneath_titles_and_totals(write, encoding):
    text = "投诉明细表\n\n单号,环节,时间\n1,提交申请,2026-03-02\n合计,,1\n2,部门审批,2026-03-03\n"
    table = read_table(write(text.encode(encoding)))
    assert table.lines.tolist() == [4, 6]
    assert (table.rows_read, table.set_aside) == (3, {"total_row": 1})


GRID = st.lists(st.lists(st.sampled_from(["", "a", "b", "合计", "1", "2026-03-02"]), min_size=1,
                         max_size=4), min_size=1, max_size=9)


@given(GRID)
def test_every_row_beneath_the_header_is_kept_or_counted(records):
    aside, problems = {}, []
    records = [["id", "step", "day"], *records, *[["1", "a", "2026-03-02"]] * len(records)]
    _, rows, lines = laid_out(list(records), list(range(1, len(records) + 1)), "log.csv",
                              set_aside=aside, problems=problems)
    assert len(rows) + sum(aside.values()) == len(records) - 1
    assert [records[line - 1] for line in lines] == rows


def test_rows_that_are_all_of_another_width_are_refused_with_both_widths():
    with pytest.raises(InputRefused) as caught:
        laid("id,step,day\n1,a,2026-03-02,x\n2,b,2026-03-02,y\n3,c,2026-03-02,z\n")
    problem, = caught.value.problems
    assert (problem.code, problem.line, problem.count) == ("all_ragged", 2, 3)
    assert problem.values == {"fields": 4, "expected": 3}


def test_a_delimiter_at_the_end_of_every_row_makes_no_field():
    header, rows, lines, aside, problems = laid(
        "id,step,day\n1,a,2026-03-02,\n2,b,2026-03-02,\n3,c,2026-03-02,\n")
    assert (header, rows[0], lines, aside) == (["id", "step", "day"], ["1", "a", "2026-03-02"],
                                               [2, 3, 4], {})
    assert problems == [("trailing_delimiter", 2, 3)]


def test_a_note_as_wide_as_the_table_stands_beneath_its_title():
    header, rows, lines, _, problems = laid(
        "Orders\nperiod,2026-03-01,to,2026-03-31\nid,step,day,by\n1,a,2026-03-02,x\n"
        "2,b,2026-03-03,y\n")
    assert (header, len(rows), lines) == (["id", "step", "day", "by"], 2, [4, 5])
    assert problems == [("title_rows", 1, 2)]
