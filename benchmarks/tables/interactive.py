"""One metric at a time of a prepared log, with a filter, as the explorer asks for it.

Every table, and every metric of the catalogue that a log can answer, for all of it and by each of
its levels, cut to a unit, to a period and to a kind of case. Beside it the empty query: one value
of one case, through the same cut and the same way back to pandas. The logs of the races have no
attribute and nothing that closes a case; here each case is of one of four kinds, and the last
activity closes it.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import ours
import pyarrow as pa
import pyarrow.compute
from pyarrow import parquet

from workbench import metrics
from workbench.engine import frame, open_engine
from workbench.model import Costs, EventLog, Rule

if TYPE_CHECKING:
    import pandas as pd

ROUNDS, ROUNDS_BY_LEVEL = 5, 2
SLOW = 0.3  # second; what took longer is slow, and is not asked again
EMPTY = "(empty query)"
BY = " by "
KINDS = 4
END = "activity 13"
TOLD = {
    "within_hours": 100.0, "activity": "activity 05",
    "costs": Costs(work_hour=300.0, waiting_hour=20.0),
    "rules": (Rule("R1", "precedence", ("activity 01", "activity 03")),),
}
"""What some metrics must be told."""

Question = Callable[[EventLog], "pd.DataFrame"]


def load(file: Path) -> EventLog:
    """The prepared log of typed rows, with `attribute:kind`."""
    rows = parquet.read_table(file)
    number = pyarrow.compute.utf8_slice_codeunits(rows["case_id"], -2, None).cast(pa.int64())
    kinds = pa.array([f"kind {each % KINDS}" for each in range(100)])
    rows = rows.append_column("attribute:kind", kinds.take(number.combine_chunks()))
    with tempfile.TemporaryDirectory() as folder:
        typed = Path(folder) / "typed.parquet"
        parquet.write_table(rows, typed)
        events, cases = open_engine().prepare(
            typed, has_start="start" in rows.column_names, end_activities=[END])
    return EventLog(events, cases, zone="UTC", cut=ours.CUT, end_activities=(END,),
                    roles=frozenset(rows.column_names), ties="learned", key="benchmark")


def cuts(log: EventLog) -> Mapping[str, EventLog]:
    """The log under each filter: one of six units, the first half of the time, one kind of four."""
    cases = log.cases
    span = frame(cases.aggregate(first=cases.start.min(), last=cases.start.max()))
    middle = (span["first"] + (span["last"] - span["first"]) / 2)[0].to_pydatetime()
    return {
        "no filter": log,
        "unit": log.only(cases.filter(cases.unit == "unit 03")),
        "period": log.only(cases.filter(cases.start < middle)),
        "attribute": log.only(cases.filter(cases["attribute:kind"] == "kind 1")),
    }


def questions(log: EventLog) -> Iterator[tuple[str, Question]]:
    """What is asked: nothing, the tables, then the metrics by their levels (cases: a table)."""
    yield EMPTY, lambda cut: frame(cut.cases.limit(1).select("case"))
    modules = metrics.__dict__
    yield from ours.TABLES.items()
    for table, module, name in (
            ("kpi_series", "kpis", "weekly"), ("workload", "workload", "workload"),
            ("queues", "queues", "queues"), ("rework", "quality", "rework"),
            ("yields", "quality", "yields"), ("handover_summary", "handover", "handover_summary"),
            ("waiting_causes", "waiting", "waiting_causes"),
            ("estimated_activities", "estimated", "activities"),
            ("first_contact", "first_contact", "first_contact_resolution")):
        yield table, getattr(modules[module], name)
    for name, metric in metrics.METRICS.items():
        if metric.measured is None or metric.missing(log, _question()):
            continue
        yield f"measure {name}", _measured(name, "log")
        for level in metric.levels:
            if level not in ("case", "stratum"):
                by = "attribute:kind" if level == "attribute" else level
                yield f"measure {name}{BY}{level}", _measured(name, by)


def _question() -> metrics.metric.Question:
    return metrics.metric.Question(**TOLD)


def _measured(name: str, by: str) -> Question:
    return lambda cut: metrics.measure(cut, name, by, **TOLD)


def seconds(question: Question, cut: EventLog, rounds: int) -> float:
    """The median of so many answers; of a slow one the second is enough to know that it is."""
    taken: list[float] = []
    while len(taken) < rounds and (len(taken) < 2 or min(taken) < SLOW):
        started = time.perf_counter()
        question(cut)
        taken.append(time.perf_counter() - started)
    return median(taken)


def main(file: Path) -> dict[str, dict[str, float]]:
    log = load(file)
    parts = cuts(log)
    return {name: {part: seconds(question, cut, ROUNDS_BY_LEVEL if BY in name else ROUNDS)
                   for part, cut in parts.items()}
            for name, question in questions(log)}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
