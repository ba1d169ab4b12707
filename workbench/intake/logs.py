"""The logs of a client folder: read and judged first, written only when everything passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from workbench.engine import frame
from workbench.errors import InputRefused
from workbench.intake.client_folder import FILE
from workbench.intake.engagement import Settings, in_zone
from workbench.intake.events import FileEvents, checked, typed_events
from workbench.intake.events.joining import append_file, join_files, prefix_of, told_apart
from workbench.intake.events.wishes import Wishes
from workbench.intake.findings import refuse_if_any
from workbench.intake.formats import Choices, TextTable, read_table
from workbench.intake.keys import key_of, key_of_table
from workbench.intake.log import Closing, assemble
from workbench.intake.prepared import FOLDER, cache_key, forget_old, recall, remember
from workbench.intake.sources import (
    database_of,
    idle_choices,
    labels_file,
    labels_shown,
    pilot_file,
    read_labels,
    seen_before,
    unknown_labels,
)
from workbench.intake.surveys import CaseIds
from workbench.model import Engagement, EventLog, Problem


class ClientLogs:
    """The baseline's log of a client and the one joined with the pilot's.

    Made, it has read them: from the cache where nothing changed since, else from their files or
    their database. What was wrong stands in `problems`; the other methods want that none of it is
    a rejection.
    """

    def __init__(self, engagement: Engagement, settings: Settings, out: Path,
                 engine: str, *, with_pilot: bool = True) -> None:
        self.engagement, self.settings, self.engine = engagement, settings, engine
        self.problems: list[Problem] = []
        folder, said = engagement.folder, engagement.log
        self._firsts = () if said.source else tuple(folder / name for name in said.files)
        self._second = pilot_file(folder, self.problems) if with_pilot else None
        if self._second is None and settings.pilot and with_pilot and not self.problems:
            self.problems.append(Problem("info", "pilot_log_missing", FILE, None, "pilot"))
        self.problems += idle_choices(said, self._firsts)
        labels = labels_file(folder)
        self._labels = read_labels(labels, self.problems)
        self._labels_shown = labels_shown(labels) if labels else ""
        self.files = (*self._firsts, *((self._second,) if self._second else ()))
        self._keyed = (*self.files, *((labels,) if labels else ()))
        self._database: TextTable | None = None
        self._parts: tuple[FileEvents, ...] = ()
        self._recalled: tuple[EventLog, ...] = ()
        content = seen_before(said)
        self._place(out, content)
        if said.source is None or content:
            self._recalled = self._recall()
        if not self._recalled:
            self._read_anew(out)

    def _read_anew(self, out: Path) -> None:
        """Read the database, if there is one, for its content decides; then all files."""
        try:
            self._database = database_of(self.engagement.log)
        except InputRefused as refusal:
            self.problems += refusal.problems
        if self._database:
            self._place(out, self._database.sha256)
            self._recalled = self._recall()
        if not self._recalled:
            self._parts = self._read()

    def _place(self, out: Path, content: str) -> None:
        folder = self.engagement.folder
        self.key = cache_key([folder / FILE, *self._keyed], self.engine,
                             *self.engagement.log.files, content)
        self._folder = out / FOLDER / self.key

    @property
    def has_pilot(self) -> bool:
        """Whether there is a file of the pilot's events."""
        return self._second is not None

    def roles(self) -> frozenset[str]:
        """The roles that every file has a column for."""
        if self._recalled:
            return self._recalled[-1].roles
        return frozenset.intersection(*(part.roles for part in self._parts))

    def distinct(self, column: str) -> list[str]:
        """The values of a column of all events, sorted."""
        if self._recalled:
            log = self._recalled[-1]
            rows = log.cases if column == "case_id" else log.events
            values = frame(rows.select(column).distinct())[column]
        else:
            values = pd.concat([part.typed[column] for part in self._parts])
        return sorted(values.dropna().astype(str).unique())

    def span(self, *, of_pilot: bool = False) -> tuple[datetime, datetime]:
        """The first and the last moment of the baseline's events, or of all with the pilot's."""
        if self._recalled:
            events = self._recalled[-1 if of_pilot else 0].events
            found = frame(events.aggregate(first=events.start.min(), began=events.end.min(),
                                           last=events.end.max())).iloc[0]
            firsts, last = [found["first"], found["began"]], found["last"]
        else:
            parts = self._parts if of_pilot else self._baseline
            firsts = [part.typed[role].min() for part in parts for role in ("start", "end")]
            last = max(part.typed["end"].max() for part in parts)
        return min(moment for moment in firsts if pd.notna(moment)), last

    def case_ids(self, *, of_pilot: bool) -> CaseIds | None:
        """The ids of all cases as the joined log has them; None where a file was refused.

        Answers of the pilot name cases of the pilot's file: those may bear its name there.
        """
        if not self._recalled and not self._parts:
            return None
        said = (self._recalled[-1].readings if self._recalled
                else [part.reading for part in self._parts])
        second = said[self._count:]
        apart = of_pilot and any(told_apart(reading.problems) for reading in second)
        return CaseIds(self._ids, prefix_of(second[0].file) if apart else "")

    @cached_property
    def _ids(self) -> frozenset[str]:
        return frozenset(self.distinct("case_id"))

    @property
    def _count(self) -> int:
        """How many tables the baseline's log was read from."""
        return len(self.engagement.log.files)

    @property
    def _baseline(self) -> tuple[FileEvents, ...]:
        return self._parts[:self._count]

    def pseudonym_key(self) -> str:
        """The key that the first log gives; see `workbench.intake.keys`."""
        if self._firsts:
            return key_of(self._firsts[0])
        if self._database is None:  # recalled: the run that read it kept the key, and it was lost
            self._database = database_of(self.engagement.log)
        return key_of_table(self._database.cells) if self._database else ""

    def prepared(self) -> tuple[EventLog, EventLog | None]:
        """The logs, ordered by the engine; those that were not in the cache are now."""
        logs = self._recalled or self._prepare()
        return logs[0], logs[1] if len(logs) > 1 else None

    def _recall(self) -> tuple[EventLog, ...]:
        names = ("log", "pilot") if self._second else ("log",)
        found = [recall(self._folder, name, self.engine) for name in names]
        whole = tuple(log for log in found if log is not None)
        return whole if len(whole) == len(names) else ()

    def _wishes(self) -> Wishes:
        said, log = self.engagement, self.engagement.log
        return Wishes(
            log.mapping or None, said.zone, log.time_format, log.ignore, log.ties,
            said.extraction_date, guess=log.guessed, labels=self._labels,
            choices=Choices(log.sheet, log.table, log.merged), attributes=log.attributes,
            lifecycle=log.lifecycle, statuses=log.statuses, joint_all=log.joint_all,
            joint_any=log.joint_any, unfold_history=log.unfold_history,
            unfold_line=log.unfold_line, unfold_wide=log.unfold_wide,
            details=log.details,
        )

    def _read(self) -> tuple[FileEvents, ...]:
        """Every table of events, joined; nothing where one was refused."""
        scope, tables = self.engagement.log.case_scope, self._tables()
        wishes, found = self._wishes(), list[FileEvents]()
        for table in tables:
            if events := self._typed(table, wishes):
                found.append(events)
                wishes = replace(wishes, mapping=events.mapping, guess=False)
        second = self._pilot_events(wishes)
        if len(found) < self._count or (self._second and second is None):
            return ()
        joined = join_files(found, scope)
        remarks = tuple(unknown_labels(self._labels, tables, found, self._labels_shown))
        joined = (_remarked(joined[0], remarks), *joined[1:])
        if second is None:
            return self._checked(joined, wishes)
        whole = append_file(joined, second, scope)
        if whole[-1].typed.empty:
            self.problems.append(Problem("rejected", "pilot_repeats", second.reading.file))
            return ()
        return self._checked(whole, wishes)

    def _checked(self, parts: tuple[FileEvents, ...], wishes: Wishes) -> tuple[FileEvents, ...]:
        try:
            return checked(parts, wishes)
        except InputRefused as refusal:
            self.problems += refusal.problems
            return ()

    def _tables(self) -> list[TextTable]:
        """The tables of the baseline that can be read at all."""
        if self.engagement.log.source:
            return [self._database] if self._database else []
        found = [self._table(path) for path in self._firsts]
        return [table for table in found if table is not None]

    def _pilot_events(self, like: Wishes) -> FileEvents | None:
        """The pilot's events, read as the baseline's but for their own end of observation."""
        table = self._pilot_table(self._second) if self._second else None
        if table is None:
            return None
        stated = self.settings.pilot
        cut = in_zone(stated.extraction_date, ZoneInfo(self.engagement.zone)) if stated else None
        return self._typed(table, replace(like, extraction_date=cut))

    def _pilot_table(self, path: Path) -> TextTable | None:
        """The pilot's table: from the sheet of the name that was stated, else from its own."""
        before = len(self.problems)
        table = self._table(path)
        if any(problem.code == "sheet_missing" for problem in self.problems[before:]):
            del self.problems[before:]
            return self._table(path, Choices(merged=self.engagement.log.merged))
        return table

    def _table(self, path: Path, choices: Choices | None = None) -> TextTable | None:
        shown = path.relative_to(self.engagement.folder).as_posix()
        try:
            return read_table(path, shown, choices or self._wishes().choices)
        except InputRefused as refusal:
            self.problems += refusal.problems
            return None

    def _typed(self, table: TextTable, wishes: Wishes) -> FileEvents | None:
        try:
            return typed_events(table, wishes)
        except InputRefused as refusal:
            self.problems += refusal.problems
            return None

    def _prepare(self) -> tuple[EventLog, ...]:
        refuse_if_any(self.problems)
        kept: Sequence[tuple[str, Sequence[FileEvents]]] = [("log", self._baseline)]
        if self._second:
            kept = [*kept, ("pilot", self._parts)]
        said = self.engagement
        closing = Closing(said.end_activities, said.withdrawn_activities)
        made = []
        for name, parts in kept:
            made.append(assemble(parts, self._wishes(), closing, self.engine, self._folder / name,
                                 is_whole=name == "log", calendar=said.calendar))
            remember(made[-1], self._folder, name)
        forget_old(self._folder.parent)
        return tuple(made)


def _remarked(part: FileEvents, remarks: Sequence[Problem]) -> FileEvents:
    problems = (*part.reading.problems, *remarks)
    return replace(part, reading=replace(part.reading, problems=problems))
