"""What a word of the result column means for the process: the usual ones of OA systems.

A meaning is not a translation: it says what a row with that word is. The words are those of
public product documentation (approval systems in Chinese and English, their codes included).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Literal, get_args

import pandas as pd

Meaning = Literal["approved", "returned", "rejected", "withdrawn", "transferred", "added",
                  "automatic", "no_work", "draft", "pending"]
"""approved: a step was done; returned: back for rework; rejected: the case ends; withdrawn: it
ends without success; transferred: another person goes on with the step; added: a step that was
added by hand; automatic: no person did it; no_work: a remark, a copy, a reminder; draft: before
the case began; pending: not done yet."""

MEANINGS: tuple[Meaning, ...] = get_args(Meaning)
"""All of them; `log.statuses` in engagement.yaml takes the same."""

AMBIGUOUS: Mapping[str, tuple[str, ...]] = {"驳回": ("returned", "rejected"),
                                            "驳回申请": ("returned", "rejected")}
"""Words that one system means so and another one otherwise: people are asked."""

CLOSES: Mapping[str, str] = {"rejected": "closed", "withdrawn": "withdrawn"}
"""How a row of this meaning, as the last of its case, closes it."""

_WORDS: Mapping[str, str] = {
    "approved": (
        "同意 通过 批准 核准 准予 审批通过 审核通过 确认 完成 办理 办结 处理 提交 发起 "
        "重新提交 归档 结束 正常 同意并结束 会签同意 批复 签收 接收 受理 agree agreed "
        "approve approved accept accepted pass passed ok yes done complete completed submit "
        "submitted resubmit start finish finished confirm confirmed endorse endorsed "
        "executetasknormal startprocessinstance finishprocessinstance"),
    "returned": (
        "退回 退回修改 退回上一步 退回上一节点 退回发起人 退回申请人 退回重办 退回重填 打回 "
        "打回修改 返回 返回修改 回退 弃审 反审 反审核 反审批 退件 退单 驳回至上一节点 驳回到发起人 "
        "驳回至发起人 驳回修改 驳回上一步 驳回重填 需补充 补正 补充材料 return returned "
        "sendback sentback sendbacktorequester rework reopen reopened rollback "
        "rollbackselected redirectprocess unaudit requestchanges changesrequested"),
    "rejected": (
        "拒绝 不同意 不通过 不予通过 否决 不批准 未通过 审批拒绝 审核不通过 驳回并结束 "
        "驳回结束 自动拒绝 reject rejected refuse refused deny denied decline declined "
        "disagree disapprove disapproved autoreject"),
    "withdrawn": (
        "撤回 撤销 撤消 作废 取消 终止 中止 撤单 发起人撤回 申请人撤回 撤销申请 强制结束 "
        "关闭作废 删除 withdraw withdrawn withdrew cancel canceled cancelled revoke revoked "
        "recall recalled terminate terminated terminateprocessinstance abort aborted void "
        "voided delete deleted"),
    "transferred": (
        "转办 转交 转审 委托 委派 代理 改派 转派 移交 转发处理 变更处理人 transfer "
        "transferred delegate delegated reassign reassigned redirect redirected redirecttask "
        "forwarded handover executetaskagent"),
    "added": (
        "加签 前加签 后加签 并加签 加签同意 同意并加签 增加审批人 addsign addapprover "
        "addapproverbefore addapproverafter appendtaskbefore appendtaskafter appendtask "
        "adhoc countersignadded"),
    "automatic": (
        "自动通过 自动同意 自动审批 自动审批通过 系统自动通过 系统通过 自动跳过 自动去重 "
        "重复自动通过 超时自动通过 自动 autopass autoapprove autoapproved automatic "
        "automaticallyapproved systemapproved removerepeat autoagree"),
    "no_work": (
        "催办 评论 抄送 已阅 阅 阅读 已读 知会 传阅 查看 沟通 回复 批注 留言 提醒 督办 减签 "
        "remind reminder urge comment commented cc copy carboncopy read viewed notify "
        "notified addremark processcc deleteapprover note"),
    "draft": (
        "暂存 草稿 保存 保存草稿 存草稿 待提交 draft saved save savedraft unsubmitted"),
    "pending": (
        "审批中 审核中 处理中 办理中 进行中 待审批 待审核 待处理 待办 待办理 待审 未处理 未审批 "
        "未审核 未办理 等待中 pending running inprogress processing todo waiting open unprocessed"),
}
_SIGNS = re.compile(r"[\s_\-./\\:;,!*#·'\"|()\[\]。【】]+")
_BEFORE = re.compile(r"^(?:已经|已|审批|审核|系统)(?=..)")
_AFTER = re.compile(r"(?<=..)[了的]$")
_TOWARDS = "至到给往由"
_AUTOMATIC = re.compile(r".*(?:自动|系统)(?:审批)?(?:通过|同意|跳过)")
_NOT = re.compile(r"[不未没非待无否]")
_WORD = re.compile(r"[a-z]+")
_JOINTS = frozenset({"to", "by", "and", "with", "for", "at", "from", "in"})
_LONGEST_REST = 12  # signs behind a known word; more is a remark
_NOTHING = frozenset({"none", "null", "无", "na"})
_NAMES_SOMETHING = "见书单人者件表"  # 不同意见 is no 不同意
_SOME = 200  # different words that decide whether a column holds statuses
_STRENGTH = ("withdrawn", "rejected", "returned", "transferred", "automatic", "added", "pending",
             "draft", "no_work", "approved")
"""Which meaning counts where several columns tell the result: the first of these."""


def folded(word: str) -> str:
    """A status word without what exports vary: width, case, blanks, signs."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", word)).casefold()


