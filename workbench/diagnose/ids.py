"""Ids of issues and of their evidence: the same however the hours, and so the ranks, change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256

LETTERS: Mapping[str, str] = {
    "extra_steps": "X", "waiting": "W", "rework": "R", "self_loop": "S", "late": "L"}
"""The letter of each kind of issue."""

_DIGITS = 3


def issue_id(kind: str, activity: str, activities: Collection[str]) -> str:
    """`I-`, the letter of the kind, and the number of the (first) activity.

    The number is made of the activity's name alone: three digits of its SHA-256, and as many more
    as tell it from the other `activities` of the log. What people wrote beside an id therefore
    never comes to mean another issue when a later export changes the order.

    >>> issue_id("waiting", "sign", ["check", "sign"])
    'I-W899'
    >>> issue_id("late", "", ["check", "sign"])
    'I-L'
    """
    return f"I-{LETTERS[kind]}{_number(activity, activities) if activity else ''}"


def evidence_id(issue: str, place: int) -> str:
    """The id of an issue's evidence, by its place among the evidence of that kind of issue.

    >>> evidence_id("I-W899", 2)
    'E-W899-2'
    """
    return f"E{issue[1:]}-{place}"


def _number(activity: str, activities: Collection[str]) -> str:
    own = _digits(activity)
    others = [_digits(each) for each in activities if each != activity]
    length = _DIGITS
    while any(each[:length] == own[:length] for each in others):
        length += 1
    return own[:length]


def _digits(name: str) -> str:
    return str(int(sha256(name.encode()).hexdigest(), 16))[::-1]
