"""Where hours are lost: every hour of the log once, by activity, by reason and by week.

An hour of waiting or work belongs to the event it stands before or in. An event that repeats an
activity belongs to the block of repeated events it stands in, and so to the activity to which
the case went back; so no hour is counted twice, however issues are cut out of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.diagnose.baseline import Baseline
from workbench.engine import frame, local_time
from workbench.metrics.time import total_hours
from workbench.model import SEED

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import numpy as np
    import pandas as pd

REPETITIONS = 2000
FEWEST_WEEKS = 6
"""With fewer weeks a bootstrap of weeks has nothing to draw from: no interval is given."""


@dataclass(frozen=True)
class Loss:
    """The hours of the baseline, and how they vary from week to week.

    `hours` has one row per activity, reason (`first`, `rework`, `self_loop`), origin (the activity
    where the block of repetition began; empty for first passes) and week: `waiting_hours`
    (elapsed hours where there is one timestamp), `work_hours`, `waits` (events with a wait). With
    a calendar work is of working time, and `working_waiting_hours` stand beside the waiting.
    `marked` are the events with their reason and origin. Totals are divided by `divisor` (see
    `Baseline`).
    """

    hours: pd.DataFrame
    marked: ir.Table
    divisor: float
    draws: np.ndarray[Any, Any]

    def total(self, chosen: pd.Series, column: str) -> float:
        """The hours of the chosen rows, per month or over all the time observed."""
        return float(self.hours.loc[chosen, column].sum()) / self.divisor

    def interval(
        self, amount: Callable[[pd.DataFrame], pd.Series], level: float = 0.95
    ) -> tuple[float, float]:
        """The bootstrap interval of such a total; `amount` maps rows to numbers."""
        return quantiles(self.draws @ self._weekly(amount(self.hours)) / self.divisor, level)

    def per_event(self, chosen: pd.Series) -> tuple[float, float, float]:
        """Waiting and work of the mean chosen event, and the ends of its bootstrap interval."""
        import numpy as np

        hours = self.hours["waiting_hours"] + self.hours["work_hours"]
        spent = self.draws @ self._weekly(hours.where(chosen, 0.0))
        events = self.drawn(chosen, "events")
        with np.errstate(divide="ignore", invalid="ignore"):
            drawn = spent / events
        return (float(hours[chosen].sum() / self.hours.loc[chosen, "events"].sum()),
                *quantiles(drawn[np.isfinite(drawn)]))

    def drawn(self, chosen: pd.Series, column: str) -> np.ndarray[Any, Any]:
        """The total of the chosen rows in each draw of weeks."""
        drawn: np.ndarray[Any, Any] = self.draws @ self._weekly(
            self.hours[column].where(chosen, 0.0))
        return drawn

    def _weekly(self, amount: pd.Series) -> np.ndarray[Any, Any]:
        weekly = amount.groupby(self.hours["place"]).sum()
        values: np.ndarray[Any, Any] = weekly.reindex(
            range(self.draws.shape[1]), fill_value=0.0).to_numpy(dtype=float)
        return values


def loss(baseline: Baseline) -> Loss:
    """Every hour of the baseline by activity, reason, origin and week (see `Loss`).

    The weeks are drawn 2,000 times with replacement, in circular blocks of n^(1/3) weeks, so that
    a busy month stays a busy month (seeded).
    """
    import pandas as pd

    marked = mark(baseline.log.events)
    moment = marked.start.coalesce(marked.end) if baseline.timed else marked.end
    clock = "working_" if baseline.log.calendar else ""
    wait = "waiting_hours" if baseline.timed else "elapsed_hours"
    work = marked[f"{clock}processing_hours"]
    placed = marked.mutate(
        week=local_time(moment, baseline.log.zone).truncate("W").date(), wait=marked[wait],
        working_wait=marked[f"{clock}{wait}"],
        work=work if baseline.timed else work.nullif(work))
    hours = frame(placed.group_by(["activity", "reason", "origin", "week"]).agg(
        events=placed.count(), waits=placed.wait.count(),
        waiting_hours=total_hours(placed.wait).coalesce(0.0),
        **({"working_waiting_hours": total_hours(placed.working_wait).coalesce(0.0)}
           if clock else {}),
        work_hours=total_hours(placed.work).coalesce(0.0)))
    hours = hours.sort_values(["activity", "reason", "origin", "week"]).reset_index(drop=True)
    weeks = pd.to_datetime(hours["week"])
    hours["place"] = (weeks - weeks.min()).dt.days // 7
    weeks_seen = int(hours["place"].max()) + 1 if len(hours) else 0
    return Loss(hours, marked, baseline.divisor, draws(weeks_seen))


def mark(events: ir.Table) -> ir.Table:
    """The events with `reason` (first, rework, self_loop) and `origin` (where a block began).

    A block is a run of events that repeat an activity of their case; it is a self-loop where it
    begins with the activity directly before it, else rework.

    >>> from workbench import sample
    >>> marked = mark(sample.log("c1: sort check sort check pay pay").events)
    >>> frame(marked.order_by("position"))[["activity", "reason", "origin"]].values.tolist()
    ... # doctest: +NORMALIZE_WHITESPACE
    [['sort', 'first', ''], ['check', 'first', ''], ['sort', 'rework', 'sort'],
     ['check', 'rework', 'sort'], ['pay', 'first', ''], ['pay', 'self_loop', 'pay']]
    """
    import ibis

    run = ibis.window(group_by="case", order_by="position")
    told = events.mutate(again=events.occurrence > 1)
    told = told.mutate(begins=told.again & ~told.again.lag().over(run).coalesce(False))
    told = told.mutate(block=told.begins.cast("int64").sum().over(
        ibis.window(group_by="case", order_by="position", preceding=None, following=0)))
    block = ibis.window(group_by=["case", "block"])
    told = told.mutate(
        origin=ibis.ifelse(told.begins, told.activity, ibis.null("string")).max().over(block),
        looped=ibis.ifelse(told.begins, told.self_loop, ibis.null("boolean")).cast("int8")
        .max().over(block))
    return told.mutate(
        reason=ibis.cases((~told.again, "first"), (told.looped == 1, "self_loop"), else_="rework"),
        origin=ibis.ifelse(told.again, told.origin, ""),
    ).drop("again", "begins", "block", "looped")


def quantiles(drawn: np.ndarray[Any, Any], level: float = 0.95) -> tuple[float, float]:
    """The middle part of the draws; not a number where there are none."""
    import numpy as np

    if not len(drawn):
        return float("nan"), float("nan")
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def lift(loss: Loss, activities: Sequence[str], tried: int) -> tuple[float, float]:
    """How much longer an event of these activities waits than one of the others.

    (waiting hours / waits of these) / (waiting hours / waits of the rest), and what it surely
    exceeds: its lower bootstrap bound at 1 − 0.05 / `tried` (Bonferroni over the activities that
    are tried); the ratio itself where there are too few weeks.
    """
    import numpy as np

    these = loss.hours["activity"].isin(activities)
    parts = [(chosen, column) for chosen in (these, ~these)
             for column in ("waiting_hours", "waits")]
    hours, waits, rest_hours, rest_waits = (
        float(loss.hours.loc[chosen, column].sum()) for chosen, column in parts)
    if not (waits and rest_waits and rest_hours):
        return float("nan"), float("nan")
    ratio = hours / waits / (rest_hours / rest_waits)
    if not len(loss.draws):
        return ratio, ratio
    drawn = [loss.drawn(chosen, column) for chosen, column in parts]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = drawn[0] / drawn[1] / (drawn[2] / drawn[3])
    return ratio, quantiles(ratios[np.isfinite(ratios)], 1 - 0.1 / tried)[0]


def draws(weeks: int) -> np.ndarray[Any, Any]:
    """How often each week is drawn, one row per repetition."""
    import numpy as np

    if weeks < FEWEST_WEEKS:
        return np.zeros((0, weeks))
    length = max(1, round(weeks ** (1 / 3)))
    blocks = -(-weeks // length)
    generator = np.random.default_rng(SEED)
    first = generator.integers(0, weeks, size=(REPETITIONS, blocks, 1))
    drawn = ((first + np.arange(length)) % weeks).reshape(REPETITIONS, -1)[:, :weeks]
    counts: np.ndarray[Any, Any] = np.zeros((REPETITIONS, weeks))
    np.add.at(counts, (np.arange(REPETITIONS)[:, None], drawn), 1)
    return counts
