"""Checks of how activities are written: polluted, distorted, personal, artificial labels."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np
import pandas as pd

from workbench.intake.checks.events import Codes, Events, Finding
from workbench.intake.findings import listed
from workbench.intake.personal import PERSONAL, personal_ids

MARKUP = r"<[A-Za-z/!]|javascript:"
"""What looks like a tag or a script link; it is shown as text, and said."""

_NUMBERS = re.compile(r"\d+")
_SINGLE = re.compile(r"(?<![^\W_])[A-Z](?![^\W_])")
_SIGNS = re.compile(r"[\W_]+")
_WORD_WITH_DIGIT = re.compile(r"[A-Za-z0-9]*\d[A-Za-z0-9]*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_TELLING = frozenset("一二三四五六七八九十甲乙丙丁初复终总副正上下前后左右"
                     "东南西北中内外大小新旧主次收发进出")
"""Signs of which one alone makes another step of a Chinese label: first, second, east, deputy."""


_WORDING = frozenset(
    "上下主事交产人付价会传估保修停催入关写准出分初删办务包升单印发取受变合同呈咨回增处复始存安完定审客对导"
    "库开归录总恢户打批技投抢报抽拒损换接提撤支收改放政整新旧暂更术查样核档检款止汇法派测消点理生申登盘确票"
    "立签管约级终经结维行补装计订认记设访评诉试询请读调财货质购赔转输达过运退送通部配采量销门阅预领驳验")
"""Signs that steps are named with: put for another one, they make another step and no slip."""


def _rows_of(events: Events, codes: Sequence[int] | Codes) -> np.ndarray:
    """The rows of some activities."""
    wanted = np.zeros(len(events.labels), dtype=bool)
    wanted[np.asarray(codes, dtype=np.int64)] = True
    return wanted[events.activity]


class TooManyActivities:
    """Thousands of activities mean that an identifier was taken for the activity.

    No map of them could be read, so the log is refused.
    """

    most: ClassVar[int] = 5_000  # the largest published log of a real process has 624

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a rejection if there are more activities than any process has."""
        distinct = len(events.labels)
        if distinct > self.most:
            yield events.found("rejected", "too_many_activities",
                               np.ones(len(events.typed), dtype=bool), "activity", distinct,
                               examples=listed(events.typed["activity"].head(20)))


class DistortedLabels:
    """Two labels that differ by a typing error are two activities: a merge is suggested.

    Distorted label of Suriadi et al. (2017).
    """

    much_rarer: ClassVar[float] = 0.5  # a slip is not made more often than every second time
    rare_in_han: ClassVar[float] = 0.05  # one sign is half a word: only what is rare is a slip
    shortest: ClassVar[int] = 5  # in shorter words one letter makes another word
    mostly: ClassVar[float] = 0.5  # of a short Chinese label stand where the other one does

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield one warning that names the rare labels which look like common ones."""
        pairs = self._pairs(events)
        if pairs:
            yield events.found(
                "warning", "similar_labels", _rows_of(events, list(pairs)), "activity",
                len(pairs), pairs=listed((f"{events.labels[rare]} ~ {events.labels[common]}"
                                          for rare, common in pairs.items()), 5))

    def _pairs(self, events: Events) -> dict[int, int]:
        """Rare label → the most common one that it looks like."""
        labels, counts = events.labels, events.label_counts
        by_count = sorted(range(len(labels)), key=lambda code: (-counts[code], labels[code]))
        plain = [_plain(label) for label in labels]
        numbers = [tuple(_NUMBERS.findall(label)) for label in labels]
        seen: dict[tuple[object, str], list[int]] = {}
        pairs = {}
        for code in by_count:
            long = len(plain[code]) >= self.shortest or _HAN.search(labels[code])
            forms = _shortened(plain[code]) if long else {plain[code]}
            keys = [(numbers[code], form) for form in forms]  # steps 1 and 2 look alike on purpose
            near = sorted({other for key in keys for other in seen.get(key, ())},
                          key=lambda other: (-counts[other], labels[other]))
            common = next((other for other in near if self._is_slip(
                labels[code], labels[other], counts[code] / counts[other])
                and (len(plain[code]) >= self.shortest or plain[code] == plain[other]
                     or self._is_short_slip(events, code, other))), None)
            if common is not None:
                pairs[code] = common
            for key in keys:
                seen.setdefault(key, []).append(code)
        return pairs

    def _is_slip(self, rare: str, common: str, ratio: float) -> bool:
        if _SINGLE.sub("", rare) == _SINGLE.sub("", common):
            return False  # Release A and Release B are told apart by their letter
        one, other = _plain(rare), _plain(common)
        if one != other and _HAN.search(rare):
            swapped = set(one) ^ set(other)
            return ratio <= self.rare_in_han and not swapped & _TELLING
        return ratio <= self.much_rarer

    def _is_short_slip(self, events: Events, rare: int, common: int) -> bool:
        """Whether a Chinese label of up to four signs is a slip of another one.

        Either two signs changed places, or one became a sign that no other label has and steps are
        not named with; and it stands where the other one does.
        """
        one, other = _plain(events.labels[rare]), _plain(events.labels[common])
        if len(one) != len(other) or len(one) < 2:
            return False
        odd = [sign for sign, usual in zip(one, other, strict=True) if sign != usual]
        if len(odd) == 1:
            elsewhere = {sign for code, label in enumerate(events.labels)
                         if code != rare and events.label_counts[code] > events.label_counts[rare]
                         for sign in label}
            if odd[0] in _WORDING or odd[0] in elsewhere:
                return False
        elif len(odd) != 2 or sorted(one) != sorted(other):
            return False
        own, others = events.activities == rare, events.activities == common
        fits = (np.isin(events.before[own], events.before[others])
                & np.isin(events.after[own], events.after[others]))
        return bool(fits.mean() >= self.mostly)


def _plain(label: str) -> str:
    """A label without case, width, blanks and signs."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", label)).casefold()


