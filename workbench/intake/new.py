"""A new client folder from a log: guessed where it can be, commented, and nothing overwritten."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from workbench import words
from workbench.errors import WrongUse
from workbench.intake.checks import artificial
from workbench.intake.engagement import FILE
from workbench.intake.events import FileEvents, Wishes, read_events
from workbench.intake.guess import ROLES, UNUSED, Guess
from workbench.intake.sheets import SHEETS, SURVEY
from workbench.model import Figure, Problem
from workbench.words import Words

_SURVEYS = ("survey_customers", "survey_staff", "pilot/survey_customers", "pilot/survey_staff")
_ZONES = {"zh": "Asia/Shanghai", "en": "UTC"}
_CURRENCIES = {"zh": "CNY", "en": "EUR"}
_WRITTEN_ROLES = tuple(role for role in ROLES if role not in UNUSED)
# an activity that ends nine cases in ten is taken for their end; one that ends half of them would
# leave the other half open for ever
_MOST_CASES = 0.9


def new_client(folder: str | Path, log_path: str | Path, language: str = "zh") -> Path:
    """Make a client folder: the log copied in, a guessed mapping with comments, empty sheets.

    Args:
        folder: the new folder; its name becomes the name of the client.
        log_path: the log.
        language: of the comments, the headers and, by default, the documents.

    Returns:
        The folder.

    Raises:
        WrongUse: the folder is there already.
        InputRefused: the log cannot be read.
    """
    place, source = Path(folder), Path(log_path)
    if place.exists():
        problem = Problem("rejected", "folder_exists", values={"path": place.name})
        raise WrongUse(words.both((problem,)), (problem,))
    voice = words.load("en" if language == "en" else "zh")
    events = read_events(source, Wishes(zone=_ZONES[voice.language]))
    name = "events.csv.gz" if source.name.lower().endswith(".gz") else "events.csv"
    place.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        shutil.copyfile(source, made / name)
        (made / FILE).write_text(_settings(place.name, name, events, voice), encoding="utf-8")
        _write_sheets(made, voice)
        made.chmod(0o755)
        made.rename(place)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return place


def _settings(client: str, file: str, events: FileEvents, voice: Words) -> str:
    """The text of engagement.yaml."""
    language = voice.language

    def said(key: str, **values: Figure | str) -> str:
        return "# " + voice.text(f"new.{key}", **values)

    lines = [
        said("top"),
        f"client: {_quoted(client)}  {said('client')}",
        f"process: {_quoted(client)}  {said('process')}",
        f"kind: internal_operations  {said('kind')}",
        f"language: {language}  {said('language')}",
        f"zone: {_ZONES[language]}  {said('zone')}",
        f"currency: {_CURRENCIES[language]}  {said('currency')}",
        f"# extraction_date: 2025-06-30 18:00  {said('extraction_date')}",
        f"# promise_hours: 24  {said('promise_hours')}",
        "",
        "log:",
        f"  file: {file}",
        f"  mapping:  {said('mapping')}",
        *(f"    {role}: {_quoted(guess.column)}  {said(_degree(guess))}"
          for role, guess in events.guesses.items() if role in _WRITTEN_ROLES),
        f"    {said('other_roles', roles=_other_roles(events))}",
        f'  # time_format: "%d.%m.%Y %H:%M"  {said("time_format")}',
        *_ignored(events, said("ignore")),
        f"  ties: learned  {said('ties')}",
        "",
        *_ends(events, voice),
        f"# withdrawn_activities: []  {said('withdrawn')}",
        "",
        said("pilot"),
        "# pilot: {start: 2025-07-07, end: 2025-09-29, units: [], comparison_units: []}",
        said("targets"),
        "# targets:",
        "#   - {id: T1, kpi: throughput, from: 48, to: 36, by: 2025-12-31, primary: true}",
        said("costs"),
        '# costs: {work_hour: 85, waiting_hour: 0.5, source: ""}',
    ]
    return "\n".join(lines) + "\n"


def _degree(guess: Guess) -> str:
    return "sure" if guess.confidence >= 1 else "likely" if guess.confidence > 0.5 else "doubtful"


def _other_roles(events: FileEvents) -> str:
    return ", ".join(role for role in _WRITTEN_ROLES if role not in events.guesses)


def _ignored(events: FileEvents, comment: str) -> list[str]:
    names = artificial(events.typed)
    return [f"  ignore: {_list(names)}  {comment}"] if names else []


def _ends(events: FileEvents, voice: Words) -> list[str]:
    """The activity that ends most cases as their end, said to be guessed; else what to choose."""
    ends = last_activities(events.typed, artificial(events.typed))
    total, cases = int(ends.sum()), int(ends.iloc[0])
    if cases >= _MOST_CASES * total:
        comment = voice.text("new.end_activities", share=Figure(cases / total, "share"),
                             cases=Figure(cases, "count"), total=Figure(total, "count"))
        return [f"end_activities: {_list([str(ends.index[0])])}  # {comment}"]
    names = [str(name) for name in ends.index[:5]]
    comment = voice.text("new.end_unknown", activities=", ".join(names)).replace("\n", " ")
    return [f"# end_activities: {_list(names[:1])}  # {comment}"]


def last_activities(typed: pd.DataFrame, ignore: Iterable[str] = ()) -> pd.Series:
    """How many cases each activity ends, the most frequent first."""
    work = typed[~typed["activity"].isin(list(ignore))]
    order = work.assign(moment=work["start"].fillna(work["end"])).sort_values(
        ["case_id", "moment", "end", "sequence"], kind="stable")
    return order.groupby("case_id")["activity"].last().value_counts()


def _write_sheets(folder: Path, voice: Words) -> None:
    """Empty sheets with headers in the language; the mark at the start is for spreadsheets."""
    for name, columns in {**SHEETS, **dict.fromkeys(_SURVEYS, SURVEY)}.items():
        path = folder / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(
                voice.name("column", column) for column in columns)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(names: Iterable[str]) -> str:
    return "[" + ", ".join(name if name.isalnum() and name.isascii() else _quoted(name)
                           for name in names) + "]"
