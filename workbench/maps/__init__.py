"""The process as a map: boxes for activities, arrows for what follows what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.maps.drawing import Edge, Node, draw
from workbench.maps.order import in_order
from workbench.model import Figure, Result, Statement
from workbench.words import Words

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Edge", "Map", "Node", "draw", "in_order", "process_map"]

FEW_NODES, MOST_NODES = 18, 40
NEARLY_ALL = 0.995  # of all activities carried out: rarer ones are left to the tables
ENOUGH = 0.97  # of all steps between activities: more arrows than that hide the process
MOST_EDGES_PER_NODE = 2.5
_WARM = ("#fdf3e7", "#fbdfc0", "#f6bf87", "#ec9650", "#d9702b")
_COOL = ("#f1f5f9", "#dbe6ef", "#bdd2e3", "#94b5d0", "#6a97bb")


@dataclass(frozen=True)
class Map:
    """A drawn map and the sentence that says how much of the log it shows."""

    svg: str
    note: Statement


def process_map(result: Result, words: Words, name: str) -> Map:
    """The process as it ran.

    `activities`: activity, cases, and where known median_waiting_hours (colours the boxes; else
    their frequency does). `directly_follows`: source, target, events, cases, median_hours.
    `start_activities`, `end_activities` (optional): activity, cases. `nodes` (optional): activity,
    place (0-1, where in a case it usually stands).
    """
    steps = result.tables["directly_follows"]
    nodes = _most_frequent(result.tables["activities"])
    order = in_order(nodes["activity"].tolist(), steps, _places(result.tables.get("nodes")))
    nodes = nodes.set_index("activity").loc[order].reset_index()
    shown = _worth_showing(steps[steps["source"].isin(order) & steps["target"].isin(order)], order)
    place = {activity: number for number, activity in enumerate(order)}
    ends = _ends(result, place, shown, words)
    drawn_nodes = [*_boxes(nodes, words), *(node for node, _ in ends)]
    edges = [*_arrows(shown, place, words),
             *(edge for number, (_, its) in enumerate(ends)
               for edge in _attach(its, len(order) + number))]
    waiting = _has_waiting(nodes)
    note = Statement("chart.map.waiting" if waiting else "chart.map.frequency", {
        "shown": Figure(len(shown), "count"), "all": Figure(len(steps), "count"),
        "share": Figure(_share(shown, steps), "share", n=int(steps["events"].sum())),
        "nodes": Figure(len(order), "count"),
        "activities": Figure(len(result.tables["activities"]), "count"),
    })
    return Map(draw(drawn_nodes, edges, words.text(f"chart.title.{name}"), name), note)


def _places(nodes: pd.DataFrame | None) -> dict[str, float]:
    if nodes is None or "place" not in nodes.columns:
        return {}
    return dict(zip(nodes["activity"], nodes["place"], strict=True))


def _most_frequent(activities: pd.DataFrame) -> pd.DataFrame:
    """All activities of a small process; of a large one those that make up nearly all of it."""
    ranked = activities.sort_values("cases", ascending=False, kind="stable")
    if len(ranked) <= FEW_NODES:
        return ranked
    before = ranked["cases"].cumsum() - ranked["cases"]
    needed = int((before < NEARLY_ALL * ranked["cases"].sum()).sum())
    return ranked.head(min(max(FEW_NODES, needed), MOST_NODES))


def _worth_showing(steps: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """The steps that nearly all of the log takes, and each activity's main way in and out."""
    ranked = steps.sort_values("events", ascending=False, kind="stable")
    most = round(MOST_EDGES_PER_NODE * len(order))
    covered = ranked["events"].cumsum() - ranked["events"] < ENOUGH * steps["events"].sum()
    other = ranked[ranked["source"] != ranked["target"]]
    main = set(other.drop_duplicates("source").index) | set(other.drop_duplicates("target").index)
    often = set(ranked[covered].head(most).index)
    return ranked.loc[[each in often or each in main for each in ranked.index], :]


def _share(shown: pd.DataFrame, steps: pd.DataFrame) -> float | None:
    return float(shown["events"].sum() / steps["events"].sum()) if len(steps) else None


def _has_waiting(nodes: pd.DataFrame) -> bool:
    return "median_waiting_hours" in nodes.columns and bool(
        nodes["median_waiting_hours"].notna().any())


def _boxes(nodes: pd.DataFrame, words: Words) -> list[Node]:
    waiting = _has_waiting(nodes)
    column, colours = ("median_waiting_hours", _WARM) if waiting else ("cases", _COOL)
    largest = nodes[column].max() or 1
    boxes = []
    for row in nodes.to_dict("records"):
        cases = words.number(Figure(int(row["cases"]), "count"))
        value = row[column]
        known = value == value  # noqa: PLR0124 - NaN differs from itself
        wait = words.number(Figure(value, "hours")) if waiting and known else ""
        below = (words.text("chart.map.below", cases=cases, wait=wait) if wait
                 else words.text("chart.map.below_cases", cases=cases))
        shade = min(4, int(5 * (value / largest) ** 0.5)) if known else 0
        boxes.append(Node(row["activity"], below, colours[shade],
                          "#ffffff" if waiting and shade == 4 else "#1d2733",
                          f"{row['activity']}\n{below}"))
    return boxes


def _arrows(steps: pd.DataFrame, place: Mapping[str, int], words: Words) -> list[Edge]:
    largest = steps["events"].max() if len(steps) else 1
    arrows = []
    for row in steps.to_dict("records"):
        source, target = place[row["source"]], place[row["target"]]
        events = words.number(Figure(int(row["events"]), "count"))
        hours = words.number(Figure(row["median_hours"], "hours"))
        arrows.append(Edge(
            source, target, events, float((row["events"] / largest) ** 0.5),
            words.text("chart.map.step", source=row["source"], target=row["target"],
                       events=events, hours=hours),
            backward=target < source))
    return arrows


def _ends(
    result: Result, place: Mapping[str, int], shown: pd.DataFrame, words: Words
) -> list[tuple[Node, list[tuple[int | None, int | None, str, float]]]]:
    """Start and end marks, each with its arrows: (from, to, label, strength)."""
    other = shown[shown["source"] != shown["target"]]
    made = []
    for table, key, joined in (("start_activities", "start", other["target"]),
                               ("end_activities", "end", other["source"])):
        frame = result.tables.get(table)
        if frame is None or frame.empty:
            continue
        known = frame[frame["activity"].isin(place)].sort_values(
            "cases", ascending=False, kind="stable")
        often = known["activity"].isin(known["activity"].head(3))
        known = known[often | ~known["activity"].isin(joined)]  # no box hangs loose
        arrows: list[tuple[int | None, int | None, str, float]] = []
        for activity, cases in zip(known["activity"], known["cases"], strict=True):
            ends = (None, place[activity]) if key == "start" else (place[activity], None)
            label = words.number(Figure(int(cases), "count"))
            arrows.append((*ends, label, float(cases / frame["cases"].max())))
        node = Node(words.text(f"chart.map.{key}"), fill="#1f3a5f", ink="#ffffff", mark=True)
        made.append((node, arrows))
    return made


def _attach(
    arrows: Sequence[tuple[int | None, int | None, str, float]], mark: int
) -> list[Edge]:
    return [
        Edge(mark if source is None else source, mark if target is None else target,
             label, 0.6 * strength, label)
        for source, target, label, strength in arrows]
