"""What a reader sees of numbers, in both languages; the raw value is the same in each."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from workbench import words
from workbench.model import Figure, Problem, Statement

ZH, EN = words.load("zh"), words.load("en")


@pytest.mark.parametrize(("figure", "chinese", "english"), [
    (Figure(51.34, "hours"), "51.3小时", "51.3 hours"),
    (Figure(1 / 4, "hours"), "15分钟", "15 minutes"),
    (Figure(96, "hours"), "4天", "4 days"),
    (Figure(1240, "effort"), "1,240小时", "1,240 hours"),
    (Figure(0.683, "share"), "68.3%", "68.3%"),
    (Figure(-0.27, "relative"), "−27%", "−27%"),
    (Figure(0.031, "points"), "+3.1 个百分点", "+3.1 percentage points"),
    (Figure(3912, "count"), "3,912", "3,912"),
    (Figure(3.105, "score"), "3.10", "3.10"),
    (Figure(date(2025, 7, 10), "date"), "2025年7月10日", "10 Jul 2025"),
    (Figure(None, "hours"), ZH.text("figure.unknown"), EN.text("figure.unknown")),
])
def test_a_number_is_written_as_the_language_writes_it(figure, chinese, english):
    assert (ZH.number(figure), EN.number(figure)) == (chinese, english)


def test_a_time_is_shown_on_the_clocks_of_the_client():
    midnight = Figure(datetime(2025, 6, 30, 16, tzinfo=UTC), "moment")
    assert "1 Jul 2025, 00:00" in words.load("en", "CNY", "Asia/Shanghai").number(midnight)


def test_both_ends_of_an_interval_share_the_unit_of_their_estimate():
    figure = Figure(70.0, "hours", low=60.0, high=80.0)
    assert EN.number(figure, "interval") == "60 to 80 hours"


def test_an_interval_that_cannot_be_had_is_said_so():
    assert EN.number(Figure(1.0, "hours"), "interval") == EN.text("figure.no_interval")


def test_the_raw_value_is_the_same_in_both_languages():
    figure = Figure(1234.5678, "money", low=1000.0, high=2000.0)
    raw = [re.findall('data-value="([^"]*)"', str(each.number_html(figure, form)))
           for each in (ZH, EN) for form in ("", "interval")]
    assert raw[:2] == raw[2:] == [["1234.5678"], ["1000", "2000"]]


def test_a_text_from_the_client_cannot_become_markup():
    said = ZH.cell("<script>alert(1)</script>", "activity")
    assert "<script" not in str(said)


def test_an_unknown_key_is_an_error_and_never_a_gap():
    with pytest.raises(KeyError):
        EN.say(Statement("no.such.sentence"))


def test_a_part_of_a_sentence_can_be_a_statement_of_its_own():
    rest = Statement("figure.points", {"value": Statement("figure.yes")})
    assert EN.text("chart.n", n=rest) == " (n = yes percentage points)"
    assert "&lt;" in EN.html("chart.n", n=Statement("figure.points", {"value": "<b>"}))


def test_a_problem_says_where_it_is_in_both_languages():
    problem = Problem("rejected", "file_missing", "events.csv", 7, "Case")
    told = words.both((problem,)).splitlines()
    assert len(told) == 2
    assert all("events.csv" in line and "7" in line and "Case" in line for line in told)
