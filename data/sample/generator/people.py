"""Who works when: shifts, weekends, holidays, leave, and the hours approvers keep for queues."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from generator.draws import Draws
from generator.scenario import (
    BASELINE_FROM,
    CUT,
    DAY,
    HOUR,
    REGIONS,
    WARM_UP_DAYS,
    Region,
    holiday,
)

Spans = tuple[tuple[float, float], ...]
"""Hours of a day, as (from, to) pairs."""

_SHIFTS: tuple[Spans, ...] = (
    ((9, 11.5),),
    ((14, 16.5),),
    ((9.5, 11), (15, 16)),
)
"""Agents answer the telephone too; these are the hours that complaints get."""
_HOURS_KEPT: dict[str, tuple[set[int], Spans]] = {
    "leader": ({0, 1, 2, 3, 4}, ((16, 17),)),
    "manager": ({0, 2, 4}, ((14, 16),)),
    "finance": ({1, 3}, ((9.5, 11),)),
    "desk": ({0, 1, 2, 3, 4, 5, 6}, ((8, 12), (13, 21))),
    "caller": ({0, 1, 2, 3, 4, 5, 6}, ((12, 13), (18, 20))),
    "file": ({0, 1, 2, 3, 4, 5, 6}, ((11.5, 12), (17, 18))),
}
"""Weekdays (Monday is 0) and hours that a role keeps for its queue."""
_LAST_DAY = CUT + timedelta(days=28)


_ROLE_CODES = {
    "clerk": "A", "agent": "K", "leader": "Z", "manager": "J", "finance": "C", "desk": "D",
    "caller": "H", "file": "G",
}


@dataclass
class Server:
    """A person with a role code and the windows (seconds) in which work can be begun."""

    code: str
    openings: list[tuple[float, float]]
    busy_until: float = float("-inf")
    _starts: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self._starts = [start for start, _ in self.openings]

    def next_open(self, moment: float) -> float:
        """The earliest second from `moment` on at which this person can begin work."""
        place = bisect_right(self._starts, moment) - 1
        if place >= 0 and moment < self.openings[place][1]:
            return moment
        return self._starts[place + 1] if place + 1 < len(self._starts) else float("inf")


def staff(draws: Draws, prefixes: dict[str, str]) -> dict[str, list[Server]]:
    """The people of every pool (`east/agent`, …), with calendars drawn from the seed."""
    return {
        f"{region.key}/{role}": [
            Server(f"{prefixes[region.key]}-{code}{number + 1:02d}",
                   list(_openings(draws, region, role, number)))
            for number in range(_head_count(region, role))
        ]
        for region in REGIONS
        for role, code in _ROLE_CODES.items()
    }


def _head_count(region: Region, role: str) -> int:
    return {"clerk": region.clerks, "agent": region.agents, "desk": 4, "caller": 2}.get(role, 1)


def _openings(
    draws: Draws, region: Region, role: str, number: int,
) -> Iterator[tuple[float, float]]:
    day = BASELINE_FROM - timedelta(days=WARM_UP_DAYS)
    while day < _LAST_DAY:
        begin = (day - BASELINE_FROM).days * DAY
        for start, end in _hours(draws, region.key, role, number, day):
            yield begin + start * HOUR, begin + end * HOUR
        day += timedelta(days=1)


def _hours(draws: Draws, region: str, role: str, number: int, day: date) -> Spans:
    if role == "agent":
        return _agent_hours(draws, region, number, day)
    if role == "clerk":
        return _clerk_hours(draws, region, number, day)
    return _kept_hours(draws, region, role, number, day)


def _agent_hours(draws: Draws, region: str, number: int, day: date) -> Spans:
    week = (day - BASELINE_FROM).days // 7
    rest_days = {(2 * number + week) % 7, (2 * number + week + 1) % 7}
    on_leave = draws.chance(0.05, "leave", region, number, day)
    holiday_off = holiday(day) and draws.chance(0.5, "holiday", region, number, day)
    if day.weekday() in rest_days or on_leave or holiday_off:
        return ()
    return _SHIFTS[number % len(_SHIFTS)]


def _clerk_hours(draws: Draws, region: str, number: int, day: date) -> Spans:
    if day.weekday() == 6 and number == 0:
        return ()
    if holiday(day) and draws.chance(0.4, "holiday clerk", region, number, day):
        return ()
    return ((8.5, 11.5), (13.5, 18)) if number == 0 else ((10, 12), (14, 20))


def _kept_hours(draws: Draws, region: str, role: str, number: int, day: date) -> Spans:
    weekdays, hours = _HOURS_KEPT[role]
    away = draws.chance(0.02, "away", region, role, number, day)
    closed = holiday(day) and role in {"leader", "manager", "finance"}
    return hours if day.weekday() in weekdays and not closed and not away else ()
