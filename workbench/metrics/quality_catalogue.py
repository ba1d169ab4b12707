"""The metrics of quality in the catalogue: rework, yields, resolution, handovers, adherence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from workbench.engine import frame
from workbench.metrics import levels
from workbench.metrics.adherence import outcomes
from workbench.metrics.families import of_hours, share, with_wilson
from workbench.metrics.first_contact import judged
from workbench.metrics.fitness import succession_fitness
from workbench.metrics.handover import manned, ping_pongs
from workbench.metrics.metric import CASES, EVENTS, Metric, Question
from workbench.metrics.rules import missing

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from workbench.model import EventLog

Rows = tuple["ir.Table", "ir.Column"]
_PASSED = ("activity", "unit", "stratum", "period", "attribute")


def _again(log: EventLog, question: Question) -> Rows:
    rows = levels.event_rows(log, question)
    return rows, rows.occurrence > 1


def _right(log: EventLog, question: Question) -> Rows:
    rows = levels.case_rows(log, question)
    return rows, ~rows.rework


def _self_loops(log: EventLog, question: Question) -> Rows:
    return _with(log, question, log.events.filter(log.events.self_loop))


def _repetitions(log: EventLog, question: Question) -> Rows:
    return _with(log, question, log.events.filter(log.events.repetition))


def _ping_pong(log: EventLog, question: Question) -> Rows:
    moves = ping_pongs(log)
    rows, hit = _with(log, question, moves.filter(moves.back))
    known = manned(log).mutate(manned=True)
    rows = rows.mutate(hit=hit).left_join(known, "case").drop("case_right")
    return rows, rows.manned.ifelse(rows.hit, None)


def _with(log: EventLog, question: Question, hits: ir.Table) -> Rows:
    """The cases, and whether they are among those of some events."""
    found = hits.select("case").distinct().mutate(hit=True)
    rows = levels.case_rows(log, question).left_join(found, "case").drop("case_right")
    return rows, rows.hit.fill_null(False)


def _passes(log: EventLog, question: Question) -> Rows:
    """Each activity of each case, by its first event, and whether it was passed once."""
    events = levels.event_rows(log, question)
    second = events.filter(events.occurrence == 2).select("case", "activity", again=True)
    rows = events.filter(events.occurrence == 1).left_join(second, ["case", "activity"]).drop(
        "case_right", "activity_right")
    return rows, ~rows.again.fill_null(False)


def rolled_yield(log: EventLog, question: Question) -> pd.DataFrame:
    """The product of the first-pass yields of all activities; n: the passes it is made of."""
    keys = levels.columns(question)
    rows, once = _passes(log, question)
    yields = frame(levels.grouped(rows, [*keys, "activity"], n=rows.count(),
                                  rate=once.cast("float64").mean()).order_by([*keys, "activity"]))
    if not keys:
        product = math.prod(yields["rate"].tolist()) if len(yields) else None
        return pd.DataFrame({"n": [int(yields["n"].sum())], "rolled_yield": [product]}).astype(
            {"rolled_yield": "float64"})
    found = yields.groupby(keys, as_index=False, dropna=False).agg(
        n=("n", "sum"), rolled_yield=("rate", "prod"))
    return levels.answer(found, log, question)


def rework_hours(log: EventLog, question: Question) -> pd.DataFrame:
    """The processing time of the events of rework."""
    rows = levels.event_rows(log, question)
    return of_hours(rows.filter(rows.occurrence > 1), "processing_hours", log, question)


def handovers_per_case(log: EventLog, question: Question) -> pd.DataFrame:
    """Handovers without self-pairs, by case.

    Columns: n (cases of which a resource is known), handovers, per_case.
    """
    moves = ping_pongs(log).group_by("case").aggregate(moves=lambda moved: moved.count())
    rows = levels.case_rows(log, question).semi_join(manned(log), "case")
    rows = rows.left_join(moves, "case").drop("case_right")
    found = levels.grouped(rows, levels.columns(question), n=rows.count(),
                           handovers=rows.moves.sum().coalesce(0))
    return levels.answer(found.mutate(per_case=found.handovers / found.n.nullif(0)),
                         log, question)


def _first_contact(log: EventLog, question: Question) -> Rows:
    cases = judged(log, question.customer, question.days)
    rows = levels.in_periods(cases.filter(cases.over), cases.start, log, question)
    return rows, rows.resolved


def _adherent(log: EventLog, question: Question) -> Rows:
    cases = outcomes(log, question.rules)
    rows = levels.in_periods(cases, cases.start, log, question)
    return rows, rows.adheres


def _unseen_contacts(log: EventLog, question: Question) -> tuple[str, ...]:
    """Without a customer no re-contact is seen, without resources no transfer."""
    return (*(() if question.customer else ("customer",)),
            *(() if log.has("resource") else ("resource",)))


def _left_out(log: EventLog, question: Question) -> tuple[str, ...]:
    """The columns without which some rules are left out."""
    return tuple(sorted({role for rule in question.rules for role in missing(log, rule)}))


def _fitness(log: EventLog, question: Question) -> pd.DataFrame:
    if question.drawn is None:
        return with_wilson(pd.DataFrame({"n": [0], "count": [0]}))
    return succession_fitness(log, question.drawn, question.confidence).assign(
        n=lambda found: found["successions"])


_RATE = ("share", "low", "high")
"""Statistic and ends of the interval of a share."""

QUALITY: tuple[Metric, ...] = (
    Metric("rework_events", "share", "down", "events with occurrence > 1 / events",
           "edeaR redo_selfloops, redo_repetitions", (), EVENTS, "share",
           measured=share(_again, clustered=True)),
    Metric("rework_hours", "hours", "down", "sum(end - start of events with occurrence > 1)",
           "edeaR", ("start",), EVENTS, "total_hours", measured=rework_hours),
    Metric("self_loops", "share", "down", "cases with a self-loop / cases",
           "edeaR number_of_selfloops", (), CASES, *_RATE, measured=share(_self_loops)),
    Metric("repetitions", "share", "down", "cases with a repetition / cases",
           "edeaR number_of_repetitions", (), CASES, *_RATE, measured=share(_repetitions)),
    Metric("first_pass_yield", "share", "up", "passes of an activity with one event / passes",
           "Six Sigma, first-pass yield", (), _PASSED, *_RATE, measured=share(_passes)),
    Metric("first_time_right", "share", "up", "cases without rework / cases",
           "Six Sigma, right first time", (), CASES, *_RATE, measured=share(_right)),
    Metric("rolled_yield", "share", "up", "product of the first-pass yields of all activities",
           "Six Sigma, rolled throughput yield", (),
           ("unit", "stratum", "period", "attribute"), "rolled_yield", measured=rolled_yield),
    Metric("first_contact_resolution", "share", "up",
           "cases without re-contact, reopening or transfer within the days / cases closed so long",
           "ISO 18295-1; COPC", ("end_activities",), CASES, *_RATE,
           measured=share(_first_contact), parts=_unseen_contacts),
    Metric("ping_pong", "share", "down",
           "cases with a handover that goes straight back / cases with a known resource",
           "Fluxicon Disco, ping-pong behaviour", ("resource",), CASES, *_RATE,
           measured=share(_ping_pong)),
    Metric("handovers_per_case", "count", "down",
           "events after one of another resource / cases with a known resource",
           "van der Aalst & Song 2004, handover of work", ("resource",), CASES, "per_case",
           measured=handovers_per_case),
    Metric("adherence", "share", "up", "cases that meet all rules / cases judged",
           "DECLARE: Pesic, Schonenberg & van der Aalst 2007", ("rules",), CASES, *_RATE,
           measured=share(_adherent), parts=_left_out),
    Metric("succession_fitness", "share", "up", "direct successions drawn / direct successions",
           "footprints: van der Aalst 2016, Process Mining; alignment-free", ("drawn",), (),
           "succession_fitness", measured=_fitness),
)
"""The metrics of quality, each with where its definition comes from."""
