"""The rows of one file on their way to events: typed by column, set aside with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.engine.typed_columns import ATTRIBUTE
from workbench.intake.events.mapping import JOINED_BY
from workbench.intake.events.roles import TEXT_ROLES
from workbench.intake.events.wishes import Wishes
from workbench.intake.findings import listed
from workbench.intake.formats import TextTable
from workbench.intake.times import Column, read_times
from workbench.intake.zero_times import zeros
from workbench.model import Level, Problem

_WHITE = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B)))
_WHITE_FIRST = np.isin(np.arange(256), [sign.encode()[0] for sign in _WHITE])
_WHITE_LAST = np.isin(np.arange(256), [sign.encode()[-1] for sign in _WHITE])
"""Bytes with which white space begins and ends in UTF-8."""

_BLOCK = 1 << 16  # cells looked at at once: they fit into the processor's cache
_OPEN_ROLES = ("start", "arrival")


class Rows:
    """The rows of one file: which are still kept, which were set aside, and what was said.

    Every step of reading a log takes it along; a row that is no longer kept never comes back.
    """

    def __init__(self, table: TextTable, mapping: Mapping[str, tuple[str, ...]],
                 problems: Sequence[Problem]) -> None:
        self.table, self.mapping = table, mapping
        self.problems, self.set_aside = list(problems), dict(table.set_aside)
        self.keep = np.ones(len(table.cells), dtype=bool)
        self.open = np.zeros(len(table.cells), dtype=bool)
        """Rows of work that has not ended: set aside, but known to those that wait for them."""

    def __len__(self) -> int:
        return len(self.keep)

    def aside(self, rows: np.ndarray, reason: str, role: str, level: Level = "repaired",
              **values: object) -> None:
        """Set rows aside that are still kept, and say how many and where the first one stands."""
        hit = rows & self.keep
        if not hit.any():
            return
        self.keep &= ~hit
        self.set_aside[reason] = self.set_aside.get(reason, 0) + int(hit.sum())
        self.note(level, reason, hit, self.column(role), **values)

    def note(self, level: Level, code: str, rows: np.ndarray, column: str | None,
             **values: object) -> None:
        """Say something of some rows (a mask); nothing where there is none."""
        count = int(np.count_nonzero(rows))
        if count:
            first = int(self.table.lines[int(rows.argmax())])
            self.problems.append(Problem(level, code, self.table.file, first, column, count,
                                         values))

    def column(self, role: str) -> str:
        """The header of a role's column; the role where it has none."""
        return JOINED_BY.join(self.mapping.get(role, (role,)))

    def text(self, role: str) -> pa.Array:
        """The cells of a role without outer blanks, several columns joined; "" where blank."""
        names = self.mapping.get(role, ())
        if not names:
            return pa.repeat(pa.scalar("", pa.large_string()), len(self))
        parts = [self._trimmed(name, said=role in {"case_id", "activity"}) for name in names]
        if len(parts) == 1:
            return parts[0]
        blank = pc.equal(parts[0], "")
        for part in parts[1:]:
            blank = pc.and_(blank, pc.equal(part, ""))
        return pc.if_else(blank, "", _joined(parts, JOINED_BY))

    def _trimmed(self, name: str, *, said: bool = False) -> pa.Array:
        cells = arrow(self.table.cells[name])
        if not any(map(_has_outer_blanks, cells.chunks)):
            return cells
        trimmed = pc.utf8_trim_whitespace(cells)
        if said:
            changed = pc.not_equal(trimmed, cells)
            if pc.any(changed).as_py():
                self.note("repaired", "blanks_trimmed", _mask(changed), name)
        return trimmed

    def moments(self, role: str, wishes: Wishes) -> pd.Series:
        """The moments of a role; rows whose time cannot be read are set aside."""
        if role not in self.mapping:
            return pd.Series(pd.NaT, index=range(len(self)), dtype="datetime64[us, UTC]")
        names = self.mapping[role]
        parts = [self._trimmed(name) for name in names]
        joined = parts[0] if len(parts) == 1 else pc.utf8_trim_whitespace(_joined(parts, " "))
        texts = series(joined)
        column = Column(self.table.file, JOINED_BY.join(names), self.table.lines)
        found = read_times(texts, column, wishes.zone, wishes.time_format)
        self.problems += found.problems
        moments = found.moments.reset_index(drop=True)
        zero, unreadable = zeros(moments, texts, found.unreadable)
        if zero.any():
            self.note("repaired", "time_zero", zero & self.keep, column.name,
                      example=listed(texts[zero]))
            moments = moments.mask(zero)
        if unreadable.any():
            self.aside(unreadable, "time_unreadable", role, example=listed(texts[unreadable]))
        return moments

    def sequence(self) -> np.ndarray:
        """The stated order of the source, else the order of the rows."""
        rows = np.arange(len(self), dtype=np.int64)
        if "sequence" not in self.mapping:
            return rows
        numbers = pd.to_numeric(series(self.text("sequence")), errors="coerce")
        unread = self.keep & numbers.isna().to_numpy(dtype=bool)
        if unread.any():
            self.note("rejected", "sequence_unreadable", unread, self.column("sequence"))
            return rows
        return numbers.rank(method="first").fillna(0).to_numpy(dtype=np.int64)


