"""The people's tables: headers in Chinese or English become the field's own names; cells stay text.

A sheet has every column of its kind, "" where the client left it out; a column that is not known
is named and not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from workbench import words
from workbench.intake.client_folder import is_inside
from workbench.intake.client_workbook import SUFFIXES, sheet_at, sheet_in, workbook_of
from workbench.intake.findings import near
from workbench.intake.formats import Choices, TextTable, read_table
from workbench.intake.headers import folded
from workbench.model import Problem

_STEPS = ("step", "role", "inputs", "outputs", "next", "kind", "value", "control_point",
          "accountable")
SHEETS: Mapping[str, tuple[str, ...]] = {
    "candidates": ("process", "strategy", "pain", "volume", "feasibility", "note"),
    "interviews": ("id", "date", "level", "role", "activity", "statement"),
    "team": ("role", "member", "department", "lead", "raci"),
    "plan": ("id", "stage", "task", "start", "end", "done", "owner", "depends_on"),
    "steps": _STEPS,
    "causes": ("id", "effect", "parent", "cause", "category", "activity", "evidence", "source"),
    "changes": ("id", "change", "activity", "issue", "owner", "heuristic", "cost", "due",
                "expected"),
    "to_be": (*_STEPS, "time_standard", "responsible", "record"),
    "risks": ("id", "risk", "likelihood", "impact", "countermeasure", "owner", "residual"),
    "review": ("reviewer", "date", "feasibility", "effectiveness", "resources", "comment",
               "decision", "version"),
    "pilot/feedback": ("date", "audience", "role", "unit", "theme", "statement", "response"),
    "pilot/environment": ("aspect", "pilot", "real", "same"),
    "pilot/adjustments": ("date", "change", "reason", "owner", "version"),
    "rollout/training": ("wave", "audience", "contents", "date", "planned", "attended", "passed"),
    "rollout/systems": ("id", "change", "state", "depends_on", "owner", "due"),
    "rollout/rules": ("rule", "kpi", "owner", "effective"),
    "rollout/suggestions": ("date", "role", "suggestion", "state"),
    "labels": ("label", "activity"),
    "translations": ("zh", "en"),
}
"""The columns of each sheet; the first one is what a row is about."""

SURVEY = ("respondent", "date", "case_id", "unit", "role", "comment")
"""The columns of a questionnaire that are not items."""

SURVEYS: Mapping[str, str] = {
    "customers": "survey_customers", "staff": "survey_staff",
    "pilot/customers": "pilot/survey_customers", "pilot/staff": "pilot/survey_staff",
}
"""The questionnaires by name, and the file of each without its ending."""

_ALSO = {"group": "unit", "区域": "unit", "部门": "unit", "大区": "unit", "工单号": "case_id",
         "岗位": "role", "受访者": "respondent", "答卷编号": "respondent", "填写日期": "date"}


@dataclass(frozen=True)
class Sheet:
    """A sheet with canonical columns, and what was found in it."""

    rows: pd.DataFrame
    problems: tuple[Problem, ...]


def sheet_file(folder: Path, name: str) -> Path | None:
    """The file of a sheet in a client folder, if it is there (and really inside).

    It has a file of its own or stands in the client's workbook.
    """
    for suffix in SUFFIXES:
        path = folder / f"{name}{suffix}"
        if path.is_file() and is_inside(folder, f"{name}{suffix}"):
            return path
    return workbook_of(folder) if sheet_in(folder, name) else None


def read_sheet(path: Path, name: str) -> Sheet:
    """Read one sheet of the people's tables.

    Raises:
        InputRefused: the file cannot be read as a table.
    """
    columns = SHEETS[name]
    sheet = sheet_at(path, name)
    shown = f"{path.name} [{sheet}]" if sheet else f"{name}{path.name[path.name.index('.'):]}"
    table = read_table(path, shown, Choices(sheet), may_be_bare=True)
    found, unknown = canonical(table, columns)
    problems = [*table.problems, *unknown]
    if columns[0] not in found:
        problems.append(Problem("warning", "column_absent", table.file, 1, columns[0]))
    rows = pd.DataFrame({
        column: table.cells[found[column]].str.strip() if column in found
        else pd.Series("", index=table.cells.index, dtype="str")
        for column in columns
    })
    blank = (rows == "").all(axis=1)
    return Sheet(rows[~blank].reset_index(drop=True), tuple(problems))


def canonical(table: TextTable, columns: tuple[str, ...]) -> tuple[dict[str, str], list[Problem]]:
    """The header of each known column, and a warning for each header that is not known."""
    names = header_names(columns)
    found: dict[str, str] = {}
    problems = []
    for header in map(str, table.cells.columns):
        column = names.get(folded(header))
        if column and column not in found:
            found[column] = header
        elif not header.startswith("#"):
            problems.append(Problem("warning", "column_unknown", table.file, 1, header,
                                    values={"near": near(header, columns)}))
    return found, problems


def header_names(columns: tuple[str, ...]) -> dict[str, str]:
    """What may stand in a header for each column: its own name, or its name in a language."""
    names = {also: column for also, column in _ALSO.items() if column in columns}
    for language in words.LANGUAGES:
        voice = words.load(language)
        names |= {folded(voice.name("column", column)): column for column in columns}
    return names | {column: column for column in columns}
