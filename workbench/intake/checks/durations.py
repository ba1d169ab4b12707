"""Checks of durations: none, far too long, or of somebody who was at work elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from workbench.intake.checks.events import DAY, UNKNOWN, Codes, Events, Finding
from workbench.intake.findings import listed


class ZeroDurations:
    """Work that took no time was entered afterwards, where the same activity mostly takes time."""

    mostly: ClassVar[float] = 0.5  # share of zeros from which on an activity is a milestone

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the events without duration of activities that mostly have one."""
        if not events.has_start:
            return
        zero = (events.start == events.end) & ~events.automatic
        size = len(events.labels)
        share = np.bincount(events.activity, weights=zero, minlength=size) / events.label_counts
        hit = zero & (share < self.mostly)[events.activity]
        if hit.any():
            level = events.level(events.number_of_cases(hit))
            names = (events.labels[code] for code in events.activity[hit][:1000])
            yield events.found(level, "zero_durations", hit, "start", activities=listed(names))


class DurationOutliers:
    """Work far longer than the same activity ever takes was not ended in time, or has a wrong date.

    Duration outlier of Martin et al. (2022). Durations are skewed, so that their distance is taken
    on the scale of logarithms, where the waiting times of a queue stay within.
    """

    fewest: ClassVar[int] = 50  # of the activity: fewer tell no spread
    spreads: ClassVar[float] = 5.0  # robust standard deviations of the logarithm
    least: ClassVar[int] = DAY  # a shift is no outlier, nor is a night with the window open
    apart: ClassVar[float] = 10.0  # times as long as nearly all of the others

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the events that took far longer than their activity does."""
        if not events.has_start:
            return
        known = (events.start != UNKNOWN) & (events.end > events.start)
        took = np.where(known, events.end - events.start, 0)
        hit = np.zeros(len(took), dtype=bool)
        for code in np.unique(events.activity[took > self.least]):
            own = np.flatnonzero(known & (events.activity == code))
            if len(own) >= self.fewest:
                hit[own[took[own] > max(_longest(took[own], self.spreads, self.apart),
                                        self.least)]] = True
        if hit.any():
            names = (events.labels[code] for code in events.activity[hit][:1000])
            yield events.found(events.level(events.number_of_cases(hit)), "duration_outliers",
                               hit, "end", activities=listed(names),
                               longest=int(took.max() // DAY))


class ThroughputOutliers:
    """Cases that took far longer than the others were forgotten, or have a wrong date."""

    fewest: ClassVar[int] = 100  # cases of several events
    spreads: ClassVar[float] = 5.0  # robust standard deviations of the logarithm
    apart: ClassVar[float] = 3.0  # times as long as nine of ten others
    least: ClassVar[int] = 7 * DAY

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the cases whose throughput time lies far beyond all others."""
        ends = np.maximum.reduceat(events.end[events.order], events.starts)
        took = ends - events.moments[events.starts]
        known = took > 0
        if known.sum() < self.fewest:
            return
        reach = max(_longest(took[known], self.spreads, self.apart), self.least)
        hit = known & (took > reach)
        if hit.any():
            touched = events.cases[events.starts][hit]
            last = events.last & np.isin(events.cases, touched)
            yield events.found(events.level(len(touched)), "throughput_outliers",
                               events.in_file(last), "end", len(touched), touched=touched,
                               longest=int(took.max() // DAY), reach=int(reach // DAY))


def _longest(took: Codes, spreads: float, apart: float) -> float:
    """How long durations may be: by their spread, and by that of nine in ten."""
    sizes = np.log(took)
    middle = np.median(sizes)
    spread = max(1.4826 * float(np.median(np.abs(sizes - middle))), 0.1)
    usual = float(np.quantile(sizes, 0.9))
    return float(np.exp(min(max(middle + spreads * spread, usual + np.log(apart)), 60.0)))


class Overlaps:
    """Somebody who works on two cases at once: durations count time that went into another case.

    Only cases in which that is a tenth of the working time are called touched.
    """

    material: ClassVar[float] = 0.1  # of the processing time of the case

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the events that begin while the same resource is at work in another case."""
        known = np.flatnonzero((events.resource >= 0) & (events.start != UNKNOWN)
                               & (events.start < events.end)) if events.has_start else np.array([])
        if not len(known):
            return
        order = known[np.lexsort((events.end[known], events.start[known],
                                  events.resource[known]))]
        people, cases = events.resource[order], events.case[order]
        low = events.start[order].min()
        span = events.end[order].max() - low + 1
        if int(span) * int(people.max() + 1) > np.iinfo(np.int64).max:
            return  # a span of centuries: far years are said instead
        ends = events.end[order] - low + people * span
        busy = np.append(np.int64(-1), np.maximum.accumulate(ends)[:-1])
        begun = events.start[order] - low + people * span
        other = np.append(False, (cases[1:] != cases[:-1]) | (people[1:] != people[:-1]))
        overlapping = (begun < busy) & other
        if overlapping.any():
            hit = np.zeros(len(events.typed), dtype=bool)
            hit[order[overlapping]] = True
            twice = np.where(other, np.clip(np.minimum(busy, ends) - begun, 0, None), 0)
            touched = self._touched(events, order, twice)
            yield events.found(events.level(len(touched)), "overlaps", hit, "start",
                               touched=touched, of=len(known))

    def _touched(self, events: Events, order: Codes, twice: Codes) -> Codes:
        cases, size = events.case[order], len(events.case_names)
        doubled = np.bincount(cases, weights=twice, minlength=size)
        worked = np.bincount(cases, weights=events.end[order] - events.start[order],
                             minlength=size)
        return np.flatnonzero((doubled > 0) & (doubled >= self.material * worked))
