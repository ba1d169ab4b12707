"""Rows of an approval system to steps: what was decided, and who went on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.intake.events.guess import Guess
from workbench.intake.events.roles import SURE
from workbench.intake.events.rows import Rows
from workbench.intake.events.wishes import Wishes
from workbench.intake.findings import listed
from workbench.intake.statuses import CLOSES, MEANINGS, is_ambiguous, is_exact, meaning_of
from workbench.model import Level

_UNKNOWN = -1
_SET_ASIDE = ("no_work", "draft", "pending")


def read_statuses(rows: Rows, typed: pd.DataFrame, wishes: Wishes,
                  guesses: Mapping[str, Guess]) -> tuple[pd.DataFrame, np.ndarray]:
    """What the result of each row means: the place in `MEANINGS`, -1 where it has no meaning.

    Rows without work are set aside, a step that no person did has no resource, and a result that
    ends its case is told in `closes`. Results count where their column was mapped or its name
    leaves no doubt.
    """
    nothing = np.full(len(rows), _UNKNOWN, dtype=np.int8)
    doubtful = "result" in guesses and guesses["result"].confidence < SURE
    if "result" not in rows.mapping or (doubtful and not wishes.statuses):
        return typed, nothing
    codes, words = pd.factorize(typed["result"])
    if not len(words):
        return typed, nothing
    known = [meaning_of(str(word), wishes.statuses) for word in words]
    places = np.array([*(MEANINGS.index(name) if name else _UNKNOWN for name in known),
                       _UNKNOWN], dtype=np.int8)
    meanings = places[codes]
    _say(rows, codes, [str(word) for word in words], known)
    rows.open |= rows.keep & (meanings == MEANINGS.index("pending"))
    for meaning in _SET_ASIDE:
        rows.aside(meanings == MEANINGS.index(meaning), meaning, "result")
    automatic = (meanings == MEANINGS.index("automatic")) & rows.keep
    if automatic.any():
        rows.note("info", "status_automatic", automatic, rows.column("result"))
        typed = typed.assign(resource=typed["resource"].mask(automatic))
    closes = typed["closes"].astype("object")
    for meaning, how in CLOSES.items():
        closes = closes.mask(meanings == MEANINGS.index(meaning), how)
    return typed.assign(closes=closes.astype("str")), meanings


def _say(rows: Rows, codes: np.ndarray, words: Sequence[str],
         known: Sequence[str | None]) -> None:
    """Which words were understood, which can mean two things, and which are not known."""
    counts = np.bincount(codes[rows.keep & (codes >= 0)], minlength=len(words))
    order = sorted((place for place in range(len(words)) if counts[place]),
                   key=lambda place: (-counts[place], words[place]))
    column = rows.column("result")
    asked = [place for place in order if known[place] is None and is_ambiguous(words[place])]
    strange = [place for place in order if known[place] is None and place not in asked]
    understood = [place for place in order if known[place] is not None
                  and not (known[place] == "approved" and is_exact(words[place]))]
    found: tuple[tuple[Level, str, list[int], list[str]], ...] = (
        ("info", "statuses_read", understood, [f"{words[place]}={known[place]} ({counts[place]})"
                                               for place in understood]),
        ("warning", "status_ambiguous", asked, [words[place] for place in asked]),
        ("info", "statuses_unknown", strange, [f"{words[place]} ({counts[place]})"
                                               for place in strange]),
    )
    for level, code, places, texts in found:
        if places:
            rows.note(level, code, np.isin(codes, places) & rows.keep, column,
                      words=listed(texts, 12))


def pass_on(rows: Rows, typed: pd.DataFrame, meanings: np.ndarray, *,
            is_ordered: bool) -> pd.DataFrame:
    """A step that was passed to another person is one step: the row that goes on has all its time.

    The row of the person who passed it on is set aside. The next row of the same case and
    activity (the first that came in after the hand-over, else the first that ended after it)
    takes the earlier arrival and start. Where nobody has gone on yet, the hand-over is the last
    that is known of the step, and its row stays.
    """
    passed = (meanings == MEANINGS.index("transferred")) & rows.keep
    if not passed.any():
        return typed
    groups = pd.MultiIndex.from_frame(typed[["case_id", "activity"]])
    touched = rows.keep & groups.isin(groups[passed])
    order = typed.loc[touched].pipe(in_order, is_ordered=is_ordered)
    arrival, start, end = (plain(typed[role]) for role in ("arrival", "start", "end"))
    incoming = np.where(np.isnat(arrival), np.where(np.isnat(start), end, start), arrival)
    served = np.zeros(len(rows), dtype=bool)
    places = pd.Series(order, index=pd.MultiIndex.from_frame(typed.loc[order,
                                                                       ["case_id", "activity"]]))
    for _, group in places.groupby(level=[0, 1], sort=False):
        members = group.tolist()
        for place, row in enumerate(members):
            if not passed[row]:
                continue
            later = members[place + 1:]
            heir = next((other for other in later if incoming[other] >= end[row]),
                        later[0] if later else None)
            if heir is not None:
                served[row] = True
                arrival[heir] = np.fmin(arrival[heir], arrival[row])
                start[heir] = np.fmin(start[heir], start[row])
    rows.aside(served, "transferred", "result")
    rows.note("warning", "transfer_unfinished", passed & ~served, rows.column("result"))
    return typed.assign(arrival=moments(arrival), start=moments(start))


def in_order(table: pd.DataFrame, *, is_ordered: bool) -> np.ndarray:
    """The index of a table by case and end, ties by the source or by all that the rows hold."""
    first = ["case_id", "end", *(["sequence"] if is_ordered else [])]
    rest = [name for name in table.columns if name not in {*first, "sequence", "file"}]
    return table.sort_values([*first, *rest], kind="stable").index.to_numpy()


def plain(column: pd.Series) -> np.ndarray:
    """Moments as numpy knows them, a copy that may be written to."""
    return np.array(column.dt.tz_localize(None).to_numpy("datetime64[us]"))


def moments(values: np.ndarray) -> pd.Series:
    """The reverse of `plain`."""
    return pd.Series(values).dt.tz_localize("UTC")
