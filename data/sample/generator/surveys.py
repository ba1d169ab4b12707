"""What customers and staff answered: scores that follow from what happened to their cases."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from generator.extract import write_csv
from generator.floor import Event
from generator.scenario import (
    CUT,
    DAY,
    HOUR,
    PILOT_REGION,
    PILOT_START,
    REGIONS,
    clock,
    day_of,
    second,
)
from generator.world import Events, World, in_baseline, in_extract

RESPONSE = 0.2
CUSTOMER_ITEMS = ("overall", "speed", "fairness", "attitude")
STAFF_ITEMS = ("authority", "routing", "load", "tools")
_SPEED_WEIGHT = {"overall": 0.42, "speed": 0.6, "fairness": 0.15, "attitude": 0.1}
_LEVEL = {"overall": 3.3, "speed": 3.1, "fairness": 3.4, "attitude": 3.8}


def score(world: World, chain: list[Event], item: str) -> int:
    """What the customer of a case would tick (1-5): less for long waits and for rework."""
    case = chain[0].case
    hours = max(1.0, (chain[-1].end - chain[0].start) / HOUR)
    steps = [event.step for event in chain]
    again = len(set(steps)) < len(steps)
    feeling = (
        _LEVEL[item] + case.region.leniency - _SPEED_WEIGHT[item] * math.log(hours / 36)
        - 0.35 * again + 0.9 * world.draws.normal("score", item, case.key)
    )
    return min(5, max(1, round(feeling)))


def write_surveys(folder: Path, world: World, events: Events) -> None:
    """Write the four questionnaires: customers and staff, before and during the pilot."""
    first, last = second(PILOT_START), second(CUT)
    before = [chain for chain in events.values()
              if in_baseline(chain[0].case) and chain[-1].end < first - DAY]
    during = [chain for chain in events.values()
              if in_extract(chain[0].case) and chain[-1].end < last - DAY]
    write_csv(folder / "survey_customers.csv", _customers(world, before, "A"))
    write_csv(folder / "pilot" / "survey_customers.csv", _customers(world, during, "B"))
    write_csv(folder / "survey_staff.csv", _staff(world, date(2025, 6, 3), piloted=False))
    write_csv(folder / "pilot" / "survey_staff.csv", _staff(world, date(2025, 9, 16), piloted=True))


def _customers(world: World, chains: list[list[Event]], wave: str) -> Iterator[list[object]]:
    labels = world.labels
    yield [*map(labels.header, ("respondent", "date", "case_id", "unit", "comment")),
           *(labels.items[item] for item in CUSTOMER_ITEMS)]
    answering = (chain for chain in sorted(chains, key=lambda chain: chain[-1].end)
                 if world.draws.chance(RESPONSE, "answers", chain[0].case.key))
    for number, chain in enumerate(answering, start=1):
        case = chain[0].case
        scores = [score(world, chain, item) for item in CUSTOMER_ITEMS]
        skipped = world.draws.chance(0.02, "skips", case.key)
        yield [
            f"{wave}{number:04d}", f"{clock(chain[-1].end + 6 * HOUR):%Y-%m-%d}",
            f"{labels.other['case_prefix']}{case.number:06d}", labels.regions[case.region.key],
            _comment(world, chain, scores[0]), *scores[:-1], "" if skipped else scores[-1],
        ]


def _comment(world: World, chain: list[Event], overall: int) -> str:
    if not world.draws.chance(0.12, "comments", chain[0].case.key):
        return ""
    if sum(event.step == "handle" for event in chain) > 1:
        return world.labels.other["comment_again"]
    return world.labels.other["comment_fine" if overall > 3 else "comment_slow"]


def _staff(world: World, day: date, *, piloted: bool) -> Iterator[list[object]]:
    labels = world.labels
    yield [*map(labels.header, ("respondent", "date", "unit", "role", "comment")),
           *(labels.items[item] for item in STAFF_ITEMS)]
    number = 0
    for region in REGIONS:
        changed = piloted and world.scenario.effect and region.key == PILOT_REGION
        for person in range(region.agents + region.clerks):
            key = (region.key, person, piloted)
            number += 1
            if not world.draws.chance(0.85, "staff answers", *key):
                continue
            level = {"authority": 2.2, "routing": 2.9, "load": 2.8, "tools": 3.0}
            lift = {"authority": 1.5, "routing": 0.8, "load": 0.4, "tools": 0.3}
            scores = [
                min(5, max(1, round(level[item] + changed * lift[item]
                                    + 0.8 * world.draws.normal("staff", item, *key))))
                for item in STAFF_ITEMS
            ]
            note = "comment_staff_fine" if changed else "comment_staff_wait"
            comment = labels.other[note] if world.draws.chance(0.3, "staff note", *key) else ""
            wave = "T" if piloted else "S"
            yield [f"{wave}{number:02d}", day_of(second(day)).isoformat(),
                   labels.regions[region.key],
                   f"{labels.prefixes[region.key]}-{'K' if person < region.agents else 'A'}",
                   comment, *scores]
