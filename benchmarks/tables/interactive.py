"""One metric at a time of a prepared log, with a filter, as the explorer asks for it.

Every table and every metric of the catalogue that the log can answer, cut to a unit, to a period
and to a kind of case, each the median of five. Beside it the empty query: one value of one case,
through the same cut and the same way back to pandas.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import ours

from workbench import metrics
from workbench.engine import frame

if TYPE_CHECKING:
    import pandas as pd

    from workbench.model import EventLog

ROUNDS = 5
SLOW = 1.0  # second
EMPTY = "(empty query)"


def cuts(log: EventLog) -> Mapping[str, EventLog]:
    """The log under each filter: one of six units, the first half of the time, rework only."""
    cases = log.cases
    span = frame(cases.aggregate(first=cases.start.min(), last=cases.start.max()))
    middle = (span["first"] + (span["last"] - span["first"]) / 2)[0].to_pydatetime()
    return {
        "no filter": log,
        "unit": log.only(cases.filter(cases.unit == "unit 03")),
        "period": log.only(cases.filter(cases.start < middle)),
        "attribute": log.only(cases.filter(cases.rework)),
    }


def questions(log: EventLog) -> Mapping[str, Callable[[EventLog], pd.DataFrame]]:
    """What is asked: the tables, then the metrics of the catalogue that need nothing more."""
    asked = [name for name, metric in metrics.METRICS.items()
             if metric.measured and not metric.missing(log)]
    return {
        EMPTY: lambda cut: frame(cut.cases.limit(1).select("case")),
        **ours.TABLES,
        "kpi_series": metrics.weekly,
        "rework summary": metrics.rework.summary,
        "workload": metrics.workload.workload,
        "queues": metrics.queues.queues,
        **{f"measure {name}": lambda cut, name=name: metrics.measure(cut, name) for name in asked},
    }


def seconds(question: Callable[[EventLog], pd.DataFrame], cut: EventLog) -> float:
    """The median of so many answers; of a slow one the first is enough to know that it is."""
    taken: list[float] = []
    while len(taken) < ROUNDS and max(taken, default=0) < SLOW:
        started = time.perf_counter()
        question(cut)
        taken.append(time.perf_counter() - started)
    return median(taken)


def main(file: Path) -> dict[str, dict[str, float]]:
    log = ours.load(file)
    parts = cuts(log)
    return {name: {part: seconds(question, cut) for part, cut in parts.items()}
            for name, question in questions(log).items()}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
