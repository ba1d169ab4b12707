"""Columns of text to moments: one format is proved for the whole column, never guessed by row.

Every family of formats is one regular expression with named parts, matched by Arrow over the
whole column at once; the parts become microseconds by integer arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.intake.findings import refuse
from workbench.model import Problem

_CLOCK = (
    r"(?:[T ]*(?P<before>上午|下午|凌晨|早上|中午|晚上|(?i:am|pm))? *"
    r"(?P<hour>\d{1,2})[::时点](?P<minute>\d{1,2})(?:分|[::](?P<second>\d{1,2})"
    r"(?:[.,](?P<fraction>\d{1,9}))?秒?|分(?P<second2>\d{1,2})秒)?"
    r" *(?P<after>(?i:am|pm))? *(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?"
)
_FAMILIES: Mapping[str, str] = {
    "year_first": rf"^(?P<year>\d{{4}})[-/.年](?P<a>\d{{1,2}})[-/.月](?P<b>\d{{1,2}})日?{_CLOCK}$",
    "year_last": rf"^(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.](?P<year>\d{{4}}){_CLOCK}$",
    "compact": r"^(?P<year>(?:19|20)\d{2})(?P<a>[01]\d)(?P<b>[0-3]\d)"
               r"(?:[T ]?(?P<hour>[0-2]\d)(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?)?$",
    "epoch_s": r"^(?P<epoch>[1-4]\d{9})(?:\.(?P<fraction>\d{1,9}))?$",
    "epoch_ms": r"^(?P<epoch>[1-4]\d{12})$",
    "epoch_us": r"^(?P<epoch>[1-4]\d{15})$",
}
_EPOCH_MICROSECONDS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
_AFTERNOON = ("下午", "中午", "晚上", "pm", "PM", "Pm", "pM")
_MORNING = ("上午", "凌晨", "早上", "am", "AM", "Am", "aM")
_OPEN_MARKS = ("", "0", "0000-00-00 00:00:00")
"""How exports write that something has not happened: blank, or zero (never the year 1970)."""


@dataclass(frozen=True)
class Moments:
    """A column of moments in UTC (NaT where blank or unreadable), and which were which."""

    moments: pd.Series
    blank: np.ndarray
    unreadable: np.ndarray
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Parts:
    microseconds: np.ndarray  # of the wall clock, or of UTC where `aware`
    valid: np.ndarray
    aware: np.ndarray
    twelve: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))


@dataclass(frozen=True)
class Column:
    """Where a column of times stands, for messages: its file, its name, its rows' lines."""

    file: str
    name: str
    lines: np.ndarray

    def problem(self, level: str, code: str, rows: np.ndarray | None = None,
                **values: object) -> Problem:
        """A problem at the first of some rows (a mask), counted."""
        hit = np.flatnonzero(rows) if rows is not None else np.zeros(0, dtype=int)
        line = int(self.lines[hit[0]]) if len(hit) else None
        return Problem(level, code, self.file, line, self.name,  # type: ignore[arg-type]
                       max(len(hit), 1), values)


def looks_like_time(texts: pd.Series) -> bool:
    """Whether most of the filled cells of a column match one family of formats."""
    filled = texts[~texts.isin(_OPEN_MARKS)]
    if filled.empty:
        return False
    array = _arrow(filled.str.strip())
    most = max(int(_matched(array, name).sum()) for name in _FAMILIES)
    return most >= 0.8 * len(filled)


def read_times(texts: pd.Series, column: Column, zone: str | None = None,
               time_format: str | None = None) -> Moments:
    """Moments of a whole column of text.

    Args:
        texts: the cells, stripped; "" or "0" means that it has not happened.
        column: names the column in messages.
        zone: IANA zone of times that carry none; None takes UTC and refuses a mixture.
        time_format: the `strptime` format that the client stated; else proved by the column.

    Raises:
        InputRefused: no format fits, day and month cannot be told apart or contradict each
            other, or times with and without a zone are mixed and no zone is known.
    """
    blank = texts.isin(_OPEN_MARKS).to_numpy(dtype=bool)
    if blank.all():
        nothing = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us, UTC]")
        return Moments(nothing, blank, np.zeros(len(texts), dtype=bool))
    problems: list[Problem] = []
    if time_format:
        try:
            parts = _by_format(texts, time_format)
        except ValueError:  # no format at all, as "%Q"
            refuse([column.problem("rejected", "time_format_unknown", ~blank,
                                   example=str(texts[~blank].iloc[0]))])
    else:
        parts = _by_family(texts, blank, column, problems)
    unreadable = ~blank & ~parts.valid
    if unreadable.sum() > 0.5 * (~blank).sum():
        example = str(texts[unreadable].iloc[0])
        refuse([column.problem("rejected", "time_format_unknown", unreadable, example=example)])
    naive = parts.valid & ~parts.aware
    if naive.any() and parts.aware.any():
        mixed = column.problem("rejected" if zone is None else "warning", "zone_mixed", naive,
                               zone=zone or "–")
        if zone is None:
            refuse([mixed])
        problems.append(mixed)
    values = _to_utc(parts, naive, zone or "UTC", column, problems)
    return Moments(pd.Series(values, index=texts.index), blank, unreadable, tuple(problems))


