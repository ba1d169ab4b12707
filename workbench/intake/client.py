"""A client folder, read and judged: what every stage starts from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from workbench.engine import frame
from workbench.errors import InputRefused
from workbench.intake.client_folder import FILE, pilot_logs
from workbench.intake.client_workbook import (
    CLIENT_WORKBOOK,
    sheet_at,
    shown_as,
    workbook_problems,
)
from workbench.intake.engagement import Settings, load_engagement, pilot_from
from workbench.intake.engagement_form import Judge
from workbench.intake.engagement_judged import refuse_same_columns
from workbench.intake.engagement_rules import unknown_names
from workbench.intake.events.wishes import Mapped
from workbench.intake.findings import near, refuse, refuse_if_any
from workbench.intake.formats import Choices, read_table
from workbench.intake.keys import kept_key
from workbench.intake.logs import ClientLogs
from workbench.intake.parameters import refuse_misspelt_parameters
from workbench.intake.schema import PilotForm
from workbench.intake.sheets import SHEETS, SURVEYS, read_sheet, sheet_file
from workbench.intake.strangers import strangers
from workbench.intake.surveys import answers_of
from workbench.model import Answers, Client, Engagement, EventLog, Problem

_SAMPLES = Path(__file__).resolve().parents[2] / "data" / "sample"


def open_client(
    client_dir: str | Path = "", out_dir: str | Path = "out", engine: str = "duckdb"
) -> Client:
    """Read and judge a client folder; having the result proves that it passed.

    Args:
        client_dir: the folder; if empty, the environment's WORKBENCH_CLIENT, else the first sample.
        out_dir: where results go; prepared logs are kept below it.
        engine: name of the table engine.

    Raises:
        InputRefused: the folder cannot be used; the message lists everything there is to mend.
        WrongUse: a parameter of the running notebook is misspelt, or the engine is unknown.
    """
    refuse_misspelt_parameters()
    folder = _folder(client_dir)
    engagement, settings = load_engagement(folder)
    out = Path(out_dir) / folder.resolve().name
    logs = ClientLogs(engagement, settings, out, engine)
    reader = _Reader(engagement, settings, logs)
    sheets = {name: reader.sheet(path, name) for name, path in _sheet_files(folder)}
    answers = {name: reader.answers(path, name) for name, path in _survey_files(folder)}
    problems = [*settings.problems, *workbook_problems(folder), *reader.problems, *logs.problems,
                *strangers(folder, [*logs.files, *pilot_logs(folder), *reader.files,
                                    folder / CLIENT_WORKBOOK], Path(out_dir))]
    refuse_if_any(problems, engagement.language)
    problems += _misfits(engagement, settings, logs, answers)
    refuse_if_any(problems, engagement.language)
    log, pilot_log = logs.prepared()  # nothing was written before
    key = kept_key(out, logs.pseudonym_key)
    return Client(
        engagement=_with_pilot(engagement, settings, pilot_log), log=replace(log, key=key),
        pilot_log=replace(pilot_log, key=key) if pilot_log else None,
        sheets={name: rows for name, rows in sheets.items() if rows is not None},
        answers={name: found for name, found in answers.items() if found is not None},
        problems=_once([*problems, *log.problems, *(pilot_log.problems if pilot_log else ())]),
        out=out, key=logs.key,
    )


def read_client_log(folder: Path, out: Path, engine: str = "duckdb", *,
                    mapping: Mapped | None = None, ties: str | None = None,
                    ignore: Sequence[str] = ()) -> EventLog:
    """The baseline's log of a client folder, read as its engagement says unless told otherwise.

    Args:
        folder: the client folder.
        out: where its prepared tables go; they must stay there while the log is used.
        engine: name of the table engine.
        mapping: role → column, in place of the engagement's.
        ties: `learned` or `source`, in place of the engagement's.
        ignore: artificial activities, in place of the engagement's.

    Raises:
        InputRefused: engagement.yaml or the log cannot be used.
    """
    refuse_same_columns(mapping)
    said, settings = load_engagement(folder)
    source = said.log
    if mapping:
        source = replace(source, mapping=dict(mapping), guessed=True)  # type: ignore[arg-type]
    if ties:
        source = replace(source, ties=ties)  # type: ignore[arg-type]
    if ignore:
        source = replace(source, ignore=tuple(ignore))
    logs = ClientLogs(replace(said, log=source), settings, out, engine, with_pilot=False)
    refuse_if_any(logs.problems, said.language)
    refuse_if_any(_unknown_in_rules(said, settings, logs), said.language)
    log, _ = logs.prepared()
    return replace(log, key=logs.pseudonym_key())


def read_said(folder: Path) -> tuple[Engagement, pd.DataFrame | None]:
    """What a client folder says beyond its log: the engagement and the drawn steps, if any.

    Raises:
        InputRefused: engagement.yaml or the sheet of steps cannot be used.
    """
    path = sheet_file(folder, "steps")
    rows = read_sheet(path, "steps").rows if path else None
    return load_engagement(folder)[0], None if rows is None or rows.empty else rows


def _unknown_in_rules(engagement: Engagement, settings: Settings,
                      logs: ClientLogs) -> Iterator[Problem]:
    """The activities and units that rules name and the log never shows."""
    units = logs.distinct("unit") if "unit" in logs.roles() else ()
    return unknown_names(engagement.rules, logs.distinct("activity"), units,
                         Judge(settings.document))


def _folder(client_dir: str | Path) -> Path:
    stated = str(client_dir) or os.environ.get("WORKBENCH_CLIENT", "")
    if stated:
        return Path(stated)
    samples = sorted(_SAMPLES.glob(f"*/{FILE}"))
    if not samples:
        refuse([Problem("rejected", "file_missing", f"data/sample/*/{FILE}")])
    return samples[0].parent


def _sheet_files(folder: Path) -> Iterator[tuple[str, Path]]:
    for name in SHEETS:
        path = sheet_file(folder, name)
        if path:
            yield name, path


def _survey_files(folder: Path) -> Iterator[tuple[str, Path]]:
    for name, stem in SURVEYS.items():
        path = sheet_file(folder, stem)
        if path:
            yield name, path


class _Reader:
    """Reads the parts of one client, gathering what was found; refusals are told all at once."""

    def __init__(self, engagement: Engagement, settings: Settings, logs: ClientLogs) -> None:
        self.engagement, self.settings, self.logs = engagement, settings, logs
        self.problems: list[Problem] = []
        self.files: list[Path] = []

    def sheet(self, path: Path, name: str) -> pd.DataFrame | None:
        """A sheet's rows, None where there are none or (with its problems) it is refused."""
        self.files.append(path)
        try:
            found = read_sheet(path, name)
        except InputRefused as refusal:
            self.problems += refusal.problems
            return None
        if found.rows.empty:
            return None
        self.problems += found.problems
        return found.rows

    def answers(self, path: Path, name: str) -> Answers | None:
        """A questionnaire's answers, None (and its problems) where it is refused."""
        self.files.append(path)
        sheet = sheet_at(path, SURVEYS[name])
        shown = shown_as(self.engagement.folder, path, sheet)
        try:
            surveys = self.settings.surveys
            stated = surveys.get(name) or surveys.get(name.removeprefix("pilot/"))
            table = read_table(path, shown, Choices(sheet), may_be_bare=True)
            found = answers_of(table, stated, self.engagement.zone, self.logs.case_ids(
                of_pilot=name.startswith("pilot/"))) if table.rows_read else None
        except InputRefused as refusal:
            self.problems += refusal.problems
            return None
        if found:
            self.problems += found.reading.problems
        return found


