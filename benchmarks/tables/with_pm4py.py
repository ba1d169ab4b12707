"""The six groups of tables that pm4py has functions for, by these functions, on its pandas form.

It looks at the ends of events only: of a log with a column `start_timestamp` its case durations
fail (2.7.23). Its network of handovers gives shares where the others give numbers; it is half of
its time, and the results say what the race would be without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pm4py


def load(file: Path) -> pd.DataFrame:
    """The log under the names that pm4py looks for."""
    log = pd.read_parquet(file).rename(columns={"resource": "org:resource"})
    return pm4py.format_dataframe(
        log, case_id="case_id", activity_key="activity", timestamp_key="end")


def edges(log: pd.DataFrame) -> pd.DataFrame:
    """How often, and how long: the time between the two, to their ends, in seconds."""
    frequency, _, _ = pm4py.discover_dfg(log)
    performance, _, _ = pm4py.discover_performance_dfg(log)
    return pd.DataFrame([
        {"source": source, "target": target, "events": count,
         "hours_to_end": performance[source, target]["mean"] / 3600,
         "median_hours_to_end": performance[source, target]["median"] / 3600}
        for (source, target), count in frequency.items()])


def variants(log: pd.DataFrame) -> pd.DataFrame:
    """The sequences of activities and their cases."""
    counted = pm4py.get_variants(log)
    return pd.DataFrame({"activities": map(list, counted), "cases": counted.values()})


def ends(function: Callable[[pd.DataFrame], Mapping[str, int]]) -> Callable[..., pd.DataFrame]:
    """A table of activities with their cases, of a function that gives a mapping."""
    def table(log: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame(function(log).items(), columns=["activity", "cases"])
    return table


def activities(log: pd.DataFrame) -> pd.DataFrame:
    """The cases in which an activity is done twice or more; nothing else that there is to know."""
    counted = pm4py.get_rework_cases_per_activity(log)
    return pd.DataFrame(counted.items(), columns=["activity", "rework_cases"])


def cases(log: pd.DataFrame) -> pd.DataFrame:
    """The durations of the cases, from end to end of event."""
    return pd.DataFrame({"hours_to_the_last_end": pm4py.get_all_case_durations(log)}) / 3600


def handovers(log: pd.DataFrame) -> pd.DataFrame:
    """Who hands work to whom, as shares of all of it."""
    network = pm4py.discover_handover_of_work_network(log)
    return pd.DataFrame([{"source": source, "target": target, "share": share}
                         for (source, target), share in network.connections.items()])


TABLES: Mapping[str, Callable[[pd.DataFrame], Any]] = {
    "variants": variants,
    "directly_follows": edges,
    "start_activities": ends(pm4py.get_start_activities),
    "end_activities": ends(pm4py.get_end_activities),
    "cases": cases,
    "activities": activities,
    "handovers": handovers,
}
