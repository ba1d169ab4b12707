"""A client folder, read and judged: what every stage starts from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from workbench.engine import frame
from workbench.errors import InputRefused
from workbench.intake.answers import read_answers
from workbench.intake.engagement import (
    FILE,
    Judge,
    Settings,
    in_zone,
    is_inside,
    load_engagement,
    pilot_from,
    pilot_logs,
)
from workbench.intake.events import FileEvents, Wishes, read_events
from workbench.intake.findings import near, refuse, refuse_if_any
from workbench.intake.guess import UNUSED
from workbench.intake.joining import join_files
from workbench.intake.log import Closing, assemble
from workbench.intake.parameters import refuse_misspelt_parameters
from workbench.intake.prepared import FOLDER, cache_key, forget_old, recall, remember
from workbench.intake.schema import PilotForm
from workbench.intake.sheets import SHEETS, read_sheet, sheet_file
from workbench.model import Answers, Client, Engagement, EventLog, Problem

_SURVEYS = {"customers": "survey_customers", "staff": "survey_staff",
            "pilot/customers": "pilot/survey_customers", "pilot/staff": "pilot/survey_staff"}
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
    reader = _Reader(engagement, settings, out, engine)
    sheets = {name: reader.sheet(path, name) for name, path in _sheet_files(folder)}
    answers = {name: reader.answers(path, name) for name, path in _survey_files(folder)}
    log, pilot_log = reader.logs()
    problems = [*reader.problems, *_misfits(engagement, settings, pilot_log or log, answers)]
    refuse_if_any(problems, engagement.language)
    return Client(
        engagement=reader.engagement, log=log, pilot_log=pilot_log,
        sheets={name: rows for name, rows in sheets.items() if rows is not None},
        answers={name: found for name, found in answers.items() if found is not None},
        problems=_once([*problems, *log.problems, *(pilot_log.problems if pilot_log else ())]),
        out=out, key=reader.key,
    )


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
    for name, stem in _SURVEYS.items():
        path = sheet_file(folder, stem)
        if path:
            yield name, path


class _Reader:
    """Reads the parts of one client, gathering what was found; refusals are told all at once."""

    def __init__(self, engagement: Engagement, settings: Settings, out: Path,
                 engine: str) -> None:
        self.engagement, self.settings, self.out, self.engine = engagement, settings, out, engine
        self.problems = list(settings.problems)
        self.key = ""

    def logs(self) -> tuple[EventLog, EventLog | None]:
        """The baseline's log and the one joined with the pilot's; from the cache if they can."""
        folder = self.engagement.folder
        first = folder / self.engagement.log.file
        second = self._pilot_file()
        files = [folder / FILE, first, *([second] if second else [])]
        self.key = cache_key(files, self.engine, self.engagement.log.file)
        prepared = self.out / FOLDER / self.key
        log = recall(prepared, "log", self.engine)
        joined = recall(prepared, "pilot", self.engine) if second else None
        if log is None or (second and joined is None):
            log, joined = self._prepare(first, second, prepared)
        if self.settings.pilot and joined and self.engagement.pilot is None:
            self._start_pilot(joined, self.settings.pilot)
        return log, joined

    def _pilot_file(self) -> Path | None:
        folder = self.engagement.folder
        found = pilot_logs(folder)
        names = [str(path.relative_to(folder)) for path in found]
        if len(found) > 1:
            self.problems.append(Problem("rejected", "log_ambiguous", "pilot",
                                         values={"files": ", ".join(names)}))
        elif found and not is_inside(folder, names[0]):
            self.problems.append(Problem("rejected", "path_outside", names[0],
                                         values={"path": names[0]}))
        elif found:
            return found[0]
        elif self.settings.pilot:
            self.problems.append(Problem("info", "pilot_log_missing", FILE, None, "pilot"))
        return None

    def _prepare(self, first: Path, second: Path | None,
                 prepared: Path) -> tuple[EventLog, EventLog | None]:
        said = self.engagement
        wishes = Wishes(said.log.mapping or None, said.zone, said.log.time_format, said.log.ignore,
                        said.log.ties, said.extraction_date, guess=said.log.guessed)
        before = self._events(first, wishes, said.log.file)
        after = None
        if second:
            like = replace(wishes, mapping=_used(before), guess=False) if before else wishes
            stated = self.settings.pilot
            cut = in_zone(stated.extraction_date, ZoneInfo(said.zone)) if stated else None
            after = self._events(second, replace(like, extraction_date=cut),
                                 second.relative_to(said.folder).as_posix())
        refuse_if_any(self.problems, said.language)
        if before is None:
            raise AssertionError  # refused above
        closing = Closing(said.end_activities, said.withdrawn_activities)
        log = assemble([before], wishes, closing, self.engine, prepared / "log")
        joined = None
        if after:
            files = join_files(before, after, said.log.case_scope)
            joined = assemble(files, wishes, closing, self.engine, prepared / "pilot")
            remember(joined, prepared, "pilot")
        remember(log, prepared, "log")
        forget_old(prepared.parent)
        return log, joined

    def _events(self, path: Path, wishes: Wishes, shown: str) -> FileEvents | None:
        try:
            return read_events(path, wishes, shown)
        except InputRefused as refusal:
            self.problems += refusal.problems
            return None

    def _start_pilot(self, joined: EventLog, stated: PilotForm) -> None:
        """A pilot without a start began on the day of the first case of its own file."""
        cases = joined.cases
        own = cases.filter(cases.file.startswith("pilot/"))
        first = frame(own.aggregate(first=own.start.min()))["first"][0]
        zone = ZoneInfo(self.engagement.zone)
        midnight = first.to_pydatetime().astimezone(zone).replace(
            hour=0, minute=0, second=0, microsecond=0)
        self.engagement = replace(self.engagement, pilot=pilot_from(stated, midnight, zone))

    def sheet(self, path: Path, name: str) -> pd.DataFrame | None:
        """A sheet's rows, None where there are none or (with its problems) it is refused."""
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
        shown = path.relative_to(self.engagement.folder).as_posix()
        try:
            found = read_answers(path, shown, self.settings.scales.get(name)
                                 or self.settings.scales.get(name.removeprefix("pilot/")),
                                 self.engagement.zone)
        except InputRefused as refusal:
            self.problems += refusal.problems
            return None
        if found:
            self.problems += found.reading.problems
        return found