def _by_format(texts: pd.Series, time_format: str) -> _Parts:
    """The stated format. A format with %z reads aware times, any other one wall-clock times."""
    aware = "%z" in time_format
    parsed = pd.to_datetime(texts, format=time_format, errors="coerce", utc=aware)
    if aware:
        parsed = parsed.dt.tz_localize(None)
    valid = parsed.notna().to_numpy(dtype=bool)
    return _Parts(_microseconds(parsed), valid, valid & aware)


def _by_family(texts: pd.Series, blank: np.ndarray, column: Column,
               problems: list[Problem]) -> _Parts:
    array = _arrow(texts)
    matched = {name: _matched(array, name) & ~blank for name in _FAMILIES}
    family = max(_FAMILIES, key=lambda name: int(matched[name].sum()))
    fits = matched[family]
    if fits.sum() < 0.5 * (~blank).sum():
        misfit = ~blank & ~fits
        refuse([column.problem("rejected", "time_format_unknown", misfit,
                               example=str(texts[misfit].iloc[0]))])
    pieces = pc.extract_regex(array, pattern=_FAMILIES[family])
    if family.startswith("epoch"):
        problems.append(column.problem("warning", "time_epoch", fits, unit=family[6:]))
        return _epoch(pieces, fits, family)
    first, second = _number(pieces, "a"), _number(pieces, "b")
    if family == "year_last" and _day_first(first, second, fits, column, problems):
        first, second = second, first
    parts = _calendar(pieces, first, second, fits)
    if parts.twelve.any():
        problems.append(column.problem("warning", "time_twelve_hours", parts.twelve))
    return parts


def _day_first(first: np.ndarray, second: np.ndarray, fits: np.ndarray, column: Column,
               problems: list[Problem]) -> bool:
    """Whether the day comes first, as the column proves: some number is above twelve."""
    day_first, month_first = fits & (first > 12), fits & (second > 12)
    if day_first.any() and month_first.any():
        earlier, later = sorted((day_first, month_first), key=lambda rows: int(rows.argmax()))
        refuse([column.problem("rejected", "day_month_mixed", later,
                               other=str(column.lines[earlier.argmax()]))])
    if not day_first.any() and not month_first.any():
        refuse([column.problem("rejected", "day_month_unknown", fits)])
    code = "day_first_proved" if day_first.any() else "month_first_proved"
    problems.append(column.problem("warning", code, day_first | month_first))
    return bool(day_first.any())


def _epoch(pieces: pa.Array, fits: np.ndarray, family: str) -> _Parts:
    whole = _number(pieces, "epoch") * _EPOCH_MICROSECONDS[family]
    if family == "epoch_s":
        whole = whole + _fraction(pieces)
    return _Parts(whole, fits, fits.copy())


def _calendar(pieces: pa.Array, month: np.ndarray, day: np.ndarray, fits: np.ndarray) -> _Parts:
    year, hour, minute = (_number(pieces, name) for name in ("year", "hour", "minute"))
    second = _number(pieces, "second") + _number(pieces, "second2")
    twelve, hour = _twelve_hours(pieces, hour)
    valid = (fits & (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60)
             & (second < 60) & (year >= 1900))
    months = (np.where(valid, year, 1970) - 1970) * 12 + np.where(valid, month, 1) - 1
    starts = months.astype("datetime64[M]")
    length = ((starts + 1).astype("datetime64[D]") - starts.astype("datetime64[D]")).astype(int)
    valid &= day <= length
    days = starts.astype("datetime64[D]").astype(np.int64) + day - 1
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    aware, offset = _offset_minutes(pieces)
    microseconds = (seconds - offset * 60) * 1_000_000 + _fraction(pieces)
    return _Parts(microseconds, valid, aware & valid, twelve & valid)


