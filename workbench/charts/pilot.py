"""The pictures of a pilot: each target week by week, the effects, what people said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbench.charts.parts import (
    Drawn,
    base,
    count,
    dated,
    day_hint,
    hint,
    line_legend,
    one_row,
    row_axis,
    rows_high,
    week_axis,
)
from workbench.charts.style import BLUE, GREY, INK, ORANGE, OUTCOMES, PALE, TEAL, WIDTH, alt
from workbench.model import Figure, Result, Unit
from workbench.words import Words, effect_unit

if TYPE_CHECKING:
    import pandas as pd

_LABEL_WIDTH = 33  # letters of a line beside the forest; a Chinese character takes two


def weekly(result: Result, words: Words, name: str) -> Drawn:
    """A KPI by week and arm: `period` (Monday), `arm`, `value`, `low`, `high`, `n`.

    Rules from the figures `pilot_start` and `goal_<target_id>`, whose unit is the KPI's.
    """
    target = name.removeprefix("weekly_")
    goal = result.figures.get(f"goal_{target}")
    frame = dated(result.tables[name].dropna(subset="value"), "period")
    unit: Unit = goal.unit if goal else "ratio"
    frame["kind"] = [words.text(f"chart.arm.{each}") for each in frame["arm"]]
    frame["told"] = [words.number(Figure(value, unit)) + count(words, n)
                     for value, n in zip(frame["value"], frame["n"], strict=True)]
    arms = [each for each in ("pilot", "comparison") if each in set(frame["arm"])]
    scale = [words.text(f"chart.arm.{each}") for each in arms]
    colour = alt.Color("kind:N", title=None, sort=None, legend=line_legend(), scale=alt.Scale(
        domain=scale, range=[{"pilot": ORANGE, "comparison": BLUE}[each] for each in arms]))
    dash = alt.StrokeDash("kind:N", title=None, sort=None, legend=line_legend(), scale=alt.Scale(
        domain=scale, range=[{"pilot": [1, 0], "comparison": [6, 3]}[each] for each in arms]))
    drawn = base(frame, 260).encode(x=week_axis(words, frame, "period"), color=colour)
    axis = alt.Axis(format="~%") if unit in {"share", "points", "relative"} else alt.Axis()
    title = words.text(f"chart.unit.{unit}")
    value = alt.Y("value:Q", axis=axis, scale=alt.Scale(zero=False), title=title)
    layers: list[alt.Chart] = []
    if {"low", "high"} <= set(frame.columns) and frame["low"].notna().any():
        banded = alt.Chart(frame.dropna(subset=["low", "high"])).encode(
            x=week_axis(words, frame, "period"), color=colour)
        layers.append(banded.mark_area(opacity=0.14).encode(
            y=alt.Y("low:Q", axis=axis, scale=alt.Scale(zero=False), title=title),
            y2="high:Q"))
    layers.append(drawn.mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=28)).encode(
        y=value, strokeDash=dash, tooltip=[
            day_hint(words, "period"), hint(words, "kind"), hint(words, "told")]))
    layers += _pilot_start(result, words) + _goal_line(goal, words)
    return alt.layer(*layers)


def effects(result: Result, words: Words, _name: str) -> Drawn:
    """A forest of effects against their targets.

    `target_id`, `kpi`, `effect`, `low`, `high`, `outcome`, and where there is one `target` (the
    margin of a guardrail) and `label`.
    """
    frame = result.tables["verdicts"].dropna(subset="effect").copy()
    frame["scale"] = [effect_unit(each) for each in frame["kpi"]]
    labels = frame["label"] if "label" in frame.columns else [""] * len(frame)
    frame["row"] = [
        words.text("chart.target", id=each, label=str(label or words.name("document.value.kpi",
                                                                          kpi)))
        for each, label, kpi in zip(frame["target_id"], labels, frame["kpi"], strict=True)]
    interim = frame["interim"] if "interim" in frame.columns else [False] * len(frame)
    frame["verdict"] = [
        words.text("pilot_evaluation.label.interim") if early
        else words.name("document.value.outcome", each)
        for each, early in zip(frame["outcome"], interim, strict=True)]
    panels = [
        _forest(frame[frame["scale"] == scale], words, scale)
        for scale in ("relative", "points", "score_change") if (frame["scale"] == scale).any()]
    return alt.vconcat(*panels, spacing=18)


def feedback(result: Result, words: Words, name: str) -> Drawn:
    """What was said, by theme and audience: `theme`, `audience`, `statements`."""
    frame = result.tables[name].copy()
    frame["who"] = [words.name("document.value.audience", each) for each in frame["audience"]]
    return base(frame, rows_high(frame["theme"].nunique())).mark_bar().encode(
        x=alt.X("statements:Q", title=words.text("chart.axis.statements"),
                axis=alt.Axis(tickMinStep=1, format="d")),
        y=row_axis("theme"),
        color=alt.Color("who:N", title=None, sort=None, scale=alt.Scale(
            range=[BLUE, ORANGE, TEAL, PALE])),
        tooltip=[hint(words, "theme"), hint(words, "who"), hint(words, "statements")],
    )


def wrapped(text: str, width: int) -> str:
    r"""A label in lines of at most `width` letters; one word that is longer stays whole.

    >>> wrapped("T4 Solved within 48 hours: up 7 points", 20)
    'T4 Solved within 48\nhours: up 7 points'
    >>> wrapped("T4 四十八小时内办结率提高", 14)
    'T4 四十八小时\n内办结率提高'
    """
    lines = [""]
    for piece in re.findall(r"[^\s\u2e80-\uffef]+\s*|[\u2e80-\uffef]\s*|\s+", text):
        if lines[-1] and _letters(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(line.rstrip() for line in lines)


def _letters(text: str) -> int:
    return sum(2 if each >= "\u2e80" else 1 for each in text)


def _forest(frame: pd.DataFrame, words: Words, scale: Unit) -> Drawn:
    frame = frame.copy()
    frame["told"] = [words.number(Figure(each, scale)) for each in frame["effect"]]
    title = words.text(f"chart.axis.effect_{'score' if scale == 'score_change' else scale}")
    format_ = "+.2f" if scale == "score_change" else "+~%"
    frame["row"] = [wrapped(each, _LABEL_WIDTH) for each in frame["row"]]
    names = alt.Axis(labelExpr="split(datum.label, '\\n')", labelLimit=0, minExtent=175)
    drawn = base(frame, max(46, 44 * len(frame)), WIDTH - 190).encode(
        y=alt.Y("row:N", sort=None, title=None, axis=names),
        tooltip=[hint(words, "row"), hint(words, "told"), hint(words, "verdict")])
    verdicts = {words.name("document.value.outcome", each): colour
                for each, colour in OUTCOMES.items()}
    if (early := words.text("pilot_evaluation.label.interim")) in set(frame["verdict"]):
        verdicts = {early: GREY}
    colour = alt.Color("verdict:N", title=None, scale=alt.Scale(
        domain=list(verdicts), range=list(verdicts.values())))
    zero = one_row({"effect": 0}).mark_rule(color=GREY).encode(x="effect:Q")
    effect = alt.X("effect:Q", title=title, axis=alt.Axis(format=format_, tickCount=6),
                   scale=alt.Scale(padding=24))
    layers = [
        zero,
        drawn.mark_rule(strokeWidth=3, opacity=0.6).encode(
            x=alt.X("low:Q", title=title, axis=alt.Axis(format=format_, tickCount=6)),
            x2="high:Q",
            color=colour),
        drawn.mark_point(filled=True, size=110, opacity=1).encode(x=effect, color=colour),
        drawn.mark_text(dy=-20, fontSize=11, color=INK).encode(x=effect, text="told:N"),
    ]
    aimed = frame.dropna(subset="target") if "target" in frame.columns else frame.head(0)
    if len(aimed):
        layers.append(alt.Chart(aimed).mark_tick(color=INK, thickness=2, size=24).encode(
            x=alt.X("target:Q", title=title), y=alt.Y("row:N", sort=None)))
    return alt.layer(*layers)


def _pilot_start(result: Result, words: Words) -> list[alt.Chart]:
    start = result.figures.get("pilot_start")
    if start is None or start.value is None:
        return []
    day = one_row({"period": str(start.value)[:10] + "T00:00:00",
                            "told": words.text("chart.mark.pilot_start")})
    rule = day.mark_rule(color=INK, strokeDash=[4, 3]).encode(x="period:T")
    told = day.mark_text(
        align="left", dx=5, fontSize=11, color=INK, baseline="top").encode(
        x="period:T", y=alt.value(2), text="told:N")
    return [rule, told]


def _goal_line(goal: Figure | None, words: Words) -> list[alt.Chart]:
    if goal is None or not isinstance(goal.value, (int, float)):
        return []
    told_goal = words.text("chart.mark.goal", goal=words.number(goal))
    line = one_row({"value": goal.value, "told": f"\u00b7\u00b7\u00b7 {told_goal}"})
    rule = line.mark_rule(color=TEAL, strokeDash=[2, 2], strokeWidth=1.5).encode(
        y="value:Q")
    told = line.mark_text(  # above the plot, where no line of the weeks runs through it
        align="right", baseline="bottom", fontSize=11, color=TEAL).encode(
        y=alt.value(-6), x=alt.value("width"), text="told:N")
    return [rule, told]

