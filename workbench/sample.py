"""Tiny logs written as text, for doctests and tests.

One case per `;`: a name, a colon, the activities in their order. Each step takes one hour and
begins when the one before ends; the first begins on Monday 5 January 2026 at 09:00 UTC.
A step may say more: `activity@resource`, and after `|` when it happened, in hours after that
Monday morning: `check@Ann|2` stands at 11:00, `check|2-3.5` and `check|2:00-3:30` run from 11:00
to 12:30.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from workbench.engine import Engine, open_engine
from workbench.model import Calendar, EventLog

if TYPE_CHECKING:
    import pandas as pd

FIRST_HOUR = "2026-01-05T09:00:00Z"
"""A Monday morning: hour 0 of every log written as text."""


def log(
    text: str,
    *,
    has_start: bool = True,
    end_activities: Iterable[str] = (),
    withdrawn_activities: Iterable[str] = (),
    ties: str = "source",
    units: Mapping[str, str] | None = None,
    strata: Mapping[str, str] | None = None,
    zone: str = "UTC",
    cut_hours: float | None = None,
    calendar: Calendar | None = None,
) -> EventLog:
    """The EventLog of a text, prepared as any other.

    `units` and `strata` give the unit and stratum of a case by its name; `cut_hours` is the end
    of observation, by default the last event; by a `calendar` working hours are counted.

    >>> tiny = log("c1: check pay check; c2: check pay")
    >>> from workbench.engine import frame
    >>> frame(tiny.cases[["case_id", "throughput_hours", "rework"]]).values.tolist()
    [['c1', 3.0, True], ['c2', 2.0, False]]
    """
    return from_rows(
        rows(text, units=units, strata=strata), has_start=has_start, end_activities=end_activities,
        withdrawn_activities=withdrawn_activities, ties=ties, zone=zone, cut_hours=cut_hours,
        calendar=calendar,
    )


def from_rows(
    typed: pd.DataFrame,
    *,
    has_start: bool = True,
    end_activities: Iterable[str] = (),
    withdrawn_activities: Iterable[str] = (),
    ties: str = "source",
    zone: str = "UTC",
    cut_hours: float | None = None,
    calendar: Calendar | None = None,
) -> EventLog:
    """The EventLog of typed rows (the columns that `Engine.prepare` takes)."""
    ends = tuple(end_activities)
    events, cases = _engine().prepare(
        typed, has_start=has_start, end_activities=ends,
        withdrawn_activities=tuple(withdrawn_activities), ties=ties, calendar=calendar, zone=zone,
    )
    roles = {"case_id", "activity", "end"} | ({"start"} if has_start else set())
    roles |= {name for name in ("resource", "unit", "stratum", "result", "arrival")
              if name in typed and typed[name].notna().any()}
    cut = typed["end"].max() if cut_hours is None else _moment(str(cut_hours))
    return EventLog(
        events=events, cases=cases, zone=zone, cut=cut.to_pydatetime(), end_activities=ends,
        roles=frozenset(roles), ties=ties, key="sample",
        calendar=calendar,
    )


def rows(
    text: str, *, units: Mapping[str, str] | None = None, strata: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """The typed rows of a text, as intake would hand them to the engine.

    >>> rows("c1: check@Ann|2-3.5")[["case_id", "activity", "resource"]].values.tolist()
    [['c1', 'check', 'Ann']]
    """
    import pandas as pd

    found: list[dict[str, object]] = []
    for case in filter(str.strip, text.split(";")):
        name, _, steps = case.strip().partition(":")
        clock = _moment("0")
        for step in steps.split():
            activity, resource, begun, ended = _step(step, clock)
            clock = ended
            found.append({
                "case_id": name, "activity": activity, "start": begun, "end": ended,
                "resource": resource, "unit": (units or {}).get(name),
                "stratum": (strata or {}).get(name), "result": None,
                "sequence": len(found), "file": "sample",
            })
    return pd.DataFrame(found).astype(dict.fromkeys(("start", "end"), "datetime64[us, UTC]"))


def _step(
    step: str, clock: pd.Timestamp
) -> tuple[str, str | None, pd.Timestamp, pd.Timestamp]:
    what, _, when = step.partition("|")
    activity, _, resource = what.partition("@")
    begun, _, ended = when.partition("-")
    if not when:
        return activity, resource or None, clock, clock + (_moment("1") - _moment("0"))
    return activity, resource or None, _moment(begun), _moment(ended or begun)


def _moment(text: str) -> pd.Timestamp:
    """The moment so many hours (`3.5`) or hours and minutes (`3:30`) after the first hour."""
    import pandas as pd

    hours, _, minutes = text.partition(":")
    after = pd.Timedelta(hours=float(hours)) + pd.Timedelta(minutes=int(minutes or 0))
    return pd.Timestamp(FIRST_HOUR) + after.round("us")


@cache
def _engine() -> Engine:
    return open_engine()
