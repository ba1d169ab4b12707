"""Checks of whole cases: single events, missing beginnings and ends, one path, one person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from workbench.intake.checks.contexts import sent_back
from workbench.intake.checks.events import UNKNOWN, Codes, Events, Finding
from workbench.intake.findings import listed


class SingleEventCases:
    """A case of one event has no duration; many of them mean a wrong case id or a cut export."""

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a warning if a twentieth of the cases have one event only, else a remark.

        Where the event began or arrived before it ended, its case has a duration after all.
        """
        known = events.end[events.order] > np.minimum(
            events.moments, np.where(events.arrival == UNKNOWN, events.end,
                                     events.arrival)[events.order])
        single = events.first & events.last & ~known
        if single.any():
            yield events.found(events.level(int(single.sum())), "single_event_cases",
                               events.in_file(single), cases=len(events.case_names))


class OneCase:
    """A log of one long case has no case id in truth: a constant was taken for it.

    Elusive case of Suriadi et al. (2017); a log without any such column is refused when mapped.
    """

    fewest: ClassVar[int] = 200  # events; so many in the only case are many cases

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a warning if all of many events belong to one case."""
        if len(events.case_names) == 1 and len(events.typed) >= self.fewest:
            yield events.found("warning", "one_case", np.ones(len(events.typed), dtype=bool),
                               "case_id", events=len(events.typed))


class Edges:
    """Cases that do not open (close) as the others do."""

    usual: ClassVar[float] = 0.05  # share of cases from which on an activity is a usual edge
    covered: ClassVar[float] = 0.8  # share that the usual ones must cover, else none is usual
    fewest: ClassVar[int] = 20  # cases

    def unusual(self, events: Events, edge: np.ndarray) -> tuple[np.ndarray, list[int]]:
        """The ordered events at an edge whose activity is not usual there, and the usual ones."""
        counts = np.bincount(events.activities[edge], minlength=len(events.labels))
        cases = counts.sum()
        usual = counts >= self.usual * cases
        if cases < self.fewest or counts[usual].sum() < self.covered * cases:
            return np.zeros(len(edge), dtype=bool), []
        names = sorted(np.flatnonzero(usual), key=lambda code: (-counts[code], code))
        return edge & ~usual[events.activities], [int(code) for code in names]


class NeverStarted(Edges):
    """Cases without the usual first activity began before the export does, or were cut by a filter.

    Their throughput time is too short.
    """

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the cases that begin with something else than nearly all others."""
        hit, usual = self.unusual(events, events.first)
        if hit.any():
            count = int(hit.sum())
            yield events.found(
                events.level(count), "never_started", events.in_file(hit), "activity", count,
                touched=events.cases[hit], usual=listed(events.labels[code] for code in usual),
                examples=listed(events.labels[code] for code in events.activities[hit]))


class IncompleteCases(Edges):
    """Cases that stopped long ago without the usual last activity: abandoned, or cut by a filter.

    Cases that may just be open are left out: only those that rest for longer than nearly every
    step takes count.
    """

    step: ClassVar[float] = 0.99  # quantile of the time between two events of a case

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the cases that end with something else than nearly all others, long ago."""
        hit, usual = self.unusual(events, events.last)
        if not hit.any() or events.last.all():
            return
        gaps = np.diff(events.moments)[~events.last[:-1]]
        rest = events.moments.max() - events.moments
        took = (events.moments[events.last] - events.moments[events.first])
        age = events.moments.max() - events.moments[events.starts]
        hit &= (rest > np.quantile(gaps, self.step)) & np.repeat(
            age > np.median(took), events.sizes)
        if hit.any():
            count = int(hit.sum())
            yield events.found(
                events.level(count), "incomplete_cases", events.in_file(hit), "activity",
                count, touched=events.cases[hit],
                usual=listed(events.labels[code] for code in usual),
                examples=listed(events.labels[code] for code in events.activities[hit]))


class OneVariant:
    """Where every case takes the same path, the log shows the plan and not what happened."""

    fewest: ClassVar[int] = 30  # cases

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a remark if all cases have the same activities in the same order."""
        sizes = events.sizes
        if len(sizes) < self.fewest or sizes.min() != sizes.max() or sizes[0] < 2:
            return
        paths = events.activities.reshape(len(sizes), sizes[0])
        if (paths == paths[0]).all():
            yield events.found("info", "one_variant", np.ones(len(events.typed), dtype=bool),
                               "activity", len(sizes))


