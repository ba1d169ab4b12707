"""What a word of the result column means for the process: the usual ones of OA systems.

A meaning is not a translation: it says what a row with that word is. The words are those of
public product documentation (approval systems in Chinese and English, their codes included).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import pandas as pd

MEANINGS = ("approved", "returned", "rejected", "withdrawn", "transferred", "added", "automatic",
            "no_work", "draft")
"""approved: a step was done; returned: back for rework; rejected: the case ends; withdrawn: it
ends without success; transferred: another person goes on with the step; added: a step that was
added by hand; automatic: no person did it; no_work: a remark, a copy, a reminder; draft: before
the case began."""

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
        "打回修改 返回 返回修改 回退 反审核 反审批 退件 退单 驳回至上一节点 驳回到发起人 "
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
}
_SIGNS = re.compile(r"[\s_\-./\\:;,!*#·'\"|()\[\]。【】]+")
_BEFORE = re.compile(r"^(?:已经|已|审批|审核|系统)(?=..)")
_SOME = 200  # different words that decide whether a column holds statuses


def folded(word: str) -> str:
    """A status word without what exports vary: width, case, blanks, signs."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", word)).casefold()


_KNOWN = {folded(word): meaning for meaning, words in _WORDS.items() for word in words.split()}


def meaning_of(word: str, stated: Mapping[str, str] | None = None) -> str | None:
    """What a word means; None where it is not known, or where it can mean several things.

    >>> meaning_of("已退回"), meaning_of("AGREE"), meaning_of("驳回"), meaning_of("合格")
    ('returned', 'approved', None, None)
    """
    own = {folded(name): meaning for name, meaning in (stated or {}).items()}
    short = folded(word)
    for known in (own, _KNOWN):
        for form in (short, _BEFORE.sub("", short)):
            if form in known:
                return known[form]
    return None


def is_ambiguous(word: str) -> bool:
    """Whether a word means one thing in one system and another in the next.

    >>> is_ambiguous("已驳回")
    True
    """
    return bool({folded(word), _BEFORE.sub("", folded(word))} & set(AMBIGUOUS))


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


def are_statuses(cells: pd.Series) -> bool:
    """Whether most filled cells of a column are status words."""
    words = cells[cells != ""]
    if words.empty or words.nunique() > _SOME:
        return False
    known = {word for word in words.unique() if meaning_of(word) or is_ambiguous(word)}
    return bool(words.isin(known).mean() > 0.5)
