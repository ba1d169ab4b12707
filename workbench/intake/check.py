"""Judge a client folder, one file or a table of a database without running anything."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

from workbench import words
from workbench.engine import frame
from workbench.errors import InputRefused
from workbench.intake.client import open_client
from workbench.intake.client_folder import FILE
from workbench.intake.engagement import load_engagement
from workbench.intake.engagement_judged import refuse_same_columns
from workbench.intake.events import FileEvents, type_events
from workbench.intake.events.wishes import Mapped, Wishes
from workbench.intake.findings import refuse
from workbench.intake.formats import Choices, TextTable
from workbench.intake.formats.address import place_of
from workbench.intake.grades import grades
from workbench.intake.sheets import SHEETS
from workbench.intake.sources import table_at
from workbench.intake.strangers import is_note
from workbench.intake.surveys import answers_of, is_survey
from workbench.model import EventLog, Level, Problem, Reading, RoleColumn

_WORST_FIRST: tuple[Level, ...] = ("rejected", "repaired", "warning")


def check(path: str | Path, mapping: Mapped | None = None, *,
          sheet: str | None = None, ignore: Sequence[str] = ()) -> dict[str, Any]:
    """Read and judge a client folder or one file (log, questionnaire, engagement.yaml).

    A file is a questionnaire if it has a column of respondents, a configuration if it is YAML,
    else a log.

    Args:
        path: the folder or file, or the address of a database (its table as `?table=…`).
        mapping: role → column for a log; what is not mapped is guessed.
        sheet: the sheet of a workbook, or the table of a database.
        ignore: artificial activities of a log to leave out.

    Returns:
        outcome (`accepted`, `warning`, `repaired`, `rejected`: the worst finding decides),
        rows_read, rows_kept, set_aside (reason → rows), cases, and findings (level, code, file,
        line, column, message_en, message_zh, count, touches: KPI → share of the cases). A refused
        file counts no rows; rows and cases are those of events, or of answers where there are no
        events. Beyond that `understood`: for each file how it was read (file, format,
        encoding, rows_read, rows_kept, set_aside) and, for a log, the columns of its roles with how
        sure that is (0-1, and in a word; null where it was stated) and the unused columns (name,
        distinct, examples, per_case); and `grades`: how far the data
        of a log can be trusted for each KPI (letter, share of cases touched, codes, missing roles).
    """
    try:
        refuse_same_columns(mapping)
        place, _ = place_of(str(path))
        if isinstance(place, Path) and place.is_dir():
            return _of_folder(place) if (place / FILE).exists() else _of_files(place)
        if isinstance(place, Path) and place.suffix.lower() in {".yaml", ".yml"}:
            return _of_yaml(place)
        return _of_table(table_at(path, Choices(sheet, sheet))[0], mapping, ignore)
    except InputRefused as refusal:
        return _judgement((), 0, refusal.problems)


def _of_folder(folder: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as out:
        client = open_client(folder, out)
        log = client.pilot_log or client.log
        answers = [each.reading for each in client.answers.values()]
        known = log.roles | ({"answers"} if answers else set())
        return {**_judgement(log.readings, _cases(log), client.problems, known, answers),
                "language": client.engagement.language}


def _of_files(folder: Path) -> dict[str, Any]:
    """A folder that is no client's yet: each file judged, and what it seems to be."""
    judged = {path.relative_to(folder).as_posix(): check(path)
              for path in sorted(folder.rglob("*")) if path.is_file() and not is_note(
                  PurePosixPath(path.relative_to(folder).as_posix()))}
    if not judged:
        refuse([Problem("rejected", "folder_without_files", folder.name)])
    files = [{"file": name, "kind": _seems(each, name), "outcome": each["outcome"],
              "rows_read": each["rows_read"], "cases": each["cases"],
              "findings": [one for one in each["findings"] if one["level"] == "rejected"]}
             for name, each in judged.items()]
    whole = _judgement((), 0, [Problem("warning", "folder_of_files", folder.name, values={
        "folder": folder.name})])
    return {**whole, "files": files, "logs": [each["file"] for each in files
                                              if each["kind"] == "log"]}


def _seems(judged: Mapping[str, Any], name: str) -> str:
    """What a file seems to be: log, survey, sheet of a client folder, or unreadable."""
    if PurePosixPath(name).stem in SHEETS:
        return "sheet"
    if judged["outcome"] == "rejected":
        return "unreadable"
    return "log" if judged["cases"] else "survey"


def _cases(log: EventLog) -> int:
    return int(frame(log.cases.aggregate(cases=log.cases.count()))["cases"][0])


def _of_yaml(path: Path) -> dict[str, Any]:
    _, settings = load_engagement(path.parent, path.name)
    return _judgement((), 0, settings.problems)


def _of_table(table: TextTable, mapping: Mapped | None, ignore: Sequence[str]) -> dict[str, Any]:
    if is_survey(table) and not mapping:
        reading = answers_of(table).reading
        return _judgement((), 0, reading.problems, answers=[reading])
    return judged_events(type_events(table, Wishes(mapping, ignore=tuple(ignore))))


def judged_events(events: FileEvents) -> dict[str, Any]:
    """What `check` says of a log that was read already."""
    return _judgement([events.reading], events.typed["case_id"].nunique(),
                      events.reading.problems, events.roles)


def _role(found: RoleColumn) -> dict[str, Any]:
    stated = found.degree == "stated"
    return {"column": found.column, "confidence": found.confidence,
            "degree": None if stated else found.degree}


def _understood(reading: Reading) -> dict[str, Any]:
    return {
        "file": reading.file, "format": reading.format, "encoding": reading.encoding,
        "rows_read": reading.rows_read, "rows_kept": reading.rows_kept,
        "set_aside": dict(reading.set_aside),
        "roles": {role: _role(found) for role, found in reading.roles.items()},
        "unused": [asdict(column) for column in reading.unused],
    }


def _judgement(readings: Iterable[Reading], cases: int, problems: Iterable[Problem],
               roles: Collection[str] = (), answers: Sequence[Reading] = ()) -> dict[str, Any]:
    found = tuple(problems)
    levels = {problem.level for problem in found}
    events = tuple(readings)
    known = events or tuple(answers)
    reasons = sorted({reason for reading in known for reason in reading.set_aside})
    return {
        "outcome": next((level for level in _WORST_FIRST if level in levels), "accepted"),
        "rows_read": sum(reading.rows_read for reading in known),
        "rows_kept": sum(reading.rows_kept for reading in known),
        "set_aside": {reason: sum(reading.set_aside.get(reason, 0) for reading in known)
                      for reason in reasons},
        "cases": cases,
        "findings": [_finding(problem) for problem in found],
        "understood": [_understood(each) for each in (*events, *answers)],
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
