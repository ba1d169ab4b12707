"""A calendar is what engagement.yaml states; what is missing is taken as usual and said."""

from __future__ import annotations

from datetime import date

import pytest

from tests.conftest import ENGAGEMENT
from workbench.engine import frame
from workbench.errors import InputRefused
from workbench.intake import open_client, read_engagement
from workbench.intake.calendar import judged_by_log, with_public_days
from workbench.intake.engagement import load_engagement
from workbench.model import Calendar, Hours

WEEK = (0, 1, 2, 3, 4)
CHINA = Calendar(Hours(WEEK, ((540, 1080),), region="CN"))


def stated(folder, text):
    """The calendar of an engagement.yaml with these lines, and the codes of what is said of it."""
    (folder / "engagement.yaml").write_text(ENGAGEMENT + text + "\n", encoding="utf-8")
    engagement, settings = load_engagement(folder)
    return engagement.calendar, [problem.code for problem in settings.problems]


def refused(folder, text):
    with pytest.raises(InputRefused) as refusal:
        stated(folder, text)
    return [(problem.code, problem.column) for problem in refusal.value.problems]


def test_without_a_calendar_there_is_none(small_client):
    assert stated(small_client, "") == (None, [])


def test_a_whole_calendar_is_taken_as_stated_and_nothing_is_said(small_client):
    calendar, said = stated(small_client, """\
calendar:
  days: [sat, mon]
  from: "08:30"
  to: "17:00"
  lunch: {from: "12:00", to: "13:30"}
  holidays: [2025-03-03]
  workdays: [2025-03-02]
""")
    assert calendar == Calendar(Hours(
        (0, 5), ((510, 720), (810, 1020)), frozenset({date(2025, 3, 3)}),
        frozenset({date(2025, 3, 2)})))
    assert said == []


def test_days_and_hours_that_are_missing_are_the_usual_ones_and_said(small_client):
    calendar, said = stated(small_client, "calendar: {region: CN}")
    assert calendar == CHINA
    assert said == ["calendar_assumed", "calendar_without_lunch"]


def test_midnight_ends_the_day(small_client):
    calendar, said = stated(
        small_client, 'calendar: {days: [mon], from: "00:00", to: "00:00"}')
    assert calendar.hours.spans == ((0, 24 * 60),)
    assert said == []


def test_a_unit_takes_from_the_client_what_it_does_not_state(small_client):
    calendar, _ = stated(small_client, """\
calendar:
  days: [mon]
  from: "09:00"
  to: "18:00"
  lunch: {from: "12:00", to: "13:00"}
  units:
    North: {to: "15:00"}
    Night desk: {from: "18:00", to: "00:00"}
""")
    assert calendar.units == {"North": Hours((0,), ((540, 720), (780, 900))),
                              "Night desk": Hours((0,), ((1080, 1440),))}


@pytest.mark.parametrize(("text", "code", "column"), [
    ("{from: '22:00', to: '06:00'}", "span_backwards", "calendar.to"),
    ("{from: '09:00', to: '18:00', lunch: {from: '13:00', to: '12:00'}}", "span_backwards",
     "calendar.lunch.to"),
    ("{from: '09:00', to: '18:00', lunch: {from: '08:00', to: '10:00'}}", "lunch_outside_hours",
     "calendar.lunch"),
    ("{from: '09:00', to: '18:00', lunch: {from: '12:00'}}", "key_missing", "calendar.lunch.to"),
    ("{region: Cathay}", "region_unknown", "calendar.region"),
    ("{holidays: [2025-01-01], workdays: [2025-01-01]}", "day_off_and_worked",
     "calendar.workdays"),
    ("{units: {North: {from: '20:00'}}}", "span_backwards", "calendar.units.North.to"),
    ("{units: {North: {region: XX}}}", "region_unknown", "calendar.units.North.region"),
    ("{days: [monday]}", "value_not_listed", "calendar.days.1"),
])
def test_what_cannot_be_a_calendar_is_refused_with_its_key(small_client, text, code, column):
    assert (code, column) in refused(small_client, f"calendar: {text}")


