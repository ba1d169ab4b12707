"""Which cases come, when, and what they are like: nothing here depends on what is done to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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
    Scenario,
    season,
    second,
)

WEB_SHARE = 0.35
COMPLEX_SHARE = 0.2
_WEEKDAY = (1.15, 1.1, 1.0, 1.0, 1.05, 0.9, 0.8)
_HOUR_WEIGHTS = (1, 1, 0, 0, 0, 1, 2, 4, 8, 12, 14, 12, 8, 8, 10, 11, 10, 9, 8, 9, 10, 8, 5, 2)


@dataclass(frozen=True)
class Case:
    """One complaint as it arrives.

    `demand` is what the customer asks for (`refund`, `exchange`, `delivery`, `service`); `amount`
    is in the client's currency, 0 unless a refund is at stake. `is_complex` cases need people
    whatever the system can do.
    """

    number: int
    key: str
    region: Region
    start: float
    demand: str
    amount: float
    by_web: bool
    is_complex: bool
    is_urgent: bool

    @property
    def refund(self) -> bool:
        """Whether money is asked back."""
        return self.demand == "refund"

    @property
    def approvals(self) -> int:
        """How many people must agree to the refund under the old rules."""
        return 0 if not self.refund else 1 + (self.amount > 100) + (self.amount > 300)


def arrivals(scenario: Scenario, draws: Draws) -> list[Case]:
    """All cases from the warm-up to the last cut, in order of arrival."""
    found = sorted(
        ((moment, key, region) for region in REGIONS
         for moment, key in _moments(scenario, draws, region)),
        key=lambda item: (item[0], item[1]),
    )
    return [
        _case(draws, number, moment, key, region)
        for number, (moment, key, region) in enumerate(found, start=1)
    ]


def _moments(scenario: Scenario, draws: Draws, region: Region) -> Iterator[tuple[float, str]]:
    day = BASELINE_FROM - timedelta(days=WARM_UP_DAYS)
    while day < CUT:
        mean = scenario.cases * region.weekly / 7 * _level(draws, day)
        for index in range(draws.count(mean, "arrivals", region.key, day)):
            key = f"{region.key}-{day.isoformat()}-{index}"
            yield second(day) + _time_of_day(draws, key), key
        day += timedelta(days=1)


def _level(draws: Draws, day: date) -> float:
    """Season, weekday, and a shock that all regions share in a week."""
    week = (day - BASELINE_FROM).days // 7
    return season(day) * _WEEKDAY[day.weekday()] * draws.skewed(1, 0.08, "week", week)


def _time_of_day(draws: Draws, key: str) -> float:
    rest = draws.uniform("hour", key) * sum(_HOUR_WEIGHTS)
    for hour, weight in enumerate(_HOUR_WEIGHTS):
        if rest < weight:
            return round((hour + rest / weight) * HOUR)
        rest -= weight
    return DAY - 1


def _case(draws: Draws, number: int, moment: float, key: str, region: Region) -> Case:
    rest = 1 - region.refund_share
    shares = {
        "refund": region.refund_share, "exchange": 0.4 * rest, "delivery": 0.35 * rest,
        "service": 0.25 * rest,
    }
    demand = draws.pick(shares, "demand", key)
    amount = draws.skewed(350, 0.9, "amount", key) if demand == "refund" else 0.0
    return Case(
        number, key, region, moment, demand, round(amount, 2),
        by_web=draws.chance(WEB_SHARE, "web", key),
        is_complex=draws.chance(COMPLEX_SHARE, "complex", key),
        is_urgent=draws.chance(0.06, "urgent", key),
    )