def type_rows(rows: Rows, wishes: Wishes) -> tuple[pd.DataFrame, datetime]:
    """All rows of a file with typed columns, and the end of observation.

    Rows that cannot be used are no longer kept in `rows`; the table has all of them, so that a
    place in it is a place in the file.
    """
    activity = _labelled(rows, rows.text("activity"), wishes.labels)
    case_id = rows.text("case_id")
    for role, cells in (("case_id", case_id), ("activity", activity)):
        rows.aside(_mask(pc.equal(cells, "")), f"{role}_missing", role)
    end, start = rows.moments("end", wishes), rows.moments("start", wishes)
    arrival = rows.moments("arrival", wishes)
    is_open = any(role in rows.mapping for role in _OPEN_ROLES)
    rows.open = rows.keep & end.isna().to_numpy(dtype=bool)
    rows.aside(rows.open, "end_missing" if is_open else "time_missing", "end")
    if "start" in rows.mapping:
        rows.note("warning", "start_missing", rows.keep & start.isna().to_numpy(dtype=bool),
                  rows.column("start"))
        rows.aside((end < start).to_numpy(dtype=bool), "end_before_start", "start")
    arrival = _before_end(rows, arrival, end)
    if wishes.ignore:
        wanted = pa.array(wishes.ignore, activity.type)
        rows.aside(_mask(pc.is_in(activity, wanted)), "ignored_activity", "activity", "info")
    cut = wishes.extraction_date or datetime.now().astimezone()
    _aside_after(rows, end, cut, wishes)
    typed = pd.DataFrame({
        "case_id": series(case_id), "activity": series(activity), "start": start, "end": end,
        "arrival": arrival, **{role: _filled(rows, role) for role in TEXT_ROLES},
        "closes": _unknown(len(rows)),
        "sequence": rows.sequence(),
        "file": series(_same(rows.table.file, len(rows))),
        **{ATTRIBUTE + name: _or_missing(pc.utf8_trim_whitespace(arrow(rows.table.cells[name])))
           for name in wishes.attributes},
    }, copy=False)
    return typed, cut


def _aside_after(rows: Rows, end: pd.Series, cut: datetime, wishes: Wishes) -> None:
    """Set rows after the end of observation aside; where none is stated, those of the future."""
    late = (end > pd.Timestamp(cut)).to_numpy(dtype=bool)
    if wishes.extraction_date is None:  # the clock of this machine is no news of the log
        rows.aside(late, "in_future", "end", "warning")
    else:
        told = cut.astimezone(ZoneInfo(wishes.zone or "UTC"))
        rows.aside(late, "after_cut", "end", "warning",
                   cut=told.isoformat(" ", timespec="minutes"))


