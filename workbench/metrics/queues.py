"""Work in progress and queues: what stands at a time, and whether Little's law holds of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from workbench.engine import frame
from workbench.metrics import levels, stock
from workbench.metrics.metric import Question
from workbench.metrics.time import total_hours

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from workbench.model import EventLog


def work_in_progress(log: EventLog, question: Question) -> pd.DataFrame:
    """The cases under way: begun and not closed, withdrawn ones no longer.

    Columns: n (cases), average (over the time observed, from the first start to the cut; of a
    period over the part of it that was observed), peak (the most at once; not by period) and, by
    period, entered, left and standing (at its end). Cases that began before the log begins cannot
    be seen. Empty where it is unknown which cases are closed.
    """
    return _standing(
        _cases(log, question), log, question, known=bool(log.end_activities), peak=True)


def queue_length(log: EventLog, question: Question) -> pd.DataFrame:
    """The work that could begin and has not: activity instances from enabled to start.

    Columns as of `work_in_progress` without peak; n counts the activity instances of which it is
    known since when they could begin. Work that was never begun by the cut is in no log, so that
    the latest queue is longer than shown. By resource a queue is that of the work which the
    resource took up later. Empty with one timestamp, and where of no work it is known since when it
    could begin.
    """
    return _standing(_waiting(log, question), log, question, known=log.has("start"))


def being_worked_on(log: EventLog, question: Question) -> pd.DataFrame:
    """The work that has begun and not ended: activity instances from start to end.

    Columns as of `work_in_progress` without peak. Empty with one timestamp.
    """
    rows = levels.event_rows(log, _of_items(question))
    items = rows.drop_null(["start", "end"]).mutate(
        enters=lambda table: table.start, leaves=lambda table: table.end)
    return _standing(items, log, question, known=log.has("start"))


def _cases(log: EventLog, question: Question) -> ir.Table:
    rows = levels.case_rows(log, _of_items(question))
    closed = rows.closed.fill_null(False)
    return rows.mutate(enters=rows.start, leaves=closed.ifelse(rows.end, None))


def _waiting(log: EventLog, question: Question) -> ir.Table:
    rows = levels.event_rows(log, _of_items(question)).drop_null(["enabled", "start"])
    return rows.mutate(enters=ibis.least(rows.enabled, rows.start), leaves=rows.start)


def _of_items(question: Question) -> Question:
    """The question without periods: an item stands in more than the one in which it begins."""
    from dataclasses import replace

    return replace(question, by=tuple(level for level in question.by if level != "period"))


def _standing(
    items: ir.Table, log: EventLog, question: Question, *, known: bool, peak: bool = False
) -> pd.DataFrame:
    keys = levels.columns(_of_items(question))
    seen = stock.window(log)
    if seen is None or not known:
        return _unknown(question, peak=peak)
    if "period" in question.by:
        found = stock.by_period(items, keys, seen, log, question)
        if found.empty:
            return _unknown(question, peak=peak)
        return levels.answer(found.assign(n=found["entered"])[
            [*keys, "period", "n", "entered", "left", "average", "standing"]], log, question)
    if question.brief or not peak:
        return levels.answer(
            stock.average(items, keys, seen).drop("hours"), log, question)
    found = stock.peaks(items, keys, seen)
    if not keys and found.empty:  # nothing ever stood there
        found.loc[0] = [0, 0.0, 0]
    return levels.answer(found, log, question)


def _unknown(question: Question, *, peak: bool) -> pd.DataFrame:
    """What is shown where it cannot be known: one empty row of the log, no rows by a level."""
    import pandas as pd

    keys = ["case_id" if level == "case" else level for level in question.by]
    kinds = {"n": "Int64", "average": "float64"} | ({"peak": "Int64"} if peak else {})
    rows = [] if question.by else [[None] * len(kinds)]
    return pd.DataFrame(rows, columns=[*keys, *kinds]).astype(kinds)


def littles_law(log: EventLog, question: Question) -> pd.DataFrame:
    """Little's law over the time observed, L = λ W: both sides, and one by the other.

    L: cases under way on average, open ones to the cut. λ: cases that arrived, by the time
    observed. W: mean throughput time of the closed cases. Where all cases that are seen begin and
    end within the time observed this is an identity (Little 1961; Little & Graves 2008); a ratio
    away from 1 is the trace of cases still open at the cut, which are in L and λ and not in W.
    Those begun before the log begins are on neither side. Columns: n (cases), open (at the cut),
    observed_hours, average (L), per_hour (λ), mean_throughput_hours (W), expected (λ W), ratio
    (L / λ W).

    >>> from workbench import sample
    >>> tiny = sample.log("c1: a|0-1 b|1-4; c2: a|2-3 b|3-8", end_activities=["b"])
    >>> littles_law(tiny, Question())[["average", "expected", "ratio"]].values.tolist()
    [[1.25, 1.25, 1.0]]
    """
    keys, seen = levels.columns(question), stock.window(log)
    rows = _cases(log, question)
    if seen is None or not seen.hours or not log.end_activities:
        rows, hours = rows.limit(0), float("nan")
    else:
        hours = seen.hours
    closed = rows.filter(rows.closed)
    seen = seen or stock.Window(log.cut, log.cut, log.cut)
    left = stock.average(rows, keys, seen)
    times = levels.grouped(closed, keys, closed=closed.count(),
                           total=total_hours(closed.throughput_hours))
    found = frame(left.select(*keys, "n", "average"))
    others = frame(times)
    found = found.merge(others, on=keys, how="left") if keys else found.join(others)
    found = found.assign(
        open=(found["n"] - found["closed"].fillna(0)).astype("int64"), observed_hours=hours,
        per_hour=found["n"] / hours,
        mean_throughput_hours=found["total"] / found["closed"].where(found["closed"] > 0))
    found["expected"] = found["per_hour"] * found["mean_throughput_hours"]
    found["ratio"] = found["average"] / found["expected"].where(found["expected"] > 0)
    return levels.answer(found.drop(columns=["closed", "total"])[
        [*keys, "n", "open", "observed_hours", "average", "per_hour", "mean_throughput_hours",
         "expected", "ratio"]], log, question)


def queues(log: EventLog) -> pd.DataFrame:
    """The queue before each activity, sorted by its name; no rows with one timestamp.

    Columns: activity, n (activity instances of which it is known since when they could begin),
    mean_length (work enabled and not started, on average over the time observed),
    mean_waiting_hours and total_waiting_hours (from enabled to start). Mean length
    = n / hours observed × mean waiting: Little's law holds of a queue that is empty at both ends.

    >>> from workbench import sample
    >>> queues(sample.log("c1: a|0-1 b|3-4; c2: a|0-2 b|3-4")).values.tolist()
    [['a', 0, nan, nan, nan], ['b', 2, 0.75, 1.5, 3.0]]
    """
    if not log.has("start"):
        return _queues(queue_length(log, Question(by=("activity",))).assign(
            mean_waiting_hours=[], total_waiting_hours=[]))
    rows = log.events.group_by("activity").aggregate(
        known=lambda group: group.waiting_hours.count(),
        total_waiting_hours=lambda group: total_hours(group.waiting_hours))
    found = frame(rows).merge(
        queue_length(log, Question(by=("activity",))), on="activity", how="left")
    return _queues(found.assign(
        n=found["known"], mean_waiting_hours=found["total_waiting_hours"] / found["known"].where(
            found["known"] > 0))).sort_values("activity", ignore_index=True)


def _queues(found: pd.DataFrame) -> pd.DataFrame:
    return found.rename(columns={"average": "mean_length"}).astype({
        "n": "int64", "mean_waiting_hours": "float64",
        "total_waiting_hours": "float64"})[
            ["activity", "n", "mean_length", "mean_waiting_hours",
             "total_waiting_hours"]]
