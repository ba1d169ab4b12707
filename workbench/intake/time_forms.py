"""How people and systems write moments: one regular expression per family, matched by Arrow.

The parts of a match become microseconds by integer arithmetic; nothing is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

DAY = 86_400_000_000  # microseconds
_COLON = "[:\uff1a]"
_WEEKDAY = (r"(?: *[(\uff08]?(?:周|星期|礼拜)[一二三四五六日天][)\uff09]?)?"
            .replace("\\uff08", "\uff08").replace("\\uff09", "\uff09"))
_DAY_NAME = r"(?:(?i:mon|tue|wed|thu|fri|sat|sun)[A-Za-z]*\.?,? +)?"
_PERIODS = "上午|下午|凌晨|清晨|早晨|早上|中午|午后|傍晚|晚上|夜间|深夜"
_CLOCK = (
    rf"{_WEEKDAY}(?:[T ]*(?P<before>{_PERIODS}|(?i:am|pm))? *"
    rf"(?P<hour>\d{{1,2}})(?:{_COLON}(?P<minute>\d{{1,2}})(?:{_COLON}(?P<second>\d{{1,2}})"
    r"(?:[.,](?P<fraction>\d{1,9}))?)?|[时点](?:(?P<minute2>\d{1,2})分(?:(?P<second2>\d{1,2})秒)?)?)"
    r" *(?P<after>(?i:am|pm))? *(?P<zone>Z|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|UTC|GMT)?"
    r"(?:\[[\w/]+\])?)?"
)
FAMILIES: Mapping[str, str] = {
    "year_first": rf"^(?P<year>\d{{4}})[-/.年](?P<a>\d{{1,2}})[-/.月](?P<b>\d{{1,2}})日?{_CLOCK}$",
    "year_last": rf"^{_DAY_NAME}(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.](?P<year>\d{{4}})"
                 rf"{_CLOCK}$",
    "compact": r"^(?P<year>(?:19|20)\d{2})(?P<a>[01]\d)(?P<b>[0-3]\d)"
               r"(?:[T ]?(?P<hour>[0-2]\d)(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?)?$",
    "day_name": rf"^{_DAY_NAME}(?P<b>\d{{1,2}})(?:st|nd|rd|th)?[-/ .]*(?P<name>[A-Za-z]{{3,9}})"
                rf"[-/ .,]*(?P<year>\d{{4}}),?{_CLOCK}$",
    "name_day": rf"^{_DAY_NAME}(?P<name>[A-Za-z]{{3,9}})[-/ .]*(?P<b>\d{{1,2}})(?:st|nd|rd|th)?"
                rf",? +(?P<year>\d{{4}}),?{_CLOCK}$",
    "epoch_s": r"^(?P<epoch>1\d{9})(?:\.(?P<fraction>\d{1,9}))?$",
    "epoch_ms": r"^(?P<epoch>1\d{12})(?:\.0)?$",
    "epoch_us": r"^(?P<epoch>1\d{15})$",
    "epoch_ns": r"^(?P<epoch>1\d{15})\d{3}$",
    "serial": r"^(?P<serial>[2-7]\d{4})(?:(?:\.0)? 0)?(?:\.(?P<part>\d{1,17}))?$",
    "day_part": r"^(?P<year>\d{4})[-/.年](?P<a>\d{1,2})[-/.月](?P<b>\d{1,2})日? "
                r"0\.(?P<part>\d{1,17})$",
}
"""Family → pattern. `a` and `b` are month and day, in this order unless the year comes last."""

_UNITS = ("天|日|个?小时|时|分钟?|秒钟?|d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?"
          "|s(?:ec(?:ond)?s?)?")
UNFIT: Mapping[str, str] = {
    "time_duration": rf"(?i)^(?:\d+(?:\.\d+)? *(?:{_UNITS})[ ,]*)+$",
    "time_without_year": r"^\d{1,2}(?:[-/.]\d{1,2}|月\d{1,2}日?)(?: .*|\D*\d{1,2}[:时点].*)?$",
    "time_short_year": r"^\d{1,2}(?:[-/.]\d{1,2}[-/.]\d{2}|年\d{1,2}月\d{1,2}日)(?:[ T].*)?$",
    "time_without_date": r"^(?:[上下]午)? *\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: *(?i:am|pm))?$",
}
"""What looks like a time and is none: the code that says so → pattern."""

_EPOCH_MICROSECONDS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1, "epoch_ns": 1}
_AFTERNOON = ("下午", "中午", "午后", "傍晚", "晚上", "夜间", "深夜", "pm", "PM", "Pm", "pM")
_NIGHT = ("晚上", "夜间", "深夜")  # twelve at night may be the end of either day
_MORNING = ("上午", "凌晨", "清晨", "早晨", "早上", "am", "AM", "Am", "aM")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SERIAL_ZERO = -25_569  # days from 1970-01-01 back to Excel's day 0, 1899-12-30


@dataclass(frozen=True)
class Parts:
    """Microseconds of the wall clock (of UTC where `aware`), and which rows are moments."""

    microseconds: np.ndarray
    valid: np.ndarray
    aware: np.ndarray
    twelve: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))


def matched(array: pa.Array, pattern: str) -> np.ndarray:
    """Which texts a pattern fits."""
    found = pc.match_substring_regex(array, pattern=pattern)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def parts_of(array: pa.Array, family: str, fits: np.ndarray) -> pa.StructArray:
    """The named parts of every text, empty where the family does not fit."""
    only = pc.if_else(pa.array(fits), array, pa.scalar(None, array.type))
    return pc.extract_regex(only, pattern=FAMILIES[family])


def epoch(pieces: pa.StructArray, fits: np.ndarray, family: str) -> Parts:
    """Time since 1970."""
    whole = number(pieces, "epoch") * _EPOCH_MICROSECONDS[family]
    if family == "epoch_s":
        whole = whole + _fraction(pieces)
    return Parts(whole, fits, fits.copy())


def serial(pieces: pa.StructArray, fits: np.ndarray) -> Parts:
    """Days as a workbook counts them (1900 system)."""
    wall = (number(pieces, "serial") + _SERIAL_ZERO) * DAY + _part_of_day(pieces)
    return Parts(wall, fits, np.zeros(len(fits), dtype=bool))


def calendar(pieces: pa.StructArray, month: np.ndarray, day: np.ndarray,
             fits: np.ndarray) -> Parts:
    """Year, month, day and clock; impossible ones are not valid."""
    year, hour = number(pieces, "year"), number(pieces, "hour")
    minute = number(pieces, "minute") + number(pieces, "minute2")
    second = number(pieces, "second") + number(pieces, "second2")
    twelve, hour = _twelve_hours(pieces, hour)
    valid = (fits & (month >= 1) & (month <= 12) & (day >= 1) & (hour >= 0) & (hour < 24)
             & (minute < 60) & (second < 60) & (year >= 1900))
    months = (np.where(valid, year, 1970) - 1970) * 12 + np.where(valid, month, 1) - 1
    starts = months.astype("datetime64[M]")
    length = ((starts + 1).astype("datetime64[D]") - starts.astype("datetime64[D]")).astype(int)
    valid &= day <= length
    days = starts.astype("datetime64[D]").astype(np.int64) + day - 1
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    aware, offset = _offset_minutes(pieces)
    microseconds = (seconds - offset * 60) * 1_000_000 + _fraction(pieces) + _part_of_day(pieces)
    return Parts(microseconds, valid, aware & valid, twelve & valid)


def month_by_name(pieces: pa.StructArray) -> np.ndarray:
    """The month of an English name, 0 where it is none."""
    names = _text(pieces, "name").str.casefold()
    known = {name: _MONTHS.index(name[:3]) + 1 if name[:3] in _MONTHS else 0
             for name in names.unique()}
    found: np.ndarray = names.map(known).to_numpy(np.int64)
    return found


def number(pieces: pa.StructArray, name: str) -> np.ndarray:
    """A part as integers, 0 where it is absent."""
    if name not in {part.name for part in pieces.type}:
        return np.zeros(len(pieces), dtype=np.int64)
    part = pc.struct_field(pieces, name).fill_null("")
    filled = pc.if_else(pc.equal(part, ""), "0", part)
    return np.array(pc.cast(filled, pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _twelve_hours(pieces: pa.StructArray, hour: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Twelve-hour clocks: 12 in the morning is 0, 12 at noon stays 12, 12 at night is no hour."""
    before, after = _text(pieces, "before"), _text(pieces, "after")
    noon = before.isin(_AFTERNOON).to_numpy(bool) | after.isin(_AFTERNOON).to_numpy(bool)
    morning = before.isin(_MORNING).to_numpy(bool) | after.isin(_MORNING).to_numpy(bool)
    night = before.isin(_NIGHT).to_numpy(bool) & (hour == 12)
    hour = np.where(morning & (hour == 12), 0, hour)
    hour = np.where(noon & (hour < 12) & (hour > 0), hour + 12, hour)
    return noon | morning, np.where(night, -1, hour)


