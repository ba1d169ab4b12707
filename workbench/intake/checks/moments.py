"""Checks of when things happened: ties, forms, bursts, far years, gaps, overlaps, time travel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from workbench.intake.checks.events import DAY, SECOND, UNKNOWN, Codes, Events, Finding
from workbench.intake.findings import listed
from workbench.model import Level, Problem


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
        noticed = code == "form_based" and cases >= self.noticed * len(events.case_names)
        level: Level = "warning" if noticed else "info"
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
    many: ClassVar[float] = 0.05  # share of cases from which on it is a warning

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
            many = cases >= self.many * len(events.case_names)
            names = (events.labels[code] for code in events.activities[hit])
            yield events.found("warning" if many else "info", "collateral_events", rows, "end",
                               cases, rows=int(rows.sum()), activities=listed(names))


class FarYears:
    """Years far from all others, such as 1900, 1970 or 2099, stand for a missing date."""

    far: ClassVar[int] = 3650 * DAY  # ten years outside of nearly all other events
    middle: ClassVar[tuple[float, float]] = (0.01, 0.99)

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a warning for events ten years before or after all but a hundredth."""
        for role in ("end", "start"):
            if role == "start" and not events.has_start:
                continue
            moments = events.end if role == "end" else events.begun
            low, high = np.quantile(moments, self.middle, method="nearest")
            hit = (moments < low - self.far) | (moments > high + self.far)
            if hit.any():
                years = sorted(pd.to_datetime(moments[hit], unit="us").year.unique())
                yield events.found("warning", "far_years", hit, role, years=listed(years))
                return


class ZeroDurations:
    """Work that took no time was entered afterwards, where the same activity mostly takes time."""

    mostly: ClassVar[float] = 0.5  # share of zeros from which on an activity is a milestone
    many: ClassVar[float] = 0.05  # share of rows from which on it is a warning

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the events without duration of activities that mostly have one."""
        if not events.has_start:
            return
        zero = (events.start == events.end) & ~events.automatic
        size = len(events.labels)
        share = np.bincount(events.activity, weights=zero, minlength=size) / events.label_counts
        hit = zero & (share < self.mostly)[events.activity]
        if hit.any():
            level: Level = "warning" if hit.sum() >= self.many * len(hit) else "info"
            names = (events.labels[code] for code in events.activity[hit][:1000])
            yield events.found(level, "zero_durations", hit, "start", activities=listed(names))


class Overlaps:
    """Somebody who works on two cases at once: durations count time that went into another case."""

    many: ClassVar[float] = 0.05  # share of rows from which on it is a warning

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
            level: Level = "warning" if hit.sum() >= self.many * len(known) else "info"
            yield events.found(level, "overlaps", hit, "start", of=len(known))


class InactivePeriods:
    """Days on end without any event in the whole log are a holiday, or rows not exported."""

    longest: ClassVar[int] = 10  # days: the longest public holidays with their bridges are shorter
    times_usual: ClassVar[float] = 3.0  # as long as nearly all other pauses
    fewest: ClassVar[int] = 60  # days with events
    middle: ClassVar[tuple[float, float]] = (0.01, 0.99)  # before and after it a log is thin

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the pauses far longer than usual, and the cases open meanwhile."""
        low, high = np.quantile(events.end, self.middle, method="nearest")
        days = np.sort(pd.unique(events.end[(events.end >= low) & (events.end <= high)] // DAY))
        if len(days) < self.fewest:
            return
        gaps = np.diff(days)
        usual = np.quantile(gaps, 0.99)
        at = np.flatnonzero(gaps > max(self.longest, self.times_usual * usual))
        if not len(at):
            return
        spans = [(int(days[place]), int(days[place + 1])) for place in at]
        shown = listed(f"{_day(one)} – {_day(two)}" for one, two in spans)
        ends = np.append(events.starts[1:], len(events.order)) - 1
        begun, ended = events.moments[events.starts], events.moments[ends]
        open_then = np.zeros(len(begun), dtype=bool)
        for one, two in spans:
            open_then |= (begun < (one + 1) * DAY) & (ended >= two * DAY)
        hit = np.isin(events.end // DAY, [two for _, two in spans])
        yield events.found("warning", "inactive_periods", hit, "end", len(spans),
                           touched=events.cases[events.starts][open_then],
                           days=int(gaps[at].max()) - 1, periods=shown)


def _day(number: int) -> str:
    return str(np.datetime64(number, "D"))


class TimeTravel:
    """An event half a day before the one that opens all other cases, though it mostly closes them.

    Inadvertent time travel of Suriadi et al. (2017): its date is probably wrong.
    """

    apart: ClassVar[int] = DAY // 2  # a slip of the date, not of the minute
    seldom: ClassVar[float] = 0.25  # of the cases are opened by it
    closes: ClassVar[float] = 0.5  # of the cases are closed by it

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a warning if a closing activity opens a case, half a day before anything else."""
        size, cases = len(events.labels), len(events.case_names)
        opens = np.bincount(events.activities[events.first], minlength=size)
        closers = np.bincount(events.activities[events.last], minlength=size)
        usual = int(opens.argmax())
        odd = (opens > 0) & (opens <= self.seldom * cases) & (closers >= self.closes * cases)
        odd[usual] = False
        gap = np.append(np.diff(events.moments), 0)
        hit = events.first & ~events.last & odd[events.activities] & (gap >= self.apart)
        if hit.any():
            names = [events.labels[code] for code in np.unique(events.activities[hit])]
            case = str(events.case_names[events.cases[hit][0]])
            yield events.found("warning", "time_travel", events.in_file(hit), "end",
                               int(hit.sum()), activity=", ".join(names),
                               other=events.labels[usual], case=listed([case]))
