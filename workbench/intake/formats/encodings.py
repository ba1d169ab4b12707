"""Bytes to text: the encoding is decided by evidence, or the file is refused with its line."""

from __future__ import annotations

from workbench.intake.findings import refuse
from workbench.model import Problem

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_COMMON_CHINESE = 0.8
"""Share of the non-ASCII characters that must be everyday ones (GB 2312) to believe GB18030."""


def decode(data: bytes, file: str) -> tuple[str, str, tuple[Problem, ...]]:
    """Text, encoding and remarks: by its mark, else UTF-8, else UTF-16 or GB18030 by evidence.

    Western one-byte text decodes as rare Chinese characters, so GB18030 is believed only where
    nearly all characters are everyday ones.

    Raises:
        InputRefused: no encoding is supported by the evidence; names the first line in doubt.

    >>> decode("案例,环节".encode("gb18030"), "a.csv")[:2]
    ('案例,环节', 'gb18030')
    """
    encoding = _guess(data)
    if encoding is None:
        refuse([Problem("rejected", "encoding_unknown", file, _first_bad_line(data))])
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        refuse([Problem("rejected", "encoding_broken", file, line, values={"encoding": encoding})])
    if encoding in {"utf-8", "utf-8-sig"}:
        return text, "utf-8", ()
    remark = Problem("warning", "encoding_used", file, values={"encoding": encoding})
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
        return "gb18030" if _is_chinese(data) else None
    return "utf-8"


def _wide(sample: bytes) -> str | None:
    """UTF-16 without its mark: in a table every second byte of the many ASCII signs is zero."""
    half = max(len(sample) // 2, 1)
    if sample[1::2].count(0) > 0.3 * half > 2 * sample[0::2].count(0):
        return "utf-16-le"
    if sample[0::2].count(0) > 0.3 * half > 2 * sample[1::2].count(0):
        return "utf-16-be"
    return None


def _is_chinese(data: bytes) -> bool:
    try:
        foreign = [sign for sign in data.decode("gb18030") if sign > "\x7f"]
    except UnicodeDecodeError:
        return False
    everyday = "".join(foreign).encode("gb2312", "ignore")
    return len(everyday) / 2 >= _COMMON_CHINESE * len(foreign)


def _first_bad_line(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data[: error.start].count(b"\n") + 1
    return 1
