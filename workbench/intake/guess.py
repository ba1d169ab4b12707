"""Which column plays which role: names first (Chinese and English), then what the cells hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.intake.times import looks_like_time

ROLES = ("case_id", "activity", "start", "end", "arrival", "resource", "unit", "stratum",
         "result", "lifecycle", "sequence")
"""Every role that a column of a log can play."""

UNUSED = ("arrival", "lifecycle")
"""Roles that are recognised and do not count yet."""

_SURE, _LIKELY, _MAYBE = 1.0, 0.8, 0.5
_TIMES = ("start", "end", "arrival")
_SAMPLE = 5_000  # rows that decide what a column holds

# one expression per role and degree; a name is tried in lower case, the first degree that fits
_NAMES: Mapping[str, tuple[tuple[float, str], ...]] = {
    "case_id": (
        (_SURE, r"case:concept:name|case[ _]?id|case|流程实例|实例id"),
        (_LIKELY, (r".*(编号|单据号|单号|流水号|实例id)|requestid|request_?id|sp_no|business_id|"
                  r"(process_)?instance_?(id|code)|serial_?number|ticket(_?(id|no|number))?|"
                  r"case[ _]?(no|nr|number|key)|order(_?(id|no|number))?|incident(_?id)?")),
        (_MAYBE, r"id|number|.*[ _](id|no|number|key|code)"),
    ),
    "activity": (
        (_SURE, r"concept:name|activity|activity[ _]?name|活动|活动名称|环节|环节名称"),
        (_LIKELY, (r"(审批)?节点|(节点|步骤|任务|工序)名称|步骤|工序|node_?name|task([ _]?name)?|"
                  r"step([ _]?name)?|event([ _]?name)?")),
        (_MAYBE, r"action|operation|操作|动作|.*(activity|step|state)"),
    ),
    "end": (
        (_SURE, (r"time:timestamp|(end|complete|completed|completion|finish|finished)"
                r"([ _]?(time|timestamp|date|at))?|完成时间|结束时间")),
        (_LIKELY, (r"(处理|审批|操作|办理|办结)时间|operate_?time|fdealtime|timestamp|"
                  r"event[ _]?time")),
        (_MAYBE, r"time|date|datetime|时间|日期|sys_updated_at|.*updated(_?at)?"),
    ),
    "start": (
        (_SURE, r"(start|begin|started)([ _]?(time|timestamp|date|at))?|开始时间|开始处理时间"),
        (_LIKELY, r"签收时间|受理时间"),
    ),
    "arrival": (
        (_SURE, r"arrival([ _]?(time|timestamp))?|接收时间|到达时间|任务创建时间"),
        (_LIKELY, r"create_?time|created(_?at)?|assigned?_?time"),
    ),
    "resource": (
        (_SURE, r"org:resource|resource|处理人|办理人|经办人"),
        (_LIKELY, (r"(审批|操作|受理|执行)人|坐席|user(_?(id|name))?|agent|assignee|assigned_to|"
                  r"operator|employee|performer")),
    ),
    "unit": (
        (_SURE, r"org:group|unit|department|部门|处理部门|区域"),
        (_LIKELY, (r"所属部门|事业部|组织|大区|分公司|dept|region|team|group|division|"
                  r"assignment_group")),
    ),
    "result": (
        (_SURE, r"result|outcome|审批结果|处理结果"),
        (_LIKELY, r"task_result|operation_result|操作类型"),
    ),
    "lifecycle": ((_SURE, r"lifecycle(:transition)?"),),
}
_CASE_LEVEL = re.compile(r"case:.+|.*(发起|提交|归档|申请).*")


@dataclass(frozen=True)
class Guess:
    """A column that seems to play a role, and how sure that is (0-1)."""

    column: str
    confidence: float


def guess_roles(cells: pd.DataFrame, taken: Mapping[str, object] | None = None) -> dict[str, Guess]:
    """Guess the column of every role that is not yet taken.

    A guessed case id must have repeated values, unless the column bears the role's own name; a
    guessed time must hold times. A log with one time has it as `end`.

    Args:
        cells: a log as text.
        taken: roles already settled (a column, several, or None for "there is none").

    >>> log = pd.DataFrame({"Ticket": ["1", "1"], "Step": ["a", "b"],
    ...                     "timestamp": ["2024-03-01 08:00", "2024-03-01 09:00"]})
    >>> {role: guess.column for role, guess in guess_roles(log).items()}
    {'case_id': 'Ticket', 'activity': 'Step', 'end': 'timestamp'}
    """
    settled = dict(taken or {})
    used = {name for value in settled.values() for name in _columns(value)}
    found: dict[str, Guess] = {}
    for role in _NAMES:
        if role in settled:
            continue
        candidates = [guess for guess in _candidates(role, cells) if guess.column not in used]
        if not candidates and role == "end":  # its times are unreadable: that will be said
            candidates = [Guess(name, _SURE) for name in map(str, cells.columns)
                          if _by_name(role, name) == _SURE and name not in used]
        if candidates:
            found[role] = max(candidates, key=lambda guess: guess.confidence)
            used.add(found[role].column)
    if "end" not in found and "end" not in settled and "start" in found:
        found["end"] = found.pop("start")
    return found


def _columns(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


def _candidates(role: str, cells: pd.DataFrame) -> Iterator[Guess]:
    for name in cells.columns:
        confidence = _by_name(role, str(name))
        if confidence and _holds(role, cells[name], confidence):
            yield Guess(str(name), confidence)


def _by_name(role: str, name: str) -> float:
    folded = name.strip().casefold()
    if role != "case_id" and _CASE_LEVEL.fullmatch(folded):
        return 0.0
    fits = (degree for degree, pattern in _NAMES[role] if re.fullmatch(pattern, folded))
    return next(fits, 0.0)


def _holds(role: str, column: pd.Series, confidence: float) -> bool:
    filled = column.head(_SAMPLE).str.strip()
    filled = filled[filled != ""]
    if filled.empty:
        return False
    if role in _TIMES:
        return looks_like_time(filled)
    if role == "case_id" and confidence < _SURE:
        return bool(column[column != ""].duplicated().any()) and not looks_like_time(filled)
    if role == "activity" and confidence < _SURE:
        return not looks_like_time(filled) and bool((filled != filled.iloc[0]).any())
    return True
