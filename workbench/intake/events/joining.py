"""Several files of one client to one log, where an id that recurs may be another case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from workbench.intake.events.file_events import FileEvents
from workbench.intake.events.recurring import (
    Evidence,
    Scope,
    evidence_of,
    evidence_of_all,
    to_the_same_moment,
)
from workbench.model import Level, Problem

_APART = "cases_apart"
_NOT_COMPARED = ["sequence", "file"]
_SAME = ["case_id", "activity", "moment"]


def join_files(files: Sequence[FileEvents], scope: Scope | None = None) -> tuple[FileEvents, ...]:
    """Make the case ids of the files of one log fit together; see `append_file`.

    Without a scope one rule holds for all of them, see `workbench.intake.events.recurring`.
    """
    if len(files) < 2:
        return tuple(files)
    if scope:
        joined: tuple[FileEvents, ...] = (files[0],)
        for part in files[1:]:
            joined = append_file(joined, part, scope)
        return joined
    evidence = evidence_of_all([part.typed for part in files])
    joined = (files[0],)
    for part in files[1:]:
        joined = append_file(joined, part, evidence.scope, is_stated=False)
    return (*joined[:-1], _remarked(joined[-1], *_doubt(evidence, joined[-1])))


def append_file(earlier: Sequence[FileEvents], later: FileEvents, scope: Scope | None = None, *,
                is_stated: bool = True) -> tuple[FileEvents, ...]:
    """Make the case ids of one more file fit to those before it.

    With scope `client` a case continues from one file into the other, and events that stand in
    both count once, also where they were edited in between: those before stay, so that their
    figures do not change with what is appended. With scope `file` a case of the later file bears
    the name of that file before its id; those before keep their ids, so that a baseline reads the
    same before and after there is a pilot. If None: see `workbench.intake.events.recurring`.
    """
    before = pd.concat([part.typed for part in earlier], ignore_index=True)
    shared = set(before["case_id"]) & set(later.typed["case_id"])
    if not shared:
        return (*earlier, later)
    decided = scope
    if decided is None:
        evidence = evidence_of(before, later.typed)
        decided, is_stated = evidence.scope, False
        later = _remarked(later, *_doubt(evidence, later))
    if decided == "client":
        return (*earlier, _without_repeats(before, later, len(shared)))
    level: Level = "info" if is_stated else "warning"
    remark = Problem(level, _APART, later.reading.file, None, "case_id", len(shared))
    return (*earlier, _remarked(_named(later), remark))


def told_apart(problems: Iterable[Problem]) -> bool:
    """Whether the cases of the second file bear its name, from what was said of a joined log."""
    return any(problem.code == _APART for problem in problems)


def prefix_of(file: str) -> str:
    """What stands before the ids of a file whose cases are told apart.

    >>> prefix_of("pilot/events.csv.gz")
    'pilot/events:'
    """
    path = PurePosixPath(file)
    return f"{path.parent / path.name.split('.')[0]}:"


def _named(part: FileEvents) -> FileEvents:
    named = prefix_of(part.reading.file) + part.typed["case_id"]
    return replace(part, typed=part.typed.assign(case_id=named))


def _doubt(evidence: Evidence, later: FileEvents) -> list[Problem]:
    """What is to be asked where the evidence is not all of one kind."""
    if not evidence.is_doubtful:
        return []
    return [Problem("warning", "case_scope_unclear", later.reading.file, None, "case_id",
                    evidence.shared, {"same": evidence.same, "anew": evidence.anew,
                                      "neither": evidence.neither})]


def _without_repeats(before: pd.DataFrame, second: FileEvents, shared: int) -> FileEvents:
    """The second file without the events of the first; a repeat inside one file stays."""
    mine, theirs = _keys(second.typed), _keys(before)
    repeats = mine.isin(theirs).to_numpy(dtype=bool)
    first, later = to_the_same_moment(before, second.typed)
    changed = _changed(first[~theirs.isin(mine).to_numpy(dtype=bool)], later[~repeats])
    part = _remarked(second, Problem("info", "cases_continue", second.reading.file, None,
                                     "case_id", shared))
    edited = np.zeros(len(repeats), dtype=bool)
    edited[changed] = True
    found: tuple[tuple[Level, str, np.ndarray], ...] = (
        ("repaired", "repeats_dropped", repeats), ("warning", "repeats_changed", edited))
    for level, reason, rows in found:
        if rows.any():
            part = _counted(part, level, reason, rows)
    gone = repeats | edited
    return replace(part, typed=part.typed[~gone].reset_index(drop=True), lines=part.lines[~gone])


def _counted(part: FileEvents, level: Level, reason: str, rows: np.ndarray) -> FileEvents:
    """The file with rows that are about to be left out, counted and said."""
    count = int(rows.sum())
    reading = replace(part.reading, rows_kept=part.reading.rows_kept - count,
                      set_aside={**part.reading.set_aside, reason: count})
    remark = Problem(level, reason, part.reading.file,
                     int(part.lines[np.flatnonzero(rows)[0]]), None, count)
    return _remarked(replace(part, reading=reading), remark)


def _changed(first: pd.DataFrame, second: pd.DataFrame) -> list[int]:
    """Which other rows are an event from before with other contents: each such event takes one.

    That of the same person first, then any; which of equals does not depend on the order of rows.
    """
    changed: list[int] = []
    for names in ([*_SAME, "resource"], _SAME):
        first, second = _canonical(first, names), _canonical(second, names)
        pairs = first.reset_index()[[*names, "copy", "index"]].merge(
            second.reset_index()[[*names, "copy", "index"]], on=[*names, "copy"],
            suffixes=("_before", "_later"))
        changed += pairs["index_later"].tolist()
        first = first.drop(index=pairs["index_before"].tolist())
        second = second.drop(index=pairs["index_later"].tolist())
    return changed


def _canonical(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """A table with the number of each row among those that are equal in some columns."""
    ordered = table.assign(hashed=_hashed(table)).sort_values("hashed", kind="stable")
    ordered["copy"] = ordered.groupby(names, sort=False, dropna=False).cumcount()
    return ordered.drop(columns="hashed")


def _hashed(typed: pd.DataFrame) -> pd.Series:
    columns = typed.drop(columns=[*_NOT_COMPARED, "copy", "moment"], errors="ignore")
    return pd.util.hash_pandas_object(columns, index=False)


def _keys(typed: pd.DataFrame) -> pd.Series:
    """One number per event that is equal where all its columns are; a repeat has another one."""
    hashed = _hashed(typed)
    place = hashed.groupby(hashed).cumcount()
    return pd.util.hash_pandas_object(pd.DataFrame({"hash": hashed, "place": place}), index=False)


def _remarked(part: FileEvents, *remarks: Problem) -> FileEvents:
    reading = replace(part.reading, problems=(*part.reading.problems, *remarks))
    return replace(part, reading=reading)
