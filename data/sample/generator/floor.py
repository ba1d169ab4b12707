"""The clock: tasks join queues, people take them when they are free and on shift.

Queues are first come, first served, urgent cases before others. Work may be finished after the
end of a shift but not begun. Own scheduler instead of a simulation library: sixty lines, no
dependency, and its order of events is fixed for good (the sample's bytes are tested).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from generator.arrivals import Case
from generator.draws import Draws
from generator.journey import Journey, Rules, Task
from generator.people import Server, staff


@dataclass(frozen=True)
class Event:
    """A finished task: when it was ready, begun and ended (seconds), and by whom."""

    case: Case
    task: Task
    ready: float
    start: float
    end: float
    resource: str

    @property
    def step(self) -> str:
        """The step that was done."""
        return self.task.step


@dataclass
class _Pool:
    servers: list[Server]
    queue: list[tuple[int, float, int, Task]] = field(default_factory=list)
    wakes: set[float] = field(default_factory=set)


class Floor:
    """All pools and one clock."""

    def __init__(self, pools: dict[str, list[Server]], scale: float) -> None:
        self._pools = {name: _Pool(servers) for name, servers in pools.items()}
        self._scale = scale
        self._agenda: list[tuple[float, int, Callable[[float], None]]] = []
        self._count = 0
        self._tasks: dict[int, tuple[Case, Iterator[Task]]] = {}
        self.events: dict[int, list[Event]] = {}

    def run(self, cases: Sequence[Case], journeys: Callable[[Case], Iterator[Task]]) -> None:
        """Follow every case to its end."""
        for case in cases:
            self._tasks[case.number] = (case, journeys(case))
            self.events[case.number] = []
            self._at(case.start, partial(self._advance, case.number))
        while self._agenda:
            moment, _, action = heapq.heappop(self._agenda)
            action(moment)

    def _at(self, moment: float, action: Callable[[float], None]) -> None:
        self._count += 1
        heapq.heappush(self._agenda, (moment, self._count, action))

    def _advance(self, number: int, moment: float) -> None:
        _, tasks = self._tasks[number]
        task = next(tasks, None)
        if task is not None:
            self._at(moment + task.delay, lambda now: self._join(number, task, now))

    def _join(self, number: int, task: Task, moment: float) -> None:
        case, _ = self._tasks[number]
        if not task.pool:
            self._at(moment + task.seconds,
                     lambda now: self._finish(number, task, moment, moment, now, ""))
            return
        name = f"{case.region.key}/{task.pool}"
        pool = self._pools[name]
        heapq.heappush(pool.queue, (0 if case.is_urgent else 1, moment, number, task))
        self._serve(pool, moment)

    def _serve(self, pool: _Pool, moment: float) -> None:
        while pool.queue:
            idle = [person for person in pool.servers if person.busy_until <= moment]
            able = [person for person in idle if person.next_open(moment) == moment]
            if not able:
                self._wake(pool, min((p.next_open(moment) for p in idle), default=float("inf")))
                return
            person = min(able, key=lambda one: (one.busy_until, one.code))
            _, ready, number, task = heapq.heappop(pool.queue)
            self._begin(pool, person, number, task, ready, moment)

    def _begin(
        self, pool: _Pool, person: Server, number: int, task: Task, ready: float, moment: float,
    ) -> None:
        person.busy_until = moment + task.seconds / self._scale
        end, code = moment + task.seconds, person.code
        self._at(person.busy_until, lambda now: self._serve(pool, now))
        self._at(end, lambda now: self._finish(number, task, ready, moment, now, code))

    def _wake(self, pool: _Pool, moment: float) -> None:
        if moment not in pool.wakes and moment != float("inf"):
            pool.wakes.add(moment)
            self._at(moment, lambda now: self._serve(pool, now))

    def _finish(
        self, number: int, task: Task, ready: float, start: float, end: float, resource: str,
    ) -> None:
        case, _ = self._tasks[number]
        if not task.hidden:
            self.events[number].append(Event(case, task, ready, start, end, resource))
        self._advance(number, end)


def simulate(
    cases: Sequence[Case], rules_of: Callable[[Case], Rules], draws: Draws,
    prefixes: dict[str, str], scale: float,
) -> dict[int, list[Event]]:
    """The events of every case, by case number, each list in order."""
    floor = Floor(staff(draws, prefixes), scale)
    floor.run(cases, lambda case: Journey(case, rules_of(case), draws).tasks())
    return floor.events
