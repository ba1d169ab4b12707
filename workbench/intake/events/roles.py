"""The roles that a column of a log can play, and the names under which each is known."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

ROLES = ("case_id", "activity", "start", "end", "arrival", "resource", "unit", "stratum",
         "result", "lifecycle", "sequence")
"""Every role that a column of a log can play."""

REQUIRED = ("case_id", "activity", "end")
"""The roles without which there is no log."""

TEXT_ROLES = ("resource", "unit", "stratum", "result")
"""The roles whose cells are kept as text and may be blank."""

TIMES = ("start", "end", "arrival")
"""The roles whose cells are moments."""

SURE, LIKELY, PARTLY, MAYBE, HARDLY = 1.0, 0.8, 0.6, 0.5, 0.4

# one expression per role and degree, tried on the folded name; the first degree that fits
NAMES: Mapping[str, tuple[tuple[float, str], ...]] = {
    "case_id": (
        (SURE, r"caseconceptname|caseid|case|流程实例|流程实例id|实例id|流程实例编号"),
        (0.9, (r"(审批|申请|流程|单据|工单|投诉|订单|合同|实例|业务)(编号|单号|号)|"
               r"单据号|单号|流水号|审批单号|"
               r"requestid|spno|businessid|(process)?instance(id|code)|serial(id|no|number)")),
        (LIKELY, (r".*(编号|单据号|单号|流水号|工单号|实例id)|ticket(id|no|number)?|"
                  r"case(no|nr|number|key)|order(id|no|number)?|incident(id|no|number)?|"
                  r"(claim|application|request|document)(id|no|number)")),
        (MAYBE, r"id|number"),
        (HARDLY, r".+(id|no|number|key|code)"),
    ),
    "activity": (
        (SURE, r"conceptname|activity|activityname|活动|活动名称|环节|环节名称"),
        (LIKELY, (r"(审批|流程|处理)?节点|(审批|流程)?(节点|步骤|任务|工序)名称?|步骤|工序|"
                  r"node(name)?|"
                  r"task(name)?|step(name)?|event(name)?")),
        (MAYBE, r"action|operation|.*(activity|step|state)"),
    ),
    "end": (
        (SURE, (r"timetimestamp|(end|complete|completed|completion|finish|finished)"
                r"(time|timestamp|date|datetime|at|on)?|(完成|结束)时间")),
        (LIKELY, (r"(处理|审批|操作|办理|办结|审核)时间|operat(e|ion)time|fdealtime|timestamp|"
                  r"eventtime(stamp)?|approv(al|ed)(time|date|at|on)")),
        (MAYBE, r"time|date|datetime|时间|日期|(完成|结束|处理|审批|办理)日期"),
        (HARDLY, r".*updated(at|on)?"),
    ),
    "start": (
        (SURE, r"(start|begin|started)(time|timestamp|date|datetime|at|on)?|开始(处理)?时间"),
        (LIKELY, r"(签收|受理)时间|开始日期"),
    ),
    "arrival": (
        (SURE, (r"(arrival|arrived|receive|received)(time|timestamp|date|at|on)?|"
                r"(任务)?(接收|到达)时间|任务创建时间")),
        (LIKELY, r"create(d)?time|createdat|assigned?time|(task|node)createdat"),
    ),
    "resource": (
        (SURE, r"orgresource|resource|(处理|办理|经办)人"),
        (LIKELY, (r"(审批|操作|受理|执行|审核)人|坐席|user(id|name)?|agent|assignee|assignedto|"
                  r"operator|employee|performer|approver|handler|"
                  r"(处理|审批|操作|办理|审核)人(员|姓名|名称|工号|账号|id)")),
    ),
    "unit": (
        (SURE, r"orggroup|unit|department|部门|处理部门|区域"),
        (LIKELY, (r"(所属|办理|审批)部门|事业部|组织|大区|分公司|部门名称|"
                  r"dept|region|team|group|division|"
                  r"assignmentgroup")),
    ),
    "result": (
        (SURE, (r"result|outcome|(审批|处理|审核|办理)结果|taskresult|operationresult|操作类型|"
                r"(审批|处理)(动作|操作)")),
        (LIKELY, r"操作|动作|decision"),
    ),
    "lifecycle": ((SURE, r"lifecycle(transition)?|生命周期"),),
}

_CASE_LEVEL = re.compile(
    r"case.*|.*(发起|提交人|提交时间|提交日期|归档|申请|(审批|单据|流程|工单|当前)状态|当前|关联|"
    r"意见|备注|applicant|initiator|submitted|requester).*")
_PLANNED = re.compile(
    r".*(计划|预计|预期|要求|期望|应完成|截止|时限|plan|due|deadline|expected|estimated|target).*")
_SNAPSHOT = re.compile(
    r".*当前(节点|环节|步骤|处理人|审批人).*|current(node|step|task|activity)(name)?")
_RELATED = re.compile(
    r".*(关联|原|上级|前序)(审批|申请|单据|流程|工单)?(单号|编号|单据号|单)|"
    r"(related|parent|original)(case|order|ticket|request)?(id|no|number)?")
_NUMBERED = re.compile(
    r"(第?[一二三四五六七八九十\d]+[级步审]|节点\d+|(step|level|node|stage)\d+).+|"
    r".*(人|时间|结果|er|at|by|date|time|result)\d+")
_OTHER_NUMBERS = re.compile(r"(部门|员工|人员|客户|节点|任务|行|物料|处理人|审批人|用户|工号).*")
_BRACKETS = re.compile(r"[(【\[{<《].*?[)】\]}>》]")
_SIGNS = re.compile(r"[\s_\-./\\:;,*#·'\"|]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SHORTEST_TAIL = 3


def folded(name: str) -> str:
    """A name without what exports vary: width, case, blanks, signs, remarks in brackets.

    >>> folded("【审批编号】*"), folded("Node_Name"), folded("处理人（必填）")
    ('审批编号', 'nodename', '处理人')
    """
    plain = unicodedata.normalize("NFKC", name)
    inner = plain.strip(" *")
    inner = inner[1:-1] if inner[:1] + inner[-1:] in {"[]", "【】", "()", "<>", "《》"} else inner
    bare = _BRACKETS.sub("", inner)
    return _SIGNS.sub("", bare if _SIGNS.sub("", bare) else inner).casefold()


def by_name(role: str, name: str) -> float:
    """How well a name fits a role (0-1); 0 where it tells of the case, of a plan, or of nothing.

    >>> [by_name("resource", name) for name in ("处理人", "任务处理人", "发起人")]
    [1.0, 0.6, 0.0]
    """
    short = folded(name)
    if _NUMBERED.fullmatch(short):
        return 0.0
    if role == "case_id":
        return _of_case(short, name)
    if _CASE_LEVEL.fullmatch(short) or is_snapshot(name):
        return 0.0
    if role in TIMES and _PLANNED.fullmatch(short):
        return 0.0
    fits = _degree(role, short)
    if fits > PARTLY:
        return fits
    partly = any(_degree(role, tail) >= LIKELY for tail in _tails(name))
    return PARTLY if partly else fits


def is_snapshot(name: str) -> bool:
    """Whether a column tells where a case stands now, not what happened.

    >>> is_snapshot("当前节点"), is_snapshot("节点名称")
    (True, False)
    """
    return bool(_SNAPSHOT.fullmatch(folded(name)))


def is_of_document(name: str) -> bool:
    """Whether a column tells of a case as a whole: who began it, its plan, where it stands.

    >>> is_of_document("发起时间"), is_of_document("计划完成时间"), is_of_document("复核时间")
    (True, True, False)
    """
    short = folded(name)
    return bool(_CASE_LEVEL.fullmatch(short) or _PLANNED.fullmatch(short)) or is_snapshot(name)


def is_related_case(name: str) -> bool:
    """Whether a column names the case that a case continues, as after a resubmission.

    >>> is_related_case("关联单号")
    True
    """
    return bool(_RELATED.fullmatch(folded(name)))


def _of_case(short: str, name: str) -> float:
    if is_related_case(name):
        return 0.0
    fits = _degree("case_id", short)
    if MAYBE < fits < 0.9 and _OTHER_NUMBERS.fullmatch(short):
        return HARDLY
    if fits <= MAYBE and any(_degree("case_id", tail) >= 0.9 for tail in _tails(name)):
        return PARTLY
    return fits


def _degree(role: str, short: str) -> float:
    fits = (degree for degree, pattern in NAMES[role] if re.fullmatch(pattern, short))
    return next(fits, 0.0)


def _tails(name: str) -> Iterator[str]:
    """What a name ends with: its last words, and its last three or more Chinese signs."""
    plain = _BRACKETS.sub("", unicodedata.normalize("NFKC", name))
    words = [word for word in _SIGNS.split(_CAMEL.sub("_", plain)) if word]
    for place in range(1, len(words)):
        yield "".join(words[place:]).casefold()
    last = folded(name)
    if not last.isascii():
        yield from (last[place:] for place in range(1, len(last) - _SHORTEST_TAIL + 1))
