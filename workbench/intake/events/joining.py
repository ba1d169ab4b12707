"""Several files of one client to one log, where an id that recurs may be another case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Literal

import numpy as np
import pandas as pd

from workbench.intake.events import FileEvents
from workbench.model import Level, Problem

Scope = Literal["file", "client"]
_APART = "cases_apart"
_NOT_COMPARED = ["sequence", "file"]


def join_files(files: Sequence[FileEvents], scope: Scope | None = None) -> tuple[FileEvents, ...]:
    """Make the case ids of the files of one log fit together; see `append_file`.

    Without a scope one rule holds for all of them: `file` where a file continues the numbers of
    those before it in a later period.
    """
    if len(files) < 2:
        return tuple(files)
    decided = scope or _scope_of_all(files)
    joined: tuple[FileEvents, ...] = (files[0],)
    for part in files[1:]:
        joined = append_file(joined, part, decided, is_stated=scope is not None)
    return joined


def append_file(earlier: Sequence[FileEvents], later: FileEvents, scope: Scope | None = None, *,
                is_stated: bool = True) -> tuple[FileEvents, ...]:
    """Make the case ids of one more file fit to those before it.

    With scope `client` a case continues from one file into the other, and events that stand in
    both count once. With scope `file` a case of the later file bears the name of that file
    before its id; those before keep their ids, so that a baseline reads the same before and after
    there is a pilot. If None: `file` where ids recur although the files describe different
    periods, else `client`.
    """
    before = pd.concat([part.typed for part in earlier], ignore_index=True)
    shared = set(before["case_id"]) & set(later.typed["case_id"])
    if not shared:
        return (*earlier, later)
    decided = scope or _scope(before, later.typed)
    if decided == "client":
        return (*earlier, _without_repeats(before, later, len(shared)))
    level: Level = "info" if scope and is_stated else "warning"
    remark = Problem(level, _APART, later.reading.file, None, "case_id", len(shared))
    return (*earlier, _remarked(_named(later), remark))


def _scope_of_all(files: Sequence[FileEvents]) -> Scope:
    """One rule for several files: each is compared with all that began before it."""
    ordered = sorted(files, key=lambda part: part.typed["end"].min())
    for place in range(1, len(ordered)):
        before = pd.concat([part.typed for part in ordered[:place]], ignore_index=True)
        later = ordered[place].typed
        if set(before["case_id"]) & set(later["case_id"]) and _scope(before, later) == "file":
            return "file"
    return "client"


def _scope(first: pd.DataFrame, second: pd.DataFrame) -> Scope:
    earlier, later = sorted((first["end"], second["end"]), key=pd.Series.min)
    return "file" if later.min() >= earlier.max() else "client"


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


def _without_repeats(before: pd.DataFrame, second: FileEvents, shared: int) -> FileEvents:
    """The second file without the events of the first; a repeat inside one file stays."""
    repeats = _keys(second.typed).isin(_keys(before)).to_numpy(dtype=bool)
    part = _remarked(second, Problem("info", "cases_continue", second.reading.file, None,
                                     "case_id", shared))
    if not repeats.any():
        return part
    count = int(repeats.sum())
    remark = Problem("repaired", "repeats_dropped", second.reading.file,
                     int(second.lines[np.flatnonzero(repeats)[0]]), None, count)
    reading = replace(part.reading, rows_kept=part.reading.rows_kept - count,
                      set_aside={**part.reading.set_aside, "repeats_dropped": count})
    kept = part.typed[~repeats].reset_index(drop=True)
    return _remarked(replace(part, typed=kept, lines=part.lines[~repeats], reading=reading), remark)


def _keys(typed: pd.DataFrame) -> pd.Series:
    """One number per event that is equal where all its columns are; a repeat has another one."""
    columns = typed.drop(columns=_NOT_COMPARED)
    hashed = pd.util.hash_pandas_object(columns, index=False)
    place = hashed.groupby(hashed).cumcount()
    return pd.util.hash_pandas_object(pd.DataFrame({"hash": hashed, "place": place}), index=False)


def _remarked(part: FileEvents, remark: Problem) -> FileEvents:
    reading = replace(part.reading, problems=(*part.reading.problems, remark))
    return replace(part, reading=reading)
