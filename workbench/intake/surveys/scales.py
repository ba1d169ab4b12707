"""The scale of each item: as stated, else by the answers; and which items are turned round."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbench.intake.surveys.columns import Columns
from workbench.intake.surveys.items import Scale
from workbench.intake.surveys.levels import ENOUGH
from workbench.intake.surveys.rows import Notes, Rows

NPS_SCALE: Scale = (0.0, 10.0)
SUSPECT = -0.3
"""An item that correlates with the others below this is asked about: among 30 answers chance
alone comes so low in one of twenty items that have nothing to do with the others."""

_SCALES: tuple[Scale, ...] = ((1.0, 5.0), (1.0, 7.0), (1.0, 10.0), (0.0, 10.0), (0.0, 100.0))
_STRAIGHT = 8  # items answered alike by somebody who did not read them
_STRAY = 0.05
_TOLD = 5  # of fewer answers none is a typing error
_CODES = (-1.0, -2.0, -8.0, -9.0, -99.0, -999.0, 99.0, 999.0, 9999.0)
"""What statistics programs write for "no answer"."""

_RECOMMEND = re.compile(r"推荐|recommend|\bnps\b|net promoter", re.IGNORECASE)


def recommendation_items(scored: pd.DataFrame, stated: str | None, scale: Scale | None,
                         columns: Columns, notes: Notes) -> list[str]:
    """The items that ask for a recommendation on 0-10: the stated one, else by name and answers."""
    if stated:
        return named_items([stated], scored, columns, "nps", notes)
    found = [name for name in map(str, scored) if _RECOMMEND.search(columns.header(name))
             and _is_nought_to_ten(scored, name, scale)]
    for name in found:
        notes.whole("info", "survey_nps", columns.header(name), int(scored[name].notna().sum()))
    return found


def _is_nought_to_ten(scored: pd.DataFrame, name: str, scale: Scale | None) -> bool:
    """Whole numbers up to ten; without a nought only where the other items end below eight."""
    values = scored[name].dropna()
    others = scored.drop(columns=name).max().max()
    if values.empty or not (values.between(0, 10) & (values % 1 == 0)).all() or values.max() <= 7:
        return False
    return bool(values.min() == 0 or (
        (scale is None or scale[1] < 8) and not (np.isfinite(others) and others > 7)))


def named_items(stated: list[str], scored: pd.DataFrame, columns: Columns, key: str,
                notes: Notes) -> list[str]:
    """Items by the names that engagement.yaml gives them; one that is not there is said."""
    names = list(map(str, scored))
    known = {**{columns.header(name): name for name in names}, **{name: name for name in names}}
    for name in stated:
        if name not in known:
            notes.whole("warning", "survey_item_unknown", name, key=key, near=", ".join(names[:9]))
    return [known[name] for name in stated if name in known]


def scales_of(scored: pd.DataFrame, words: Mapping[str, Scale], stated: Scale | None,
              notes: Notes, columns: Columns) -> tuple[Scale, dict[str, Scale]]:
    """The scale that most items share, and that of each item; what is assumed is said."""
    own = {name: words.get(name) or _own(scored[name].dropna()) for name in map(str, scored)}
    if stated:
        common = stated
        scales = {name: words.get(name) or _near_stated(scored[name].dropna(), own[name], stated)
                  for name in own}
    else:
        common = _common(own)
        scales = {name: words.get(name) or _beside(own[name], common, scored[name].count())
                  for name in own}
        if not words or set(words) != set(own):
            notes.whole("info", "survey_scale_assumed", scale=_told(common))
    others: dict[Scale, list[str]] = {}
    for name, scale in scales.items():
        if scale != common:
            others.setdefault(scale, []).append(name)
    for scale, names in others.items():
        notes.whole("warning", "survey_scales_differ", columns.header(names[0]), len(names),
                    scale=_told(scale), common=_told(common))
    return common, scales


def _own(values: pd.Series) -> Scale:
    """The smallest usual scale that holds the answers, typing errors and codes left aside.

    >>> _own(pd.Series([1, 2, 3, 4, 5, 5, 4, 45])), _own(pd.Series([3, 5, 99, 99, 4]))
    ((1.0, 5.0), (1.0, 5.0))
    """
    held = _bulk(values)
    if len(held) >= 5 and set(held.unique()) == {0.0, 1.0}:
        return (0.0, 1.0)
    scale = _holding(held)
    narrow = next((each for each in _SCALES if each[1] < scale[1] and _is_slip(held, each, scale)),
                  None)
    return narrow or scale


def _holding(values: pd.Series) -> Scale:
    low, high = float(values.min()), float(values.max())
    return next((scale for scale in _SCALES if scale[0] <= low and high <= scale[1]), (low, high))


def _bulk(values: pd.Series) -> pd.Series:
    """The answers without the few that no usual scale up to ten holds where the others are on one.

    A code for "no answer" may be frequent, a typing error is one of a few or one in twenty.
    """
    told = values[~values.isin(_CODES)]
    if told.empty or 2 * len(told) < len(values):
        return values
    inside = told[told.between(*NPS_SCALE)]
    few = max(1, _STRAY * len(told)) if len(told) >= _TOLD else 0
    if len(told) - len(inside) <= few and len(inside):
        return inside
    return values if values.between(0, 100).all() else told


def _is_slip(values: pd.Series, narrow: Scale, wide: Scale) -> bool:
    """Whether few answers, all alike, are off a scale, and nobody uses the wider one's top."""
    outside = values[~values.between(*narrow)]
    return (0 < len(outside) <= _STRAY * len(values) and len(set(outside)) == 1
            and narrow[0] <= wide[0] + 1 and float(outside.iloc[0]) > narrow[1]
            and float(values.max()) < wide[1])


