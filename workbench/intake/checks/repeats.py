"""Checks of what stands there more than once: copies, double registrations, joint approvals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from workbench.intake.checks.events import SECOND, UNKNOWN, Events, Finding, Rows
from workbench.intake.findings import listed
from workbench.model import Level


def _copies(events: Events) -> Rows:
    """Rows that repeat an earlier one in every column."""
    candidates = events.in_file(events.tied)  # copies share their case and their time
    hit = np.zeros(len(events.typed), dtype=bool)
    if candidates.any():
        rows = events.typed.loc[candidates].drop(columns=["sequence"])
        hit[np.flatnonzero(candidates)] = rows.duplicated().to_numpy(dtype=bool)
    return hit


class Duplicates:
    """Rows that repeat another one in every role may be exported twice, or be real: they stay."""

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a warning with the number of rows that repeat an earlier row."""
        hit = _copies(events)
        if hit.any():
            yield events.found("warning", "duplicate_rows", hit)


class MultipleRegistration:
    """The same step of a case by the same person within seconds was registered twice."""

    within: ClassVar[int] = 5 * SECOND  # nobody does the same step twice as fast
    again: ClassVar[int] = 30 * SECOND  # a page that hangs and is sent once more
    usual: ClassVar[float] = 0.1  # of the usual time before the step, which no second one undercuts
    many: ClassVar[float] = 0.01  # share of cases from which on it is a warning

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the events that repeat the one before within seconds, copies left out."""
        if not events.has_clock:
            return
        gaps = np.diff(events.moments)
        twice = (events.activities[1:] == events.activities[:-1]) & ~events.first[1:]
        same = twice & (events.people[1:] == events.people[:-1]) & (gaps <= self.again)
        late = same & (gaps > self.within)
        if events.has_start:  # work that begins after the first was ended goes on with it
            ended = events.end[events.order[:-1]]
            same &= ~(late & (ended > events.moments[:-1]) & (ended <= events.moments[1:]))
            late &= same
        for code in np.unique(events.activities[1:][late]):
            own = events.activities[1:] == code
            before = gaps[own & ~twice & ~events.first[1:]]
            limit = self.usual * float(np.median(before)) if len(before) else self.again
            same &= ~(own & late & (gaps > limit))
        hit = events.in_file(np.append(False, same)) & ~_copies(events)
        if hit.any():
            many = events.number_of_cases(hit) >= self.many * len(events.case_names)
            names = (events.labels[code] for code in events.activity[hit][:1000])
            level: Level = "warning" if many else "info"
            yield events.found(level, "registered_twice", hit, "activity", activities=listed(names))


class JointApprovals:
    """One row per person of a joint step looks like a step that repeats itself.

    会签 ends with the last signature, 或签 with the first: only people can say which it is
    (log.joint), and until then each signature counts as a self-loop.
    """

    mostly: ClassVar[float] = 0.5  # share of an activity's blocks that several people share
    fewest: ClassVar[int] = 2  # such blocks

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield activities whose consecutive rows are by different people, or arrived at once."""
        together = ((events.activities[1:] == events.activities[:-1]) & ~events.first[1:]
                    & (events.people[1:] >= 0) & (events.people[:-1] >= 0))
        other = together & (events.people[1:] != events.people[:-1])
        if not other.any():
            return
        arrival = events.arrival[events.order]
        arrived = arrival != UNKNOWN
        known = bool(arrived.any())
        joint = other & (arrival[1:] == arrival[:-1]) & arrived[1:] if known else other
        block = np.append(0, np.cumsum(~together))
        shared = np.zeros(block[-1] + 1, dtype=bool)
        shared[block[1:][joint]] = True
        if not known:  # a person who comes back passes work to and fro: no joint step
            several = np.flatnonzero(shared[block])
            keys = block[several] * (events.people.max() + 1) + events.people[several]
            shared[block[several[pd.Series(keys).duplicated().to_numpy()]]] = False
        hit = self._rows(events, block, shared, known=known)
        if hit.any():
            names = (events.labels[code] for code in np.unique(events.activities[hit]))
            rows = events.in_file(hit)
            yield events.found("warning", "joint_suspected", rows, "activity",
                               events.number_of_cases(rows), activities=listed(names))

    def _rows(self, events: Events, block: np.ndarray, shared: Rows, *, known: bool) -> Rows:
        """The ordered events of activities that are mostly (with arrivals: at all) shared."""
        first = np.append(True, np.diff(block) > 0)
        label, size = events.activities[first], len(events.labels)
        every = np.bincount(label, minlength=size)
        joint = np.bincount(label, weights=shared, minlength=size)
        needed = 0.0 if known else self.mostly
        chosen = (joint >= self.fewest) & (joint >= needed * every)
        hit: Rows = shared[block] & chosen[events.activities]
        return hit
