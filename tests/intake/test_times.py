"""Columns of times: one format per column, proved or refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake.refusals import refused
from workbench.intake.times import Column, read_times


def moments(*texts, zone=None, time_format=None):
    lines = np.arange(len(texts)) + 2
    return read_times(pd.Series(texts, dtype="str"), Column("log.csv", "Time", lines), zone,
                      time_format)


def read(*texts, **options):
    found = moments(*texts, **options)
    return [None if pd.isna(one) else one.isoformat() for one in found.moments]


@pytest.mark.parametrize(("text", "expected"), [
    ("2016-04-04 13:56:36.999000+0000", "2016-04-04T13:56:36.999000+00:00"),
    ("2010-01-13 08:40:25+02:00", "2010-01-13T06:40:25+00:00"),
    ("2011-10-11T13:45:40.276+02:00", "2011-10-11T11:45:40.276000+00:00"),
    ("2026-03-02T09:00:00Z", "2026-03-02T09:00:00+00:00"),
    ("2024-03-05", "2024-03-05T00:00:00+00:00"),
    ("2024/3/5 9:07", "2024-03-05T09:07:00+00:00"),
    ("2024.03.05 09:07:08", "2024-03-05T09:07:08+00:00"),
    ("2024年3月5日 9时07分", "2024-03-05T09:07:00+00:00"),
    ("2024年3月5日 9时07分08秒", "2024-03-05T09:07:08+00:00"),
    ("2024年3月5日", "2024-03-05T00:00:00+00:00"),
    ("2024/3/5 上午9:07", "2024-03-05T09:07:00+00:00"),
    ("2024/3/5 下午3:07", "2024-03-05T15:07:00+00:00"),
    ("2024/3/5 下午12:30", "2024-03-05T12:30:00+00:00"),
    ("2024-03-05 12:30 AM", "2024-03-05T00:30:00+00:00"),
    ("20240305090708", "2024-03-05T09:07:08+00:00"),
    ("1709622420", "2024-03-05T07:07:00+00:00"),
    ("1709622420000", "2024-03-05T07:07:00+00:00"),
])
def test_a_time_is_read_as_people_write_it(text, expected):
    assert read(text) == [expected]


def test_fractions_of_any_length_stand_in_one_column():
    texts = "2024-03-05 09:00:00", "2024-03-05 09:00:00.5", "2024-03-05 09:00:00,123456789"
    assert read(*texts) == [
        "2024-03-05T09:00:00+00:00", "2024-03-05T09:00:00.500000+00:00",
        "2024-03-05T09:00:00.123456+00:00"]


def test_a_time_without_a_zone_is_local():
    assert read("2024-03-05 09:00", zone="Asia/Shanghai") == ["2024-03-05T01:00:00+00:00"]


def test_zero_and_blank_have_not_happened():
    assert read("2024-03-05", "0", "") == ["2024-03-05T00:00:00+00:00", None, None]
    assert moments("1709622420000", "0").blank.tolist() == [False, True]


def test_the_day_comes_first_in_all_rows_if_one_row_proves_it():
    assert read("03/04/2024", "13/04/2024") == ["2024-04-03T00:00:00+00:00",
                                                "2024-04-13T00:00:00+00:00"]
    assert read("04/03/2024", "04/13/2024")[0] == "2024-04-03T00:00:00+00:00"


def test_a_day_and_month_that_nothing_tells_apart_are_refused():
    assert refused(lambda: moments("03/04/2024", "05/04/2024")) == {
        "day_month_unknown": (2, "Time")}


def test_rows_that_contradict_each_other_are_refused_at_the_second():
    assert refused(lambda: moments("13/04/2024", "01/01/2024", "04/14/2024")) == {
        "day_month_mixed": (4, "Time")}


def test_a_stated_format_settles_what_the_column_cannot():
    assert read("03/04/2024", time_format="%d/%m/%Y") == ["2024-04-03T00:00:00+00:00"]


def test_times_with_and_without_zone_are_refused_unless_a_zone_is_known():
    texts = "2024-03-05 15:00:00", "2024-03-05T15:30:00+08:00"
    assert refused(lambda: moments(*texts)) == {"zone_mixed": (2, "Time")}
    assert read(*texts, zone="Asia/Shanghai") == ["2024-03-05T07:00:00+00:00",
                                                  "2024-03-05T07:30:00+00:00"]


def test_a_column_without_any_known_format_is_refused_with_an_example():
    assert refused(lambda: moments("2天3小时", "soon")) == {"time_format_unknown": (2, "Time")}


def test_an_impossible_date_is_unreadable_and_the_others_stand():
    found = moments("2024-02-29", "2023-02-29", "2024-13-01", "2024-03-01")
    assert found.unreadable.tolist() == [False, True, True, False]


def test_a_local_time_that_clocks_skip_moves_on_and_one_that_they_repeat_is_the_first():
    found = moments("2024-03-31 02:30", "2024-10-27 02:30", "2024-07-01 12:00",
                    zone="Europe/Berlin")
    assert [one.isoformat() for one in found.moments] == [
        "2024-03-31T01:00:00+00:00", "2024-10-27T00:30:00+00:00", "2024-07-01T10:00:00+00:00"]
    assert [(problem.code, problem.line) for problem in found.problems] == [
        ("time_skipped", 2), ("time_repeated", 3)]


@settings(deadline=None)
@given(st.lists(st.datetimes(min_value=pd.Timestamp("1970-01-02").to_pydatetime(),
                             max_value=pd.Timestamp("2199-01-01").to_pydatetime()), min_size=1))
def test_what_python_writes_is_what_is_read(written):
    texts = [moment.isoformat(sep=" ") for moment in written]
    assert [one.tz_localize(None).to_pydatetime() for one in moments(*texts).moments] == written
