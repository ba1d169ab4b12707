"""What was planted, measured in the simulated world itself: only tests read it.

Effects are differences between two runs with the same luck (common random numbers): with and
without the pilot's change, the signatures, the wrong classifications.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from statistics import fmean, median

from generator.arrivals import Case
from generator.floor import Event
from generator.journey import PILOT_LIMIT
from generator.scenario import (
    APPROVALS,
    HORIZON_HOURS,
    HOUR,
    ON_TIME_HOURS,
    PILOT_END,
    PILOT_REGION,
    PILOT_START,
    PROMISE_HOURS,
    second,
)
from generator.surveys import score
from generator.world import Events, World, in_baseline

Chain = list[Event]


def measure(world: World, events: Events) -> dict[str, object]:
    """Everything that was planted, by topic; names are those of the client folder."""
    baseline = _chains(events, in_baseline)
    return {
        "baseline": _baseline(baseline),
        "cause": _cause(world, baseline),
        "rework": _rework(world, baseline),
        "steps": _steps(world, baseline),
        "regions": _regions(world, baseline),
        "pilot": _pilot(world, events),
    }


def throughput_hours(chain: Chain) -> float:
    """From the complaint to the last event."""
    return (chain[-1].end - chain[0].start) / HOUR


def followed_log(chain: Chain) -> float:
    """The logarithm of min(throughput, horizon), floored at a minute."""
    return math.log(max(1 / 60, min(throughput_hours(chain), HORIZON_HOURS)))


def reworked(chain: Chain) -> bool:
    """Whether any step occurred twice or more."""
    return len({event.step for event in chain}) < len(chain)


def waits(chain: Chain) -> list[tuple[str, float]]:
    """Per event after the first: its step and the hours from the latest end before to its start."""
    latest, found = chain[0].end, []
    for event in chain[1:]:
        found.append((event.step, max(0.0, event.start - latest) / HOUR))
        latest = max(latest, event.end)
    return found


def _chains(events: Events, wanted: Callable[[Case], bool]) -> list[Chain]:
    return [chain for chain in events.values() if wanted(chain[0].case)]


def _share(values: Iterable[bool]) -> float:
    return round(fmean(float(value) for value in values), 5)


def _baseline(chains: list[Chain]) -> dict[str, object]:
    hours = [throughput_hours(chain) for chain in chains]
    return {
        "cases": len(chains),
        "open_at_cut": sum(chain[-1].end > second(PILOT_START) for chain in chains),
        "withdrawn": sum(chain[-1].step == "withdraw" for chain in chains),
        "median_hours": round(median(hours), 3),
        "geometric_mean_hours": round(math.exp(fmean(map(followed_log, chains))), 3),
        "within_promise": _share(value <= PROMISE_HOURS for value in hours),
        "on_time": _share(value <= ON_TIME_HOURS for value in hours),
        "rework_rate": _share(map(reworked, chains)),
    }


def _cause(world: World, chains: list[Chain]) -> dict[str, object]:
    """The planted cause: where the sign-offs are waited for, and what each costs."""
    slow = world.old.slow_step
    steps = APPROVALS if slow == "approvals" else (slow,)
    by_step = _waiting_hours(chains)
    signed = [chain for chain in chains
              if chain[0].case.refund and chain[-1].step != "withdraw"]
    free = world.without_signatures()
    extra = sum(throughput_hours(chain) - throughput_hours(free[chain[0].case.number])
                for chain in signed)
    return {
        "activities": [world.labels.steps[step] for step in steps],
        "stratum": world.labels.demands["refund"],
        "share_of_waiting": round(sum(by_step[step] for step in steps) / sum(by_step.values()), 5),
        "cases": len(signed),
        "signatures": sum(chain[0].case.approvals for chain in signed),
        "hours_per_case": round(extra / len(signed), 3),
        "hours_per_signature": round(extra / sum(c[0].case.approvals for c in signed), 3),
        "median_hours_by_signatures": {
            str(count): round(median(throughput_hours(chain) for chain in chains
                                     if chain[0].case.approvals == count), 3)
            for count in range(4)
        },
    }


def _waiting_hours(chains: list[Chain]) -> dict[str, float]:
    hours: dict[str, float] = defaultdict(float)
    for chain in chains:
        for step, waited in waits(chain):
            hours[step] += waited
    return hours


def _rework(world: World, chains: list[Chain]) -> dict[str, object]:
    wrong = [chain for chain in chains if any(e.task.result == "misrouted" for e in chain)]
    right = world.without_misclassification()
    extra = sum(throughput_hours(chain) - throughput_hours(right[chain[0].case.number])
                for chain in wrong)
    return {
        "activity": world.labels.steps["classify"],
        "repeated": [world.labels.steps[step] for step in ("classify", "assign", "handle")],
        "misclassified_cases": len(wrong),
        "misclassified_rate": round(len(wrong) / len(chains), 5),
        "share_of_reworked": round(len(wrong) / sum(map(reworked, chains)), 5),
        "hours_per_misclassified_case": round(extra / len(wrong), 3),
    }


def _steps(world: World, chains: list[Chain]) -> dict[str, object]:
    by_step = _waiting_hours(chains)
    total = sum(by_step.values())
    times: dict[str, list[float]] = defaultdict(list)
    for event in (event for chain in chains for event in chain):
        times[event.step].append((event.end - event.start) / HOUR)
    return {
        world.labels.steps[step]: {
            "events": len(hours),
            "waiting_hours": round(by_step[step], 2),
            "share_of_waiting": round(by_step[step] / total, 5),
            "median_processing_hours": round(median(hours), 4),
        }
        for step, hours in sorted(times.items())
    }


def _regions(world: World, chains: list[Chain]) -> dict[str, object]:
    grouped: dict[str, list[Chain]] = defaultdict(list)
    for chain in chains:
        grouped[chain[0].case.region.key].append(chain)
    return {
        world.labels.regions[key]: {
            "cases": len(group),
            "median_hours": round(median(map(throughput_hours, group)), 3),
            "refund_share": _share(chain[0].case.refund for chain in group),
            "rework_rate": _share(map(reworked, group)),
        }
        for key, group in sorted(grouped.items())
    }


def _pilot(world: World, events: Events) -> dict[str, object]:
    """The change's effect on every target, over the cases that arrived during the pilot."""
    cohort = _chains(events, _in_pilot)
    other = world.without_pilot()
    twins = [other[chain[0].case.number] for chain in cohort]
    gain = [followed_log(one) - followed_log(two)
            for one, two in zip(cohort, twins, strict=True)]
    before = [chain for chain in _chains(events, in_baseline)
              if chain[0].case.region.key == PILOT_REGION]
    return {
        "unit": world.labels.regions[PILOT_REGION],
        "changed": world.scenario.effect,
        "refund_limit": PILOT_LIMIT if world.scenario.effect else 0,
        "cases": len(cohort),
        "throughput": round(math.expm1(fmean(gain)), 5),
        "throughput_at_baseline_mix": round(math.expm1(_at_mix(before, cohort, gain)), 5),
        "rework": _difference(cohort, twins, reworked),
        "on_time": _difference(cohort, twins, lambda c: throughput_hours(c) <= ON_TIME_HOURS),
        "presence": _difference(cohort, twins, lambda c: any(e.step == "correct" for e in c)),
        "satisfaction": _difference(cohort, twins, lambda c: score(world, c, "overall")),
        "naive_before_after": round(_naive(before, cohort), 5),
        "season_of_comparison": round(_season(events), 5),
    }