def _twelve_hours(pieces: pa.Array, hour: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Twelve-hour clocks: 12 in the morning is 0, 12 in the afternoon stays 12."""
    before, after = _text(pieces, "before"), _text(pieces, "after")
    noon = before.isin(_AFTERNOON).to_numpy(bool) | after.isin(_AFTERNOON).to_numpy(bool)
    morning = before.isin(_MORNING).to_numpy(bool) | after.isin(_MORNING).to_numpy(bool)
    hour = np.where(morning & (hour == 12), 0, hour)
    return noon | morning, np.where(noon & (hour < 12) & (hour > 0), hour + 12, hour)


def _offset_minutes(pieces: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    zones = _text(pieces, "zone")
    offsets = {name: _minutes_of(name) for name in zones.unique()}
    return (zones != "").to_numpy(bool), zones.map(offsets).to_numpy(np.int64)


def _minutes_of(offset: str) -> int:
    found = re.fullmatch(r"([+-])(\d{2}):?(\d{2})?", offset)
    if not found:
        return 0
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return -minutes if found[1] == "-" else minutes


def _to_utc(parts: _Parts, naive: np.ndarray, zone: str, column: Column,
            problems: list[Problem]) -> pd.DatetimeIndex:
    """UTC. A local time that a clock change skips moves on; one that it repeats is the first."""
    clipped = np.where(parts.valid, parts.microseconds, np.iinfo(np.int64).min)
    walls = pd.DatetimeIndex(clipped.view("datetime64[us]"))
    if not naive.any() or zone == "UTC":
        return walls.tz_localize("UTC")
    first = np.ones(len(walls), dtype=bool)
    local = walls.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
    problems += _clock_changes(walls, local, naive, zone, column)
    aware = walls.tz_localize("UTC")
    return aware.where(~naive, local.tz_convert("UTC"))


def _clock_changes(walls: pd.DatetimeIndex, local: pd.DatetimeIndex, naive: np.ndarray, zone: str,
                   column: Column) -> Iterator[Problem]:
    skipped = naive & (local.tz_localize(None) != walls) & walls.notna()
    if skipped.any():
        yield column.problem("repaired", "time_skipped", skipped, zone=zone)
    last = walls.tz_localize(zone, ambiguous=np.zeros(len(walls), dtype=bool),
                             nonexistent="shift_forward")
    repeated = naive & (last != local) & walls.notna()
    if repeated.any():
        yield column.problem("warning", "time_repeated", repeated, zone=zone)


def _matched(array: pa.Array, family: str) -> np.ndarray:
    found = pc.match_substring_regex(array, pattern=_FAMILIES[family])
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def _arrow(texts: pd.Series) -> pa.Array:
    return pa.array(texts, type=pa.string(), from_pandas=True).fill_null("")


def _text(pieces: pa.Array, name: str) -> pd.Series:
    if name not in {part.name for part in pieces.type}:
        return pd.Series([""] * len(pieces), dtype="str")
    return pd.Series(pc.struct_field(pieces, name).fill_null("").to_pandas(), dtype="str")


def _number(pieces: pa.Array, name: str) -> np.ndarray:
    """A part as integers, 0 where it is absent."""
    if name not in {part.name for part in pieces.type}:
        return np.zeros(len(pieces), dtype=np.int64)
    part = pc.struct_field(pieces, name).fill_null("")
    filled = pc.if_else(pc.equal(part, ""), "0", part)
    return np.array(pc.cast(filled, pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _fraction(pieces: pa.Array) -> np.ndarray:
    """The digits after the point as microseconds."""
    if "fraction" not in {part.name for part in pieces.type}:
        return np.zeros(len(pieces), dtype=np.int64)
    part = pc.struct_field(pieces, "fraction").fill_null("")
    padded = pc.utf8_slice_codeunits(pc.utf8_rpad(part, 6, "0"), 0, 6)
    return np.array(pc.cast(padded, pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _microseconds(naive: pd.Series) -> np.ndarray:
    return naive.to_numpy("datetime64[us]").view(np.int64)
