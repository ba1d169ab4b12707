"""Columns of text to moments: one format is proved for the whole column, never guessed by row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.intake import time_forms
from workbench.intake.findings import listed, refuse
from workbench.intake.time_forms import DAY, FAMILIES, UNFIT, WITH_NAMES, Parts, matched
from workbench.intake.zones import to_utc
from workbench.model import Problem

_OPEN_MARKS = ("", "0", "0.0", "-", "--", "/", "NULL", "null", "None", "NaT", "\\N",
               "0000-00-00", "0000-00-00 00:00:00",
               "0000-00-00 00:00:00.000", "00000000", "00000000000000", "N/A", "n/a", "NA", "#N/A",
               "NaN", "nan", "\u2014", "\u2014\u2014", "\u2013")
"""How exports write that something has not happened: blank, or zero (never the year 1970)."""
_MAY_BE_OPEN = np.isin(np.arange(256), [mark.encode()[0] for mark in _OPEN_MARKS if mark])
_PIECE = 1 << 16  # cells
_SAMPLE = 2_000  # filled cells that show which families are worth a try on the whole column
_MIXED = 0.1  # share of a second family from which a column is a mixture, not a slip
_LEEWAY = 366 * DAY  # how far from the dates beside it the serial number of a workbook may lie
_DOUBLE_CLOCK = r"^(\d{4}-\d\d-\d\d)[T ]00:00(?::00(?:\.0+)?)? (\d)"
_DAYS = re.compile(r"%[mdbBj]")
_YEARS = re.compile(r"%[YyGcxDFs]")


@dataclass(frozen=True)
class Moments:
    """A column of moments in UTC (NaT where blank or unreadable), and which were which."""

    moments: pd.Series
    blank: np.ndarray
    unreadable: np.ndarray
    problems: tuple[Problem, ...] = ()


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
    array = _narrow(_arrow(filled.str.strip()))
    most = max(int(matched(array, pattern).sum()) for name, pattern in FAMILIES.items()
               if name != "compact_ms")  # a number so long is more often an id
    return most >= 0.8 * len(filled)


def is_whole(time_format: str) -> bool:
    """Whether a `strptime` format names year, month and day (pandas' own keywords name none).

    >>> is_whole("%d.%m.%Y %H:%M"), is_whole("mixed"), is_whole("%H:%M")
    (True, False, False)
    """
    signs = set(re.findall(r"%(.)", time_format.replace("%%", "")))
    return bool(signs & set("YyG")) and (
        (bool(signs & set("mbB")) and "d" in signs) or "j" in signs or {"G", "V"} <= signs)


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
            other, the year or the date is missing, several formats are mixed, or times with and
            without a zone are mixed and no zone is known.
    """
    pieces = _pieces(texts)
    blanks = [_blank(piece) for piece in pieces]
    blank = np.concatenate(blanks)
    if blank.all():
        nothing = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us, UTC]")
        return Moments(nothing, blank, np.zeros(len(texts), dtype=bool))
    problems: list[Problem] = []
    parts = None if time_format else _iso(pieces, blanks)
    array = pieces[0] if parts or len(pieces) == 1 else pa.concat_arrays(pieces)
    if time_format:
        parts = _by_format(texts, time_format, blank, column)
    parts = parts or _by_family(array, blank, column, problems)
    unreadable = ~blank & ~parts.valid
    doubtful = unreadable & parts.doubtful if len(parts.doubtful) else unreadable & False
    if doubtful.sum() > 0.5 * (~blank).sum():
        refuse([column.problem("rejected", "time_part_of_day", doubtful,
                               example=_example(array, doubtful))])
    if doubtful.any():
        problems.append(column.problem("warning", "time_part_of_day", doubtful,
                                       example=_example(array, doubtful)))
    if unreadable.sum() > 0.5 * (~blank).sum():
        refuse([column.problem("rejected", "time_format_unknown", unreadable,
                               example=_example(array, unreadable))])
    naive = parts.valid & ~parts.aware
    if naive.any() and parts.aware.any():
        mixed = column.problem("rejected" if zone is None else "warning", "zone_mixed", naive,
                               zone=zone or "–")
        if zone is None:
            refuse([mixed])
        problems.append(mixed)
    utc, skipped, repeated = to_utc(parts.microseconds, parts.valid, naive, zone or "UTC")
    if skipped.any():
        problems.append(column.problem("repaired", "time_skipped", skipped, zone=zone))
    if repeated.any():
        problems.append(column.problem("warning", "time_repeated", repeated, zone=zone))
    moments = pd.Series(pd.array(utc.view(np.int64), dtype="datetime64[us, UTC]", copy=False),
                        index=texts.index, copy=False)
    return Moments(moments, blank, unreadable, tuple(problems))


