"""How people and systems write moments: one regular expression per family, matched by Arrow.

The parts of a match become microseconds by integer arithmetic; nothing is decided here.
"""

from __future__ import annotations

import re
from calendar import month_name
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
_PERIODS = "上午|下午|凌晨|清晨|早晨|早上|中午|午后|傍晚|晚上|夜间|夜里|深夜|半夜"
_CLOCK = (
    rf"{_WEEKDAY}(?:[T ]*(?P<before>{_PERIODS}|(?i:am|pm))? *"
    rf"(?P<hour>\d{{1,2}})(?:{_COLON}(?P<minute>\d{{1,2}})(?:{_COLON}(?P<second>\d{{1,2}})"
    r"(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"|[时点](?:(?P<half>半)|(?P<minute2>\d{1,2})分(?:(?P<second2>\d{1,2})秒)?)?)"
    rf" *(?P<after>{_PERIODS}|(?i:am|pm))? *"
    r"(?P<zone>Z|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|UTC|GMT)?"
    r"(?:\[[\w/]+\])?)?"
)
FAMILIES: Mapping[str, str] = {
    "year_first": rf"^(?P<year>\d{{4}})[-/.年](?P<a>\d{{1,2}})[-/.月](?P<b>\d{{1,2}})日?{_CLOCK}$",
    "year_last": rf"^{_DAY_NAME}(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.](?P<year>\d{{4}})"
                 rf"{_CLOCK}$",
    "compact": r"^(?P<year>(?:19|20)\d{2})(?P<a>[01]\d)(?P<b>[0-3]\d)"
               r"(?:[T ]?(?P<hour>[0-2]\d):?(?P<minute>[0-5]\d)(?::?(?P<second>[0-5]\d)"
               r"(?:[.,](?P<fraction>\d{1,9}))?)?(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?)?$",
    "compact_ms": r"^(?P<year>20\d{2})(?P<a>[01]\d)(?P<b>[0-3]\d)"
                  r"(?P<hour>[0-2]\d)(?P<minute>[0-5]\d)(?P<second>[0-5]\d)(?P<fraction>\d{3})$",
    "day_name": rf"^{_DAY_NAME}(?P<b>\d{{1,2}})(?:st|nd|rd|th)?[-/ .]*(?P<name>[A-Za-z]{{3,9}})"
                rf"[-/ .,]*(?P<year>\d{{4}}),?{_CLOCK}$",
    "name_day": rf"^{_DAY_NAME}(?P<name>[A-Za-z]{{3,9}})[-/ .]*(?P<b>\d{{1,2}})(?:st|nd|rd|th)?"
                rf",? +(?P<year>\d{{4}}),?{_CLOCK}$",
    "year_after": rf"^{_DAY_NAME}(?P<name>[A-Za-z]{{3,9}}) +(?P<b>\d{{1,2}}) +(?P<hour>\d{{1,2}})"
                  r":(?P<minute>\d{2}):(?P<second>\d{2}) +(?:(?P<zone>UTC|GMT) +)?"
                  r"(?P<year>\d{4})$",
    "epoch_s": r"^(?P<epoch>1\d{9})(?:\.(?P<fraction>\d{1,9}))?$",
    "epoch_ms": r"^(?P<epoch>1\d{12})(?:\.(?P<fraction>\d{1,9}))?$",
    "epoch_us": r"^(?P<epoch>1\d{15})$",
    "epoch_ns": r"^(?P<epoch>1\d{15})\d{3}$",
    "serial": r"^(?P<serial>[2-7]\d{4})(?:(?:\.0)? 0)?(?:\.(?P<part>\d{1,17}))?$",
    "day_part": r"^(?P<year>\d{4})[-/.年](?P<a>\d{1,2})[-/.月](?P<b>\d{1,2})日? "
                r"0\.(?P<part>\d{1,17})$",
}
"""Family → pattern. `a` and `b` are month and day, in this order unless the year comes last."""

WITH_NAMES = frozenset({"day_name", "name_day", "year_after"})
"""The families in which the month is named."""

_UNITS = ("天|日|个?小时|时|分钟?|秒钟?|d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?"
          "|s(?:ec(?:ond)?s?)?")
UNFIT: Mapping[str, str] = {
    "time_duration": rf"(?i)^(?:\d+(?:\.\d+)? *(?:{_UNITS})[ ,]*)+$",
    "time_without_year": r"^\d{1,2}(?:[-/.]\d{1,2}|月\d{1,2}日?)(?: .*|\D*\d{1,2}[:时点].*)?$",
    "time_short_year": r"^\d{1,2}(?:[-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月\d{1,2}日"
                       r"|[-/. ][A-Za-z]{3,9}[-/. ]\d{2})(?:[ T].*)?$",
    "time_without_date": r"^(?:[上下]午)? *\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: *(?i:am|pm))?$",
    "time_zone_named": r"^.*\d{1,2}:\d{2}(?::\d{2}\S*)? *(?i:am|pm)? *\(?[A-Z]{3,5}\)?(?: \d{4})?$",
}
"""What looks like a time and is none: the code that says so → pattern."""

