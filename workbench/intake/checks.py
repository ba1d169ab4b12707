"""What a checked log is checked for: one class per check, its docstring says why it matters.

Checks that set rows aside stand in `workbench.intake.events`, where the rows are typed; those here
look at typed events and only report. The sentence for the reader is `problem.<code>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import ClassVar, Protocol

import numpy as np
import pandas as pd

from workbench.intake.findings import PERSONAL, listed
from workbench.model import Level, Problem

MARKUP = r"<[A-Za-z/!]|javascript:"
"""What looks like a tag or a script link; it is shown as text, and said."""


@dataclass(frozen=True)
class Events:
    """Typed events of one file with the line of each, and which column played which role."""

    typed: pd.DataFrame
    lines: np.ndarray
    file: str
    columns: Mapping[str, str]
    ties: str = "learned"

    def problem(self, level: Level, code: str, rows: np.ndarray, role: str = "",
                count: int | None = None, **values: object) -> Problem:
        """A problem at the first of some rows (a mask), with its line and its column's name."""
        hit = np.flatnonzero(rows)
        line = int(self.lines[hit[0]]) if len(hit) else None
        column = self.columns.get(role, role) if role else None
        return Problem(level, code, self.file, line, column,
                       len(hit) if count is None else count, values)


class Check(Protocol):
    """A check looks at events and yields what it found."""

    def find(self, events: Events) -> Iterator[Problem]:
        """Yield a problem for each thing found."""
        ...


class TooManyActivities:
    """Thousands of activities mean that an identifier was taken for the activity.

    No map of them could be read, so the log is refused.
    """

    most: ClassVar[int] = 5_000

    def find(self, events: Events) -> Iterator[Problem]:
        """Yield a rejection if there are more activities than any process has."""
        activities = events.typed["activity"]
        distinct = activities.nunique()
        if distinct > self.most:
            yield events.problem("rejected", "too_many_activities",
                                 np.ones(len(activities), dtype=bool), "activity", distinct,
                                 examples=listed(activities.head(20)))


class DamagedIds:
    """A spreadsheet zeroes the digits beyond the fifteenth: ids that differed become one.

    Cases merge, which cannot be mended here, so the log is refused.
    """

    def find(self, events: Events) -> Iterator[Problem]:
        """Yield a rejection if most long numeric ids end in zeros beyond the fifteenth digit."""
        ids = events.typed["case_id"]
        long = ids.str.fullmatch(r"\d{16,}").to_numpy(dtype=bool)
        zeroed = ids.str.fullmatch(r"\d{15}0+").to_numpy(dtype=bool)
        if ids[zeroed].nunique() >= 2 and zeroed.sum() > 0.5 * long.sum():
            yield events.problem("rejected", "ids_damaged", zeroed, "case_id",
                                 examples=", ".join(ids[zeroed].unique()[:3]))


class NumericIds:
    """Ids in scientific notation were probably touched by a spreadsheet; they are kept as text."""

    def find(self, events: Events) -> Iterator[Problem]:
        """Yield a warning for ids such as 1E5."""
        ids = events.typed["case_id"]
        hit = ids.str.fullmatch(r"\d+(?:\.\d+)?[eE]\+?\d+").to_numpy(dtype=bool)
        if hit.any():
            yield events.problem("warning", "ids_scientific", hit, "case_id",
                                 examples=listed(ids[hit]))


class Duplicates:
    """Rows that repeat another one in every role may be exported twice, or be real: they stay."""

    def find(self, events: Events) -> Iterator[Problem]:
        """Yield a warning with the number of rows that repeat an earlier row."""
        hit = events.typed.drop(columns=["sequence"]).duplicated().to_numpy(dtype=bool)
        if hit.any():
            yield events.problem("warning", "duplicate_rows", hit)


class SingleEventCases:
    """A case of one event has no duration; many of them mean a wrong case id or a cut export."""

    def find(self, events: Events) -> Iterator[Problem]:
        """Yield a warning if a tenth of the cases have one event only, else a remark."""
        ids = events.typed["case_id"]
        hit = ~ids.duplicated(keep=False).to_numpy(dtype=bool)
        cases = ids.nunique()
        if hit.any():
            level: Level = "warning" if hit.sum() >= 0.1 * cases else "info"
            yield events.problem(level, "single_event_cases", hit, cases=cases)


