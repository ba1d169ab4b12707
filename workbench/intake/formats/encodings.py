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
_COMMONEST = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自"
    "之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些"
    "主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业"
    "外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代"
    "内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题"
    "活更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许"
    "统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南"
    "品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运")
_MANY, _EXPECTED = 30, 0.2  # in so many characters, this share at least is among the frequent ones
_KANA, _FEW_KANA = range(0x3041, 0x30FF), 0.02  # with more of them, a text is Japanese
_LETTERS = {name: frozenset(letters.encode("cp1252")) for name, letters in {
    "German": "äöüßÄÖÜ", "French": "àâæçéèêëîïôùûüÿÀÂÇÉÈÊËÎÏÔÙÛÜ", "Spanish": "áéíñóúüÁÉÍÑÓÚÜ",
    "Portuguese": "ãáàâçéêíóôõúÃÁÀÂÇÉÊÍÓÔÕÚ", "Italian": "àèéìíîòóùúÀÈÉÌÒÙ",
    "Danish": "æøåéÆØÅÉ", "Swedish": "åäöéÅÄÖÉ", "Dutch": "ëïéèöüáóËÏÉÈÖÜ"}.items()}
_ONE_LANGUAGE = 0.9  # share of the letters that one language has, to believe them
LOOKED = 100_000
"""Bytes that show the marks of an encoding that is not read."""
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
    refuse_unsupported(data[:LOOKED], file)
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


def refuse_unsupported(sample: bytes, file: str) -> None:
    """Refuse the beginning of a text in an encoding that shows itself by its marks.

    Raises:
        InputRefused: UTF-32, or one of those that look like ASCII (ISO-2022-JP, HZ).
    """
    named = _unsupported(sample)
    if named:
        refuse([Problem("rejected", "encoding_unsupported", file, 1, values={"encoding": named})])


def _unsupported(sample: bytes) -> str:
    quarter = max(len(sample) // 4, 1)
    zeros = [sample[place::4].count(0) > 0.9 * quarter for place in range(4)]
    if sample.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")) or (
            len(sample) > 8 and (all(zeros[2:]) or all(zeros[:2])) and not all(zeros)):
        return "UTF-32"
    if re.search(rb"\x1b\$[@B]|\x1b\(J", sample):
        return "ISO-2022-JP"
    pairs = re.findall(rb"~\{(?:[!-w][!-~])+~\}", sample) if sample.isascii() else []
    return "HZ" if len(pairs) > 2 else ""


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
    if sum(ord(sign) in _KANA for sign in foreign) > _FEW_KANA * len(foreign):
        return (0.0, 0)
    frequent = sum(map({*_FREQUENT[encoding], *_COMMONEST}.__contains__, foreign))
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
    return (runs > 0 and single >= 0.5 * runs and inside >= 0.7 * runs
            and _is_of_one_language(data))


def _is_of_one_language(data: bytes) -> bool:
    """Whether nearly all letters are those of one language, as in no text of another page."""
    letters = [byte for byte in data if byte in _WESTERN]
    return any(sum(map(known.__contains__, letters)) >= _ONE_LANGUAGE * len(letters)
               for known in _LETTERS.values())


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
