"""Checks of how people and units are written; names are never repeated in a message."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import ClassVar

import numpy as np

from workbench.intake.checks.events import Events, Finding
from workbench.intake.checks.values import PLACEHOLDERS

_BLANKS = re.compile(r"\s+")
_LEFT = re.compile(r"[(（\[【]\s*(已?离职|已?停用|已?禁用|已?注销|left|inactive|disabled|former)"
                   r"\s*[)）\]】]", re.IGNORECASE)
_SEPARATORS = re.compile(r"\s*[,，、;；|]\s*")


class _Names:
    """A check of names: of the resource, and of the unit where there is one."""

    code: ClassVar[str]
    roles: ClassVar[tuple[str, ...]] = ("resource",)

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield for each role the rows whose names are written in a way that splits figures."""
        for role in self.roles:
            if not events.has(role):
                continue
            codes, index = events.codes(role)
            counts = np.bincount(codes[codes >= 0], minlength=len(index)).tolist()
            by_count = dict(zip(map(str, index), counts, strict=True))
            odd = {place for place in self.odd(by_count)  # a sign for nothing is nobody's name
                   if str(index[place]).strip().casefold() not in PLACEHOLDERS}
            if odd:
                hit = np.isin(codes, list(odd))
                yield events.found("warning", self.code, hit, role, names=len(odd))

    def odd(self, names: Mapping[str, int]) -> set[int]:
        """The places of the names that are meant, given how often each occurs."""
        raise NotImplementedError


class SpellingsOfNames(_Names):
    """The same person in two spellings (blanks, case, width) is two people in every figure."""

    code = "name_spellings"
    roles = ("resource", "unit")

    def odd(self, names: Mapping[str, int]) -> set[int]:
        """All but the most frequent of the spellings that are the same without blanks and case."""
        counts = list(names.values())
        groups: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            plain = _BLANKS.sub("", unicodedata.normalize("NFKC", name)).casefold()
            groups.setdefault(plain, []).append(place)
        return {place for group in groups.values() if len(group) > 1
                for place in sorted(group, key=lambda each: (-counts[each], each))[1:]}


class PeopleWhoLeft(_Names):
    """A remark such as (离职) behind a name makes two people of one."""

    code = "name_left"

    def odd(self, names: Mapping[str, int]) -> set[int]:
        """Names with such a remark."""
        return _places(names, lambda name: _LEFT.search(name) is not None)


class SeveralPeople(_Names):
    """Several names in one cell are a person of their own in every figure."""

    code = "several_people"
    mostly: ClassVar[float] = 0.5  # of the names: then the sign stands inside each ("Li, Ann")

    def odd(self, names: Mapping[str, int]) -> set[int]:
        """Names that a sign splits into names that are known, or into Chinese ones."""
        known = set(names)
        odd = _places(names, lambda name: self._are_several(name, known))
        return odd if len(odd) <= max(self.mostly * len(names), 1) else set()

    def _are_several(self, name: str, known: set[str]) -> bool:
        parts = [part for part in _SEPARATORS.split(name) if part]
        if len(parts) < 2:
            return False
        return (any(part in known for part in parts)
                or all(re.fullmatch(r"[\u3400-\u9fff·]{2,5}", part) for part in parts))


class PathsOfNames(_Names):
    """Paths such as 集团/华东/客服部 beside plain names hide that both mean the same."""

    code = "name_paths"
    roles = ("resource", "unit")
    seldom: ClassVar[float] = 0.9  # of the names are paths: then all are written so

    def odd(self, names: Mapping[str, int]) -> set[int]:
        """Names that are paths, where others are plain."""
        odd = _places(names, lambda name: re.search(r"\S[/\\>＞]\S", name) is not None)
        last = Counter(re.split(r"[/\\>＞]", name)[-1].strip() for name in names)
        mixed = len(odd) < self.seldom * len(names) or max(last.values(), default=0) > 1
        return odd if mixed and len(odd) < len(names) else set()


def _places(names: Iterable[str], fits: Callable[[str], bool]) -> set[int]:
    return {place for place, name in enumerate(names) if fits(name)}