def _labelled(rows: Rows, activity: pa.Array, labels: Mapping[str, str]) -> pa.Array:
    """The activities under the names that the client gave them."""
    if not labels:
        return activity
    whole = activity.combine_chunks() if isinstance(activity, pa.ChunkedArray) else activity
    coded = whole.dictionary_encode()
    names = coded.dictionary.to_pylist()
    changed = [name in labels and labels[name] != name for name in names]
    if not any(changed):
        return activity
    hit = _mask(pc.take(pa.array(changed), coded.indices))
    rows.note("info", "labels_mapped", hit, rows.column("activity"), names=sum(changed))
    mapped = pa.array([labels.get(name, name) for name in names], activity.type)
    return pc.take(mapped, coded.indices)


def _before_end(rows: Rows, arrival: pd.Series, end: pd.Series) -> pd.Series:
    """The arrivals; one after its end is no arrival and becomes unknown."""
    if "arrival" not in rows.mapping:
        return arrival
    late = (arrival > end).to_numpy(dtype=bool) & rows.keep
    if not late.any():
        return arrival
    rows.note("repaired", "arrival_after_end", late, rows.column("arrival"))
    return arrival.mask(late)


def arrow(column: pd.Series) -> pa.ChunkedArray:
    """A column of text as Arrow has it, in pieces, without a copy where that is possible."""
    array = pa.array(column, from_pandas=True)
    whole = array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
    text = whole if pa.types.is_large_string(whole.type) else whole.cast(pa.large_string())
    return text.fill_null("") if text.null_count else text


def series(array: pa.Array) -> pd.Series:
    """An Arrow array of text as a pandas column of text."""
    return pd.Series(array.to_pandas(), dtype="str")


def _filled(rows: Rows, role: str) -> pd.Series:
    """The cells of a role, missing where they are blank."""
    return _or_missing(rows.text(role)) if role in rows.mapping else _unknown(len(rows))


def _or_missing(cells: pa.Array) -> pd.Series:
    blank = pc.equal(cells, "")
    if not pc.any(blank).as_py():
        return series(cells)
    return series(pc.if_else(blank, pa.scalar(None, cells.type), cells))


def _unknown(count: int) -> pd.Series:
    return series(_same(None, count))


def _same(text: str | None, count: int) -> pa.ChunkedArray:
    """One text (or none) for every row: one piece of memory, again and again."""
    piece = pa.repeat(pa.scalar(text, pa.large_string()), min(count, _BLOCK))
    pieces = [piece] * (count // _BLOCK) if count > _BLOCK else [piece]
    return pa.chunked_array([*pieces, piece[:count - len(piece) * len(pieces)]])


def _has_outer_blanks(array: pa.Array) -> bool:
    """Whether a cell may begin or end with white space, by the bytes at its two ends."""
    _, offsets, signs = array.buffers()
    if not signs or not signs.size:
        return False
    places = np.frombuffer(offsets, np.int64)[array.offset:array.offset + len(array) + 1]
    letters = np.frombuffer(signs, np.uint8)
    for begin in range(0, len(array), _BLOCK):
        ends = places[begin:begin + _BLOCK + 1]
        first = _WHITE_FIRST[letters[np.minimum(ends[:-1], len(letters) - 1)]]
        last = _WHITE_LAST[letters[np.maximum(ends[1:] - 1, 0)]]
        if ((first | last) & (ends[1:] > ends[:-1])).any():
            return True
    return False


def _mask(flags: pa.Array) -> np.ndarray:
    return np.asarray(flags.to_numpy(zero_copy_only=False), dtype=bool)


def _joined(parts: Sequence[pa.Array], sign: str) -> pa.Array:
    """The cells of several columns, side by side with a sign between them."""
    return pc.binary_join_element_wise(*parts, pa.scalar(sign, parts[0].type))
