"""Steps in columns of their own: 一级审批人, 一级审批时间, … or Approver 1, Approved at 1, …."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from workbench.intake.events.roles import folded, is_of_document

_ENDINGS: Mapping[str, str] = {
    "arrival": (r"(?:接收|到达)(?:时间|日期)|"
                r"(?:received|arrival|arrived|assigned)[\s_-]*(?:time|date|at|on)?"),
    "start": r"(?:开始|签收|受理)(?:时间|日期)|(?:start|started|begin)[\s_-]*(?:time|date|at|on)?",
    "end": r"(?:完成|结束)?(?:时间|日期)|timestamp|time|date|at|on",
    "result": r"结果|状态|result|status|decision|outcome",
    "comment": r"意见|备注|comments?|opinion|remarks?",
    "resource": (r"人员|人姓名|人名称|人|员|者|"
                 r"approver|handler|reviewer|operator|assignee|person|user|by"),
    "name": r"(?:节点|环节|步骤)?名称|name",
}
"""How the header of a step's column ends, by what it holds."""

_VERBS = (r"(?:签署|审批|审核|复核|处理|办理|操作|签字|"
          r"approved|approval|handled|reviewed|processed)$")
_COUNTED = re.compile(
    r"第?(?P<zh>[一二三四五六七八九十]{1,3})(?:级|步|审|轮|层)|第?(?P<digits>\d{1,2})(?:级|步|审|轮|层)|"
    r"(?:节点|环节|步骤|审批|step|level|node|stage|approver|approval|l)[\s_-]*(?P<number>\d{1,2})|"
    r"(?P<nth>\d{1,2})(?:st|nd|rd|th)", re.IGNORECASE)
_LAST_NUMBER = re.compile(r"^(?P<rest>.*?\D)[\s_-]*(?P<number>\d{1,2})$")
_RECORD = re.compile(r"(?:最后|最近|last)?(?:修改|更新|update|modif|changed)")
_ENDS = frozenset({"end", "end_day"})
_DIGITS = "一二三四五六七八九"
_FEWEST = 2
_Key = TypeVar("_Key")


@dataclass(frozen=True)
class Step:
    """A step with columns of its own: its name, and its columns by role.

    The role `name` is a column that holds the name of the step in each document; `end_day`,
    `start_day` and `arrival_day` hold the date to which a clock in another column belongs.
    """

    name: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class _Column:
    header: str
    role: str
    head: str
    number: int | None


def wide_steps(headers: Sequence[str]) -> tuple[Step, ...]:
    """The steps that the headers of a table tell of, in their order; fewer than two are none.

    >>> [(step.name, dict(step.columns)) for step in wide_steps(
    ...     ["单号", "一级审批人", "一级审批时间", "二级审批人", "二级审批时间"])]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('一级审批', {'resource': '一级审批人', 'end': '一级审批时间'}),
     ('二级审批', {'resource': '二级审批人', 'end': '二级审批时间'})]
    """
    columns = [found for header in headers if (found := _column(header))]
    columns += _bare_people(headers, columns)
    place = {header: number for number, header in enumerate(headers)}
    counted = _groups((column.number, column) for column in columns if column.number is not None)
    numbered = [group for number in sorted(counted) for group in _apart(counted[number])
                if _roles(group) & _ENDS]
    if len(numbered) < _FEWEST:
        numbered = []
    named = _groups((_stem(column), column) for column in columns
                    if column.number is None or not numbered)
    pairs = [group for stem in named.values() for group in _apart(stem)
             if _roles(group) & _ENDS and "resource" in _roles(group)
             and not _RECORD.match(folded(group[0].head))]
    if len(numbered) + len(pairs) < _FEWEST:
        return ()
    places = sorted(min(place[column.header] for column in group) for group in numbered)
    steps = [*zip(places, numbered, strict=True),
             *((min(place[column.header] for column in group), group) for group in pairs)]
    return tuple(_step(group) for _, group in sorted(steps, key=lambda pair: pair[0]))


