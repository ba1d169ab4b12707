"""The plain form in which nearly every program writes XES, read all columns at once.

A stretch of whole traces is plain where its attributes are flat and empty elements, key and value
always in the same order, in quotes of one kind, with nothing but white space between the tags. It
is then nothing but texts between quotation marks, which Arrow splits and sorts into columns. What
is not plain in the least is left to the XML parser; nothing is repaired or guessed here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

TEXT = pa.large_string()
_BETWEEN = re.compile(
    r"(_*/>|_*></(?P<closes>[a-z]+)>)?((?:~</?(?:event|trace)>)*)"
    r"(~<(?P<opens>string|date|int|float|boolean|id|list|container)_+(?P<said>key|value)=)?".replace(
        "~", r"(?:_|<!\n*>)*").replace("_", r"[ \t\r\n]"))
_TAG = re.compile(r"</?(?:event|trace)>")
_PARTS = {" value=": "key", " key=": "value"}
"""What stands between the two parts of an attribute, and which of them is first."""
_MOST_KEYS = 1_000
_REFERENCE = re.compile(r"&([^;&]*;?)")
_KNOWN = re.compile(r"(?:amp|lt|gt|quot|apos|#x[0-9a-fA-F]{1,6}|#[0-9]{1,7});")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
(_SAME, _EVENT, _NEXT_EVENT, _TRACE, _EMPTY_TRACE, _FIRST_TRACE,
 _TRACE_EVENT, _EMPTY_TRACE_EVENT, _FIRST_TRACE_EVENT) = range(9)
_STEPS = {
    "": _SAME, "<event>": _EVENT, "</event><event>": _NEXT_EVENT,
    "</event></trace><trace>": _TRACE, "</trace><trace>": _EMPTY_TRACE, "<trace>": _FIRST_TRACE,
    "</event></trace><trace><event>": _TRACE_EVENT, "</trace><trace><event>": _EMPTY_TRACE_EVENT,
    "<trace><event>": _FIRST_TRACE_EVENT,
}
_FROM_EVENT = np.array([False, False, True, True, False, False, True, False, False])
"""Whether the scope that a step leaves is an event."""
_TO_EVENT = np.array([False, True, True, False, False, False, True, True, True])
_ENDS = {"</event></trace>": True, "</trace>": False}


class Stretch(NamedTuple):
    """The columns of a stretch: those of its events, those of its traces, and how they belong."""

    events: dict[str, pa.Array]
    traces: dict[str, pa.Array]
    sizes: np.ndarray
    lines: np.ndarray


class _Between(NamedTuple):
    """What stands between two attributes: which step it is, and its line breaks and signs."""

    step: int
    breaks: int
    breaks_to_event: int
    controls: int
    brackets: int
    said: str
    opens: str
    closes: str  # the end tag of the attribute before, "" where that is an empty element


class _NotPlainError(Exception):
    """The stretch is for the XML parser."""


def plain_stretch(text: bytes, line: int, *, has_marks: bool = False) -> Stretch | None:
    """The columns of a stretch of whole traces, None where it is not plain.

    Args:
        text: from the beginning of a trace to the end of a trace.
        line: the number of its first line.
        has_marks: marks of comments (`xes_flat`) may stand between the tags.

    >>> found = plain_stretch(b'<trace><string key="a" value="1"/><event><string key="b" value='
    ...                       b'"2"/></event></trace>', 1)
    >>> found.traces["a"].to_pylist(), found.events["b"].to_pylist(), found.sizes.tolist()
    (['1'], ['2'], [1])
    """
    if b"<!" in text and not has_marks:
        return None
    try:
        return _stretch(text if b'"' in text else text.replace(b"'", b'"'), line)
    except (_NotPlainError, pa.ArrowInvalid):
        return None


def _stretch(text: bytes, line: int) -> Stretch:
    whole = pa.array([text], pa.large_binary()).cast(TEXT)  # fails where it is not UTF-8
    tokens = pc.split_pattern(whole, '"').flatten()
    count, rest = divmod(len(tokens) - 1, 4)
    if rest or not count:
        raise _NotPlainError
    places = np.arange(count) * 4
    parting = tokens[2].as_py()
    if parting not in _PARTS or not pc.all(pc.equal(tokens.take(places + 2), parting)).as_py():
        raise _NotPlainError
    steps, known, codes = _steps(tokens, places, text)
    first = _PARTS[parting]
    if any(each.said != first for each in known):
        raise _NotPlainError
    key_at, value_at = (1, 3) if first == "key" else (3, 1)
    to_event = _scopes(steps, last=tokens[-1].as_py())
    starts_event = _TO_EVENT[steps]
    starts_trace = steps >= _TRACE
    lines = _lines(known, codes, line)[starts_event]
    event = np.cumsum(starts_event) - 1
    trace = np.cumsum(starts_trace) - 1
    keys = tokens.take(places + key_at).dictionary_encode()
    if len(keys.dictionary) > _MOST_KEYS:
        raise _NotPlainError
    values = _unescaped(tokens.take(places + value_at), text)
    sizes = np.bincount(trace[starts_event], minlength=trace[-1] + 1)
    return Stretch(_columns(keys, values, event, to_event, len(lines)),
                   _columns(keys, values, trace, ~to_event, len(sizes)), sizes, lines)


def _steps(tokens: pa.Array, places: np.ndarray,
           text: bytes) -> tuple[np.ndarray, list[_Between], np.ndarray]:
    """The step before each attribute; proves that keys and values hold no tag and no control."""
    coded = tokens.take(places).dictionary_encode()
    known = [_between(each, place == 0) for place, each in enumerate(coded.dictionary.to_pylist())]
    codes = coded.indices.to_numpy()
    if codes[0] != 0 or (codes[1:] == 0).any():  # the opening of a stretch stands only there
        raise _NotPlainError
    counts = np.bincount(codes, minlength=len(known))
    end = tokens[-1].as_py()
    signs = np.frombuffer(text, dtype=np.uint8)
    controls = sum(each.controls * n for each, n in zip(known, counts, strict=True))
    brackets = sum(each.brackets * n for each, n in zip(known, counts, strict=True))
    if (controls + _controls(end) != np.count_nonzero(signs < 32)
            or brackets + end.count("<") != text.count(b"<")):
        raise _NotPlainError
    _refuse_other_ends(known, codes, end)
    return np.array([each.step for each in known])[codes], known, codes


def _refuse_other_ends(known: list[_Between], codes: np.ndarray, last: str) -> None:
    """Prove that an attribute with an end tag has its own."""
    found = _BETWEEN.fullmatch(last.rstrip())
    ends = [*(each.closes for each in known), (found and found["closes"]) or ""]
    if not any(ends):
        return
    opens = np.array([each.opens for each in known])[codes]
    closes = np.array(ends)[np.append(codes[1:], len(known))]
    if ((closes != "") & (closes != opens)).any():
        raise _NotPlainError


@lru_cache(maxsize=4096)
def _between(text: str, is_first: bool) -> _Between:
    found = _BETWEEN.fullmatch(text)
    if not found or not found["opens"] or bool(found[1]) == is_first:
        raise _NotPlainError
    step = _STEPS.get("".join(_TAG.findall(found[3])))
    if step is None or (step in {_FIRST_TRACE, _FIRST_TRACE_EVENT}) != is_first:
        raise _NotPlainError
    to_event = text[:text.rfind("<event>") + 1] if "<event>" in text else text
    return _Between(step, text.count("\n"), to_event.count("\n"), _controls(text),
                    text.count("<"), found["said"], found["opens"], found["closes"] or "")


def _controls(text: str) -> int:
    return sum(sign < " " for sign in text)


def _scopes(steps: np.ndarray, last: str) -> np.ndarray:
    """Whether each attribute is one of an event; proves that every step leaves where it may."""
    moves = steps != _SAME
    moved = np.maximum.accumulate(np.where(moves, np.arange(len(steps)), 0))
    to_event: np.ndarray = _TO_EVENT[steps[moved]]
    leaves = moves.copy()
    leaves[0] = False
    if (_FROM_EVENT[steps[leaves]] != to_event[np.flatnonzero(leaves) - 1]).any():
        raise _NotPlainError
    found = _BETWEEN.fullmatch(last.rstrip())
    ending = _ENDS.get("".join(_TAG.findall(found[3]))) if found and found[1] else None
    if ending is None or found is None or found["opens"] or ending != bool(to_event[-1]):
        raise _NotPlainError
    return to_event


def _lines(known: list[_Between], codes: np.ndarray, first: int) -> np.ndarray:
    """The line on which an event begins, were each attribute the first of one."""
    breaks = np.array([each.breaks for each in known])[codes]
    inside = np.array([each.breaks_to_event for each in known])[codes]
    lines: np.ndarray = first + np.cumsum(breaks) - breaks + inside
    return lines


def _unescaped(values: pa.Array, text: bytes) -> pa.Array:
    if b"&" not in text:
        return values
    found = pc.match_substring(values, "&")
    mended = [_characters(value) for value in values.filter(found).to_pylist()]
    return pc.replace_with_mask(values, found, pa.array(mended, TEXT))


def _characters(value: str) -> str:
    if not all(_KNOWN.fullmatch(each) for each in _REFERENCE.findall(value)):
        raise _NotPlainError
    made = unescape(value)
    if _CONTROL.search(made) or "\ufffd" in made:
        raise _NotPlainError
    return made


def _columns(keys: pa.DictionaryArray, values: pa.Array, owner: np.ndarray, chosen: np.ndarray,
             length: int) -> dict[str, pa.Array]:
    """A column per key over the rows that own the attributes; "" where a row has none."""
    codes = keys.indices.to_numpy()
    made = {}
    found = [(np.flatnonzero(chosen & (codes == code)), name)
             for code, name in enumerate(keys.dictionary.to_pylist())]
    for here, name in sorted((each for each in found if len(each[0])), key=lambda each: each[0][0]):
        if "&" in name:
            raise _NotPlainError
        rows = owner[here]
        if len(here) == length and (np.diff(rows) == 1).all():
            made[name] = values.take(pa.array(here))
            continue
        if (np.diff(rows) == 0).any():
            raise _NotPlainError  # a key twice in one event: the parser says where
        place = np.full(length, -1)
        place[rows] = here
        taken = values.take(pa.array(place, mask=place < 0))
        made[name] = pc.fill_null(taken, "")
    return made
