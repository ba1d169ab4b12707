"""What a metric is: a definition with its unit, its direction, its source and what it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from workbench.metrics.fitness import Drawn
from workbench.model import Answers, Costs, Direction, EventLog, Rule, Statement, Target, Unit

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

Kind = Literal["throughput", "rate", "score"]
Clock = Literal["wall", "working"]
Period = Literal["week", "month"]

NO_COSTS = Costs()
"""Where the client did not say what an hour costs."""

CASES = ("case", "unit", "stratum", "period", "attribute")
"""The levels of what a case has: with the whole log, where no level is named."""

EVENTS = ("case", "activity", "resource", "unit", "stratum", "period", "attribute")
"""The levels of what an event has."""

FLOW = ("unit", "stratum", "period", "attribute")
"""The levels of what is known of many cases only: rates and averages over time."""


@dataclass(frozen=True)
class Question:
    """What is asked of a metric besides its name: by which levels, by which clock, with what said.

    `by` names levels (none: the whole log); `clock` is that of the wall or that of working time;
    `period` is how long a period is. The rest is what some metrics need to be told: `costs` per
    hour, the promise `within_hours`, one `activity`, the `answers` of a survey, the `rules` that
    cases are to obey, a map as it was `drawn`, which attribute tells the `customer`, and for how
    many `days` a case must stay quiet to be resolved.
    `brief`: only the figure that stands for the metric is wanted.
    """

    by: tuple[str, ...] = ()
    clock: Clock = "wall"
    period: Period = "week"
    confidence: float = 0.95
    costs: Costs = NO_COSTS
    within_hours: float | None = None
    activity: str = ""
    answers: Answers | None = None
    rules: tuple[Rule, ...] = ()
    drawn: Drawn | None = None
    customer: str = ""
    days: float = 7.0
    reveal: bool = False
    brief: bool = False

    @property
    def prefix(self) -> str:
        """What the columns of hours begin with where working time is counted."""
        return "working_" if self.clock == "working" else ""


Measured: TypeAlias = "Callable[[EventLog, Question], pd.DataFrame]"
"""How a metric is computed from a log: level columns, n and statistics, one row per group."""


@dataclass(frozen=True)
class Metric:
    """What is measured: its name, its unit, which way is better, what it needs, where it is from.

    `formula` says how it is computed, in terms of columns; `source` where the definition comes
    from. `needs` are roles of the log (`start`, `resource`, …) and settings (`end_activities`,
    `calendar`, `costs.work_hour`, `within_hours`, …) without which it cannot be known.
    `parts` tells what it leaves out where the log does not have that, and is known all the same.
    `measured` computes it at any of its `levels`; `statistic` is the column that stands for it,
    `low` and `high` the ends of its interval. `kind` is how a verdict treats it (see
    `workbench.effect`), empty where no target may name it; `value` makes the value of a case (None
    where the duration of the case is the value, or where answers carry it).
    """

    name: str
    unit: Unit
    direction: Direction | None
    formula: str
    source: str
    needs: tuple[str, ...] = ()
    levels: tuple[str, ...] = CASES
    statistic: str = "median_hours"
    low: str = ""
    high: str = ""
    measured: Measured | None = None
    parts: Callable[[EventLog, Question], tuple[str, ...]] | None = None
    kind: Kind | None = None
    value: Callable[[EventLog, Target], ir.Column] | None = None

    @property
    def label(self) -> Statement:
        """Its name for readers, in either language."""
        return Statement(f"metric.name.{self.name}")

    def missing(self, log: EventLog, question: Question | None = None) -> tuple[str, ...]:
        """What it needs and this log, or what was said with the question, does not have.

        >>> from workbench import sample
        >>> one = Metric("waiting", "hours", "down", "", "", needs=("start", "calendar"))
        >>> one.missing(sample.log("c1: a b", has_start=False))
        ('start', 'calendar')
        """
        return tuple(need for need in self.needs if not _there(need, log, question or Question()))

    def unseen(self, log: EventLog, question: Question | None = None) -> tuple[str, ...]:
        """What it leaves out because this log, or what was said, does not have it."""
        return self.parts(log, question or Question()) if self.parts else ()


def _there(need: str, log: EventLog, question: Question) -> bool:
    if need == "end_activities":
        return bool(log.end_activities)
    if need == "calendar":
        return log.calendar is not None
    if need.startswith("costs."):
        return getattr(question.costs, need.removeprefix("costs.")) is not None
    if need in ("within_hours", "activity", "answers", "rules", "drawn"):
        return getattr(question, need) not in (None, "", ())
    return log.has(need)
