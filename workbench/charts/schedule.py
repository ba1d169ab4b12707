"""The picture of a plan: tasks over time, what is done, and what slipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.charts.parts import Drawn, base, dated, day_hint, hint, row_axis, rows_high
from workbench.charts.style import BLUE, INK, ORANGE, OUTCOMES, PALE, TEAL, alt
from workbench.model import Result
from workbench.words import Words

if TYPE_CHECKING:
    import pandas as pd


def gantt(result: Result, words: Words, _name: str) -> Drawn:
    """The schedule: `stage`, `task`, `start`, `end`, and where known `id`, `done` and `owner`."""
    frame = result.tables["plan"].dropna(subset=["start", "end"])
    frame = dated(dated(frame, "start"), "end")
    frame["kind"] = [words.name("document.value.stage", each) for each in frame["stage"]]
    ids = frame["id"] if "id" in frame.columns else [""] * len(frame)
    frame["row"] = [words.text("chart.target", id=str(number), label=str(task)).strip()
                    for number, task in zip(ids, frame["task"], strict=True)]
    stage = alt.Color("kind:N", title=None, sort=None, scale=alt.Scale(
        range=[BLUE, ORANGE, TEAL, PALE, "#7a5c99", "#8a6d1f"]))
    days = alt.X("start:T", title=None, axis=alt.Axis(format=words.text("chart.format.day")))
    hints = [hint(words, "row"), day_hint(words, "start"), day_hint(words, "end")]
    hints += [hint(words, "owner")] if "owner" in frame.columns else []
    drawn = base(frame, rows_high(len(frame))).encode(y=row_axis("row"), tooltip=hints)
    layers = [drawn.mark_bar(height=11, cornerRadius=2).encode(x=days, x2="end:T", color=stage)]
    points = frame[frame["start"] == frame["end"]]
    if len(points):
        layers.append(alt.Chart(points).mark_point(
            shape="diamond", size=90, filled=True, opacity=1).encode(
            x=days, y=row_axis("row"), color=stage, tooltip=hints))
    return alt.layer(*layers, *_finished(frame, words))


def _finished(frame: pd.DataFrame, words: Words) -> list[alt.Chart]:
    """When a task was done, with a line from its end where that was later."""
    if "done" not in frame.columns or not frame["done"].notna().any():
        return []
    done = dated(frame.dropna(subset="done"), "done")
    late = done[done["done"] > done["end"]]
    row = row_axis("row")
    tick = alt.Chart(done).mark_tick(color=INK, thickness=2, size=15).encode(
        x=alt.X("done:T"), y=row, tooltip=[hint(words, "row"), day_hint(words, "done")])
    if late.empty:
        return [tick]
    slip = alt.Chart(late).mark_rule(color=OUTCOMES["not_reached"], strokeWidth=3).encode(
        x=alt.X("end:T"), x2="done:T", y=row)
    return [slip, tick]

