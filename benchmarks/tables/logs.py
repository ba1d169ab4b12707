"""The logs of the benchmark: typed rows as Parquet, which every peer loads by itself.

A generated log is process-like: fourteen activities in a row, of which a case does the next one,
does the last one again, goes one back, or ends. Pauses and spans of work are log-normal, each
step begins when the one before is over, and the rows stand by their end, as an export has them.
It is made in blocks of cases, each from a seed of its own, so that size costs no memory.

Columns: case_id, activity, resource, unit (text), start, end (UTC, microseconds); a log with one
timestamp has no start.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

SEED = 20250106
ACTIVITIES, RESOURCES, UNITS = 14, 80, 6
CASES_IN_BLOCK = 100_000
FIRST = 1_736_150_400_000_000  # Monday 6 January 2025, 08:00 UTC, in microseconds
BETWEEN_CASES = 30_000_000  # half a minute
HOUR = 3.6e9


def generated(file: Path, events: int, *, one_timestamp: bool) -> None:
    """Write a log of so many events; its last cases are cut off in the middle."""
    from pyarrow import parquet

    written, block = 0, 0
    writer = None
    while written < events:
        rows = _block(block).slice(0, events - written)
        if one_timestamp:
            rows = rows.drop_columns(["start"])
        writer = writer or parquet.ParquetWriter(file, rows.schema)
        writer.write_table(rows)
        written, block = written + rows.num_rows, block + 1
    if writer:
        writer.close()


def _block(number: int) -> pa.Table:
    """The events of one block of cases, by their end."""
    import numpy as np
    import pyarrow as pa

    draw = np.random.default_rng((SEED, number))
    case, activity = _walks(draw)
    count = len(case)
    work = (draw.lognormal(-1, 0.8, count) * HOUR).astype("int64")
    step = work + (draw.lognormal(1.5, 1.2, count) * HOUR).astype("int64")
    passed = np.cumsum(step)
    first = np.concatenate(([True], case[1:] != case[:-1]))
    before_case = np.maximum.accumulate(np.where(first, passed - step, 0))
    case = case + number * CASES_IN_BLOCK
    end = FIRST + case * BETWEEN_CASES + passed - before_case
    resource = (activity * 7 + draw.integers(0, 12, count)) % RESOURCES
    moment = pa.timestamp("us", "UTC")
    rows = pa.table({
        "case_id": pa.array(np.char.add("C", np.char.zfill(case.astype(str), 8))),
        "activity": _names("activity", activity, ACTIVITIES),
        "resource": _names("resource", resource, RESOURCES),
        "unit": _names("unit", case % UNITS, UNITS),
        "start": pa.array(end - work, moment),
        "end": pa.array(end, moment),
    })
    return rows.take(pa.array(np.argsort(end, kind="stable")))


def _walks(draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The cases of a block and their activities, case by case, each in its order."""
    import numpy as np

    upto = _chances().cumsum(axis=1)
    case = np.arange(CASES_IN_BLOCK)
    activity = np.zeros(CASES_IN_BLOCK, "int64")
    steps = []
    while len(case):
        steps.append((case, activity))
        after = (draw.random(len(case))[:, None] > upto[activity]).sum(axis=1)
        going_on = after < ACTIVITIES
        case, activity = case[going_on], after[going_on]
    place = np.concatenate([np.full(len(cases), k) for k, (cases, _) in enumerate(steps)])
    cases, activities = (np.concatenate(part) for part in zip(*steps, strict=True))
    order = np.lexsort((place, cases))
    return cases[order], activities[order]


def _chances() -> np.ndarray:
    """The chance of each activity after each; the last column is the end of the case."""
    import numpy as np

    chances = np.zeros((ACTIVITIES, ACTIVITIES + 1))
    for activity, row in enumerate(chances):
        row[activity + 1] += 0.80
        row[activity] += 0.05
        row[max(0, activity - 1)] += 0.05
        row[ACTIVITIES] += 0.10 if activity > 3 else 0.02
    return chances / chances.sum(axis=1, keepdims=True)


def _names(word: str, numbers: np.ndarray, count: int) -> pa.Array:
    import pyarrow as pa

    names = [f"{word} {number:02d}" for number in range(count)]
    return pa.DictionaryArray.from_arrays(numbers.astype("int32"), names).cast(pa.string())


def published(source: Path, file: Path) -> None:
    """Write the typed rows of a published log, as intake reads them."""
    from workbench import read_log
    from workbench.engine import frame

    log = read_log(source)
    events = log.events.join(log.cases.select("case", "case_id"), "case")
    wanted = ["case_id", "activity", "resource", "unit", "start", "end"]
    rows = frame(events.order_by("case", "position").select(wanted))
    rows.dropna(axis="columns", how="all").to_parquet(file, index=False)


def main(file: Path, kind: str, *arguments: str) -> None:
    if kind == "published":
        published(Path(arguments[0]), file)
    else:
        events, one_timestamp = map(int, arguments)
        generated(file, events, one_timestamp=bool(one_timestamp))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
    print("{}")
