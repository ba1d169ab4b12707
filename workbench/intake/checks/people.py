"""Checks of how people and units are written; names are never repeated in a message."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np

from workbench.intake.checks.events import Codes, Events, Finding
from workbench.intake.checks.values import PLACEHOLDERS
from workbench.model import Level

_BLANKS = re.compile(r"\s+")
_LEFT = re.compile(r"[(（\[【]\s*(已?离职|已?停用|已?禁用|已?注销|left|inactive|disabled|former)"
                   r"\s*[)）\]】]", re.IGNORECASE)
_PATH = re.compile(r"(?<=\S)[/\\>＞](?=\S)")
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

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the names with such a remark; figures split where the bare name occurs too."""
        for found in super().find(events):
            codes, index = events.codes("resource")
            known = {str(name) for name in index}
            split = [place for place, name in enumerate(map(str, index))
                     if _LEFT.search(name) and _LEFT.sub("", name).strip() in known]
            rows = found.rows & np.isin(codes, split)
            level: Level = "warning" if split else "info"
            yield Finding(replace(found.problem, level=level), found.rows,
                          np.unique(events.case[rows]))


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
        odd = _places(names, lambda name: _PATH.search(name) is not None)
        mixed = len(odd) < self.seldom * len(names)
        return odd if mixed and len(odd) < len(names) else set()


class Namesakes:
    """One name in two departments at the same time is two people, who count as one.

    Only where nearly everybody belongs to one department can that be said; somebody who moved
    appears in one after the other. A department is the unit, or what stands before the name.
    """

    nearly_all: ClassVar[float] = 0.9  # of the names stand in one department
    fewest: ClassVar[int] = 10  # names; of fewer nothing can be said to be usual
    rows: ClassVar[int] = 3  # in each of two departments
    most: ClassVar[int] = 3  # departments; an account that serves more is a system's or shared
    times_usual: ClassVar[float] = 10.0  # as many rows as nobody alone has

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the rows of names that two departments share at overlapping times."""
        if not events.has("resource"):
            return
        people, units = self._sides(events)
        known = np.flatnonzero((people >= 0) & (units >= 0))
        if not len(known):
            return
        size = int(units.max()) + 1
        keys, place, counts = np.unique(people[known] * size + units[known],
                                        return_inverse=True, return_counts=True)
        low = np.full(len(keys), np.iinfo(np.int64).max)
        high = np.full(len(keys), np.iinfo(np.int64).min)
        np.minimum.at(low, place, events.end[known])
        np.maximum.at(high, place, events.end[known])
        owner = keys // size
        names, several = np.unique(owner, return_counts=True)
        if len(names) < self.fewest or (several == 1).mean() < self.nearly_all:
            return
        rows = np.bincount(people[known])[names]
        chosen = ((several > 1) & (several <= self.most)
                  & (rows <= self.times_usual * np.median(rows)))
        machines = set(people[known][events.automatic[known]].tolist())
        odd = [name for name in names[chosen] if name not in machines
               and _overlap(low, high, np.flatnonzero((owner == name) & (counts >= self.rows)))]
        if odd:
            hit = np.isin(people, odd)
            level = events.level(events.number_of_cases(hit))
            yield events.found(level, "namesakes", hit, "resource", names=len(odd))

    def _sides(self, events: Events) -> tuple[Codes, Codes]:
        """Each row's name and department, by code."""
        codes, index = events.codes("resource")
        parts = [_PATH.split(str(name)) for name in index]
        named = np.array([str(name).strip().casefold() not in PLACEHOLDERS for name in index])
        short = np.unique([part[-1].strip() for part in parts], return_inverse=True)[1]
        names = np.append(np.where(named, short, -1), -1)[codes]
        if events.has("unit"):
            return names, events.codes("unit")[0]
        above = np.unique(["/".join(part[:-1]) for part in parts], return_inverse=True)[1]
        is_path = np.array([len(part) > 1 for part in parts])
        return names, np.append(np.where(is_path, above, -1), -1)[codes]


def _overlap(low: Codes, high: Codes, places: Codes) -> bool:
    """Whether two spans of time share a moment."""
    order = places[np.argsort(low[places])]
    return bool((low[order[1:]] < np.maximum.accumulate(high[order])[:-1]).any())


def _places(names: Iterable[str], fits: Callable[[str], bool]) -> set[int]:
    return {place for place, name in enumerate(names) if fits(name)}
