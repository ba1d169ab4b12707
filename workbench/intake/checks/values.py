"""Checks of what cells hold: gaps, placeholders, case attributes that change, numbers, times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from workbench.engine.typed_columns import ATTRIBUTE
from workbench.intake.checks.events import Codes, Events, Finding, Rows
from workbench.intake.findings import listed
from workbench.intake.times import looks_like_time
from workbench.model import Level

PLACEHOLDERS = frozenset({
    "?", "??", "???", "-", "--", "—", "——", "/", "\\", ".", "*", "#n/a", "#na", "n/a", "na",
    "n.a.", "nan", "null", "none", "nil", "(null)", "<null>", "\\n", "unknown", "undefined", "tbd",
    "missing",
    "无", "空", "未知", "不详", "暂无", "待定", "未填", "未填写", "缺失",
})
"""What people and systems write where nothing is known, in lower case."""

_TIME_INSIDE = (r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ T]*\d{1,2}[:：]\d{2}"
                r"(?:[:：]\d{2}(?:\.\d+)?)?")

_TEXT = ("resource", "unit", "stratum", "result")


class MissingValues:
    """A cell that is empty where the same activity mostly has one: the figures by it lack rows.

    Steps that never have a person are a machine's, and nothing is missing there.
    """

    mostly: ClassVar[float] = 0.5  # share of an activity's rows that are filled
    nearly_all: ClassVar[float] = 0.95  # of the rows with a result that the system reaches
    fewest: ClassVar[int] = 10  # such rows
    def find(self, events: Events) -> Iterator[Finding]:
        """Yield for each role the rows without a value, of activities that mostly have one."""
        for role in _TEXT:
            if not events.has(role):
                continue
            empty = events.codes(role)[0] < 0
            size = len(events.labels)
            share = np.bincount(events.activity, weights=empty, minlength=size)
            hit = empty & (share <= (1 - self.mostly) * events.label_counts)[events.activity]
            if role in {"stratum", "unit"}:  # of a case: one row that has it is enough
                known = np.zeros(len(events.case_names), dtype=bool)
                known[events.case[~empty]] = True
                hit &= ~known[events.case]
            if role == "resource" and events.has("result"):
                hit &= ~self._by_result(events, empty)
            if hit.any() and role != "result":
                level = events.level(events.number_of_cases(hit))
                yield events.found(level, "missing_values", hit, role, role=role)

    def _by_result(self, events: Events, empty: Rows) -> Rows:
        """Rows with a result that hardly ever comes with a person: the system reached it."""
        codes, names = events.codes("result")
        rows = np.bincount(codes + 1, minlength=len(names) + 1)
        bare = np.bincount(codes + 1, weights=empty, minlength=len(names) + 1)
        alone = (rows >= self.fewest) & (bare >= self.nearly_all * rows)
        alone[0] = False  # no result at all
        by_result: Rows = alone[codes + 1]
        return by_result


class Placeholders:
    """A question mark, NULL or 未知 is no value: it would count as somebody of that name."""

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield for each role the rows that hold a placeholder, and which."""
        for role in ("case_id", "activity", *_TEXT):
            if role in _TEXT and not events.has(role):
                continue
            codes, names = events.codes(role)
            hollow = np.array([str(name).strip().casefold() in PLACEHOLDERS for name in names],
                              dtype=bool)
            if hollow.any():
                hit = np.append(hollow, False)[codes]  # the code -1 is nothing at all
                yield events.found("warning", "placeholders", hit, role,
                                   examples=listed(names[hollow]))


