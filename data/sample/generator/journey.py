"""The path of one case: which steps it takes, how long each is worked on, whose queue it joins."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from generator.arrivals import Case
from generator.draws import Draws
from generator.scenario import APPROVALS, HOUR

MINUTE = 60
_POOL_OF_APPROVAL = dict(zip(APPROVALS, ("leader", "manager", "finance"), strict=True))


@dataclass(frozen=True)
class Rules:
    """What the organisation allows: the old rules by default.

    `refund_limit`: amounts up to it need nobody's approval. `slow_step`: where the sign-offs sit
    (`approvals`, or the step that waits for them unseen). `perfect_triage` is for measuring
    what wrong classification costs, nothing anybody could introduce.
    """

    refund_limit: float = 0.0
    automatic_triage: bool = False
    perfect_triage: bool = False
    slow_step: str = "approvals"


PILOT_LIMIT = 500.0
OLD_RULES = Rules()


@dataclass(frozen=True)
class Task:
    """A piece of work: its step, the pool that does it (none: the system, at once), its seconds.

    `delay` is how long it takes until the task can join the queue (a customer answers). A
    hidden task leaves no trace in the log.
    """

    step: str
    pool: str = ""
    seconds: float = 0.0
    delay: float = 0.0
    result: str = ""
    hidden: bool = False


class Journey:
    """One case under one set of rules; `tasks()` yields its work in order."""

    def __init__(self, case: Case, rules: Rules, draws: Draws) -> None:
        self.case, self.rules, self.draws = case, rules, draws
        self._seen: dict[str, int] = {}

    def tasks(self) -> Iterator[Task]:
        """All tasks from the complaint to the archive (or to its withdrawal)."""
        yield Task("submit")
        yield from self._record()
        wrong = yield from self._triage(first=True)
        if self._chance(0.016, "withdraws"):
            yield Task("withdraw", delay=self._delay(20, "withdraws after"))
            return
        if self._chance(0.13, "asks back"):
            yield self._work("supplement", "agent", 8, delay=self._delay(14, "answers after", 1.1))
        if wrong:
            yield from self._step("handle", "agent", 25, result="misrouted")
            yield from self._triage(first=False)
        yield from self._step("handle", "agent", 130 if self.case.is_complex else 90)
        yield from self._approvals()
        yield from self._close()
        if self._chance(0.01, "reopens"):
            yield self._work("handle", "agent", 40, delay=self._delay(40, "reopens after"))
            yield from self._close()

    def _record(self) -> Iterator[Task]:
        if self.case.by_web:
            yield Task("record")
        else:
            yield from self._step("record", "clerk", 8)

    def _triage(self, *, first: bool) -> Generator[Task, None, bool]:
        """Classify and assign; returns whether the first classification went wrong."""
        automatic = self.rules.automatic_triage and first and not self.case.is_complex
        if automatic:
            yield from self._signed("classify", Task("classify", seconds=20, result="automatic"))
            yield from self._signed("assign", Task("assign"))
        else:
            yield from self._step("classify", "clerk", 7)
            yield from self._step("assign", "clerk", 4)
        return self._goes_wrong(automatic=automatic)

    def _goes_wrong(self, *, automatic: bool) -> bool:
        if self.rules.perfect_triage:
            return False
        by_hand = self.case.region.misclassified * (1.4 if self.case.is_complex else 0.95)
        return self._chance(0.09 if automatic else by_hand, "misclassified")

    def _approvals(self) -> Iterator[Task]:
        if self._free_of_approval() and self.rules.slow_step == "approvals":
            return
        for level in range(self.case.approvals):
            step = APPROVALS[level]
            returned = level == 0 and self._chance(0.05, "returned")
            if returned:
                yield self._approval(step, "returned")
                yield from self._step("handle", "agent", 25)
            yield self._approval(step, "agreed")

    def _approval(self, step: str, result: str) -> Task:
        quick = self.rules.slow_step != "approvals"
        pool = "desk" if quick else _POOL_OF_APPROVAL[step]
        return self._work(step, pool, 7, result=result)

    def _free_of_approval(self) -> bool:
        return self.case.amount <= self.rules.refund_limit

    def _close(self) -> Iterator[Task]:
        if self._chance(0.1, "reviewed"):
            yield self._work("review", "agent", 9)
        yield from self._step("feedback", "caller", 12)
        if self.case.refund and self._chance(self._error_rate(), "wrong refund"):
            yield self._work("correct", "agent", 35, delay=self._delay(30, "noticed after"))
        yield from self._step("archive", "file", 3)

    def _error_rate(self) -> float:
        alone = self.rules.refund_limit > 0 and self._free_of_approval()
        return 0.03 if alone else 0.022

    def _step(self, step: str, pool: str, minutes: float, result: str = "") -> Iterator[Task]:
        """A step of the main path, behind the sign-offs if the planted cause sits here."""
        yield from self._signed(step, self._work(step, pool, minutes, result=result))

    def _signed(self, step: str, task: Task) -> Iterator[Task]:
        if step == self.rules.slow_step and not self._free_of_approval():
            for level in range(self.case.approvals):
                name = APPROVALS[level]
                yield self._work(f"sign {name}", _POOL_OF_APPROVAL[name], 7, hidden=True)
        yield task

    def _work(
        self, step: str, pool: str, minutes: float, *, delay: float = 0.0, result: str = "",
        hidden: bool = False,
    ) -> Task:
        turn = self._seen[step] = self._seen.get(step, 0) + 1
        minutes = self.draws.skewed(minutes, 0.5, "minutes", step, turn, self.case.key)
        return Task(step, pool, max(40, minutes * MINUTE), delay, result, hidden)

    def _delay(self, median_hours: float, name: str, sigma: float = 0.8) -> float:
        return HOUR * self.draws.skewed(median_hours, sigma, name, self.case.key)

    def _chance(self, probability: float, name: str) -> bool:
        return self.draws.chance(probability, name, self.case.key)
