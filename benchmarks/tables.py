"""Preparing a log and computing its tables, beside plain pandas for the two it can do, in one run.

Run by `make bench`; an argument sets the number of events (default 200,000). The log is random:
cases of one to nineteen events of twelve activities, half an hour to two days apart. pandas does
the edges with their frequency and the variants; the engine does every table.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from workbench import metrics
from workbench.engine import open_engine
from workbench.model import EventLog


def watch(name: str, work: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    made = work()
    print(f"{name:<34}{time.perf_counter() - started:>8.2f} s")
    return made


def random_events(count: int) -> pd.DataFrame:
    draw = np.random.default_rng(20250106)
    case = np.repeat(np.arange(count), draw.integers(1, 20, count))[:count]
    gaps = pd.to_timedelta(draw.uniform(0.5, 48, count), unit="h").round("us")
    first = pd.Timestamp("2025-01-06T08:00Z") + pd.to_timedelta(case, unit="min")
    end = (first + pd.Series(gaps).groupby(case).cumsum().array).astype("datetime64[us, UTC]")
    steps, people = [f"step {k}" for k in range(12)], [f"R{k}" for k in range(40)]
    return pd.DataFrame({
        "case_id": case.astype(str), "activity": draw.choice(steps, count), "start": pd.NaT,
        "end": end, "resource": draw.choice(people, count),
        "unit": None, "stratum": None, "result": None, "sequence": np.arange(count),
        "file": "random.csv"})


def pandas_edges(events: pd.DataFrame) -> pd.Series:
    ordered = events.sort_values(["case_id", "end"], kind="stable")
    following = ordered.groupby("case_id")["activity"].shift(-1)
    return ordered.assign(target=following).dropna(subset="target").value_counts(
        ["activity", "target"])


def pandas_variants(events: pd.DataFrame) -> pd.Series:
    ordered = events.sort_values(["case_id", "end"], kind="stable")
    return ordered.groupby("case_id")["activity"].agg(tuple).value_counts()


def main(count: int) -> None:
    typed = random_events(count)
    print(f"{count:,} events, {typed['case_id'].nunique():,} cases")
    prepared = watch("engine: prepare", lambda: open_engine().prepare(typed, has_start=False))
    log = EventLog(*prepared, zone="UTC", cut=datetime(2026, 1, 1, tzinfo=UTC), end_activities=(),
                   roles=frozenset({"case_id", "activity", "end", "resource"}), ties="learned")
    watch("engine: directly_follows", lambda: metrics.variants.directly_follows(log))
    watch("engine: variants", lambda: metrics.variants.variants(log))
    watch("engine: every table", lambda: metrics.tables(log))
    watch("pandas: directly_follows", lambda: pandas_edges(typed))
    watch("pandas: variants", lambda: pandas_variants(typed))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'peak memory of all of it':<34}{peak:>8.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