class OneResource:
    """Where one person did nearly everything, the account is shared or belongs to a machine."""

    nearly_all: ClassVar[float] = 0.95  # of the events with a resource
    fewest: ClassVar[int] = 100  # events

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a remark if one resource bears nearly all events."""
        known = events.resource >= 0
        if known.sum() < self.fewest:
            return
        counts = np.bincount(events.resource[known])
        most = int(counts.argmax())
        if counts[most] >= self.nearly_all * known.sum():
            yield events.found("warning", "one_resource", events.resource == most, "resource",
                               of=int(known.sum()))


class RareActivities:
    """An activity that hardly ever occurs is an exception, a test or an error: look at it once."""

    rare: ClassVar[float] = 0.001  # of the cases
    fewest: ClassVar[int] = 1_000  # cases, below which the share of one case says nothing

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a remark that names the activities in hardly any case."""
        cases = len(events.case_names)
        if cases < self.fewest:
            return
        codes = np.flatnonzero(events.label_counts < self.rare * cases)
        if 0 < len(codes) <= len(events.labels) // 2:
            yield events.found("info", "rare_activities", np.isin(events.activity, codes),
                               "activity", len(codes),
                               examples=listed(events.labels[code] for code in codes))


class ActivityOrder:
    """Two activities that nearly always come in one order and seldom in the other: look at these.

    A date may be wrong, or somebody skipped ahead.
    """

    nearly_always: ClassVar[float] = 0.98  # of the cases that have both, at different times
    fewest: ClassVar[int] = 50  # cases that have both
    most: ClassVar[int] = 40  # activities that are compared, the most frequent ones

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield one remark with the clearest orders that some cases reverse."""
        frequent = np.argsort(-events.label_counts, kind="stable")[:self.most]
        firsts = self._firsts(events, frequent)
        firsts[:, sent_back(events)] = np.iinfo(np.int64).max  # a return explains any order
        broken: list[tuple[int, int, Codes]] = []
        for one in range(len(frequent)):
            for two in range(one + 1, len(frequent)):
                broken += self._reversed(firsts, one, two)
        if not broken:
            return
        broken.sort(key=lambda found: (-len(found[2]), found[0], found[1]))
        names = [events.labels[code] for code in frequent]
        rows = np.zeros(len(events.typed), dtype=bool)
        for _, late, cases in broken:
            rows |= np.isin(events.case, cases) & (events.activity == frequent[late])
        every = np.unique(np.concatenate([cases for *_, cases in broken]))
        yield events.found(
            events.level(len(every)), "order_reversed", rows, "activity", len(every), touched=every,
            pairs=listed(f"{names[early]} → {names[late]}: {len(cases)}"
                         for early, late, cases in broken))

    def _firsts(self, events: Events, frequent: Codes) -> Codes:
        """When each frequent activity first began in each case; the end of time where never."""
        never = np.iinfo(np.int64).max
        place = np.full(len(events.labels), -1)
        place[frequent] = np.arange(len(frequent))
        firsts = np.full((len(frequent), len(events.case_names)), never)
        kept = place[events.activities] >= 0
        cells = (place[events.activities[kept]], events.cases[kept])
        firsts[cells[0][::-1], cells[1][::-1]] = events.moments[kept][::-1]
        return firsts

    def _reversed(self, firsts: Codes, one: int, two: int) -> list[tuple[int, int, Codes]]:
        never = np.iinfo(np.int64).max
        both = (firsts[one] != never) & (firsts[two] != never)
        if both.sum() < self.fewest:
            return []
        earlier, later = both & (firsts[one] < firsts[two]), both & (firsts[two] < firsts[one])
        total = earlier.sum() + later.sum()
        if total < self.fewest:
            return []
        for early, late, usual, odd in ((one, two, earlier, later), (two, one, later, earlier)):
            if odd.any() and usual.sum() >= self.nearly_always * total:
                return [(early, late, np.flatnonzero(odd))]
        return []