def _in_pilot(case: Case) -> bool:
    started = second(PILOT_START) <= case.start < second(PILOT_END)
    return started and case.region.key == PILOT_REGION


def _difference(one: list[Chain], two: list[Chain], value: Callable[[Chain], float]) -> float:
    return round(fmean(map(value, one)) - fmean(map(value, two)), 5)


def _at_mix(before: list[Chain], cohort: list[Chain], gain: list[float]) -> float:
    """The mean gain with the kinds of demand weighted as in the pilot unit's baseline."""
    gains: dict[str, list[float]] = defaultdict(list)
    for chain, value in zip(cohort, gain, strict=True):
        gains[chain[0].case.demand].append(value)
    weights = {demand: sum(chain[0].case.demand == demand for chain in before)
               for demand in gains}
    return sum(fmean(gains[key]) * weight for key, weight in weights.items()) / sum(
        weights.values())


def _naive(before: list[Chain], cohort: list[Chain]) -> float:
    """What a plain before/after of finished cases shows at the end of the pilot."""
    finished = [chain for chain in cohort if chain[-1].end < second(PILOT_END)]
    return math.expm1(fmean(map(followed_log, finished)) - fmean(map(followed_log, before)))


def _season(events: Events) -> float:
    """What happened to the comparison regions between the two periods."""
    others = [chain for chain in events.values() if chain[0].case.region.key != PILOT_REGION]
    before = [chain for chain in others if in_baseline(chain[0].case)]
    during = [chain for chain in others
              if second(PILOT_START) <= chain[0].case.start < second(PILOT_END)]
    return math.expm1(fmean(map(followed_log, during)) - fmean(map(followed_log, before)))
