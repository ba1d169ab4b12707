"""What rework is made of and costs, and how many cases pass an activity at the first go.

Rates are of all cases, the open ones among them: what is open may still come to rework.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from workbench.effect import wilson
from workbench.engine import frame, kept
from workbench.metrics.metric import NO_COSTS
from workbench.metrics.rework import again, passes, rolled
from workbench.metrics.time import total_hours
from workbench.model import Costs, EventLog

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir
    import pandas as pd

KINDS = ("all", "self_loop", "repetition")
BY = ("all", "same", "other", "unknown")
TIMES = ("processing", "waiting", "elapsed")
_UNKNOWN = float("nan")


def rework(
    log: EventLog, costs: Costs = NO_COSTS, confidence: float = 0.95
) -> pd.DataFrame:
    """Rework by its kind and by who does it again, in cases, events, hours and money.

    Columns: kind (`self_loop`, `repetition`; `all`), by (`same` resource: a repeat; `other`: a
    redo; `unknown`; `all`), rework_cases (with such an event), cases, rework_rate, low, high
    (Wilson's interval), rework_events, events, rework_event_share (no interval: the events of a
    case are no independent sample), processing_hours, waiting_hours (before them), elapsed_hours
    (with one timestamp all that is known), work_money, waiting_money, money (hours times their
    price, of working time where there is a calendar; empty without a price). With a calendar also
    working_…_hours. Without resources only the rows by `all` are known. Sorted by kind, then by.

    >>> from workbench import sample
    >>> found = rework(sample.log("c1: a@x b@x b@y; c2: a@x b@y a@x; c3: a b"))
    >>> found[found["by"] == "all"][["kind", "rework_cases", "rework_events"]].values.tolist()
    [['all', 2, 2], ['repetition', 1, 1], ['self_loop', 1, 1]]
    """
    import pandas as pd

    hours = _hours(log)
    found = kept(again(log, *hours))
    sums = _sums(found, hours, ("kind", "by"))
    cases = _cases(found)
    whole = frame(log.events.aggregate(events=log.events.count()).cross_join(
        log.cases.aggregate(cases=log.cases.count()))).iloc[0]
    rows = [_line(kind, by, sums, cases, whole, confidence, log) for kind in KINDS for by in BY]
    return _priced(pd.DataFrame(rows), log, costs).sort_values(
        ["kind", "by"], ignore_index=True)


def yields(
    log: EventLog, costs: Costs = NO_COSTS, confidence: float = 0.95
) -> pd.DataFrame:
    """First-pass yield of each activity; before them first-time right and rolled yield of cases.

    Columns: activity (empty in the first row: all of them), cases (with it), once (those that
    pass it once; in the first row those without any rework), first_pass_yield (once / cases; in
    the first row that is first-time right), low, high (Wilson's interval), rolled_yield (first row
    only: the product of the first-pass yields, which is what first-time right would be if
    activities failed independently and every case passed all of them), rework_events, and for
    these the hours and money of `rework`. Sorted by activity.

    >>> from workbench import sample
    >>> found = yields(sample.log("c1: a b b; c2: a b a b; c3: a b"))
    >>> found[["activity", "cases", "once"]].values.tolist()
    [['', 3, 1], ['a', 3, 2], ['b', 3, 1]]
    """
    import pandas as pd

    hours = _hours(log)
    passed = passes(log)
    whole = frame(log.cases.aggregate(
        cases=log.cases.count(), once=(~log.cases.rework).cast("int64").sum().coalesce(0)))
    found = kept(again(log, *hours))
    sums = pd.concat([_sums(found, hours, ()), _sums(found, hours, ("activity",))])
    sums["activity"] = sums["activity"].fillna("")
    in_a_row = rolled(passed) if len(passed) else _UNKNOWN
    rows = pd.concat([whole.assign(activity="", rolled_yield=in_a_row), passed])
    rows = rows.merge(sums, "left", on="activity")
    ends = [wilson(once, cases, confidence) if cases else (_UNKNOWN, _UNKNOWN)
            for once, cases in zip(rows["once"], rows["cases"], strict=True)]
    rows = rows.assign(
        first_pass_yield=rows["once"] / rows["cases"], low=[low for low, _ in ends],
        high=[high for _, high in ends],
        rework_events=rows["rework_events"].fillna(0).astype("int64"))
    for name in hours:
        rows[name] = rows[name].mask(rows["rework_events"] == 0, 0.0 if _seen(log, name) else None)
    order = ["activity", "cases", "once", "first_pass_yield", "low", "high", "rolled_yield",
             "rework_events", *hours]
    return _priced(rows[order], log, costs).sort_values("activity", ignore_index=True)


def _hours(log: EventLog) -> tuple[str, ...]:
    clocks = ("", "working_") if log.calendar else ("",)
    return tuple(f"{clock}{time}_hours" for clock in clocks for time in TIMES)


def _seen(log: EventLog, name: str) -> bool:
    """Whether a log can show a kind of hours: where there is no rework they are 0, not unknown."""
    return log.has("start") or "elapsed" in name


def _sums(found: ir.Table, hours: Sequence[str], keys: tuple[str, ...]) -> pd.DataFrame:
    columns = {"rework_events": found.count()} | {
        name: total_hours(found[name]) for name in hours}
    table = found.group_by(list(keys)).aggregate(**columns) if keys else found.aggregate(**columns)
    return frame(table.order_by(list(keys)) if keys else table)


def _cases(found: ir.Table) -> pd.Series:
    """How many cases have rework of each kind by whom, under `kind_by`."""
    cells = found.group_by("case").aggregate(**{
        f"{kind}_{by}": ((found.kind == kind) & (found.by == by)).any()
        for kind in KINDS[1:] for by in BY[1:]})
    made = {}
    for kind in KINDS:
        for by in BY:
            chosen = [cells[f"{one}_{who}"] for one in (KINDS[1:] if kind == "all" else (kind,))
                      for who in (BY[1:] if by == "all" else (by,))]
            made[f"{kind}_{by}"] = ibis.or_(*chosen).cast("int64").sum().coalesce(0)
    counts: pd.Series = frame(cells.aggregate(**made)).iloc[0]
    return counts


def _line(
    kind: str, by: str, sums: pd.DataFrame, cases: pd.Series, whole: pd.Series, confidence: float,
    log: EventLog,
) -> dict[str, object]:
    if by != "all" and not log.has("resource"):
        return {"kind": kind, "by": by, "cases": int(whole["cases"]),
                "events": int(whole["events"])}
    part = sums[(sums["kind"].isin(KINDS) if kind == "all" else sums["kind"] == kind)
                & (sums["by"].isin(BY) if by == "all" else sums["by"] == by)]
    count, events = int(cases[f"{kind}_{by}"]), int(part["rework_events"].sum())
    cases_in_all, events_in_all = int(whole["cases"]), int(whole["events"])
    low, high = wilson(count, cases_in_all, confidence) if cases_in_all else (
        _UNKNOWN, _UNKNOWN)
    return {
        "kind": kind, "by": by, "rework_cases": count, "cases": cases_in_all,
        "rework_rate": count / cases_in_all if cases_in_all else _UNKNOWN,
        "low": low, "high": high, "rework_events": events, "events": events_in_all,
        "rework_event_share": events / events_in_all if events_in_all else _UNKNOWN,
        **{name: float(part[name].sum(min_count=min(events, 1))) if _seen(log, name) else None
           for name in _hours(log)},
    }


def _priced(rows: pd.DataFrame, log: EventLog, costs: Costs) -> pd.DataFrame:
    """Hours times their price; hours of working time where there is a calendar."""
    before = "working_" if log.calendar else ""
    prices = {"work": ("processing", costs.work_hour), "waiting": ("waiting", costs.waiting_hour)}
    money = {f"{name}_money": rows[f"{before}{time}_hours"].astype("float64") * (
        float("nan") if price is None else price) for name, (time, price) in prices.items()}
    rows = rows.assign(**money)
    return rows.assign(money=rows[list(money)].sum(axis=1, min_count=1)).astype(
        {name: "Int64" for name in ("rework_cases", "rework_events") if name in rows})
