"""Which column plays which role: names first (Chinese and English), then what the cells hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from workbench.intake.events.roles import (
    HARDLY,
    LIKELY,
    MAYBE,
    NAMES,
    ROLES,
    SURE,
    TIMES,
    by_name,
    folded,
    is_of_document,
)
from workbench.intake.statuses import are_statuses
from workbench.intake.time_forms import UNFIT
from workbench.intake.times import looks_like_time

__all__ = ["ROLES", "Guess", "guess_roles", "with_rivals"]

_SAMPLE = 5_000  # rows that decide what a column holds
_CLOCK = r"(?:上午|下午)?\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}秒?)?"
_DAY = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|(?:19|20)\d{6}"
_DATE = r"(?:日期|date|day)"
_UNFIT = tuple(UNFIT[code] for code in ("time_duration", "time_without_year"))
_MOMENT = r"时间|日期|time|date"
_TO_THE_MINUTE = r":|：|时|点|^\d{10,}"
_TELLS_RESULT = (r".*(?:意见|状态|动作|操作|操作名称|操作类型|结果|结论|决定|"
                 r"status|action|operation(type)?|opinion|result|decision|remark|comments?|logtype|type)")
_WHAT_WAS_DONE = r"operationtype|操作类型|操作|动作|(?:审批|处理)(?:动作|操作)"
_HOW_IT_ENDED = r"operationresult|(?:操作|审批|处理|审核|办理)结果|taskresult"
_ALMOST = 0.95  # of the cases: single slips do not change what a column tells
_NEARLY_ALL = 0.9  # of the cells are status words
_FEWEST = 2  # later steps that show what a start is
BY_CELLS = 0.95  # nothing but status words in a column of another name


@dataclass(frozen=True)
class Guess:
    """A column that seems to play a role, and how sure that is (0-1).

    Date and clock in two columns are one guess, joined by `+`, and so are two columns of results.
    `rivals` are columns that fit just as well and hold something else. `instead_of` is the role
    that the name promises where the cells tell another one.
    """

    column: str
    confidence: float
    rivals: tuple[str, ...] = ()
    instead_of: str | None = None

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
            candidates = _unreadable(sample, used)
        if candidates:
            found[role] = (_result(candidates, sample) if role == "result" else
                           with_rivals(candidates, sample))
            if role == "end":
                found[role] = _with_doubted(found[role], sample, case)
            used |= {found[role].column, *found[role].column.split("+")}
    if "end" not in found and "end" not in settled and "start" in found:
        found["end"] = found.pop("start")
    _start_or_arrival(found, settled, sample)
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
        if role == "result":
            confidence = _as_result(name, confidence, sample, case, known)
        if not confidence:
            continue
        if _holds(role, sample[name], cells[name], confidence):
            if role in TIMES and role != "end" and _is_of_case(sample, name, case):
                continue
            if role == "end" and (_is_of_case(sample, name, case)
                                  or _is_of_last_row(sample, name, case)):
                confidence = min(confidence, HARDLY)
            yield Guess(name, confidence)
        elif role in TIMES and _is(sample[name], _CLOCK):
            yield from (Guess(f"{day}+{name}", confidence) for day in _days(name, sample))


def _with_doubted(best: Guess, sample: pd.DataFrame, case: str | None) -> Guess:
    """The end of a step, with the better named columns that tell of almost every case as one."""
    if case is None or case not in sample:
        return best
    repeated = sample[case].duplicated(keep=False)
    doubted = tuple(
        name for name in map(str, sample.columns)
        if name not in {best.column, *best.rivals} and by_name("end", name) > best.confidence
        and looks_like_time(sample[name].str.strip())
        and sample.loc[repeated].groupby(case, sort=False)[name].nunique().max() > 1)
    return replace(best, rivals=(*best.rivals, *doubted))


def _as_result(name: str, confidence: float, sample: pd.DataFrame, case: str | None,
               known: set[str]) -> float:
    """How well a column fits as result: by its name, else by cells that are all status words."""
    if confidence == SURE:
        return confidence
    if "activity" not in known:
        return confidence if confidence != LIKELY else 0.0
    cells = sample[name].str.strip()
    if confidence == LIKELY and are_statuses(cells):
        return SURE
    if re.fullmatch(_TELLS_RESULT, folded(name)) and are_statuses(cells, _NEARLY_ALL) and not (
            _is_of_case(sample, name, case)):
        return BY_CELLS
    return confidence


def _result(candidates: list[Guess], sample: pd.DataFrame) -> Guess:
    """The column of results; what was done and how it ended in two columns are one guess."""
    whole = [guess for guess in candidates if re.fullmatch(_HOW_IT_ENDED, folded(guess.column))]
    kinds = [guess for guess in candidates if re.fullmatch(_WHAT_WAS_DONE, folded(guess.column))
             and are_statuses(sample[guess.column].str.strip(), _NEARLY_ALL)]
    if len(whole) == len(kinds) == 1 and not _says_the_same(sample[whole[0].column],
                                                            sample[kinds[0].column]):
        return Guess(f"{kinds[0].column}+{whole[0].column}", SURE)
    best = with_rivals(candidates, sample)
    return replace(best, confidence=SURE) if best.confidence == BY_CELLS else best


def _unreadable(sample: pd.DataFrame, used: set[str]) -> list[Guess]:
    """Columns called as the end of a step whose cells are durations, or times without a year."""
    fits = {name: by_name("end", name) for name in map(str, sample.columns) if name not in used}
    strange = {name: max(fit, MAYBE) for name, fit in fits.items()
               if (fit or re.search(_MOMENT, folded(name))) and not is_of_document(name)
               and any(_is(sample[name], pattern) for pattern in _UNFIT)}
    sure = {name: fit for name, fit in fits.items() if fit == SURE}
    return [Guess(name, fit) for name, fit in (strange | sure).items()]


def _start_or_arrival(found: dict[str, Guess], settled: Mapping[str, object],
                      sample: pd.DataFrame) -> None:
    """A start that is everywhere the end of the step before tells when the step came in."""
    start, end, case = found.get("start"), found.get("end"), _case_of(found, settled)
    if start is None or end is None or case is None or case not in sample or (
            {"arrival", "start"} & {*settled}) or "arrival" in found:
        return
    if start.column not in sample or end.column not in sample:
        return
    rows = sample[[case, start.column, end.column]]
    rows = rows[rows[start.column].str.contains(_TO_THE_MINUTE)]
    ended = pd.MultiIndex.from_frame(sample[[case, end.column]])
    hit = pd.MultiIndex.from_frame(rows[[case, start.column]]).isin(ended)
    same = rows[start.column] == rows[end.column]
    first = ~rows[case].duplicated()
    later = int((~same).sum()) - int((first & ~same).sum())
    if later >= _FEWEST and (hit & ~same).sum() >= _ALMOST * later:
        found["arrival"] = replace(found.pop("start"), instead_of="start")


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
    """Whether a column holds one value in almost all cases that have several rows."""
    if case is None or case not in sample:
        return False
    several = sample[sample[case].duplicated(keep=False)]
    values = several.groupby(case, sort=False)[name].nunique()
    return len(values) > 1 and float((values == 1).mean()) >= _ALMOST


def _is_of_last_row(sample: pd.DataFrame, name: str, case: str | None) -> bool:
    """Whether a column is filled in one row of each case only, the last one of the file."""
    if case is None or case not in sample:
        return False
    several = sample[sample[case].duplicated(keep=False)]
    filled = several[name].str.strip() != ""
    last = ~several[case].duplicated(keep="last")
    return int(last.sum()) > 1 and bool(filled.any()) and float(last[filled].mean()) >= _ALMOST


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


