"""Questionnaires: what is an item, what a word counts, whose answer it is; nothing is lost."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.diagnose import diagnose
from workbench.errors import InputRefused
from workbench.intake.check import check
from workbench.intake.client import open_client
from workbench.intake.formats import read_table
from workbench.intake.grades import grades
from workbench.intake.schema import SurveyForm
from workbench.intake.surveys import answers_of, is_survey
from workbench.intake.surveys.cells import cell
from workbench.intake.surveys.levels import ENOUGH
from workbench.intake.surveys.likert import folded, word_scales
from workbench.words import load

from .conftest import ENGAGEMENT

LATER = "Case,Step,Time\nc3,check,2026-04-03 09:00\nc3,pay,2026-04-03 10:00\n"

FIVE = {
    "非常满意 满意 一般 不满意 非常不满意",
    "很满意 比较满意 一般 不太满意 很不满意",
    "满意 比较满意 一般 不太满意 不满意",
    "非常满意 满意 基本满意 不满意 非常不满意",
    "非常满意 满意 一般 不太满意 不满意",
    "非常同意 同意 中立 不同意 非常不同意",
    "完全同意 比较同意 不确定 比较不同意 完全不同意",
    "很好 较好 一般 较差 很差",
    "很快 快 一般 慢 很慢",
    "很高 高 中等 低 很低",
    "非常清楚 清楚 一般 不清楚 非常不清楚",
    "优秀 良好 中等 及格 不及格",
    "总是 经常 有时 很少 从不",
    "非常符合 符合 一般 不符合 一点也不符合",
    "非常容易 容易 一般 困难 非常困难",
    "strongly agree/agree/neither agree nor disagree/disagree/strongly disagree",
    "very satisfied/satisfied/neutral/dissatisfied/very dissatisfied",
    "Very Satisfied/Somewhat satisfied/Neutral/Somewhat dissatisfied/Very dissatisfied",
    "extremely satisfied/very satisfied/somewhat satisfied/not so satisfied/not at all satisfied",
    "excellent/very good/good/fair/poor",
    "very good/good/average/poor/very poor",
    "always/often/sometimes/rarely/never",
    "very likely/likely/neutral/unlikely/very unlikely",
    "agree strongly/agree/undecided/disagree/disagree strongly",
    "very easy/easy/ok/hard/very hard",
}
SEVEN = {"非常满意 满意 比较满意 一般 比较不满意 不满意 非常不满意",
         "strongly agree/agree/slightly agree/neutral/slightly disagree/disagree/strongly disagree"}
FOUR = {"非常满意 比较满意 不太满意 非常不满意", "优 良 中 差", "excellent/good/fair/poor",
        "strongly agree/agree/disagree/strongly disagree",
        "very satisfied/fairly satisfied/not very satisfied/not at all satisfied"}
THREE = {"满意 一般 不满意", "agree/neutral/disagree"}
TWO = {"是 否", "yes/no", "有 没有", "满意 不满意", "high/low"}


def words_of(text: str) -> list[str]:
    return text.split("/") if "/" in text else text.split()


def places(words: list[str], each: int = 1, **stated: object) -> list[float] | None:
    counts = Counter({folded(word): each for word in words})
    found = word_scales({"item": counts}, **stated).get("item")
    return [found.numbers[folded(word)] for word in words] if found else None


@pytest.mark.parametrize("text", sorted(FIVE))
def test_five_words_count_from_five_to_one_and_the_other_way_round(text):
    words = words_of(text)
    assert places(words) == [5, 4, 3, 2, 1]
    assert places(words[::-1]) == [1, 2, 3, 4, 5]
    assert places(words, each=100) == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("text", sorted(SEVEN))
def test_seven_words_count_from_seven_to_one(text):
    assert places(words_of(text)) == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(("texts", "expected"), [
    (FOUR, [4, 3, 2, 1]), (THREE, [3, 2, 1]), (TWO, [1, 0])])
def test_a_scale_without_a_level_is_believed_after_thirty_answers(texts, expected):
    for text in sorted(texts):
        assert places(words_of(text), each=ENOUGH) == expected, text


def test_what_few_answers_leave_open_is_assumed_and_said():
    few = word_scales({"q": Counter({"满意": 2, "不满意": 1})})["q"]
    many = word_scales({"q": Counter({"满意": 20, "不满意": 10})})["q"]
    assert (few.scale, few.is_assumed, many.scale, many.is_assumed) == (
        (1, 5), True, (0, 1), False)
    assert not word_scales({"q": Counter({"很满意": 1, "一般": 1})})["q"].is_assumed


def test_the_stated_number_of_points_decides():
    words = words_of("非常满意 比较满意 不太满意 非常不满意")
    assert places(words, scale=(1.0, 4.0)) == [4, 3, 2, 1]
    assert places(words, scale=(0.0, 4.0)) == [4, 3, 1, 0]
    assert places(words) == [5, 4, 2, 1]


def test_items_of_one_family_share_their_scale():
    found = word_scales({"a": Counter({"非常满意": 1, "满意": 1, "比较满意": 1}),
                         "b": Counter({"不满意": 1, "满意": 1})})
    assert found["b"].numbers == {"不满意": 2, "满意": 6}


@pytest.mark.parametrize("words", [
    ["很满意", "非常满意"], ["红", "蓝", "绿"], ["一般"], ["偶尔", "很少", "从不", "rarely"],
    ["张三", "李四"]])
def test_words_without_an_order_are_not_scored(words):
    assert places(words) is None


@pytest.mark.parametrize(("text", "number", "word"), [
    ("5", 5, ""), ("５", 5, ""), ("5分", 5, ""), ("4.5", 4.5, ""), ("五星", 5, ""),
    ("★★★☆☆", 3, ""), ("80%", 80, ""), ("-2", -2, ""), ("5 - 非常满意", 5, "非常满意"),
    ("5、非常满意", 5, "非常满意"), ("非常满意（5分）", 5, "非常满意"),
    ("Strongly agree (5)", 5, "strongly agree"), ("A.非常满意", None, "非常满意"),
    ("inf", None, "inf"), ("nan", None, "nan"), ("-Infinity", None, "infinity"),
    ("1e400", None, "1e400"), ("2026-03-02", None, "2026 03 02"), ("", None, "")])
def test_a_cell_is_a_number_a_word_or_both(text, number, word):
    assert cell(text)[:2] == (number, word)


# ---------------------------------------------------------------- whole files


def read(text: str, name: str = "survey_customers.csv", **stated: object):
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / name
        path.write_text(text, encoding="utf-8")
        return answers_of(read_table(path), SurveyForm.model_validate(stated))


def rows(*answers: object, header: str = "respondent,q") -> str:
    return header + "\n" + "".join(f"r{n},{answer}\n" for n, answer in enumerate(answers))


def scores(answers, item: str = "q") -> list[float]:
    return answers.rows.loc[answers.rows["item"] == item, "value"].tolist()


def said(answers, code: str):
    return [problem for problem in answers.reading.problems if problem.code == code]


def test_numbers_and_words_mix_on_one_scale():
    found = read(rows("5", "非常满意", "5分", "４", "2 - 不满意", "不满意(2)", "一般", "很不满意"))
    assert scores(found) == [5, 5, 5, 4, 2, 2, 3, 1]
    found = read(rows("满意", "不满意", "一般", "满意", "9", "8", "10", "7", "6"))
    assert scores(found) == [9, 8, 10, 7, 6]  # a scale on which the words have no place
    assert said(found, "survey_not_number")[0].count == 4


def test_an_unknown_word_is_left_out_and_counted():
    found = read(rows("满意", "一般", "非常满意", "不满意", "满意", "看情况"))
    (problem,) = said(found, "survey_word_unknown")
    assert (problem.line, problem.column, problem.count, problem.values) == (
        7, "q", 1, {"example": "看情况"})
    assert scores(found) == [4, 3, 5, 2, 4]
    assert found.reading.rows_kept == 6


@pytest.mark.parametrize("word", ["不适用", "N/A", "(跳过)", "(空)", "不清楚", ""])
def test_no_answer_is_no_unknown_word(word):
    found = read(rows("满意", "一般", "非常满意", word))
    assert scores(found) == [4, 3, 5]
    assert not said(found, "survey_word_unknown")
    assert said(found, "survey_incomplete")[0].count == 1


def test_stated_answers_win_over_the_dictionary():
    found = read(rows("满意", "一般", "神了"), scale=[1, 5], answers={"神了": 5, "一般": 2})
    assert scores(found) == [4, 2, 5]
    found = read(rows("红", "绿", "红"), answers={"红": 1, "绿": 3})
    assert scores(found) == [1, 3, 1]


def test_an_item_whose_words_fit_no_dictionary_is_named():
    found = read(rows("3,很满意", "4,非常满意", header="respondent,q,p"))
    (problem,) = said(found, "survey_words_unknown")
    assert (problem.level, problem.column) == ("warning", "p")
    assert found.items == ("q",)
    found = read(rows("3,male", "4,female", header="respondent,q,gender"))
    assert [problem.column for problem in said(found, "column_unknown")] == ["gender"]


def test_numbers_that_run_against_their_words_follow_the_words():
    found = read(rows("1 - 非常满意", "2 - 满意", "5 - 非常不满意", "1 - 非常满意"))
    assert scores(found) == [5, 4, 1, 5]
    assert said(found, "survey_numbers_against_words")[0].count == 4
    found = read(rows("1 - 非常满意", "5 - 非常不满意", "2"), reversed=["q"])
    assert scores(found) == [5, 1, 4]  # once, not twice


def test_numbers_with_words_of_their_own_count_as_numbers():
    found = read(rows("10 - Extremely likely", "0 - Not at all likely", "7", "3"))
    assert scores(found) == [10, 0, 7, 3]


def test_reversed_items_are_turned_round_on_their_scale_and_said():
    found = read(rows("1,5", "2,4", "5,1", header="respondent,q,p"), scale=[1, 5], reversed=["q"])
    assert (scores(found, "q"), scores(found, "p")) == ([5, 4, 1], [5, 4, 1])
    assert said(found, "survey_reversed")[0].column == "q"
    found = read(rows("1", "5"), reversed=["Q9"])
    assert said(found, "survey_item_unknown")[0].values == {"key": "reversed", "near": "q"}


def battery(n: int, **others: str) -> str:
    lines = [f"r{i},{i % 5 + 1},{(i + i % 2) % 5 + 1},{i % 5 + 1},{5 - i % 5}" for i in range(n)]
    return "respondent,a,b,c,d\n" + "\n".join(lines) + "\n"


def test_an_item_against_the_others_is_asked_about_where_answers_suffice():
    (problem,) = said(read(battery(ENOUGH)), "survey_reversed_suspected")
    assert (problem.level, problem.column) == ("warning", "d")
    assert not said(read(battery(ENOUGH - 1)), "survey_reversed_suspected")
    assert not said(read(battery(60), reversed=["d"]), "survey_reversed_suspected")


RECOMMEND = "respondent,speed,是否推荐我们\nr1,3,10\nr2,4,9\nr3,5,0\nr4,2,6\nr5,1,7\n"


def test_a_recommendation_from_nought_to_ten_stands_apart():
    for found in (read(RECOMMEND), read(RECOMMEND, nps="是否推荐我们"), read(
            RECOMMEND.replace("是否推荐我们", "3、您会推荐我们吗？"), nps="3、您会推荐我们吗？")):
        assert (found.items, found.scale) == (("speed",), (1, 5))
        assert found.recommendations["value"].tolist() == [10, 9, 0, 6, 7]
        assert len(found.rows) == 5
    assert said(read(RECOMMEND), "survey_nps")[0].column == "是否推荐我们"


def test_a_recommendation_on_the_scale_of_the_others_is_an_item():
    low = read("respondent,speed,recommend\nr1,3,5\nr2,4,4\n")
    assert low.items == ("speed", "recommend")
    ten = read("respondent,speed,recommend\nr1,8,9\nr2,10,4\n")
    assert ten.items == ("speed", "recommend")


def test_answers_off_nought_to_ten_are_left_out():
    found = read(RECOMMEND.replace("r2,4,9", "r2,4,11"), nps="是否推荐我们")
    assert found.recommendations["value"].tolist() == [10, 0, 6, 7]
    assert said(found, "survey_off_scale")[0].line == 3


def test_items_of_other_scales_keep_theirs_and_stay_out_of_the_common_mean():
    lines = "".join(f"r{i},{i % 5 + 1},{i % 4 + 1},{i % 10 + 1}\n" for i in range(40))
    found = read("respondent,a,b,big\n" + lines)
    assert found.scale == (1, 5)
    assert (found.scale_of("a"), found.scale_of("big")) == ((1, 5), (1, 10))
    assert set(found.of_item()["item"]) == {"a", "b"}
    assert said(found, "survey_scales_differ")[0].values == {"scale": "1-10", "common": "1-5"}


def test_few_low_answers_are_no_smaller_scale():
    found = read("respondent,a,b,c\nr1,9,8,3\nr2,10,7,4\nr3,6,9,5\n")
    assert [found.scale_of(item) for item in "abc"] == [(1, 10)] * 3


def test_a_typing_error_does_not_widen_the_scale():
    found = read(rows(*[i % 5 + 1 for i in range(60)], 55))
    assert found.scale == (1, 5)
    (problem,) = said(found, "survey_off_scale")
    assert (problem.line, problem.count, problem.values["example"]) == (62, 1, "55")


@pytest.mark.parametrize(("given", "scale", "dropped"), [
    ([5, 4, 3, 5, 4, 3, 2, 1, 5, 4, 3, 45], (1, 5), ["45"]),
    ([5, 4, 3, 2, 1, 55, 99, 99, 99], (1, 5), ["55", "99"]),
    ([5, 4, 3, 2, 1, -1, -1, 999], (1, 5), ["-1", "999"]),
    ([7, 4, 3, 2, 1, 6, -3], (1, 7), ["-3"]), ([9, 0, 3, 10, 1, 6, 1e9], (0, 10), ["1e+09"]),
    ([1, 2, 3, 4, 5] * 8 + [6], (1, 5), ["6"]), ([1, 2, 3, 4, 5] * 8 + [7], (1, 7), []),
    ([1, 2, 3, 4, 5] * 8 + [6, 6, 6], (1, 7), []), ([*range(1, 11)] * 4 + [0], (0, 10), []),
    ([3, 4, 5, 8], (1, 10), []), ([10, 20, 99, 80, 5], (0, 100), []), ([5, 90, 3], (0, 100), []),
    ([99, 99, 99], (0, 100), []),
])
def test_the_bulk_of_the_answers_decides_the_scale_and_what_is_off_it_is_said(
        given, scale, dropped):
    found = read(rows(*given))
    assert found.scale == scale
    off = [value for value in given if not scale[0] <= value <= scale[1]]
    assert len(found.rows) == len(given) - len(off)
    assert [(each.level, each.line, each.count, each.values["example"])
            for each in said(found, "survey_off_scale")] == [
        ("repaired", 2 + given.index(first), len(off), ", ".join(dropped)) for first in off[:1]]


def test_a_number_of_people_is_no_item():
    found = read("respondent,count,q1\na,3,5\nb,-2,4\nc,x,3\nd,1e9,2\n")
    assert (found.items, found.scale) == (("q1",), (1, 5))
    assert said(found, "survey_tool_columns")[0].column == "count"


def test_a_questionnaire_of_many_items_is_read_soon():
    names = [f"q{item}" for item in range(600)]
    text = "\n".join([",".join(["respondent", *names]), *(
        ",".join([f"r{row}", *(str((item * row + row) % 5 + 1) for item in range(600))])
        for row in range(40))])
    begun = time.process_time()
    assert len(read(text).items) == 600
    assert time.process_time() - begun < 8


def test_a_form_export_in_a_workbook_is_read_as_any_other(folder):
    made = openpyxl.Workbook()
    for row in [["Timestamp", "How satisfied are you?", "Was it quick?", "What could be better?"],
                ["2026/03/01 9:12:05 AM GMT+8", 5, 4, "Nothing"],
                ["2026/03/02 9:12:05 AM GMT+8", 3, 2, "The waiting time was long"]]:
        made.active.append(row)
    path = folder(engagement=ENGAGEMENT)
    made.save(path / "survey_customers.xlsx")
    answers = open_client(path).answers["customers"]
    assert answers.items == ("How satisfied are you?", "Was it quick?")
    assert answers.reading.rows_kept == 2


LONG = """\
respondent,题目,得分,date,意见
r1,1、速度,5,2026-03-02,好
r1,2、态度,满意,2026-03-02,
r2,1、速度,3,2026-03-02,
r1,1、速度,2,2026-03-04,变慢了
,2、态度,3,2026-03-02,
r3,,3,2026-03-02,
r3,2、态度,不太满意,2026-03-05,
"""
WIDE = """\
respondent,1、速度,2、态度,date,意见
r1,2,满意,2026-03-04,变慢了
r2,3,,2026-03-02,
r3,,不太满意,2026-03-05,
"""


def test_the_long_form_reads_as_the_wide_one():
    long, wide = read(LONG), read(WIDE)
    columns = ["respondent", "date", "item", "value"]
    assert long.rows[columns].to_numpy().tolist() == wide.rows[columns].to_numpy().tolist()
    assert (long.items, wide.items) == (("速度", "态度"), ("速度", "态度"))
    assert long.comments["text"].tolist() == ["变慢了"]
    assert (long.reading.rows_read, long.reading.rows_kept, long.reading.set_aside) == (
        7, 4, {"survey_respondent_missing": 1, "survey_item_missing": 1, "survey_duplicate": 1})
    assert said(long, "survey_long")[0].values == {"answer": "得分"}


def test_problems_of_the_long_form_stand_at_the_line_of_the_answer():
    more = "r5,2、态度,一般,,\nr6,2、态度,满意,,\nr7,2、态度,满意,,\nr8,2、态度,看情况,,\n"
    found = read(LONG + "r4,1、速度,many,2026-03-05,\n" + more)
    assert {p.code: p.line for p in found.reading.problems if p.code.endswith(("known", "number"))
            } == {"survey_not_number": 9, "survey_word_unknown": 13}


def test_a_wide_questionnaire_with_a_question_is_not_long():
    found = read("respondent,问题,评分\nr1,登录不了系统怎么办呢,3\nr2,一直在排队等待很久了,4\n")
    assert found.items == ("评分",)
    assert found.comments["text"].tolist() == ["登录不了系统怎么办呢", "一直在排队等待很久了"]


def test_the_latest_answer_of_a_respondent_counts_by_date_else_by_row():
    dated = read("respondent,date,q\nr1,2026-03-05,5\nr1,2026-03-02,1\nr2,2026-03-02,3\n")
    assert scores(dated) == [5, 3]
    assert said(dated, "survey_duplicate")[0].line == 3
    assert scores(read("respondent,q\nr1,5\nr1,1\nr2,3\n")) == [1, 3]
    assert scores(read("respondent,date,q\nr1,2026-03-05,5\nr1,,1\nr2,,3\n")) == [5, 3]


def test_anonymous_rows_alike_to_the_second_are_named_and_kept():
    text = "date,q\n2026-03-02 09:00:01,3\n2026-03-02 09:00:01,3\n2026-03-02 09:00:02,3\n"
    found = read(text)
    assert said(found, "survey_identical_rows")[0].count == 1
    assert scores(found) == [3, 3, 3]
    assert not said(read(text.replace(" 09:00:01", "").replace(" 09:00:02", "")),
                    "survey_identical_rows")


def test_straight_lines_and_gaps_are_counted():
    header = "respondent," + ",".join(f"q{n}" for n in range(8))
    found = read(f"{header}\nr1,{','.join('3' * 8)}\nr2,1,2,3,4,5,1,2,3\nr3,1,2,3,4,5,1,2,\n")
    assert (said(found, "survey_straight")[0].line, said(found, "survey_straight")[0].count) == (
        2, 1)
    assert (said(found, "survey_incomplete")[0].line, said(found, "survey_incomplete")[0].count
            ) == (4, 1)


TOOL = """\
序号,提交答卷时间,所用时间,来源,来源详情,来自IP,1、您对速度满意吗？,2、推荐的可能性,3、使用渠道(多选),4、其他意见,总分
1,2026/3/2 9:00:01,66秒,微信,N/A,198.51.100.4(北京),非常满意,10,电话┋微信,请打 13800138000 找我,5
2,2026/3/2 9:05:01,70秒,微信,N/A,198.51.100.5(北京),不满意,0,电话,(空),3
3,2026/3/2 9:06:01,70秒,链接,N/A,198.51.100.6(北京),一般,6,微信┋电话,太慢,2
"""


def test_an_export_of_a_survey_tool_is_read_without_its_traces():
    found = read(TOOL, "export.csv")
    assert found.items == ("您对速度满意吗？",)
    assert found.rows["respondent"].tolist() == ["1", "2", "3"]
    assert found.rows["date"].dt.strftime("%H:%M:%S").tolist() == [
        "09:00:01", "09:05:01", "09:06:01"]
    assert found.recommendations["item"].unique().tolist() == ["推荐的可能性"]
    (problem,) = said(found, "survey_tool_columns")
    assert problem.values["columns"] == "所用时间, 来源, 来源详情, 来自IP, 总分"
    assert "198.51" not in repr(found.reading)
    assert said(found, "survey_multiple")[0].column == "3、使用渠道(多选)"


def test_having_no_comment_is_no_comment():
    found = read(rows("3,无", "4,没有", "5,too slow", "2,N/A", header="respondent,q,其他建议"))
    assert found.comments["text"].tolist() == ["too slow"]
    assert said(found, "survey_comments")[0].count == 1


@pytest.mark.parametrize("cells", [["A;B", "A", "B;C"], ["1┋2", "1", "2"],
                                   ["Phone, Email", "Phone", "Email, Chat"]])
def test_several_choices_in_a_cell_are_named_and_not_used(cells):
    quoted = [f'3,"{each}"' for each in cells]
    found = read(rows(*quoted, header="respondent,q,channels"))
    assert [problem.column for problem in said(found, "survey_multiple")] == ["channels"]
    assert found.items == ("q",)
    assert found.comments.empty


def test_an_age_is_no_answer():
    assert read(rows("3,35", "4,52", header="respondent,q,年龄")).items == ("q",)
    found = read(rows("3,35", "4,52", header="respondent,q,how long"))
    assert (found.scale_of("q"), found.scale_of("how long")) == ((1, 5), (0, 100))


def test_personal_data_in_comments_are_masked_and_counted():
    found = read(TOOL, "export.csv")
    assert found.comments["text"].tolist() == ["请打 *** 找我", "太慢"]
    (problem,) = said(found, "survey_personal_data")
    assert (problem.level, problem.line, problem.count) == ("repaired", 2, 1)


def test_a_column_of_personal_data_is_no_comment_and_not_shown():
    found = read("respondent,q,contact\nr1,3,a@example.org\nr2,4,b@example.org\n")
    assert found.comments.empty
    assert "example.org" not in repr(found.reading)


def test_the_second_header_of_a_tool_is_set_aside():
    found = read("Respondent ID,Collector ID,End Date,IP Address,How satisfied are you?,Why?\n"
                 ",,,,Response,Open-Ended Response\n"
                 "11,5,2026-03-22,192.0.2.1,Very satisfied,all was good\n"
                 "12,5,2026-03-22,192.0.2.2,Dissatisfied,\n")
    assert found.reading.set_aside == {"survey_second_header": 1}
    assert found.items == ("How satisfied are you?",)
    assert found.comments["text"].tolist() == ["all was good"]


def test_only_respondents_or_the_traces_of_a_tool_make_a_file_a_survey(write):
    def judged(text: str, name: str = "a.csv") -> bool:
        return is_survey(read_table(write(text, name)))

    assert judged(TOOL)
    assert judged("答卷编号,q\n1,2\n")
    assert judged("q1,q2\n1,2\n", "survey_staff.csv")
    assert not judged("序号,单号,环节,时间\n1,A1,check,2026-03-02\n")


def test_a_table_of_counts_stands_for_its_people():
    found = read("Freq,management,own\n20,bad,low\n30,good,high\n")
    assert scores(found, "management") == [0.0] * 20 + [1.0] * 30
    assert said(found, "survey_counts")[0].count == 50
    assert (found.reading.rows_read, found.reading.rows_kept) == (2, 2)


def test_row_numbers_without_a_name_are_no_item():
    assert read(",q\n1,3\n2,4\n3,5\n").items == ("q",)


def test_numbers_that_are_not_finite_are_no_answers():
    found = read(rows("3", "inf", "nan", "1e400", "4", "5", "1", "2"))
    assert scores(found) == [3, 4, 5, 1, 2]
    assert said(found, "survey_not_number")[0].count == 2  # "nan" is no answer at all


def test_a_questionnaire_without_an_item_is_refused():
    with pytest.raises(InputRefused, match="问卷中没有可计分的列"):
        read("respondent,mood\nr1,fine\n")


ANSWER = st.sampled_from(["", "1", "3", "5", "满意", "非常满意", "inf", "1e400", "x", "(空)", "99",
                          "5 - 非常满意", " 4 ", "合计"])
PERSON = st.sampled_from(["", "r1", "r2", "r3", " r1 "])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(PERSON, st.sampled_from(["速度", "态度", ""]), ANSWER), min_size=1,
                max_size=12), st.booleans())
def test_rows_read_are_rows_kept_and_rows_set_aside(lines, is_long):
    header = "respondent,题目,答案" if is_long else "respondent,q,p"
    text = header + "\n" + "".join(",".join(line) + "\n" for line in lines)
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "survey_staff.csv"
        path.write_text(text, encoding="utf-8")
        judged = check(path)
    assert judged["rows_read"] == judged["rows_kept"] + sum(judged["set_aside"].values())
    if judged["outcome"] != "rejected":
        assert judged["rows_read"] == len(lines)


@pytest.mark.real_logs
@pytest.mark.parametrize(("name", "items", "scale"), [
    ("plspm_satisfaction", 27, (0, 10)), ("attitude", 7, (0, 100)), ("JobSatisfaction", 3, (0, 1))])
def test_classic_questionnaires_read_sensibly(shared_data, name, items, scale):
    table = read_table(shared_data / "surveys" / f"{name}.csv")
    found = answers_of(table)
    assert (len(found.items), found.scale) == (items, scale)
    assert found.reading.rows_kept == found.reading.rows_read


# ---------------------------------------------------------------- in a client folder


def test_what_the_engagement_says_of_a_survey_is_heard(folder):
    stated = ("surveys: {customers: {scale: [1, 5], reversed: [effort], nps: again, "
              "answers: {so la la: 3}}}\n")
    place = folder(ENGAGEMENT + stated, survey_customers=(
        "respondent,effort,speed,again\na,5,so la la,10\nb,1,satisfied,4\nc,2,satisfied,8\n"))
    found = open_client(place, place.parent / "out").answers["customers"]
    assert scores(found, "effort") == [1, 5, 4]
    assert scores(found, "speed") == [3, 4, 4]
    assert found.recommendations["value"].tolist() == [10, 4, 8]


def test_the_pilot_is_read_as_the_baseline_unless_it_says_otherwise(folder):
    stated = "surveys: {staff: {scale: [1, 7]}, customers: {scale: [1, 4]}}\n"
    place = folder(ENGAGEMENT + stated, survey_staff="respondent,q\na,3\n",
                   pilot__survey_staff="respondent,q\na,3\n", pilot__events=LATER)
    answers = open_client(place, place.parent / "out").answers
    assert {answers[name].scale for name in ("staff", "pilot/staff")} == {(1, 7)}


def test_a_scale_that_differs_between_the_periods_is_said(folder):
    place = folder(survey_staff="respondent,q\na,3\n", pilot__survey_staff="respondent,q\na,9\n",
                   pilot__events=LATER)
    client = open_client(place, place.parent / "out")
    (problem,) = [each for each in client.problems if each.code == "survey_scale_changed"]
    assert (problem.file, problem.column, problem.values) == (
        "pilot/survey_staff.csv", "q", {"before": "1-5", "after": "1-10"})


def test_a_questionnaire_of_one_recommendation_is_enough(folder):
    place = folder(survey_customers=RECOMMEND.replace("speed,", "").replace("r1,3", "r1").replace(
        "r2,4", "r2").replace("r3,5", "r3").replace("r4,2", "r4").replace("r5,1", "r5"))
    client = open_client(place, place.parent / "out")
    result = diagnose(client)
    row = result.tables["recommendation"].iloc[0]
    assert row[["audience", "n", "nps_points"]].tolist() == ["customers", 5, 0.0]
    (statement,) = result.statements["satisfaction"]
    assert statement.key == "diagnosis.recommendation.customers"
    for language in ("zh", "en"):
        assert "NPS" in load(language).say_text(statement)


# ---------------------------------------------------------------- how far it can be trusted

def test_lost_rows_and_lost_answers_lower_the_grade_of_satisfaction_and_no_other():
    text = rows(*[9 if n < 4 else 4 for n in range(16)]) + ",3\n" * 10
    found = read(text, scale=(1, 5)).reading.problems
    touched = {problem.code: dict(problem.touches) for problem in found if problem.touches}
    assert touched == {"survey_respondent_missing": {"satisfaction": pytest.approx(10 / 26)},
                       "survey_off_scale": {"satisfaction": pytest.approx(4 / 16)}}
    grade = grades(found, {"answers"})["satisfaction"]
    assert (grade.letter, grade.share) == ("D", pytest.approx(1 - 16 / 26 * 12 / 16))


def test_an_answer_that_is_lost_counts_among_the_answers_and_not_among_the_rows():
    header = "respondent," + ",".join(f"q{n}" for n in range(10))
    found = read(header + "\n" + "".join(
        f"r{n}," + ",".join(["4"] * 9 + ["9" if n == 0 else "2"]) + "\n" for n in range(10)),
        scale=(1, 5)).reading.problems
    assert [dict(problem.touches) for problem in found if problem.code == "survey_off_scale"] == [
        {"satisfaction": 0.01}]


def test_a_damaged_row_of_a_questionnaire_touches_no_figure_of_the_log():
    found = read(rows(*[1 + n % 5 for n in range(9)], "4,4"), scale=(1, 5))
    ragged = [problem for problem in found.reading.problems if problem.code == "ragged_row"]
    assert [dict(problem.touches) for problem in ragged] == [{"satisfaction": 0.1}]
