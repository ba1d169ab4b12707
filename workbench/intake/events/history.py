"""The history of a document in one cell, a line per step, and the shape of such a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from string import Formatter

import pandas as pd

from workbench.intake.statuses import is_ambiguous, meaning_of

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
_SEVERAL = 0.1  # of the cells hold more than one step
_SAMPLE = 200
_EXAMPLES = 20  # lines from which a shape is made
_SIGNS = ("；", ";", "\\|\\|", r"\s\|\s", "[-=]>", "→", "\t", "。", "，", ",")
"""What stands between the steps that a cell holds in one line, the surest first."""

_NUMBER = re.compile(r"^[(（]?\d{1,2}(?:[、)）]|\.(?=\D))\s*")
"""The number of a step in a list: it is no part of its name."""

_STEP = re.compile(r"审|批|核|签|节点|环节|步骤|任务|部|处|岗|经理|总监|主管|申请|归档|付款|"
                   r"(?i:check|review|approv|step|level|stage|node|task|manager|request)")
"""A word that names a step rather than a person."""


def lines_of(cell: str, moments: int | None = None) -> list[str]:
    r"""The filled lines of a cell; one with more moments than a step has is cut at its signs.

    >>> lines_of("a\n\n b <br/>c"), lines_of("a Ann 2026-03-02；b Bob 2026-03-03")
    (['a', 'b', 'c'], ['a Ann 2026-03-02', 'b Bob 2026-03-03'])
    """
    lines = [line.strip() for line in _BREAK.split(cell) if line.strip()]
    return [_NUMBER.sub("", part) for line in lines for part in _parts(line, moments)]


def _parts(line: str, moments: int | None) -> list[str]:
    """A line, or the steps that stand in it one after the other; each has as many moments."""
    count = len(re.findall(TIME, line))
    for each in (moments,) if moments else (1, 2):
        for sign in _SIGNS if count > each else ():
            parts = _cut(line, sign, each)
            if len(parts) > 1 and all(len(re.findall(TIME, part)) == each
                                      and _WORD.search(re.sub(TIME, "", part)) for part in parts):
                return parts
    return [line]


def _cut(line: str, sign: str, moments: int) -> list[str]:
    """The steps between signs; a piece without a moment belongs to the step before it."""
    parts: list[str] = []
    for piece in re.split(f"({sign})", line):
        is_next = bool(parts) and len(re.findall(TIME, parts[-1])) >= moments
        if not parts or (is_next and re.search(TIME, piece)):
            parts.append(piece)
        else:
            parts[-1] += piece
    return [re.sub(rf"^(?:{sign}|\s)+|(?:{sign}|\s)+$", "", part) for part in parts]


def is_history(cells: pd.Series) -> bool:
    """Whether the filled cells of a column hold a moment per line, and some of them several."""
    filled = cells[cells.str.strip() != ""].head(_SAMPLE)
    if filled.empty:
        return False
    counts = [sum(bool(re.search(TIME, line) and _WORD.search(re.sub(TIME, "", line)))
                  for line in lines_of(cell)) for cell in filled]
    several = sum(count > 1 for count in counts) / len(counts)
    told = sum(count > 0 for count in counts) / len(counts)
    return several > _SEVERAL and told >= _ENOUGH


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
    """The expression that reads a line of a shape; a remark or a result at its end may be absent.

    >>> reader_of("{activity} {resource}:{end}").fullmatch("check Ann:2026-03-02 09:00").groups()
    ('check', 'Ann', '2026-03-02 09:00')
    """
    parts = list(Formatter().parse(shape))
    made = ""
    is_last = True
    for number, (literal, name, _, _) in reversed([*enumerate(parts)]):
        before = "".join(r"\s+" if piece.isspace() else re.escape(piece)
                         for piece in re.findall(r"\s+|\S", literal))
        here = before + _place(name)
        optional = name == "comment" and (is_last or (literal and literal.isspace()))
        if number and (optional or (is_last and name == "result")):
            made = f"(?:{here}{made})?" if is_last else f"(?:{here})?{made}"
        else:
            made = here + made
            is_last = is_last and name is None
    return re.compile(made)


def _place(name: str | None) -> str:
    if name is None:
        return ""
    if name in TIMES:
        return rf"(?P<{name}>{TIME}|[1-4]\d{{9}}|[1-4]\d{{12}})"
    return rf"(?P<{name}>{'.*?' if name == 'comment' else '.+?'})"


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
    for example in timed[:_EXAMPLES]:
        for names in (("activity", "resource"), ("resource", "activity")):
            shape = _shape_of(example, names)
            if not shape or shape_problem(shape):
                continue
            found = [hit for line in timed if (hit := reader_of(shape).fullmatch(line))]
            if len(found) >= _ENOUGH * len(timed) and _fewer_activities(found):
                return _with_person(shape, found)
    return "{activity} {resource} {result} {end}"


def _with_person(shape: str, found: Sequence[re.Match[str]]) -> str:
    """A shape without a person: one before a status word is a person, who did what it says."""
    if "{resource}" in shape or "{result}" not in shape:
        return shape
    steps = sum(bool(_STEP.search(hit["activity"])) for hit in found)
    if steps > len(found) / 2:
        return shape
    return shape.replace("{activity}", "{resource}").replace("{result}", "{activity}")


def _fewer_activities(found: Sequence[re.Match[str]]) -> bool:
    """Whether the steps look like steps: their words, else that they are the fewer ones."""
    if "resource" not in found[0].groupdict():
        return True
    steps, people = ([hit[name] for hit in found] for name in ("activity", "resource"))
    named = [sum(bool(_STEP.search(word)) for word in words) for words in (steps, people)]
    if named[0] != named[1]:
        return named[0] > named[1]
    return len(set(steps)) <= len(set(people))


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
            is_behind = word.start() > max(high for _, high in taken)
            taken[word.start(), len(line) if is_behind else word.end()] = "comment"
            if is_behind:
                break
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
