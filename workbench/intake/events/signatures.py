"""The rows of people who sign one step together: which belong to one round, and who decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.intake.events.approvals import in_order, moments, plain
from workbench.intake.events.rows import Rows
from workbench.intake.events.wishes import Wishes
from workbench.intake.findings import near
from workbench.intake.statuses import MEANINGS
from workbench.model import Problem

_MINUTE = 60_000_000
_RETURNED, _REJECTED, _WITHDRAWN, _AUTOMATIC = (
    MEANINGS.index(name) for name in ("returned", "rejected", "withdrawn", "automatic"))
_ENDING = (_RETURNED, _REJECTED)
_NOT_WAITING = tuple(MEANINGS.index(name) for name in (
    "withdrawn", "no_work", "draft", "transferred"))
_ALONE, _INTERRUPTED = "joint_alone", "joint_interrupted"


@dataclass(frozen=True)
class _Joint:
    """What is known of the signatures of a log, by the place of the row; times as whole numbers."""

    case: np.ndarray
    end: np.ndarray
    arrival: np.ndarray
    person: np.ndarray
    meanings: np.ndarray

    def is_known(self, places: np.ndarray) -> bool:
        """Whether all of these rows have an arrival."""
        return bool((self.arrival[places] != _NEVER).all())


_NEVER = np.datetime64("NaT").astype(np.int64)


def sign_together(rows: Rows, typed: pd.DataFrame, meanings: np.ndarray, wishes: Wishes, *,
                  is_ordered: bool) -> pd.DataFrame:
    """The rows of people who sign one step together become one event.

    It begins with the earliest start and arrival of its round. Where any of them may sign, the
    first signature decides and ends it. Where all have to, it ends with the last one; a refusal or
    a return decides, else the last signature; while one of them has not signed it is under way,
    and no event. A cancelled row is no signature, unless all that came of the round is that it
    was withdrawn.
    """
    if not wishes.joint_all and not wishes.joint_any:
        return typed
    _say_unknown(rows, typed, wishes)
    names = [*wishes.joint_all, *wishes.joint_any]
    joint = rows.keep & typed["activity"].isin(names).to_numpy(dtype=bool)
    if not joint.any():
        return typed
    near_by = rows.keep & typed["case_id"].isin(typed.loc[joint, "case_id"]).to_numpy(dtype=bool)
    table = typed.loc[near_by].loc[in_order(typed.loc[near_by], is_ordered=is_ordered)]
    known = _Joint(
        pd.factorize(typed["case_id"])[0], plain(typed["end"]).astype(np.int64),
        plain(typed["arrival"]).astype(np.int64), pd.factorize(typed["resource"])[0], meanings)
    arrival, start, end = (plain(typed[role]) for role in ("arrival", "start", "end"))
    merged, under_way, alone, doubtful = (np.zeros(len(rows), dtype=bool) for _ in range(4))
    for name in dict.fromkeys(names):
        own = table.index[table["activity"] == name].to_numpy()
        parting = _Parting(table, name, known)
        is_all = name in wishes.joint_all
        waiting = _waiting(rows, typed, name, known) if is_all else {}
        for group in _by_case(own, known.case):
            rounds = _rounds(group, known, parting)
            for number, signed in enumerate(rounds):
                is_last = number == len(rounds) - 1
                if is_last and _is_open(signed, waiting, known, parting):
                    under_way[signed] = True
                    continue
                alone[signed] = len(signed) == 1
                doubtful[signed] = parting.lies_within(signed)
                is_final = is_last and not parting.is_followed(signed)
                real = _signatures(signed, known, may_end=is_all and is_final)
                decided = _decisive(real, known, is_all=is_all)
                merged[signed] = True
                merged[decided] = False
                arrival[decided] = np.fmin.reduce(arrival[signed])
                start[decided] = np.fmin.reduce(start[signed])
                if is_all:
                    end[decided] = end[real].max()
    rows.note("info", _ALONE, alone, rows.column("activity"))
    rows.note("warning", _INTERRUPTED, doubtful, rows.column("activity"))
    rows.aside(under_way, "joint_open", "activity", "warning")
    rows.aside(merged, "joint_signature", "activity", "info")
    return typed.assign(arrival=moments(arrival), start=moments(start), end=moments(end))


def _say_unknown(rows: Rows, typed: pd.DataFrame, wishes: Wishes) -> None:
    known = sorted(typed["activity"][rows.keep].unique())
    rows.problems += [
        Problem("warning", "activity_never_occurs", rows.table.file, None, f"log.joint.{key}",
                values={"activity": name, "near": near(name, known)})
        for key, names in (("all", wishes.joint_all), ("any", wishes.joint_any))
        for name in names if name not in known]


def _by_case(places: np.ndarray, case: np.ndarray) -> Iterator[np.ndarray]:
    """The rows of one activity, those of each case together; they stand by case."""
    if len(places):
        yield from np.split(places, np.flatnonzero(np.diff(case[places])) + 1)


class _Parting:
    """Which other activities come after a joint one, so that what is signed later is a new round.

    One does that ends after the last signature in more cases than not. Where no person is known,
    nothing else tells rounds apart, and every other activity does.
    """

    def __init__(self, table: pd.DataFrame, name: str, known: _Joint) -> None:
        is_own = (table["activity"] == name).to_numpy(dtype=bool)
        places = table.index.to_numpy()
        own, other = places[is_own], places[~is_own]
        bounds = pd.Series(known.end[own]).groupby(known.case[own])
        codes, _ = pd.factorize(table["activity"][~is_own])
        each = pd.DataFrame({"case": known.case[other], "end": known.end[other], "code": codes})
        first = each.groupby(["code", "case"], as_index=False)["end"].min()
        after = first["end"] > first["case"].map(bounds.max())
        both = first["case"].isin(bounds.max().index)
        share = after[both].groupby(first["code"][both]).mean()
        follows = each["code"].isin(share.index[share > 1 / 2]).to_numpy(dtype=bool)
        self._known = known
        self._all = _ends(each)
        self._following = _ends(each[follows])

    def comes_between(self, first: int, second: int, *, has_people: bool) -> bool:
        """Whether an activity that parts rounds ended between two rows of one case."""
        ends = self._following if has_people else self._all
        return self._lie_between(ends, first, second)

    def went_on(self, last: int) -> bool:
        """Whether something that follows the joint activity ended after a row."""
        found = self._following.get(int(self._known.case[last]))
        return found is not None and bool(found[-1] > self._known.end[last])

    def is_followed(self, signed: np.ndarray) -> bool:
        """Whether anything else of the case ended after a round."""
        found = self._all.get(int(self._known.case[signed[0]]))
        return found is not None and bool(found[-1] > self._known.end[signed].max())

    def lies_within(self, signed: np.ndarray) -> bool:
        """Whether another activity ended between signatures without arrival that stay together."""
        if len(signed) == 1 or self._known.is_known(signed):
            return False
        by_end = signed[np.argsort(self._known.end[signed], kind="stable")]
        return self._lie_between(self._all, by_end[0], by_end[-1])

    def _lie_between(self, ends: Mapping[int, np.ndarray], first: int, second: int) -> bool:
        found = ends.get(int(self._known.case[first]))
        if found is None:
            return False
        begin, until = self._known.end[first], self._known.end[second]
        return bool(np.searchsorted(found, begin, "right") < np.searchsorted(found, until, "left"))


def _ends(each: pd.DataFrame) -> dict[int, np.ndarray]:
    ordered = each.sort_values("end")
    cases, ends = ordered["case"].to_numpy(), ordered["end"].to_numpy()
    places = np.argsort(cases, kind="stable")
    return {int(cases[own[0]]): ends[own] for own in _by_case(places, cases)}


def _rounds(group: np.ndarray, known: _Joint, parting: _Parting) -> list[np.ndarray]:
    """The rows of one case, by the round they were signed in.

    With arrivals: what was there at the same time (or came within a minute) is one round, but
    what came in after a return or a refusal is the next. Without: in the order of their ends, a
    round is over after a return or a refusal, when a person signs again, or when an
    activity that parts has ended. Rows of one moment stay together, and a cancelled row begins
    nothing.
    """
    if len(group) == 1:
        return [group]
    if known.is_known(group):
        group = group[np.argsort(known.arrival[group], kind="stable")]
        return _cut(group, _starts_by_arrival(group, known))
    return _cut(group, _starts_by_end(group, known, parting))


def _cut(group: np.ndarray, starts: list[bool]) -> list[np.ndarray]:
    return np.split(group, np.flatnonzero(starts[1:]) + 1)


def _starts_by_arrival(group: np.ndarray, known: _Joint) -> list[bool]:
    starts, until, came, over = [True], known.end[group[0]], known.arrival[group[0]], None
    for place, row in enumerate(group):
        arrival = known.arrival[row]
        is_again = over is not None and came < arrival and over <= arrival
        is_new = is_again or (arrival > came + _MINUTE and arrival >= until)
        if place:
            starts.append(bool(is_new))
        if is_new:
            over = None
        until = known.end[row] if is_new else max(until, known.end[row])
        came = arrival
        if known.meanings[row] in _ENDING:
            over = known.end[row] if over is None else min(over, known.end[row])
    return starts


def _starts_by_end(group: np.ndarray, known: _Joint, parting: _Parting) -> list[bool]:
    has_people = bool((known.person[group] >= 0).any())
    starts = [False] * len(group)
    starts[0], signed, is_over, last = True, set[int](), False, group[0]
    moments_of = np.flatnonzero(np.diff(known.end[group])) + 1
    places = np.split(np.arange(len(group)), moments_of)
    for number, block in enumerate(places):
        members = group[block]
        real = members[known.meanings[members] != _WITHDRAWN]
        people = {int(code) for code in known.person[real] if code >= 0}
        is_new = number > 0 and len(real) > 0 and (
            is_over or bool(signed & people)
            or parting.comes_between(last, members[0], has_people=has_people))
        if is_new:
            starts[block[0]], signed, is_over = True, set(), False
        signed |= people
        is_over = is_over or bool(np.isin(known.meanings[members], _ENDING).any())
        last = members[-1]
    return starts


def _waiting(rows: Rows, typed: pd.DataFrame, name: str,
             known: _Joint) -> dict[int, list[int]]:
    """The rows of an activity that somebody still has to sign, by case."""
    open_rows = rows.open & (typed["activity"] == name).to_numpy(dtype=bool)
    open_rows &= ~np.isin(known.meanings, _NOT_WAITING)
    found: dict[int, list[int]] = {}
    for row in np.flatnonzero(open_rows):
        found.setdefault(int(known.case[row]), []).append(int(row))
    return found


def _is_open(signed: np.ndarray, waiting: Mapping[int, list[int]], known: _Joint,
             parting: _Parting) -> bool:
    """Whether somebody still has to sign the last round of a case.

    Not after a return or a refusal, nor where the case went on; and who was asked only after all
    of the round had signed is asked for the next.
    """
    rows = waiting.get(int(known.case[signed[0]]), [])
    if not rows or np.isin(known.meanings[signed], _ENDING).any():
        return False
    last = signed[known.end[signed].argmax()]
    came = known.arrival[rows]
    first = known.arrival[signed].max() if known.is_known(signed) else _NEVER
    own = (came == _NEVER) | (came < known.end[last]) | (came <= first + _MINUTE)
    return bool(own.any()) and not parting.went_on(last)


def _signatures(signed: np.ndarray, known: _Joint, *, may_end: bool) -> np.ndarray:
    """The rows of a round that are signatures: those that were not cancelled, unless all were.

    Where all have to sign, a cancellation after all that was signed may end the case itself.
    """
    real: np.ndarray = signed[known.meanings[signed] != _WITHDRAWN]
    if not len(real):
        return signed
    is_decided = np.isin(known.meanings[real], _ENDING).any()
    if may_end and not is_decided and known.end[real].max() < known.end[signed].max():
        return signed
    return real


def _decisive(signed: np.ndarray, known: _Joint, *, is_all: bool) -> int:
    """The row of the person who decided.

    Among equals a person goes before the system, and then the order of the rows counts.
    """
    meaning, end = known.meanings[signed], known.end[signed]
    automatic, cancelled = meaning == _AUTOMATIC, meaning == _WITHDRAWN
    place = np.arange(len(signed))
    if not is_all:
        return int(signed[np.lexsort((place, automatic, end, cancelled))[0]])
    for ending in (_REJECTED, _RETURNED):
        if (meaning == ending).any():
            return int(signed[np.lexsort((place, end, meaning != ending))[0]])
    return int(signed[np.lexsort((-place, automatic, cancelled, -end))[0]])
