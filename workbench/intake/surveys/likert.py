"""Answers in words: "非常满意", "strongly agree", "有时", "yes" as places on an ordered scale.

A word has a family (what it is about: satisfied, agree, good …) and a level from −3 to 3: its
degree (very, plain, somewhat) and its sign (a negation turns it round). How many points the scale
has is decided for all items of a family together, by the levels that people used; words with an
order of their own (never … always) are lists.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbench.intake.surveys.levels import (
    ENOUGH,
    is_unclear,
    placed,
    points_of,
    sides,
    stated_points,
)
from workbench.intake.surveys.likert_words import (
    CHINESE,
    DEGREES,
    EN_PAIRS,
    ENGLISH,
    LISTS,
    MIDDLE,
    NO_ANSWER,
    ONE_SIDED,
    RANKS,
    UNDECIDED,
    YES_NO,
    ZH_ALSO,
    ZH_PAIRS,
    ZH_STEMS,
)

MOST_UNKNOWN = 0.2
"""An item is read in words if no more than this share of its words is unknown."""

@dataclass(frozen=True)
class Meaning:
    """What a word says: its family ("" for a middle that all families have), level and form."""

    family: str
    level: float
    form: str


@dataclass(frozen=True)
class WordScale:
    """What the words of an item stand for; `is_assumed` where fewer points would fit as well."""

    numbers: Mapping[str, float]
    scale: tuple[float, float]
    is_assumed: bool = False

    def told(self) -> str:
        """The words with their numbers, lowest first."""
        ranked = sorted(self.numbers.items(), key=lambda pair: (pair[1], pair[0]))
        return ", ".join(f"{word}={value:g}" for word, value in ranked)


def folded(text: str) -> str:
    """A word as it is looked up: half width, lower case, without marks around it.

    >>> folded(" Ｓtrongly-Agree。"), folded("非常 满意！")
    ('strongly agree', '非常满意')
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    if plain in NO_ANSWER:
        return plain
    plain = re.sub(r"[\s_-]+", " ", plain).strip(" .。!！,，;；\"'“”")
    return re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", plain)


def meaning(word: str) -> Meaning | None:
    """What a folded word says, None where it is no word of degree.

    >>> meaning("非常不满意"), meaning("不太满意").level, meaning("strongly agree").level
    (Meaning(family='满意', level=-3.0, form='非常不'), -1.0, 3.0)
    """
    if word in MIDDLE or word.startswith(("neither ", "既不", "既没")):
        return Meaning("", 0.0, "middle")
    if word in UNDECIDED:
        return Meaning("", 0.0, "undecided")
    return _in_chinese(word) or _in_english(word)


def _in_chinese(word: str) -> Meaning | None:
    found = CHINESE.fullmatch(word)
    if found is None:
        return None
    stem = ZH_ALSO.get(found["stem"], found["stem"])
    opposite = {low: high for high, low in ZH_PAIRS.items()}.get(stem)
    if opposite is None and stem not in ZH_STEMS and stem not in ZH_PAIRS:
        return None
    level = _level(found)
    if opposite and level < 0:  # "not bad" is no level of its own
        return None
    form = word[:-len(found["stem"])].replace("较为", "比较")
    form = re.sub(r"(?<!比)较", "比较", form)
    return Meaning(opposite or stem, -level if opposite else level, form)


def _in_english(word: str) -> Meaning | None:
    turned = re.sub(r"^(agree|disagree) (\w+)$", r"\2 \1", word)
    found = ENGLISH.fullmatch(turned)
    if found is None:
        return None
    stem = found["stem"]
    family = next((name for name, lows in EN_PAIRS.items() if stem == name or stem in lows), None)
    if family is None:
        return None
    level = _level(found)
    if stem != family and level < 0:
        return None
    return Meaning(family, level if stem == family else -level, turned[:-len(stem)].strip())


def _level(found: re.Match[str]) -> float:
    groups = found.groupdict()
    for name in ("never", "hardly"):
        if groups[name]:
            return DEGREES[name]
    degree = next((DEGREES[name] for name in ("very", "passably", "somewhat")
                   if groups.get(name)), 2.0)
    if not groups["not"]:
        return degree
    return -1.0 if degree <= 1 else -degree


def word_scales(
    items: Mapping[str, Counter[str]], scale: tuple[float, float] | None = None
) -> dict[str, WordScale]:
    """What the words of each item stand for; an item whose words fit no dictionary is not in it.

    Args:
        items: folded words and how often each was given, by item.
        scale: the stated scale; words take its number of points where it has two to seven.

    >>> found = word_scales({"speed": Counter({"很不满意": 2, "一般": 3, "满意": 1})})
    >>> found["speed"].told()
    '很不满意=1, 一般=3, 满意=4'
    """
    made: dict[str, WordScale] = {}
    families: dict[str, dict[str, Counter[str]]] = {}
    for item, counts in items.items():
        family = _family(counts)
        if isinstance(family, str):
            families.setdefault(family, {})[item] = _of_family(counts, family)
        elif family is not None:
            made[item] = _listed(counts, family)
    for members in families.values():
        made |= _polar(members, scale)
    return made


