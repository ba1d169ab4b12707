"""What the columns of a questionnaire are: people, items, comments, or traces of a survey tool."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from workbench.intake.formats import TextTable
from workbench.intake.headers import folded
from workbench.intake.personal import PERSONAL
from workbench.intake.sheets import SURVEY, header_names
from workbench.intake.times import looks_like_time

_RESPONDENT = {"respondent_id", "respondentid", "response_id", "responseid", "答卷人", "答题人",
               "答卷id", "受访者编号", "受访人", "问卷编号"}
_NUMBER = {"序号", "编号", "id", "no", "no.", "答题序号", "submission_id"}
"""These name the respondent where nothing else does and each row has its own."""

_DATES = (
    "提交答卷时间", "提交时间", "提交日期", "结束答题时间", "完成时间", "end_date",
    "submitted_at", "submission_date", "submit_date", "timestamp", "时间戳记", "时间戳",
    "填写时间", "答题时间", "recorded_date", "start_date", "开始答题时间", "开始时间",
)
"""Columns of the moment of an answer, the best first."""

_TOOL = {
    "所用时间", "答题时长", "填写时长", "来源", "来源详情", "来自ip", "总分", "ip", "ip地址",
    "ip_address", "更新时间", "填写设备", "操作系统", "浏览器", "微信昵称", "微信openid", "昵称",
    "头像", "地理位置国家和地区", "地理位置省", "地理位置市", "清洗数据结果",
    "智能清洗数据无效概率", "提交人", "collector_id", "email_address", "email", "first_name",
    "last_name", "custom_data_1", "network_id", "duration", "duration_(in_seconds)", "progress",
    "finished", "user_agent", "referer", "username", "用户名", "姓名", "手机", "手机号",
    "手机号码", "电话", "联系电话", "邮箱", "电子邮箱", "name", "phone", *_DATES,
}
_TOOL |= {"年龄", "工龄", "司龄", "age", "tenure"}  # numbers about people, not their answers
_TRACES = {
    "提交答卷时间", "所用时间", "来源详情", "来自ip", "collector_id", "结束答题时间", "答题时长",
    "填写时长", "ip_address",
}
"""What only an export of a survey tool has."""

_ITEM = {"题目", "问题", "题项", "题目名称", "问题名称", "item", "question"}
_ANSWER = {
    "答案", "得分", "分数", "评分", "回答", "答案内容", "answer", "score", "response", "rating",
    "value",
}
_SHOWING = 2_000
_MOST_PEOPLE = 1_000_000
_COUNT = {"freq", "frequency", "count", "频数", "人数", "频次"}
_UNIT = re.compile(r"[您你]?(?:所在|所属)?的?(?:部门|区域|单位|大区)(?:是|为)?[:?]?")
_COMMENT = re.compile(
    r"意见|建议|原因|理由|其他|其它|备注|评论|留言|反馈|说明|吐槽|想法|comment|suggest|feedback|"
    r"reason|\bwhy\b|\bother\b|open.?ended|remark|improve", re.IGNORECASE)
_LEADING = re.compile(r"\s*(?:[Qq]|第)?\d{1,3}\s*题?\s*[、.．:：)）]\s*(?!\d)")
_SECOND = {"response", "open-ended response", "open ended response"}
_BENEATH = re.compile(r"/(?:open-ended )?response$", re.IGNORECASE)
_SEVERAL = re.compile(r"\s*[;；|┋]\s*")
_LISTED = re.compile(r",\s+|[，、]\s*")


@dataclass(frozen=True)
class Columns:
    """The headers by what they are; `named` gives each item its name without a leading number.

    `item` and `answer` are those of the long form, `weight` counts the people of each row.
    """

    found: dict[str, str]
    others: tuple[str, ...]
    tool: tuple[str, ...]
    named: dict[str, str]
    item: str = ""
    answer: str = ""
    weight: str = ""

    def header(self, name: str) -> str:
        """The header as written of what has a name here."""
        return next((header for header, known in self.named.items() if known == name), name)


def is_survey(table: TextTable) -> bool:
    """A table is a questionnaire if it has a column of respondents, or the traces of a tool."""
    headers = {folded(header) for header in map(str, table.cells.columns)}
    known = set(header_names(("respondent",))) | _RESPONDENT
    return bool(headers & known or (headers & _NUMBER and headers & _TRACES)
                or re.fullmatch(r"(?:.*/)?survey_(?:customers|staff)\.\w+(?:\.gz)?", table.file))


def columns_of(table: TextTable) -> Columns:
    """Sort the columns of a table; see `Columns`."""
    headers = [str(header) for header in table.cells.columns]
    folds = {header: folded(header) for header in headers}
    names = header_names(SURVEY) | dict.fromkeys(_RESPONDENT, "respondent")
    found: dict[str, str] = {}
    for header in headers:
        column = names.get(folds[header])
        if column:
            found.setdefault(column, header)
        elif _UNIT.fullmatch(folded(without_number(header))):
            found.setdefault("unit", header)
    found |= _from_tool(table, folds, found)
    rest = [header for header in headers if header not in found.values()]
    tool = [header for header in rest
            if folds[header] in _TOOL | _NUMBER | set(names) or _is_row_number(table, header)]
    rest = [header for header in rest if header not in tool]
    weight = _weight(table, rest, found, folds)
    item, answer = _long(table, rest, found, folds)
    uncounted = [header for header in rest if folds[header] in _COUNT and header != weight]
    tool += uncounted  # how many people, which nobody can answer
    rest = [header for header in rest if header not in {weight, item, answer, *uncounted}]
    return Columns(found, tuple(rest), tuple(tool), _named(rest), item, answer, weight)


def without_number(header: str) -> str:
    """A question without the number before it and the heading that a tool puts beneath it.

    >>> without_number("1、速度？"), without_number("Q2. Speed"), without_number("24h help")
    ('速度？', 'Speed', '24h help')
    """
    return _BENEATH.sub("", _LEADING.sub("", header, count=1)).strip() or header


def is_second_header(cells: pd.DataFrame) -> bool:
    """Whether the first row is what some tools write beneath the questions."""
    if cells.empty:
        return False
    first = [str(cell).strip().casefold() for cell in cells.iloc[0]]
    return any(cell in _SECOND for cell in first) and not first[0]


def is_comment(header: str, texts: pd.Series) -> bool:
    """Whether a column that cannot be scored is free text: by its name, or by its sentences."""
    filled = _first(texts)
    if filled.empty or _is_personal(filled):
        return False
    if _COMMENT.search(header):
        return True
    return (filled.nunique() > 0.5 * len(filled) and not looks_like_time(filled)
            and bool((filled.str.len() >= 8).mean() > 0.5)
            and bool(filled.str.contains(r"[\u4e00-\u9fff]{4}|[A-Za-z]+ [A-Za-z]+").mean() > 0.5))


def is_multiple(texts: pd.Series) -> bool:
    """Whether the cells hold several choices each ("A;B"), made of a few that recur.

    A comma stands in sentences too: where it is the mark, more of them must recur.
    """
    return _holds_several(texts, _SEVERAL, 1.0) or _holds_several(texts, _LISTED, 1.5)


def _holds_several(texts: pd.Series, mark: re.Pattern[str], often: float) -> bool:
    filled = _first(texts)
    if filled.empty or filled.str.contains(mark).mean() < 0.1:
        return False
    parts = filled.str.split(mark).explode()
    parts = parts[parts != ""]
    return bool(parts.nunique() <= 30 and len(parts) > often * parts.nunique()
                and (parts.str.len() <= 20).all())


def is_personal(texts: pd.Series) -> bool:
    """Whether a column holds telephone numbers, mail addresses or identity numbers."""
    return _is_personal(_first(texts))


def _first(texts: pd.Series) -> pd.Series:
    """The filled cells that show what a column is; the first ones do."""
    return texts[texts != ""].head(_SHOWING)


def _is_personal(filled: pd.Series) -> bool:
    address = r"(?:\d{1,3}\.){3}\d{1,3}(?:\(.*\))?"
    whole = filled.str.fullmatch(f"(?:{PERSONAL.pattern}|{address})")
    return bool(len(filled)) and bool(whole.mean() > 0.5)


def _from_tool(table: TextTable, folds: dict[str, str],
               found: dict[str, str]) -> dict[str, str]:
    """The respondent and the date under the names that tools give them."""
    more: dict[str, str] = {}
    if "date" not in found:
        by_fold = {fold: header for header, fold in folds.items()}
        best = next((by_fold[name] for name in _DATES if name in by_fold), None)
        if best:
            more["date"] = best
    if "respondent" not in found:
        for header, fold in folds.items():
            cells = table.cells[header].str.strip()
            if fold in _NUMBER and cells.ne("").any() and cells[cells != ""].is_unique:
                return more | {"respondent": header}
    return more


def _is_row_number(table: TextTable, header: str) -> bool:
    """A column without a name that counts the rows."""
    cells = table.cells[header]
    return header.startswith("#") and cells.tolist() in (
        [str(row) for row in range(start, start + len(cells))] for start in (0, 1))


def _weight(table: TextTable, rest: list[str], found: dict[str, str],
            folds: dict[str, str]) -> str:
    """The column that says how many people gave the answers of a row, where nobody is named."""
    counted = [header for header in rest if folds[header] in _COUNT]
    if len(counted) != 1 or found.get("respondent") or found.get("date"):
        return ""
    people = table.cells[counted[0]].str.strip()
    if not people.str.fullmatch(r"[0-9]{1,6}").all() or people.astype(int).sum() > _MOST_PEOPLE:
        return ""
    return counted[0]


def _long(table: TextTable, rest: list[str], found: dict[str, str],
          folds: dict[str, str]) -> tuple[str, str]:
    """The columns of item and answer where each row is one answer; two blanks where not."""
    items = [header for header in rest if folds[header] in _ITEM]
    answers = [header for header in rest if folds[header] in _ANSWER]
    if len(items) != 1 or len(answers) != 1 or "respondent" not in found:
        return "", ""
    names = table.cells[items[0]].str.strip()
    people = table.cells[found["respondent"]].str.strip()
    recurs = not people[people != ""].is_unique or len(set(names)) == 1
    return (items[0], answers[0]) if recurs else ("", "")


def _named(headers: list[str]) -> dict[str, str]:
    short = {header: without_number(header) for header in headers}
    taken = list(short.values())
    return {header: name if taken.count(name) == 1 else header for header, name in short.items()}