def _offset_minutes(pieces: pa.StructArray) -> tuple[np.ndarray, np.ndarray]:
    zones = _text(pieces, "zone")
    offsets = {name: _minutes_of(name) for name in zones.unique()}
    return (zones != "").to_numpy(bool), zones.map(offsets).to_numpy(np.int64)


def _minutes_of(offset: str) -> int:
    found = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{1,2}?):?(\d{2})?", offset)
    if not found:
        return 0
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return -minutes if found[1] == "-" else minutes


def _text(pieces: pa.StructArray, name: str) -> pd.Series:
    if name not in {part.name for part in pieces.type}:
        return pd.Series([""] * len(pieces), dtype="str")
    return pd.Series(pc.struct_field(pieces, name).fill_null("").to_pandas(), dtype="str")


def _fraction(pieces: pa.StructArray) -> np.ndarray:
    """The digits after the point of a second as microseconds."""
    if "fraction" not in {part.name for part in pieces.type}:
        return np.zeros(len(pieces), dtype=np.int64)
    part = pc.struct_field(pieces, "fraction").fill_null("")
    padded = pc.utf8_slice_codeunits(pc.utf8_rpad(part, 6, "0"), 0, 6)
    return np.array(pc.cast(padded, pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _part_of_day(pieces: pa.StructArray) -> np.ndarray:
    """The digits after the point of a day as microseconds; whole seconds where they are meant."""
    if "part" not in {part.name for part in pieces.type}:
        return np.zeros(len(pieces), dtype=np.int64)
    digits = pc.struct_field(pieces, "part").fill_null("")
    numbers = pc.cast(pc.if_else(pc.equal(digits, ""), "0", digits), pa.float64())
    share = numbers.to_numpy(zero_copy_only=False) / 10.0 ** pc.utf8_length(digits).to_numpy()
    exact = np.round(share * DAY)
    whole = np.round(exact / 1_000_000) * 1_000_000
    near: np.ndarray = np.where(np.abs(exact - whole) < 5_000, whole, exact).astype(np.int64)
    return near
