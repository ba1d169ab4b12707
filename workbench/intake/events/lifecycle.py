"""Rows that state only that something was scheduled, began or was completed, to whole events."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.intake.events.approvals import in_order, moments, plain
from workbench.intake.events.roles import TEXT_ROLES
from workbench.intake.events.rows import Rows, series
from workbench.intake.events.wishes import Wishes
from workbench.intake.findings import listed, near
from workbench.model import Problem

_SCHEDULE, _START, _COMPLETE, _OTHER = 0, 1, 2, 3
_STATES = {
    **dict.fromkeys(("schedule", "scheduled", "enable", "enabled", "到达", "创建"), _SCHEDULE),
    **dict.fromkeys(("start", "started", "begin", "开始"), _START),
    **dict.fromkeys(("complete", "completed", "end", "finish", "finished", "完成", "结束", ""),
                    _COMPLETE),
}
"""What a state says of an event; a row without one is a whole event."""


def read_lifecycle(rows: Rows, typed: pd.DataFrame, wishes: Wishes, *,
                   is_ordered: bool) -> pd.DataFrame:
    """The rows as `log.lifecycle` wants them: each an event, paired, or only some states."""
    if "lifecycle" not in rows.mapping:
        return typed
    states = series(rows.text("lifecycle"))
    if wishes.lifecycle == "pair":
        return _paired(rows, typed, states, is_ordered=is_ordered)
    if wishes.lifecycle != "single":
        wanted = (wishes.lifecycle,) if isinstance(wishes.lifecycle, str) else wishes.lifecycle
        _only(rows, states, wanted)
        return typed
    _say_unpaired(rows, states)
    return typed


def _say_unpaired(rows: Rows, states: pd.Series) -> None:
    """Halves of events that stay events of their own, as nobody said what is to be done."""
    codes, names = pd.factorize(states)
    kinds = np.array([_STATES.get(name.casefold(), _OTHER) for name in names])
    half = np.array([bool(name) and kind in {_START, _COMPLETE}
                     for name, kind in zip(names, kinds, strict=True)])
    column = rows.column("lifecycle")
    if len(set(kinds[half])) > 1:
        hit = half[codes] & rows.keep
        rows.note("warning", "lifecycle_single", hit, column, states=listed(names[half]))
    else:
        rows.problems.append(Problem("info", "role_unused", rows.table.file, 1, column,
                                     values={"role": "lifecycle"}))


def _only(rows: Rows, states: pd.Series, wanted: Sequence[str]) -> None:
    """Keep the rows of some states."""
    known = states.str.casefold()
    names = {name.casefold() for name in wanted}
    for name in wanted:
        if name.casefold() not in set(known.unique()):
            rows.problems.append(Problem(
                "warning", "lifecycle_never_occurs", rows.table.file, None, "log.lifecycle",
                values={"state": name, "near": near(name, sorted(states.unique()))}))
    other = ~known.isin(names).to_numpy(dtype=bool)
    rows.aside(other, "lifecycle_other", "lifecycle", "info",
               states=listed(states[other & rows.keep].unique(), 6))


def _paired(rows: Rows, typed: pd.DataFrame, states: pd.Series, *,
            is_ordered: bool) -> pd.DataFrame:
    """Start and completion of the same activity of a case become one event, in their order.

    The first start goes with the first completion. Where several are under way at once, those
    of the same resource go together first. What was scheduled is the arrival of the event. The
    row of the completion stays; the other one is set aside as paired.
    """
    kinds = states.str.casefold().map(_STATES).fillna(_OTHER).to_numpy(dtype=np.int8)
    other = (kinds == _OTHER) & rows.keep
    rows.aside(other, "lifecycle_other", "lifecycle", "repaired",
               states=listed(states[other].unique(), 6))
    table = typed.loc[rows.keep].assign(kind=kinds[rows.keep])
    table = table.loc[in_order(table, is_ordered=is_ordered)]
    table["group"] = table.groupby(["case_id", "activity"], sort=False).ngroup()
    table = table.sort_values("group", kind="stable")
    start, arrival = plain(typed["start"]), plain(typed["arrival"])
    end = plain(typed["end"])
    work = table[table["kind"] != _SCHEDULE]
    opened, closed = _matched(work)
    start[closed] = np.fmin(start[closed], end[opened])
    planned = table[(table["kind"] == _SCHEDULE) | (table["kind"] == _COMPLETE)]
    began = np.where(np.isnat(start), end, start)
    planned = planned.assign(moment=np.where(planned["kind"] == _SCHEDULE, end[planned.index],
                                             began[planned.index]))
    planned = planned.sort_values(["group", "moment", "kind"], kind="stable")
    scheduled, served = _first_to_first(planned, planned["group"].to_numpy(),
                                        planned["kind"].to_numpy() == _SCHEDULE)
    arrival[served] = np.fmin(arrival[served], end[scheduled])
    paired = np.zeros(len(rows), dtype=bool)
    paired[opened] = paired[scheduled] = True
    rows.aside(paired, "paired", "lifecycle", "info")
    rows.aside((kinds == _START) | (kinds == _SCHEDULE), "lifecycle_unfinished", "lifecycle",
               "warning")
    alone = np.array((kinds == _COMPLETE) & rows.keep)
    alone[closed] = False
    rows.note("warning", "lifecycle_without_start", alone & (states != "").to_numpy(dtype=bool),
              rows.column("lifecycle"))
    whole = typed.assign(start=moments(start), arrival=moments(arrival))
    return _completed(whole, opened, closed)


def _completed(typed: pd.DataFrame, opened: np.ndarray, closed: np.ndarray) -> pd.DataFrame:
    """What the row of completion leaves blank is as the row of the start says."""
    filled = {}
    for role in TEXT_ROLES:
        if typed[role].isna().any() and typed[role].notna().any():
            cells = typed[role].to_numpy(dtype=object).copy()
            blank = closed[pd.isna(cells[closed])]
            cells[blank] = cells[opened[pd.isna(cells[closed])]]
            filled[role] = pd.Series(cells, dtype="str")
    return typed.assign(**filled)


def _matched(work: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The rows of starts and, beside them, those of their completions (places in the file)."""
    group, is_start = work["group"].to_numpy(), work["kind"].to_numpy() == _START
    under_way = _under_way(group, is_start)
    fresh = np.ones(len(work), dtype=bool)
    fresh[1:] = (under_way[:-1] == 0) | (group[1:] != group[:-1])
    span = np.cumsum(fresh)
    most = pd.Series(under_way).groupby(span).transform("max").to_numpy()
    person, _ = pd.factorize(work["resource"])
    crowded = (most > 1) & (person >= 0)
    part = work[crowded]
    pairs = pd.DataFrame({"span": span, "person": person})[crowded]
    own = pairs.groupby(["span", "person"], sort=False).ngroup().to_numpy()
    order = np.argsort(own, kind="stable")
    opened, closed = _first_to_first(part.iloc[order], own[order], is_start[crowded][order])
    left = ~work.index.isin(np.concatenate([opened, closed]))
    rest = work[left]
    others = _first_to_first(rest, span[left], is_start[left])
    return np.concatenate([opened, others[0]]), np.concatenate([closed, others[1]])


