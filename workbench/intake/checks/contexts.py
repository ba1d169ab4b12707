"""Checks of where activities stand: synonyms share a context, a homonym has two of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from workbench.intake.checks.events import Codes, Events, Finding, Rows, ordered
from workbench.intake.findings import listed
from workbench.intake.statuses import is_ambiguous, meaning_of
from workbench.model import Level

_MOST_LABELS = 500  # more names than this are polluted first; their contexts tell nothing
_SCRIPTS = {"han": re.compile(r"[\u3400-\u9fff]"), "latin": re.compile(r"[A-Za-zÀ-ÿ]")}


def _follows(events: Events, neighbours: Codes) -> npt.NDArray[np.float64]:
    """How often each activity (row) has each neighbour; the first column is none at all."""
    size = len(events.labels)
    cells = events.activities * (size + 1) + neighbours + 1
    counts = np.bincount(cells, minlength=size * (size + 1))
    return counts.reshape(size, size + 1).astype(float)


def sent_back(events: Events) -> Rows:
    """Which cases, by code, were returned or rejected: their repeats and detours are rework."""
    if not events.has("result"):
        return np.zeros(len(events.case_names), dtype=bool)
    codes, words = events.codes("result")
    back = [is_ambiguous(str(word)) or meaning_of(str(word)) in {"returned", "rejected"}
            for word in words]
    hit = np.array([*back, False])[codes]  # the code -1 is no result
    return np.bincount(events.case[hit], minlength=len(events.case_names)) > 0


class SynonymousLabels:
    """Two names that stand after the same and before the same activities may be one activity.

    Synonymous label of Suriadi et al. (2017). Ways that exclude each other look the same, so that
    only names which share their words are a warning, the others a remark; nothing is merged.
    """

    alike: ClassVar[float] = 0.95  # cosine of the neighbours, before and after
    fewest: ClassVar[int] = 20  # occurrences below which a context is chance

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the names that could stand for another one: alike in words, or only in context."""
        if not 1 < len(events.labels) <= _MOST_LABELS:
            return
        pairs = self._pairs(events)
        worded = {rare: other for rare, other in pairs.items()
                  if _share_words(events.labels[rare], events.labels[other])}
        others = {rare: other for rare, other in pairs.items() if rare not in worded}
        if worded:
            yield self._found(events, "warning", "synonymous_labels", worded)
        if others:
            yield self._found(events, "info", "same_context_labels", others)

    def _found(self, events: Events, level: Level, code: str, pairs: dict[int, int]) -> Finding:
        return events.found(
            level, code, np.isin(events.activity, list(pairs)), "activity", len(pairs),
            distinct=len({*pairs, *pairs.values()}),
            pairs=listed((f"{events.labels[rare]} ~ {events.labels[other]}"
                          for rare, other in pairs.items()), 5))

    def _pairs(self, events: Events) -> dict[int, int]:
        """Rarer name → the most frequent one with the same context."""
        counts, size = events.label_counts, len(events.labels)
        before, after = _follows(events, events.before), _follows(events, events.after)
        near = np.minimum(_cosines(before), _cosines(after))
        directly = after[:, 1:]
        chained = np.maximum(directly, directly.T) > 0.02 * np.minimum.outer(counts, counts)
        enough = np.minimum.outer(counts, counts) >= self.fewest
        translated = (near > 1 - 1e-9) & _in_several_scripts(events)
        fits = (near >= self.alike) & (enough | translated) & ~chained
        ranks = sorted(range(size), key=lambda code: (-counts[code], events.labels[code]))
        pairs = {}
        for place, rare in enumerate(ranks):
            found = next((other for other in ranks[:place] if fits[rare, other]), None)
            if found is not None:
                pairs[rare] = found
        return pairs


