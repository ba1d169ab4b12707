"""The levels at which a metric may be asked: rows with their level columns, grouped and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.engine import frame, local_time
from workbench.metrics.resources import pseudonyms
from workbench.metrics.time import shown_ids

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from workbench.metrics.metric import Question
    from workbench.model import EventLog

_TRUNCATED = {"week": "W", "month": "M"}


def columns(question: Question) -> list[str]:
    """The columns that name the groups of a question; of a case its code, until it is shown."""
    return list(question.by)


def case_rows(log: EventLog, question: Question) -> ir.Table:
    """The cases; where periods are asked for, each in the one in which it starts."""
    return in_periods(log.cases, log.cases.start, log, question)


def event_rows(log: EventLog, question: Question) -> ir.Table:
    """The events; where periods are asked for, each in the one in which it begins."""
    return in_periods(log.events, log.events.start.coalesce(log.events.end), log, question)


def in_periods(
    rows: ir.Table, moment: ir.TimestampColumn, log: EventLog, question: Question
) -> ir.Table:
    """Rows with `period`, the first day of their week or month, where periods are asked for."""
    if "period" not in question.by:
        return rows
    return rows.mutate(period=first_day(moment, log, question))


def first_day(moment: ir.TimestampColumn, log: EventLog, question: Question) -> ir.Column:
    """The first day of the week or month of a moment on the clocks of the log's zone."""
    return local_time(moment, log.zone).truncate(_TRUNCATED[question.period])


def grouped(rows: ir.Table, keys: list[str], **aggregates: ir.Scalar) -> ir.Table:
    """Rows aggregated by their group; the whole of them where no group is named."""
    return rows.group_by(keys).aggregate(**aggregates) if keys else rows.aggregate(**aggregates)


def answer(found: ir.Table | pd.DataFrame, log: EventLog, question: Question) -> pd.DataFrame:
    """A small table as it is handed over: cases by id, people under pseudonyms, sorted by group."""
    if not hasattr(found, "iloc"):
        if "case" in question.by:
            found = found.join(log.cases.select("case", "case_id"), "case").drop("case")
        found = frame(found)
    elif "case" in question.by:
        ids = frame(log.cases.select("case", "case_id")).set_index("case")["case_id"]
        found = found.assign(case_id=found["case"].map(ids)).drop(columns="case")
    if not question.by:
        return found
    return _sorted(_hidden(_dated(found), log, question), question)


def _dated(found: pd.DataFrame) -> pd.DataFrame:
    if "period" not in found or found["period"].dtype.kind != "M":
        return found
    return found.assign(period=found["period"].dt.strftime("%Y-%m-%d"))


def _hidden(found: pd.DataFrame, log: EventLog, question: Question) -> pd.DataFrame:
    if question.reveal:
        return found
    if "resource" in found:
        found = found.assign(resource=found["resource"].map(pseudonyms(log)).astype("str"))
    if "case_id" in found:
        found = found.assign(case_id=shown_ids(found["case_id"], log.key))
    return found


def _sorted(found: pd.DataFrame, question: Question) -> pd.DataFrame:
    keys = ["case_id" if level == "case" else level for level in question.by]
    rest = [column for column in found.columns if column not in keys]
    return found[keys + rest].sort_values(keys, ignore_index=True)
