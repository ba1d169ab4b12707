"""Issues: rules with stated thresholds over the lost hours, each hour charged once.

Hours are shared out in a fixed order: first to extra steps (slow steps that only some cases pass,
or pass several times), then to rework by the activity to which cases went back, then to waiting
before an activity. Being late cuts across all of these: it is listed below them, and its hours,
which overlap with theirs, are not added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.causes import Association
from workbench.diagnose.baseline import Baseline
from workbench.diagnose.extra_steps import ARROW, count_cases, extra_steps, places
from workbench.diagnose.ids import issue_id
from workbench.diagnose.loss import Loss, draws, lift, quantiles
from workbench.diagnose.rules import THRESHOLDS
from workbench.diagnose.times import late
from workbench.effect.proportions import wilson
from workbench.engine import frame
from workbench.model import Costs, Issue

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd


@dataclass(frozen=True)
class Found:
    """An issue with what stands behind it.

    `rows` are its rows of `Loss.hours`; `work_hours` and `waiting_hours` as `Issue.hours` (work is
    None where it is not counted, or with one timestamp), with a calendar in working time, and
    `working_waiting_hours` the waiting in it too; `share` of all waiting; `n` the cases
    among which its own are counted; `slope` what each further step goes with; `last_step`: cases
    end here; `place` in the case, 0 first to 1 last; `costed`: which hours have a price (both,
    work, waiting, none); `each`: hours of the mean event and their interval.
    """

    issue: Issue
    activities: tuple[str, ...]
    rows: pd.Series | None
    work_hours: float | None
    waiting_hours: float
    share: float
    n: int
    slope: Association | None = None
    last_step: bool = False
    place: float = 0.5
    low_money: float | None = None
    high_money: float | None = None
    costed: str = "none"
    each: tuple[float, float, float] | None = None
    working_waiting_hours: float | None = None

    @property
    def in_totals(self) -> bool:
        """Whether its hours are in the totals.

        Not those of lateness, which overlap with the others, nor the wait before the last step of
        cases, which may be no loss to anybody.
        """
        waits_for_the_end = self.last_step and len(self.activities) == 1 and (
            self.issue.kind in {"waiting", "extra_steps"})
        return self.rows is not None and not waits_for_the_end


def find(
    baseline: Baseline, loss: Loss, costs: Costs, promise_hours: float | None
) -> tuple[Found, ...]:
    """The issues of a baseline, those that hold most hours first, lateness last."""
    cut = _Cut(baseline, loss, costs, places(baseline), _last_steps(baseline))
    free = loss.hours["activity"].notna()
    made: list[Found] = []
    for activities, slope in extra_steps(baseline, loss):
        rows = free & loss.hours["activity"].isin(activities)
        if cut.waiting_share(rows) >= THRESHOLDS["extra_share"]:
            cases = count_cases(baseline, activities)
            made.append(cut.issue("extra_steps", activities, rows, cases, slope))
            free &= ~rows
    for reason in REASONS:
        made += cut.returns(reason, free)
    made += cut.waits(free)
    ranked = sorted(made, key=lambda each: (
        -each.issue.hours, each.issue.kind, each.issue.activity))
    if promise_hours is not None:
        ranked += _late(baseline, promise_hours)
    return tuple(replace(each, issue=replace(each.issue, id=issue_id(
        each.issue.kind, next(iter(each.activities), ""), cut.places))) for each in ranked)


def lead(found: Sequence[Found]) -> Found | None:
    """The issue to act on first: the largest in the totals, else the largest with hours."""
    of_hours = [each for each in found if each.rows is not None]
    return next((each for each in of_hours if each.in_totals), next(iter(of_hours), None))


@dataclass(frozen=True)
class _Cut:
    """Cuts issues out of the lost hours, each costed in the same way."""

    baseline: Baseline
    loss: Loss
    costs: Costs
    places: Mapping[str, float]
    last_steps: frozenset[str]

    def waiting_share(self, rows: pd.Series) -> float:
        """The share of all waiting (elapsed, with one timestamp) that stands in some rows."""
        waiting = self.loss.hours["waiting_hours"]
        return float(waiting[rows].sum() / waiting.sum()) if waiting.sum() else 0.0

    def returns(self, reason: str, free: pd.Series) -> Iterator[Found]:
        """One issue per activity to which enough cases go back (or at which they stay)."""
        hours = self.loss.hours
        total = float((hours["waiting_hours"] + hours["work_hours"]).sum())
        counts = _counts(self.loss.marked.filter(
            (self.loss.marked.reason == reason)
            & self.loss.marked.activity.isin(sorted(set(hours.loc[free, "activity"])))), "origin")
        for origin in sorted(set(hours.loc[free & (hours["reason"] == reason), "origin"])):
            rows = free & (hours["reason"] == reason) & (hours["origin"] == origin)
            spent = float((hours["waiting_hours"] + hours["work_hours"])[rows].sum())
            cases = counts[origin]
            sure, _ = wilson(cases, len(self.baseline.cases))
            if sure >= THRESHOLDS["rework_rate"] and spent >= THRESHOLDS["rework_share"] * total:
                yield self.issue(reason, (origin,), rows, cases)

    def waits(self, free: pd.Series) -> Iterator[Found]:
        """One issue per activity that holds much of the waiting and surely waits longer."""
        hours = self.loss.hours
        first = free & (hours["reason"] == "first")
        names = sorted(set(hours.loc[first, "activity"]))
        counts = _counts(self.baseline.log.events, "activity")
        for activity in names:
            rows = first & (hours["activity"] == activity)
            ratio, sure = lift(self.loss, (activity,), len(names))
            if (self.waiting_share(rows) >= THRESHOLDS["waiting_share"]
                    and ratio >= THRESHOLDS["lift"] and sure > 1):
                yield self.issue("waiting", (activity,), rows, counts[activity])

    def issue(
        self, kind: str, activities: tuple[str, ...], rows: pd.Series, cases: int,
        slope: Association | None = None,
    ) -> Found:
        """An issue made of some rows: its hours and money, with their intervals."""
        work_counts = kind != "waiting" and self.baseline.timed
        share = self.waiting_share(rows)
        rated = kind in REASONS
        waiting = self.loss.total(rows, "waiting_hours")
        work = self.loss.total(rows, "work_hours") if work_counts else None
        low, high = self.loss.interval(_hours(rows, work=work_counts))
        price = _price(self.costs, rows, work=work_counts)
        money = self.loss.hours.pipe(price).sum() / self.loss.divisor if price else None
        low_money, high_money = self.loss.interval(price) if price else (None, None)
        issue = Issue(
            id="", kind=kind, activity=ARROW.join(activities),
            metric="rework_rate" if rated else "waiting_share" if self.baseline.timed
            else "elapsed_share",
            value=cases / len(self.baseline.cases) if rated else share,
            threshold=THRESHOLDS["rework_rate" if rated else "extra_share" if slope
                                 else "waiting_share"],
            cases=cases, hours=waiting + (work or 0.0),
            money=None if money is None else float(money), low=low, high=high)
        return Found(
            issue, activities, rows, work, waiting, share, len(self.baseline.cases), slope,
            last_step=activities[-1] in self.last_steps, place=self.places[activities[0]],
            low_money=low_money, high_money=high_money,
            costed=_costed(self.costs, work=work_counts), each=self.loss.per_event(rows),
            working_waiting_hours=self.loss.total(rows, "working_waiting_hours")
            if "working_waiting_hours" in self.loss.hours else None)


REASONS = ("rework", "self_loop")
"""The reasons of `Loss.hours` whose issues bear the same name."""


def _counts(events: ir.Table, by: str) -> dict[str, int]:
    """How many cases have an event of each kind."""
    counted = frame(events.group_by(by).agg(cases=events.case.nunique()))
    return dict(zip(counted[by], counted["cases"].astype(int), strict=True))


def hours_of(found: Found) -> Callable[[pd.DataFrame], pd.Series]:
    """What an issue counts of each row of `Loss.hours`: its waiting, and its work where counted."""
    return _hours(_rows(found), work=found.work_hours is not None)


def price_of(costs: Costs, found: Found) -> Callable[[pd.DataFrame], pd.Series] | None:
    """What an issue's rows of `Loss.hours` cost; None where none of them has a price."""
    return _price(costs, _rows(found), work=found.work_hours is not None)


