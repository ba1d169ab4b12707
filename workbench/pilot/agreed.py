"""What was agreed: the pilot's protocol, with its defaults filled in from the baseline."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from workbench.engine import frame, microseconds
from workbench.model import Client, EventLog, Pilot, Target

if TYPE_CHECKING:
    import ibis.expr.types as ir

PILOT_FOLDER = "pilot/"
_HORIZON_SHARE = 0.9
_DAY = 24.0


@dataclass(frozen=True)
class Agreed:
    """The pilot as it is judged: its protocol without gaps, its targets, its log.

    `horizon_hours` was stated, or is the P90 of the baseline's closed cases in whole days.
    `log` holds the cases of both periods; `lost` counts baseline cases left out because nobody
    followed them beyond the baseline's export for `followed_hours`: the horizon, or the longest
    time limit of a target where that is longer.
    """

    pilot: Pilot
    horizon_hours: float
    horizon_stated: bool
    cut: datetime
    targets: tuple[Target, ...]
    log: EventLog
    lost: int
    followed_hours: float

    @property
    def interim(self) -> bool:
        """Whether observation ended before the pilot did."""
        return self.pilot.end is not None and self.cut < self.pilot.end


def agreed(client: Client, joined: EventLog) -> Agreed:
    """The protocol of a client with pilot data; `joined` is the log of both periods."""
    pilot = client.engagement.pilot or _derived(client, joined)
    stated = pilot.horizon_hours is not None
    horizon = pilot.horizon_hours or derived_horizon(client)
    cut = pilot.cut or joined.cut
    targets = client.engagement.targets
    limits = [target.within_hours or 0.0 for target in targets if target.kpi == "on_time"]
    followed = max([horizon, *limits])  # younger ones would count as late, whatever came of them
    cases, lost = _followed(client, joined.cases, pilot, followed)
    log = replace(joined, cases=cases, events=joined.events.semi_join(cases, "case"), cut=cut)
    return Agreed(pilot, horizon, stated, cut, targets, log, lost, followed)


def within_horizon(log: EventLog, hours: float) -> EventLog:
    """The log as it stood `hours` after each case began, so that both periods are watched alike.

    Cases of the baseline were watched for months and those of the pilot for weeks: rework that
    comes later would count in one period only.
    """
    import ibis

    moments = ibis.coalesce(log.events.start, log.events.end)
    begun = log.cases.select("case", begun="start")
    events = log.events.mutate(moment=moments).join(begun, "case")
    age = microseconds(events.moment, events.begun) / 3.6e9
    events = events.filter(age <= hours).drop("moment", "begun")
    again = events.filter(events.occurrence > 1).select("case")
    return replace(log, events=events,
                   cases=log.cases.mutate(rework=log.cases.case.isin(again.case)))


def _derived(client: Client, joined: EventLog) -> Pilot:
    """The pilot of a folder that has pilot events and says nothing about them."""
    cases = joined.cases
    found = frame(cases.aggregate(first=cases.start.min(),
                                  ours=cases.start.min(where=_of_pilot(cases))))
    first = found["ours"].fillna(found["first"])[0]
    local = first.to_pydatetime().astimezone(ZoneInfo(client.engagement.zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return Pilot(start=midnight, end=None, cut=None)


def derived_horizon(client: Client) -> float:
    """The P90 of the throughput time of the baseline's closed cases, in whole days."""
    cases = client.log.cases
    closed = cases.filter(cases.closed.fill_null(True))
    hours = frame(closed.select("throughput_hours"))["throughput_hours"].dropna()
    ninetieth = float(hours.quantile(_HORIZON_SHARE)) if len(hours) else _DAY
    return max(math.ceil(ninetieth / _DAY), 1) * _DAY


def _followed(
    client: Client, cases: ir.Table, pilot: Pilot, horizon: float
) -> tuple[ir.Table, int]:
    """The cases that can be compared, and how many were left out because nobody followed them.

    Baseline cases outside the stated baseline are left out. Where no case of the baseline's
    export goes on in the pilot's, those that were younger than the horizon at the baseline's cut
    were lost from sight: counting them as open to the end would lengthen the baseline.
    """
    engagement, seen = client.engagement, client.log.cut
    before = cases.start < pilot.start
    if engagement.baseline_from is not None:
        cases = cases.filter(~(before & (cases.start < engagement.baseline_from)))
    if engagement.baseline_to is not None:
        cases = cases.filter(~(before & (cases.start >= engagement.baseline_to)))
    lost = before & ~_of_pilot(cases) & (cases.start > seen - timedelta(hours=horizon))
    last = cases.end.max(where=~_of_pilot(cases))
    counts = frame(cases.aggregate(lost=lost.sum(), last=last))
    if counts["last"].isna()[0] or counts["last"][0] > seen or not counts["lost"][0]:
        return cases, 0
    return cases.filter(~lost), int(counts["lost"][0])


def _of_pilot(cases: ir.Table) -> ir.BooleanValue:
    return cases.file.fill_null("").startswith(PILOT_FOLDER)