_KNOWN = {folded(word): meaning for meaning, words in _WORDS.items() for word in words.split()}
_CHINESE = sorted((word for word in _KNOWN if not word.isascii() and len(word) > 1),
                  key=len, reverse=True)


def meaning_of(word: str, stated: Mapping[str, str] | None = None) -> str | None:
    """What a word means; None where it is not known, or where it can mean several things.

    A known word at the beginning of a longer one decides, if nothing after it contradicts. Of
    several columns joined by `+` the strongest meaning counts.

    >>> meaning_of("已退回"), meaning_of("AGREE"), meaning_of("驳回"), meaning_of("合格")
    ('returned', 'approved', None, None)
    >>> meaning_of("退回至发起人"), meaning_of("同意并归档"), meaning_of("REDIRECT_TASK+NONE")
    ('returned', 'approved', 'transferred')
    """
    own = {folded(name): meaning for name, meaning in (stated or {}).items()}
    short = folded(word)
    if short in own:
        return own[short]
    if "+" in word:
        found = [_single(part, own) for part in word.split("+")]
        if any(is_ambiguous(part) for part, meaning in zip(word.split("+"), found, strict=True)
               if meaning is None):
            return None
        return min((each for each in found if each), key=_STRENGTH.index, default=None)
    return _single(word, own)


def is_exact(word: str) -> bool:
    """Whether a word is known as it stands, not only by how it begins.

    >>> is_exact("已同意"), is_exact("同意并归档")
    (True, False)
    """
    return all(any(form in _KNOWN or form in _NOTHING for form in _forms(part))
               for part in word.split("+"))


def is_ambiguous(word: str) -> bool:
    """Whether a word means one thing in one system and another in the next.

    >>> is_ambiguous("已驳回")
    True
    """
    return any(form in AMBIGUOUS for part in word.split("+") for form in _forms(part))


def _forms(word: str) -> tuple[str, ...]:
    """A word as it stands, then without what says only that it has happened."""
    short = folded(word)
    bare = _BEFORE.sub("", short)
    return (short, bare, _AFTER.sub("", short), _AFTER.sub("", bare))


def _single(word: str, own: Mapping[str, str]) -> str | None:
    forms = _forms(word)
    for known in (own, _KNOWN):
        for form in forms:
            if form in known:
                return known[form]
    if set(forms) & set(AMBIGUOUS):
        return None
    if _AUTOMATIC.fullmatch(forms[0]):
        return "automatic"
    return _english(word) if forms[0].isascii() else next(
        (found for form in forms[:2] if (found := _beginning(form))), None)


def _beginning(short: str) -> str | None:
    """The meaning of the known word with which a longer Chinese one begins."""
    sent = next((word for word in AMBIGUOUS if short[:len(word)] == word
                 and short[len(word):len(word) + 1] in tuple(_TOWARDS)), None)
    if sent:  # sent back to someone: it goes on
        return "returned"
    first = next((word for word in _CHINESE if short.startswith(word)), None)
    if first is None or any(short.startswith(word) for word in AMBIGUOUS):
        return None
    rest = short[len(first):]
    if rest[0] in _TOWARDS:
        return _KNOWN[first]
    if rest[0] in _NAMES_SOMETHING:
        return None
    others = {_KNOWN[word] for word in _CHINESE if word in rest}
    if len(rest) > _LONGEST_REST or _NOT.search(rest) or others - {_KNOWN[first], "approved"} or (
            any(word in rest for word in AMBIGUOUS)):
        return None
    return None if others and _KNOWN[first] == "withdrawn" else _KNOWN[first]


def _english(word: str) -> str | None:
    """The meaning of a known word before `to`, `by`, `and` and the like."""
    words = _WORD.findall(unicodedata.normalize("NFKC", word).casefold())
    place = next((place for place, each in enumerate(words) if each in _JOINTS), 0)
    first = _KNOWN.get("".join(words[:place]))
    if first is None or "_" in word:
        return None
    others = {_KNOWN[each] for each in words[place:] if each in _KNOWN}
    return first if words[place] in {"to", "by"} or others <= {first, "approved"} else None


def found_statuses(cells: pd.Series) -> dict[str, str | None]:
    """The words of a result column with what they mean, the most frequent first.

    None stands where nobody but the client can say it: an unknown word, or an ambiguous one.

    >>> found_statuses(pd.Series(["同意", "驳回", "同意", ""]))
    {'同意': 'approved', '驳回': None}
    """
    words = cells.dropna().astype("str").str.strip()
    counts = words[words != ""].value_counts()
    order = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    return {str(word): meaning_of(str(word)) for word, _ in order}


def are_statuses(cells: pd.Series, most: float = 0.5) -> bool:
    """Whether more than a share of the filled cells of a column are status words."""
    words = cells[cells != ""]
    if words.empty or words.nunique() > _SOME:
        return False
    known = {word for word in words.unique() if meaning_of(word) or is_ambiguous(word)}
    return bool(words.isin(known).mean() > most)
