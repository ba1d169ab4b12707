"""How intake says what it found: problems are gathered, and a refusal carries all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import NoReturn

from workbench import words
from workbench.errors import InputRefused
from workbench.intake.personal import masked
from workbench.model import Language, Problem


def refuse(problems: Iterable[Problem], first: Language = "zh") -> NoReturn:
    """Refuse the input with every problem that was found, in both languages.

    Raises:
        InputRefused: always.
    """
    found = tuple(problems)
    raise InputRefused(words.both(found, first), found)


def refuse_if_any(problems: Iterable[Problem], first: Language = "zh") -> None:
    """Refuse if one of the problems is a rejection; say the others along with it.

    Raises:
        InputRefused: if a problem has the level `rejected`.
    """
    found = tuple(problems)
    if any(problem.level == "rejected" for problem in found):
        refuse(found, first)


def near(word: str, known: Sequence[str], most: int = 3) -> str:
    """The known words that look most like a word, as one text; all of a short list otherwise.

    >>> near("activty", ["case_id", "activity", "start", "end"])
    'activity'
    """
    folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), list(folded), most, 0.6)
    shown = [folded[name] for name in close] or list(known)[:12]
    return ", ".join(map(masked, shown)) if shown else "–"


def listed(values: Iterable[object], most: int = 3) -> str:
    """The first few different values as one text, for the examples of a message.

    >>> listed(["b", "a", "b", "c", "d"])
    'b, a, c, …'
    """
    different = list(dict.fromkeys(masked(str(value))[:80] for value in values))
    return ", ".join(different[:most]) + (", …" if len(different) > most else "")
