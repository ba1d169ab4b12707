"""Judge a client folder, one file or a table of a database without running anything."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench import words
from workbench.engine import frame
from workbench.errors import InputRefused
from workbench.intake.client import open_client
from workbench.intake.engagement import load_engagement
from workbench.intake.engagement_judged import refuse_same_columns
from workbench.intake.events import FileEvents, type_events
from workbench.intake.events.guess import Guess
from workbench.intake.events.wishes import Mapped, Wishes
from workbench.intake.formats import Choices, TextTable
from workbench.intake.formats.address import place_of
from workbench.intake.grades import grades
from workbench.intake.sources import table_at
from workbench.intake.surveys import answers_of, is_survey
from workbench.model import EventLog, Level, Problem, Reading

_OUTCOMES: tuple[tuple[Level, str], ...] = (
    ("rejected", "rejected"), ("repaired", "repaired"), ("warning", "warning"),
)


def check(path: str | Path, mapping: Mapped | None = None, *,
          sheet: str | None = None) -> dict[str, Any]:
    """Read and judge a client folder or one file (log, questionnaire, engagement.yaml).

    A file is a questionnaire if it has a column of respondents, a configuration if it is YAML,
    else a log.

    Args:
        path: the folder or file, or the address of a database (its table as `?table=…`).
        mapping: role → column for a log; what is not mapped is guessed.
        sheet: the sheet of a workbook, or the table of a database.

    Returns:
        outcome (`accepted`, `warning`, `repaired`, `rejected`: the worst finding decides),
        rows_read, rows_kept, set_aside (reason → rows), cases, and findings (level, code, file,
        line, column, message_en, message_zh, count, touches: KPI → share of the cases). A refused
        file counts no rows. Beyond that `understood`: for each file how it was read (file, format,
        encoding, rows_read, rows_kept, set_aside) and, for a log, the columns of its roles with how
        sure that is (0-1, and in a word; null where it was stated); and `grades`: how far the data
        of a log can be trusted for each KPI (letter, share of cases touched, codes, missing roles).
    """
    try:
        refuse_same_columns(mapping)
        place, _ = place_of(str(path))
        if isinstance(place, Path) and place.is_dir():
            return _of_folder(place)
        if isinstance(place, Path) and place.suffix.lower() in {".yaml", ".yml"}:
            return _of_yaml(place)
        return _of_table(table_at(path, Choices(sheet, sheet))[0], mapping)
    except InputRefused as refusal:
        return _judgement((), 0, refusal.problems)


def _of_folder(folder: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as out:
        client = open_client(folder, out)
        log, said = client.pilot_log or client.log, client.engagement.log
        roles = {role: _role(columns) for role, columns in said.mapping.items() if columns}
        understood = [
            *(_understood(reading, roles) for reading in log.readings),
            *(_understood(answers.reading) for answers in client.answers.values())]
        readings = [*log.readings, *(answers.reading for answers in client.answers.values())]
        known = log.roles | ({"answers"} if client.answers else set())
        return _judgement(readings, _cases(log), client.problems, understood, known)


def _cases(log: EventLog) -> int:
    return int(frame(log.cases.aggregate(cases=log.cases.count()))["cases"][0])


def _of_yaml(path: Path) -> dict[str, Any]:
    _, settings = load_engagement(path.parent, path.name)
    return _judgement((), 0, settings.problems)


def _of_table(table: TextTable, mapping: Mapped | None) -> dict[str, Any]:
    if is_survey(table) and not mapping:
        reading = answers_of(table).reading
        return _judgement([reading], 0, reading.problems, [_understood(reading)])
    events = type_events(table, Wishes(mapping))
    return _judgement([events.reading], events.typed["case_id"].nunique(),
                      events.reading.problems,
                      [_understood(events.reading, _roles(events))], events.roles)


def _roles(events: FileEvents) -> dict[str, Any]:
    return {role: _role(columns, events.guesses.get(role))
            for role, columns in events.mapping.items()}


def _role(columns: str | Sequence[str], guess: Guess | None = None) -> dict[str, Any]:
    name = columns if isinstance(columns, str) else "+".join(columns)
    return {"column": name, "confidence": guess.confidence if guess else None,
            "degree": guess.degree if guess else None}


def _understood(reading: Reading, roles: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "file": reading.file, "format": reading.format, "encoding": reading.encoding,
        "rows_read": reading.rows_read, "rows_kept": reading.rows_kept,
        "set_aside": dict(reading.set_aside), "roles": dict(roles or {}),
    }


def _judgement(readings: Iterable[Reading], cases: int, problems: Iterable[Problem],
               understood: Sequence[Mapping[str, Any]] = (),
               roles: Collection[str] = ()) -> dict[str, Any]:
    found = tuple(problems)
    levels = {problem.level for problem in found}
    known = tuple(readings)
    reasons = sorted({reason for reading in known for reason in reading.set_aside})
    return {
        "outcome": next((name for level, name in _OUTCOMES if level in levels), "accepted"),
        "rows_read": sum(reading.rows_read for reading in known),
        "rows_kept": sum(reading.rows_kept for reading in known),
        "set_aside": {reason: sum(reading.set_aside.get(reason, 0) for reading in known)
                      for reason in reasons},
        "cases": cases,
        "findings": [_finding(problem) for problem in found],
        "understood": [dict(each) for each in understood],
        "grades": {kpi: asdict(grade) for kpi, grade in grades(found, roles).items()}
        if roles else {},
    }


def _finding(problem: Problem) -> dict[str, Any]:
    return {
        "level": problem.level, "code": problem.code, "file": problem.file,
        "line": problem.line, "column": problem.column, "count": problem.count,
        "message_en": words.load("en").problem(problem),
        "message_zh": words.load("zh").problem(problem),
        "touches": dict(problem.touches),
    }