def _iso(pieces: Sequence[pa.Array], blanks: Sequence[np.ndarray]) -> Parts | None:
    """ISO times all through, by Arrow's own reader; nothing where one cell is anything else."""
    for kind in (pa.timestamp("us"), pa.timestamp("us", "UTC")):
        if _iso_piece(pieces[0], blanks[0], kind) is None:
            continue
        with ThreadPoolExecutor() as pool:
            read = list(pool.map(_iso_piece, pieces, blanks, repeat(kind)))
        values = [each for each in read if each is not None]
        if len(values) == len(pieces):
            whole, valid = np.concatenate(values), ~np.concatenate(blanks)
            return Parts(whole, valid, valid & (kind.tz is not None))
    return None


def _iso_piece(piece: pa.Array, blank: np.ndarray, kind: pa.DataType) -> np.ndarray | None:
    filled = piece.filter(pa.array(~blank)) if blank.any() else piece
    if not _is_extended(filled):
        return None
    try:
        moments = np.asarray(filled.cast(kind).view(pa.int64()))
    except pa.ArrowInvalid:
        return None
    if (moments < _OLDEST).any() or (kind.tz is not None and not _is_near_utc(filled)):
        return None
    values = np.zeros(len(piece), dtype=np.int64)
    values[~blank] = moments
    return values


_OLDEST = int(np.datetime64("1900-01-01", "us").astype(np.int64))


def _is_extended(array: pa.Array) -> bool:
    """Whether all texts are dates, or have the colon of a clock where ISO has it."""
    starts, letters = _signs(array)
    lengths = np.diff(starts)
    colon = letters[np.minimum(starts[:-1] + 13, len(letters) - 1)] == ord(":")
    return bool(((lengths == 10) | ((lengths >= 16) & colon)).all())


def _is_near_utc(array: pa.Array) -> bool:
    """Whether no offset reaches the fourteenth hour, which the expressions judge."""
    starts, letters = _signs(array)
    for behind in (3, 5, 6):  # +08, +0800, +08:00
        places = starts[1:] - behind
        signs = letters[places]
        places = places[(signs == ord("+")) | (signs == ord("-"))]
        tens, ones = letters[places + 1], letters[places + 2]
        if ((tens > ord("1")) | ((tens == ord("1")) & (ones > ord("3")))).any():
            return False
    return True


