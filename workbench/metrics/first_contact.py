"""First-contact resolution: closed without coming back and without being passed on."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import ibis

from workbench.effect import wilson
from workbench.engine import frame
from workbench.metrics.handover import changes

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from workbench.model import EventLog

DAYS = 7.0
"""For how long after it was closed a case must stay quiet, unless stated otherwise."""

COLUMNS = ("cases", "resolved", "first_contact_rate", "low", "high", "re_contacted", "reopened",
           "transferred", "waiting", "unjudged", "missing")


def first_contact_resolution(
    log: EventLog, by: str = "", days: float = DAYS, *, between: str = "resource",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The share of closed cases that were resolved at the first contact; one row.

    A case is closed when the first of its end activities ends (a case that a result closes, with
    its last event). It is resolved at the first contact if within `days` after that there is no

    - re-contact: another case of the same customer begins, after this one began (`by` names the
      attribute that tells the customer, `attribute:customer`; without it re-contacts cannot be
      seen, the rate is at most what it says, and `missing` says so),
    - reopening: an event that is no end activity comes after it and begins once it was closed,
    - transfer: a handover between two resources (or units, with `between="unit"`) in the case.

    Only elapsed windows count: a case closed less than `days` before the cut is not judged, even
    if it failed already. A withdrawn case is not judged. A reopened case counts although it is
    open again. Without end activities nothing is known.

    Columns: cases (judged), resolved, first_contact_rate, low, high (Wilson's interval),
    re_contacted, reopened, transferred (cases; one may be all three; empty where it cannot be
    seen), waiting (closed cases whose window is not over), unjudged (cases without a customer that
    did not fail otherwise), missing (what cannot be seen: `end_activities`, `customer`, the
    column of `between`).

    >>> from workbench import sample
    >>> log = sample.log("c1: a@x z@x; c2: a@x z@y; c3: a@x z@x b@x|5", end_activities=["z"],
    ...                  cut_hours=1000)
    >>> first_contact_resolution(log)[["cases", "resolved", "reopened"]].values.tolist()
    [[3, 1, 1]]
    """
    import pandas as pd

    missing = [*(() if log.end_activities else ("end_activities",)),
               *(() if by else ("customer",)), *(() if log.has(between) else (between,))]
    row: dict[str, object] = {"missing": ",".join(missing)}
    if log.end_activities:
        row |= _counts(judged(log, by, days, between=between), confidence)
        if not by:
            row["re_contacted"] = None
        if not log.has(between):
            row["transferred"] = None
    whole = [name for name in COLUMNS if name not in {
        "first_contact_rate", "low", "high", "missing"}]
    return pd.DataFrame([row], columns=list(COLUMNS)).astype(
        dict.fromkeys(whole, "Int64") | dict.fromkeys(
            ("first_contact_rate", "low", "high"), "float64"))


def judged(
    log: EventLog, by: str = "", days: float = DAYS, *, between: str = "resource"
) -> ir.Table:
    """The cases that were closed and not withdrawn, each with what became of it.

    The columns of the cases, and over (its window has elapsed), re_contacted, reopened,
    transferred, nameless (its customer is unknown), resolved (null where it cannot be known).
    """
    cases = _closings(log)
    window = ibis.literal(timedelta(days=days))
    until = cases.closed_at + window
    cases = cases.mutate(until=until, over=until <= ibis.literal(log.cut.astimezone(UTC)))
    for part, name in ((_reopened(log, cases), "reopened"),
                       (_transferred(log, cases, between), "transferred"),
                       (_re_contacts(log, by), "again_at")):
        cases = cases.left_join(part.select("case", name), "case").drop("case_right")
    again = (cases.again_at <= cases.until).fill_null(False)
    nameless = (cases[by].isnull()  # noqa: PD003 - an Ibis column
                if by else ibis.literal(value=False))
    reopened, moved = cases.reopened.fill_null(False), cases.transferred.fill_null(False)
    failed = again | reopened | moved
    return cases.mutate(
        re_contacted=again, reopened=reopened, transferred=moved, nameless=nameless,
        resolved=ibis.cases((failed, False), (nameless, None), else_=True).cast("boolean"))


def _closings(log: EventLog) -> ir.Table:
    """The cases that were ever closed, with when that first was so."""
    ends = log.events.filter(log.events.activity.isin(log.end_activities))
    first = ends.group_by("case").aggregate(
        first_end=ends.end.min(), end_position=ends.position.min())
    cases = log.cases.left_join(first, "case").drop("case_right")
    at = cases.first_end.coalesce(cases.closed.fill_null(False).ifelse(cases.end, None))
    return cases.filter(~cases.withdrawn).mutate(closed_at=at).drop_null("closed_at")


def _reopened(log: EventLog, cases: ir.Table) -> ir.Table:
    """The cases in which something else begins after they were closed, within the window."""
    others = log.events.filter(~log.events.activity.isin(log.end_activities))
    begun = others.select("case", "position", begun=others.start.coalesce(others.end))
    found = begun.inner_join(
        cases.select("case", "closed_at", "end_position", "until"), "case")
    late = found.filter((found.position > found.end_position)
                        & found.begun.between(found.closed_at, found.until))
    return late.select("case").distinct().mutate(reopened=True)


def _transferred(log: EventLog, cases: ir.Table, between: str) -> ir.Table:
    """The cases that are handed over, until their window is over."""
    moves = changes(log, between)
    first = moves.group_by("case").aggregate(begun=moves.begun.min())
    found = first.inner_join(cases.select("case", "until"), "case")
    return found.filter(found.begun <= found.until).select("case", transferred=True)


def _re_contacts(log: EventLog, by: str) -> ir.Table:
    """When the next case of the same customer begins, in the whole log."""
    cases = (log.whole or log).cases
    if not by:
        return cases.select("case", again_at=ibis.null("timestamp('UTC')"))
    named = cases.drop_null(by)
    return named.select("case", again_at=named.start.lead().over(
        group_by=by, order_by=["start", "case"]))


def _counts(cases: ir.Table, confidence: float) -> dict[str, object]:
    counted = cases.filter(cases.over)
    sums = counted.aggregate(
        cases=counted.resolved.count(), resolved=_number(counted.resolved),
        re_contacted=_number(counted.re_contacted), reopened=_number(counted.reopened),
        transferred=_number(counted.transferred),
        unjudged=counted.count() - counted.resolved.count())
    waiting = cases.aggregate(waiting=_number(~cases.over))
    row: dict[str, object] = {
        str(name): int(count) for name, count in frame(sums.cross_join(waiting)).iloc[0].items()}
    n, resolved = int(str(row["cases"])), int(str(row["resolved"]))
    if n:
        low, high = wilson(resolved, n, confidence)
        row |= {"first_contact_rate": resolved / n, "low": low, "high": high}
    return row


def _number(flags: ir.BooleanColumn) -> ir.IntegerScalar:
    return flags.cast("int64").sum().coalesce(0)
