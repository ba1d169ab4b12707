"""Working time is what the calendar works between two moments, on any night of any zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import sample
from workbench.clock import worked_spans, working_clock
from workbench.engine import frame
from workbench.model import Calendar, Hours

OFFICE = Hours(days=(0, 1, 2, 3, 4), spans=((9 * 60, 12 * 60), (13 * 60, 18 * 60)))
EVERY_DAY = tuple(range(7))


def events(text, hours=OFFICE, **settings):
    return frame(sample.log(text, calendar=Calendar(hours), **settings).events)


def cases(text, hours=OFFICE, **settings):
    return frame(sample.log(text, calendar=Calendar(hours), **settings).cases)


def worked(text, hours=OFFICE, **settings):
    return events(text, hours, **settings)["working_processing_hours"].tolist()


# ---------------------------------------------------------------- sums; hour 0 is Monday, 09:00


def test_lunch_is_no_working_time():
    assert worked("c1: a|0-6") == [3 + 2]


def test_nights_and_weekends_are_no_working_time():
    friday, monday = 4 * 24 + 8, 7 * 24 + 1
    assert worked(f"c1: a|0-24 b|{friday}-{monday}") == [8, 1 + 1]


def test_a_holiday_is_no_working_time_though_its_weekday_is_worked():
    off = Hours(OFFICE.days, OFFICE.spans, holidays=frozenset({date(2026, 1, 5)}))
    assert worked("c1: a|0-24 b|0-25", off) == [0, 1]


def test_a_make_up_saturday_is_worked():
    made_up = Hours(OFFICE.days, OFFICE.spans, workdays=frozenset({date(2026, 1, 10)}))
    friday, monday = 4 * 24 + 8, 7 * 24 + 1
    assert worked(f"c1: a|{friday}-{monday}", made_up) == [1 + 8 + 1]


def test_hours_are_those_of_the_wall_clock_of_the_zone():
    assert worked("c1: a|0-6", zone="Asia/Shanghai") == [1]  # 17:00 to 23:00 there


def test_an_event_outside_hours_works_nothing_and_is_marked():
    found = events("c1: a|0-1 b|10-11 c|24-25")
    assert found["working_processing_hours"].tolist() == [1, 0, 1]
    assert found["outside_hours"].tolist() == [False, True, False]


def test_the_last_moment_of_the_day_is_not_outside():
    found = events("c1: a|3 b|9 c|9:01", has_start=False)
    assert found["outside_hours"].tolist() == [False, False, True]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 2), ("2026-10-25", 4),
                                            ("2026-06-07", 3)])
def test_the_nights_of_the_change_of_clocks_are_shorter_and_longer(day, hours):
    night = Hours(EVERY_DAY, ((60, 240),))
    begin = pd.Timestamp(day, tz="Europe/Berlin")
    rows = sample.rows("c1: a").assign(start=[begin], end=[begin + pd.Timedelta(hours=12)])
    rows = rows.astype(dict.fromkeys(("start", "end"), "datetime64[us, UTC]"))
    log = sample.from_rows(rows, zone="Europe/Berlin", calendar=Calendar(night))
    assert frame(log.events)["working_processing_hours"].tolist() == [hours]


def test_a_span_that_begins_in_the_hour_that_spring_skips_begins_with_the_change():
    early = Hours(EVERY_DAY, ((150, 240),))
    begin = pd.Timestamp("2026-03-29", tz="Europe/Berlin")
    rows = sample.rows("c1: a").assign(start=[begin], end=[begin + pd.Timedelta(hours=12)])
    rows = rows.astype(dict.fromkeys(("start", "end"), "datetime64[us, UTC]"))
    log = sample.from_rows(rows, zone="Europe/Berlin", calendar=Calendar(early))
    assert frame(log.events)["working_processing_hours"].tolist() == [1]


def test_a_span_may_run_over_midnight():
    night = Hours((0,), ((22 * 60, 30 * 60),))
    assert worked("c1: a|12-20 b|20-23", night) == [8 - 1, 1]


def test_each_unit_works_by_its_own_calendar_and_the_others_by_the_clients():
    rows = sample.rows("c1: a|0-6; c2: a|0-6; c3: a|0-6").assign(unit=["N", "S", None])
    through = Hours(OFFICE.days, ((9 * 60, 18 * 60),))
    log = sample.from_rows(rows, calendar=Calendar(OFFICE, {"N": through}))
    assert frame(log.events)["working_processing_hours"].tolist() == [6, 5, 5]
    assert frame(log.cases)["working_throughput_hours"].tolist() == [6, 5, 5]


def test_a_case_is_counted_by_the_calendar_of_its_own_unit():
    rows = sample.rows("c1: a|0-6 b|6-8").assign(unit=["N", "S"])
    through = Hours(OFFICE.days, ((9 * 60, 18 * 60),))
    log = sample.from_rows(rows, calendar=Calendar(through, {"S": Hours((0,), ((960, 1080),))}))
    assert frame(log.events)["working_busy_hours"].tolist() == [6, 1]
    assert frame(log.cases)["working_busy_hours"].tolist() == [8]


def test_work_done_at_the_same_time_counts_once():
    found = cases("c1: a|0-6 b|2-7").iloc[0]
    assert found["working_processing_hours"] == 5 + 4
    assert found["working_busy_hours"] == 6
    assert found["working_throughput_hours"] == 6


def test_waiting_elapsed_time_and_gaps_have_their_twins():
    found = events("c1: a|0-1 b|2-5 c|24-25").iloc[1:]
    assert found["working_waiting_hours"].tolist() == [1, 4]
    assert found["working_elapsed_hours"].tolist() == [3, 5]
    assert found["working_gap_hours"].tolist() == [1, 4]


def test_waiting_runs_from_the_arrival_in_working_time_too():
    rows = sample.rows("c1: a|24-25")
    rows["arrival"] = rows["start"] - pd.Timedelta(hours=16)
    found = frame(sample.from_rows(rows, calendar=Calendar(OFFICE)).events).iloc[0]
    assert found["waiting_hours"] == 16
    assert found["working_waiting_hours"] == 1


def test_without_a_calendar_working_hours_are_unknown():
    log = sample.log("c1: a b")
    for table in (frame(log.events), frame(log.cases)):
        twins = [name for name in table if name.startswith(("working_", "worked_", "outside_"))]
        assert len(twins) >= 4
        assert table[twins].isna().all(axis=None)


def test_a_calendar_that_never_works_counts_nothing():
    assert worked("c1: a|0-500", Hours((), OFFICE.spans)) == [0]


# ---------------------------------------------------------------- against a count of minutes


BEGIN = datetime(2026, 3, 27, tzinfo=ZoneInfo("UTC"))
"""Two days before the clocks of Berlin change."""
ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/St_Johns")
MINUTE = st.integers(0, 5 * 24 * 60)


def minutes_worked(hours, zone, begin, end):
    """Each minute from begin to end, looked up on the clock of the wall."""
    count = 0
    for minute in range(begin, end):
        local = (BEGIN + timedelta(minutes=minute)).astimezone(ZoneInfo(zone))
        day, clock = local.date(), local.hour * 60 + local.minute
        on = day in hours.workdays or (day.weekday() in hours.days and day not in hours.holidays)
        count += on and any(first <= clock < last for first, last in hours.spans)
    return count


@st.composite
def hours_of_work(draw):
    edges = draw(st.lists(st.integers(0, 288), min_size=4, max_size=4, unique=True))
    first, lunch, back, last = (5 * edge for edge in sorted(edges))
    days = [date(2026, 3, 26) + timedelta(days=number) for number in range(9)]
    return Hours(tuple(sorted(draw(st.sets(st.integers(0, 6))))), ((first, lunch), (back, last)),
                 frozenset(draw(st.sets(st.sampled_from(days[:4]), max_size=2))),
                 frozenset(draw(st.sets(st.sampled_from(days[4:]), max_size=2))))


def rows_of(spans):
    text = "; ".join(f"c{number % 2}: a|{begin // 60}:{begin % 60:02}-{end // 60}:{end % 60:02}"
                     for number, (begin, end) in enumerate(spans))
    rows = sample.rows(text)
    shift = pd.Timestamp(BEGIN) - pd.Timestamp(sample.FIRST_HOUR)
    return rows.assign(start=rows["start"] + shift, end=rows["end"] + shift)


@settings(max_examples=60, deadline=None)
@given(hours=hours_of_work(), zone=st.sampled_from(ZONES),
       spans=st.lists(st.tuples(MINUTE, MINUTE).map(sorted), min_size=1, max_size=4))
def test_working_hours_are_the_minutes_that_are_worked(hours, zone, spans):
    log = sample.from_rows(rows_of(spans), zone=zone, calendar=Calendar(hours))
    found, whole = frame(log.events), frame(log.cases)
    origin = pd.Timestamp(BEGIN)
    for row in found.itertuples():
        begin, end = ((moment - origin) // pd.Timedelta(minutes=1)
                      for moment in (row.start, row.end))
        assert row.working_processing_hours == minutes_worked(hours, zone, begin, end) / 60
    sums = whole["working_busy_hours"] + whole["working_waiting_hours"]
    assert sums.tolist() == pytest.approx(whole["working_throughput_hours"].tolist())
    assert (whole["working_waiting_hours"] >= 0).all()
    assert (found["working_busy_hours"] <= found["busy_hours"] + 1e-9).all()


@settings(max_examples=60, deadline=None)
@given(hours=hours_of_work(), zone=st.sampled_from(ZONES), moments=st.lists(MINUTE, min_size=1))
def test_the_table_of_cells_shows_what_the_spans_show(hours, zone, moments):
    first, last = (pd.Timestamp(BEGIN) + pd.Timedelta(days=days) for days in (0, 6))
    clock = working_clock(Calendar(hours), zone, first, last)
    asked = np.array([first.as_unit("us").asm8.astype(int) + moment * 60_000_000
                      for moment in moments])
    place = (asked - clock.origin) // clock.cell
    into = np.clip(asked - clock.table["begin"][place], 0, clock.table["length"][place])
    shown = clock.table["base"][place] + into
    spans = worked_spans(hours, zone, date(2026, 3, 25), date(2026, 4, 5))
    assert (shown - spans.at(asked) == (shown - spans.at(asked))[0]).all()