_EPOCH_MICROSECONDS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1, "epoch_ns": 1}
_MONTHS = {name[:length].casefold(): place for length in (3, 9)
           for place, name in enumerate(month_name) if name} | {"sept": 9}
_FARTHEST = 14 * 60  # minutes: no clock on Earth is farther from UTC
_NO_OFFSET = -100_000
_PART = (dict.fromkeys(("上午", "清晨", "早晨", "早上", "am"), "morning")
         | dict.fromkeys(("下午", "午后", "pm"), "afternoon")
         | dict.fromkeys(("晚上", "夜间", "夜里", "深夜", "半夜"), "night")
         | {"凌晨": "small_hours", "中午": "noon", "傍晚": "evening"})
_NO, _AM, _PM = [-1] * 12, list(range(12)), list(range(12, 24))
_HOURS = {part: np.array([*hours, -1, -1]) for part, hours in {  # 0 … 23 on the clock, 24, none
    "morning": [*_AM, 0, *_NO[1:]],
    "afternoon": [*_PM, *_PM],
    "small_hours": [*_AM[:8], *_NO[8:], 0, *_NO[1:]],
    "noon": [-1, 13, 14, *_NO[3:10], 10, 11, 12, 13, 14, *_NO[3:]],
    "evening": [*_NO[:3], *_PM[3:10], *_NO[10:], *_NO[:3], *_PM[3:10], *_NO[10:]],
    "night": [*_NO[:6], *_PM[6:], *_NO[:6], *_PM[6:]],  # one at night is of this day or the next
}.items()}
_SERIAL_ZERO = -25_569  # days from 1970-01-01 back to Excel's day 0, 1899-12-30


@dataclass(frozen=True)
class Parts:
    """Microseconds of the wall clock (of UTC where `aware`), and which rows are moments."""

    microseconds: np.ndarray
    valid: np.ndarray
    aware: np.ndarray
    twelve: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    doubtful: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """Whose word of the day contradicts the hour, or leaves open which day it was."""


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
    if family in {"epoch_s", "epoch_ms"}:
        whole = whole + _fraction(pieces) // (1 if family == "epoch_s" else 1_000)
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
    minute = minute + 30 * (_text(pieces, "half") != "").to_numpy(np.int64)
    second = number(pieces, "second") + number(pieces, "second2")
    twelve, hour = _twelve_hours(pieces, hour)
    aware, offset = _offset_minutes(pieces)
    valid = (fits & (month >= 1) & (month <= 12) & (day >= 1) & (hour >= 0) & (hour < 24)
             & (minute < 60) & (second < 60) & (year >= 1900) & (offset > _NO_OFFSET))
    months = (np.where(valid, year, 1970) - 1970) * 12 + np.where(valid, month, 1) - 1
    starts = months.astype("datetime64[M]")
    length = ((starts + 1).astype("datetime64[D]") - starts.astype("datetime64[D]")).astype(int)
    valid &= day <= length
    days = starts.astype("datetime64[D]").astype(np.int64) + day - 1
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    microseconds = (seconds - offset * 60) * 1_000_000 + _fraction(pieces) + _part_of_day(pieces)
    return Parts(microseconds, valid, aware & valid, twelve & valid,
                 twelve & (hour < 0))


def month_by_name(pieces: pa.StructArray) -> np.ndarray:
    """The month of an English name, 0 where it is none."""
    names = _text(pieces, "name").str.casefold()
    known = {name: _MONTHS.get(name, 0) for name in names.unique()}
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
    """Where a word tells the part of the day, and the hour of 24; -1 where the two do not agree."""
    told = np.zeros(len(hour), dtype=bool)
    for place in ("before", "after"):
        words = _text(pieces, place).str.casefold()
        for word in words.unique():
            if word:
                rows = (words == word).to_numpy(bool)
                hour = np.where(rows, _HOURS[_PART[word]][np.clip(hour, -1, 24)], hour)
                told |= rows
    return told, hour


def _offset_minutes(pieces: pa.StructArray) -> tuple[np.ndarray, np.ndarray]:
    zones = _text(pieces, "zone")
    offsets = {name: _minutes_of(name) for name in zones.unique()}
    return (zones != "").to_numpy(bool), zones.map(offsets).to_numpy(np.int64)


def _minutes_of(offset: str) -> int:
    found = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{1,2}?):?(\d{2})?", offset)
    if not found:
        return 0
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    if minutes > _FARTHEST or int(found[3] or 0) > 59:
        return _NO_OFFSET
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