def _with_pilot(engagement: Engagement, settings: Settings,
                joined: EventLog | None) -> Engagement:
    """A pilot without a start began on the day of the first case of its own file."""
    if joined is None or settings.pilot is None or engagement.pilot:
        return engagement
    own = joined.cases.filter(joined.cases.file.startswith("pilot/"))
    first = frame(own.aggregate(first=own.start.min()))["first"][0]
    zone = ZoneInfo(engagement.zone)
    midnight = first.to_pydatetime().astimezone(zone).replace(
        hour=0, minute=0, second=0, microsecond=0)
    return replace(engagement, pilot=pilot_from(settings.pilot, midnight, zone))


def _misfits(engagement: Engagement, settings: Settings, logs: ClientLogs,
             answers: Mapping[str, Answers | None]) -> Iterator[Problem]:
    """What engagement.yaml names and the client's data do not hold."""
    wrong, pilot = Judge(settings.document), settings.pilot
    if pilot and (pilot.units or pilot.comparison_units):
        yield from _unknown_units(logs, pilot, wrong)
    activities = logs.distinct("activity")
    yield from _unknown_in_rules(engagement, settings, logs)
    yield from _changed_scales(answers)
    items = sorted({item for found in answers.values() if found for item in found.asked()})
    for number, target in enumerate(engagement.targets):
        if target.activity and target.activity not in activities:
            yield wrong("target_activity_never_occurs", "targets", number, "activity",
                        target=target.id, activity=target.activity,
                        near=near(target.activity, activities))
        if target.item and items and target.item not in items:
            yield wrong("item_never_occurs", "targets", number, "item", target=target.id,
                        item=target.item, near=near(target.item, items))
    if [target.id for target in engagement.targets] == ["default"]:
        yield Problem("info", "target_default", FILE, None, "targets")
    yield from _empty_periods(engagement, logs, wrong)


