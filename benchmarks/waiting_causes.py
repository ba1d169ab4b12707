"""Are the causes of waiting found again? Simulated work whose every wait has a known cause.

    python benchmarks/waiting_causes.py

writes benchmarks/RESULTS-waiting.md: for each mix and seed the share of each cause as it was
planted and as it was found from the log alone (resources, starts and ends; no calendar).

Two ways to make a log. *Simulated*: cases flow through activities, each with a pool of people who
have hours, take the oldest work first or let some cases jump the queue, collect work until enough
is there or until an hour of the day, and ask for some of it only after a delay. *Constructed*: each
activity has one cause and its own people, and its waits are written down directly.

The truth follows Lashkevich et al. (2023): batching until the last of the batch was enabled, then,
while the person was busy, contention where any of that work was enabled no later and
prioritisation where all of it was enabled later, then unavailability while off duty, then
extraneous. Rules were chosen on the mixes of `DEVELOPMENT`; those of `HELD_OUT` only judge them.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import random
import sys
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from workbench.model import EventLog

CAUSES = ("batching", "contention", "prioritisation", "unavailability", "extraneous")
MINUTE = 60_000_000
DAY = 1440
WEEK = 7 * DAY
FIRST = "2026-01-05T00:00:00Z"  # a Monday
WEEKDAYS = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Duty:
    """The days of the week and the minutes of the day that somebody works."""

    spans: tuple[tuple[int, int], ...] = ((0, DAY),)
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)

    def on(self, moment: int) -> bool:
        """Whether a moment (microseconds) is on duty."""
        minute = moment // MINUTE % DAY
        return (moment // MINUTE // DAY % 7 in self.days
                and any(begin <= minute < end for begin, end in self.spans))

    def begins(self, moment: int) -> int:
        """The first moment on duty that is not before a moment."""
        day = moment // MINUTE // DAY
        for later in itertools.count(day):
            if later % 7 in self.days:
                for begin, end in self.spans:
                    if moment < (later * DAY + end) * MINUTE:
                        return max(moment, (later * DAY + begin) * MINUTE)
        raise AssertionError

    def served(self, begin: int, end: int) -> int:
        """The microseconds on duty between two moments."""
        total = 0
        for day in range(begin // MINUTE // DAY, end // MINUTE // DAY + 1):
            if day % 7 in self.days:
                for opens, closes in self.spans:
                    total += max(0, min(end, (day * DAY + closes) * MINUTE)
                                 - max(begin, (day * DAY + opens) * MINUTE))
        return total


ALWAYS = Duty()
OFFICE = Duty(((9 * 60, 17 * 60),), WEEKDAYS)
HALF_PAST = Duty(((9 * 60 + 30, 17 * 60 + 30),), WEEKDAYS)
LUNCH = Duty(((8 * 60, 12 * 60), (13 * 60, 17 * 60)), WEEKDAYS)
EARLY = Duty(((6 * 60, 14 * 60),))
LATE = Duty(((14 * 60, 22 * 60),))


@dataclass(frozen=True)
class Step:
    """An activity: its people (one duty each), how long its work takes, and how it is taken up."""

    people: tuple[Duty, ...]
    minutes: float
    size: int = 0  # of a batch; 0 is none
    hour: float | None = None  # of the day at which what has come is a batch
    parallel: bool = False
    delayed: float = 0.0  # share of the work that is asked for late
    delay: float = 0.0  # by so many minutes in the mean
    skipped: float = 0.0  # share of cases without it


@dataclass(frozen=True)
class Mix:
    """A world to simulate: its steps, the minutes between cases, and the share that is urgent."""

    name: str
    steps: tuple[Step, ...]
    gap: float
    cases: int = 2500
    urgent: float = 0.0


@dataclass(eq=False)
class Work:
    """One instance of an activity."""

    case: int
    step: int
    enabled: int
    urgent: bool
    complete: int | None = None
    person: tuple[int, int] = (0, 0)
    start: int = 0
    end: int = 0
    truth: dict[str, int] = field(default_factory=dict)


class Simulation:
    """Runs a mix: all moments are whole microseconds since Monday, 00:00."""

    def __init__(self, mix: Mix, seed: int) -> None:
        self.mix, self.chance = mix, random.Random(seed)
        self.agenda: list[tuple[int, int, str, object]] = []
        self.order = itertools.count()
        self.collected: dict[int, list[Work]] = defaultdict(list)
        self.queues: dict[int, list[tuple[bool, int, int, list[Work]]]] = defaultdict(list)
        self.free = {(step, number): 0 for step, each in enumerate(mix.steps)
                     for number in range(len(each.people))}
        self.done: list[Work] = []
        self.arrived: dict[int, tuple[int, int]] = {}

    def at(self, moment: int, what: str, about: object) -> None:
        """Write something into the agenda."""
        heapq.heappush(self.agenda, (moment, next(self.order), what, about))

    def run(self) -> None:
        """Let all cases come and be worked on."""
        moment = 0
        for case in range(self.mix.cases):
            moment += int(self.chance.expovariate(1 / (self.mix.gap * MINUTE))) + 1
            urgent = self.chance.random() < self.mix.urgent
            taken = moment + int(self.chance.uniform(1, 5) * MINUTE)
            self.arrived[case] = (moment, taken)
            self.enable(case, 0, taken, urgent=urgent)
        for step, each in enumerate(self.mix.steps):
            if each.hour is not None:
                for day in range(moment // MINUTE // DAY + 60):
                    self.at(int((day * DAY + each.hour * 60) * MINUTE), "strike", step)
        while self.agenda:
            now, _, what, about = heapq.heappop(self.agenda)
            if what == "ask":
                assert isinstance(about, Work)  # noqa: S101 - as it was written
                self.ask(about, now)
            elif what == "strike":
                assert isinstance(about, int)  # noqa: S101 - as it was written
                if self.collected[about]:
                    self.ready(about, self.collected.pop(about), now)
            else:
                assert isinstance(about, int)  # noqa: S101 - as it was written
                self.take(about, now)

    def enable(self, case: int, step: int, moment: int, *, urgent: bool) -> None:
        """Make the next work of a case possible; it is asked for now or late."""
        while step < len(self.mix.steps) and self.chance.random() < self.mix.steps[step].skipped:
            step += 1
        if step == len(self.mix.steps):
            return
        each, late = self.mix.steps[step], 0
        if self.chance.random() < each.delayed:
            late = int(self.chance.expovariate(1 / (each.delay * MINUTE)))
        self.at(moment + late, "ask", Work(case, step, moment, urgent))

    def ask(self, work: Work, now: int) -> None:
        """Queue work, or collect it where it is done in batches."""
        each = self.mix.steps[work.step]
        if not each.size and each.hour is None:
            self.ready(work.step, [work], now)
            return
        waiting = self.collected[work.step]
        waiting.append(work)
        if each.size and len(waiting) == each.size:
            self.ready(work.step, self.collected.pop(work.step), now)

    def ready(self, step: int, batch: list[Work], now: int) -> None:
        """Queue a batch that is complete."""
        if len(batch) > 1:
            complete = max(work.enabled for work in batch)
            for work in batch:
                work.complete = complete
        urgent = batch[0].urgent
        heapq.heappush(self.queues[step], (not urgent, batch[0].enabled, next(self.order), batch))
        self.take(step, now)

    def take(self, step: int, now: int) -> None:
        """Give work to whoever of a step is free and on duty."""
        each, queue = self.mix.steps[step], self.queues[step]
        people = list(range(len(each.people)))
        self.chance.shuffle(people)
        for number in people:
            if not queue:
                return
            if self.free[step, number] <= now:
                if each.people[number].on(now):
                    self.work_on(heapq.heappop(queue)[-1], step, number, now)
                else:
                    self.at(each.people[number].begins(now), "take", step)

    def work_on(self, batch: list[Work], step: int, number: int, now: int) -> None:
        """Let somebody do a batch."""
        each, moment = self.mix.steps[step], now
        for work in batch:
            if not each.parallel or work is batch[0]:
                begun = each.people[number].begins(moment)
                moment = begun + int(self.chance.uniform(.5, 1.5) * each.minutes * MINUTE) + 1
            work.person, work.start, work.end = (step, number), begun, moment
            self.done.append(work)
            self.enable(work.case, step + 1, moment, urgent=work.urgent)
        self.free[step, number] = moment
        self.at(moment, "take", step)


def judge(done: list[Work], duties: dict[tuple[int, int], Duty]) -> None:
    """Write the truth of each wait, from what was planted and who was busy when."""
    by_person: dict[tuple[int, int], list[Work]] = defaultdict(list)
    for work in done:
        by_person[work.person].append(work)
    for person, works in by_person.items():
        works.sort(key=lambda work: work.start)
        starts = [work.start for work in works]
        longest = max(work.end - work.start for work in works)
        for work in works:
            since = work.complete if work.complete is not None else work.enabled
            first = bisect_left(starts, since - longest)
            others = [other for other in works[first:bisect_left(starts, work.start)]
                      if other.end > since]
            work.truth = _truth(work, since, others, duties[person])


def _truth(work: Work, since: int, others: list[Work], duty: Duty) -> dict[str, int]:
    found = dict.fromkeys(CAUSES, 0)
    found["batching"] = since - work.enabled
    edges = sorted({since, work.start, *(max(other.start, since) for other in others),
                    *(min(other.end, work.start) for other in others)})
    for begin, end in itertools.pairwise(edges):
        running = [other for other in others if other.start <= begin and other.end >= end]
        if any(other.enabled <= work.enabled for other in running):
            found["contention"] += end - begin
        elif running:
            found["prioritisation"] += end - begin
        else:
            served = duty.served(begin, end)
            found["extraneous"] += served
            found["unavailability"] += end - begin - served
    return found


@dataclass(frozen=True)
class Planted:
    """A log and its truth: the typed rows of intake, and the microseconds of each cause."""

    rows: pd.DataFrame
    truth: dict[str, int]
    by_activity: dict[str, dict[str, int]]


def simulate(mix: Mix, seed: int) -> Planted:
    """The log of a mix that was simulated."""
    made = Simulation(mix, seed)
    made.run()
    judge(made.done, {(step, number): duty for step, each in enumerate(mix.steps)
                      for number, duty in enumerate(each.people)})
    return _planted(made.done, made.arrived)


def _planted(done: list[Work], arrived: dict[int, tuple[int, int]]) -> Planted:
    import pandas as pd

    rows = [(f"case{case}", "arrive", None, begun, ended)
            for case, (begun, ended) in arrived.items()]
    rows += [(f"case{work.case}", f"step {work.step}", f"person {work.person[0]}.{work.person[1]}",
              work.start, work.end) for work in done]
    typed = pd.DataFrame(rows, columns=["case_id", "activity", "resource", "start", "end"])
    for name in ("start", "end"):
        typed[name] = (pd.Timestamp(FIRST) + pd.to_timedelta(typed[name], unit="us")
                       ).astype("datetime64[us, UTC]")
    typed["sequence"] = range(len(typed))
    by_activity: dict[str, dict[str, int]] = defaultdict(Counter)
    for work in done:
        by_activity[f"step {work.step}"].update(work.truth)  # type: ignore[attr-defined]
    totals = Counter()
    for each in by_activity.values():
        totals.update(each)
    return Planted(typed, {cause: totals[cause] for cause in CAUSES}, dict(by_activity))


@dataclass(frozen=True)
class Build:
    """A constructed log: how many waits of each cause, by how many people each."""

    name: str
    waits: tuple[int, int, int, int, int]  # in the order of CAUSES
    people: tuple[int, int, int, int, int] = (2, 2, 2, 2, 2)
    size: int = 5
    parallel: bool = False
    duty: Duty = OFFICE
    days: int = 60


def construct(build: Build, seed: int) -> Planted:
    """The log of a build: one activity for each cause, each with its own people."""
    chance = random.Random(seed)
    case = itertools.count()
    done: list[Work] = []
    makers = (_batches, _queue, _overtakers, _mornings, _delays)
    for step, (make, count, people) in enumerate(
            zip(makers, build.waits, build.people, strict=True)):
        for number in range(people):
            for work in make(build, chance, count // people) if count else ():
                work.case, work.step, work.person = next(case), step, (step, number)
                done.append(work)
    duties = {(step, number): build.duty if step == 3 else ALWAYS
              for step in range(5) for number in range(max(build.people))}
    judge(done, duties)
    arrived = {work.case: (work.enabled - 7 * MINUTE, work.enabled) for work in done}
    return _planted(done, arrived)


def _moments(build: Build, chance: random.Random, count: int) -> list[int]:
    return sorted(chance.randrange(build.days * DAY * MINUTE) for _ in range(count))


def _batches(build: Build, chance: random.Random, count: int) -> list[Work]:
    found, moments = [], _moments(build, chance, count)
    free = 0
    for first in range(0, len(moments) - build.size + 1, build.size):
        batch = [Work(0, 0, moment, urgent=False) for moment in moments[first:first + build.size]]
        begun = max(free, batch[-1].enabled)
        for work in batch:
            work.complete, work.start = batch[-1].enabled, begun
            work.end = begun + int(chance.uniform(2, 9) * MINUTE)
            if not build.parallel:
                begun = work.end
        if build.parallel:
            last = max(work.end for work in batch)
            for work in batch:
                work.end = last
        free = batch[-1].end
        found += batch
    return found


def _queue(build: Build, chance: random.Random, count: int) -> list[Work]:
    found, free = [], 0
    mean = build.days * DAY / max(count, 1) * .85
    for moment in _moments(build, chance, count):
        begun = max(moment, free)
        free = begun + int(chance.uniform(.3, 1.7) * mean * MINUTE)
        found.append(Work(0, 0, moment, urgent=False, start=begun, end=free))
    return found


def _overtakers(build: Build, chance: random.Random, count: int) -> list[Work]:
    found = []
    gap = build.days * DAY * MINUTE // max(count // 2, 1)
    for number in range(count // 2):
        moment = number * gap + chance.randrange(gap // 4)
        long = int(chance.uniform(.1, .4) * gap)
        later = moment + chance.randrange(1, MINUTE)
        found.append(Work(0, 0, later, urgent=False, start=later, end=later + long))
        found.append(Work(0, 0, moment, urgent=False, start=later + long,
                          end=later + long + gap // 10))
    return found


def _mornings(build: Build, chance: random.Random, count: int) -> list[Work]:
    found, free = [], 0
    for moment in _moments(build, chance, count):
        begun = build.duty.begins(max(moment, free))
        free = begun + int(chance.uniform(1, 3) * MINUTE)
        found.append(Work(0, 0, moment, urgent=False, start=begun, end=free))
    return found


def _delays(build: Build, chance: random.Random, count: int) -> list[Work]:
    late = [(moment + int(chance.expovariate(1 / (300 * MINUTE))), moment)
            for moment in _moments(build, chance, count)]
    found, free = [], 0
    for asked, moment in sorted(late):
        begun = max(asked, free)
        free = begun + int(chance.uniform(1, 3) * MINUTE)
        found.append(Work(0, 0, moment, urgent=False, start=begun, end=free))
    return found


DEVELOPMENT: tuple[Mix | Build, ...] = (
    Mix("queues", (Step((ALWAYS,) * 2, 50), Step((ALWAYS,), 24), Step((ALWAYS,) * 3, 80)), 30),
    Mix("office queues", (Step((OFFICE,) * 3, 40), Step((OFFICE,) * 4, 55),
                          Step((OFFICE,) * 3, 30)), 70, 3000),
    Mix("urgent", (Step((ALWAYS,) * 2, 52), Step((OFFICE,) * 4, 25), Step((ALWAYS,), 25)), 30,
        3000, .25),
    Mix("batches", (Step((ALWAYS,), 12, size=6), Step((ALWAYS,) * 2, 40),
                    Step((ALWAYS,), 60, size=8, parallel=True)), 30),
    Mix("busy batches", (Step((ALWAYS,), 25, size=5), Step((ALWAYS,) * 2, 50, size=10)), 30),
    Mix("batch and night", (Step((OFFICE,) * 2, 20, size=8), Step((OFFICE,) * 2, 25),
                            Step((HALF_PAST,) * 3, 40)), 60, 3000),
    Mix("daily", (Step((OFFICE,) * 2, 4, hour=15), Step((LUNCH,) * 3, 30)), 40, 3000),
    Mix("delays", (Step((ALWAYS,) * 2, 30, delayed=.7, delay=300),
                   Step((OFFICE,) * 3, 25, delayed=.4, delay=600), Step((ALWAYS,), 18)), 30),
    Mix("everything", (Step((OFFICE,) * 3, 25, size=4), Step((EARLY, LATE), 25),
                       Step((ALWAYS,) * 2, 45, delayed=.3, delay=240),
                       Step((LUNCH,) * 4, 35, hour=14), Step((ALWAYS,), 24)), 40, 3000, .15),
    Mix("short", (Step((OFFICE,) * 2, 20, size=4), Step((HALF_PAST,) * 5, 40)), 60, 400),
    Build("built", (1000, 1000, 1000, 1000, 1000)),
    Build("built parallel", (1500, 500, 1000, 700, 300), parallel=True, size=10),
    Build("built, many people", (600, 600, 600, 600, 600), (10, 5, 10, 12, 10), days=90),
    Build("built, lunch", (300, 900, 300, 900, 900), (2, 1, 3, 3, 4), duty=LUNCH),
    Build("built, small", (100, 100, 100, 150, 100), (1, 1, 1, 2, 2), days=30),
    Mix("one queue", (Step((ALWAYS,), 41), Step((ALWAYS,) * 4, 150)), 45),
    Mix("shifts", (Step((EARLY, EARLY, LATE), 32), Step((LATE,) * 2, 12), Step((EARLY,) * 2, 11)),
        35, 4000),
    Mix("urgent batches", (Step((ALWAYS,) * 3, 70), Step((ALWAYS,), 9, size=12),
                           Step((LUNCH,) * 3, 18)), 26, 3000, .4),
    Mix("small batches", (Step((ALWAYS,) * 2, 30, size=2), Step((ALWAYS,), 17, size=3)), 25),
    Mix("large parallel", (Step((HALF_PAST,) * 2, 90, size=20, parallel=True),
                           Step((ALWAYS,), 18, delayed=.2, delay=900)), 25, 4000),
    Mix("weekly office", (Step((Duty(((450, 960),), (0, 1, 2, 3, 4, 5)),) * 2, 19),
                          Step((Duty(((600, 1140),), (1, 2, 3, 4)),) * 5, 45)), 75, 3000),
    Mix("noon and evening", (Step((ALWAYS,), 3, hour=12), Step((ALWAYS,), 2.5, hour=18),
                             Step((ALWAYS,) * 2, 35)), 28, 3000),
    Mix("late asking", (Step((HALF_PAST,) * 4, 45, delayed=.5, delay=1500),
                        Step((ALWAYS,), 6, delayed=.9, delay=60),
                        Step((LUNCH,) * 3, 28, skipped=.4)), 55, 2500),
    Mix("all at once", (Step((LUNCH,) * 3, 20, size=6), Step((ALWAYS,) * 2, 33),
                        Step((HALF_PAST,) * 3, 25, delayed=.3, delay=400),
                        Step((LATE,), 3, hour=20), Step((EARLY, LATE), 17)), 48, 3000, .2),
    Mix("a few", (Step((LUNCH,) * 2, 15, size=5, parallel=True), Step((OFFICE,) * 2, 22)), 70, 300),
    Build("build", (800, 1200, 400, 900, 700), (4, 2, 1, 3, 2), size=7, duty=HALF_PAST),
    Build("build, shift", (900, 300, 900, 900, 600), (3, 3, 3, 3, 3), size=3, duty=LATE, days=40),
    Build("build, pairs", (500, 500, 500, 500, 500), (1, 1, 1, 1, 1), size=2, days=45),
    Build("build, crowd", (900, 300, 300, 1000, 900), (15, 3, 5, 20, 15), size=4, days=120),
    Build("build, tiny", (60, 60, 60, 90, 60), (1, 1, 1, 1, 1), size=4, days=21),
)

HELD_OUT: tuple[Mix | Build, ...] = (
    Mix("clinic", (Step((Duty(((480, 780), (840, 1080)), WEEKDAYS),) * 4, 35, delayed=.2,
                        delay=2000),
                   Step((Duty(((450, 930),), WEEKDAYS),) * 2, 10, size=15)), 70, 3000, .1),
    Mix("three shifts", (Step((EARLY, LATE, Duty(((0, 360), (1320, 1440)))), 20, size=5),
                         Step((EARLY, LATE, LATE), 33)), 32, 4000),
    Mix("print run", (Step((ALWAYS,), 45, size=16, parallel=True), Step((OFFICE,) * 4, 30),
                      Step((HALF_PAST,) * 2, 3, hour=11)), 60, 2500, .3),
    Mix("slow", (Step((OFFICE,) * 3, 60, delayed=.6, delay=3000), Step((ALWAYS,), 20, size=4)),
        110, 1500),
    Mix("crowd", (Step((OFFICE,) * 25, 300, delayed=.1, delay=900), Step((HALF_PAST,) * 15, 150),
                  Step((ALWAYS,) * 2, 30)), 55, 4000, .15),
    Mix("heavy sequence", (Step((ALWAYS,), 22, size=9), Step((OFFICE,) * 4, 22, size=3),
                           Step((ALWAYS,), 24, skipped=.1)), 28, 3000),
    Mix("weekend", (Step((Duty(((600, 1200),), (5, 6)),) * 5, 30),
                    Step((LUNCH,) * 3, 20, size=7)), 60, 2500),
    Mix("only delays", (Step((ALWAYS,) * 3, 10, delayed=1, delay=200),
                        Step((ALWAYS,) * 2, 8, delayed=.3, delay=60)), 20, 3000),
    Mix("brief", (Step((OFFICE,) * 3, 30, delayed=.3, delay=300), Step((ALWAYS,), 20, size=3)),
        60, 250),
    Mix("urgent nights", (Step((HALF_PAST,) * 3, 25), Step((OFFICE,) * 3, 28)), 65, 3000, .5),
    Build("made", (700, 900, 1100, 500, 800), (3, 1, 2, 2, 4), size=6, duty=LUNCH, days=75),
    Build("made, parallel pairs", (1000, 800, 300, 900, 500), (2, 2, 2, 4, 3), size=2,
          parallel=True, duty=EARLY),
    Build("made, long", (300, 300, 300, 300, 900), (1, 1, 1, 1, 1), size=12, days=150),
    Build("made, by hand", (40, 40, 40, 120, 40), (1, 1, 1, 3, 1), size=5, days=14),
    Build("made, spread", (1200, 1200, 200, 1200, 1200), (20, 10, 4, 24, 20), size=3, days=100),
)


def read(planted: Planted) -> EventLog:
    """The log as any other is read: without its truth, without a calendar."""
    from workbench import sample

    return sample.from_rows(planted.rows)


def made(world: Mix | Build, seed: int) -> Planted:
    """The log of a world with its truth."""
    return simulate(world, seed) if isinstance(world, Mix) else construct(world, seed)


def compare(planted: Planted) -> tuple[dict[str, float], dict[str, float]]:
    """The share of each cause of all waiting: as planted, and as found."""
    from workbench.metrics.waiting import waiting_causes

    found = waiting_causes(read(planted)).groupby("cause")["hours"].sum()
    total, whole = sum(planted.truth.values()), float(found.sum())
    return ({cause: planted.truth[cause] / total for cause in CAUSES},
            {cause: float(found.get(cause, 0.0)) / whole for cause in CAUSES})


def main() -> None:
    """Run all worlds and write the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--only", default="", help="names of worlds that contain this")
    options.add_argument("--held-out", action="store_true", help="these alone")
    options.add_argument("--development", action="store_true", help="these alone")
    options.add_argument("--seeds", type=int, default=1)
    options.add_argument("--detail", action="store_true", help="print each activity too")
    options.add_argument("--results", type=Path)
    asked = options.parse_args()
    lines, worst = [], 0.0
    for kind, worlds, first in (("development", DEVELOPMENT, 1), ("held out", HELD_OUT, 1001)):
        if kind == ("development" if asked.held_out else "held out" if asked.development else ""):
            continue
        for world in worlds:
            if asked.only not in world.name:
                continue
            for seed in range(first, first + asked.seeds):
                planted = made(world, seed)
                began = perf_counter()
                told, found = compare(planted)
                took = perf_counter() - began
                off = max(abs(told[cause] - found[cause]) for cause in CAUSES)
                worst = max(worst, off)
                pairs = " | ".join(f"{told[cause]:.3f} → {found[cause]:.3f}" for cause in CAUSES)
                lines.append(f"| {kind} | {world.name} | {seed} | {len(planted.rows)} | {pairs} "
                             f"| {off:.3f} |")
                print(("!! " if off > 0.05 else "") + lines[-1], f"{took:.1f}s", flush=True)
                if asked.detail:
                    detail(planted)
    print(f"worst {worst:.3f}", file=sys.stderr)
    if asked.results:
        asked.results.write_text(_report(lines, worst), encoding="utf-8")


def detail(planted: Planted) -> None:
    """Print each activity's hours, planted and found."""
    from workbench.metrics.waiting import waiting_causes

    found = waiting_causes(read(planted)).set_index(["activity", "cause"])["hours"]
    for activity, truth in sorted(planted.by_activity.items()):
        print("    ", activity, {cause: (round(truth[cause] / 3.6e9), round(float(
            found.get((activity, cause), 0.0)))) for cause in CAUSES})


def _report(lines: list[str], worst: float) -> str:
    head = ("| set | world | seed | events | " + " | ".join(CAUSES) + " | largest difference |\n"
            "|---|---|---|---|" + "---|" * (len(CAUSES) + 1) + "\n")
    return (f"# Causes of waiting, planted and found\n\n{len(lines)} logs, made by "
            "`make waiting-causes`. Shares of all waiting, planted → found from the log alone; "
            "what the worlds are stands in `benchmarks/waiting_causes.py`. Rules were chosen on "
            "the development worlds; the others only judge them. Largest difference of any share: "
            f"{worst:.3f}.\n\n{head}" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
