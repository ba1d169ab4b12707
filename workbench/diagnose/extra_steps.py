"""Extra steps: slow activities that only some cases pass, and the hours that go with each one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.causes import Association, association, significant
from workbench.diagnose.baseline import Baseline
from workbench.diagnose.loss import Loss, lift
from workbench.diagnose.rules import THRESHOLDS
from workbench.engine import frame

if TYPE_CHECKING:
    import pandas as pd

ARROW = " → "
"""Between the activities of an issue that spans several."""


def extra_steps(
    baseline: Baseline, loss: Loss
) -> tuple[tuple[tuple[str, ...], Association], ...]:
    """Groups of slow steps that not every case passes, where each one more goes with more hours.

    An activity qualifies where fewer than 95 % of cases pass it (or 5 % pass it twice or more in a
    row) and its wait is at least 1.25 times, and surely longer than, that of the others. Those
    that some cases skip and that mostly follow one another are one group. A group stands where the
    adjusted slope of throughput time on the number of its steps is above zero after
    Benjamini-Hochberg.
    """
    groups = _groups(baseline, loss)
    tried = {}
    for group in groups:
        counted = count_steps(baseline, group)
        slope = association(counted, "steps")
        if slope is not None:
            tried[ARROW.join(group)] = (group, replace(slope, factor=ARROW.join(group)))
    kept = significant(slope for _, slope in tried.values())
    return tuple(tried[slope.factor] for slope in kept if slope.hours > 0)


def places(baseline: Baseline) -> dict[str, float]:
    """Where in its case each activity stands on average: 0 the first event, 1 the last."""
    events = baseline.log.events
    placed = events.join(baseline.log.cases.select("case", total="events"), "case")
    share = placed.position.cast("float64") / (placed.total - 1).nullif(0)
    found = frame(placed.group_by("activity").agg(place=share.mean().coalesce(0.5)))
    return dict(zip(found["activity"], found["place"].astype(float), strict=True))


def count_cases(baseline: Baseline, activities: Sequence[str]) -> int:
    """How many cases pass at least one of these activities."""
    events = baseline.log.events
    chosen = events.filter(events.activity.isin(list(activities)))
    return int(frame(chosen.aggregate(cases=chosen.case.nunique()))["cases"].iloc[0])


def count_steps(baseline: Baseline, activities: Sequence[str]) -> pd.DataFrame:
    """The cases whose throughput is known, with `steps`: events of these activities in each."""
    events = baseline.log.events
    chosen = events.filter(events.activity.isin(list(activities)))
    counts = frame(chosen.group_by("case").agg(steps=chosen.count()))
    cases = baseline.known.merge(counts, on="case", how="left")
    return cases.assign(steps=cases["steps"].fillna(0).astype(float))


def _groups(baseline: Baseline, loss: Loss) -> tuple[tuple[str, ...], ...]:
    names = sorted(set(loss.hours["activity"]))
    lifts = {name: lift(loss, (name,), len(names)) for name in names}
    slow = {name for name, (ratio, sure) in lifts.items()
            if ratio >= THRESHOLDS["lift"] and sure > 1}
    events = baseline.log.events
    use = frame(events.group_by("activity").agg(
        cases=events.case.nunique(), in_a_row=events.case.nunique(where=events.self_loop)))
    total = len(baseline.cases)
    skipped = use.loc[use["cases"] < THRESHOLDS["optional_share"] * total, "activity"]
    in_a_row = use.loc[use["in_a_row"] >= THRESHOLDS["repeated_share"] * total, "activity"]
    ways = frame(events.drop_null("previous_activity").group_by(
        ["previous_activity", "activity"]).agg(times=lambda way: way.count()))
    alone = slow & set(in_a_row) - set(skipped)
    return (*_joined(sorted(slow & set(skipped)), ways, places(baseline)),
            *((name,) for name in sorted(alone)))


def _joined(
    names: Sequence[str], ways: pd.DataFrame, order: Mapping[str, float]
) -> tuple[tuple[str, ...], ...]:
    """Names joined where most entries into one come from the other; each group in its order."""
    group = {name: {name} for name in names}
    entries = ways.groupby("activity")["times"].transform("sum")
    often = ways["times"] >= THRESHOLDS["follows_share"] * entries
    for earlier, later in ways.loc[often, ["previous_activity", "activity"]].to_numpy():
        if earlier in group and later in group:
            merged = group[earlier] | group[later]
            for name in merged:
                group[name] = merged
    unique = {tuple(sorted(each, key=lambda name: (order[name], name))) for each in group.values()}
    return tuple(sorted(unique))