def test_public_holidays_are_off_and_make_up_days_are_worked():
    hours = with_public_days(CHINA, [2025]).hours
    assert {date(2025, 1, 29), date(2025, 10, 8)} <= hours.holidays
    assert {date(2025, 1, 26), date(2025, 2, 8)} <= hours.workdays
    assert {day.year for day in hours.holidays | hours.workdays} == {2025}


def test_what_the_client_states_goes_before_the_public_calendar():
    own = Calendar(Hours(WEEK, ((540, 1080),), frozenset({date(2025, 2, 8)}),
                         frozenset({date(2025, 1, 29)}), "CN"))
    hours = with_public_days(own, [2025]).hours
    assert date(2025, 1, 29) not in hours.holidays
    assert date(2025, 2, 8) not in hours.workdays


def test_a_part_of_a_country_has_its_own_holidays():
    german = Calendar(Hours(WEEK, ((540, 1080),), region="DE-BY"))
    assert date(2025, 1, 6) in with_public_days(german, [2025]).hours.holidays


def test_a_year_whose_make_up_days_are_not_published_is_said():
    found = list(judged_by_log(CHINA, [2025, 2090], [], "engagement.yaml"))
    assert [(each.code, each.values["year"]) for each in found] == [
        ("calendar_year_unknown", "2090")]


def test_a_country_without_make_up_days_knows_all_years():
    dutch = Calendar(Hours(WEEK, ((540, 1080),), region="NL"))
    assert list(judged_by_log(dutch, [2090], [], "engagement.yaml")) == []


def opened(folder, text, tmp_path):
    (folder / "engagement.yaml").write_text(ENGAGEMENT + text + "\n", encoding="utf-8")
    return open_client(folder, tmp_path / "out")


def test_the_log_of_a_client_counts_working_hours_from_the_cache_too(small_client, tmp_path):
    text = 'calendar: {days: [mon], from: "09:00", to: "11:00", region: NL}'
    first, second = (opened(small_client, text, tmp_path) for _ in range(2))
    tables = [frame(each.log.cases)["working_throughput_hours"] for each in (first, second)]
    assert tables[0].max() == 2
    assert tables[0].equals(tables[1])
    assert first.log.calendar == second.log.calendar
    assert date(2025, 1, 1) in first.log.calendar.hours.holidays


def test_another_calendar_gives_other_hours(small_client, tmp_path):
    text = 'calendar: {{days: [mon], from: "09:00", to: "{}:00"}}'
    hours = [frame(opened(small_client, text.format(to), tmp_path).log.cases)[
        "working_throughput_hours"].max() for to in (11, 12)]
    assert hours == [2, 3]


def test_events_outside_the_calendar_are_counted(small_client, tmp_path):
    text = 'calendar: {days: [mon, tue, wed, thu, fri, sat, sun], from: "08:00", to: "11:00"}'
    client = opened(small_client, text, tmp_path)
    said = {problem.code: problem for problem in client.problems}["outside_calendar"]
    ends = frame(client.log.events)["end"].dt.tz_convert("Europe/Amsterdam")
    minutes = ends.dt.hour * 60 + ends.dt.minute
    assert said.count == int(((minutes < 480) | (minutes > 660)).sum()) > 0
    assert said.level == "warning"


def test_a_unit_of_the_calendar_that_the_log_does_not_know_is_named(small_client, tmp_path):
    client = opened(small_client, "calendar: {units: {Nort: {to: '17:00'}}}", tmp_path)
    assert "calendar_unit_never_occurs" in [problem.code for problem in client.problems]


def test_the_calendar_of_an_engagement_can_be_read_alone(small_client):
    stated(small_client, "calendar: {days: [mon]}")
    assert read_engagement(small_client).calendar.hours.days == (0,)
