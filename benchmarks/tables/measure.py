"""One peer on one log, in this process: prints seconds per step, peak memory and sums as JSON.

The seconds of the processor stand beside those of the clock: they tell a busy machine. Loading
is the first step; importing is none. The sums (rows of each table, and the sum of each column of
numbers) let the peers be compared with one another: equal work is a condition of a fair race.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

MODULES = {"workbench": "ours", "SQL by hand": "with_sql", "pm4py": "with_pm4py",
           "pandas": "with_pandas", "Polars": "with_polars"}


def measured(peer: str, file: Path) -> dict[str, Any]:
    module = importlib.import_module(MODULES[peer])
    seconds, found = {}, {}
    worked = _processor_seconds()
    started = time.perf_counter()
    log = module.load(file)
    seconds["load"] = time.perf_counter() - started
    for name, table in module.TABLES.items():
        started = time.perf_counter()
        found[name] = table(log)
        seconds[name] = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "processor": _processor_seconds() - worked, "peak_mb": peak,
            "sums": {name: _sums(table) for name, table in found.items()}}


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _sums(table: Any) -> dict[str, float]:
    """How many rows, and the sum of each column of numbers."""
    rows = table.to_pandas() if hasattr(table, "to_pandas") else table
    if not isinstance(rows, pd.DataFrame):
        return {}
    numbers = rows.select_dtypes(["number", "bool"])
    return {"rows": len(rows), **{name: float(numbers[name].sum()) for name in numbers}}


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], Path(sys.argv[2]))))