def _shortened(text: str) -> set[str]:
    """A text and all that is left of it without one sign: slips of one sign share one of them.

    >>> sorted(_shortened("pay") & _shortened("pya"))
    ['pa', 'py']
    """
    return {text} | {text[:place] + text[place + 1:] for place in range(len(text))}


class PollutedLabels:
    """Labels that carry a number of the case (an invoice, an order) make one activity many.

    Polluted label of Suriadi et al. (2017): what stands before the first word with a digit is the
    activity; the rest changes nearly every time.
    """

    fewest: ClassVar[int] = 10  # as many names of one activity are no numbered steps any more
    most_events: ClassVar[float] = 2.0  # per name: a name that comes back is a name

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a warning if many labels differ only in their numbers and hardly recur."""
        labels, counts = events.labels, events.label_counts
        numbered = {code: masked for code, label in enumerate(labels)
                    if (masked := _masked_numbers(label)) != label}
        groups: dict[str, list[int]] = {}
        for code, masked in numbered.items():
            groups.setdefault(masked, []).append(code)
        dirty = [codes for codes in groups.values() if len(codes) >= self.fewest
                 and counts[codes].sum() <= self.most_events * len(codes)]
        if dirty:
            merged = len(labels) - sum(len(codes) - 1 for codes in dirty)
            every = [code for codes in dirty for code in codes]
            yield events.found(
                "warning", "polluted_labels", _rows_of(events, every), "activity", len(labels),
                distinct=len(labels), masked=merged,
                examples=listed(labels[codes[0]] for codes in dirty))


def _masked_numbers(label: str) -> str:
    """A label up to its first word with a digit.

    >>> _masked_numbers("Approve invoice 70000"), _masked_numbers("check_88YA_2023")
    ('Approve invoice #', 'check_#')
    """
    found = _WORD_WITH_DIGIT.search(label)
    if found is None or not found.start():
        return label if found is None else "#" + label[found.end():]
    return label[:found.start()] + "#"


class PersonalData:
    """A label or id that holds an identity number, a telephone number or a mail address.

    It is masked in labels when they are typed, and stands as a pseudonym in what is handed on.
    """

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a warning per role in which personal data stands; the data is not repeated."""
        hit = personal_ids(pd.Series(events.case_names, dtype="str"))[events.case]
        if hit.any():
            yield events.found("warning", "personal_data", hit, "case_id")
        labels = [code for code, label in enumerate(events.labels) if PERSONAL.search(label)]
        if labels:
            yield events.found("warning", "personal_data", _rows_of(events, labels), "activity")


class Markup:
    """A label or id that looks like program text or a formula is shown as text, never run."""

    pattern: ClassVar[str] = MARKUP + r"|^[=+@-].*\("

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a warning per role whose cells look like HTML, a script link or a formula."""
        for role, names, codes in (("activity", events.labels, events.activity),
                                   ("case_id", events.case_names, events.case)):
            hit = pd.Series(names, dtype="str").str.contains(self.pattern, regex=True)
            rows = hit.to_numpy(dtype=bool)[codes]
            if rows.any():
                yield events.found("warning", "markup", rows, role)


class ArtificialActivities:
    """Start and End written around each case by a tool are no work: ignoring them is suggested."""

    def find(self, events: Events) -> Iterator[Finding]:
        """Yield a warning for activities called Start or End that open or close every case."""
        names = artificial(events.typed)
        if names:
            codes = [events.labels.index(name) for name in names]
            yield events.found("warning", "artificial_activities", _rows_of(events, codes),
                               "activity", activities=", ".join(names))


def artificial(typed: pd.DataFrame) -> tuple[str, ...]:
    """Activities literally called start or end that come first or last in every case.

    >>> times = pd.to_datetime(["2024-01-01", "2024-01-02"], utc=True)
    >>> artificial(pd.DataFrame({"case_id": ["1", "1"], "activity": ["Start", "pay"],
    ...                          "start": times, "end": times}))
    ('Start',)
    """
    named = [name for name in typed["activity"].unique() if name.casefold() in {"start", "end"}]
    if not named:
        return ()
    moments = typed["start"].fillna(typed["end"])
    by_case = moments.groupby(typed["case_id"])
    cases = typed["case_id"].nunique()
    found = []
    for name in named:
        edge = by_case.transform("min" if name.casefold() == "start" else "max")
        own = typed["activity"] == name
        once = not typed.loc[own, "case_id"].duplicated().any()
        if own.sum() == cases and once and (moments[own] == edge[own]).all():
            found.append(str(name))
    return tuple(sorted(found, key=str.casefold, reverse=True))