def _under_way(group: np.ndarray, is_start: np.ndarray) -> np.ndarray:
    """How many are under way after each row; a completion without a start does not count."""
    balance = pd.Series(np.where(is_start, 1, -1)).groupby(group).cumsum()
    lowest = balance.groupby(group).cummin().clip(upper=0)
    return (balance - lowest).to_numpy()


def _first_to_first(table: pd.DataFrame, group: np.ndarray,
                    opens: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Within each group the first that opens goes with the first that closes after it.

    `table` stands by group, each group in the order of time.
    """
    index = table.index.to_numpy()
    if not len(index):
        return index, index
    balance = pd.Series(np.where(opens, 1, -1)).groupby(group).cumsum()
    lowest = balance.groupby(group).cummin().clip(upper=0)
    earlier = lowest.groupby(group).shift(fill_value=0)
    closes = ~opens & (lowest == earlier).to_numpy()  # a new low closes what was never opened
    numbered = pd.DataFrame({"group": group, "index": index})
    left = numbered[opens].assign(place=lambda rows: rows.groupby("group").cumcount())
    right = numbered[closes].assign(place=lambda rows: rows.groupby("group").cumcount())
    both = left.merge(right, on=["group", "place"], suffixes=("_open", "_close"))
    return both["index_open"].to_numpy(), both["index_close"].to_numpy()