def _rows(found: Found) -> pd.Series:
    if found.rows is None:
        raise ValueError(f"{found.issue.kind} has no hours of its own")
    return found.rows


def _hours(rows: pd.Series, *, work: bool) -> Callable[[pd.DataFrame], pd.Series]:
    def amount(hours: pd.DataFrame) -> pd.Series:
        spent = hours["waiting_hours"] + (hours["work_hours"] if work else 0.0)
        return spent.where(rows, 0.0)

    return amount


def _price(
    costs: Costs, rows: pd.Series, *, work: bool
) -> Callable[[pd.DataFrame], pd.Series] | None:
    """What the hours of some rows cost, by the prices that the client gave; None without any.

    With a calendar hours of working time have a price, nights and weekends have none.
    """
    work_price = costs.work_hour if work else None
    if work_price is None and costs.waiting_hour is None:
        return None

    def amount(hours: pd.DataFrame) -> pd.Series:
        waiting = hours.get("working_waiting_hours", hours["waiting_hours"])
        spent = (waiting * (costs.waiting_hour or 0.0)
                 + hours["work_hours"] * (work_price or 0.0))
        return spent.where(rows, 0.0)

    return amount


def _costed(costs: Costs, *, work: bool) -> str:
    """Which hours have a price: both, work, waiting or none."""
    if work and costs.work_hour is not None:
        return "both" if costs.waiting_hour is not None else "work"
    return "none" if costs.waiting_hour is None else "waiting"


def _late(baseline: Baseline, promise_hours: float) -> list[Found]:
    """The issue of broken promises: cases late, and their hours beyond the promise."""
    count, n, beyond = late(baseline, baseline.cases, promise_hours)
    if wilson(count, n)[0] < THRESHOLDS["late_share"]:
        return []
    weekly = [late(baseline, rows, promise_hours)[2]
              for _, rows in baseline.cases.groupby("week", sort=True)]
    low, high = quantiles(draws(len(weekly)) @ weekly / baseline.divisor)
    return [Found(
        Issue(id="", kind="late", activity="", metric="late_share", value=count / n,
              threshold=THRESHOLDS["late_share"], cases=count, hours=beyond / baseline.divisor,
              money=None, low=low, high=high),
        (), None, None, beyond / baseline.divisor, count / n, n)]


def _last_steps(baseline: Baseline) -> frozenset[str]:
    """The activities after which nothing more happens, in nine of ten cases that pass them."""
    events = baseline.log.events
    ends = frame(events.group_by("activity").agg(
        ends=events.next_activity.isnull().sum(),  # noqa: PD003 - Ibis, not pandas
        cases=events.case.nunique()))
    return frozenset(ends.loc[ends["ends"] >= 0.9 * ends["cases"], "activity"])
