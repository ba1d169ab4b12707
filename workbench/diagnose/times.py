"""Where time goes: per activity, over all cases, per group of cases, and from week to week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.diagnose.baseline import Baseline
from workbench.diagnose.working import WORKING_COLUMNS, working_columns
from workbench.effect.proportions import wilson
from workbench.metrics import rework, workload

if TYPE_CHECKING:
    import pandas as pd

FEWEST_CASES = 10
"""A group of fewer cases gets no quantiles of its own."""

_BARS = 24


def time_split(baseline: Baseline) -> pd.DataFrame:
    """What each activity adds to the mean case: waiting before it, and work in it by the clock.

    Hours of all its events / all cases; with one timestamp the hours elapsed since the event
    before, which are waiting and work together.

    Returns:
        activity, events, share (of all these hours), waiting_hours, processing_hours (or
        elapsed_hours alone), and the medians over events; with a calendar also
        working_waiting_hours, … (the same in working time); longest first. What cannot be known has
        no column.
    """
    table = rework.activities(baseline.log)
    times = ("waiting", "processing") if baseline.timed else ("elapsed",)
    split = table[["activity", "events"]].copy()
    for time in times:
        counted = "busy" if time == "processing" else time  # what overlaps counts once
        split[f"{time}_hours"] = table[f"total_{counted}_hours"].fillna(0.0) / len(baseline.cases)
    total = split[[f"{time}_hours" for time in times]].sum(axis=1)
    split.insert(2, "share", total / total.sum() if total.sum() else float("nan"))
    for time in times:
        split[f"median_{time}_hours"] = table[f"median_{time}_hours"]
    split[f"p95_{times[0]}_hours"] = table[f"p95_{times[0]}_hours"]
    for time in times if baseline.log.calendar else ():
        counted = "busy" if time == "processing" else time
        worked = table[f"working_total_{counted}_hours"].fillna(0.0) / len(baseline.cases)
        split[f"working_{time}_hours"] = worked
    return split.sort_values(["share", "activity"], ascending=[False, True],
                             kind="stable").reset_index(drop=True)


def throughput(baseline: Baseline, promise_hours: float | None) -> pd.DataFrame:
    """Quantiles of throughput time over all cases, and per unit, stratum and start activity.

    Returns:
        by (all, unit, stratum), group, cases, n (whose throughput is known), mean_hours, p25_hours,
        median_hours, p75_hours, p90_hours, p95_hours, late_n (old enough to be judged), late_share,
        late_low_share, late_high_share (Wilson; empty without a promise); with a calendar
        working_mean_hours, working_median_hours, working_p90_hours.
    """
    import pandas as pd

    made = [_quantiles(baseline, baseline.cases, "all", "", promise_hours)]
    for by in ("unit", "stratum"):
        if baseline.log.has(by):
            made += [_quantiles(baseline, rows, by, str(name), promise_hours)
                     for name, rows in baseline.cases.groupby(by, sort=True)]
    return pd.DataFrame(made)


def late(
    baseline: Baseline, cases: pd.DataFrame, promise_hours: float
) -> tuple[int, int, float]:
    """How many cases broke the promise, of how many old enough to judge, and by how many hours.

    A case is old enough where start + promise ≤ the end of observation; it is late where it took
    longer or is still open; its hours beyond the promise run to its end, or to the end of
    observation while it is open. A case withdrawn within the promise neither keeps nor breaks it:
    it is not judged.
    """
    import pandas as pd

    end = pd.Timestamp(baseline.end)
    judged = cases[cases["start"] + pd.Timedelta(hours=promise_hours) <= end]
    taken = judged["throughput_hours"].astype(float)
    if baseline.finished:
        still = ~judged["closed"].fillna(value=False).astype(bool)
        taken = taken.mask(still, (end - judged["start"]).dt.total_seconds() / 3600)
    given_up = judged["withdrawn"].fillna(value=False).astype(bool) & (taken <= promise_hours)
    beyond = (taken - promise_hours)[~given_up].clip(lower=0)
    return int((beyond > 0).sum()), len(beyond), float(beyond.sum())


def throughput_histogram(baseline: Baseline) -> pd.DataFrame:
    """Cases by throughput time in equal bars, up to beyond the 98th percentile.

    Returns:
        low_hours, high_hours, cases; cases beyond the last bar are not among them.
    """
    import numpy as np
    import pandas as pd

    hours = baseline.known["throughput_hours"].astype(float)
    if hours.empty:
        return pd.DataFrame(columns=["low_hours", "high_hours", "cases"])
    width = _round_width(max(float(hours.quantile(0.98)), 1e-6) / _BARS)
    edges = np.arange(_BARS + 1) * width
    counts, _ = np.histogram(hours, bins=edges)
    bars = pd.DataFrame({"low_hours": edges[:-1], "high_hours": edges[1:], "cases": counts})
    return bars.iloc[: int(np.flatnonzero(counts)[-1]) + 1]


def throughput_marks(baseline: Baseline, promise_hours: float | None) -> pd.DataFrame:
    """What is marked on the picture of throughput times: mark (median, promise), hours."""
    import pandas as pd

    marks = {"median": float(baseline.known["throughput_hours"].astype(float).median()),
             "promise": promise_hours}
    return pd.DataFrame([{"mark": name, "hours": hours} for name, hours in marks.items()
                         if hours is not None and hours == hours],  # noqa: PLR0124 - NaN
                        columns=["mark", "hours"])


def weekly_load(baseline: Baseline) -> pd.DataFrame:
    """Arrivals, closures and open cases of each week, so that a busy season shows.

    Returns:
        week (its Monday), arrivals, closed (cases that ended in it), open (arrived and not ended by
        the end of it); without end activities the last two are left out: they cannot be known.
    """
    load = workload.weekly_load(baseline.log).rename(columns={"period": "week"})
    return load if baseline.finished else load[["week", "arrivals"]]


def _quantiles(
    baseline: Baseline, cases: pd.DataFrame, by: str, group: str, promise_hours: float | None
) -> dict[str, object]:
    known = cases.loc[cases.index.intersection(baseline.known.index)]
    hours = known["throughput_hours"].astype(float)
    row: dict[str, object] = {"by": by, "group": group, "cases": len(cases), "n": len(hours)}
    enough = len(hours) >= FEWEST_CASES or by == "all"
    row["mean_hours"] = float(hours.mean()) if enough and len(hours) else None
    for name, share in (("p25", 0.25), ("median", 0.5), ("p75", 0.75), ("p90", 0.9), ("p95", 0.95)):
        row[f"{name}_hours"] = float(hours.quantile(share)) if enough and len(hours) else None
    row |= dict.fromkeys(("late_n", "late_share", "late_low_share", "late_high_share"))
    if promise_hours is not None and enough:
        count, n, _ = late(baseline, cases, promise_hours)
        low, high = wilson(count, n)
        row |= {"late_n": n, "late_share": count / n if n else None, "late_low_share": low,
                "late_high_share": high}
    if baseline.log.calendar:
        row |= working_columns(known) if enough and len(hours) else dict.fromkeys(WORKING_COLUMNS)
    return row


def _round_width(width: float) -> float:
    """The next width that a reader can count with: minutes, hours or days."""
    steps = (0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 120, 168, 336, 720, 1440)
    return next((step for step in steps if step >= width), width)
