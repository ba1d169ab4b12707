"""The columns of each role: as people mapped them, else as the format or the names tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.intake.checks import MARKUP
from workbench.intake.events.guess import Guess, guess_roles
from workbench.intake.events.roles import (
    REQUIRED,
    ROLES,
    is_related_case,
    is_snapshot,
)
from workbench.intake.events.unused import unused_columns
from workbench.intake.events.wishes import Wishes
from workbench.intake.findings import listed, near, refuse, refuse_if_any
from workbench.intake.formats import TextTable
from workbench.model import Problem, RoleColumn, UnusedColumn

JOINED_BY = "+"


@dataclass(frozen=True)
class Resolved:
    """Which columns play which role, which of them were guessed, and what is to be said of it."""

    mapping: Mapping[str, tuple[str, ...]]
    guesses: Mapping[str, Guess]
    problems: tuple[Problem, ...]


def resolve(table: TextTable, wishes: Wishes) -> Resolved:
    """The columns of each role: as mapped, else guessed.

    Raises:
        InputRefused: roles and columns that do not exist, and needed roles without a column, all
            at once.
    """
    headers = [str(name) for name in table.cells.columns]
    stated = {role: split(value, headers) for role, value in (wishes.mapping or {}).items()}
    refuse_if_any([*_unknown(table, stated, wishes, headers)])
    guesses = guess_roles(table.cells, stated, table.roles)
    if not wishes.guess:
        needed = {*REQUIRED, *(("lifecycle",) if wishes.lifecycle != "single" else ())}
        guesses = {role: found for role, found in guesses.items() if role in needed}
    mapping = {role: names for role, names in stated.items() if names}
    mapping |= {role: split(found.column, headers) or () for role, found in guesses.items()}
    missing = [role for role in REQUIRED if role not in mapping]
    if wishes.lifecycle != "single" and "lifecycle" not in mapping:
        missing.append("lifecycle")
    if missing:
        refuse([*table.problems, *(
            Problem("rejected", "role_missing", table.file, header_line(table), role,
                    values={"columns": listed(headers, 20)}) for role in missing)])
    return Resolved(mapping, guesses, (*_remarks(table, mapping, guesses, headers),))


def columns_of(table: TextTable, resolved: Resolved, wishes: Wishes) -> tuple[
        Mapping[str, RoleColumn], tuple[UnusedColumn, ...]]:
    """Which column plays which role and how that is known, and the columns that nothing uses."""
    roles = {}
    for role, names in resolved.mapping.items():
        guess = resolved.guesses.get(role)
        roles[role] = RoleColumn(JOINED_BY.join(names), guess.degree if guess else "stated",
                                 guess.confidence if guess else None)
    used = {*wishes.attributes, *(name for names in resolved.mapping.values() for name in names)}
    return roles, unused_columns(table, used, resolved.mapping["case_id"])


def header_line(table: TextTable) -> int:
    """The line of the header: below the titles, the last of several."""
    for problem in table.problems:
        if problem.code == "title_rows":
            return int(str(problem.values["header"]))
    return 1


def split(value: str | Sequence[str] | None, headers: Sequence[str]) -> tuple[str, ...] | None:
    """The columns of a mapped value: one, several, or several joined by a plus sign.

    >>> split("Year+Number", ["Year", "Number"]), split("a+b", ["a+b"]), split("", [])
    (('Year', 'Number'), ('a+b',), None)
    """
    if not value:
        return None
    if not isinstance(value, str):
        return tuple(value)
    return (value,) if value in headers else tuple(
        name.strip() if name.strip() in headers else name for name in value.split(JOINED_BY))


def _unknown(table: TextTable, stated: Mapping[str, tuple[str, ...] | None], wishes: Wishes,
             headers: Sequence[str]) -> Iterator[Problem]:
    for role in stated:
        if role not in ROLES:
            yield Problem("rejected", "role_unknown", table.file, None, role,
                          values={"near": near(role, ROLES)})
    wanted = [(role, name) for role, names in stated.items() for name in names or ()]
    for role, name in [*wanted, *(("attributes", name) for name in wishes.attributes)]:
        if name not in headers:
            yield Problem("rejected", "column_missing", table.file, header_line(table), name,
                          values={"role": role, "near": near(name, headers)})


def _remarks(table: TextTable, mapping: Mapping[str, tuple[str, ...]],
             guesses: Mapping[str, Guess], headers: Sequence[str]) -> Iterator[Problem]:
    used = {name for names in mapping.values() for name in names}
    line = header_line(table)
    for name in headers:
        if re.search(MARKUP, name):
            yield Problem("warning", "markup_in_header", table.file, line, name)
        if name not in used and is_snapshot(name):
            yield Problem("info", "snapshot_column", table.file, line, name)
        if name not in used and is_related_case(name):
            yield Problem("info", "related_case_column", table.file, line, name)
    if guesses:
        yield Problem("info", "roles_guessed", table.file, line, count=len(guesses), values={
            degree: _pairs(guesses, degree) for degree in ("sure", "likely", "doubtful")})
    for role, found in guesses.items():
        if found.instead_of:
            yield Problem("warning", "start_is_arrival", table.file, 1, found.column)
        if found.degree == "doubtful":
            yield Problem("info", "role_doubtful", table.file, line, found.column,
                          values={"role": role})
        if found.rivals:
            yield Problem("warning", "role_ambiguous", table.file, line, found.column,
                          values={"role": role, "others": ", ".join(found.rivals)})


def _pairs(guesses: Mapping[str, Guess], degree: str) -> str:
    return ", ".join(f"{role}={found.column}" for role, found in guesses.items()
                     if found.degree == degree) or "–"
