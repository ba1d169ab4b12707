"""Checks of events and half cases that would fit into the usual order somewhere else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from workbench.intake.checks.cases import Edges
from workbench.intake.checks.events import DAY, Codes, Events, Finding
from workbench.intake.findings import listed

_DIGITS = re.compile(r"\d+")


class _Successions:
    """How often each activity follows each other one; 0 stands for the edge of a case."""

    usual: ClassVar[float] = 0.05  # of the occurrences of either activity

    def __init__(self, events: Events) -> None:
        self.size = len(events.labels) + 1
        cells = (events.before + 1) * self.size + events.activities + 1
        ends = (events.activities[events.last] + 1) * self.size
        counts = np.bincount(np.concatenate([cells, ends]), minlength=self.size ** 2)
        self.counts = counts.reshape(self.size, self.size)
        least = np.minimum(self.counts.sum(axis=1)[:, None], self.counts.sum(axis=0)[None, :])
        self.is_usual = self.counts >= np.maximum(self.usual * least, 2)
        self.is_rare = ~self.is_usual


class Misdated:
    """An event out of order that falls into the usual one as soon as its date is mended.

    Day and month changed places (unanchored event of Suriadi et al., 2017), or the date is a day,
    or a year, off.
    """

    most: ClassVar[int] = 5_000  # events out of order; of more there is no usual order
    labels: ClassVar[int] = 300
    fewest: ClassVar[int] = 3  # events mended in the same way; one may be chance
    more: ClassVar[float] = 3.0  # times as many as a change does that means nothing
    cases: ClassVar[int] = 50

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the events that another date would put back into order, and which change does."""
        if len(events.labels) > self.labels or len(events.case_names) < self.cases:
            return
        usual = _Successions(events)
        before, own, after = events.before + 1, events.activities + 1, events.after + 1
        odd = (usual.is_rare[before, own] & usual.is_rare[own, after]
               | (usual.is_rare[before, own] & events.first)
               | (usual.is_rare[own, after] & events.last))
        places = np.flatnonzero(odd & ~(events.first & events.last))
        if not 0 < len(places) <= self.most:
            return
        ways: dict[str, list[int]] = {}
        taken: set[int] = set()
        for way, moments, control in _changes(events, places):
            fits, by_chance = ([place for place, moment in zip(places.tolist(), times, strict=True)
                                if place not in taken and self._fits(events, usual, place, moment)]
                               for times in (moments.tolist(), control.tolist()))
            if len(fits) >= max(self.fewest, self.more * len(by_chance)):
                ways[way] = fits
                taken.update(fits)
        if ways:
            hit = np.zeros(len(events.order), dtype=bool)
            hit[np.concatenate(list(ways.values()))] = True
            rows = events.in_file(hit)
            yield events.found(events.level(events.number_of_cases(rows), 0.01), "misdated", rows,
                               "end", ways=listed(f"{way}: {len(found)}"
                                                  for way, found in ways.items()))

    def _fits(self, events: Events, usual: _Successions, place: int, moment: int) -> bool:
        if moment == events.moments[place]:
            return False
        case = int(events.cases[place])
        begin = int(events.starts[case])
        others = np.delete(np.arange(begin, begin + int(events.sizes[case])), place - begin)
        at = int(np.searchsorted(events.moments[others], moment))
        codes = [0, *(events.activities[others] + 1).tolist(), 0]
        own = int(events.activities[place]) + 1
        inside = 0 < at < len(others)  # beyond all others any date would fit
        return bool(inside and usual.is_usual[codes[at], own] and usual.is_usual[own, codes[at + 1]]
                    and usual.is_usual[codes[place - begin], codes[place - begin + 1]])


def _changes(events: Events, places: Codes) -> Iterator[tuple[str, Codes, Codes]]:
    """The moments of some events under each change of their dates, and under one without a sense.

    What the latter mends by chance tells how far the former can be believed.
    """
    moments = events.moments[places]
    local = pd.DatetimeIndex(pd.to_datetime(moments, unit="us", utc=True)).tz_convert(events.zone)
    day, month = np.asarray(local.day), np.asarray(local.month)
    can = (day <= 12) & (day != month)
    dates = pd.DataFrame({"year": local.year, "month": month, "day": day})
    swapped = dates.assign(month=np.where(can, day, month), day=np.where(can, month, day))
    shift = (pd.to_datetime(swapped) - pd.to_datetime(dates)).dt.days.to_numpy() * DAY
    yield "DD↔MM", moments + shift, moments - shift
    for way, days, control in (("+1 d", 1, 2), ("-1 d", -1, -2), ("+1 y", 365, 300),
                               ("-1 y", -365, -300)):
        yield way, moments + days * DAY, moments + control * DAY


class SplitCases(Edges):
    """Cases that stop, and others of the same number that begin as the first one would go on.

    Scattered case of Suriadi et al. (2017), where only some cases are split.
    """

    digits: ClassVar[int] = 3  # of the number that both ids carry

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the cases that join one to one with another that stopped before they began."""
        begun, _ = self.unusual(events, events.first)
        stopped, _ = self.unusual(events, events.last)
        if not begun.any() or not stopped.any():
            return
        heads, tails = (self._numbered(events, hit) for hit in (stopped, begun))
        usual = _Successions(events).counts
        pairs = []
        for number, tail in tails.items():
            head = heads.get(number)
            if head is None or events.cases[head] == events.cases[tail]:
                continue
            if (events.moments[head] <= events.moments[tail]
                    and usual[events.activities[head] + 1, events.activities[tail] + 1] > 1):
                pairs.append((head, tail))
        if pairs:
            hit = np.zeros(len(events.order), dtype=bool)
            hit[[tail for _, tail in pairs]] = True
            touched = np.unique(events.cases[np.array(pairs).ravel()])
            names = (f"{events.case_names[events.cases[head]]} + "
                     f"{events.case_names[events.cases[tail]]}" for head, tail in pairs)
            yield events.found("warning", "split_cases", events.in_file(hit), "case_id",
                               len(pairs), touched=touched, examples=listed(names))

    def _numbered(self, events: Events, hit: np.ndarray) -> dict[str, int]:
        """Number in the id → place of the event, where only one case has that number."""
        found = [("".join(_DIGITS.findall(str(events.case_names[events.cases[place]]))), place)
                 for place in np.flatnonzero(hit).tolist()]
        times = Counter(number for number, _ in found)
        return {number: place for number, place in found
                if len(number) >= self.digits and times[number] == 1}
