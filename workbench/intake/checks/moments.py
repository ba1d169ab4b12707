"""Checks of when things happened: ties, forms, bursts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from workbench.intake.checks.events import SECOND, Codes, Events, Finding
from workbench.intake.findings import listed
from workbench.model import Problem


class Ties:
    """Events of a case at the same time have no known order: it is learned, or the file's.

    Where the two activities are nearly always met in one order elsewhere, that order is as good as
    known: such cases are counted, but no figure is called touched by them.
    """

    sure: ClassVar[float] = 0.95  # share of one order among the pairs that are not tied
    fewest: ClassVar[int] = 20  # such pairs

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the number of cases in which the order is not known."""
        if events.tied.any():
            hit = events.in_file(events.tied)
            cases = events.number_of_cases(hit)
            if events.ties == "source":
                yield events.found("info", "ties_source", hit, "", cases)
            else:
                yield events.found("warning", "ties_learned", hit, "", cases,
                                   touched=self._unsure(events), cases_with_ties=cases)

    def _unsure(self, events: Events) -> Codes:
        """The cases with a tie of activities whose order the rest of the log does not tell."""
        size = len(events.labels)
        inside = ~events.first[1:]
        one, two = events.activities[:-1], events.activities[1:]
        tied = inside & events.tied[1:] & (events.moments[1:] == events.moments[:-1])
        cells = np.stack([one * size + two, two * size + one])
        apart = inside & ~tied
        keys, places = np.unique(cells[0][apart], return_counts=True)
        forth, back = (_looked_up(keys, places, cells[side][tied]) for side in (0, 1))
        total = forth + back
        sure = (total >= self.fewest) & (np.maximum(forth, back) >= self.sure * total)
        doubtful = ~sure & (one[tied] != two[tied])
        return np.unique(events.cases[1:][tied][doubtful])


def _looked_up(keys: Codes, values: Codes, wanted: Codes) -> Codes:
    """The value of each wanted key, 0 where there is none."""
    if not len(keys):
        return np.zeros(len(wanted), dtype=np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0)


class OneTimestamp:
    """With one time per event only elapsed time can be known, neither processing nor waiting."""

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a remark if no event has a start."""
        if not events.has_start:
            nothing = np.zeros(len(events.typed), dtype=bool)
            yield Finding(Problem("info", "one_timestamp", events.file, 1,
                                  events.columns.get("end")), nothing)


class FormBasedCapture:
    """Several activities at exactly the same time were captured by one form, not as they happened.

    Form-based event capture of Suriadi et al. (2017). Activities that always share their moment
    are one step with two names, a remark; those that mostly lie apart lost their own times.
    """

    always: ClassVar[float] = 0.95  # of the cases with both: a rule of the system, no loss
    seldom: ClassVar[float] = 0.01  # of the cases with both: less is chance
    fewest: ClassVar[int] = 5  # cases
    noticed: ClassVar[float] = 0.01  # share of all cases from which on it is a warning

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield pairs of activities that share their time in some cases, and those always so."""
        if not events.has_clock or not events.tied.any():
            return
        size = len(events.labels)
        by_hand = ~events.automatic[events.order]  # a machine is as fast as that
        later = np.append(False, (events.cases[1:] == events.cases[:-1])
                          & (events.moments[1:] == events.moments[:-1])
                          & (events.end[events.order[1:]] == events.end[events.order[:-1]])
                          & (events.activities[1:] != events.activities[:-1]))
        at = np.flatnonzero(later)
        low = np.minimum(events.activities[at], events.activities[at - 1])
        high = np.maximum(events.activities[at], events.activities[at - 1])
        keys, inverse = np.unique(low * size + high, return_inverse=True)
        pair = inverse.ravel()
        together = self._cases_with_both(events, keys)
        shared = np.bincount(pair, minlength=len(keys))
        share = shared / np.maximum(together, 1)
        human = np.bincount(pair[by_hand[at] & by_hand[at - 1]], minlength=len(keys))
        some = (human >= self.seldom * together) & (share < self.always) & (human >= self.fewest)
        always = (share >= self.always) & (shared >= self.fewest)
        for code, chosen, kept in (("form_based", some, by_hand[at] & by_hand[at - 1]),
                                   ("always_together", always, np.ones(len(at), dtype=bool))):
            if chosen.any():
                yield self._found(events, code, at[chosen[pair] & kept], keys[chosen])

    def _cases_with_both(self, events: Events, keys: Codes) -> Codes:
        size = len(events.labels)
        pairs = np.unique(events.cases * size + events.activities)
        cases, activities = pairs // size, pairs % size
        by_activity = {code: cases[activities == code]
                       for code in {*(keys // size).tolist(), *(keys % size).tolist()}}
        return np.array([len(np.intersect1d(by_activity[key // size], by_activity[key % size],
                                            assume_unique=True)) for key in keys.tolist()])

    def _found(self, events: Events, code: str, at: Codes, keys: Codes) -> Finding:
        hit = np.zeros(len(events.order), dtype=bool)
        hit[at] = hit[at - 1] = True
        rows = events.in_file(hit)
        cases, size = events.number_of_cases(rows), len(events.labels)
        level = events.level(cases, self.noticed) if code == "form_based" else "info"
        names = (f"{events.labels[key // size]} + {events.labels[key % size]}"
                 for key in keys.tolist())
        return events.found(level, code, rows, "end", cases, rows=int(rows.sum()),
                            pairs=listed(names))


class CollateralEvents:
    """Several activities of a case within seconds are traces of one step in the system's inside.

    Collateral events of Suriadi et al. (2017): they make paths long and waits short.
    """

    within: ClassVar[int] = 2 * SECOND  # nobody finishes a step and the next one faster
    fewest: ClassVar[int] = 3  # events in a burst, of at least two activities
    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the cases with bursts of events."""
        if not events.has_clock:
            return
        close = np.append(False, ~events.first[1:]
                          & (np.diff(events.moments) <= self.within)
                          & (events.activities[1:] != events.activities[:-1]))
        run = np.cumsum(~close)
        apart = np.append(False, np.diff(events.moments) > 0) & close
        length = np.bincount(run)
        moved = np.bincount(run, weights=apart) > 0  # all at one moment is a form
        hit = ((length >= self.fewest) & moved)[run]
        if hit.any():
            rows = events.in_file(hit)
            cases = events.number_of_cases(rows)
            names = (events.labels[code] for code in events.activities[hit])
            yield events.found(events.level(cases), "collateral_events", rows, "end", cases,
                               rows=int(rows.sum()), activities=listed(names))
