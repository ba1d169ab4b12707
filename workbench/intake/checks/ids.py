"""Checks of case ids: damaged, changed, scattered, with gaps."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from workbench.intake.checks.events import Events, Finding
from workbench.intake.findings import listed
from workbench.intake.personal import masked

_SCIENTIFIC = r"(\d)(?:\.(\d+))?[eE]\+?(\d+)"


class DamagedIds:
    """A spreadsheet zeroes the digits beyond the fifteenth: ids that differed become one.

    So does a number shown as 1.23457E+17, of which the other digits are lost. Cases merge, which
    cannot be mended here, so the log is refused.
    """

    digits: ClassVar[int] = 12  # a spreadsheet shows whole numbers below this many digits in full
    sure: ClassVar[float] = 1e-3  # chance of so many zeros below which they are no chance
    doubtful: ClassVar[float] = 0.01  # chance below which it is said

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a rejection for ids that lost their last digits, a warning for those that may have.

        An id of 17 digits ends in two zeros once in a hundred; more of them than that are no
        chance, be they few or all one and the same.
        """
        ids = pd.Series(events.case_names, dtype="str")
        long = ids.str.fullmatch(r"\d{16,}").to_numpy(dtype=bool)
        zeroed = ids.str.fullmatch(r"\d{15}0+").to_numpy(dtype=bool)
        chance = self._chance(ids[long].str.len().to_numpy(), ids[zeroed].str.len().to_numpy())
        rows = np.bincount(events.case, minlength=len(ids))
        mostly = rows[zeroed].sum() > 0.5 * rows[long].sum() and (
            zeroed.sum() >= 2 or len(ids) == 1)
        sure = zeroed.any() and (mostly or (zeroed.sum() >= 2 and chance < self.sure))
        lost = (zeroed & sure) | self._shortened(ids)
        if lost.any():
            yield events.found("rejected", "ids_damaged", lost[events.case], "case_id",
                               examples=", ".join(ids[lost].head(3)))
        elif zeroed.any() and chance < self.doubtful:
            yield events.found("warning", "ids_zeroed", zeroed[events.case], "case_id",
                               int(zeroed.sum()), examples=", ".join(ids[zeroed].head(3)))

    def _chance(self, long: np.ndarray, zeroed: np.ndarray) -> float:
        """How probable so many ids of some length are with zeros from the sixteenth digit on."""
        if not len(zeroed):
            return 1.0
        from scipy.stats import poisson  # loaded for the few logs that need it: it takes long

        chances = []
        for length in np.unique(zeroed):
            expected = float((10.0 ** (15 - long[long >= length].astype(float))).sum())
            chances.append(float(poisson.sf((zeroed >= length).sum() - 1, expected)))
        return min(chances)

    def _shortened(self, ids: pd.Series) -> np.ndarray:
        """Ids in scientific notation that show fewer digits than they had.

        So does 1E+17, and 1.23E+05 where a column shows all numbers so: other ids look the same.
        """
        if not ids.str.contains(r"^\d(?:\.\d+)?[eE]\+?\d+$", regex=True).any():
            return np.zeros(len(ids), dtype=bool)
        parts = ids.str.extract(rf"^{_SCIENTIFIC}$")
        shown = parts[1].fillna("").str.len().to_numpy()
        power = pd.to_numeric(parts[2].str.slice(0, 4), errors="coerce").fillna(-1).to_numpy()
        signed = ids.str.contains("+", regex=False).to_numpy(dtype=bool)
        large = (power >= self.digits - 1) & (shown < power) & ((shown >= 1) | signed)
        short = signed & (shown >= 1) & (shown < power)
        lost: np.ndarray = large | short
        return lost


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