def _family(counts: Counter[str]) -> str | int | None:
    """The family (a name) or list (its number) that holds the words; None where none does."""
    said = sum(count for word, count in counts.items() if word not in NO_ANSWER)
    if not said:
        return None
    names = dict.fromkeys(each.family for each in map(meaning, counts) if each and each.family)
    fits: list[tuple[float, int, str | int]] = [
        (sum(_of_family(counts, name).values()), 1, name) for name in names]
    for number, ranks in enumerate(RANKS):
        words = [word for word in counts if word in ranks]
        if set(words) - MIDDLE and len({ranks[word] for word in words}) == len(words):
            fits.append((sum(counts[word] for word in words), 0, number))
    best = max(fits, key=lambda fit: fit[:2], default=None)
    if best is None or best[0] < (1 - MOST_UNKNOWN) * max(said, best[0]) or not best[0]:
        return None
    return best[2]


def _of_family(counts: Counter[str], family: str) -> Counter[str]:
    """The words of a family; a middle that nobody is sure of only where there is no other."""
    known = {word: found for word in counts if (found := meaning(word))}
    mine = {word: found for word, found in known.items() if found.family in {"", family}}
    if any(found.form == "middle" for found in mine.values()):
        mine = {word: found for word, found in mine.items() if found.form != "undecided"}
    return Counter({word: counts[word] for word in mine})


def _listed(counts: Counter[str], number: int) -> WordScale:
    ranks = RANKS[number]
    known = {word: ranks[word] for word in counts if word in ranks}
    if number == YES_NO:
        return WordScale({word: float(rank) for word, rank in known.items()}, (0.0, 1.0))
    others = [{word: other[word] for word in known} for other in RANKS
              if other is not ranks and all(word in other for word in known)]
    unclear = len(known) < len(LISTS[number]) and any(
        len(set(other.values())) == len(known) and other != known for other in others)
    return WordScale({word: rank + 1.0 for word, rank in known.items()},
                     (1.0, float(len(LISTS[number]))),
                     unclear and counts.total() < ENOUGH)


def _polar(members: Mapping[str, Counter[str]],
           scale: tuple[float, float] | None) -> Iterator[tuple[str, WordScale]]:
    """The scale of all items of a family together; of each alone where they contradict."""
    union: Counter[str] = Counter()
    for counts in members.values():
        union += counts
    together = _scale_of(union, scale)
    if together and not scale and _widest(union) == 3 > max(map(_widest, members.values())):
        together = None  # no item alone has so many levels: they are asked in different words
    for item, counts in members.items():
        found = together or _scale_of(counts, scale)
        if found:
            yield item, WordScale({word: found.numbers[word] for word in counts}, found.scale,
                                  found.is_assumed)


def _scale_of(counts: Counter[str], scale: tuple[float, float] | None) -> WordScale | None:
    """None where two different words ("很满意", "非常满意") would be the same answer."""
    meanings = {word: found for word in counts if (found := meaning(word))}
    one_sided = _one_sided(meanings)
    if one_sided:
        return WordScale(one_sided, (1.0, 5.0))
    levels = {word: found.level for word, found in meanings.items()}
    has_middle = 0.0 in levels.values()
    levels = {word: (1.0 if has_middle else 0.0) if level == 0.5 else level
              for word, level in levels.items()}
    forms: dict[float, set[str]] = {}
    for word, level in levels.items():
        forms.setdefault(level, set()).add(meanings[word].form if level else "middle")
    if any(len(different) > 1 for different in forms.values()):
        return None
    used = sorted(forms)
    total = counts.total()
    points = stated_points(scale) or points_of(used, total)
    values = placed(used, points)
    if values is None:
        points = points_of(used, total)
        values = placed(used, points) or {}
    low = scale[0] if scale and points == stated_points(scale) else 0.0 if points == 2 else 1.0
    return WordScale({word: low + values[level] for word, level in levels.items()},
                     (low, low + points - 1), not stated_points(scale) and is_unclear(used, total))


def _one_sided(meanings: Mapping[str, Meaning]) -> dict[str, float]:
    """Places from "not at all" to "extremely", where both it and "very" are used."""
    forms = {word: found.form for word, found in meanings.items()}
    ranks = {form: rank for rank, several in enumerate(ONE_SIDED) for form in several}
    if not {"very", "extremely"} <= set(forms.values()) or not set(forms.values()) <= set(ranks):
        return {}
    if any(found.level < 0 and not found.form.startswith("not") for found in meanings.values()):
        return {}
    found_ranks = [ranks[form] for form in forms.values()]
    if len(set(found_ranks)) < len(found_ranks):
        return {}
    return {word: ranks[form] + 1.0 for word, form in forms.items()}


def _widest(counts: Counter[str]) -> int:
    """How many levels the words have on one side of the middle, at most."""
    levels = {found.level for word in counts if (found := meaning(word))}
    return max(map(len, sides(sorted(levels))))
