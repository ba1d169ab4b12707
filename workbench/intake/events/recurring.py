"""Case ids that recur in a later file: the same case, or another one under its number.

An id that shares an event with the file before is the same case. One whose opening activity
recurs, at another moment, begins anew: numbers that are given out again each month. The majority
of the ids that recur decides for all. Where as many say the one as the other, the ids are taken for
others where the files describe different periods, else for the same; that is told as a doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

Scope = Literal["file", "client"]
_MINUTE, _SECOND = "min", "s"


@dataclass(frozen=True)
class Evidence:
    """How many of the ids that recur share an event, and how many begin anew."""

    shared: int
    same: int
    anew: int
    are_apart: bool

    @property
    def neither(self) -> int:
        """How many ids that recur show nothing."""
        return self.shared - self.same - self.anew

    @property
    def scope(self) -> Scope:
        """What the majority says."""
        if self.same != self.anew:
            return "client" if self.same > self.anew else "file"
        return "file" if self.are_apart else "client"

    @property
    def is_doubtful(self) -> bool:
        """Whether ids recur that say different things, or none says anything."""
        return self.shared > 0 and (self.same > 0) == (self.anew > 0)


def evidence_of_all(files: Sequence[pd.DataFrame]) -> Evidence:
    """The evidence of several files: each is compared with all that began before it."""
    ordered = sorted(files, key=lambda typed: (typed["end"].min(), str(typed["file"].iloc[0])))
    found = [evidence_of(pd.concat(ordered[:place], ignore_index=True), ordered[place])
             for place in range(1, len(ordered))]
    return Evidence(sum(each.shared for each in found), sum(each.same for each in found),
                    sum(each.anew for each in found),
                    any(each.are_apart for each in found if each.shared))


def evidence_of(first: pd.DataFrame, second: pd.DataFrame) -> Evidence:
    """What the ids that stand in two files say, whichever of them is the earlier one."""
    first, second = sorted((first, second), key=lambda typed: typed["end"].min())
    are_apart = bool(second["end"].min() >= first["end"].max())
    shared = set(first["case_id"]) & set(second["case_id"])
    earlier, later = (table[table["case_id"].isin(shared)]
                      for table in to_the_same_moment(first, second))
    events = earlier.drop_duplicates(["case_id", "activity", "moment"])
    same = set(later.merge(events, on=["case_id", "activity", "moment"])["case_id"])
    opening = earlier["moment"] == earlier.groupby("case_id")["moment"].transform("min")
    openings = earlier.loc[opening, ["case_id", "activity"]].drop_duplicates()
    anew = set(later.merge(openings, on=["case_id", "activity"])["case_id"]) - same
    return Evidence(len(shared), len(same), len(anew), are_apart)


def to_the_same_moment(first: pd.DataFrame,
                       second: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables with the `moment` of each end, to the minute or second where one tells no more."""
    ends = [table["end"] for table in (first, second)]
    for step in (_MINUTE, _SECOND):
        if any(len(each) and (each == each.dt.floor(step)).all() for each in ends):
            ends = [each.dt.floor(step) for each in ends]
            break
    return first.assign(moment=ends[0]), second.assign(moment=ends[1])
