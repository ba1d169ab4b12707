"""Which world to make: the knobs, the dates and the sizes that everything else reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

HOUR = 3600
DAY = 24 * HOUR

BASELINE_FROM = date(2025, 1, 6)
"""A Monday; clocks count seconds of local time from its midnight."""
PILOT_START = date(2025, 7, 7)
PILOT_END = date(2025, 9, 29)
CUT = date(2025, 10, 13)
"""When the pilot's extract was taken: a whole horizon after the last day of the pilot."""
HORIZON_HOURS = 336
PROMISE_HOURS = 24
ON_TIME_HOURS = 48
WARM_UP_DAYS = 21

APPROVALS = ("approve_1", "approve_2", "approve_3")
MOVABLE = ("record", "classify", "assign", "handle", "feedback", "archive")
"""The steps to which the planted cause can be moved."""


@dataclass(frozen=True)
class Scenario:
    """One world.

    `effect=False` leaves the pilot's change out. `cause` is `approvals`, or the step (or its
    label) that waits for the sign-offs instead. `names="renamed"` gives every column, activity
    and region another, neutral name (in Chinese) and blanks the free texts. `cases` scales the
    volume (staff scale with it, so that queues stay as long).
    """

    seed: int = 20250106
    effect: bool = True
    cause: str = "approvals"
    names: Literal["plain", "renamed"] = "plain"
    language: Literal["zh", "en"] = "zh"
    cases: float = 1.0


@dataclass(frozen=True)
class Region:
    """A region: what arrives in a week, who works there, and how its cases differ."""

    key: str
    weekly: float
    clerks: int
    agents: int
    refund_share: float
    misclassified: float
    leniency: float


REGIONS = (
    Region("east", 41.5, 2, 9, 0.48, 0.165, 0.05),
    Region("south", 37, 2, 8, 0.42, 0.155, 0.10),
    Region("north", 33.5, 2, 8, 0.50, 0.175, -0.05),
    Region("west", 27, 1, 6, 0.46, 0.185, -0.10),
)
PILOT_REGION = "east"


def second(day: date, hour: float = 0) -> int:
    """Seconds from the beginning of the baseline to an hour of a day."""
    return (day - BASELINE_FROM).days * DAY + round(hour * HOUR)


def day_of(moment: float) -> date:
    """The day on which a moment lies."""
    return BASELINE_FROM + timedelta(days=int(moment // DAY))


def clock(moment: float) -> datetime:
    """The local clock time of a moment, to the second."""
    return datetime.combine(BASELINE_FROM, datetime.min.time()) + timedelta(seconds=round(moment))


def holiday(day: date) -> bool:
    """Public holidays of 2025 on which offices are closed."""
    return any(first <= day <= last for first, last in _HOLIDAYS)


def season(day: date) -> float:
    """How many times the usual arrivals a day brings: quiet New Year, busy early summer."""
    return next((factor for first, last, factor in _SEASONS if first <= day <= last), 1.0)


_HOLIDAYS = (
    (date(2025, 1, 28), date(2025, 2, 3)),
    (date(2025, 4, 4), date(2025, 4, 6)),
    (date(2025, 5, 1), date(2025, 5, 4)),
    (date(2025, 5, 31), date(2025, 6, 2)),
    (date(2025, 10, 1), date(2025, 10, 8)),
)
_SEASONS = (
    (date(2025, 1, 27), date(2025, 2, 4), 0.55),
    (date(2025, 2, 5), date(2025, 2, 16), 1.2),
    (date(2025, 5, 19), date(2025, 5, 25), 1.2),
    (date(2025, 5, 26), date(2025, 6, 15), 1.4),
    (date(2025, 6, 16), date(2025, 7, 6), 1.6),
    (date(2025, 7, 7), date(2025, 8, 31), 0.9),
)
