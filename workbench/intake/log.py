"""Events that passed to an `EventLog`: the engine orders them once, everything else reads that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from workbench import words
from workbench.engine import frame, open_engine
from workbench.errors import WrongUse
from workbench.intake.calendar import judged_by_log, outside_calendar, with_public_days
from workbench.intake.client_folder import FILE
from workbench.intake.engagement_judged import refuse_same_columns
from workbench.intake.events import FileEvents, type_events
from workbench.intake.events.file_events import in_one
from workbench.intake.events.wishes import Mapped, Wishes
from workbench.intake.findings import listed, near, refuse, refuse_if_any
from workbench.intake.formats import Choices
from workbench.intake.keys import key_of, key_of_table
from workbench.intake.sources import SERVER, file_at, table_at
from workbench.intake.zones import is_zone
from workbench.model import Calendar, EventLog, Figure, Problem

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Closing:
    """Which last activity closes a case, and which closes it without success."""

    end_activities: tuple[str, ...] = ()
    withdrawn_activities: tuple[str, ...] = ()


def read_log(
    path: str | Path,
    mapping: Mapped | None = None,
    zone: str | None = None,
    ties: str = "learned",
    engine: str = "duckdb",
    ignore: Iterable[str] = (),
    end_activities: Iterable[str] = (),
    withdrawn_activities: Iterable[str] = (),
    *,
    time_format: str | None = None,
    extraction_date: datetime | None = None,
    calendar: Calendar | None = None,
    sheet: str | None = None,
) -> EventLog:
    """Read one file of events, checked and ordered.

    Args:
        path: a file of events, or the address of a database (its table as `?table=…`).
        mapping: role → column (several as a list, or joined by "+"; None: there is none). Roles:
            case_id, activity, start, end, arrival, resource, unit, stratum, result, lifecycle,
            sequence. What is not mapped is guessed from names and contents.
        zone: IANA zone of times that carry none, and of days and weeks. None takes UTC, and
            refuses a column that mixes times with and without a zone.
        ties: `learned` or `source`, the order of events at the same time.
        engine: name of the table engine.
        ignore: artificial activities to leave out; their rows are counted as set aside.
        end_activities: a case whose last activity is one of these is closed.
        withdrawn_activities: those that close a case without success.
        time_format: `strptime` format of the times, if the column does not prove it.
        extraction_date: the end of observation; the last event if None.
        calendar: when the client works, for working hours beside those of the clock.
        sheet: the sheet of a workbook, or the table of a database.

    Raises:
        InputRefused: with every problem, its file, line and column.
        WrongUse: an unknown zone or rule for ties.
    """
    _refuse_wrong_use(zone, ties)
    refuse_same_columns(mapping)
    wishes = Wishes(mapping, zone, time_format, tuple(ignore), ties, extraction_date)
    table, kind = table_at(path, Choices(sheet, sheet))
    log = assemble([type_events(table, wishes)], wishes,
                   Closing(tuple(end_activities), tuple(withdrawn_activities)), engine,
                   calendar=calendar)
    return replace(log, key=key_of_table(table.cells) if kind == SERVER else key_of(file_at(path)))


def assemble(
    files: Sequence[FileEvents],
    wishes: Wishes,
    closing: Closing,
    engine: str = "duckdb",
    folder: Path | None = None,
    *,
    is_whole: bool = True,
    calendar: Calendar | None = None,
) -> EventLog:
    """One log of one or several files; with a folder, its tables are kept there as Parquet.

    A log that is not whole, but joined with another whose cases were counted before, is not
    remarked on once more.
    It has no key yet: pseudonyms are those of a file or of a client (`workbench.intake.keys`).
    """
    typed = in_one(files)
    roles = frozenset.intersection(*(part.roles for part in files))
    problems = [problem for part in files for problem in part.reading.problems]
    place = FILE if folder else files[0].reading.file  # where end_activities are written
    problems += unknown_activities(typed["activity"], closing, place)
    refuse_if_any(problems)
    if calendar:
        calendar, remarks = _for_log(calendar, typed, wishes.zone or "UTC")
        problems += remarks
    ties = "source" if "sequence" in roles else wishes.ties
    events, cases = open_engine(engine).prepare(
        typed,
        has_start="start" in roles,
        end_activities=closing.end_activities,
        withdrawn_activities=closing.withdrawn_activities,
        ties=ties,
        calendar=calendar,
        zone=wishes.zone or "UTC",
        folder=folder,
    )
    if is_whole and calendar:
        problems += outside_calendar(events, files[0].reading.file)
    if is_whole:
        problems += closing_remark(cases, closing, place)
    return EventLog(
        events=events, cases=cases, zone=wishes.zone or "UTC",
        cut=max(part.cut for part in files), end_activities=closing.end_activities, roles=roles,
        ties=ties, readings=tuple(part.reading for part in files), problems=tuple(problems),
        calendar=calendar,
    )


def _for_log(calendar: Calendar, typed: pd.DataFrame, zone: str) -> tuple[Calendar, list[Problem]]:
    """The calendar with the public holidays of the years of a log, and what the log shows of it."""
    moments = pd.concat([typed[name].dropna() for name in ("start", "end", "arrival")
                         if name in typed])
    local = moments.agg(["min", "max"]).dt.tz_convert(zone).dt.year
    years = range(local["min"], local["max"] + 1)
    units = typed["unit"].dropna().unique()
    return with_public_days(calendar, years), [*judged_by_log(calendar, years, units, FILE)]


def unknown_activities(activities: pd.Series, closing: Closing, file: str) -> list[Problem]:
    """A warning for each end or withdrawn activity that never occurs."""
    known = sorted(activities.unique())
    wanted = {"end_activities": closing.end_activities,
              "withdrawn_activities": closing.withdrawn_activities}
    return [
        Problem("warning", "activity_never_occurs", file, None, key,
                values={"activity": name, "near": near(name, known)})
        for key, names in wanted.items() for name in names if name not in known
    ]


def closing_remark(cases: ir.Table, closing: Closing, file: str) -> list[Problem]:
    """How many cases the end activities close, so that a wrong (or guessed) one is seen."""
    counts = frame(cases.group_by("last_activity").aggregate(
        cases=cases.count(), closed=cases.closed.sum()))
    if closing.end_activities:
        share = Figure(float(counts["closed"].sum() / counts["cases"].sum()), "share")
        return [Problem("info", "end_closes", file, None, "end_activities",
                        int(counts["closed"].sum()), {
                            "activities": ", ".join(closing.end_activities),
                            "share": words.load("en").number(share)})]
    frequent = counts.sort_values(["cases", "last_activity"], ascending=[False, True])
    return [Problem("info", "end_unknown", file, None, "end_activities", values={
        "activities": listed(frequent["last_activity"], 5)})]


def _refuse_wrong_use(zone: str | None, ties: str) -> None:
    if ties not in {"learned", "source"}:
        raise WrongUse(words.in_both("run.unknown_ties", ties=ties))
    if zone is not None and not is_zone(zone):
        refuse([Problem("rejected", "zone_unknown", column="zone", values={"zone": zone})])