class Ties:
    """Events of a case at the same time have no known order: it is learned, or the file's."""

    def find(self, events: Events) -> Iterator[Problem]:
        """Yield the number of cases in which the order is not known."""
        typed = events.typed
        keys = ["case_id", "start", "end"] if typed["start"].notna().any() else ["case_id", "end"]
        hit = typed.duplicated(keys, keep=False).to_numpy(dtype=bool)
        if hit.any():
            cases = typed.loc[hit, "case_id"].nunique()
            level: Level = "info" if events.ties == "source" else "warning"
            code = "ties_source" if events.ties == "source" else "ties_learned"
            yield events.problem(level, code, hit, count=cases)


class OneTimestamp:
    """With one time per event only elapsed time can be known, neither processing nor waiting."""

    def find(self, events: Events) -> Iterator[Problem]:
        """Yield a remark if no event has a start."""
        if not events.typed["start"].notna().any():
            yield Problem("info", "one_timestamp", events.file, 1, events.columns.get("end"))


class SimilarLabels:
    """Two labels that differ by a typing error are two activities: a merge is suggested."""

    most: ClassVar[int] = 300

    def find(self, events: Events) -> Iterator[Problem]:
        """Yield one warning that names the rare labels which look like common ones."""
        activities = events.typed["activity"]
        counts = activities.value_counts()
        if len(counts) > self.most:
            return
        names = sorted(counts.index, key=lambda name: (-counts[name], name))
        pairs = {}
        for place, rare in enumerate(names):
            alike = (common for common in names[:place]
                     if counts[rare] <= 0.5 * counts[common] and _is_similar(rare, common))
            common = next(alike, None)
            if common is not None:
                pairs[rare] = common
        if pairs:
            hit = activities.isin(list(pairs)).to_numpy(dtype=bool)
            yield events.problem("warning", "similar_labels", hit, "activity", len(pairs),
                                 pairs=listed((f"{rare} ~ {common}"
                                               for rare, common in pairs.items()), 5))


def _is_similar(one: str, other: str) -> bool:
    if re.sub(r"\s+", "", one).casefold() == re.sub(r"\s+", "", other).casefold():
        return True
    if min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > 2:
        return False
    if re.sub(r"\d+", "0", one) == re.sub(r"\d+", "0", other):
        return False  # numbered steps are meant to look alike
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio() >= 0.9


class PollutedLabels:
    """Labels that carry a number of the case (an invoice, an order) make one activity many."""

    def find(self, events: Events) -> Iterator[Problem]:
        """Yield a warning if masking the digits leaves a fifth of the labels or fewer."""
        labels = pd.Series(events.typed["activity"].unique(), dtype="str")
        masked = labels.str.replace(r"\d+", "#", regex=True)
        if len(labels) > 20 and masked.nunique() * 5 <= len(labels):
            hit = events.typed["activity"].isin(labels[masked.duplicated(keep=False)])
            yield events.problem("warning", "polluted_labels", hit.to_numpy(dtype=bool),
                                 "activity", len(labels), masked=masked.nunique(),
                                 examples=listed(labels))


class PersonalData:
    """A label or id that holds an identity number, a telephone number or a mail address."""

    mail: ClassVar[str] = PERSONAL.pattern.rpartition("|")[2]  # a long number may be a case id

    def find(self, events: Events) -> Iterator[Problem]:
        """Yield a warning per role in which personal data stands; the data is not repeated."""
        for role in ("activity", "case_id"):
            names = pd.Series(events.typed[role].unique(), dtype="str")
            pattern = PERSONAL.pattern if role == "activity" else self.mail
            found = names[[re.search(pattern, name) is not None for name in names]]
            hit = events.typed[role].isin(found).to_numpy(dtype=bool)
            if hit.any():
                yield events.problem("warning", "personal_data", hit, role)


class Markup:
    """A label or id that looks like program text or a formula is shown as text, never run."""

    def find(self, events: Events) -> Iterator[Problem]:
        """Yield a warning per role whose cells look like HTML, a script link or a formula."""
        for role in ("activity", "case_id"):
            hit = events.typed[role].str.contains(
                MARKUP + r"|^[=+@-].*\(", regex=True).to_numpy(dtype=bool)
            if hit.any():
                yield events.problem("warning", "markup", hit, role)


