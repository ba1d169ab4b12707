"""Stretches of XES that are plain but for comments and for what lies inside of attributes.

Both are taken out with proof that they are whole and well-formed where they stand; what they leave
behind (`Flat.text`) is for `xes_plain` to prove plain: it begins every tag that the stretch begins,
so that nothing here was found inside of a value. Whatever is less simple is left to the XML parser.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_CONTROL = rb"\x00-\x08\x0b\x0c\x0e-\x1f"
_COMMENT = re.compile(rb"<!--[^-_]*(?:-[^-_]+)*-->".replace(b"_", _CONTROL))
_KEY = rb'_+key="[^"<&\x00-\x1f]*"'
_VALUE = (rb'_+value="[^"<&\x00-\x1f]*(?:&(?:amp|lt|gt|quot|apos);[^"<&\x00-\x1f]*)*"')
_SIMPLE = rb"string|date|int|float|boolean|id"
_CHILD = rb"_*<(?:" + _SIMPLE + rb")" + _KEY + _VALUE + rb"_*/>"
_NESTED = re.compile((
    rb"<(?P<tag>" + _SIMPLE + rb"|list|container)(?P<key>" + _KEY + rb")(?P<value>" + _VALUE
    + rb")?_*>(?P<inside>(?:" + _CHILD + rb")+|_*<values>(?:" + _CHILD + rb")*_*</values>)"
    rb"_*</(?P=tag)>").replace(b"_", rb"[ \t\r\n]"))
_INNER = re.compile(rb'[ \t\r\n]key="([^"]*)"[ \t\r\n]+value=')
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")


class Flat(NamedTuple):
    """A stretch without comments and nested attributes, and the keys of those."""

    text: bytes
    nested: list[str]


def flat_stretch(text: bytes) -> Flat | None:
    """The stretch with each comment a mark, each nested attribute flat; None where that is unsure.

    A mark is `<!`, the line breaks of the comment, `>`. A list gets an empty value.

    >>> flat_stretch(b'<!-- so --><list key="a"><values><int key="b" value="1"/></values></list>')
    Flat(text=b'<!><list key="a" value=""/>', nested=['b'])
    """
    nested: list[bytes] = []

    def flat(found: re.Match[bytes]) -> bytes:
        nested.extend(_INNER.findall(found["inside"]))
        head = b"<" + found["tag"] + found["key"] + (found["value"] or b' value=""')
        return head + b"\n" * (found[0].count(b"\n") - head.count(b"\n")) + b"/>"

    try:
        text.decode()
    except UnicodeDecodeError:
        return None
    if any(each in text for each in _NO_CHARACTERS):
        return None
    left, comments = _COMMENT.subn(_mark, text) if b"<!" in text else (text, 0)
    if text.count(b"<!") != comments:
        return None
    if left.count(b"</") > left.count(b"</event>") + left.count(b"</trace>"):
        left = _NESTED.sub(flat, left)
    return Flat(left, [key.decode() for key in nested])


def _mark(comment: re.Match[bytes]) -> bytes:
    return b"<!" + b"\n" * comment[0].count(b"\n") + b">"
