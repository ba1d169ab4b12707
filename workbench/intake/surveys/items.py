"""The texts of a questionnaire to numbers: which columns are items, and what each answer counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from workbench.intake.findings import listed
from workbench.intake.schema import SurveyForm
from workbench.intake.sheets import SURVEY
from workbench.intake.surveys.cells import cell
from workbench.intake.surveys.columns import Columns, is_comment, is_multiple, is_personal
from workbench.intake.surveys.likert import MOST_UNKNOWN, WordScale, folded, word_scales
from workbench.intake.surveys.likert_words import NO_ANSWER, NO_COMMENT
from workbench.intake.surveys.rows import Notes, Rows

Scale = tuple[float, float]

_MOST_DIFFERENT = 20_000
"""A column with more different texts is no item: no scale has so many places."""


@dataclass(frozen=True)
class Items:
    """The scored items, and what else the columns are.

    `scored` has a column of numbers per item. `scales` holds the scale of items in words, `turned`
    the items whose numbers run against their words, `comments` the columns of free text.
    """

    scored: pd.DataFrame
    scales: Mapping[str, Scale]
    turned: tuple[str, ...]
    comments: tuple[str, ...]


@dataclass(frozen=True)
class _Item:
    """A column as numbers and words: one row per row, NaN and "" where there is none."""

    name: str
    texts: pd.Series
    number: pd.Series
    word: pd.Series
    joined: pd.Series
    words: WordScale | None = None
    pairs: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def filled(self) -> pd.Series:
        """Rows with an answer."""
        return self.texts.ne("") & ~self.word.where(self.number.isna(), "-").isin(
            NO_ANSWER - {"-"} - set(self.words.numbers if self.words else ()))


def read_items(rows: Rows, columns: Columns, stated: SurveyForm, notes: Notes) -> Items:
    """Score every column that can be; the others are comments, or named and not used."""
    read = {name: _read(name, rows.cells[name]) for name in map(str, rows.cells)}
    read = _with_words(read, stated)
    scored: dict[str, pd.Series] = {}
    told: list[_Item] = []
    turned: list[str] = []
    comments: list[str] = []
    for name, item in read.items():
        if not _is_item(item):
            comments += _unscored(item, columns.header(name), notes)
            continue
        scored[name] = _scored(item, columns.header(name), rows, notes)
        if item.words and item.word[item.number.isna()].isin(set(item.words.numbers)).any():
            told.append(item)
        if item.words and _runs_against(item):
            turned.append(name)
    _say_words(told, notes)
    scales = {item.name: item.words.scale for item in told if item.words and not item.pairs
              and not _mostly_numbers(item)}
    return Items(pd.DataFrame(scored, index=rows.people.index), scales, tuple(turned),
                 tuple(comments))


def _read(name: str, texts: pd.Series) -> _Item:
    different = texts.unique()
    if len(different) > _MOST_DIFFERENT:
        nothing = pd.Series(np.nan, index=texts.index)
        return _Item(name, texts, nothing, texts, nothing.isna())
    known = {text: cell(text) for text in different}
    return _Item(name, texts,
                 texts.map({text: found.number for text, found in known.items()}).astype(float),
                 texts.map({text: found.word for text, found in known.items()}),
                 texts.map({text: found.is_joined for text, found in known.items()}).astype(bool))


def _with_words(read: Mapping[str, _Item], stated: SurveyForm) -> dict[str, _Item]:
    """Each item with what its words stand for: as stated, else by the dictionaries."""
    own = {folded(word): value for word, value in stated.answers.items()}
    counts = {name: Counter({str(word): int(count) for word, count in
                             item.word[item.word.ne("")].value_counts().items()})
              for name, item in read.items() if not item.word.eq("").all()}
    counts = {name: found for name, found in counts.items() if len(found) <= _MOST_DIFFERENT}
    scales = word_scales({name: Counter({word: count for word, count in found.items()
                                         if word not in own}) for name, found in counts.items()},
                         stated.scale)
    made = dict(read)
    for name, found in counts.items():
        words = _overridden(scales.get(name), found, own, stated.scale)
        made[name] = replace(read[name], words=words, pairs=_pairs(read[name], words))
    return made


def _overridden(words: WordScale | None, counts: Counter[str], own: Mapping[str, float],
                scale: Scale | None) -> WordScale | None:
    said = {word: own[word] for word in counts if word in own}
    if not said:
        return words
    if words is None and sum(counts[word] for word in said) < (1 - MOST_UNKNOWN) * sum(
            count for word, count in counts.items() if word not in NO_ANSWER):
        return None
    values = {**(words.numbers if words else {}), **said}
    span = (*values.values(), *(words.scale if words else ()), *own.values())
    return WordScale(values, scale or (min(span), max(span)))


def _pairs(item: _Item, words: WordScale | None) -> dict[str, float]:
    """Words that stand beside one number each ("5 - best"): the number is what counts."""
    both = item.number.notna() & item.word.ne("")
    seen = pd.DataFrame({"number": item.number, "word": item.word, "joined": item.joined})[both]
    different = seen.drop_duplicates(["number", "word"])
    known = set(words.numbers) if words else set()
    if different.empty or different["word"].duplicated().any() or (
            different["number"].duplicated().any()):
        return {}
    sure = different["joined"].all() and len(different) > 1
    if words and all(words.numbers.get(word) == number for number, word in
                     zip(different["number"], different["word"], strict=True)):
        return {}  # they say what the dictionary says
    return {str(word): float(number) for number, word in
            zip(different["number"], different["word"], strict=True) if sure or word in known}


def _mostly_numbers(item: _Item) -> bool:
    answered = item.filled
    plain = item.number.notna() & item.word.eq("")
    return bool(plain.sum() >= 0.5 * max(answered.sum(), 1))


def _usable(item: _Item) -> pd.Series:
    """Rows whose answer can be scored."""
    known = set(item.pairs) | set(item.words.numbers if item.words else ())
    return item.filled & (item.word.isin(known) | (item.number.notna() & item.word.eq("")))


def _is_item(item: _Item) -> bool:
    answered = item.filled
    if not answered.any() or is_multiple(item.texts) or is_personal(item.texts):
        return False
    numbers = item.number.notna() & item.word.eq("")
    share = 0.5 if numbers[answered].mean() >= 0.5 else 1 - MOST_UNKNOWN
    return bool(_usable(item)[answered].mean() >= share)


def _unscored(item: _Item, header: str, notes: Notes) -> list[str]:
    """Say what a column is that cannot be scored; its name if it is one of comments."""
    if item.texts.eq("").all() or header.startswith("#"):
        return []
    if is_multiple(item.texts):
        notes.whole("info", "survey_multiple", header)
    elif is_personal(item.texts):
        notes.whole("info", "survey_tool_columns", header, columns=header)
    elif is_comment(header, item.texts):
        notes.whole("info", "survey_comments", header,
                    int((~item.texts.str.casefold().isin(NO_COMMENT)).sum()))
        return [item.name]
    elif _is_partly_words(item):
        notes.whole("warning", "survey_words_unknown", header, example=listed(
            item.texts[item.filled].unique()))
    else:
        notes.whole("warning", "column_unknown", header, near=listed(SURVEY, 9))
    return []


def _is_partly_words(item: _Item) -> bool:
    """Few different answers, some of them words of a scale: an item that no dictionary holds."""
    words = item.word[item.filled].unique()
    singles = word_scales({str(word): Counter({str(word): 1}) for word in words[:50]})
    return len(words) <= 12 and 2 * len(singles) >= len(words) > 0


def _scored(item: _Item, header: str, rows: Rows, notes: Notes) -> pd.Series:
    """The number of each answer; what is neither a number nor a known word is left out."""
    values = dict(item.words.numbers) if item.words else {}
    plain = item.number.where(item.word.eq("") | item.word.isin(set(item.pairs) | set(values)))
    if item.words and not item.pairs:
        low, high = item.words.scale
        inside = plain.dropna().between(low, high)
        if len(inside) and inside.mean() < 1 - MOST_UNKNOWN:
            values = {}  # numbers of another scale: the words have no place on it
    by_word = item.word.map(item.pairs or values).astype(float)
    numbers = plain.where(plain.notna(), by_word)
    wrong = (numbers.isna() & item.filled).to_numpy(dtype=bool)
    code = "survey_word_unknown" if values or item.pairs else "survey_not_number"
    notes.note("repaired", code, wrong, rows.lines_of(item.name), header,
               example=listed(item.texts[wrong]))
    return numbers


def _runs_against(item: _Item) -> bool:
    """Whether the best word has the lowest number ("1 - 非常满意")."""
    values = item.words.numbers if item.words else {}
    both = [(values[word], number) for word, number in item.pairs.items() if word in values]
    ranked = [number for _, number in sorted(both)]
    return len(ranked) > 1 and ranked == sorted(ranked, reverse=True) and (
        len(set(ranked)) == len(ranked))


def _say_words(items: list[_Item], notes: Notes) -> None:
    """What the words of the items stand for, once for each dictionary."""
    alike: dict[tuple[Scale, bool], list[_Item]] = {}
    for item in items:
        if item.words:
            alike.setdefault((item.words.scale, item.words.is_assumed), []).append(item)
    for (scale, is_assumed), several in alike.items():
        values: dict[str, float] = {}
        for item in several:
            values |= item.pairs or dict(item.words.numbers if item.words else {})
        notes.whole("warning" if is_assumed else "info",
                    "survey_points_assumed" if is_assumed else "survey_words", several[0].name,
                    len(several), words=WordScale(values, scale).told(),
                    scale=f"{scale[0]:g}-{scale[1]:g}")
