"""Judge a client folder or one file without running anything."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workbench import words
from workbench.engine import frame
from workbench.errors import InputRefused
from workbench.intake.answers import answers_of, is_survey
from workbench.intake.client import open_client
from workbench.intake.engagement import load_engagement
from workbench.intake.events import Mapped, Wishes, type_events
from workbench.intake.formats import read_table
from workbench.model import EventLog, Level, Problem, Reading

_OUTCOMES: tuple[tuple[Level, str], ...] = (
    ("rejected", "rejected"), ("repaired", "repaired"), ("warning", "warning"),
)


def check(path: str | Path, mapping: Mapped | None = None) -> dict[str, Any]:
    """Read and judge a client folder or one file (log, questionnaire, engagement.yaml).

    A file is a questionnaire if it has a column of respondents, a configuration if it is YAML,
    else a log.

    Args:
        path: the folder or file.
        mapping: role → column for a log; what is not mapped is guessed.

    Returns:
        outcome (`accepted`, `warning`, `repaired`, `rejected`: the worst finding decides),
        rows_read, rows_kept, set_aside (reason → rows), cases, and findings (level, code, file,
        line, column, message_en, message_zh, count). A refused file counts no rows.
    """
    place = Path(path)
    try:
        if place.is_dir():
            return _of_folder(place)
        if place.suffix.lower() in {".yaml", ".yml"}:
            return _of_yaml(place)
        return _of_file(place, mapping)
    except InputRefused as refusal:
        return _judgement((), 0, refusal.problems)


def _of_folder(folder: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as out:
        client = open_client(folder, out)
        log = client.pilot_log or client.log
        readings = [*log.readings, *(answers.reading for answers in client.answers.values())]
        return _judgement(readings, _cases(log), client.problems)


def _cases(log: EventLog) -> int:
    return int(frame(log.cases.aggregate(cases=log.cases.count()))["cases"][0])


def _of_yaml(path: Path) -> dict[str, Any]:
    _, settings = load_engagement(path.parent, path.name)
    return _judgement((), 0, settings.problems)


def _of_file(path: Path, mapping: Mapped | None) -> dict[str, Any]:
    table = read_table(path)
    if is_survey(table) and not mapping:
        answers = answers_of(table)
        return _judgement([answers.reading], 0, answers.reading.problems)
    events = type_events(table, Wishes(mapping))
    return _judgement([events.reading], events.typed["case_id"].nunique(),
                      events.reading.problems)


def _judgement(readings: Iterable[Reading], cases: int,
               problems: Iterable[Problem]) -> dict[str, Any]:
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
    }


def _finding(problem: Problem) -> dict[str, Any]:
    return {
        "level": problem.level, "code": problem.code, "file": problem.file,
        "line": problem.line, "column": problem.column, "count": problem.count,
        "message_en": words.load("en").problem(problem),
        "message_zh": words.load("zh").problem(problem),
    }


