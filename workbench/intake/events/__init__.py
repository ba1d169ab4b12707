"""A log as text to typed events of one file; every row that cannot be used is set aside, counted.

The columns are those that `workbench.engine.Engine.prepare` takes: case_id, activity, start, end,
arrival (UTC, microseconds; missing where unknown), resource, unit, stratum, result (missing where
blank), closes (`closed` or `withdrawn` where the result ends the case, else missing), sequence
(place in the source), file, and one `attribute:NAME` for each further column that is kept.
"""

from __future__ import annotations

from pathlib import Path

from workbench.intake.checks import with_touches
from workbench.intake.events.approvals import pass_on, read_statuses
from workbench.intake.events.checking import checked
from workbench.intake.events.details import drop_details
from workbench.intake.events.file_events import FileEvents
from workbench.intake.events.lifecycle import read_lifecycle
from workbench.intake.events.mapping import columns_of, resolve
from workbench.intake.events.rows import Rows, type_rows
from workbench.intake.events.signatures import sign_together
from workbench.intake.events.unfold import unfolded
from workbench.intake.events.wishes import Mapped, Wishes
from workbench.intake.findings import refuse, refuse_if_any
from workbench.intake.formats import TextTable, read_table
from workbench.model import Problem, Reading

__all__ = ["FileEvents", "Mapped", "Wishes", "checked", "read_events", "type_events",
           "typed_events"]


def read_events(path: Path, wishes: Wishes, shown: str = "") -> FileEvents:
    """Read, type and check one file of events.

    Raises:
        InputRefused: the file, its columns or its times cannot be used; with all problems.
    """
    table = read_table(path, shown, wishes.choices)
    return type_events(table, wishes)


def type_events(table: TextTable, wishes: Wishes) -> FileEvents:
    """Type and check a log that was read as text; see `read_events`."""
    return checked((typed_events(table, wishes),), wishes)[0]


def typed_events(table: TextTable, wishes: Wishes) -> FileEvents:
    """Type a log that was read as text; what its events show together is for `checked` to say.

    Raises:
        InputRefused: its columns or its times cannot be used; with all problems.
    """
    table, wishes = unfolded(table, wishes)
    resolved = resolve(table, wishes)
    rows = Rows(table, resolved.mapping, [*table.problems, *resolved.problems])
    typed, cut = type_rows(rows, wishes)
    drop_details(rows, wishes)
    is_ordered = table.is_ordered or "sequence" in resolved.mapping or wishes.ties == "source"
    typed = read_lifecycle(rows, typed, wishes, is_ordered=is_ordered)
    typed, meanings = read_statuses(rows, typed, wishes, resolved.guesses)
    typed = pass_on(rows, typed, meanings, is_ordered=is_ordered)
    typed = sign_together(rows, typed, meanings, wishes, is_ordered=is_ordered)
    kept = typed if rows.keep.all() else typed[rows.keep].reset_index(drop=True)
    if kept.empty:
        refuse([*rows.problems, Problem("rejected", "no_events", table.file)])
    if wishes.extraction_date is None:
        cut = kept["end"].max().to_pydatetime()
    told = with_touches(rows.problems, rows_read=table.rows_read)
    refuse_if_any(told)
    reading = Reading(table.file, table.rows_read, len(kept), rows.set_aside,
                      tuple(told), table.encoding, table.sha256, table.format,
                      *columns_of(table, resolved, wishes))
    return FileEvents(kept, table.lines[rows.keep], reading, resolved.mapping, resolved.guesses,
                      cut, table.is_ordered, rows)