def _common(own: Mapping[str, Scale]) -> Scale:
    counted = Counter(own.values())
    if NPS_SCALE in counted:  # a nought among tens: all of them begin there
        counted[NPS_SCALE] += counted.pop((1.0, 10.0), 0)
    return max(counted, key=lambda scale: (counted[scale], scale[1] <= 10, scale[1], -scale[0]))


def _beside(own: Scale, common: Scale, n: int) -> Scale:
    """A smaller scale of its own only where enough answers keep below the top of the common one."""
    is_held = common[0] <= own[0] and own[1] <= common[1] and not own[1] <= 10 < common[1]
    return common if is_held and (n < ENOUGH or own[1] == common[1]) else own


def _near_stated(values: pd.Series, own: Scale, stated: Scale) -> Scale:
    """The stated scale, unless most of an item's answers are off it."""
    inside = values.between(*stated)
    return own if len(values) >= 5 and inside.mean() < 0.5 else stated


def on_scale(scored: pd.DataFrame, scales: Mapping[str, Scale], rows: Rows, columns: Columns,
             notes: Notes) -> pd.DataFrame:
    """The answers on the scale of their item; the others are left out and counted."""
    kept = {}
    for name, (low, high) in scales.items():
        wrong = ((scored[name] < low) | (scored[name] > high)).to_numpy(dtype=bool)
        examples = list(dict.fromkeys(f"{value:g}" for value in scored[name][wrong]))[:3]
        notes.note("repaired", "survey_off_scale", wrong, rows.lines_of(name),
                   columns.header(name), scale=_told((low, high)), example=", ".join(examples))
        kept[name] = scored[name].mask(wrong)
    return pd.DataFrame(kept, index=scored.index)


def turned_round(scored: pd.DataFrame, scales: Mapping[str, Scale],
                 items: list[str]) -> pd.DataFrame:
    """Items that are better the lower the answer: low + high − value."""
    return scored.assign(**{name: sum(scales[name]) - scored[name] for name in items})


def say_doubts(scored: pd.DataFrame, turned: pd.DataFrame, rows: Rows, columns: Columns,
               notes: Notes) -> None:
    """Items against the others, answers all alike (as they were given), and answers left open."""
    for name, against in _against_the_rest(turned).items():
        notes.whole("warning", "survey_reversed_suspected", columns.header(name),
                    correlation=f"{against:.2f}")
    answered = scored.notna().sum(axis=1)
    alike = (answered >= _STRAIGHT) & scored.max(axis=1).eq(scored.min(axis=1))
    notes.note("info", "survey_straight", alike.to_numpy(dtype=bool), rows.lines, "",
               items=_STRAIGHT)
    partly = answered < scored.shape[1]
    notes.note("info", "survey_incomplete", partly.to_numpy(dtype=bool), rows.lines, "")


def _against_the_rest(scored: pd.DataFrame) -> dict[str, float]:
    """Items whose correlation with the mean of the others is clearly negative."""
    spread = scored.std(ddof=1)
    varied = scored.loc[:, spread > 0]
    if varied.shape[1] < 3:
        return {}
    if len(varied) < ENOUGH:
        return {}
    standard = ((varied - varied.mean()) / varied.std(ddof=1)).to_numpy(dtype=float)
    answered = ~np.isnan(standard)
    total, count = np.nansum(standard, axis=1), answered.sum(axis=1)
    found = {}
    for place, name in enumerate(map(str, varied)):
        rows = answered[:, place] & (count > 1)
        own = standard[rows, place]
        rest = (total[rows] - own) / (count[rows] - 1)
        if rows.sum() < ENOUGH or np.ptp(rest) == 0 or np.ptp(own) == 0:
            continue
        against = float(np.corrcoef(own, rest)[0, 1])
        if against < SUSPECT:
            found[name] = against
    return found


def _told(scale: Scale) -> str:
    return f"{scale[0]:g}-{scale[1]:g}"
