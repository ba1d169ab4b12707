"""The eight groups of tables in Polars: a lazy scan, one sort, then lazy queries.

What several tables read (ordered events, one row per case) is collected once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import polars as pl
from polars import col


class Log(NamedTuple):
    """Ordered events with what is before them; how often each case visits each activity; cases."""

    events: pl.LazyFrame
    visits: pl.LazyFrame
    cases: pl.LazyFrame
    spans: bool


def load(file: Path) -> Log:
    rows = pl.scan_parquet(file)
    spans = "start" in rows.collect_schema()
    follows = col("case") == col("case").shift()
    events = (
        rows.with_columns(
            col("activity", "resource").cast(pl.Categorical),
            begin=col("start" if spans else "end"))
        .sort("case_id", "begin", "end", maintain_order=True)
        .with_columns(case=col("case_id").rle_id())
        .with_columns(
            previous_activity=pl.when(follows).then(col("activity").shift()),
            next_resource=pl.when(follows.shift(-1)).then(col("resource").shift(-1)),
            gap_hours=pl.when(follows).then(hours(col("begin") - col("end").shift())))
    )
    if spans:
        latest = pl.when(follows).then(col("end").cum_max().over("case").shift())
        events = events.with_columns(
            processing_hours=hours(col("end") - col("start")),
            busy_hours=hours(beyond(latest)),
            waiting_hours=hours(col("start") - latest).clip(lower_bound=0))
    ordered = events.collect().lazy()
    visits = ordered.group_by("case", "activity").agg(visits=pl.len()).collect().lazy()
    return Log(ordered, visits, _cases(ordered, visits, spans=spans).collect().lazy(), spans)


def hours(span: pl.Expr) -> pl.Expr:
    return span.dt.total_microseconds() / 3.6e9


def beyond(latest: pl.Expr) -> pl.Expr:
    """What each span adds to the union of those before it."""
    added = col("end") - pl.max_horizontal("start", latest)
    return pl.max_horizontal(added, pl.duration())


def _cases(events: pl.LazyFrame, visits: pl.LazyFrame, *, spans: bool) -> pl.LazyFrame:
    sums = [col("processing_hours", "busy_hours").sum()] if spans else []
    cases = events.group_by("case").agg(
        *sums, col("case_id").first(), start=col("begin").min(), end=col("end").max(),
        events=pl.len(), path=col("activity"),
        first_activity=col("activity").first(), last_activity=col("activity").last(),
    ).with_columns(throughput_hours=hours(col("end") - col("start")))
    cases = cases.join(
        visits.group_by("case").agg(rework=(col("visits") > 1).any()), on="case")
    if spans:
        cases = cases.with_columns(waiting_hours=col("throughput_hours") - col("busy_hours"))
    return cases


def _ranks(log: Log) -> pl.LazyFrame:
    return (
        log.cases.group_by("path")
        .agg(cases=pl.len(), median_throughput_hours=col("throughput_hours").median())
        .sort("cases", descending=True)
        .with_row_index("variant_rank", 1)
    )


def log_summary(log: Log) -> pl.DataFrame:
    events = log.events.select(
        events=pl.len(), activities=col("activity").n_unique(),
        resources=col("resource").n_unique(), first=col("begin").min(), last=col("end").max())
    cases = log.cases.select(cases=pl.len(), variants=col("path").n_unique())
    return pl.concat([events, cases], how="horizontal").collect()


def variants(log: Log) -> pl.DataFrame:
    share = col("cases") / col("cases").sum()
    return _ranks(log).with_columns(share=share, cumulative_share=share.cum_sum()).collect()


def directly_follows(log: Log) -> pl.DataFrame:
    gap = col("gap_hours")
    return (
        log.events.filter(col("previous_activity").is_not_null())
        .group_by("previous_activity", "activity")
        .agg(events=pl.len(), cases=col("case").n_unique(), mean_hours=gap.mean(),
             median_hours=gap.median(), p95_hours=gap.quantile(0.95, "linear"))
        .collect()
    )


def start_activities(log: Log) -> pl.DataFrame:
    return log.cases.group_by("first_activity").agg(cases=pl.len()).collect()


def end_activities(log: Log) -> pl.DataFrame:
    return log.cases.group_by("last_activity").agg(cases=pl.len()).collect()


def cases(log: Log) -> pl.DataFrame:
    ranked = log.cases.join(_ranks(log).select("path", "variant_rank"), on="path")
    return ranked.drop("path", "case").sort("case_id").collect()


def activities(log: Log) -> pl.DataFrame:
    self_loop = (col("previous_activity") == col("activity")).fill_null(value=False)
    times = ("processing_hours", "waiting_hours") if log.spans else ()
    events = log.events.group_by("activity").agg(
        *(col(time).median().alias(f"median_{time}") for time in times),
        *(col(time).quantile(0.95, "linear").alias(f"p95_{time}") for time in times),
        events=pl.len(), self_loops=self_loop.sum())
    visits = log.visits.group_by("activity").agg(
        cases=pl.len(), rework_cases=(col("visits") > 1).sum())
    return events.join(visits, on="activity").with_columns(
        repetitions=col("events") - col("cases") - col("self_loops"),
        rework_rate=col("rework_cases") / col("cases")).collect()


def handovers(log: Log) -> pl.DataFrame:
    return (
        log.events.filter(col("resource").is_not_null() & col("next_resource").is_not_null())
        .group_by("resource", "next_resource").agg(events=pl.len()).collect()
    )


def resources(log: Log) -> pl.DataFrame:
    """Busy and present: the union of the spans, and of the days from first start to last end."""
    known = log.events.filter(col("resource").is_not_null())
    found = known.group_by("resource").agg(events=pl.len(), cases=col("case").n_unique())
    if log.spans:
        days = known.group_by("resource", day=col("start").dt.truncate("1d")).agg(
            col("start").min(), col("end").max())
        found = (
            found.join(_union(known, "busy_hours"), on="resource")
            .join(_union(days, "present_hours"), on="resource")
            .with_columns(utilisation=col("busy_hours") / col("present_hours"))
        )
    return found.collect()


def _union(spans: pl.LazyFrame, name: str) -> pl.LazyFrame:
    follows = col("resource") == col("resource").shift()
    latest = pl.when(follows).then(col("end").cum_max().over("resource").shift())
    return (
        spans.select("resource", "start", "end").sort("resource", "start", "end")
        .with_columns(hours=hours(beyond(latest)))
        .group_by("resource").agg(col("hours").sum().alias(name))
    )


TABLES: Mapping[str, Callable[[Log], pl.DataFrame]] = {
    table.__name__: table for table in (
        log_summary, variants, directly_follows, start_activities, end_activities, cases,
        activities, handovers, resources)
}