def unused(headers: Iterable[str], steps: Iterable[Step]) -> list[str]:
    """Columns of times and people that belong to no step, nor to the document as a whole.

    >>> unused(["单号", "发起人", "复核时间"], [])
    ['复核时间']
    """
    used = {header for step in steps for header in step.columns.values()}
    return [header for header in headers if header not in used and (found := _column(header))
            and found.role not in {"result", "comment", "name"} and not is_of_document(header)]


def _bare_people(headers: Iterable[str], columns: Sequence[_Column]) -> list[_Column]:
    """Columns called as the step whose time stands in another one: 部门经理 of 部门经理审批时间."""
    taken = {column.header for column in columns}
    ends = {_stem(column): column for column in columns if column.role in _ENDS}
    people = {_stem(column) for column in columns if column.role == "resource"}
    return [_Column(header, "resource", ends[folded(header)].head, ends[folded(header)].number)
            for header in headers if header not in taken and folded(header) in ends
            and folded(header) not in people]


def _stem(column: _Column) -> str:
    """What the columns of one step have in common; a step called by its verb keeps it."""
    head = folded(column.head)
    return re.sub(_VERBS, "", head) or head


def _roles(group: Iterable[_Column]) -> set[str]:
    return {column.role for column in group}


def _groups(pairs: Iterable[tuple[_Key, _Column]]) -> dict[_Key, list[_Column]]:
    found: dict[_Key, list[_Column]] = {}
    for key, column in pairs:
        found.setdefault(key, []).append(column)
    return found


def _apart(group: list[_Column]) -> list[list[_Column]]:
    """The columns of one number; by their names where several steps share it."""
    roles = [column.role for column in group]
    if len(set(roles)) == len(roles):
        return [group]
    return [*_groups((column.head, column) for column in group).values()]


def _column(header: str) -> _Column | None:
    """What a header tells of a step: its role, what stands before, and which step it is."""
    plain = unicodedata.normalize("NFKC", header).rstrip(" *:")
    last = _LAST_NUMBER.fullmatch(plain)
    rest = last["rest"].strip(" _-") if last else plain
    for role, ending in _ENDINGS.items():
        found = re.fullmatch(rf"(?P<head>.*?)[\s_-]*(?:{ending})", rest, re.IGNORECASE)
        if not found or (found["head"] and found["head"].isascii()
                         and re.fullmatch(rf"{re.escape(found['head'])}[a-z]+", rest)):
            continue
        head = found["head"].strip(" _-")
        number = int(last["number"]) if last else _number(head)
        if last:
            head = f"{head} {number}".strip() if head.isascii() else f"{head}{number}"
        return _Column(header, role + _of_day(role, rest), head, number)
    return None


def _of_day(role: str, rest: str) -> str:
    is_day = role in {"arrival", "start", "end"} and re.search(r"(?i)(?:日期|date)$", rest)
    return "_day" if is_day else ""


def _number(head: str) -> int | None:
    found = _COUNTED.search(head)
    if not found:
        return None
    digits = found["digits"] or found["number"] or found["nth"]
    return int(digits) if digits else _chinese(found["zh"])


def _chinese(sign: str) -> int:
    """A Chinese number up to 99.

    >>> _chinese("三"), _chinese("十二"), _chinese("二十")
    (3, 12, 20)
    """
    tens, ten, ones = sign.rpartition("十")
    return (10 * (_DIGITS.find(tens) + 1 if tens else 1) if ten else 0) + (
        _DIGITS.find(ones) + 1 if ones else 0)


def _step(columns: Sequence[_Column]) -> Step:
    """A step is called as the header of its time, without the word for time."""
    by_role: dict[str, str] = {}
    for column in columns:
        by_role.setdefault(column.role, column.header)
    for role in ("arrival", "start", "end"):
        if role not in by_role and f"{role}_day" in by_role:
            by_role[role] = by_role.pop(f"{role}_day")
    name = next((column.head for column in columns if column.role in _ENDS), "")
    return Step(name or by_role["end"], by_role)
