"""Rows of an approval system to steps: what was decided, who went on, who signed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.intake.events.guess import Guess
from workbench.intake.events.roles import SURE
from workbench.intake.events.rows import Rows
from workbench.intake.events.statuses import CLOSES, MEANINGS, is_ambiguous, is_exact, meaning_of
from workbench.intake.events.wishes import Wishes
from workbench.intake.findings import listed, near
from workbench.model import Level, Problem

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
    takes the earlier arrival and start.
    """
    passed = (meanings == MEANINGS.index("transferred")) & rows.keep
    if not passed.any():
        return typed
    groups = pd.MultiIndex.from_frame(typed[["case_id", "activity"]])
    touched = rows.keep & groups.isin(groups[passed])
    order = typed.loc[touched].pipe(in_order, is_ordered=is_ordered)
    arrival, start, end = (plain(typed[role]) for role in ("arrival", "start", "end"))
    incoming = np.where(np.isnat(arrival), np.where(np.isnat(start), end, start), arrival)
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
                arrival[heir] = np.fmin(arrival[heir], arrival[row])
                start[heir] = np.fmin(start[heir], start[row])
    rows.aside(passed, "transferred", "result")
    return typed.assign(arrival=moments(arrival), start=moments(start))


def sign_together(rows: Rows, typed: pd.DataFrame, wishes: Wishes, *,
                  is_ordered: bool) -> pd.DataFrame:
    """The rows of people who sign one step together become one event.

    Where all have to sign, the last signature ends the step; where any of them may, the first. It
    begins with the earliest start and arrival, and its person is the one who decided. A round
    is what arrived at the same moment; where no arrival is known, the rows between which no other
    activity ended.
    """
    if not wishes.joint_all and not wishes.joint_any:
        return typed
    known = sorted(typed["activity"][rows.keep].unique())
    rows.problems += [
        Problem("warning", "activity_never_occurs", rows.table.file, None, f"log.joint.{key}",
                values={"activity": name, "near": near(name, known)})
        for key, names in (("all", wishes.joint_all), ("any", wishes.joint_any))
        for name in names if name not in known]
    joint = rows.keep & typed["activity"].isin(
        [*wishes.joint_all, *wishes.joint_any]).to_numpy(dtype=bool)
    if not joint.any():
        return typed
    near_by = rows.keep & typed["case_id"].isin(typed.loc[joint, "case_id"]).to_numpy(dtype=bool)
    table = typed.loc[near_by].loc[in_order(typed.loc[near_by], is_ordered=is_ordered)]
    rounds = _rounds(table, joint[table.index])
    table = table.loc[rounds >= 0]
    rounds = rounds[rounds >= 0]
    by_round = table.assign(round=rounds).groupby("round", sort=True)
    last = by_round.tail(1).index.to_numpy()
    first = by_round.head(1).index.to_numpy()
    is_any = table.loc[first, "activity"].isin(wishes.joint_any).to_numpy(dtype=bool)
    deciding = np.where(is_any, first, last)
    earliest = by_round[["arrival", "start"]].min()
    rest = np.zeros(len(rows), dtype=bool)
    rest[table.index] = True
    rest[deciding] = False
    rows.aside(rest, "joint_signature", "activity", "info")
    arrival, start = plain(typed["arrival"]), plain(typed["start"])
    arrival[deciding] = plain(earliest["arrival"])
    start[deciding] = plain(earliest["start"])
    return typed.assign(arrival=moments(arrival), start=moments(start))


def _rounds(table: pd.DataFrame, joint: np.ndarray) -> np.ndarray:
    """The round that each row signs in, -1 for other rows. `table` is in order."""
    case, _ = pd.factorize(table["case_id"])
    moment = plain(table["end"]).astype(np.int64)
    place = np.lexsort((moment, case))  # by the end only: those at one moment stand together
    keys = pd.DataFrame({"case": case, "moment": moment}).iloc[place]
    group = keys.groupby(["case", "moment"], sort=False)
    number = np.arange(len(place))
    before = np.empty(len(place), dtype=np.int64)  # rows of the case and those before, earlier
    until = np.empty(len(place), dtype=np.int64)  # and up to this moment
    before[place] = pd.Series(number, index=keys.index).groupby(group.ngroup()).transform("min")
    until[place] = pd.Series(number, index=keys.index).groupby(group.ngroup()).transform("max") + 1
    own = table.assign(before=before, until=until)[joint]
    known = own["arrival"].notna()
    apart = own["arrival"].astype("str").where(known, "")
    pairs = [own["case_id"], own["activity"], apart]
    interrupted = (own["before"] > own.groupby(pairs, sort=False)["until"].shift()) & ~known
    segment = interrupted.astype(int).groupby(pairs, sort=False).cumsum()
    numbers = own.groupby([*pairs, segment], sort=False).ngroup()
    found = np.full(len(table), -1, dtype=np.int64)
    found[joint] = numbers
    return found


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
