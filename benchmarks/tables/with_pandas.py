"""The eight groups of tables in plain pandas: categories, one sort, shifts and group-bys.

What several tables read (ordered events, one row per case) is made once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

TEXT = ["case_id", "activity", "resource"]


class Log(NamedTuple):
    """Ordered events with what is before them, and one row per case."""

    events: pd.DataFrame
    cases: pd.DataFrame
    spans: bool


def load(file: Path) -> Log:
    events = pd.read_parquet(file, read_dictionary=TEXT)
    spans = "start" in events
    events["begin"] = events["start"] if spans else events["end"]
    events = events.sort_values(["case_id", "begin", "end"], kind="stable", ignore_index=True)
    follows = events["case_id"].cat.codes.diff().eq(0)
    goes_on = follows.shift(-1, fill_value=False)
    events["previous_activity"] = events["activity"].shift().where(follows)
    events["next_resource"] = events["resource"].shift(-1).where(goes_on)
    events["gap_hours"] = hours(events["begin"] - events["end"].shift().where(follows))
    events["occurrence"] = grouped(events, ["case_id", "activity"]).cumcount() + 1
    if spans:
        latest = grouped(events, "case_id")["end"].cummax().shift().where(follows)
        events["processing_hours"] = hours(events["end"] - events["start"])
        events["busy_hours"] = hours(beyond(events, latest))
        events["waiting_hours"] = hours(events["start"] - latest).clip(lower=0)
    return Log(events, _cases(events, spans=spans), spans)


def grouped(events: pd.DataFrame, by: str | list[str]) -> pd.api.typing.DataFrameGroupBy:
    return events.groupby(by, observed=True, sort=False)


def hours(spans: pd.Series) -> pd.Series:
    return spans / pd.Timedelta(hours=1)


def beyond(spans: pd.DataFrame, latest: pd.Series) -> pd.Series:
    """What each span adds to the union of those before it."""
    added = spans["end"] - spans["start"].where(latest.isna() | (spans["start"] > latest), latest)
    return added.clip(lower=pd.Timedelta(0))


def _cases(events: pd.DataFrame, *, spans: bool) -> pd.DataFrame:
    """One row per case; its path is the activities as one text, a sign for each activity."""
    signs = [chr(0x4E00 + number) for number in range(len(events["activity"].cat.categories))]
    signed = events["activity"].cat.rename_categories(signs).astype(object)
    sums = {name: (name, "sum") for name in ("processing_hours", "busy_hours") if spans}
    cases = grouped(events, "case_id").agg(
        start=("begin", "min"), end=("end", "max"), events=("end", "size"),
        most=("occurrence", "max"), first_activity=("activity", "first"),
        last_activity=("activity", "last"), **sums)
    cases["path"] = signed.groupby(events["case_id"], observed=True, sort=False).agg("".join)
    cases["throughput_hours"] = hours(cases["end"] - cases["start"])
    if spans:
        cases["waiting_hours"] = cases["throughput_hours"] - cases["busy_hours"]
    return cases.assign(rework=cases.pop("most") > 1)


def log_summary(log: Log) -> pd.DataFrame:
    events, cases = log.events, log.cases
    return pd.DataFrame([{
        "events": len(events), "cases": len(cases), "activities": events["activity"].nunique(),
        "variants": cases["path"].nunique(), "resources": events["resource"].nunique(),
        "first": events["begin"].min(), "last": events["end"].max()}])


def variants(log: Log) -> pd.DataFrame:
    found = log.cases.groupby("path")["throughput_hours"].agg(
        cases="size", median_throughput_hours="median").reset_index()
    found = found.sort_values(["cases", "path"], ascending=[False, True], ignore_index=True)
    share = found["cases"] / found["cases"].sum()
    return found.assign(rank=found.index + 1, share=share, cumulative_share=share.cumsum())


def directly_follows(log: Log) -> pd.DataFrame:
    edges = log.events.dropna(subset="previous_activity").groupby(
        ["previous_activity", "activity"], observed=True)
    found = edges.agg(
        events=("gap_hours", "size"), cases=("case_id", "nunique"),
        mean_hours=("gap_hours", "mean"))
    found["median_hours"], found["p95_hours"] = _quantiles(edges["gap_hours"])
    return found.reset_index()


def _quantiles(times: pd.api.typing.SeriesGroupBy) -> tuple[pd.Series, pd.Series]:
    """Median and P95 of each group."""
    both = times.quantile([0.5, 0.95])
    return both.xs(0.5, level=-1), both.xs(0.95, level=-1)


def start_activities(log: Log) -> pd.DataFrame:
    return _counted(log.cases["first_activity"])


def end_activities(log: Log) -> pd.DataFrame:
    return _counted(log.cases["last_activity"])


def _counted(activity: pd.Series) -> pd.DataFrame:
    return activity.groupby(activity, observed=True).size().reset_index(name="cases")


def cases(log: Log) -> pd.DataFrame:
    ranks = variants(log).set_index("path")["rank"]
    ranked = log.cases.assign(variant_rank=log.cases["path"].map(ranks))
    return ranked.drop(columns="path").sort_index().reset_index()


def activities(log: Log) -> pd.DataFrame:
    events = log.events
    same = events["previous_activity"].eq(events["activity"])
    marked = events.assign(
        first=events["occurrence"].eq(1), second=events["occurrence"].eq(2), self_loop=same,
        repetition=events["occurrence"].gt(1) & ~same)
    by_activity = marked.groupby("activity", observed=True)
    found = by_activity.agg(
        events=("first", "size"), cases=("first", "sum"), self_loops=("self_loop", "sum"),
        repetitions=("repetition", "sum"), rework_cases=("second", "sum"))
    found["rework_rate"] = found["rework_cases"] / found["cases"]
    for time in ("processing", "waiting") if log.spans else ():
        times = _quantiles(by_activity[f"{time}_hours"])
        found[f"median_{time}_hours"], found[f"p95_{time}_hours"] = times
    return found.reset_index()


def handovers(log: Log) -> pd.DataFrame:
    found = log.events.groupby(["resource", "next_resource"], observed=True).size()
    return found.reset_index(name="events")


def resources(log: Log) -> pd.DataFrame:
    """Busy and present: the union of the spans, and of the days from first start to last end."""
    by_resource = log.events.groupby("resource", observed=True)
    found = by_resource.agg(events=("end", "size"), cases=("case_id", "nunique"))
    if log.spans:
        spans = log.events[["resource", "start", "end"]]
        days = spans.groupby(["resource", spans["start"].dt.floor("D").rename("day")],
                             observed=True).agg(start=("start", "min"), end=("end", "max"))
        found["busy_hours"] = _union(spans)
        found["utilisation"] = found["busy_hours"] / _union(days.reset_index())
    return found.reset_index()


def _union(spans: pd.DataFrame) -> pd.Series:
    spans = spans.sort_values(["resource", "start", "end"], ignore_index=True)
    follows = spans["resource"].cat.codes.diff().eq(0)
    latest = grouped(spans, "resource")["end"].cummax().shift().where(follows)
    return hours(beyond(spans, latest)).groupby(spans["resource"], observed=True).sum()


TABLES: Mapping[str, Callable[[Log], pd.DataFrame]] = {
    table.__name__: table for table in (
        log_summary, variants, directly_follows, start_activities, end_activities, cases,
        activities, handovers, resources)
}
