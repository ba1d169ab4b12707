"""One answer as a tool or a person writes it: "5", "5分", "5 - 非常满意", "非常满意(5)", "★★★"."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import NamedTuple

from workbench.intake.surveys.likert import folded
from workbench.intake.surveys.likert_words import NO_ANSWER

_LONGEST = 60  # characters; a longer cell is a text
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?")
_UNIT = re.compile(r"([+-]?\d+(?:\.\d*)?)\s*(?:分|星|颗星|%|points?|pts?|stars?)\.?")
_CHINESE = re.compile(r"([零一二两三四五六七八九十])\s*(?:分|星|颗星)")
_BEFORE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:分|星)?\s*([-–—=:：.、)）(（\[]?)\s*(\D*?)[)）\]]?")
_AFTER = re.compile(r"(\D*[^\d\s(（\[:：=-])\s*([-–—=:：(（\[])\s*(\d+(?:\.\d+)?)\s*分?[)）\]]?")
_LETTER = re.compile(r"[^\W\d_]{2}")
_OPTION = re.compile(r"[A-Ga-g]\s*[.、．:：)）]\s*(?=\D)")
_STARS = re.compile(r"([★⭐]+)\ufe0f?☆*")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九十")} | {"两": 2}


class Cell(NamedTuple):
    """A number, a word, or both; `is_joined` where a mark between them says that they belong."""

    number: float | None
    word: str
    is_joined: bool = False


def cell(text: str) -> Cell:
    """The number and the word of one answer; a number that is not finite is a word.

    >>> cell("５ 分"), cell("5 - 非常满意")
    (Cell(number=5.0, word='', is_joined=False), Cell(number=5.0, word='非常满意', is_joined=True))
    >>> cell("非常满意(5)").number, cell("inf").number, cell("1e400").number
    (5.0, None, None)
    """
    if len(text) > _LONGEST:
        return Cell(None, text)
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    if plain in NO_ANSWER:
        return Cell(None, plain)
    number = _number(plain)
    if number is not None:
        return Cell(number, "")
    if (found := _AFTER.fullmatch(plain)) and _LETTER.search(found[1]):
        return Cell(float(found[3]), folded(_OPTION.sub("", found[1])), is_joined=True)
    if (found := _BEFORE.fullmatch(plain)) and _LETTER.search(found[3]):
        return Cell(float(found[1]), folded(found[3]), is_joined=bool(found[2]))
    return Cell(None, folded(_OPTION.sub("", plain)))


def _number(plain: str) -> float | None:
    if _PLAIN.fullmatch(plain):
        value = float(plain)
        return value if math.isfinite(value) else None
    if found := _UNIT.fullmatch(plain):
        return float(found[1])
    if found := _CHINESE.fullmatch(plain):
        return float(_DIGITS[found[1]])
    if found := _STARS.fullmatch(plain):
        return float(len(found[1]))
    return None
