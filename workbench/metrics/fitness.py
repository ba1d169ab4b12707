"""How much of a log a drawn map allows: alignment-free, by its direct successions only.

No case is replayed and no alignment is made: a succession is allowed where the map draws an arrow
from the one activity to the other. Many allowed successions and few conforming cases go together
easily: one step out of the way in each case leaves most of its successions as they were drawn.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from workbench.effect import wilson
from workbench.engine import frame

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from workbench.model import EventLog

_SEPARATOR = re.compile("[;\uff1b\n]")


@dataclass(frozen=True)
class Drawn:
    """A map as it was drawn: its steps and arrows, and where cases may begin and end.

    No starts or no ends: anywhere. An activity that is not among the steps is not allowed.
    """

    steps: frozenset[str]
    edges: frozenset[tuple[str, str]]
    starts: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()


def drawn(steps: pd.DataFrame) -> Drawn:
    """The map of a sheet of steps: step, next (names separated by `;`), kind (start, end).

    >>> import pandas
    >>> sheet = pandas.DataFrame({"step": ["a", "b"], "next": ["b", ""], "kind": ["start", ""]})
    >>> drawn(sheet).edges, drawn(sheet).starts
    (frozenset({('a', 'b')}), frozenset({'a'}))
    """
    names = [str(step).strip() for step in steps["step"].dropna()]
    edges = drawn_edges(steps)
    marks = {"start": frozenset[str](), "end": frozenset[str]()}
    if "kind" in steps:
        kinds = steps["kind"].fillna("").astype("str").str.strip()
        marks = {kind: frozenset(steps.loc[kinds == kind, "step"].astype("str").str.strip())
                 for kind in marks}
    return Drawn(frozenset(names), frozenset(edges), marks["start"], marks["end"])


def drawn_edges(steps: pd.DataFrame) -> set[tuple[str, str]]:
    """The arrows of a sheet of steps, as pairs of names."""
    following = steps["next"].fillna("").astype("str")
    return {(str(step).strip(), target.strip())
            for step, targets in zip(steps["step"], following, strict=True)
            for target in _SEPARATOR.split(targets) if target.strip()}


def succession_fitness(
    log: EventLog, allowed: Drawn, confidence: float = 0.95
) -> pd.DataFrame:
    """How many direct successions, and how many whole cases, a map allows; one row.

    Columns: successions (of the log), allowed_successions, succession_fitness (one by the
    other: alignment-free, every succession counts once; no interval, as those of a case are no
    independent sample), cases (closed; without end activities all), conforming_cases (all of
    whose activities and successions, first and last activity are drawn), conforming_share, low,
    high (Wilson's interval), undrawn_events (of activities that the map does not have).

    >>> from workbench import sample
    >>> log = sample.log("c1: a b c; c2: a c; c3: a b b c")
    >>> line = Drawn(frozenset("abc"), frozenset({("a", "b"), ("b", "c")}))
    >>> found = succession_fitness(log, line)
    >>> found[["successions", "allowed_successions", "cases", "conforming_cases"]].values.tolist()
    [[6, 4, 3, 1]]
    """
    marked = _marked(log, allowed)
    fitting = marked.group_by("case").aggregate(
        allowed=(marked.allowed & ~marked.undrawn).all(),
        successions=marked.follows.cast("int64").sum(),
        fitting=(marked.follows & marked.allowed).cast("int64").sum(),
        undrawn=marked.undrawn.cast("int64").sum())
    cases = log.cases.select(
        "case", ended=log.cases.closed.fill_null(True),
        bounded=_among(log.cases.first_activity, allowed.starts, empty=True)
        & _among(log.cases.last_activity, allowed.ends, empty=True))
    joined = fitting.inner_join(cases, "case")
    found = frame(joined.aggregate(
        successions=joined.successions.sum().coalesce(0),
        allowed_successions=joined.fitting.sum().coalesce(0),
        cases=joined.ended.cast("int64").sum().coalesce(0),
        conforming_cases=(joined.ended & joined.bounded & joined.allowed).cast(
            "int64").sum().coalesce(0),
        undrawn_events=joined.undrawn.sum().coalesce(0)))
    return _rates(found, confidence)


def _marked(log: EventLog, allowed: Drawn) -> ir.Table:
    """Each event: does it follow another, is it allowed there, is its activity not drawn."""
    events = log.events
    follows = events.position > 0
    return events.select(
        "case", follows=follows, undrawn=~_among(events.activity, allowed.steps),
        allowed=~follows | _follows(events, allowed.edges))


def _among(column: ir.StringColumn, names: Collection[str], *, empty: bool = False) -> ir.Value:
    return column.isin(sorted(names)) if names else ibis.literal(empty)


def _follows(events: ir.Table, edges: Collection[tuple[str, str]]) -> ir.BooleanValue:
    """Whether an event may follow the one before; false for the first of a case."""
    targets: dict[str, list[str]] = {}
    for source, target in sorted(edges):
        targets.setdefault(source, []).append(target)
    branches = [(events.previous_activity == source, events.activity.isin(names))
                for source, names in targets.items()]
    return ibis.cases(*branches, else_=False) if branches else ibis.literal(value=False)


def _rates(found: pd.DataFrame, confidence: float) -> pd.DataFrame:
    row = found.iloc[0]
    successions, cases = int(row["successions"]), int(row["cases"])
    conforming, unknown = int(row["conforming_cases"]), float("nan")
    low, high = wilson(conforming, cases, confidence) if cases else (unknown, unknown)
    found = found.assign(
        succession_fitness=row["allowed_successions"] / successions if successions else unknown,
        conforming_share=conforming / cases if cases else unknown, low=low, high=high)
    return found[["successions", "allowed_successions", "succession_fitness", "cases",
                  "conforming_cases", "conforming_share", "low", "high", "undrawn_events"]]
