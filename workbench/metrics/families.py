"""How most metrics are computed: hours, shares and ratios of cases or events, at any level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from workbench.effect import wilson
from workbench.metrics import levels
from workbench.metrics.time import total_hours

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from workbench.metrics.metric import Measured, Question
    from workbench.model import EventLog

QUANTILES = {"median": 0.5, "p90": 0.9, "p95": 0.95}


@runtime_checkable
class Plain(Protocol):
    """A metric that is an aggregate of the cases or events themselves, whichever others are asked.

    `brief` gives which of them, n and the figure that stands for the metric: so that one query
    answers many.
    """

    def brief(self, log: EventLog) -> tuple[str, ir.Scalar, ir.Scalar]:
        """`cases` or `events`, n and value of the whole log."""


@dataclass(frozen=True)
class _Hours:
    """See `hours`."""

    cases: str
    events: str

    def __call__(self, log: EventLog, question: Question) -> pd.DataFrame:
        of_events = not self.cases or (
            self.events and {"activity", "resource"} & set(question.by))
        rows = (levels.event_rows if of_events else levels.case_rows)(log, question)
        return of_hours(
            rows, f"{self.events if of_events else self.cases}_hours", log, question)

    def brief(self, log: EventLog) -> tuple[str, ir.Scalar, ir.Scalar]:
        of = "cases" if self.cases else "events"
        value = getattr(log, of)[f"{self.cases or self.events}_hours"]
        return of, value.count(), value.median()


def hours(*, cases: str = "", events: str = "") -> Measured:
    """A metric of hours: `…_hours` of the cases, and of the events where they are asked for.

    Both may be named: then a question by activity or resource is one of events, any other one of
    cases. The table has n (those whose hours are known), total_hours, mean_hours, median_hours,
    p90_hours and p95_hours (`working_…` by the working clock); empty where nothing is known.
    """
    return _Hours(cases, events)


def of_hours(rows: ir.Table, column: str, log: EventLog, question: Question) -> pd.DataFrame:
    """The statistics of a column of hours, by the groups of the question."""
    before = question.prefix
    value = rows[f"{before}{column}"]
    found = levels.grouped(
        rows, levels.columns(question), n=value.count(), total=total_hours(value),
        quantiles=value.quantile(list(QUANTILES.values())))
    keys = levels.columns(question)
    return levels.answer(found.select(
        *keys, "n", **{
            f"{before}total_hours": found.total,
            f"{before}mean_hours": found.total / found.n.nullif(0),
            **{f"{before}{name}_hours": found.quantiles[place]
               for place, name in enumerate(QUANTILES)},
        }), log, question)


def share(
    rows: Callable[[EventLog, Question], tuple[ir.Table, ir.Column]], *, clustered: bool = False
) -> Measured:
    """A metric that is a share: rows with their levels, and which count (true, false, null).

    The table has n (rows that can be judged), count (those that are hit), share and the ends of
    Wilson's interval, low and high; they are empty where rows are `clustered`, as the events of a
    case are: these are no independent sample.
    """

    def measured(log: EventLog, question: Question) -> pd.DataFrame:
        table, hit = rows(log, question)
        found = levels.grouped(
            table, levels.columns(question), n=hit.count(),
            count=hit.cast("int64").sum().coalesce(0))
        shares = with_wilson(levels.answer(found, log, question), question.confidence)
        return shares.assign(low=float("nan"), high=float("nan")) if clustered else shares

    return measured


def with_wilson(found: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Rows with n and count, and what follows: share, low and high; empty where n is 0."""
    pairs = list(zip(found["count"], found["n"], strict=True))
    ends = {(count, n): wilson(count, n, confidence) for count, n in set(pairs) if n}
    unknown = float("nan")
    return found.assign(
        share=[count / n if n else unknown for count, n in pairs],
        low=[ends[pair][0] if pair in ends else unknown for pair in pairs],
        high=[ends[pair][1] if pair in ends else unknown for pair in pairs])


@dataclass(frozen=True)
class _Ratio:
    """See `ratio`."""

    part: str
    whole: str

    def __call__(self, log: EventLog, question: Question) -> pd.DataFrame:
        before = question.prefix
        rows = levels.case_rows(log, question)
        rows = rows.filter(rows.closed.fill_null(True))
        upper = rows[f"{before}{self.part}_hours"]
        lower = rows[f"{before}{self.whole}_hours"].nullif(0)
        rows = rows.mutate(upper=upper, lower=lower).drop_null(["upper", "lower"])
        keys = levels.columns(question)
        found = levels.grouped(
            rows, keys, n=rows.count(), part=total_hours(rows.upper), whole=total_hours(rows.lower),
            median_share=(rows.upper / rows.lower).median())
        return levels.answer(found.select(
            *keys, "n", **{f"{before}{self.part}_hours": found.part,
                           f"{before}{self.whole}_hours": found.whole},
            share=found.part / found.whole, median_share=found.median_share), log, question)

    def brief(self, log: EventLog) -> tuple[str, ir.Scalar, ir.Scalar]:
        cases = log.cases
        lower = cases[f"{self.whole}_hours"].nullif(0)
        both = cases.closed.fill_null(True).ifelse(cases[f"{self.part}_hours"] + lower, None)
        known = both == both  # noqa: PLR0124 - null where it is not known
        parts = [total_hours(known.ifelse(each, None))
                 for each in (cases[f"{self.part}_hours"], lower)]
        return "cases", both.count(), parts[0] / parts[1]


def ratio(part: str, whole: str) -> Measured:
    """A metric that is one time of closed cases by another, as the ratio of their totals.

    Where no end activities are known all cases count. The table has n (cases with both times), the
    totals, share (one total by the other; it may exceed 1 where the part counts work that is done
    at the same time more than once) and median_share (of the ratios of the cases).
    """
    return _Ratio(part, whole)
