"""The logs of a client folder: read and judged first, written only when everything passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from workbench.engine import frame
from workbench.errors import InputRefused
from workbench.intake.answers import CaseIds
from workbench.intake.engagement import FILE, Settings, in_zone, is_inside, pilot_logs
from workbench.intake.events import FileEvents, Wishes, read_events
from workbench.intake.formats import Choices
from workbench.intake.guess import UNUSED
from workbench.intake.joining import join_files, prefix_of, told_apart
from workbench.intake.log import Closing, assemble
from workbench.intake.prepared import FOLDER, cache_key, forget_old, recall, remember
from workbench.model import Engagement, EventLog, Problem


class ClientLogs:
    """The baseline's log of a client and the one joined with the pilot's.

    Made, it has read them: from the cache where nothing changed since, else from their files.
    What was wrong stands in `problems`; the other methods want that none of it is a rejection.
    """

    def __init__(self, engagement: Engagement, settings: Settings, out: Path,
                 engine: str) -> None:
        self.engagement, self.settings, self.engine = engagement, settings, engine
        self.problems: list[Problem] = []
        first = engagement.folder / engagement.log.file
        second = self._pilot_file()
        self.files = (first, *((second,) if second else ()))
        self.key = cache_key([engagement.folder / FILE, *self.files], engine, engagement.log.file)
        self._folder = out / FOLDER / self.key
        self._recalled = self._recall(joined=second is not None)
        self._parts = () if self._recalled else self._read(first, second)

    def roles(self) -> frozenset[str]:
        """The roles that every file has a column for."""
        if self._recalled:
            return self._recalled[-1].roles
        return frozenset.intersection(*(part.roles for part in self._parts))

    def distinct(self, column: str) -> list[str]:
        """The values of a column of all events, sorted."""
        if self._recalled:
            values = frame(self._recalled[-1].events.select(column).distinct())[column]
        else:
            values = pd.concat([part.typed[column] for part in self._parts])
        return sorted(values.dropna().astype(str).unique())

    def case_ids(self, *, of_pilot: bool) -> CaseIds | None:
        """The ids of all cases as the joined log has them; None where a file was refused.

        Answers of the pilot name cases of the pilot's file: those may bear its name there.
        """
        if not self._recalled and not self._parts:
            return None
        said = (self._recalled[-1].readings if self._recalled
                else [part.reading for part in self._parts])
        second = said[1:]
        apart = of_pilot and any(told_apart(reading.problems) for reading in second)
        return CaseIds(self._ids, prefix_of(second[0].file) if apart else "")

    @cached_property
    def _ids(self) -> frozenset[str]:
        return frozenset(self.distinct("case_id"))

    def prepared(self) -> tuple[EventLog, EventLog | None]:
        """The logs, ordered by the engine; those that were not in the cache are now."""
        logs = self._recalled or self._prepare()
        return logs[0], logs[1] if len(logs) > 1 else None

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

    def _recall(self, *, joined: bool) -> tuple[EventLog, ...]:
        names = ("log", "pilot") if joined else ("log",)
        found = [recall(self._folder, name, self.engine) for name in names]
        whole = tuple(log for log in found if log is not None)
        return whole if len(whole) == len(names) else ()

    def _wishes(self) -> Wishes:
        said, log = self.engagement, self.engagement.log
        return Wishes(
            log.mapping or None, said.zone, log.time_format, log.ignore, log.ties,
            said.extraction_date, guess=log.guessed,
            choices=Choices(log.sheet, log.table, log.merged), attributes=log.attributes,
            lifecycle=log.lifecycle, statuses=log.statuses, joint_all=log.joint_all,
            joint_any=log.joint_any, unfold_history=log.unfold_history,
            unfold_line=log.unfold_line, unfold_wide=log.unfold_wide,
        )

    def _read(self, first: Path, second: Path | None) -> tuple[FileEvents, ...]:
        wishes, stated = self._wishes(), self.settings.pilot
        before = self._events(first, wishes)
        if second is None:
            return (before,) if before else ()
        like = replace(wishes, mapping=_used(before), guess=False) if before else wishes
        cut = in_zone(stated.extraction_date, ZoneInfo(self.engagement.zone)) if stated else None
        after = self._events(second, replace(like, extraction_date=cut))
        if before is None or after is None:
            return ()
        return join_files(before, after, self.engagement.log.case_scope)

    def _events(self, path: Path, wishes: Wishes) -> FileEvents | None:
        shown = path.relative_to(self.engagement.folder).as_posix()
        try:
            return read_events(path, wishes, shown)
        except InputRefused as refusal:
            self.problems += refusal.problems
            return None

    def _prepare(self) -> tuple[EventLog, ...]:
        kept: Sequence[tuple[str, Sequence[FileEvents]]] = [("log", self._parts[:1])]
        if len(self._parts) > 1:
            kept = [*kept, ("pilot", self._parts)]
        said = self.engagement
        closing = Closing(said.end_activities, said.withdrawn_activities)
        made = []
        for name, parts in kept:
            made.append(assemble(parts, self._wishes(), closing, self.engine, self._folder / name))
            remember(made[-1], self._folder, name)
        forget_old(self._folder.parent)
        return tuple(made)


def _used(before: FileEvents) -> dict[str, tuple[str, ...]]:
    """The mapping for the second file; roles that are not used yet were said of the first."""
    return {role: names for role, names in before.mapping.items() if role not in UNUSED}
