"""Typed events made ready for checks: whole-number codes and one order, each computed once.

Every check reads these arrays, so that all of them together cost less than reading the log did.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array

from workbench.model import Level, Problem

Rows = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

UNKNOWN = np.iinfo(np.int64).min
"""A moment that is not known, as whole number."""

SECOND = 1_000_000
"""Moments are whole microseconds."""

DAY = 86_400 * SECOND

MANY = 0.05
"""Share of the cases from which on a finding is a warning: there a grade falls to C as well."""

_MACHINE = re.compile(r"\s*(sys|system|auto|automatic|robot|bot|rpa|batch|系统|自动|机器人)"
                      r"(?![^\W\d_])", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """What a check found: the problem, the rows it means, and the cases whose figures it touches.

    `rows` marks rows in the order of the file; `touched` holds codes of cases where
    those touched are not just the cases of the rows.
    """

    problem: Problem
    rows: Rows
    touched: Codes | None = None


class Check(Protocol):
    """A check looks at events and yields what it found."""

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a finding for each thing found."""
        ...


@dataclass(frozen=True)
class Events:
    """Typed events of one log with the line of each, and which column played which role.

    The log may come from several files; `file` is the first, named where a finding has no row.

    Codes: `case`, `activity` (by name), `resource` (-1: unknown). In the order by case and time
    (`order`: places in the file) stand `cases`, `activities`, `people`, `moments`, `before`,
    `after`; ties follow the usual place of their activities, so that shuffling rows changes
    nothing.
    """

    typed: pd.DataFrame
    lines: npt.NDArray[np.int64]
    file: str
    columns: Mapping[str, str]
    ties: str = "learned"
    zone: str = "UTC"

    def found(self, level: Level, code: str, rows: Rows, role: str = "",
              count: int | None = None, /, *, touched: Codes | None = None,
              **values: object) -> Finding:
        """A finding at the first of some rows (a mask), with its line and its column's name."""
        first = int(rows.argmax()) if rows.any() else None
        line = None if first is None else int(self.lines[first])
        column = self.columns.get(role, role) if role else None
        file = self.file if first is None else str(self.typed["file"].iloc[first])
        problem = Problem(level, code, file, line, column,
                          int(rows.sum()) if count is None else count, values)
        return Finding(problem, rows, touched)

    def level(self, cases: int, many: float = MANY) -> Level:
        """A warning where that many of all cases are touched, else a remark."""
        return "warning" if cases >= many * len(self.case_names) else "info"

    def in_file(self, hit: Rows) -> Rows:
        """A mask over the ordered events as a mask over the rows of the file."""
        rows = np.zeros(len(self.order), dtype=bool)
        rows[self.order[hit]] = True
        return rows

    def number_of_cases(self, rows: Rows) -> int:
        """In how many cases the rows stand."""
        return int(np.count_nonzero(np.bincount(self.case[rows], minlength=1)))

    def has(self, role: str) -> bool:
        """Whether a column is there and holds a value."""
        return role in self.typed and bool(self.typed[role].notna().any())

    # ------------------------------------------------------------ in the order of the file

    @cached_property
    def _cases(self) -> tuple[Codes, pd.Index]:
        return pd.factorize(self.typed["case_id"])

    @property
    def case(self) -> Codes:
        """The code of each row's case."""
        return self._cases[0]

    @property
    def case_names(self) -> pd.Index:
        """The ids of the cases, by code."""
        return self._cases[1]

    @cached_property
    def _activities(self) -> tuple[Codes, pd.Index]:
        return pd.factorize(self.typed["activity"], sort=True)

    @property
    def activity(self) -> Codes:
        """The code of each row's activity."""
        return self._activities[0]

    @cached_property
    def labels(self) -> list[str]:
        """The activities, by code."""
        return [str(name) for name in self._activities[1]]

    @cached_property
    def label_counts(self) -> Codes:
        """How often each activity occurs."""
        return np.bincount(self.activity, minlength=len(self._activities[1]))

    def codes(self, role: str) -> tuple[Codes, pd.Index]:
        """The code of each row's value in a column (-1: none), and the values by code."""
        if role not in self._coded:
            self._coded[role] = pd.factorize(self.typed[role])
        return self._coded[role]

    @cached_property
    def _coded(self) -> dict[str, tuple[Codes, pd.Index]]:
        return {"case_id": self._cases, "activity": self._activities}

    @property
    def resource(self) -> Codes:
        """The code of each row's resource, -1 where it is not known."""
        return self.codes("resource")[0]

    @cached_property
    def automatic(self) -> Rows:
        """Rows that a machine did: its name says so, or nobody stands there where people do."""
        if not self.has("resource"):
            return np.zeros(len(self.typed), dtype=bool)
        codes, names = self.codes("resource")
        machines = [_MACHINE.match(str(name)) is not None for name in names]
        return np.array([*machines, True])[codes]  # the code -1 is nobody

    @cached_property
    def end(self) -> Codes:
        """When each row's event ended."""
        return _whole(self.typed["end"])

    @cached_property
    def start(self) -> Codes:
        """When each row's event began; `UNKNOWN` where that is not known."""
        return _whole(self.typed["start"])

    @cached_property
    def arrival(self) -> Codes:
        """When each row's event arrived; `UNKNOWN` where that is not known."""
        if "arrival" not in self.typed:
            return np.full(len(self.typed), UNKNOWN)
        return _whole(self.typed["arrival"])

    @cached_property
    def has_start(self) -> bool:
        """Whether any event has a start."""
        return bool((self.start != UNKNOWN).any())

    @cached_property
    def begun(self) -> Codes:
        """The start of each row's event, its end where there is no start."""
        return np.where(self.start == UNKNOWN, self.end, self.start) if self.has_start else self.end

    # ------------------------------------------------------------ ordered by case and time

    @cached_property
    def order(self) -> Codes:
        """The places in the file of the events, ordered by case and time."""
        stated = self.ties == "source"
        keys = [self.end, self.begun] if self.has_start else [self.end]
        if stated:
            keys = [self.typed["sequence"].to_numpy(), *keys]
        order = ordered([*keys, self.case])
        if stated or not self._tied(order).any():
            return order
        usual = self._usual_places(order)
        place = np.lexsort((np.arange(len(usual)), usual)).argsort()  # ties by name
        return ordered([place[self.activity], *keys, self.case])

    def _tied(self, order: Codes) -> Rows:
        """Which ordered events stand at the same time as the one before in their case."""
        same = np.zeros(len(order), dtype=bool)
        one, two = order[:-1], order[1:]
        same[1:] = (self.case[one] == self.case[two]) & (self.end[one] == self.end[two])
        if self.has_start:
            same[1:] &= self.begun[one] == self.begun[two]
        return same

    def _usual_places(self, order: Codes) -> npt.NDArray[np.float64]:
        """How many moments of its case lie before an activity on average."""
        cases, tied = self.case[order], self._tied(order)
        first = np.ones(len(order), dtype=bool)
        first[1:] = cases[1:] != cases[:-1]
        moment = np.cumsum(~tied)
        place = moment - moment[np.flatnonzero(first)][np.cumsum(first) - 1]
        sums = np.bincount(self.activity[order], weights=place)
        return sums / np.maximum(self.label_counts, 1)

    @cached_property
    def tied(self) -> Rows:
        """Which ordered events stand at the same time as a neighbour in their case."""
        later = self._tied(self.order)
        earlier = np.append(later[1:], [False])
        tied: Rows = later | earlier
        return tied

    @cached_property
    def cases(self) -> Codes:
        """The case of each ordered event."""
        return self.case[self.order]

    @cached_property
    def activities(self) -> Codes:
        """The activity of each ordered event."""
        return self.activity[self.order]

    @cached_property
    def people(self) -> Codes:
        """The resource of each ordered event."""
        return self.resource[self.order]

    @cached_property
    def moments(self) -> Codes:
        """When each ordered event began (ended, where there is one timestamp)."""
        return self.begun[self.order]

    @cached_property
    def first(self) -> Rows:
        """Which ordered events open their case."""
        first = np.ones(len(self.order), dtype=bool)
        first[1:] = self.cases[1:] != self.cases[:-1]
        return first

    @cached_property
    def last(self) -> Rows:
        """Which ordered events are the last of their case."""
        return np.append(self.first[1:], True)

    @cached_property
    def starts(self) -> Codes:
        """Where each case begins among the ordered events; cases stand by code."""
        return np.flatnonzero(self.first)

    @cached_property
    def sizes(self) -> Codes:
        """How many events each case has."""
        return np.diff(np.append(self.starts, len(self.order)))

    @cached_property
    def before(self) -> Codes:
        """The activity before each ordered event, -1 where it opens the case."""
        before = np.append(-1, self.activities[:-1])
        before[self.first] = -1
        return before

    @cached_property
    def after(self) -> Codes:
        """The activity after each ordered event, -1 where it is the last of the case."""
        after = np.append(self.activities[1:], -1)
        after[self.last] = -1
        return after

    @cached_property
    def has_clock(self) -> bool:
        """Whether times are finer than a minute: else equal times tell nothing."""
        return bool((self.end % (60 * SECOND) != 0).mean() > 0.5)


def ordered(keys: Sequence[Codes]) -> Codes:
    """The places of rows ordered by the last key, then the one before it, and so on.

    The last one holds codes, which are sorted by counting; a key in order already costs nothing.
    """
    *keys, codes = keys
    order = np.arange(len(codes))
    for key in keys:
        values = key[order]
        if (values[1:] < values[:-1]).any():
            order = order[np.argsort(values, kind="stable")]
    counted = coo_array((np.ones(len(order), dtype=bool), (codes[order], np.arange(len(order)))))
    sorted_by_code: Codes = order[counted.tocsr().indices]
    return sorted_by_code


def _whole(moments: pd.Series) -> Codes:
    if not isinstance(moments.dtype, pd.DatetimeTZDtype):
        return np.full(len(moments), UNKNOWN)
    whole: Codes = moments.dt.as_unit("us").astype("int64").to_numpy()
    return whole