def _signs(array: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Where each text begins (and the last one ends), and the bytes of all."""
    _, offsets, signs = array.buffers()
    starts = np.frombuffer(offsets, np.int64)[array.offset:array.offset + len(array) + 1]
    return starts, np.frombuffer(signs if signs and signs.size else b" ", np.uint8)


def _by_format(texts: pd.Series, time_format: str, blank: np.ndarray, column: Column) -> Parts:
    """The stated format. A format with %z reads aware times, any other one wall-clock times."""
    if _DAYS.search(time_format) and not _YEARS.search(time_format):
        refuse([column.problem("rejected", "time_without_year", ~blank,
                               example=str(texts[~blank].iloc[0]))])
    if not is_whole(time_format):
        refuse([column.problem("rejected", "time_format_incomplete", format=time_format)])
    aware = "%z" in time_format
    try:
        parsed = pd.to_datetime(texts, format=time_format, errors="coerce", utc=aware)
    except ValueError:  # no format at all, as "%Q"
        parsed = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]")
        aware = False
    valid = parsed.notna().to_numpy(dtype=bool)
    unfit = ~blank & ~valid
    if unfit.sum() > 0.5 * (~blank).sum():
        refuse([column.problem("rejected", "time_format_unfit", unfit, format=time_format,
                               example=listed(texts[unfit], 1))])
    if aware:
        parsed = parsed.dt.tz_localize(None)
    return Parts(parsed.to_numpy("datetime64[us]").view(np.int64), valid, valid & aware)


def _by_family(array: pa.Array, blank: np.ndarray, column: Column,
               problems: list[Problem]) -> Parts:
    array = pc.replace_substring_regex(_narrow(array), _DOUBLE_CLOCK, r"\1 \2")
    fitting = _fitting(array, blank)
    family = max(fitting, key=lambda name: int(fitting[name].sum()), default="")
    fits = fitting.get(family, np.zeros(len(blank), dtype=bool))
    misfit = ~blank & ~fits
    if fits.sum() < 0.5 * (~blank).sum():
        refuse([_unknown(array, misfit, column)])
    serials = fitting.pop("serial", np.zeros(len(blank), dtype=bool))
    if family != "serial" and serials.any():
        return _with_serials(array, family, (fits, serials), column, problems)
    others = {name: rows & misfit for name, rows in fitting.items() if name != family}
    second = max(others.values(), key=lambda rows: int(rows.sum()), default=misfit & False)
    if second.sum() > _MIXED * (~blank).sum() or (family == "serial" and second.any()):
        refuse([column.problem("rejected", "time_forms_mixed", second,
                               example=_example(array, second), other=_example(array, fits))])
    return _moments(array, family, fits, column, problems)


def _with_serials(array: pa.Array, family: str, rows: tuple[np.ndarray, np.ndarray],
                  column: Column, problems: list[Problem]) -> Parts:
    """Dates among which a workbook left some as numbers of days: believed if near the others."""
    fits, serials = rows
    dates = _moments(array, family, fits, column, problems)
    numbers = time_forms.serial(time_forms.parts_of(array, "serial", serials), serials)
    known, found = dates.microseconds[dates.valid], numbers.microseconds[serials]
    if (not len(known) or found.min() < known.min() - _LEEWAY or found.max() > known.max() + _LEEWAY
            or family in {"year_last", *WITH_NAMES}):
        refuse([column.problem("rejected", "time_forms_mixed", serials,
                               example=_example(array, serials), other=_example(array, fits))])
    problems.append(column.problem("repaired", "time_serial_mixed", serials,
                                   example=_example(array, serials)))
    return Parts(np.where(serials, numbers.microseconds, dates.microseconds),
                 dates.valid | serials, dates.aware, dates.twelve, dates.doubtful)


def _moments(array: pa.Array, family: str, fits: np.ndarray, column: Column,
             problems: list[Problem]) -> Parts:
    pieces = time_forms.parts_of(array, family, fits)
    if family.startswith("epoch"):
        problems.append(column.problem("warning", "time_epoch", fits, unit=family[6:]))
        return time_forms.epoch(pieces, fits, family)
    if family == "serial":
        problems.append(column.problem("warning", "time_serial", fits,
                                       example=_example(array, fits)))
        return time_forms.serial(pieces, fits)
    if family in WITH_NAMES:
        month, day = time_forms.month_by_name(pieces), time_forms.number(pieces, "b")
    else:
        month, day = time_forms.number(pieces, "a"), time_forms.number(pieces, "b")
    if family == "year_last" and _day_first(month, day, fits, column, problems):
        month, day = day, month
    parts = time_forms.calendar(pieces, month, day, fits)
    if parts.twelve.any():
        problems.append(column.problem("warning", "time_twelve_hours", parts.twelve))
    return parts


def _fitting(array: pa.Array, blank: np.ndarray) -> dict[str, np.ndarray]:
    """Family → the rows that it fits; families that fit no row of a sample are tried last."""
    found: dict[str, np.ndarray] = {}
    left = ~blank
    sample = array.take(pa.array(np.flatnonzero(left)[:_SAMPLE]))
    order = sorted(FAMILIES, key=lambda name: -int(matched(sample, FAMILIES[name]).sum()))
    for name in order:
        if not left.any():
            break
        places = np.flatnonzero(left)
        rows = np.zeros(len(blank), dtype=bool)
        rows[places] = matched(array.take(pa.array(places)), FAMILIES[name])
        if rows.any():
            found[name] = rows
            left = left & ~rows
    return found


def _unknown(array: pa.Array, misfit: np.ndarray, column: Column) -> Problem:
    """The refusal of a column without a known format, which says what it seems to hold."""
    texts = array.filter(pa.array(misfit))
    for code, pattern in UNFIT.items():
        rows = np.zeros(len(misfit), dtype=bool)
        rows[misfit] = matched(texts, pattern)
        if rows.sum() > 0.5 * misfit.sum():
            return column.problem("rejected", code, rows, example=_example(array, rows))
    return column.problem("rejected", "time_format_unknown", misfit,
                          example=_example(array, misfit))


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


def _example(array: pa.Array, rows: np.ndarray) -> str:
    return listed([array[int(rows.argmax())].as_py()], 1)


def _blank(piece: pa.Array) -> np.ndarray:
    """Which cells say that nothing has happened; their first byte tells which to look at."""
    starts, letters = _signs(piece)
    blank: np.ndarray = starts[1:] == starts[:-1]
    opening = letters[np.minimum(starts[:-1], len(letters) - 1)]
    places = np.flatnonzero(_MAY_BE_OPEN[opening] | blank)
    if len(places):
        marks = pc.is_in(piece.take(pa.array(places)), value_set=pa.array(_OPEN_MARKS, piece.type))
        blank[places] = marks.to_numpy(zero_copy_only=False)
    return blank


def _pieces(texts: pd.Series) -> list[pa.Array]:
    """A column in pieces that fit into the processor's cache; nothing is copied."""
    array = pa.array(texts, type=pa.large_string(), from_pandas=True)
    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    filled = [chunk.fill_null("") if chunk.null_count else chunk for chunk in chunks]
    return [chunk.slice(begin, _PIECE) for chunk in filled
            for begin in range(0, len(chunk), _PIECE)] or [pa.array([], pa.large_string())]


def _narrow(array: pa.Array) -> pa.Array:
    """Digits as wide as Chinese characters become ordinary ones."""
    wide = pc.match_substring_regex(array, "[\uff10-\uff19]")
    return pc.utf8_normalize(array, "NFKC") if pc.any(wide).as_py() else array


def _arrow(texts: pd.Series) -> pa.Array:
    array = pa.array(texts, type=pa.large_string(), from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return array.fill_null("") if array.null_count else array
