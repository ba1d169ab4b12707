"""The working calendar: `calendar` of engagement.yaml to a `Calendar`, with public holidays.

Days are `mon` to `fri` and hours 09:00 to 18:00 where they are not stated, which is said. `to:
"00:00"` is midnight at the end of the day; a shift that runs over midnight is refused, as it
cannot be told from a mistake. Holidays and make-up days (调休) of a region come from the
`holidays` library, for the years of the log. A unit takes what it does not state from the client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, time
from typing import TYPE_CHECKING, Any

from workbench import words
from workbench.engine import frame
from workbench.intake.checks.touches import TOUCHED
from workbench.intake.findings import near
from workbench.intake.schema import CalendarForm, HoursForm
from workbench.model import Calendar, Figure, Hours, Level, Problem

if TYPE_CHECKING:
    import ibis.expr.types as ir

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_USUAL_DAYS = _DAYS[:5]
_USUAL_FROM, _USUAL_TO = time(9), time(18)
_MIDNIGHT = 24 * 60
_LONG_DAY, _WHOLE_DAY = 6 * 60, 20 * 60
_FIRST_YEAR = 2000
_MANY = 0.05

Wrong = Callable[..., Problem]
"""Makes the rejection of a key: see `workbench.intake.engagement.Judge`."""


def calendar_of(form: CalendarForm, wrong: Wrong) -> tuple[Calendar | None, list[Problem]]:
    """The calendar that a form states, and what is wrong with it or was assumed.

    There is none where nothing is stated. Public holidays are not in it yet: which years are
    needed only the log knows (see `with_public_days`).
    """
    if not form.model_fields_set:
        return None, []
    problems = [*_judged(form, ("calendar",), wrong), *_assumed(form, wrong)]
    units = {}
    for name, own in form.units.items():
        said = _with_those_of(form, own)
        problems += _judged(said, ("calendar", "units", name), wrong)
        units[name] = said
    if any(problem.level == "rejected" for problem in problems):
        return None, problems
    return Calendar(_hours(form), {name: _hours(said) for name, said in units.items()}), problems


def _with_those_of(form: CalendarForm, own: HoursForm) -> HoursForm:
    """The hours of a unit: what it states itself, for the rest the client's.

    A lunch of the client that lies wholly outside the hours of the unit is none there.
    """
    common = {name: getattr(form, name) for name in HoursForm.model_fields}
    unit = HoursForm.model_construct(None, **common | {
        name: getattr(own, name) for name in own.model_fields_set})
    lunch = form.lunch
    if own.lunch or not lunch or not lunch.from_ or not lunch.to:
        return unit
    apart = _minutes(lunch.to) <= _begin(unit) or _minutes(lunch.from_) >= _end(unit)
    return unit.model_copy(update={"lunch": None}) if apart else unit


def _judged(form: HoursForm, place: tuple[str, ...], wrong: Wrong) -> Iterator[Problem]:
    begin, end = _begin(form), _end(form)
    if begin >= end:
        yield wrong("span_backwards", *place, "to")
    elif form.lunch:
        yield from _judged_lunch(form, place, wrong)
    if form.region and not _is_region(form.region):
        yield wrong("region_unknown", *place, "region", region=form.region,
                    near=near(form.region.upper(), _regions()))
    both = sorted(_days(form.holidays) & _days(form.workdays))
    if both:
        yield wrong("day_off_and_worked", *place, "workdays",
                    days=", ".join(day.isoformat() for day in both))


def _judged_lunch(form: HoursForm, place: tuple[str, ...], wrong: Wrong) -> Iterator[Problem]:
    lunch = form.lunch
    if lunch is None:
        return
    if lunch.from_ is None or lunch.to is None:
        key = "from" if lunch.from_ is None else "to"
        yield wrong("key_missing", *place, "lunch", key, near=key)
    elif lunch.from_ >= lunch.to:
        yield wrong("span_backwards", *place, "lunch", "to")
    elif not _begin(form) <= _minutes(lunch.from_) or _minutes(lunch.to) > _end(form):
        yield wrong("lunch_outside_hours", *place, "lunch", lunch=_span(lunch.from_, lunch.to),
                    hours=_span(form.from_ or _USUAL_FROM, form.to or _USUAL_TO))


def _assumed(form: CalendarForm, wrong: Wrong) -> Iterator[Problem]:
    """What was not stated: days and hours are taken as usual, a missing lunch as none."""
    stated = {"days": form.days, "from": form.from_, "to": form.to}
    usual = {"days": "mon - fri", "from": f"{_USUAL_FROM:%H:%M}", "to": f"{_USUAL_TO:%H:%M}"}
    missing = ", ".join(f"{key}: {usual[key]}" for key, value in stated.items() if not value)
    if missing:
        yield replace(wrong("calendar_assumed", "calendar", assumed=missing), level="warning")
    if form.lunch is None and _LONG_DAY < _end(form) - _begin(form) < _WHOLE_DAY:
        yield replace(wrong("calendar_without_lunch", "calendar", "lunch"), level="info")


def _hours(form: HoursForm) -> Hours:
    begin, end = _begin(form), _end(form)
    spans: tuple[tuple[int, int], ...] = ((begin, end),)
    if form.lunch and form.lunch.from_ and form.lunch.to:
        spans = ((begin, _minutes(form.lunch.from_)), (_minutes(form.lunch.to), end))
    return Hours(
        days=tuple(sorted({_DAYS.index(day) for day in form.days or _USUAL_DAYS})),
        spans=tuple(span for span in spans if span[0] < span[1]),
        holidays=_days(form.holidays), workdays=_days(form.workdays), region=form.region or "",
    )


def _begin(form: HoursForm) -> int:
    return _minutes(form.from_ if form.from_ is not None else _USUAL_FROM)


def _end(form: HoursForm) -> int:
    """The minute at which the day ends; 00:00 is the midnight that ends it."""
    return _minutes(form.to if form.to is not None else _USUAL_TO) or _MIDNIGHT


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _span(begin: time, end: time) -> str:
    return f"{begin:%H:%M} - {end:%H:%M}"


def _days(days: Iterable[date | None]) -> frozenset[date]:
    return frozenset(day for day in days if day)


# ---------------------------------------------------------------- public holidays


def _regions() -> list[str]:
    import holidays

    return sorted(holidays.list_supported_countries(include_aliases=False))


def _is_region(name: str) -> bool:
    try:
        _public(name, [])
    except (NotImplementedError, AttributeError):
        return False
    return True


def _public(region: str, years: Iterable[int]) -> Any:
    """What the library knows of a country (`CN`) or a part of one (`DE-BY`)."""
    import holidays

    country, _, part = region.partition("-")
    return holidays.country_holidays(country, subdiv=part or None, years=list(years))


def with_public_days(calendar: Calendar, years: Iterable[int]) -> Calendar:
    """The calendar with the public holidays and make-up days of its regions in some years.

    What the client states beyond them goes first.

    >>> week = Hours(days=(0, 1, 2, 3, 4), spans=((540, 1080),), region="CN")
    >>> hours = with_public_days(Calendar(week), [2025]).hours
    >>> date(2025, 1, 29) in hours.holidays, date(2025, 1, 26) in hours.workdays
    (True, True)
    """
    asked = sorted(set(years))
    return Calendar(_with_days(calendar.hours, asked), {
        unit: _with_days(hours, asked) for unit, hours in calendar.units.items()})


def _with_days(hours: Hours, years: list[int]) -> Hours:
    if not hours.region:
        return hours
    public = _public(hours.region, years)
    made_up = frozenset(day for day in public.weekend_workdays if day.year in years)
    return replace(hours, holidays=hours.holidays | (frozenset(public) - hours.workdays),
                   workdays=hours.workdays | (made_up - hours.holidays))


def judged_by_log(calendar: Calendar, years: Iterable[int], units: Iterable[str],
                  file: str) -> Iterator[Problem]:
    """What only the log shows: years whose make-up days are not known, units that do not occur."""
    asked, known = sorted(set(years)), sorted(set(units))
    regions = {hours.region for hours in (calendar.hours, *calendar.units.values())} - {""}
    for region in sorted(regions):
        public = _public(region, range(_FIRST_YEAR, max(asked) + 1))
        last = max((day.year for day in public.weekend_workdays), default=max(asked))
        for year in asked:
            if year > last:
                yield Problem("warning", "calendar_year_unknown", file, None, "calendar.region",
                              values={"region": region, "year": str(year)})
    for unit in calendar.units:
        if unit not in known:
            yield Problem("warning", "calendar_unit_never_occurs", file, None, "calendar.units",
                          values={"unit": unit, "near": near(unit, known)})


def outside_calendar(events: ir.Table, file: str) -> list[Problem]:
    """How many events began (with one timestamp: happened) outside working hours."""
    counts = frame(events.aggregate(
        events=events.count(), outside=events.outside_hours.sum(),
        cases=events.case.nunique(),
        touched=events.case.nunique(where=events.outside_hours))).iloc[0]
    outside = int(counts["outside"])
    if not outside:
        return []
    share = outside / int(counts["events"])
    level: Level = "warning" if share >= _MANY else "info"
    told = words.load("en").number(Figure(share, "share"))
    touched = round(int(counts["touched"]) / int(counts["cases"]), 9)
    return [Problem(level, "outside_calendar", file, None, None, outside, {"share": told},
                    dict.fromkeys(TOUCHED["outside_calendar"], touched))]
