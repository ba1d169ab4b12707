"""One row per document to one row per event, where people asked for it; else refused by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.intake.events.guess import guess_roles
from workbench.intake.events.history import (
    NEEDED,
    PLACES,
    is_history,
    lines_of,
    proposed_shape,
    reader_of,
    setting,
    shape_problem,
)
from workbench.intake.events.mapping import split
from workbench.intake.events.roles import REQUIRED, by_name
from workbench.intake.events.wide import Step, unused, wide_steps
from workbench.intake.events.wishes import Wishes
from workbench.intake.findings import listed, near, refuse
from workbench.intake.formats import TextTable
from workbench.intake.statuses import are_statuses
from workbench.intake.times import looks_like_time
from workbench.model import Problem

_KNOWN_CASE = 0.6
_SAMPLE = 2_000
_NEARLY_ALL = 0.9  # of the remarks are status words: they are the results
_OPEN = ("", "0")
_MOMENTS = ("end", "start", "arrival")
_CLOCK = r"(?:上午|下午)?\d{1,2}[:：时]\d{1,2}(?:[:：分]\d{1,2}秒?)?"


@dataclass(frozen=True)
class _Made:
    """Events of documents: the document of each, their columns, and what was set aside."""

    document: np.ndarray
    columns: Mapping[str, Sequence[str]]
    set_aside: Mapping[str, int]
    problems: tuple[Problem, ...]


def unfolded(table: TextTable, wishes: Wishes) -> tuple[TextTable, Wishes]:
    """The table with one row per event, and the wishes with the columns that were made.

    The other columns of a document are repeated for each of its events.

    Raises:
        InputRefused: the table has one row per document and nobody said how to unfold it; or it
            cannot be unfolded as was said.
    """
    if wishes.unfold_history is not None:
        made, used = _of_history(table, wishes), {wishes.unfold_history}
    elif wishes.unfold_wide:
        steps = wide_steps([str(name) for name in table.cells.columns])
        if not steps:
            refuse([Problem("rejected", "unfold_no_steps", table.file, 1, "log.unfold.wide",
                            values={"columns": listed(table.cells.columns, 20)})])
        made = _of_steps(table, steps)
        used = {header for step in steps for header in step.columns.values()}
    else:
        problem = _shape_of(table, wishes)
        if problem:
            refuse([*table.problems, problem])
        return table, wishes
    return _whole(table, wishes, made, used)


# ---------------------------------------------------------------- refused by name


def _shape_of(table: TextTable, wishes: Wishes) -> Problem | None:
    """What is to be said of a table that has one row per document; None for any other."""
    headers = [str(name) for name in table.cells.columns]
    stated = {role: split(value, headers) for role, value in (wishes.mapping or {}).items()}
    if all(stated.get(role) for role in REQUIRED):
        return None
    sample = table.cells.head(_SAMPLE)
    found = {**guess_roles(sample, stated, table.roles),
             **{role: names for role, names in stated.items() if names}}
    if all(role in found for role in REQUIRED):
        return None
    for name in headers:
        if is_history(sample[name]):
            return Problem("rejected", "not_an_event_log_history", table.file, 1, name, values={
                "setting": setting(name, proposed_shape(sample[name]))})
    if "activity" in found:
        return None
    steps = wide_steps(headers)
    if steps:
        columns = [header for step in steps for header in step.columns.values()]
        return Problem("rejected", "not_an_event_log_wide", table.file, 1, columns[0],
                       len(steps), {"steps": listed((step.name for step in steps), 6),
                                    "columns": listed(columns, 8)})
    return _one_row_per_case(table, sample, headers)


def _one_row_per_case(table: TextTable, sample: pd.DataFrame,
                      headers: Iterable[str]) -> Problem | None:
    times = [name for name in headers if looks_like_time(sample[name].str.strip())]
    for name in headers:
        cells = sample[name].str.strip()
        filled = cells[cells != ""]
        unique = len(filled) > 1 and filled.is_unique
        if by_name("case_id", name) >= _KNOWN_CASE and times and unique:
            return Problem("rejected", "not_an_event_log_cases", table.file, 1, name,
                           values={"times": listed(times, 6)})
    return None


# ---------------------------------------------------------------- one row per event


def _of_history(table: TextTable, wishes: Wishes) -> _Made:
    column, shape = wishes.unfold_history or "", wishes.unfold_line
    reader = _reader(table, column, shape)
    rows: list[tuple[int, re.Match[str]]] = []
    unread: list[tuple[int, str]] = []
    bare: list[int] = []
    moments = sum(name in reader.groupindex for name in _MOMENTS)
    for document, cell in enumerate(table.cells[column]):
        lines = lines_of(cell, moments)
        if not lines:
            bare.append(document)
        for line in lines:
            found = reader.fullmatch(line)
            if found:
                rows.append((document, found))
            else:
                unread.append((document, line))
    names = [name for name in PLACES if name in reader.groupindex]
    columns = {name: [(found[name] or "").strip() for _, found in rows] for name in names}
    problems = [Problem("info", "unfolded", table.file, 1, column, len(rows),
                        {"documents": len(table.cells)})]
    if unread:
        problems.append(Problem("repaired", "history_line_unreadable", table.file,
                                int(table.lines[unread[0][0]]), column, len(unread),
                                {"example": listed([unread[0][1]])}))
    aside = {"history_line_unreadable": len(unread)} if unread else {}
    return _with_bare(table, _Made(np.array([document for document, _ in rows], dtype=np.int64),
                                   columns, aside, tuple(problems)), bare, column)


def _reader(table: TextTable, column: str, shape: str | None) -> re.Pattern[str]:
    """The expression that reads a line; refuses a column or a shape that cannot be used."""
    headers = [str(name) for name in table.cells.columns]
    if column not in headers:
        refuse([Problem("rejected", "column_missing", table.file, 1, column, values={
            "role": "unfold.history", "near": near(column, headers)})])
    if shape is None:
        refuse([Problem("rejected", "not_an_event_log_history", table.file, 1, column, values={
            "setting": setting(column, proposed_shape(table.cells[column]))})])
    if shape_problem(shape):
        needed, places = (" ".join(f"{{{name}}}" for name in names) for names in (NEEDED, PLACES))
        refuse([Problem("rejected", "unfold_line_unusable", table.file, None, "log.unfold.line",
                        values={"shape": shape, "places": places, "needed": needed})])
    return reader_of(shape)


def _of_steps(table: TextTable, steps: Sequence[Step]) -> _Made:
    """The filled steps of every document: those with a moment or a result."""
    cells = {header: table.cells[header].str.strip() for step in steps
             for header in step.columns.values()}
    remarks = [step.columns["comment"] for step in steps if "comment" in step.columns]
    if not any("result" in step.columns for step in steps) and remarks and are_statuses(
            pd.concat([cells[header] for header in remarks]), _NEARLY_ALL):
        steps = [_renamed(step, "comment", "result") for step in steps]
    roles = [role for role in (*_MOMENTS, "resource", "result", "comment")
             if any(role in step.columns for step in steps)]
    documents, parts, planned = [], [], 0
    for step in steps:
        filled = _filled(cells, step, (*_MOMENTS, "result"), len(table.cells))
        planned += int((~filled & _filled(cells, step, ("resource",), len(table.cells))).sum())
        places = np.flatnonzero(filled)
        part = pd.DataFrame({role: _told(cells, step, role).to_numpy(dtype=object)[places]
                             if role in step.columns else "" for role in roles},
                            index=range(len(places)))
        part["activity"] = step.name
        if "name" in step.columns:
            own = cells[step.columns["name"]].to_numpy(dtype=object)[places]
            part["activity"] = np.where(own == "", step.name, own)
        documents.append(places)
        parts.append(part)
    document = np.concatenate(documents)
    order = np.argsort(document, kind="stable")
    events = pd.concat(parts, ignore_index=True).iloc[order]
    problems = [Problem("info", "unfolded", table.file, 1, next(iter(steps[0].columns.values())),
                        len(events), {"documents": len(table.cells)})]
    if planned:
        problems.append(Problem("info", "steps_planned", table.file, 1, None, planned))
    left = unused([str(name) for name in table.cells.columns], steps)
    if left:
        problems.append(Problem("warning", "step_columns_unused", table.file, 1, left[0],
                                len(left), {"columns": listed(left, 8)}))
    bare = sorted(set(range(len(table.cells))) - set(document.tolist()))
    made = _Made(document[order], {str(name): events[name].tolist() for name in events}, {},
                 tuple(problems))
    return _with_bare(table, made, bare, next(iter(steps[0].columns.values())))


def _renamed(step: Step, role: str, other: str) -> Step:
    return replace(step, columns={other if name == role else name: header
                                  for name, header in step.columns.items()})


def _told(cells: Mapping[str, pd.Series], step: Step, role: str) -> pd.Series:
    """The cells of a role; a clock with the date that stands in another column."""
    own = cells[step.columns[role]]
    if f"{role}_day" not in step.columns:
        return own
    day = cells[step.columns[f"{role}_day"]]
    joined = own.mask(own.str.fullmatch(_CLOCK) & ~day.isin(_OPEN), day + " " + own)
    return joined.mask(own.isin(_OPEN) & ~day.isin(_OPEN), day)


def _filled(cells: Mapping[str, pd.Series], step: Step, roles: Iterable[str],
            count: int) -> np.ndarray:
    found = np.zeros(count, dtype=bool)
    for role in roles:
        if role in step.columns:
            found |= ~_told(cells, step, role).isin(_OPEN).to_numpy(dtype=bool)
    return found


def _with_bare(table: TextTable, made: _Made, bare: Sequence[int], column: str) -> _Made:
    """Documents to which nothing happened are rows that were read and set aside."""
    if not bare:
        return made
    said = Problem("repaired", "document_without_steps", table.file, int(table.lines[bare[0]]),
                   column, len(bare))
    return replace(made, set_aside={**made.set_aside, "document_without_steps": len(bare)},
                   problems=(*made.problems, said))


def _whole(table: TextTable, wishes: Wishes, made: _Made,
           used: set[str]) -> tuple[TextTable, Wishes]:
    """The events of documents as a table, each with the other columns of its document."""
    if not len(made.document):
        refuse([*table.problems, *made.problems, Problem("rejected", "no_events", table.file)])
    others = [name for name in table.cells.columns if str(name) not in used]
    cells = table.cells[others].iloc[made.document].reset_index(drop=True)
    named = {name: _free(name, others) for name in made.columns}
    cells = cells.assign(**{named[name]: pd.Series(list(values), dtype="str")
                            for name, values in made.columns.items()})
    aside = dict(table.set_aside)
    for reason, count in made.set_aside.items():
        aside[reason] = aside.get(reason, 0) + count
    whole = replace(table, cells=cells, lines=table.lines[made.document], set_aside=aside,
                    rows_read=len(cells) + sum(aside.values()), roles={}, is_ordered=False,
                    problems=(*table.problems, *made.problems))
    mapping = dict(wishes.mapping or {}) | {
        role: (header,) for role, header in named.items() if role != "comment"}
    if "case_id" not in mapping:
        mapping |= _case_of(table, others)
    return whole, replace(wishes, mapping=mapping)


def _case_of(table: TextTable, others: Iterable[object]) -> dict[str, tuple[str, ...]]:
    """The best-named number of the documents: it need not recur, as each has one row."""
    fits = {str(name): by_name("case_id", str(name)) for name in others}
    filled = {name: fit for name, fit in fits.items()
              if fit >= _KNOWN_CASE and table.cells[name].str.strip().ne("").any()}
    best = [name for name, fit in filled.items() if fit == max(filled.values())]
    return {"case_id": (best[0],)} if best else {}


def _free(name: str, taken: Iterable[object]) -> str:
    """A name for a column that is made; other columns keep theirs."""
    names = {str(other) for other in taken}
    while name in names:
        name += "*"
    return name


