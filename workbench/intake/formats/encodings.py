"""Bytes to text: the encoding is decided by evidence, or the file is refused with its line."""

from __future__ import annotations

import re

from workbench.intake.findings import refuse
from workbench.model import Problem

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_COMMON = 0.8
"""Share of the foreign characters that must be everyday ones to believe a Chinese encoding."""
_STRAY = 0.02
"""Share of broken characters in a text that is UTF-8 all the same, and damaged."""
_JUDGED = 2_000_000  # bytes that decide
# everyday characters by their lead bytes: GB 2312 level 1 and its signs, Big5 level 1 and its signs
_LEADS = {"gb18030": (range(0xB0, 0xD8), range(0xA1, 0xA4)),
          "big5": (range(0xA4, 0xC7), range(0xA1, 0xA4))}
_FREQUENT = {
    "gb18030": "的一是不了在人有为中大上个时间单号提交审批申请处理部门经理完成通过财务客服订流程"
               "环节编名称业务类型状态日期开始结束同意退回主管总办公入库发货收款付确认登记受派质检创建关闭转到"
               "已未录核查销采购合同品物仓运送投诉工报告评价员组长本地区华东南西北年月分王李张",
    "big5": "的一是不了在人有為中大上個時間單號提交審批申請處理部門經理完成通過財務客服訂流程環節編"
            "名稱業務類型狀態日期開始結束同意退回主管總辦公入庫發貨收款付確認登記受派質檢簽核建關閉轉"
            "到已未錄查銷採購合約品物倉運送投訴工報告評價員組長本地區華東南西北年月分王李張",
}
_MANY, _EXPECTED = 30, 0.03  # in so many characters, this share at least is among the frequent ones
_IN_WORD = re.compile(r"(?<=[a-z])[^\x00-\x7f]+|[^\x00-\x7f]+(?=[a-z])")
_WORD_RUN = re.compile(rb"[\x80-\xff]+")
_WESTERN = frozenset(range(0xC0, 0x100)) - {0xD7, 0xF7, 0xD0, 0xDD, 0xDE, 0xF0, 0xFD, 0xFE}
"""Letters of cp1252, without those that only Icelandic has (other code pages put theirs there)."""
_TYPOGRAPHIC = frozenset(b"\x80\x84\x85\x91\x92\x93\x94\x96\x97\xa0\xa7\xab\xb0\xb4\xb7\xbb")


def decode(data: bytes, file: str) -> tuple[str, str, tuple[Problem, ...]]:
    """Text, encoding and remarks: by its mark, else UTF-8, else by evidence.

    Evidence speaks for UTF-16 (every second byte of ASCII is zero), for GB18030 and Big5 (nearly
    all foreign characters are everyday ones) and for cp1252 (single letters inside words).

    Raises:
        InputRefused: no encoding is supported by the evidence; names the first line in doubt.

    >>> decode("案例,环节".encode("gb18030"), "a.csv")[:2]
    ('案例,环节', 'gb18030')
    >>> decode("Case,Prüfung".encode("cp1252"), "a.csv")[:2]
    ('Case,Prüfung', 'cp1252')
    """
    encoding = _guess(data)
    if encoding is None:
        refuse([Problem("rejected", "encoding_unknown", file, _first_bad_line(data))])
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = _line_at(data, error.start)
        refuse([Problem("rejected", "encoding_broken", file, line, values={"encoding": encoding})])
    if encoding in {"utf-8", "utf-8-sig"}:
        return text, "utf-8", ()
    doubt = None if encoding.startswith("utf-16") else _first_bad_line(data)
    remark = Problem("warning", "encoding_used", file, doubt, values={"encoding": encoding})
    return text, encoding, (remark,)


def _guess(data: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    wide = _wide(data[:4000])
    if wide:
        return wide
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _by_evidence(_foreign_lines(data))
    return "utf-8"


def _foreign_lines(data: bytes) -> bytes:
    """The lines that hold other signs than ASCII, up to a limit."""
    lines, size = [], 0
    for line in re.split(rb"\r\n|\n|\r", data):
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > _JUDGED:
                break
    return b"\n".join(lines)


def _by_evidence(data: bytes) -> str | None:
    if _is_damaged_utf_8(data):
        return "utf-8"
    if _is_western(data):
        return "cp1252"
    scores = {encoding: _chinese(data, encoding) for encoding in _LEADS}
    believed = [encoding for encoding, (share, _) in scores.items() if share >= _COMMON]
    if len({scores[encoding][1] for encoding in believed}) < len(believed):
        return None  # as many frequent characters in the one as in the other
    return max(believed, key=lambda encoding: scores[encoding][1], default=None)


def _chinese(data: bytes, encoding: str) -> tuple[float, int]:
    """Share of everyday characters, and how many are among the most frequent ones."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return (0.0, 0)
    foreign = [sign for sign in text if sign > "\x7f"]
    if 2 * sum(map(len, _IN_WORD.findall(text))) > len(foreign):
        return (0.0, 0)
    table = "gb2312" if encoding == "gb18030" else encoding
    leads = [sign.encode(table, "ignore")[:1] for sign in foreign]
    everyday = sum(bool(lead) and any(lead[0] in span for span in _LEADS[encoding])
                   for lead in leads)
    frequent = sum(map(set(_FREQUENT[encoding]).__contains__, foreign))
    if len(foreign) >= _MANY and frequent < _EXPECTED * len(foreign):
        return (0.0, 0)
    return (everyday / max(len(foreign), 1), frequent)


def _is_western(data: bytes) -> bool:
    """Single foreign letters, nearly all inside words, and next to them only typographic signs."""
    inside = single = runs = 0
    for run in _WORD_RUN.finditer(data):
        if not all(byte in _WESTERN or byte in _TYPOGRAPHIC for byte in run[0]):
            return False
        if not any(byte in _WESTERN for byte in run[0]):
            continue
        before, after = data[max(run.start() - 1, 0):run.start()], data[run.end():run.end() + 1]
        runs += 1
        single += len(run[0]) == 1
        inside += before.isalpha() or after.isalpha()
        if len(run[0]) > 2:
            return False
    return runs > 0 and single >= 0.5 * runs and inside >= 0.7 * runs


def _is_damaged_utf_8(data: bytes) -> bool:
    """Many whole characters of UTF-8 and few broken ones: nothing else looks like this."""
    text = data.decode("utf-8", "replace")
    foreign = sum(sign > "\x7f" for sign in text)
    return 0 < text.count("\ufffd") <= max(_STRAY * foreign, 1) and foreign >= 10


def _wide(sample: bytes) -> str | None:
    """UTF-16 without its mark: in a table every second byte of the many ASCII signs is zero."""
    half = max(len(sample) // 2, 1)
    if sample[1::2].count(0) > 0.3 * half > 2 * sample[0::2].count(0):
        return "utf-16-le"
    if sample[0::2].count(0) > 0.3 * half > 2 * sample[1::2].count(0):
        return "utf-16-be"
    return None


def _first_bad_line(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _line_at(data, error.start)
    return 1


def _line_at(data: bytes, place: int) -> int:
    return len(re.findall(rb"\r\n|\n|\r", data[:place])) + 1
