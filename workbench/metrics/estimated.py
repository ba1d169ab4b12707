"""Estimated start times, for logs that have one timestamp per event and name who did it.

Estimated: work cannot have begun before it became possible (the event before it in the case), nor
while its resource finished other work: estimated start = the later of the two, and never after its
end. What lies between is an upper bound of the processing time: pauses, nights and other work that
is in no log are counted in it. Never to be mixed with processing times that were recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from workbench.engine import frame, microseconds
from workbench.metrics.time import MICROSECONDS_PER_HOUR

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from workbench.model import EventLog


def starts(log: EventLog) -> ir.Table:
    """When the work of each event may have begun at the earliest.

    Columns: case, position, activity, estimated_start (moment), estimated_processing_hours (from
    then to its end: an upper bound; null, not 0, where another event of the case or the resource
    stands at the same moment). Left out: events of nobody, and first events without arrival, of
    which it is not known since when they could begin. No rows where the log has start times or no
    resource. The ends of a resource are those of the whole log.

    >>> from workbench import sample
    >>> log = sample.log("c1: ask@Bo|0 pay@Ann|5; c2: ask@Bo|1 pay@Ann|3", has_start=False)
    >>> found = frame(starts(log).order_by("case", "position"))
    >>> found[["case", "activity", "estimated_processing_hours"]].values.tolist()
    [[0, 'pay', 2.0], [1, 'pay', 2.0]]
    """
    events = (log.whole or log).events
    events = events.filter(
        events.resource.notnull(), events.end.notnull())  # noqa: PD004 - Ibis columns
    if log.has("start") or not log.has("resource"):
        events = events.limit(0)
    by_resource = ibis.window(group_by="resource", order_by=["end", "case", "position"])
    seen = events.mutate(finished=events.end.lag().over(by_resource))
    seen = seen.filter(seen.enabled.notnull())  # noqa: PD004 - an Ibis column
    latest = ibis.greatest(seen.enabled, ibis.coalesce(seen.finished, seen.enabled))
    seen = seen.mutate(begun=ibis.least(seen.end, latest))
    spent = microseconds(seen.end, seen.begun).nullif(0)
    found = seen.select("case", "position", "activity", estimated_start=seen.begun,
                        estimated_processing_hours=spent / MICROSECONDS_PER_HOUR)
    return found if log.whole is None else found.semi_join(log.cases, "case")


def activities(log: EventLog) -> pd.DataFrame:
    """Estimated processing time per activity, sorted by activity: an upper bound.

    Columns: activity, events (whose processing time could be estimated),
    median_estimated_processing_hours, p95_estimated_processing_hours. Empty where the log has
    start times (then they are recorded) or names no resource.

    >>> from workbench import sample
    >>> log = sample.log("c1: ask@Bo|0 pay@Ann|5; c2: ask@Bo|1 pay@Ann|3", has_start=False)
    >>> activities(log).values.tolist()
    [['pay', 2, 2.0, 2.0]]
    """
    found = starts(log)
    hours = found.estimated_processing_hours
    return frame(found.group_by("activity").aggregate(
        events=hours.count(), median_estimated_processing_hours=hours.quantile(0.5),
        p95_estimated_processing_hours=hours.quantile(0.95)).order_by("activity"))