def _cosines(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    long = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    product: npt.NDArray[np.float64] = long @ long.T
    return product


def _in_several_scripts(events: Events) -> bool:
    """Whether names are written in several scripts, as where several languages are in use."""
    found = {next((name for name, signs in _SCRIPTS.items() if signs.search(label)), "")
             for label in events.labels}
    return len(found - {""}) > 1


def _share_words(one: str, other: str) -> bool:
    """Whether two names begin with the same words or signs, for at least half of the shorter.

    >>> _share_words("Perform checks - Dep2", "Perform checks"), _share_words("approve", "reject")
    (True, False)
    """
    left, right = one.casefold(), other.casefold()
    shared = next((place for place, (a, b) in enumerate(zip(left, right, strict=False)) if a != b),
                  min(len(left), len(right)))
    if re.fullmatch(r".*\s[A-Z]", one) and re.fullmatch(r".*\s[A-Z]", other):
        return False  # told apart by a letter, as ways of a choice are
    words = re.findall(r"[^\W\d_]{2,}", left[:shared])
    return bool(words) and 2 * shared >= max(min(len(left), len(right)), 4)


class HomonymousLabels:
    """One name in two contexts that share no neighbour, both in one case, may be two activities.

    Homonymous label of Suriadi et al. (2017). A process that merely branches has both contexts
    too, but not in the same case.
    """

    seldom: ClassVar[float] = 0.01  # of the occurrences: rarer neighbours are exceptions
    smallest: ClassVar[float] = 0.03  # share of the rarer context
    clear: ClassVar[float] = 0.1  # share of it from which on it is a warning
    both: ClassVar[float] = 0.1  # share of its cases that have both contexts
    fewest: ClassVar[int] = 50  # occurrences below which contexts fall apart by chance

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield the labels with two contexts: a warning, where one is hardly met a remark."""
        if len(events.labels) > _MOST_LABELS:
            return
        by_label, back = ordered([events.activities]), sent_back(events)
        ends = np.cumsum(events.label_counts)
        levels: tuple[tuple[Level, float], ...] = (("warning", self.clear),
                                                   ("info", self.smallest))
        found: dict[Level, list[int]] = {"warning": [], "info": []}
        touched: dict[Level, list[Codes]] = {"warning": [], "info": []}
        for code in np.flatnonzero(events.label_counts >= self.fewest).tolist():
            own = by_label[ends[code] - events.label_counts[code]:ends[code]]
            own = own[~back[events.cases[own]]]  # a repeat after a return is no second step
            if len(own) < self.fewest:
                continue
            for level, smallest in levels:
                cases = self._with_both(events, code, own, smallest)
                if len(cases):
                    found[level].append(code)
                    touched[level].append(cases)
                    break
        for level, hits in found.items():
            if hits:
                yield events.found(level, "homonymous_labels", np.isin(events.activity, hits),
                                   "activity", len(hits),
                                   touched=np.unique(np.concatenate(touched[level])),
                                   labels=listed((events.labels[code] for code in hits), 5))

    def _with_both(self, events: Events, code: int, own: Codes, smallest: float) -> Codes:
        """The cases with a name in two contexts; none where it has but one, or they fall apart."""
        nothing = own[:0]
        before, after = events.before[own], events.after[own]
        parts = self._parts(before, after, len(events.labels))
        apart = (before != code) & (after != code)
        sizes = np.bincount(parts[parts >= 0], minlength=1)
        # a step that is simply done twice in a row stands beside itself in either context
        alone = np.bincount(parts[(parts >= 0) & apart], minlength=len(sizes))
        large = np.flatnonzero(sizes >= smallest * len(own))
        if len(large) < 2 or not (alone[large] >= self.both * sizes[large]).any():
            return nothing
        cases = events.cases[own]
        one, two = (np.unique(cases[parts == part]) for part in large[:2])
        shared = np.intersect1d(one, two, assume_unique=True)
        return shared if len(shared) >= self.both * min(len(one), len(two)) else nothing

    def _parts(self, before: Codes, after: Codes, size: int) -> Codes:
        """The context of each occurrence: parts of the graph of neighbours; -1 where rare."""
        cells, inverse, counts = np.unique(
            (before + 1) * (size + 1) + after + 1, return_inverse=True, return_counts=True)
        often: Rows = counts >= max(self.seldom * len(before), 2)
        one, two = cells // (size + 1), cells % (size + 1) + size + 1
        graph = coo_array((np.ones(int(often.sum())), (one[often], two[often])),
                          shape=(2 * (size + 1), 2 * (size + 1)))
        _, labels = connected_components(graph, directed=False)
        parts: Codes = np.where(often, labels[one], -1)[inverse.ravel()]
        return parts
