"""Who works how much: always under pseudonyms, unless names are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.clock import in_utc, working_hours
from workbench.engine import frame, local_time
from workbench.metrics.pseudonyms import signs
from workbench.metrics.time import covered_hours
from workbench.model import Calendar, EventLog

if TYPE_CHECKING:
    import pandas as pd


_LENGTHS = (6, 12)


def pseudonyms(log: EventLog) -> Mapping[str, str]:
    """The pseudonym of each resource: R- and six signs of a keyed hash of the name.

    The key is that of the log's client: the same person has the same pseudonym in all its logs,
    whoever else comes or goes, and it tells nothing of names, volume or time. Should two
    people of a log share the six signs, they have twelve.

    >>> from workbench import sample
    >>> sorted(pseudonyms(sample.log("c1: check@Ann pay@Bo")).values())
    ['R-JEZBTK', 'R-K186R0']
    """
    names = frame(log.events.drop_null("resource").select("resource").distinct())
    coded = {name: signs(log.key, name) for name in names["resource"]}
    short, long = _LENGTHS
    shared = Counter(code[:short] for code in coded.values())
    return {name: "R-" + code[: short if shared[code[:short]] == 1 else long]
            for name, code in coded.items()}


def resources(log: EventLog, *, reveal: bool = False) -> pd.DataFrame:
    """One row per resource, sorted by its pseudonym (by its name with `reveal`).

    Columns: resource, events, cases, busy_hours (the union of its spans of work: work on two
    cases at once counts once), utilisation (busy_hours / hours between the first start and the
    last end of its days, 0-1; a day is that of the log's time zone on which an event starts). With
    one timestamp the last two are empty; without resources there are no rows. With a calendar also
    working_busy_hours (the union of its spans in working time), available_hours (the working
    hours of its unit, of several the first by name, in the weeks in which it starts anything,
    within the time observed) and working_utilisation (one by the other).

    >>> from workbench import sample
    >>> found = resources(sample.log("c1: a@x|0-1; c2: a@x|0.5-2; c3: a@x|3-4"), reveal=True)
    >>> found.values.tolist()
    [['x', 3, 3, 3.0, 0.75]]
    """
    events = log.events.drop_null("resource")
    counted = events.group_by("resource").aggregate(
        events=events.count(), cases=events.case.nunique())
    spans = events.drop_null(["start", "end"])
    days = (
        spans.group_by("resource", day=local_time(spans.start, log.zone).truncate("D"))
        .aggregate(start=spans.start.min(), end=spans.end.max())
    )
    busy = covered_hours(spans, by="resource").rename(busy_hours="hours")
    present = covered_hours(days, by="resource").rename(present_hours="hours")
    joined = (
        counted.left_join(busy, "resource").drop("resource_right")
        .left_join(present, "resource")
    )
    found = frame(joined.select(
        "resource", "events", "cases", "busy_hours",
        utilisation=joined.busy_hours / joined.present_hours.nullif(0),
    ))
    if log.calendar:
        found = _with_working_time(found, log, log.calendar)
    if not reveal:
        found["resource"] = found["resource"].map(pseudonyms(log)).astype("str")
    return found.sort_values("resource", ignore_index=True)


def _with_working_time(found: pd.DataFrame, log: EventLog, calendar: Calendar) -> pd.DataFrame:
    spans = log.events.drop_null(["resource", "start", "end"])
    worked = covered_hours(spans, by="resource", start="worked_at_start", end="worked_at_end")
    busy = frame(worked).set_index("resource")["hours"]
    available = _available(log, calendar)
    found["working_busy_hours"] = found["resource"].map(busy).astype("float64")
    found["available_hours"] = found["resource"].map(available).astype("float64")
    found["working_utilisation"] = found["working_busy_hours"] / found["available_hours"].where(
        found["available_hours"] > 0)
    return found


def _available(log: EventLog, calendar: Calendar) -> pd.Series:
    """The working hours in the weeks in which each resource starts anything, within the log."""
    import pandas as pd

    events = log.events.drop_null(["resource", "start"])
    monday = local_time(events.start, log.zone).truncate("W")
    weeks = frame(events.group_by("resource", monday=monday).aggregate(unit=events.unit.min()))
    if weeks.empty:
        return pd.Series(dtype="float64")
    first = frame(log.events.aggregate(first=log.events.start.min()))["first"][0]
    own = weeks["unit"].where(weeks["unit"].isin(list(calendar.units))).fillna("")
    parts = []
    for unit, rows in weeks.groupby(own):
        begins, ends = (in_utc(rows["monday"] + pd.Timedelta(days=days), log.zone)
                        for days in (0, 7))
        parts.append(rows.assign(hours=working_hours(
            calendar.units.get(str(unit), calendar.hours), log.zone,
            begins.where(begins > first, first), ends.where(ends < log.cut, log.cut))))
    hours: pd.Series = pd.concat(parts).groupby("resource")["hours"].sum()
    return hours
