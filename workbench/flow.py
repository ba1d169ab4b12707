"""The as-is map from the log, and what differs from the map that people drew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.metrics import rework, variants
from workbench.metrics.fitness import drawn_edges

if TYPE_CHECKING:
    import pandas as pd

    from workbench.model import EventLog

DIFFERENCES = ("difference", "source", "target", "events", "cases", "share")


@dataclass(frozen=True)
class Flow:
    """A process as the log shows it.

    `nodes` (one per activity): activity, events, cases, starts, ends (cases that begin and end
    with it), place (median position of its first occurrence in a case, 0-1: where to draw it),
    median_processing_hours, median_waiting_hours, median_elapsed_hours. `edges`:
    see `workbench.metrics.variants.directly_follows`.
    """

    nodes: pd.DataFrame
    edges: pd.DataFrame


def as_is(log: EventLog) -> Flow:
    """The map of a log: every activity and every direct succession.

    >>> from workbench import sample
    >>> found = as_is(sample.log("c1: a b c; c2: a c"))
    >>> found.nodes[["activity", "cases", "starts", "ends"]].values.tolist()
    [['a', 2, 2, 0], ['b', 1, 0, 0], ['c', 2, 0, 2]]
    >>> found.edges[["source", "target", "events"]].values.tolist()
    [['a', 'b', 1], ['a', 'c', 1], ['b', 'c', 1]]
    """
    nodes = rework.activities(log)[[
        "activity", "events", "cases", "median_processing_hours", "median_waiting_hours",
        "median_elapsed_hours",
    ]]
    for name, counted in (("starts", variants.start_activities(log)),
                          ("ends", variants.end_activities(log))):
        nodes = nodes.merge(counted.rename(columns={"cases": name}), on="activity", how="left")
        nodes[name] = nodes[name].fillna(0).astype("int64")
    return Flow(nodes.merge(_places(log), on="activity"), variants.directly_follows(log))


def compare(log: EventLog, steps: pd.DataFrame) -> pd.DataFrame:
    """What the log shows and nobody drew, and what was drawn and the log does not show.

    `steps` is the sheet of that name: step, next (names separated by `;`), kind (start, end).
    Columns: difference (`not_drawn`: an activity nobody drew; `not_seen`: a step that never
    happens; `edge_not_drawn`, `edge_not_seen`: successions between steps that are both drawn and
    seen; `start_not_drawn`, `end_not_drawn`: cases begin or end there although it is not drawn so),
    source, target (empty for single steps), events, cases (0 for what was not seen), share (of all
    cases). The most frequent first, then by name. A succession of a step to itself is not listed:
    rework is a metric of its own.

    >>> from workbench import sample
    >>> import pandas
    >>> drawn = pandas.DataFrame({"step": ["a", "b", "d"], "next": ["b", "d", ""],
    ...                           "kind": ["start", "", "end"]})
    >>> found = compare(sample.log("c1: a b c; c2: b a"), drawn)
    >>> found[["difference", "source", "cases"]].head(3).values.tolist()
    [['edge_not_drawn', 'b', 1], ['end_not_drawn', 'a', 1], ['not_drawn', 'c', 1]]
    >>> found[["difference", "source", "cases"]].tail(2).values.tolist()
    [['start_not_drawn', 'b', 1], ['not_seen', 'd', 0]]
    """
    import pandas as pd

    flow = as_is(log)
    drawn = steps["step"].dropna().astype("str").str.strip()
    edges = drawn_edges(steps)
    rows = [*_steps(flow, set(drawn)), *_edges(flow, set(drawn), edges),
            *_ends(flow, steps, set(drawn))]
    total = int(flow.nodes["starts"].sum())
    found = pd.DataFrame([(*row, row[-1] / total) for row in rows], columns=list(DIFFERENCES))
    found = found.astype({"events": "int64", "cases": "int64", "share": "float64"})
    return found.sort_values(
        ["cases", "events", "difference", "source", "target"],
        ascending=[False, False, True, True, True], ignore_index=True)


Row = tuple[str, str, str, int, int]


def _steps(flow: Flow, drawn: set[str]) -> list[Row]:
    counts = _counts(flow.nodes, ["activity"])
    extra: list[Row] = [("not_drawn", step, "", *counts[step,]) for step, in counts
                        if step not in drawn]
    return [*extra, *(("not_seen", step, "", 0, 0) for step in drawn if (step,) not in counts)]


def _edges(flow: Flow, drawn: set[str], edges: set[tuple[str, str]]) -> list[Row]:
    counts = _counts(flow.edges, ["source", "target"])
    extra: list[Row] = [
        ("edge_not_drawn", source, target, *count) for (source, target), count in counts.items()
        if source != target and (source, target) not in edges and {source, target} <= drawn]
    known = drawn & set(flow.nodes["activity"])
    return [*extra, *(("edge_not_seen", *edge, 0, 0) for edge in edges
                      if edge not in counts and known.issuperset(edge))]


def _ends(flow: Flow, steps: pd.DataFrame, drawn: set[str]) -> list[Row]:
    if "kind" not in steps:
        return []
    kinds = steps["kind"].fillna("").astype("str").str.strip()
    found: list[Row] = []
    for kind in ("start", "end"):
        marked = set(steps.loc[kinds == kind, "step"])  # none marked: nothing said about it
        cases = dict(zip(flow.nodes["activity"], flow.nodes[f"{kind}s"].tolist(), strict=True))
        found += [(f"{kind}_not_drawn", step, "", count, count) for step, count in cases.items()
                  if marked and count and step in drawn - marked]
    return found


def _counts(table: pd.DataFrame, names: list[str]) -> dict[tuple[str, ...], tuple[int, int]]:
    return {tuple(row[:-2]): (row[-2], row[-1])
            for row in table[[*names, "events", "cases"]].to_numpy().tolist()}


def _places(log: EventLog) -> pd.DataFrame:
    from workbench.engine import frame

    first = log.events.filter(log.events.occurrence == 1)
    joined = first.join(log.cases.select("case", length="events"), "case")
    along = joined.position / (joined.length - 1).nullif(0)
    placed = joined.mutate(along=along.fill_null(0.0)).group_by("activity").aggregate(
        place=lambda group: group.along.median())
    return frame(placed.order_by("activity"))
