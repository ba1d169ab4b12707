"""The words of scales of answers, in Chinese and English: data of the module `likert`."""

from __future__ import annotations

import re

MIDDLE = {"一般", "一般般", "中立", "普通", "中等", "适中", "正常", "还行", "还可以", "还好",
          "尚可", "可以", "neutral", "average", "fair", "ok", "okay", "so so", "medium", "moderate",
          "mixed", "normal", "acceptable", "indifferent"}
UNDECIDED = {"不确定", "说不清", "说不清楚", "不好说", "无所谓", "unsure", "not sure", "undecided",
              "uncertain"}
NO_ANSWER = {
    "", "-", "--", "—", "/", "na", "n/a", "nan", "none", "null", "不适用", "不知道", "不清楚",
    "不了解", "未作答", "未填", "未填写", "空", "(空)", "跳过", "(跳过)", "没有使用过",
    "don't know", "dont know", "not applicable", "no opinion", "prefer not to say", "skipped",
}
"""What stands for no answer, unless the item's own words say otherwise (清楚 … 不清楚)."""

NO_COMMENT = NO_ANSWER | {
    "无", "没", "没有", "暂无", "无意见", "没有意见", "暂无意见", "无建议", "没有建议", "暂无建议",
    "no", "nothing", "nil", "none.", "no comment", "no comments",
}
"""What people write where they have no comment."""

CHINESE = re.compile(
    r"(?:(?P<very>非常|很|十分|极其|极度|极|完全|特别|强烈|最|太|超级)|"
    r"(?P<passably>基本上|基本|还算)|"
    r"(?P<somewhat>比较|较为|较|有点儿|有点|有些|稍微|略微|略|部分|大致))?"
    r"(?:(?P<never>一点儿?[也都]?不|毫不|根本不|绝不)|"
    r"(?P<hardly>不太|不大|不怎么|不很|不是很|不是特别|不够|不非常|不完全|不十分)|(?P<not>不|没有|没))?"
    r"(?P<stem>[\u4e00-\u9fff]{1,3})")
ZH_STEMS = {
    "满意", "同意", "认同", "赞同", "赞成", "符合", "重要", "愿意", "了解", "熟悉", "清楚",
    "方便", "便利", "可能", "信任", "专业", "及时", "喜欢", "支持", "需要", "有用", "有帮助",
    "清晰", "合理", "公平", "顺畅", "便捷", "友好", "热情", "充分", "准确", "明确", "公正",
    "有效",
}
ZH_PAIRS = {"好": "差", "快": "慢", "高": "低", "多": "少", "强": "弱", "大": "小", "容易": "困难",
            "简单": "复杂"}
ZH_ALSO = {"坏": "差", "糟糕": "差", "糟": "差", "难": "困难", "佳": "好"}

ENGLISH = re.compile(
    r"(?:(?P<very>very|extremely|highly|completely|totally|strongly|entirely|fully|absolutely|"
    r"definitely) |(?P<somewhat>somewhat|slightly|fairly|mostly|rather|moderately|a little|a bit|"
    r"quite|partly|partially|generally|tend to|mildly) |(?P<never>not at all) |"
    r"(?P<hardly>not very|not so|not that|not really|not too|not particularly) |(?P<not>not) )?"
    r"(?P<stem>[a-z]+)")
EN_PAIRS = {
    "satisfied": ("dissatisfied", "unsatisfied"), "agree": ("disagree",), "likely": ("unlikely",),
    "important": ("unimportant",), "happy": ("unhappy",), "easy": ("difficult", "hard"),
    "useful": ("useless",), "clear": ("unclear",), "helpful": ("unhelpful",),
    "good": ("bad", "poor"), "high": ("low",), "fast": ("slow",), "quick": ("slow",),
    "confident": ("unconfident",), "comfortable": ("uncomfortable",), "willing": ("unwilling",),
    "positive": ("negative",), "reasonable": ("unreasonable",), "strong": ("weak",),
    "effective": ("ineffective",), "efficient": ("inefficient",), "friendly": ("unfriendly",),
    "familiar": ("unfamiliar",), "interested": ("uninterested",), "reliable": ("unreliable",),
    "professional": ("unprofessional",), "responsive": ("unresponsive",), "valuable": (),
    "content": ("discontent",),
}
DEGREES = {"very": 3.0, "somewhat": 1.0, "passably": 0.5, "never": -3.0, "hardly": -1.0}
ONE_SIDED = (("not at all",), ("not so", "not very", "not that", "not really", "slightly",
                                "a little"), ("somewhat", "moderately", "fairly", "quite"),
              ("very",), ("extremely", "completely", "totally"))
"""Degrees of one quality without its opposite, where both "very" and "extremely" are used."""

LISTS: tuple[tuple[str, ...], ...] = (
    ("从不|从来不|从来没有|从未|没有过", "很少|极少|几乎不|几乎从不|偶尔", "有时|有时候|有些时候",
     "经常|常常|时常|通常|多数时候|大多数时候", "总是|一直|每次|始终"),
    ("从不|从来不|从来没有|从未", "很少|极少|几乎不", "偶尔|有时|有时候", "经常|常常|时常|通常",
     "总是|一直|每次|始终"),
    ("从不|从来不|从来没有|从未", "很少|极少|几乎不", "偶尔", "有时|有时候", "经常|常常|时常|通常",
     "总是|一直|每次|始终"),
    ("never", "rarely|seldom|hardly ever|almost never", "sometimes|occasionally",
     "often|usually|frequently|very often|most of the time", "always"),
    ("never", "occasionally", "sometimes", "often|usually|frequently", "always"),
    ("never", "rarely|seldom", "occasionally", "sometimes", "often|usually|frequently", "always"),
    ("差|不及格|不合格", "中|中等|一般|及格|合格", "良|良好", "优|优秀"),
    ("不及格|不合格|差", "及格|合格", "中|中等|一般", "良|良好", "优|优秀"),
    ("poor|bad", "fair|average|ok|okay|acceptable", "good", "excellent|great|outstanding"),
    ("poor", "fair|average|ok|okay", "good", "very good", "excellent|outstanding"),
    ("very poor|very bad|terrible|awful|horrible", "poor|bad",
     "fair|average|ok|okay|acceptable|neutral", "good", "excellent|great|outstanding"),
    ("否|不是|没有|无|不会|no|n|false", "是|是的|有|会|yes|y|true"),
)
YES_NO = len(LISTS) - 1
RANKS = tuple({word: rank for rank, words in enumerate(each) for word in words.split("|")}
               for each in LISTS)
