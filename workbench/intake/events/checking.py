"""Typed events of one or several files to what the checks find in all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from workbench.intake.checks import Events, examined
from workbench.intake.events.details import suspected_details
from workbench.intake.events.file_events import FileEvents, in_one
from workbench.intake.events.joining import prefix_of, told_apart
from workbench.intake.events.mapping import JOINED_BY
from workbench.intake.events.wishes import Wishes
from workbench.intake.findings import refuse_if_any
from workbench.intake.personal import masked_labels
from workbench.model import Problem


def checked(parts: Sequence[FileEvents], wishes: Wishes) -> tuple[FileEvents, ...]:
    """The files of one log with what the checks find in their events, labels masked.

    Files whose cases continue in each other are looked at together: a case that another file
    begins is not cut off. Files whose cases are told apart are looked at one by one.

    Raises:
        InputRefused: the events cannot be those of a log, such as damaged case ids.
    """
    apart = [part for part in parts if told_apart(part.reading.problems)]
    together = [part for part in parts if not told_apart(part.reading.problems)]
    found = [problem for group in (together, *([part] for part in apart))
             for problem in _found(group, wishes)]
    refuse_if_any([*(problem for part in parts for problem in part.reading.problems), *found])
    return tuple(_told(part, found) for part in parts)


def _found(parts: Sequence[FileEvents], wishes: Wishes) -> list[Problem]:
    """What the checks find in the events of some files taken together."""
    if not parts:
        return []
    is_ordered = any(part.is_ordered or "sequence" in part.mapping for part in parts)
    ties = "source" if is_ordered or wishes.ties == "source" else "learned"
    columns = {role: JOINED_BY.join(names) for role, names in parts[0].mapping.items()}
    events = Events(_own_ids(parts), np.concatenate([part.lines for part in parts]),
                    parts[0].reading.file, columns, ties, wishes.zone or "UTC")
    found = examined(events)
    repeated = any(problem.code == "duplicate_rows" for problem in found)
    details = (suspected_details(part.rows, wishes) for part in parts if repeated and part.rows)
    return [*found, *(problem for problems in details for problem in problems)]


def _own_ids(parts: Sequence[FileEvents]) -> pd.DataFrame:
    """The events of some files below each other, each case with the number that its file gives."""
    if len(parts) > 1:
        return in_one(parts)
    part = parts[0]
    if not told_apart(part.reading.problems):
        return part.typed
    ids = part.typed["case_id"].str.removeprefix(prefix_of(part.reading.file))
    return part.typed.assign(case_id=ids)


def _told(part: FileEvents, found: Iterable[Problem]) -> FileEvents:
    """A file with its own share of what was found, and with its labels fit to be shown."""
    mine = (problem for problem in found if problem.file == part.reading.file)
    reading = replace(part.reading, problems=(*part.reading.problems, *mine))
    return replace(part, typed=masked_labels(part.typed), reading=reading, rows=None)