class ScatteredCases:
    """Two schemes of ids that share no activity may be halves of the same cases."""

    def find(self, events: Events) -> Iterator[Problem]:
        """Yield a warning if each prefix of ids has its own activities."""
        ids, activities = events.typed["case_id"], events.typed["activity"]
        prefixes = ids.str.extract(r"^([A-Za-z]+)[-_ ]?\d", expand=False).fillna("")
        groups = activities.groupby(prefixes).unique()
        if not 2 <= len(groups) <= 5 or (groups.index == "").any():
            return
        sets = [set(names) for names in groups]
        if sum(map(len, sets)) == len(set().union(*sets)):
            second = (prefixes == prefixes[prefixes != prefixes.iloc[0]].iloc[0])
            yield events.problem("warning", "scattered_cases", second.to_numpy(dtype=bool),
                                 "case_id", ids.nunique(), prefixes=listed(groups.index))


class TimeTravel:
    """An event half a day before the one that opens all other cases, though it mostly closes them.

    Its date is probably wrong.
    """

    apart: ClassVar[pd.Timedelta] = pd.Timedelta(hours=12)

    def find(self, events: Events) -> Iterator[Problem]:
        """Yield a warning if a closing activity opens a case, half a day before anything else."""
        typed = events.typed
        ordered = typed.sort_values(["case_id", "end"], kind="stable")
        by_case = ordered.groupby("case_id", sort=False)
        first, last = by_case.head(1).set_index("case_id"), by_case.tail(1).set_index("case_id")
        usual = first["activity"].mode().iloc[0]
        closers = last["activity"].value_counts()
        second = by_case["end"].nth(1)
        gap = second.set_axis(ordered.loc[second.index, "case_id"]) - first["end"]
        opens = first["activity"].value_counts()
        odd = [name for name in closers.index if name != usual
               and 0 < opens.get(name, 0) <= 0.25 * len(first)
               and closers[name] >= 0.5 * len(first)]
        wrong = (first["activity"].isin(odd)
                 & (gap.reindex(first.index) >= self.apart)).to_numpy(dtype=bool)
        if wrong.any():
            cases = first.index[wrong]
            rows = (typed["case_id"].isin(cases) & typed["activity"].isin(odd)
                    & typed["end"].isin(first.loc[cases, "end"])).to_numpy(dtype=bool)
            yield events.problem("warning", "time_travel", rows, "end", len(cases),
                                 activity=", ".join(odd), other=usual, case=listed(cases[:1]))


class ArtificialActivities:
    """Start and End written around each case by a tool are no work: ignoring them is suggested."""

    def find(self, events: Events) -> Iterator[Problem]:
        """Yield a warning for activities called Start or End that open or close every case."""
        names = artificial(events.typed)
        if names:
            hit = events.typed["activity"].isin(names).to_numpy(dtype=bool)
            yield events.problem("warning", "artificial_activities", hit, "activity",
                                 activities=", ".join(names))


def artificial(typed: pd.DataFrame) -> tuple[str, ...]:
    """Activities literally called start or end that come first or last in every case.

    >>> times = pd.to_datetime(["2024-01-01", "2024-01-02"], utc=True)
    >>> artificial(pd.DataFrame({"case_id": ["1", "1"], "activity": ["Start", "pay"],
    ...                          "start": times, "end": times}))
    ('Start',)
    """
    moments = typed["start"].fillna(typed["end"])
    by_case = moments.groupby(typed["case_id"])
    cases = typed["case_id"].nunique()
    found = []
    for name in typed["activity"].unique():
        if name.casefold() not in {"start", "end"}:
            continue
        edge = by_case.transform("min" if name.casefold() == "start" else "max")
        own = typed["activity"] == name
        once = not typed.loc[own, "case_id"].duplicated().any()
        if own.sum() == cases and once and (moments[own] == edge[own]).all():
            found.append(str(name))
    return tuple(sorted(found, key=str.casefold, reverse=True))


CHECKS: tuple[Check, ...] = (
    TooManyActivities(), DamagedIds(), NumericIds(), Duplicates(), SingleEventCases(), Ties(),
    OneTimestamp(), SimilarLabels(), PollutedLabels(), PersonalData(), Markup(), ScatteredCases(),
    TimeTravel(), ArtificialActivities(),
)
"""All checks, in the order in which their findings are told."""