class CaseAttributes:
    """The kind of a case should not change inside it: comparisons take the first it has.

    A unit may change where work moves between departments, which is a remark.
    """

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the cases in which an attribute of the case takes several values."""
        for role in ("stratum", "unit", *self._of_case(events)):
            if not events.has(role):
                continue
            cases, hit = self._changing(events, events.codes(role)[0])
            if len(cases):
                level: Level = "info" if role == "unit" else "warning"
                yield events.found(level, "attribute_changes", hit, role.partition(":")[2] or role,
                                   len(cases), touched=cases, of=len(events.case_names))

    def _of_case(self, events: Events) -> list[str]:
        return [str(name) for name in events.typed.columns
                if str(name).startswith("attribute:case:")]

    def _changing(self, events: Events, codes: Codes) -> tuple[Codes, np.ndarray]:
        ordered = codes[events.order]
        known = np.flatnonzero(ordered >= 0)
        cases = events.cases[known]
        moved = (np.diff(ordered[known]) != 0) & (np.diff(cases) == 0)
        hit = np.zeros(len(ordered), dtype=bool)
        hit[known[1:][moved]] = True
        return np.unique(cases[1:][moved]), events.in_file(hit)


class NumbersOutOfRange:
    """An amount or count far outside of all others is a slip of a digit, a sign or a unit."""

    numeric: ClassVar[float] = 0.95  # share of filled cells that are numbers
    fewest: ClassVar[int] = 50  # numbers
    fences: ClassVar[float] = 10.0  # quartile distances on the scale of powers of ten
    negative: ClassVar[float] = 0.01  # share below which a minus sign is an exception

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield for each numeric attribute the cells far outside, negative or not numbers."""
        for name in _attributes(events):
            codes, texts = events.codes(name)
            numbers = pd.to_numeric(pd.Series(texts, dtype="str").str.replace(",", ""),
                                    errors="coerce").to_numpy(dtype=float)
            filled = codes >= 0
            values = np.append(numbers, np.nan)[codes]
            is_number = filled & ~np.isnan(values)
            if is_number.sum() < max(self.fewest, self.numeric * filled.sum()):
                continue
            hit = (filled & ~is_number) | self._far(values)
            if hit.any():
                yield events.found("info", "numbers_out_of_range", hit, name.partition(":")[2],
                                   examples=listed(pd.Series(texts)[codes[hit][:1000]]))

    def _far(self, values: np.ndarray) -> Rows:
        known = values[~np.isnan(values)]
        size = np.sign(values) * np.log10(1 + np.abs(values))
        low, high = np.nanquantile(size, [0.25, 0.75])
        reach = self.fences * max(high - low, 0.1)
        far: Rows = (size < low - reach) | (size > high + reach)
        if 0 < (known < 0).mean() < self.negative:
            far |= values < 0
        return far


class ScatteredEvents:
    """A column of times beside the event is an event of its own that nobody sees in the log.

    Scattered event of Suriadi et al. (2017).
    """

    shown: ClassVar[int] = 1_000  # values that are looked at

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the attributes that hold times."""
        names = [name for name in _attributes(events)
                 if looks_like_time(pd.Series(events.codes(name)[1][:self.shown], dtype="str"))]
        if names:
            hit = np.logical_or.reduce([events.codes(name)[0] >= 0 for name in names])
            yield events.found("info", "scattered_events", hit, names[0].partition(":")[2],
                               len(names), columns=listed(name.partition(":")[2]
                                                          for name in names))


class TimesInText:
    """A time written into a note is an event of its own that nobody sees in the log.

    Scattered event of Suriadi et al. (2017), inside a text.
    """

    fewest: ClassVar[int] = 3  # rows

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the attributes with words beside a date and a time of day."""
        hits = {}
        for name in _attributes(events):
            codes, texts = events.codes(name)
            told = pd.Series(texts, dtype="str")
            inside = told.str.contains(_TIME_INSIDE) & told.str.replace(
                _TIME_INSIDE, "", regex=True).str.contains(r"[^\W\d_]{2}")
            rows = np.append(inside.to_numpy(dtype=bool), False)[codes]
            if rows.sum() >= self.fewest:
                hits[name.partition(":")[2]] = rows
        if hits:
            hit = np.logical_or.reduce(list(hits.values()))
            yield events.found("info", "times_in_text", hit, next(iter(hits)),
                               columns=listed(hits))


def _attributes(events: Events) -> list[str]:
    return [str(name) for name in events.typed.columns if str(name).startswith(ATTRIBUTE)
            and events.has(str(name))]
