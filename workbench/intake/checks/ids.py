"""Checks of case ids: damaged, changed, scattered, with gaps."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from workbench.intake.checks.events import Events, Finding
from workbench.intake.findings import listed, masked

_SCIENTIFIC = r"(\d)(?:\.(\d+))?[eE]\+?(\d+)"


class DamagedIds:
    """A spreadsheet zeroes the digits beyond the fifteenth: ids that differed become one.

    So does a number shown as 1.23457E+17, of which the other digits are lost. Cases merge, which
    cannot be mended here, so the log is refused.
    """

    digits: ClassVar[int] = 12  # a spreadsheet shows whole numbers below this many digits in full

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a rejection if most long numeric ids have lost their last digits."""
        ids = pd.Series(events.case_names, dtype="str")
        long = ids.str.fullmatch(r"\d{16,}").to_numpy(dtype=bool)
        zeroed = ids.str.fullmatch(r"\d{15}0+").to_numpy(dtype=bool)
        rows = np.bincount(events.case, minlength=len(ids))
        cut = zeroed if zeroed.sum() >= 2 and rows[zeroed].sum() > 0.5 * rows[long].sum() \
            else np.zeros(len(ids), dtype=bool)
        lost = cut | self._shortened(ids)
        if lost.any():
            yield events.found("rejected", "ids_damaged", lost[events.case], "case_id",
                               examples=", ".join(ids[lost].head(3)))

    def _shortened(self, ids: pd.Series) -> np.ndarray:
        """Ids in scientific notation that show fewer digits than they had."""
        if not ids.str.contains(r"^\d(?:\.\d+)?[eE]\+?\d+$", regex=True).any():
            return np.zeros(len(ids), dtype=bool)
        parts = ids.str.extract(rf"^{_SCIENTIFIC}$")
        shown = parts[1].fillna("").str.len()
        power = pd.to_numeric(parts[2].str.slice(0, 4), errors="coerce").fillna(-1)
        return ((power >= self.digits - 1) & (shown >= 1) & (shown < power)).to_numpy(dtype=bool)


class NumericIds:
    """Ids in scientific notation were probably touched by a spreadsheet; they are kept as text."""

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a warning for ids such as 1E5."""
        ids = pd.Series(events.case_names, dtype="str")
        hit = ids.str.fullmatch(r"\d+(?:\.\d+)?[eE]\+?\d+").to_numpy(dtype=bool)
        if hit.any():
            yield events.found("warning", "ids_scientific", hit[events.case], "case_id",
                               examples=listed(ids[hit]))


class ScatteredCases:
    """Two schemes of ids that share no activity may be halves of the same cases.

    Scattered case of Suriadi et al. (2017).
    """

    most: ClassVar[int] = 5  # more prefixes than this are years or regions

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a warning if each prefix of ids has its own activities."""
        ids = pd.Series(events.case_names, dtype="str")
        prefixes, names = pd.factorize(
            ids.str.extract(r"^([A-Za-z]+)[-_ ]?\d", expand=False).fillna(""))
        if not 2 <= len(names) <= self.most or "" in names:
            return
        pairs = np.unique(prefixes[events.case] * len(events.labels) + events.activity)
        if len(pairs) == len(np.unique(pairs % len(events.labels))):
            yield events.found("warning", "scattered_cases", (prefixes != 0)[events.case],
                               "case_id", len(ids), prefixes=listed(sorted(names)))


class CaseIdGaps:
    """Running numbers with holes: the export may have been filtered, and what is missing counts.

    Only numbers that are nearly all there are taken for running ones.
    """

    dense: ClassVar[float] = 0.7  # share of the range that is there: below it they do not run
    noticed: ClassVar[float] = 0.01  # share missing above which it is a warning
    fewest: ClassVar[int] = 20

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield how many of the running numbers are missing, and the first of them."""
        ids = pd.Series(events.case_names, dtype="str")
        low, high = ids.min(), ids.max()
        same = (one == other for one, other in zip(low, high, strict=False))
        opening = low[:sum(itertools.takewhile(bool, same))].rstrip("0123456789")
        rest = ids.str.slice(len(opening))
        if len(ids) < self.fewest or not rest.str.fullmatch(r"\d{1,15}").all():
            return
        each = rest.astype("int64").to_numpy()
        numbers = np.unique(each)
        span = int(numbers[-1] - numbers[0]) + 1
        missing = span - len(numbers)
        if not missing or len(numbers) < self.dense * span:
            return
        at = int(np.flatnonzero(np.diff(numbers) > 1)[0])
        row = events.case == int((each == numbers[at + 1]).argmax())
        yield events.found("warning" if missing >= self.noticed * span else "info",
                           "case_id_gaps", row, "case_id", missing, span=span,
                           example=masked(f"{opening}{numbers[at] + 1}"))


