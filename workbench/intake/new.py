"""A new client folder from a log: guessed where it can be, commented, and nothing overwritten."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from workbench import words
from workbench.errors import InputRefused, WrongUse
from workbench.intake.check import check, judged_events
from workbench.intake.client_folder import FILE
from workbench.intake.events import FileEvents, type_events
from workbench.intake.events.wishes import Wishes
from workbench.intake.findings import refuse
from workbench.intake.formats import Choices
from workbench.intake.formats.address import Address, place_of
from workbench.intake.formats.kinds import kind_of
from workbench.intake.new_settings import Found, proposed, settings_text, zone_of
from workbench.intake.sheets import SHEETS, SURVEY, SURVEYS
from workbench.intake.sources import file_at, table_at
from workbench.model import Problem
from workbench.words import Words

_ENDINGS = {"delimited": ".csv", "json": ".jsonl", "sqlite": ".sqlite"}  # of a file without one
_UNNAMED = ("", ".txt", ".dat", ".html", ".htm")  # endings of notes: nobody would look for a log


class Made(NamedTuple):
    """A new client folder, what was read for it as `check` judges it, and what waits for people.

    `asked` are the findings that stand in the way, each answered by a line of engagement.yaml;
    `left` are the files of a folder that are no part of the log.
    """

    folder: Path
    judged: Mapping[str, Any] | None
    asked: tuple[Problem, ...] = ()
    left: tuple[str, ...] = ()


def new_client(folder: str | Path, log_path: str | Path, language: str = "zh", *,
               sheet: str | None = None, ignore: Sequence[str] = ()) -> Path:
    """Make a client folder and return it; see `make_client`."""
    return make_client(folder, log_path, language, sheet=sheet, ignore=ignore).folder


def make_client(folder: str | Path, log_path: str | Path, language: str = "zh", *,
                sheet: str | None = None, ignore: Sequence[str] = ()) -> Made:
    """Make a client folder: the log copied in, a guessed mapping with comments, empty sheets.

    Where a line in engagement.yaml would make the log readable, the folder is made with that line
    as a comment to be checked.

    Args:
        folder: the new folder; its name becomes the name of the client.
        log_path: the log, a file of any format that is read, a folder of files with one header, or
            the address of a database: then nothing is copied, and the address stands in
            engagement.yaml.
        language: of the comments, the headers and, by default, the documents.
        sheet: the sheet of a workbook, or the table of a database.
        ignore: artificial activities to leave out.

    Raises:
        WrongUse: the folder is there already.
        InputRefused: the log cannot be read, and no line would help.
    """
    place = Path(folder)
    if place.exists():
        problem = Problem("rejected", "folder_exists", values={"path": place.name})
        raise WrongUse(words.both((problem,)), (problem,))
    voice = words.load("en" if language == "en" else "zh")
    wishes = Wishes(zone=zone_of(voice.language), ignore=tuple(ignore))
    files, left = _files(log_path)
    found, asked = _found(files[0] if files else log_path, wishes, sheet, voice)
    if len(files) > 1:
        found = found._replace(named=[path.name for path in files], events=_all(files, wishes))
    place.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        for path, name in () if found.is_address else _copies(files, log_path, found.named):
            shutil.copyfile(path, made / name)
        (made / FILE).write_text(settings_text(place.name, found, voice), encoding="utf-8")
        _write_sheets(made, voice)
        made.chmod(0o755)
        made.rename(place)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    judged = judged_events(found.events) if found.events else None
    return Made(place, judged, asked, left)


def _found(path: str | Path, wishes: Wishes, sheet: str | None,
           voice: Words) -> tuple[Found, tuple[Problem, ...]]:
    """The log as it was read; where only a line is missing, that line and what was said."""
    where, named_table = place_of(str(path))
    is_address = isinstance(where, Address)
    named = where.written() if isinstance(where, Address) else _name(where)
    table = None
    try:
        table, _ = table_at(path, Choices(sheet, sheet))
        events = type_events(table, wishes)
    except InputRefused as refusal:
        lines = proposed(refusal.problems)
        if not lines:
            told = "\n".join(map(voice.problem, refusal.problems))
            raise InputRefused(told, refusal.problems) from refusal
        chosen = _sheet(where, named_table or sheet, refusal.problems)
        return Found(table, None, named, is_address, chosen, tuple(lines)), refusal.problems
    chosen = _sheet(where, named_table or sheet, table.problems)
    return Found(table, events, named, is_address, chosen, ignore=wishes.ignore), ()


def _files(path: str | Path) -> tuple[list[Path], tuple[str, ...]]:
    """The logs of a folder that have the header of the first, and the names of its other files."""
    folder = Path(path)
    if not folder.is_dir():
        return [], ()
    judged = check(folder)
    logs = [folder / name for name in judged.get("logs", ())]
    if not logs:
        refuse([Problem("rejected", "folder_without_logs", folder.name)])
    headers = {path: [*table_at(path)[0].cells.columns] for path in logs}
    same = [path for path in logs if headers[path] == headers[logs[0]]]
    shown = {path.relative_to(folder).as_posix() for path in same}
    return same, tuple(each["file"] for each in judged["files"] if each["file"] not in shown)


def _copies(files: Sequence[Path], log_path: str | Path,
            named: str | list[str]) -> Iterator[tuple[Path, str]]:
    """What is copied, and under which name."""
    if isinstance(named, str):
        yield (files[0] if files else file_at(log_path)), named
    else:
        yield from zip(files, named, strict=True)


def _all(files: Sequence[Path], wishes: Wishes) -> FileEvents:
    """The events of several files as those of one."""
    parts = [type_events(table_at(path)[0], wishes) for path in files]
    readings = [part.reading for part in parts]
    aside = {reason for reading in readings for reason in reading.set_aside}
    return replace(
        parts[0], typed=pd.concat([part.typed for part in parts], ignore_index=True),
        reading=replace(
            readings[0], file=", ".join(reading.file for reading in readings),
            rows_read=sum(reading.rows_read for reading in readings),
            rows_kept=sum(reading.rows_kept for reading in readings),
            set_aside={reason: sum(reading.set_aside.get(reason, 0) for reading in readings)
                       for reason in sorted(aside)}))


def _name(path: Path) -> str:
    """The name of the copy: its ending stays, for people and for what opens it."""
    name = path.name.lower()
    packed = ".gz" if name.endswith(".gz") else ""
    ending = Path(name.removesuffix(".gz")).suffix
    kind = kind_of(path)
    return f"events{_ENDINGS.get(kind, '.' + kind) if ending in _UNNAMED else ending}{packed}"


def _sheet(where: Path | Address, stated: str | None,
           problems: tuple[Problem, ...]) -> tuple[str, str] | None:
    """The key and the name of a sheet or table that must be written down, as others are beside."""
    chosen = next((str(problem.values["sheet"])  # noqa: PD011 - a problem is no frame
                   for problem in problems
                   if problem.code == "sheet_chosen"), None)
    name = stated or chosen
    if name is None:
        return None
    is_book = isinstance(where, Path) and kind_of(where) in {"xlsx", "xls", "html"}
    return ("sheet" if is_book else "table"), name


def _write_sheets(folder: Path, voice: Words) -> None:
    """Empty sheets with headers in the language; the mark at the start is for spreadsheets."""
    for name, columns in {**SHEETS, **dict.fromkeys(SURVEYS.values(), SURVEY)}.items():
        path = folder / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(
                voice.name("column", column) for column in columns)
