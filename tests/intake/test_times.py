"""Columns of times: one format per column, proved or refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake.refusals import refused
from workbench.errors import InputRefused
from workbench.intake import times, zones
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
    ("1709622420000000", "2024-03-05T07:07:00+00:00"),
    ("1709622420000000000", "2024-03-05T07:07:00+00:00"),
    ("2026年3月2日 下午3时07分", "2026-03-02T15:07:00+00:00"),
    ("2026年3月2日 下午3点", "2026-03-02T15:00:00+00:00"),
    ("2026年3月2日 (周一) 15:07", "2026-03-02T15:07:00+00:00"),
    ("2026年3月2日（星期一） 15：07", "2026-03-02T15:07:00+00:00"),
    ("2026-03-02 星期一 凌晨12:30", "2026-03-02T00:30:00+00:00"),
    ("05-Mar-2026 10:00", "2026-03-05T10:00:00+00:00"),
    ("5 March 2026 10:00:30 pm", "2026-03-05T22:00:30+00:00"),
    ("Mar 5, 2026 10:00 AM", "2026-03-05T10:00:00+00:00"),
    ("Thu, 05 Mar 2026 10:00:00 GMT", "2026-03-05T10:00:00+00:00"),
    ("Thu 31/12/2026 10:00", "2026-12-31T10:00:00+00:00"),
    ("2026-03-02T09:00:00 GMT+0800", "2026-03-02T01:00:00+00:00"),
    ("2026-03-02T09:00+08:00[Asia/Shanghai]", "2026-03-02T01:00:00+00:00"),
    ("2026-03-02 09:00:00 +8", "2026-03-02T01:00:00+00:00"),
    ("45321.6303", "2024-01-30T15:07:37.920000+00:00"),
    ("45321.63020833333", "2024-01-30T15:07:30+00:00"),
    ("45321", "2024-01-30T00:00:00+00:00"),
    ("45321 0.5", "2024-01-30T12:00:00+00:00"),
    ("2024-01-30 0.5", "2024-01-30T12:00:00+00:00"),
    ("2024-01-30 00:00:00 12:30:00", "2024-01-30T12:30:00+00:00"),
    ("20260302 15:07:00", "2026-03-02T15:07:00+00:00"),
    ("20260302T150700Z", "2026-03-02T15:07:00+00:00"),
    ("20260302T150700.5+0800", "2026-03-02T07:07:00.500000+00:00"),
    ("20260302150700123", "2026-03-02T15:07:00.123000+00:00"),
    ("Mon Mar 02 15:07:00 2026", "2026-03-02T15:07:00+00:00"),
    ("Mon Mar 02 15:07:00 GMT 2026", "2026-03-02T15:07:00+00:00"),
    ("1772434800123.5", "2026-03-02T07:00:00.123500+00:00"),
    ("\uff12\uff10\uff12\uff16-\uff10\uff13-\uff10\uff12 15\uff1a\uff10\uff17",
     "2026-03-02T15:07:00+00:00"),
    ("2026年3月2日 下午3点半", "2026-03-02T15:30:00+00:00"),
    ("2026-03-02 3:07下午", "2026-03-02T15:07:00+00:00"),
    ("2026-03-02 15:07 下午", "2026-03-02T15:07:00+00:00"),
    ("5 Sept 2026 10:00", "2026-09-05T10:00:00+00:00"),
    ("2026-03-02T10:00:00+14:00", "2026-03-01T20:00:00+00:00"),
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
    assert refused(lambda: moments("today", "soon")) == {"time_format_unknown": (2, "Time")}


@pytest.mark.parametrize(("text", "code"), [
    ("2天3小时", "time_duration"), ("3.5 hours", "time_duration"), ("45分钟", "time_duration"),
    ("03-05 10:00", "time_without_year"), ("3月5日 10:00", "time_without_year"),
    ("3月5日", "time_without_year"), ("05.03.24 10:00", "time_short_year"),
    ("24-03-05", "time_short_year"), ("24年3月5日", "time_short_year"),
    ("10:00", "time_without_date"), ("10:00:30.5", "time_without_date"),
    ("10:00 PM", "time_without_date"), ("02-MAR-26 03.07.00 PM", "time_short_year"),
    ("26/3/2", "time_short_year"), ("Mon Mar 02 15:07:00 CST 2026", "time_zone_named"),
    ("2026-03-02 15:07 EST", "time_zone_named"),
    ("5 Marble 2026", "time_format_unknown"), ("Junk 6, 2026", "time_format_unknown"),
    ("2026-03-02T10:00:00+99:99", "time_format_unknown"),
    ("2026-03-02T10:00:00+15:00", "time_format_unknown"),
    ("2026-03-02T10:00:00-1430", "time_format_unknown"),
    ("2026-03-02T10:00+08:75", "time_format_unknown"),
])
def test_what_is_no_moment_is_refused_by_its_name(text, code):
    assert refused(lambda: moments("", text, text)) == {code: (3, "Time")}


def test_a_short_year_is_read_in_the_format_that_was_stated():
    assert read("05.03.24 10:00", time_format="%d.%m.%y %H:%M") == ["2024-03-05T10:00:00+00:00"]


@pytest.mark.parametrize("time_format", ["%d.%m.%Y", "%d.%m.%Y %Q"])
def test_a_stated_format_that_fits_no_row_is_named_with_an_example(time_format):
    with pytest.raises(InputRefused) as caught:
        moments("", "2026-03-02 10:00", time_format=time_format)
    problem, = caught.value.problems
    assert (problem.code, problem.line) == ("time_format_unfit", 3)
    assert problem.values == {"format": time_format, "example": "2026-03-02 10:00"}


def test_a_stated_format_without_a_year_asks_for_the_year():
    assert refused(lambda: moments("03-05 10:00", time_format="%m-%d %H:%M")) == {
        "time_without_year": (2, "Time")}


def test_numbers_of_a_workbook_are_said_and_believed_among_dates_of_the_same_time_only():
    assert [problem.code for problem in moments("45321.5", "45322").problems] == ["time_serial"]
    found = moments("2024-01-30", "45321.5", "2024-02-01")
    assert found.moments[1].isoformat() == "2024-01-30T12:00:00+00:00"
    assert [(one.level, one.code, one.line) for one in found.problems] == [
        ("repaired", "time_serial_mixed", 3)]
    assert refused(lambda: moments("2004-01-30", "2004-02-01", "45321.5")) == {
        "time_forms_mixed": (4, "Time")}


def test_a_spreadsheet_that_read_some_days_as_months_is_refused():
    texts = "2024-05-03 00:00:00", "2024-06-03 00:00:00", "13/03/2024", "14/03/2024"
    assert refused(lambda: moments(*texts)) == {"time_forms_mixed": (4, "Time")}


def test_an_hour_or_second_that_no_clock_shows_is_unreadable():
    found = moments("2024-03-05 23:59:59", "2024-03-05 24:00:00", "2024-03-05 09:00:60",
                    "2024-03-05 08:00:00", "2024-03-05 09", "2024-03-05 10:00")
    assert found.unreadable.tolist() == [False, True, True, False, True, False]


@pytest.mark.parametrize(("text", "hour"), [
    ("中午11:30", 11), ("中午12:30", 12), ("中午1:30", 13), ("中午2:00", 14), ("下午0:30", 12),
    ("00:30 PM", 12), ("下午15:30", 15), ("凌晨12:30", 0), ("凌晨2:30", 2), ("晚上11:30", 23),
    ("夜间20:30", 20), ("傍晚6:30", 18), ("早上8:30", 8),
])
def test_a_word_of_the_day_is_read_as_it_is_meant(text, hour):
    assert moments(f"2024/3/5 {text}").moments[0].hour == hour


@pytest.mark.parametrize("text", [
    "晚上12:30", "深夜1:30", "晚上1:00", "夜间2:00", "半夜3点",  # of this day or the next
    "上午13:05", "13:07 AM", "凌晨15:00", "中午6:00", "早上20:00",  # word and hour contradict
])
def test_a_word_that_leaves_the_day_open_or_contradicts_the_hour_is_unreadable_and_said(text):
    found = moments("2024/3/5 上午9:30", f"2024/3/5 {text}", "2024/3/5 下午3:30")
    assert found.unreadable.tolist() == [False, True, False]
    assert ("time_part_of_day", 3) in [(one.code, one.line) for one in found.problems]
    assert refused(lambda: moments(f"2024/3/5 {text}")) == {"time_part_of_day": (2, "Time")}


def test_how_systems_write_that_nothing_has_happened_is_blank():
    marks = ("0000-00-00 00:00:00.000", "00000000", "N/A", "\u2014", "-", "null", "NaN")
    assert moments("2024-03-05", *marks).blank.tolist() == [False] + [True] * len(marks)


@pytest.mark.parametrize("time_format", ["mixed", "ISO8601", "%H:%M", "%Y-%m", "%Y", "%%Y-%m-%d"])
def test_a_stated_format_names_year_month_and_day(time_format):
    assert refused(lambda: moments("2024-03-05", time_format=time_format)).keys() <= {
        "time_format_incomplete", "time_without_year"}


ISO = st.builds(
    lambda moment, sign, form: moment.strftime(f"%Y-%m-%d{sign}{form}"),
    st.datetimes(min_value=pd.Timestamp("1969-01-01").to_pydatetime(),
                 max_value=pd.Timestamp("2100-01-01").to_pydatetime()),
    st.sampled_from(" T"), st.sampled_from(["%H:%M", "%H:%M:%S", "%H:%M:%S.%f"]))
ZONED = st.builds(str.__add__, ISO, st.sampled_from(["Z", "+08:00", "-0530", "+02"]))
ODD = st.sampled_from(["2024-03-05", "", "0", "2024-03-05 09", "2024-03-05T090000", "1850-01-01",
                       "2024-02-30", "2024-03-05 24:00", "2024-03-05 09:00:00,5", "x"])


@settings(deadline=None)
@given(st.one_of(st.lists(ISO, min_size=1), st.lists(ZONED, min_size=1)), st.lists(ODD, max_size=2),
       st.sampled_from([None, "Asia/Shanghai", "Europe/Berlin", "America/St_Johns"]))
def test_arrow_reads_iso_times_as_the_expressions_do(texts, odd, zone):
    both = []
    for way in (times._iso, lambda *_: None):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(times, "_iso", way)
            try:
                found = moments(*texts, *odd, zone=zone)
                both.append((found.moments.tolist(), found.unreadable.tolist(), found.problems))
            except InputRefused as refusal:
                both.append(refusal.problems)
    assert repr(both[0]) == repr(both[1])


def test_an_hour_that_clocks_repeat_is_said_although_nothing_follows_it():
    found = moments("2024-10-27 01:50", "2024-10-27 02:10", zone="Europe/Berlin")
    assert [(problem.code, problem.line) for problem in found.problems] == [("time_repeated", 3)]


@settings(deadline=None)
@given(st.lists(st.datetimes(min_value=pd.Timestamp("1940-01-01").to_pydatetime(),
                             max_value=pd.Timestamp("2037-01-01").to_pydatetime()),
                min_size=1), st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Africa/Monrovia",
                                              "Australia/Lord_Howe"]))
def test_a_zone_is_looked_up_as_it_is_reckoned_row_by_row(written, zone):
    walls = np.array(written, dtype="datetime64[us]").view(np.int64)
    walls = np.concatenate([walls, walls[0] + np.arange(0, 3600, 60) * 1_000_000])
    by_table, by_row = zones._by_table(walls, zone), zones._by_row(walls, zone)
    assert by_table is None or all(map(np.array_equal, by_table, by_row))


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
