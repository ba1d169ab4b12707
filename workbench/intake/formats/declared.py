"""What a document says of its own encoding (XML, a web page), held against its bytes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from itertools import chain

_CHINESE = frozenset({"gb18030", "big5", "big5hkscs", "cp950"})
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be"})
_ALIKE = {"ascii": "utf-8", "utf-8-sig": "utf-8", "gb2312": "gb18030", "gbk": "gb18030"}
_WESTERN = re.compile(r"cp1252|iso8859-\d+")
_IDEOGRAPHS = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")


def codec_of(name: str) -> str | None:
    """The codec of a declared encoding; None for what no program writes a table in.

    A codec of Python's may be anything (an escape, an archive): only encodings of text are known
    here, and those of Chinese are read as the largest of their family.

    >>> codec_of("cp936"), codec_of("ISO-8859-1"), codec_of("unicode_escape"), codec_of("undefined")
    ('gb18030', 'iso8859-1', None, None)
    """
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    codec = _ALIKE.get(found, found)
    known = codec == "utf-8" or codec in _WIDE | _CHINESE or _WESTERN.fullmatch(codec)
    return codec if known else None


def is_wide(codec: str) -> bool:
    """Whether every sign takes two bytes, so that a text of single bytes cannot be in it."""
    return codec in _WIDE


def is_western(codec: str) -> bool:
    """Whether every byte is a sign, so that nothing can be wrong in it."""
    return _WESTERN.fullmatch(codec) is not None


def is_utf_8(pieces: Iterable[bytes], codec: str) -> bool:
    """Whether a text is UTF-8 although it says otherwise.

    Several foreign signs that are UTF-8 throughout are hardly anything else; two Chinese bytes may
    be by chance, so that of a Chinese encoding most signs must be Chinese in UTF-8.

    >>> is_utf_8(["审批".encode()], "gb18030"), is_utf_8(["联通".encode("gbk")], "gb18030")
    (True, False)
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    foreign = chinese = 0
    try:
        for piece in chain(pieces, [b""]):
            text = decoder.decode(piece, final=not piece)
            if not text.isascii():
                foreign += len(text) - len(text.encode("ascii", "ignore"))
                chinese += sum(map(len, _IDEOGRAPHS.findall(text)))
    except UnicodeDecodeError:
        return False
    if codec in _WIDE:
        return True
    return foreign > 0 and (codec not in _CHINESE or 2 * chinese > foreign)
