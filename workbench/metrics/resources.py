"""Who works how much: always under pseudonyms, unless names are asked for."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import ibis

from workbench.engine import frame, local_time, microseconds
from workbench.metrics.metric import Question
from workbench.metrics.pseudonyms import signs
from workbench.metrics.time import MICROSECONDS_PER_HOUR
from workbench.model import EventLog

if TYPE_CHECKING:
    import ibis.expr.types as ir
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
    last end of its days, 0-1; a day is that of the log's time zone on which an event starts); both
    of all that it does, also where the log was cut to some cases. With
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
    handed = (events.previous_resource != events.resource).fill_null(True)
    counted = events.group_by("resource").aggregate(
        events=events.count(), cases=events.case.nunique(where=handed))
    found = frame(counted).merge(_busy(log.whole or log), on="resource", how="left")
    offered = found.pop("present_hours")
    found = found.assign(utilisation=found["busy_hours"] / offered.where(offered > 0))
    if log.calendar:
        found = _with_working_time(found, log)
    if not reveal:
        found["resource"] = found["resource"].map(pseudonyms(log)).astype("str")
    return found.sort_values("resource", ignore_index=True)


_KNOWN: dict[int, pd.DataFrame] = {}
"""The hours of the resources of a log by the log, for as long as it lives."""


def _busy(log: EventLog) -> pd.DataFrame:
    if id(log) not in _KNOWN:
        _KNOWN[id(log)] = frame(_busy_hours(log))
        weakref.finalize(log, _KNOWN.pop, id(log), None)
    return _KNOWN[id(log)]


def _busy_hours(log: EventLog) -> ir.Table:
    """Of each resource the hours in which it works, and those in which it is there."""
    spans = log.events.drop_null(["resource", "start", "end"])
    rows = spans.select("resource", "start", "end", beyond=_beyond(spans),
                        day=local_time(spans.start, log.zone).truncate("D"))
    days = rows.group_by("resource", "day").aggregate(
        busy=rows.beyond.sum(), start=rows.start.min(), end=rows.end.max())
    there = days.mutate(there=_beyond(days))
    return there.group_by("resource").aggregate(
        busy_hours=there.busy.sum() / MICROSECONDS_PER_HOUR,
        present_hours=there.there.sum() / MICROSECONDS_PER_HOUR)


def _beyond(spans: ir.Table) -> ir.IntegerValue:
    """What each span adds to the union of those of its resource that began before it."""
    before = ibis.window(group_by="resource", order_by=["start", "end"], preceding=(None, 1))
    latest = ibis.greatest(spans.start, spans.end.max().over(before))
    return ibis.greatest(microseconds(spans.end, latest), 0)


def _with_working_time(found: pd.DataFrame, log: EventLog) -> pd.DataFrame:
    from workbench.metrics.utilisation import available, days, periods

    rows = days(log.whole or log, "working_")
    rows = rows.assign(period=periods(rows["day"], Question()))
    busy = rows.groupby("resource")["busy"].sum() / MICROSECONDS_PER_HOUR
    hours, offered = (found["resource"].map(each).astype("float64")
                      for each in (busy, available(rows, ["resource"], log, Question())))
    return found.assign(working_busy_hours=hours, available_hours=offered,
                        working_utilisation=hours / offered.where(offered > 0))
