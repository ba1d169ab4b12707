"""A new client folder from a log: guessed where it can be, commented, and nothing overwritten."""

from __future__ import annotations

import csv
import shutil
import tempfile
from pathlib import Path

from workbench import words
from workbench.errors import WrongUse
from workbench.intake.client_folder import FILE
from workbench.intake.events import type_events
from workbench.intake.events.wishes import Wishes
from workbench.intake.formats import Choices
from workbench.intake.formats.address import Address, place_of
from workbench.intake.formats.kinds import kind_of
from workbench.intake.new_settings import Found, settings_text, zone_of
from workbench.intake.sheets import SHEETS, SURVEY
from workbench.intake.sources import file_at, table_at
from workbench.model import Problem
from workbench.words import Words

_SURVEYS = ("survey_customers", "survey_staff", "pilot/survey_customers", "pilot/survey_staff")
_ENDINGS = {"delimited": ".csv", "json": ".jsonl", "sqlite": ".sqlite"}  # of a file without one
_UNNAMED = ("", ".txt", ".dat", ".html", ".htm")  # endings of notes: nobody would look for a log


def new_client(folder: str | Path, log_path: str | Path, language: str = "zh", *,
               sheet: str | None = None) -> Path:
    """Make a client folder: the log copied in, a guessed mapping with comments, empty sheets.

    Args:
        folder: the new folder; its name becomes the name of the client.
        log_path: the log, a file of any format that is read, or the address of a database: then
            nothing is copied, and the address stands in engagement.yaml.
        language: of the comments, the headers and, by default, the documents.
        sheet: the sheet of a workbook, or the table of a database.

    Returns:
        The folder.

    Raises:
        WrongUse: the folder is there already.
        InputRefused: the log cannot be read.
    """
    place = Path(folder)
    if place.exists():
        problem = Problem("rejected", "folder_exists", values={"path": place.name})
        raise WrongUse(words.both((problem,)), (problem,))
    voice = words.load("en" if language == "en" else "zh")
    table, _ = table_at(log_path, Choices(sheet, sheet))
    events = type_events(table, Wishes(zone=zone_of(voice.language)))
    where, asked = place_of(str(log_path))
    named = where.written() if isinstance(where, Address) else _name(where)
    found = Found(table, events, named, isinstance(where, Address),
                  _sheet(where, asked or sheet, table.problems))
    place.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        if not found.is_address:
            shutil.copyfile(file_at(log_path), made / named)
        (made / FILE).write_text(settings_text(place.name, found, voice), encoding="utf-8")
        _write_sheets(made, voice)
        made.chmod(0o755)
        made.rename(place)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return place


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
    chosen = next((str(problem.values["sheet"]) for problem in problems
                   if problem.code == "sheet_chosen"), None)
    name = stated or chosen
    if name is None:
        return None
    is_book = isinstance(where, Path) and kind_of(where) in {"xlsx", "xls", "html"}
    return ("sheet" if is_book else "table"), name


def _write_sheets(folder: Path, voice: Words) -> None:
    """Empty sheets with headers in the language; the mark at the start is for spreadsheets."""
    for name, columns in {**SHEETS, **dict.fromkeys(_SURVEYS, SURVEY)}.items():
        path = folder / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(
                voice.name("column", column) for column in columns)
