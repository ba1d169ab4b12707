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

from workbench.engine import frame, kept, microseconds
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
    waits = causes_of_events(log)
    per_case = waits.group_by("activity", "case").aggregate(
        **{cause: waits[cause].sum() for cause in CAUSES},
        **{f"{cause}_events": (waits[cause] > 0).sum() for cause in CAUSES})
    sums = frame(per_case.group_by("activity").aggregate(
        **{cause: per_case[cause].sum() for cause in CAUSES},
        **{f"{cause}_events": per_case[f"{cause}_events"].sum() for cause in CAUSES},
        **{f"{cause}_cases": (per_case[cause] > 0).sum() for cause in CAUSES}))
    worked = frame(log.events.aggregate(hours=total_hours(log.events.processing_hours)))
    return _long(sums, float(worked["hours"].fillna(0.0)[0]))


def causes_of_events(log: EventLog) -> ir.Table:
    """One row per event of a log that waited, with five columns of whole microseconds.

    Columns: case, position, activity and the five `CAUSES`, which add up to its wait. They are
    made once, from the whole log, and kept by its engine.
    """
    whole = log.whole or log
    key = (whole.events.op(), whole.zone, repr(whole.calendar))
    if key not in _known:
        while len(_known) >= _REMEMBERED:
            _known.pop(next(iter(_known)))
        _known[key] = kept(_causes(whole))
    waits = _known[key]
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
    busy = kept(overtaking.spans(passed).join(
        overtaking.oldest(placed.select(
            "lane", first="start_segment", beyond="end_segment", since="enabled")
            .filter(ibis._.beyond > ibis._.first)), ["lane", "segment"]))
    waits = kept(_waits(placed.filter(placed.own)))
    return _split(waits, overtaking.overtaken(busy, kept(_questions(waits))), log)


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
    """What was busy with younger work until the start, less what was until the batch was complete."""
    parts = []
    for before, sign in (("start_segment", 1), ("complete_segment", -1)):
        asked = waits.filter(waits[before] > waits.enabled_segment)
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
