"""Which column plays which role: names first (Chinese and English), then what the cells hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.intake.events.roles import (
    HARDLY,
    LIKELY,
    NAMES,
    ROLES,
    SURE,
    TIMES,
    by_name,
    folded,
)
from workbench.intake.events.statuses import are_statuses
from workbench.intake.times import looks_like_time

__all__ = ["ROLES", "Guess", "guess_roles", "with_rivals"]

_SAMPLE = 5_000  # rows that decide what a column holds
_CLOCK = r"(?:上午|下午)?\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}秒?)?"
_DAY = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|(?:19|20)\d{6}"
_DATE = r"(?:日期|date|day)"


@dataclass(frozen=True)
class Guess:
    """A column that seems to play a role, and how sure that is (0-1).

    Date and clock in two columns are one guess, joined by `+`. `rivals` are columns that fit just
    as well and hold something else.
    """

    column: str
    confidence: float
    rivals: tuple[str, ...] = ()

    @property
    def degree(self) -> str:
        """How sure it is, in a word: `sure`, `likely` or `doubtful`."""
        if self.confidence >= SURE:
            return "sure"
        return "likely" if self.confidence >= LIKELY else "doubtful"


def guess_roles(cells: pd.DataFrame, taken: Mapping[str, object] | None = None,
                stated: Mapping[str, str] | None = None) -> dict[str, Guess]:
    """Guess the column of every role that is not yet taken.

    A guessed case id must have repeated values, unless the column bears the role's own name; a
    guessed time must hold times, and one that is the same in all rows of every case tells of the
    case. A log with one time has it as `end`.

    Args:
        cells: a log as text.
        taken: roles already settled (a column, several, or None for "there is none").
        stated: the columns of roles that the format itself names.

    >>> log = pd.DataFrame({"Ticket": ["1", "1"], "Step": ["a", "b"],
    ...                     "timestamp": ["2024-03-01 08:00", "2024-03-01 09:00"]})
    >>> {role: guess.column for role, guess in guess_roles(log).items()}
    {'case_id': 'Ticket', 'activity': 'Step', 'end': 'timestamp'}
    """
    settled = dict(taken or {})
    used = {name for value in settled.values() for name in _columns(value)}
    found: dict[str, Guess] = {}
    for role, name in (stated or {}).items():
        if role not in settled and name in cells.columns and name not in used:
            found[role] = Guess(name, SURE)
            used.add(name)
    sample = cells.head(_SAMPLE)
    for role in NAMES:
        if role in settled or role in found:
            continue
        case = _case_of(found, settled)
        candidates = [*_candidates(role, cells, sample, case, {*settled, *found})]
        halves = {name for guess in candidates if guess.column not in cells.columns
                  for name in guess.column.split("+")}
        candidates = [guess for guess in candidates if guess.column not in used | halves
                      and not ({*guess.column.split("+")} & used and "+" in guess.column)]
        if not candidates and role == "end":  # its times are unreadable: that will be said
            candidates = [Guess(name, SURE) for name in map(str, cells.columns)
                          if by_name(role, name) == SURE and name not in used]
        if candidates:
            found[role] = with_rivals(candidates, sample)
            used |= {found[role].column, *found[role].column.split("+")}
    if "end" not in found and "end" not in settled and "start" in found:
        found["end"] = found.pop("start")
    return {role: found[role] for role in (*NAMES, *found) if role in found}


def with_rivals(candidates: list[Guess], cells: pd.DataFrame) -> Guess:
    """The first of the best guesses, with the others as good that hold something else."""
    best = max(candidates, key=lambda guess: guess.confidence)
    rivals = tuple(
        guess.column for guess in candidates
        if guess.confidence == best.confidence and guess.column != best.column
        and guess.column in cells and best.column in cells
        and not _says_the_same(cells[guess.column], cells[best.column]))
    return Guess(best.column, best.confidence, rivals)


def _says_the_same(one: pd.Series, other: pd.Series) -> bool:
    """Whether two columns are equal wherever both are filled."""
    both = (one.str.strip() != "") & (other.str.strip() != "")
    return bool((one[both] == other[both]).all())


def _columns(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


def _case_of(found: Mapping[str, Guess], settled: Mapping[str, object]) -> str | None:
    names = _columns(settled.get("case_id")) or ((found["case_id"].column,)
                                                 if "case_id" in found else ())
    return names[0] if len(names) == 1 else None


def _candidates(role: str, cells: pd.DataFrame, sample: pd.DataFrame, case: str | None,
                known: set[str]) -> Iterator[Guess]:
    for name in map(str, cells.columns):
        confidence = by_name(role, name)
        if not confidence or (role == "result" and confidence == LIKELY
                              and "activity" not in known):
            continue
        if role == "result" and confidence == LIKELY and are_statuses(sample[name]):
            confidence = SURE
        if _holds(role, sample[name], cells[name], confidence):
            if role in TIMES and role != "end" and _is_of_case(sample, name, case):
                continue
            if role == "end" and _is_of_case(sample, name, case):
                confidence = min(confidence, HARDLY)
            yield Guess(name, confidence)
        elif role in TIMES and _is(sample[name], _CLOCK):
            yield from (Guess(f"{day}+{name}", confidence) for day in _days(name, sample))


def _days(clock: str, sample: pd.DataFrame) -> list[str]:
    """The column of dates that belongs to a column of clock times: like named first."""
    days = [name for name in map(str, sample.columns)
            if re.search(_DATE, folded(name)) and _is(sample[name], _DAY)]
    stem = re.sub(r"时间|time", "", folded(clock))
    same = [name for name in days if stem and stem == re.sub(_DATE, "", folded(name))]
    return (same or [name for name in days if re.fullmatch(_DATE, folded(name))] or days)[:1]


def _is(column: pd.Series, pattern: str) -> bool:
    filled = column.str.strip()
    filled = filled[filled != ""]
    return len(filled) > 0 and float(filled.str.fullmatch(pattern).mean()) > 0.8


def _is_of_case(sample: pd.DataFrame, name: str, case: str | None) -> bool:
    """Whether a column holds one value per case, though most cases have several rows."""
    if case is None or case not in sample:
        return False
    several = sample[sample[case].duplicated(keep=False)]
    pairs = several[[case, name]].drop_duplicates()
    cases = several[case].nunique()
    return cases > 1 and len(pairs) == cases


def _holds(role: str, sample: pd.Series, column: pd.Series, confidence: float) -> bool:
    filled = sample.str.strip()
    filled = filled[filled != ""]
    if filled.empty:
        return False
    if role in TIMES:
        return looks_like_time(filled)
    if role == "case_id" and confidence < SURE:
        recurs = filled.duplicated().any() or column[column != ""].duplicated().any()
        return bool(recurs) and not looks_like_time(filled)
    if role == "activity" and confidence < SURE:
        return not looks_like_time(filled) and (
            confidence >= LIKELY or bool((filled != filled.iloc[0]).any()))
    return True


