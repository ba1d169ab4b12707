"""Texts and data as markup that can do no harm."""

from __future__ import annotations

import json
import re

from markupsafe import Markup

from workbench.model import Figure


def count_of(number: int) -> Figure:
    """A plain count, to be written as the language does."""
    return Figure(number, "count")


def drawing(svg: str) -> Markup:
    """A drawing of ours as markup: its texts were escaped where it was made."""
    return Markup(re.sub(r"^<\?xml[^>]*>", "", svg))  # noqa: S704 - made by charts or maps only


def inert(spec: object) -> Markup:
    r"""Data inside a script element that no parser can mistake for markup.

    >>> print(inert({"title": "</script>"}))
    {"title":"\u003c/script\u003e"}
    """
    text = json.dumps(spec, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - nothing of markup is left in it


def unlink_the_lost(page: str) -> str:
    """Evidence that is not on the page keeps its name and loses its link."""
    found = set(re.findall(r'\sid="([^"]+)"', page))

    def keep(link: re.Match[str]) -> str:
        return link[0] if link[1] in found else f'<span class="evidence">{link[2]}</span>'

    return re.sub(r'<a class="evidence" href="#([^"]*)">(.*?)</a>', keep, page)


def style_text(text: str) -> Markup:
    r"""A text as a string of a style sheet: all but letters and digits escaped.

    >>> print(style_text('A "b"'))
    "A\20 \22 b\22 "
    """
    quoted = "".join(each if each.isalnum() else f"\\{ord(each):x} " for each in text)
    return Markup(f'"{quoted}"')  # noqa: S704 - letters, digits and escapes only
