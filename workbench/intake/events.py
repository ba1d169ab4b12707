"""A log as text to typed events of one file; every row that cannot be used is set aside, counted.

The columns are those that `workbench.engine.Engine.prepare` takes: case_id, activity, start, end
(UTC, microseconds; start is missing where the log has one timestamp), resource, unit, stratum,
result (missing where blank), sequence (place in the source), file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.intake.checks import CHECKS, MARKUP, Events
from workbench.intake.findings import listed, near, refuse, refuse_if_any
from workbench.intake.formats import Choices, TextTable, read_table
from workbench.intake.guess import ROLES, UNUSED, Guess, guess_roles
from workbench.intake.times import Column, read_times
from workbench.model import Level, Problem, Reading

Mapped = Mapping[str, str | Sequence[str] | None]
_REQUIRED = ("case_id", "activity", "end")
_TEXT_ROLES = ("resource", "unit", "stratum", "result")
_JOINED_BY = "+"


@dataclass(frozen=True)
class Wishes:
    """How a log is to be read.

    A role mapped to None is absent; one not mapped is guessed if `guess` is true or if it is
    needed; an unknown `zone` takes UTC and refuses a mixture.
    """

    mapping: Mapped | None = None
    zone: str | None = None
    time_format: str | None = None
    ignore: tuple[str, ...] = ()
    ties: str = "learned"
    extraction_date: datetime | None = None
    guess: bool = True
    choices: Choices = field(default_factory=Choices)
    labels: Mapping[str, str] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    lifecycle: str | tuple[str, ...] = "single"
    statuses: Mapping[str, str] = field(default_factory=dict)
    joint_all: tuple[str, ...] = ()
    joint_any: tuple[str, ...] = ()
    unfold_history: str | None = None
    unfold_line: str | None = None
    unfold_wide: bool = False


@dataclass(frozen=True)
class FileEvents:
    """Typed events of one file, what became of its rows, and which column played which role."""

    typed: pd.DataFrame
    lines: np.ndarray
    reading: Reading
    mapping: Mapping[str, tuple[str, ...]]
    guesses: Mapping[str, Guess]
    cut: datetime

    @property
    def roles(self) -> frozenset[str]:
        """The roles that have at least one value; `sequence` where the source states an order."""
        filled = {role for role in ("start", *_TEXT_ROLES) if self.typed[role].notna().any()}
        stated = {"sequence"} & set(self.mapping)
        return frozenset({"case_id", "activity", "end"} | filled | stated)


def read_events(path: Path, wishes: Wishes, shown: str = "") -> FileEvents:
    """Read, type and check one file of events.

    Raises:
        InputRefused: the file, its columns or its times cannot be used; with all problems.
    """
    table = read_table(path, shown, wishes.choices)
    return type_events(table, wishes)


def type_events(table: TextTable, wishes: Wishes) -> FileEvents:
    """Type and check a log that was read as text; see `read_events`."""
    mapping, guesses, problems = resolve(table, wishes)
    rows = _Rows(table, mapping, wishes, [*table.problems, *problems], dict(table.set_aside))
    typed, lines = rows.type_all()
    if typed.empty:
        refuse([*rows.problems, Problem("rejected", "no_events", table.file)])
    events = Events(typed, lines, table.file, {role: _JOINED_BY.join(columns)
                                               for role, columns in mapping.items()}, wishes.ties)
    found = [problem for check in CHECKS for problem in check.find(events)]
    refuse_if_any([*rows.problems, *found])
    reading = Reading(table.file, table.rows_read, len(typed), rows.set_aside,
                      (*rows.problems, *found), table.encoding, table.sha256)
    return FileEvents(typed, lines, reading, mapping, guesses, rows.cut)


def resolve(
    table: TextTable, wishes: Wishes
) -> tuple[dict[str, tuple[str, ...]], dict[str, Guess], list[Problem]]:
    """The columns of each role: as mapped, else guessed; refuses what is absent, all at once."""
    headers = [str(name) for name in table.cells.columns]
    stated = {role: _split(value, headers) for role, value in (wishes.mapping or {}).items()}
    problems = [Problem("rejected", "role_unknown", table.file, None, role,
                        values={"near": near(role, ROLES)}) for role in stated if role not in ROLES]
    problems += [
        Problem("rejected", "column_missing", table.file, 1, name,
                values={"role": role, "near": near(name, headers)})
        for role, names in stated.items() for name in names or () if name not in headers
    ]
    refuse_if_any(problems)
    guesses = guess_roles(table.cells, stated)
    if not wishes.guess:
        guesses = {role: found for role, found in guesses.items() if role in _REQUIRED}
    mapping = {role: names for role, names in stated.items() if names}
    mapping |= {role: (found.column,) for role, found in guesses.items()}
    missing = [role for role in _REQUIRED if role not in mapping]
    if missing:
        refuse(Problem("rejected", "role_missing", table.file, 1, role,
                       values={"columns": listed(headers, 20)}) for role in missing)
    problems += [Problem("warning", "markup_in_header", table.file, 1, name)
                 for name in headers if re.search(MARKUP, name)]
    if guesses:
        pairs = ", ".join(f"{role}={found.column}" for role, found in guesses.items())
        problems.append(Problem("info", "roles_guessed", table.file, 1,
                                count=len(guesses), values={"pairs": pairs}))
    problems += _unused(table, mapping, guesses)
    return mapping, guesses, problems


def _unused(table: TextTable, mapping: Mapping[str, tuple[str, ...]],
            guesses: Mapping[str, Guess]) -> Iterator[Problem]:
    """What a mapped column could tell and is not used for yet."""
    for role in UNUSED:
        if role not in mapping:
            continue
        column = mapping[role][0]
        states = table.cells[column].str.strip()
        halves = states.str.casefold().isin(["start", "complete"]).to_numpy(dtype=bool)
        if role == "lifecycle" and len(set(states[halves].str.casefold())) > 1:
            first = int(table.lines[np.flatnonzero(halves)[0]])
            yield Problem("warning", "lifecycle_single", table.file, first, column,
                          int(halves.sum()), {"states": listed(states[halves])})
        else:
            level: Level = "info" if role in guesses else "warning"
            yield Problem(level, "role_unused", table.file, 1, column, values={"role": role})


def _split(value: str | Sequence[str] | None, headers: Sequence[str]) -> tuple[str, ...] | None:
    """The columns of a mapped value: one, several, or several joined by a plus sign."""
    if not value:
        return None
    if not isinstance(value, str):
        return tuple(value)
    return (value,) if value in headers else tuple(value.split(_JOINED_BY))


class _Rows:
    """The rows of one file on their way to events: each step may set some aside, with a reason."""

    def __init__(self, table: TextTable, mapping: Mapping[str, tuple[str, ...]], wishes: Wishes,
                 problems: list[Problem], set_aside: dict[str, int]) -> None:
        self.table, self.mapping, self.wishes = table, mapping, wishes
        self.problems, self.set_aside = problems, set_aside
        self.keep = np.ones(len(table.cells), dtype=bool)
        self.cut = wishes.extraction_date or datetime.now().astimezone()

    def type_all(self) -> tuple[pd.DataFrame, np.ndarray]:
        cells = {role: self._text(role) for role in ("case_id", "activity", *_TEXT_ROLES)}
        for role in ("case_id", "activity"):
            self._aside(cells[role].eq("").to_numpy(dtype=bool), f"{role}_missing", role)
        end, start = self._moments("end"), self._moments("start")
        self._aside(end.isna().to_numpy(dtype=bool),
                    "end_missing" if "start" in self.mapping else "time_missing", "end")
        if "start" in self.mapping:
            self._without_start(start)
        self._aside((end < start).to_numpy(dtype=bool), "end_before_start", "start")
        ignored = cells["activity"].isin(self.wishes.ignore).to_numpy(dtype=bool)
        self._aside(ignored, "ignored_activity", "activity", "info")
        self._aside((end > pd.Timestamp(self.cut)).to_numpy(dtype=bool), "after_cut", "end",
                    "warning", cut=self.cut.isoformat(timespec="minutes"))
        typed = pd.DataFrame({
            "case_id": cells["case_id"], "activity": cells["activity"], "start": start, "end": end,
            **{role: cells[role].mask(cells[role] == "") for role in _TEXT_ROLES},
            "sequence": self._sequence(), "file": self.table.file,
        })
        kept = typed[self.keep].reset_index(drop=True)
        if self.wishes.extraction_date is None and len(kept):
            self.cut = kept["end"].max().to_pydatetime()
        return kept, self.table.lines[self.keep]

    def _text(self, role: str) -> pd.Series:
        """The cells of a role, outer blanks removed, several columns joined."""
        names = self.mapping.get(role, ())
        if not names:
            return pd.Series("", index=self.table.cells.index, dtype="str")
        parts = [self.table.cells[name].str.strip() for name in names]
        for name, part in zip(names, parts, strict=True):
            changed = (part != self.table.cells[name]).to_numpy(dtype=bool)
            if changed.any() and role in {"case_id", "activity"}:
                self._note("repaired", "blanks_trimmed", changed, name)
        joined = _joined(parts, _JOINED_BY)
        blank = np.logical_and.reduce([part.eq("").to_numpy(dtype=bool) for part in parts])
        return joined.mask(blank, "")

    def _moments(self, role: str) -> pd.Series:
        if role not in self.mapping:
            return pd.Series(pd.NaT, index=self.table.cells.index, dtype="datetime64[us, UTC]")
        names = self.mapping[role]
        parts = [self.table.cells[name].str.strip() for name in names]
        texts = _joined(parts, " ").str.strip()
        column = Column(self.table.file, _JOINED_BY.join(names), self.table.lines)
        found = read_times(texts, column, self.wishes.zone, self.wishes.time_format)
        self.problems += found.problems
        self._aside(found.unreadable, "time_unreadable", role,
                    example=listed(texts[found.unreadable]))
        return found.moments

    def _without_start(self, start: pd.Series) -> None:
        hit = self.keep & start.isna().to_numpy(dtype=bool)
        if hit.any():
            self._note("warning", "start_missing", hit, self._column("start"))

    def _sequence(self) -> np.ndarray:
        """The stated order of the source, else the order of the rows."""
        rows = np.arange(len(self.keep), dtype=np.int64)
        if "sequence" not in self.mapping:
            return rows
        numbers = pd.to_numeric(self._text("sequence"), errors="coerce")
        unread = self.keep & numbers.isna().to_numpy(dtype=bool)
        if unread.any():
            self._note("rejected", "sequence_unreadable", unread, self._column("sequence"))
            return rows
        return numbers.rank(method="first").fillna(0).to_numpy(dtype=np.int64)

    def _aside(self, rows: np.ndarray, reason: str, role: str, level: Level = "repaired",
               **values: object) -> None:
        """Set rows aside that are still kept, and say how many and where the first one stands."""
        hit = rows & self.keep
        if not hit.any():
            return
        self.keep &= ~hit
        self.set_aside[reason] = self.set_aside.get(reason, 0) + int(hit.sum())
        self._note(level, reason, hit, self._column(role), **values)

    def _column(self, role: str) -> str:
        return _JOINED_BY.join(self.mapping.get(role, (role,)))

    def _note(self, level: Level, code: str, rows: np.ndarray, column: str,
              **values: object) -> None:
        first = int(self.table.lines[np.flatnonzero(rows)[0]])
        self.problems.append(Problem(level, code, self.table.file, first, column,
                                     int(rows.sum()), values))


def _joined(parts: Sequence[pd.Series], sign: str) -> pd.Series:
    """The cells of several columns, side by side with a sign between them."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + sign + part
    return whole
