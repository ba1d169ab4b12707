"""What the work and the waiting of a log cost, by the prices per hour that the client stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from workbench.metrics import levels
from workbench.metrics.time import total_hours

if TYPE_CHECKING:
    import pandas as pd

    from workbench.metrics.metric import Question
    from workbench.model import EventLog


def cost(log: EventLog, question: Question) -> pd.DataFrame:
    """Hours times their price: of work, and of waiting where it has one.

    Work is the span of each event, waiting its time from enabled to start, both of activity
    instances; with a calendar hours of working time have a price, nights and weekends have none.
    Columns: n (activity instances whose hours are known), work_hours, work_money, waiting_hours,
    waiting_money (empty without a price of waiting, or of work), money (the sum of those with a
    price). The hours are `working_…` with a calendar. Empty with one timestamp.
    """
    keys, costs = levels.columns(question), question.costs
    before = "working_" if log.calendar else ""
    rows = levels.event_rows(log, question)
    work = rows[f"{before}processing_hours"]
    found = levels.grouped(
        rows, keys, n=work.count(), work=total_hours(work),
        waiting=total_hours(rows[f"{before}waiting_hours"]))
    prices = {"work": costs.work_hour, "waiting": costs.waiting_hour}
    money = {name: found[name] * price if price is not None else ibis.null("float64")
             for name, price in prices.items()}
    whole = (money["work"] + money["waiting"]).coalesce(money["work"], money["waiting"])
    return levels.answer(found.select(
        *keys, "n", **{
            f"{before}work_hours": found.work, "work_money": money["work"],
            f"{before}waiting_hours": found.waiting, "waiting_money": money["waiting"],
            "money": whole,
        }), log, question)
