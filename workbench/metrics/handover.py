"""Who hands work to whom, how often per case, and how often it comes straight back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from workbench.effect import wilson
from workbench.engine import frame
from workbench.metrics.resources import pseudonyms

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from workbench.model import EventLog


def handovers(log: EventLog, *, reveal: bool = False) -> pd.DataFrame:
    """How often the event of one resource is directly followed by that of another.

    Columns: source, target (pseudonyms; names with `reveal`), events, same (the two are one
    resource: no handover). Pairs in which a resource is unknown are left out. Sorted by source,
    then target.

    >>> from workbench import sample
    >>> handovers(sample.log("c1: a@x b@y c@y"), reveal=True).values.tolist()
    [['x', 'y', 1, False], ['y', 'y', 1, True]]
    """
    pairs = log.events.drop_null(["resource", "next_resource"])
    counted = pairs.group_by(source=pairs.resource, target=pairs.next_resource).aggregate(
        events=pairs.count())
    found = frame(counted.mutate(same=counted.source == counted.target))
    if not reveal:
        names = pseudonyms(log)
        for column in ("source", "target"):
            found[column] = found[column].map(names).astype("str")
    return found.sort_values(["source", "target"], ignore_index=True)


def handover_summary(log: EventLog, confidence: float = 0.95) -> pd.DataFrame:
    """Handovers and ping-pong per case, between resources and between units.

    A handover: an event is directly followed by one of another resource (unit), both known.
    Ping-pong: a handover from a to b whose next one in the case goes from b back to a.

    Columns: between (`resource`, `unit`), cases (in which one is known), handovers,
    handovers_per_case, handover_cases (with at least one), ping_pongs (how often), ping_pong_cases,
    ping_pong_rate (of cases), low, high (Wilson's interval). Empty where the log has no such
    column. Sorted by between.

    >>> from workbench import sample
    >>> log = sample.log("c1: a@x b@y c@y d@x; c2: a@x b@y; c3: a@x a@x")
    >>> found = handover_summary(log)
    >>> found[["between", "cases", "handovers", "ping_pongs", "ping_pong_cases"]].values.tolist()
    [['resource', 3, 3, 1, 1], ['unit', <NA>, <NA>, <NA>, <NA>]]
    """
    import pandas as pd

    rows = []
    for between in ("resource", "unit"):
        row: dict[str, object] = {"between": between}
        if log.has(between):
            row |= _per_case(log, between, confidence)
        rows.append(row)
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(
        dict.fromkeys(_COUNTED, "Int64") | dict.fromkeys(
            ("handovers_per_case", "ping_pong_rate", "low", "high"), "float64"))


_COUNTED = ("cases", "handovers", "handover_cases", "ping_pongs", "ping_pong_cases")
_COLUMNS = ("between", "cases", "handovers", "handovers_per_case", "handover_cases", "ping_pongs",
            "ping_pong_cases", "ping_pong_rate", "low", "high")


def _per_case(log: EventLog, between: str, confidence: float) -> dict[str, object]:
    known = manned(log, between)
    cases = known.aggregate(cases=known.count())
    found = ping_pongs(log, between)
    counted = found.group_by("case").aggregate(
        handovers=found.count(), back=found.back.cast("int64").sum())
    sums = counted.aggregate(
        handovers=counted.handovers.sum().coalesce(0), handover_cases=counted.count(),
        ping_pongs=counted.back.sum().coalesce(0),
        ping_pong_cases=(counted.back > 0).cast("int64").sum().coalesce(0))
    row = {str(name): int(count) for name, count in frame(sums.cross_join(cases)).iloc[0].items()}
    if not row["cases"]:  # nothing to hand over: no rate
        return {**row}
    low, high = wilson(row["ping_pong_cases"], row["cases"], confidence)
    return row | {
        "handovers_per_case": row["handovers"] / row["cases"],
        "ping_pong_rate": row["ping_pong_cases"] / row["cases"], "low": low, "high": high}


def manned(log: EventLog, between: str = "resource") -> ir.Table:
    """The cases of which a resource (unit) is known: those that handovers are counted by."""
    return log.events.drop_null(between).select("case").distinct()


def ping_pongs(log: EventLog, between: str = "resource") -> ir.Table:
    """The handovers between resources or units, and whether the next one goes straight back.

    Columns: case, position (of the event that took over), giver, taker, back.
    """
    changed = changes(log, between)
    in_turn = {"group_by": "case", "order_by": "position"}
    after = changed.mutate(next_giver=changed.giver.lead().over(**in_turn),
                           next_taker=changed.taker.lead().over(**in_turn))
    back = (after.next_giver == after.taker) & (after.next_taker == after.giver)
    return after.select("case", "position", "giver", "taker", back=back.fill_null(False))


def changes(log: EventLog, between: str = "resource") -> ir.Table:
    """The handovers between resources or units.

    Columns: case, position (of the event that took over), begun (when it began), giver, taker.
    """
    events = log.events
    begun = events.start.coalesce(events.end)
    if between == "resource":
        pairs = events.select("case", "position", begun=begun, giver=events.previous_resource,
                              taker=events.resource)
    else:
        pairs = _neighbours(events.mutate(begun=begun), between)
    return pairs.filter(pairs.giver != pairs.taker)


def _neighbours(events: ir.Table, between: str) -> ir.Table:
    """Each event and the one before, in the cases in which the value changes at all."""
    named = events.select("case", "position", "begun", taker=events[between])
    several = named.group_by("case").aggregate(low=named.taker.min(), high=named.taker.max())
    moved = named.semi_join(several.filter(several.low != several.high), "case")
    return moved.mutate(
        giver=moved.taker.lag().over(ibis.window(group_by="case", order_by="position")))