def _used(before: FileEvents) -> dict[str, tuple[str, ...]]:
    """The mapping for the second file; roles that are not used yet were said of the first."""
    return {role: names for role, names in before.mapping.items() if role not in UNUSED}


def _misfits(engagement: Engagement, settings: Settings, log: EventLog,
             answers: Mapping[str, Answers | None]) -> Iterator[Problem]:
    """What engagement.yaml names and the client's data do not hold."""
    wrong, pilot = Judge(settings.document), settings.pilot
    if pilot and (pilot.units or pilot.comparison_units):
        yield from _unknown_units(log, pilot, wrong)
    activities = _distinct(log, "activity")
    items = sorted({item for found in answers.values() if found for item in found.items})
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


def _unknown_units(log: EventLog, pilot: PilotForm, wrong: Judge) -> Iterator[Problem]:
    if not log.has("unit"):
        yield wrong("unit_column_missing", "log", "mapping", "unit")
        return
    known = _distinct(log, "unit")
    for key in ("units", "comparison_units"):
        for unit in getattr(pilot, key):
            if unit not in known:
                yield wrong("unit_never_occurs", "pilot", key, unit=unit, near=near(unit, known))


def _distinct(log: EventLog, column: str) -> list[str]:
    values = frame(log.events.select(column).distinct())[column].dropna()
    return sorted(values.astype(str))


def _once(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each problem once: the joined log repeats what was found in the baseline's file."""
    return tuple(problem for place, problem in enumerate(problems)
                 if problem not in problems[:place])
