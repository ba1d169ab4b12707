"""Who works how much: always under pseudonyms, unless names are asked for."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.engine import frame, local_time
from workbench.metrics.time import covered_hours

if TYPE_CHECKING:
    import pandas as pd

    from workbench.model import EventLog


def pseudonyms(log: EventLog) -> Mapping[str, str]:
    """The pseudonym of each resource: R01, R02, … in the order of a keyed hash of the name.

    The key is that of the log; the numbers tell nothing of names, volume or time.

    >>> from workbench import sample
    >>> sorted(pseudonyms(sample.log("c1: check@Ann pay@Bo")).values())
    ['R01', 'R02']
    """
    names = frame(log.events.drop_null("resource").select("resource").distinct())
    key = log.key.encode()
    hashed = sorted((hmac.new(key, name.encode(), hashlib.sha256).digest(), name)
                    for name in names["resource"])
    width = max(2, len(str(len(hashed))))
    return {name: f"R{number:0{width}}" for number, (_, name) in enumerate(hashed, start=1)}


def resources(log: EventLog, *, reveal: bool = False) -> pd.DataFrame:
    """One row per resource, sorted by its pseudonym (by its name with `reveal`).

    Columns: resource, events, cases, busy_hours (the union of its spans of work: work on two
    cases at once counts once), utilisation (busy_hours / hours between the first start and the
    last end of its days, 0-1; a day is that of the log's time zone on which an event starts). With
    one timestamp the last two are empty; without resources there are no rows.

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
    if not reveal:
        found["resource"] = found["resource"].map(pseudonyms(log)).astype("str")
    return found.sort_values("resource", ignore_index=True)
