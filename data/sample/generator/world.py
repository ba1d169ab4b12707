"""One world with its people, cases and rules, and the other worlds it is compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from generator.arrivals import Case, arrivals
from generator.draws import Draws
from generator.floor import Event, simulate
from generator.journey import OLD_RULES, PILOT_LIMIT, Rules
from generator.labels import Labels, load_labels, slow_step
from generator.scenario import CUT, PILOT_REGION, PILOT_START, Scenario, second

Events = dict[int, list[Event]]


@dataclass(frozen=True)
class World:
    """A scenario with everything that follows from it.

    A case obeys the rules that were in force where and when it arrived: a case that was open
    when the pilot began keeps the old ones.
    """

    scenario: Scenario
    labels: Labels
    draws: Draws
    cases: list[Case]
    old: Rules

    def events(self) -> Events:
        """What happened."""
        return self._run(self._rules if self.scenario.effect else lambda _: self.old)

    def without_pilot(self) -> Events:
        """What would have happened had the pilot's change never come."""
        return self._run(lambda _: self.old)

    def without_signatures(self) -> Events:
        """What would have happened had no refund ever needed a signature."""
        return self._run(lambda _: replace(self.old, refund_limit=float("inf")))

    def without_misclassification(self) -> Events:
        """What would have happened had every first classification been right."""
        return self._run(lambda _: replace(self.old, perfect_triage=True))

    def _rules(self, case: Case) -> Rules:
        if case.region.key != PILOT_REGION or case.start < second(PILOT_START):
            return self.old
        return replace(self.old, refund_limit=PILOT_LIMIT, automatic_triage=True)

    def _run(self, rules: Callable[[Case], Rules]) -> Events:
        return simulate(
            self.cases, rules, self.draws, self.labels.prefixes, self.scenario.cases,
        )


def make_world(scenario: Scenario) -> World:
    """The world of a scenario, not yet run."""
    labels, draws = load_labels(scenario), Draws(scenario.seed)
    old = replace(OLD_RULES, slow_step=slow_step(scenario, labels))
    return World(scenario, labels, draws, arrivals(scenario, draws), old)


def in_baseline(case: Case) -> bool:
    """Whether a case arrived in the 26 weeks before the pilot."""
    return 0 <= case.start < second(PILOT_START)


def in_extract(case: Case) -> bool:
    """Whether a case arrived between the start of the pilot and the last cut."""
    return second(PILOT_START) <= case.start < second(CUT)
