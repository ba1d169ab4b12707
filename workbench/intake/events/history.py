"""The history of a document in one cell, a line per step, and the shape of such a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from string import Formatter

import pandas as pd

from workbench.intake.events.statuses import is_ambiguous, meaning_of

PLACES = ("activity", "resource", "result", "end", "start", "arrival", "comment")
"""What a line can hold; the rest of its shape is text as it stands there."""

TIMES = ("end", "start", "arrival")
NEEDED = ("activity", "end")

_DAY = r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})"
_CLOCK = (r"(?:[T ]*(?:上午|下午)?[ ]?\d{1,2}[:：时]\d{1,2}(?:[:：分]\d{1,2})?秒?分?"
          r"(?:[.,]\d{1,9})?(?: ?[APap][Mm])?)")
TIME = rf"{_DAY}{_CLOCK}?(?:Z|[+-]\d{{2}}:?\d{{2}})?"
"""A moment inside a text."""

_BREAK = re.compile(r"\r\n|\n|\r|<br\s*/?>", re.IGNORECASE)
_WORD = re.compile(r"[^\s,，:：;；|/\[\]【】()（）<>《》\-—→]+")
_ENOUGH = 0.8  # of the lines that a shape has to fit before it is proposed
_SAMPLE = 200


def lines_of(cell: str) -> list[str]:
    r"""The filled lines of a cell.

    >>> lines_of("a\n\n b <br/>c")
    ['a', 'b', 'c']
    """
    return [line.strip() for line in _BREAK.split(cell) if line.strip()]


def is_history(cells: pd.Series) -> bool:
    """Whether most filled cells of a column hold several moments, each in a line of its own."""
    filled = cells[cells.str.strip() != ""].head(_SAMPLE)
    if filled.empty:
        return False
    several = [sum(bool(re.search(TIME, line)) for line in lines_of(cell)) > 1 for cell in filled]
    return sum(several) > len(several) / 2


def shape_problem(shape: str) -> bool:
    """Whether a shape cannot be used: unknown or missing places, or two side by side.

    >>> shape_problem("{activity} {end}"), shape_problem("{activity}{end}"), shape_problem("{end}")
    (False, True, True)
    """
    try:
        parts = list(Formatter().parse(shape))
    except ValueError:
        return True
    names = [name for _, name, _, _ in parts if name is not None]
    side_by_side = any(not literal for (literal, _, _, _) in parts[1:])
    return (len(set(names)) < len(names) or not set(NEEDED) <= set(names) <= set(PLACES)
            or side_by_side or any(form or conversion for _, _, form, conversion in parts))


def reader_of(shape: str) -> re.Pattern[str]:
    """The expression that reads a line of a shape.

    >>> reader_of("{activity} {resource}:{end}").fullmatch("check Ann:2026-03-02 09:00").groups()
    ('check', 'Ann', '2026-03-02 09:00')
    """
    made = []
    for literal, name, _, _ in Formatter().parse(shape):
        made.append("".join(r"\s+" if piece.isspace() else re.escape(piece)
                            for piece in re.findall(r"\s+|\S", literal)))
        if name in TIMES:
            made.append(rf"(?P<{name}>{TIME}|[1-4]\d{{9}}|[1-4]\d{{12}})")
        elif name is not None:
            made.append(rf"(?P<{name}>{'.*?' if name == 'comment' else '.+?'})")
    return re.compile("".join(made))


def proposed_shape(cells: pd.Series) -> str:
    """The shape that the lines of a column seem to have, to be confirmed by people.

    The moment is the end, a known status word the result; of the other words that with fewer
    different values is the activity.

    >>> proposed_shape(pd.Series(["[check] Ann: agree 2026-03-02 09:00",
    ...                           "[check] Bob: agree 2026-03-03 09:00"]))
    '[{activity}] {resource}: {result} {end}'
    """
    lines = [line for cell in cells.head(_SAMPLE) for line in lines_of(cell)]
    timed = [line for line in lines if re.search(TIME, line)]
    for example in timed[:5]:
        for names in (("activity", "resource"), ("resource", "activity")):
            shape = _shape_of(example, names)
            if not shape or shape_problem(shape):
                continue
            found = [hit for line in timed if (hit := reader_of(shape).fullmatch(line))]
            if len(found) >= _ENOUGH * len(timed) and _fewer_activities(found):
                return shape
    return "{activity} {resource} {result} {end}"


def _fewer_activities(found: Sequence[re.Match[str]]) -> bool:
    if "resource" not in found[0].groupdict():
        return True
    return len({hit["activity"] for hit in found}) <= len({hit["resource"] for hit in found})


def _shape_of(line: str, names: Sequence[str]) -> str:
    """A line with its words replaced by places, the signs between them kept."""
    if re.search(r"[{}]", line):
        return ""
    moments = list(re.finditer(TIME, line))
    ends = ["end"] if len(moments) == 1 else ["start", "end"]
    if len(moments) > len(ends):
        return ""
    taken = dict(zip((hit.span() for hit in moments), ends, strict=True))
    words = [hit for hit in _WORD.finditer(line)
             if not any(low <= hit.start() < high for low, high in taken)]
    rest = list(names)
    for word in words:
        is_result = meaning_of(word[0]) or is_ambiguous(word[0])
        if is_result and "result" not in taken.values():
            taken[word.span()] = "result"
        elif rest:
            taken[word.span()] = rest.pop(0)
        elif "comment" not in taken.values():
            taken[word.span()] = "comment"
    return "".join(_replaced(line, dict(sorted(taken.items()))))


def _replaced(line: str, places: dict[tuple[int, int], str]) -> Iterator[str]:
    end = 0
    for (low, high), name in places.items():
        yield line[end:low]
        yield "{" + name + "}"
        end = high
    yield line[end:]


def setting(column: str, shape: str) -> str:
    """What is to be written in engagement.yaml so that a column is unfolded.

    >>> setting("History", "{activity} {end}")
    'unfold: {history: "History", line: "{activity} {end}"}'
    """
    quoted = [json.dumps(text, ensure_ascii=False) for text in (column, shape)]
    return f"unfold: {{history: {quoted[0]}, line: {quoted[1]}}}"