def _changed_scales(answers: Mapping[str, Answers | None]) -> Iterator[Problem]:
    """An item whose scale is not the same before and in the pilot cannot be compared."""
    for name in ("customers", "staff"):
        before, after = answers.get(name), answers.get(f"pilot/{name}")
        if not before or not after:
            continue
        for item in before.items:
            scales = [each.scale_of(item) for each in (before, after)]
            if item in after.items and scales[0] != scales[1]:
                told = [f"{low:g}-{high:g}" for low, high in scales]
                yield Problem("warning", "survey_scale_changed", after.reading.file, 1, item,
                              values={"before": told[0], "after": told[1]})


def _empty_periods(engagement: Engagement, logs: ClientLogs, wrong: Judge) -> Iterator[Problem]:
    """A baseline without a single event; a pilot that has not begun where its data end."""
    first, last = logs.span()
    begin, end = engagement.baseline_from, engagement.baseline_to
    if (begin and begin > last) or (end and end <= first):
        yield wrong("baseline_empty", "periods", "baseline", first=_day(first, engagement),
                    last=_day(last, engagement))
    if engagement.pilot and logs.has_pilot:
        _, last = logs.span(of_pilot=True)
        if engagement.pilot.start > last:
            yield replace(wrong("pilot_not_begun", "pilot", "start",
                                last=_day(last, engagement)), level="warning")


def _day(moment: datetime, engagement: Engagement) -> str:
    return moment.astimezone(ZoneInfo(engagement.zone)).date().isoformat()


def _unknown_units(logs: ClientLogs, pilot: PilotForm, wrong: Judge) -> Iterator[Problem]:
    if "unit" not in logs.roles():
        yield wrong("unit_column_missing", "log", "mapping", "unit")
        return
    known = logs.distinct("unit")
    for key in ("units", "comparison_units"):
        for unit in getattr(pilot, key):
            if unit not in known:
                yield wrong("unit_never_occurs", "pilot", key, unit=unit, near=near(unit, known))


def _once(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each problem once: the joined log repeats what was found in the baseline's file."""
    return tuple(problem for place, problem in enumerate(problems)
                 if problem not in problems[:place])
