"""Why work waited: the five causes of waiting, per activity.

The wait of an activity instance, from the moment at which its work could begin to its start, is
split into disjoint intervals of whole microseconds, so that the five causes add up to it:

- `batching`: until the batch in which it was worked on was complete;
- `contention`: after that, while its resource was busy with any work that could begin no later;
- `prioritisation`: while its resource was busy only with work that could begin later;
- `unavailability`: while its resource was off duty and not busy;
- `extraneous`: the rest, and all of it where nobody is named.

Where several hold at once the first of them is meant. Source: Lashkevich, Milani, Chapela-Campa,
Suvorau and Dumas, Why am I waiting? Data-driven analysis of waiting times in business processes,
CAiSE 2023 (and Information Systems, 2024). Where this goes beyond them stands in `batches` and
`duty`. Work whose enabling is not known became possible when it began.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from workbench.engine import dropped, frame, kept, microseconds
from workbench.metrics.time import MICROSECONDS_PER_HOUR, total_hours
from workbench.metrics.waiting import duty, overtaking, timeline
from workbench.metrics.waiting.batches import batched

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from workbench.model import EventLog

__all__ = ["CAUSES", "COLUMNS", "causes_of_events", "waiting_causes"]

CAUSES = ("batching", "contention", "prioritisation", "unavailability", "extraneous")
"""In the order in which they take precedence."""

COLUMNS = ("activity", "cause", "hours", "share", "cte_impact", "events", "cases")

_REMEMBERED = 4
_SUMMED = (*CAUSES, *(f"{cause}_events" for cause in CAUSES))
_POSITIONS = 2**33  # more than any case has events, and too wide for a product of 32 bits
_known: dict[object, ir.Table] = {}


def waiting_causes(log: EventLog) -> pd.DataFrame:
    """Why the work of each activity waited, sorted by activity and in the order of precedence.

    Columns: activity, cause, hours (of waiting), share (of all waiting of the log, 0-1),
    cte_impact (what the cycle time efficiency of the log would be without this waiting:
    processing / (processing + waiting - hours), as in the tool of Lashkevich et al.), events (that
    waited for this cause), cases (in which any did). Five rows for each activity that waits at
    all. Empty without start times or resources: then the causes cannot be told apart.

    >>> from workbench import sample
    >>> log = sample.log("c1: ask@Bo|0-1 pay@Ann|3-4; c2: ask@Bo|0-0.5 pay@Ann|0.5-2.5")
    >>> found = waiting_causes(log)
    >>> found.loc[found["hours"] > 0, ["activity", "cause", "hours"]].values.tolist()
    [['pay', 'contention', 1.5], ['pay', 'extraneous', 0.5]]
    """
    import pandas as pd

    if not (log.has("start") and log.has("resource")):
        return pd.DataFrame({name: pd.Series(dtype="str" if name in COLUMNS[:2] else "float64")
                             for name in COLUMNS})
    sums = _sums(log)
    totals = frame(sums.group_by("activity").aggregate(
        **{name: sums[name].sum() for name in _SUMMED},
        **{f"{cause}_cases": (sums[cause] > 0).sum() for cause in CAUSES}))
    worked = frame(log.cases.aggregate(hours=total_hours(log.cases.processing_hours)))
    return _long(totals, float(worked["hours"].fillna(0.0)[0]))


def _sums(log: EventLog) -> ir.Table:
    """The microseconds and the events of each cause by case and activity of a log.

    They are made once, from the whole log, and kept by its engine.
    """
    whole = log.whole or log
    key = (whole.events.op(), whole.zone, repr(whole.calendar))
    if key not in _known:
        while len(_known) >= _REMEMBERED:
            dropped(_known.pop(next(iter(_known))))
        waits = causes_of_events(whole)
        _known[key] = kept(waits.group_by("case", "activity").aggregate(
            **{cause: waits[cause].sum() for cause in CAUSES},
            **{f"{cause}_events": (waits[cause] > 0).sum() for cause in CAUSES}))
        dropped(waits)
    sums = _known[key]
    return sums if log.whole is None else sums.semi_join(log.cases, "case")


def causes_of_events(log: EventLog) -> ir.Table:
    """One row per event of a log that waited, with five columns of whole microseconds.

    Columns: case, position, activity and the five `CAUSES`, which add up to its wait. What its
    resources did in the whole log is known also where it was cut.
    """
    waits = _causes(log.whole or log)
    return waits if log.whole is None else waits.semi_join(log.cases, "case")


def _long(sums: pd.DataFrame, worked: float) -> pd.DataFrame:
    import pandas as pd

    total = sum(int(sums[cause].sum()) for cause in CAUSES) / MICROSECONDS_PER_HOUR
    rows = [{
        "activity": row["activity"], "cause": cause,
        "hours": (hours := int(row[cause]) / MICROSECONDS_PER_HOUR),
        "share": hours / total if total else None,
        "cte_impact": worked / rest if (rest := worked + total - hours) > 0 else None,
        "events": int(row[f"{cause}_events"]), "cases": int(row[f"{cause}_cases"]),
    } for row in sums.sort_values("activity").to_dict("records") for cause in CAUSES]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _causes(log: EventLog) -> ir.Table:
    """The causes of each wait of a whole log."""
    work = timeline.work(log)
    lanes = kept(timeline.lanes(log, work))
    laned = kept(timeline.laned(log, work, lanes))
    passed = kept(timeline.timeline(_on_duty(log, laned, lanes)))
    placed = kept(timeline.placed(laned, passed))
    spans = kept(overtaking.spans(passed))
    dropped(laned, passed, lanes)
    waits = kept(_waits(placed.filter(placed.own)))
    asked = kept(_questions(waits))
    known = asked.select("lane").distinct()
    busy = kept(spans.join(overtaking.oldest(placed.semi_join(known, "lane").select(
        "lane", first="start_segment", beyond="end_segment", since="enabled")
        .filter(ibis._.beyond > ibis._.first)), ["lane", "segment"]))
    dropped(placed, spans)
    younger = kept(overtaking.overtaken(busy, asked))
    dropped(busy, asked)
    causes = kept(_split(waits, younger, log))
    dropped(waits, younger)
    return causes


def _on_duty(log: EventLog, laned: ir.Table, lanes: ir.Table) -> ir.Table:
    moments = timeline.moments(laned)
    if log.calendar is not None:
        return duty.with_stated(log, moments, lanes)
    return duty.with_discovered(log, moments, laned)


def _waits(work: ir.Table) -> ir.Table:
    """The work that waited, with what was known when its batch was complete."""
    found = work.left_join(batched(work), ["case", "position"])
    own = {"complete": "enabled", "complete_busy": "enabled_busy",
           "complete_free": "enabled_free", "complete_segment": "enabled_segment"}
    chosen = found.mutate(**{name: ibis.coalesce(found[name], found[of])
                             for name, of in own.items()})
    return chosen.filter(chosen.enabled < chosen.start).select(
        *work.columns, *own, wait=chosen.case * _POSITIONS + chosen.position)


def _questions(waits: ir.Table) -> ir.Table:
    """What was busy with younger work until the start, less that until the batch was complete."""
    parts = []
    for before, sign in (("start_segment", 1), ("complete_segment", -1)):
        asked = waits.filter(waits[before] > waits.enabled_segment, waits.newest > waits.enabled)
        parts.append(asked.select(
            "wait", "lane", before=before, known="enabled_segment", since="enabled",
            sign=ibis.literal(sign, "int64")))
    return ibis.union(*parts)


def _split(waits: ir.Table, younger: ir.Table, log: EventLog) -> ir.Table:
    found = waits.left_join(younger, "wait")
    passed = found.mutate(
        busy=found.start_busy - found.complete_busy, free=found.start_free - found.complete_free,
        rest=microseconds(found.start, found.complete),
        prioritisation=ibis.coalesce(found.microseconds, 0))
    known = passed.select(
        "case", "position", "activity",
        batching=microseconds(passed.complete, passed.enabled),
        contention=passed.busy - passed.prioritisation, prioritisation=passed.prioritisation,
        unavailability=passed.rest - passed.busy - passed.free, extraneous=passed.free)
    events = log.events
    unknown = events.resource.isnull() | events.end.isnull()  # noqa: PD003 - Ibis columns
    nobody = events.filter(unknown, events.enabled < events.start)
    none = ibis.literal(0, "int64")
    return ibis.union(known, nobody.select(
        "case", "position", "activity", **dict.fromkeys(CAUSES[:-1], none),
        extraneous=microseconds(nobody.start, nobody.enabled)))
