"""Tables to charts: Altair over small, finished tables. No arithmetic, no raw rows.

Every function takes a result, the words of a language and the name of the picture; the columns
that its table needs stand in its docstring. Titles, axes and hints come from `words`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # 3 s for nothing

import altair as alt  # noqa: E402 - after the line above, or it is in vain
import vl_convert  # noqa: E402 - as above

from workbench.model import Figure, Result, Unit
from workbench.words import Words, unit_of

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 700
FONTS = ('"Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "Segoe UI", '
         '"Helvetica Neue", Arial, sans-serif')
INK, GREY, LINE = "#1d2733", "#5d6b7a", "#d9dfe6"
BLUE, ORANGE, TEAL, PALE = "#2f6592", "#d9782d", "#3f8f84", "#9bb8d3"
OUTCOMES = {"reached": "#2f7d5b", "not_reached": "#b8442c", "cannot_tell": "#8a6d1f"}
SCALES: Mapping[str, Unit] = {"throughput": "relative", "satisfaction": "score", "score": "score"}
"""The unit of an effect by its KPI; every other KPI is a rate, whose effect is in points."""

Drawn = alt.TopLevelMixin


# ---------------------------------------------------------------- diagnosis


def time_split(result: Result, words: Words, name: str) -> Drawn:
    """Bars of what an activity takes: `activity`, `processing_hours`, `waiting_hours`."""
    frame = result.tables[name]
    parts = [each for each in ("waiting_hours", "processing_hours") if each in frame.columns]
    long = frame.melt("activity", parts, "part", "hours").dropna(subset="hours")
    long["kind"] = [words.text(f"chart.part.{each}") for each in long["part"]]
    long["told"] = [words.number(Figure(each, "hours")) for each in long["hours"]]
    return _base(long, _rows_high(len(frame))).mark_bar().encode(
        x=alt.X("hours:Q", title=words.text("chart.axis.hours")),
        y=_activity_axis("activity"),
        color=alt.Color("kind:N", title=None, sort=None, scale=alt.Scale(
            domain=[words.text(f"chart.part.{each}") for each in parts],
            range=[{"waiting_hours": ORANGE, "processing_hours": BLUE}[each] for each in parts])),
        order=alt.Order("part:N", sort="descending"),
        tooltip=[_hint("activity"), _hint("kind"), _hint("told")],
    )


def throughput_histogram(result: Result, words: Words, name: str) -> Drawn:
    """Cases by throughput: `low_hours`, `high_hours`, `cases`; marks from `throughput_marks`."""
    frame = result.tables[name].copy()
    frame["told"] = [words.number(Figure(low, "hours", low=low, high=high), "interval")
                     for low, high in zip(frame["low_hours"], frame["high_hours"], strict=True)]
    bars = _base(frame, 230).mark_bar(color=PALE, binSpacing=1).encode(
        x=alt.X("low_hours:Q", bin="binned", title=words.text("chart.axis.throughput")),
        x2="high_hours:Q",
        y=alt.Y("cases:Q", title=words.text("chart.axis.cases"), stack=None),
        tooltip=[_hint("told"), _hint("cases")],
    )
    marks = result.tables.get("throughput_marks")
    if marks is None or marks.empty:
        return bars
    return alt.layer(bars, *_rules(marks, words))


def weekly_load(result: Result, words: Words, name: str) -> Drawn:
    """Cases arriving, closed and open by week: `week`, `arrivals`, `closed`, `open`."""
    frame = result.tables[name]
    flows = [each for each in ("arrivals", "closed") if each in frame.columns]
    long = frame.melt("week", flows, "part", "cases").dropna(subset="cases")
    long["kind"] = [words.text(f"chart.part.{each}") for each in long["part"]]
    frame, long = _dated(frame, "week"), _dated(long, "week")
    top = _base(long, 150, WIDTH - 50).mark_line(strokeWidth=2).encode(
        x=_week_axis(words, frame), y=alt.Y("cases:Q", title=words.text("chart.axis.cases_week")),
        color=alt.Color("kind:N", title=None, sort=None, legend=_line_legend(), scale=alt.Scale(
            domain=[words.text(f"chart.part.{each}") for each in flows],
            range=[BLUE, TEAL][: len(flows)])),
        strokeDash=alt.StrokeDash("kind:N", sort=None, title=None, legend=_line_legend(),
                                  scale=alt.Scale(range=[[1, 0], [5, 3]])),
        tooltip=[_week_hint(words), _hint("kind"), _hint("cases")],
    )
    if "open" not in frame.columns:
        return top
    below = _base(frame.dropna(subset="open"), 90, WIDTH - 50)
    bottom = below.mark_area(color=ORANGE, opacity=0.35, line={"color": ORANGE}).encode(
        x=_week_axis(words, frame), y=alt.Y("open:Q", title=words.text("chart.axis.open")),
        tooltip=[_week_hint(words), _hint("open")],
    )
    return alt.vconcat(top, bottom, spacing=14)


def variants(result: Result, words: Words, name: str) -> Drawn:
    """Share of cases by path: `rank`, `activities` (a JSON list), `cases`, `share`."""
    frame = result.tables[name].copy()
    frame["path"] = [_path(each) for each in frame["activities"]]
    frame["told"] = [words.number(Figure(share, "share")) + _n(words, cases)
                     for share, cases in zip(frame["share"], frame["cases"], strict=True)]
    base = _base(frame, max(60, 46 * len(frame))).encode(
        y=alt.Y("rank:O", title=None, axis=alt.Axis(labelPadding=6, ticks=False, domain=False)),
        tooltip=[_hint("path"), _hint("told")],
    )
    share = alt.X("share:Q", title=words.text("chart.axis.share_of_cases"),
                  axis=alt.Axis(format="~%"), scale=alt.Scale(domainMin=0))
    bars = base.mark_bar(color=PALE, height=12, yOffset=9).encode(x=share)
    told = base.mark_text(align="left", dx=5, dy=9, fontSize=11, color=GREY).encode(
        x=share, text="told:N")
    paths = base.mark_text(align="left", dy=-8, limit=WIDTH - 50, fontSize=11.5, color=INK).encode(
        x=alt.value(0), text="path:N")
    return alt.layer(bars, told, paths)


def rework(result: Result, words: Words, name: str) -> Drawn:
    """Share of an activity's cases in which it was done again: `rework_rate`, `rework_cases`."""
    frame = result.tables["activities"]
    return _told_bars(frame, words, "rework_rate", "rework_cases", words.text("chart.axis.rework"))


def satisfaction(result: Result, words: Words, name: str) -> Drawn:
    """Mean scores with their intervals: `item`, `mean_score`, `low_score`, `high_score`, `n`."""
    frame = result.tables[name].dropna(subset="mean_score").copy()
    frame["told"] = [
        words.number(Figure(mean, "score")) + _n(words, n)
        for mean, n in zip(frame["mean_score"], frame["n"], strict=True)]
    base = _base(frame, _rows_high(len(frame))).encode(
        y=_activity_axis("item"), tooltip=[_hint("item"), _hint("told")])
    score = alt.X("mean_score:Q", title=words.text("chart.axis.score"),
                  scale=alt.Scale(zero=False, nice=True, padding=12))
    span = base.mark_rule(color=BLUE, strokeWidth=2, opacity=0.55).encode(
        x=alt.X("low_score:Q", title=words.text("chart.axis.score")), x2="high_score:Q")
    point = base.mark_point(filled=True, size=70, color=BLUE, opacity=1).encode(x=score)
    told = base.mark_text(dy=-9, fontSize=11, color=GREY).encode(x=score, text="told:N")
    return alt.layer(span, point, told)


def issues_pareto(result: Result, words: Words, name: str) -> Drawn:
    """Issues by what they cost: `id`, `activity`, `hours`, `low`, `high` (hours a month)."""
    frame = result.tables["issues"].copy()
    kinds = frame["kind"] if "kind" in frame.columns else [""] * len(frame)
    frame["issue"] = [
        words.text("chart.issue", id=each, activity=str(activity or ""),
                   kind=words.name("document.value.kind", kind))
        for each, activity, kind in zip(frame["id"], frame["activity"], kinds, strict=True)]
    frame["told"] = [words.number(Figure(each, "effort")) for each in frame["hours"]]
    base = _base(frame, _rows_high(len(frame))).encode(
        y=_activity_axis("issue"), tooltip=[_hint("issue"), _hint("told")])
    hours = alt.X("hours:Q", title=words.text("chart.axis.hours_month"))
    bars = base.mark_bar(color=PALE).encode(x=hours)
    span = base.mark_rule(color=INK, strokeWidth=1.5).encode(
        x=alt.X("low:Q", title=words.text("chart.axis.hours_month")), x2="high:Q")
    return alt.layer(bars, span)


# ---------------------------------------------------------------- pilot


def weekly(result: Result, words: Words, name: str) -> Drawn:
    """A KPI by week and arm: `period` (Monday), `arm`, `value`, `low`, `high`, `n`.

    Rules from the figures `pilot_start` and `goal_<target_id>`, whose unit is the KPI's.
    """
    target = name.removeprefix("weekly_")
    goal = result.figures.get(f"goal_{target}")
    frame = _dated(result.tables[name].dropna(subset="value"), "period")
    unit: Unit = goal.unit if goal else _unit_of_values(result.tables[name])
    frame["kind"] = [words.text(f"chart.arm.{each}") for each in frame["arm"]]
    frame["told"] = [words.number(Figure(value, unit)) + _n(words, n)
                     for value, n in zip(frame["value"], frame["n"], strict=True)]
    arms = [each for each in ("pilot", "comparison") if each in set(frame["arm"])]
    scale = [words.text(f"chart.arm.{each}") for each in arms]
    colour = alt.Color("kind:N", title=None, sort=None, legend=_line_legend(), scale=alt.Scale(
        domain=scale, range=[{"pilot": ORANGE, "comparison": BLUE}[each] for each in arms]))
    dash = alt.StrokeDash("kind:N", title=None, sort=None, legend=_line_legend(), scale=alt.Scale(
        domain=scale, range=[{"pilot": [1, 0], "comparison": [6, 3]}[each] for each in arms]))
    base = _base(frame, 260).encode(x=_week_axis(words, frame, "period"), color=colour)
    axis = alt.Axis(format="~%") if unit in {"share", "points", "relative"} else alt.Axis()
    title = words.text(f"chart.unit.{unit}")
    value = alt.Y("value:Q", axis=axis, scale=alt.Scale(zero=False), title=title)
    layers: list[alt.Chart] = []
    if {"low", "high"} <= set(frame.columns) and frame["low"].notna().any():
        banded = alt.Chart(frame.dropna(subset=["low", "high"])).encode(
            x=_week_axis(words, frame, "period"), color=colour)
        layers.append(banded.mark_area(opacity=0.14).encode(
            y=alt.Y("low:Q", axis=axis, scale=alt.Scale(zero=False), title=title),
            y2="high:Q"))
    layers.append(base.mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=28)).encode(
        y=value, strokeDash=dash, tooltip=[_week_hint(words, "period"), _hint("kind"), _hint("told")]))
    layers += _pilot_start(result, words) + _goal_line(goal, words)
    return alt.layer(*layers)


def effects(result: Result, words: Words, name: str) -> Drawn:
    """A forest of effects against their targets: `target_id`, `kpi`, `effect`, `low`, `high`,
    `outcome`, and where there is one `target` (the margin of a guardrail) and `label`.
    """
    frame = result.tables["verdicts"].dropna(subset="effect").copy()
    frame["scale"] = [SCALES.get(each, "points") for each in frame["kpi"]]
    labels = frame["label"] if "label" in frame.columns else [""] * len(frame)
    frame["row"] = [
        words.text("chart.target", id=each, label=str(label or words.name("document.value.kpi",
                                                                          kpi)))
        for each, label, kpi in zip(frame["target_id"], labels, frame["kpi"], strict=True)]
    frame["verdict"] = [words.name("document.value.outcome", each) for each in frame["outcome"]]
    panels = [
        _forest(frame[frame["scale"] == scale], words, scale)
        for scale in ("relative", "points", "score") if (frame["scale"] == scale).any()]
    return alt.vconcat(*panels, spacing=18)


def feedback(result: Result, words: Words, name: str) -> Drawn:
    """What was said, by theme and audience: `theme`, `audience`, `statements`."""
    frame = result.tables[name].copy()
    frame["who"] = [words.name("document.value.audience", each) for each in frame["audience"]]
    return _base(frame, _rows_high(frame["theme"].nunique())).mark_bar().encode(
        x=alt.X("statements:Q", title=words.text("chart.axis.statements"),
                axis=alt.Axis(tickMinStep=1, format="d")),
        y=_activity_axis("theme"),
        color=alt.Color("who:N", title=None, sort=None, scale=alt.Scale(
            range=[BLUE, ORANGE, TEAL, PALE])),
        tooltip=[_hint("theme"), _hint("who"), _hint("statements")],
    )


def gantt(result: Result, words: Words, name: str) -> Drawn:
    """The schedule: `stage`, `task`, `start`, `end`, and where known `id`, `done` and `owner`."""
    frame = result.tables["plan"].dropna(subset=["start", "end"])
    frame = _dated(_dated(frame, "start"), "end")
    frame["kind"] = [words.name("document.value.stage", each) for each in frame["stage"]]
    ids = frame["id"] if "id" in frame.columns else [""] * len(frame)
    frame["row"] = [words.text("chart.target", id=str(number), label=str(task)).strip()
                    for number, task in zip(ids, frame["task"], strict=True)]
    stage = alt.Color("kind:N", title=None, sort=None, scale=alt.Scale(
        range=[BLUE, ORANGE, TEAL, PALE, "#7a5c99", "#8a6d1f"]))
    days = alt.X("start:T", title=None, axis=alt.Axis(format=words.text("chart.format.day")))
    hints = [_hint("row"), _week_hint(words, "start"), _week_hint(words, "end")]
    hints += [_hint("owner")] if "owner" in frame.columns else []
    base = _base(frame, _rows_high(len(frame))).encode(y=_activity_axis("row"), tooltip=hints)
    layers = [base.mark_bar(height=11, cornerRadius=2).encode(x=days, x2="end:T", color=stage)]
    points = frame[frame["start"] == frame["end"]]
    if len(points):
        layers.append(alt.Chart(points).mark_point(
            shape="diamond", size=90, filled=True, opacity=1).encode(
            x=days, y=_activity_axis("row"), color=stage, tooltip=hints))
    return alt.layer(*layers, *_finished(frame, words))


def _finished(frame: pd.DataFrame, words: Words) -> list[alt.Chart]:
    """When a task was done, with a line from its end where that was later."""
    if "done" not in frame.columns or not frame["done"].notna().any():
        return []
    done = _dated(frame.dropna(subset="done"), "done")
    late = done[done["done"] > done["end"]]
    row = _activity_axis("row")
    tick = alt.Chart(done).mark_tick(color=INK, thickness=2, size=15).encode(
        x=alt.X("done:T"), y=row, tooltip=[_hint("row"), _week_hint(words, "done")])
    if late.empty:
        return [tick]
    slip = alt.Chart(late).mark_rule(color=OUTCOMES["not_reached"], strokeWidth=3).encode(
        x=alt.X("end:T"), x2="done:T", y=row)
    return [slip, tick]


# ---------------------------------------------------------------- finishing


def finish(chart: Drawn, words: Words) -> dict[str, Any]:
    """A chart as its Vega-Lite specification, in the house's style."""
    spec: dict[str, Any] = chart.to_dict()
    spec["config"] = _style()
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    if "vconcat" in spec:
        del spec["autosize"]
    return spec


def svg(spec: Mapping[str, Any], name: str) -> str:
    """A specification as SVG that stands by itself; its ids are its own on a page of many."""
    drawn: str = vl_convert.vegalite_to_svg(dict(spec), vl_version="6.4")
    prefix = re.sub(r"\W", "_", name)
    drawn = re.sub(r'\bid="', f'id="{prefix}-', drawn)
    return re.sub(r"url\(#", f"url(#{prefix}-", drawn)


def _style() -> dict[str, Any]:
    text = {"labelFont": FONTS, "titleFont": FONTS, "labelFontSize": 11, "titleFontSize": 11}
    return {
        "font": FONTS, "background": "transparent", "view": {"stroke": None},
        "axis": text | {
            "labelColor": INK, "titleColor": GREY, "titleFontWeight": "normal",
            "gridColor": "#e9edf1", "domainColor": LINE, "tickColor": LINE, "labelLimit": 240},
        "axisX": {"tickCount": 8, "titlePadding": 8},
        "axisY": {"domain": False, "ticks": False, "labelPadding": 6, "titleAngle": 0,
                  "titleAlign": "left", "titleAnchor": "end", "titleY": -9, "titleX": -34,
                  "titleBaseline": "bottom"},
        "legend": text | {"orient": "top", "symbolType": "square", "labelColor": INK,
                          "columns": 6, "offset": 8, "symbolOpacity": 1},
        "bar": {"cornerRadiusEnd": 2},
        "scale": {"bandPaddingInner": 0.28},
    }


# ---------------------------------------------------------------- parts


def _base(frame: pd.DataFrame, height: int, width: int = WIDTH) -> alt.Chart:
    return alt.Chart(frame, width=width, height=height)


def _rows_high(rows: int) -> int:
    return max(50, 26 * rows)


def _activity_axis(column: str) -> alt.Y:
    return alt.Y(f"{column}:N", sort=None, title=None)


def _line_legend() -> alt.Legend:
    """A legend of lines, high enough to leave the title of the upright axis its place."""
    return alt.Legend(symbolType="stroke", symbolStrokeWidth=2.5, symbolSize=220, offset=24)


def _hint(column: str) -> alt.Tooltip:
    return alt.Tooltip(f"{column}:N", title=" ")


def _week_hint(words: Words, column: str = "week") -> alt.Tooltip:
    return alt.Tooltip(f"{column}:T", title=" ", format=words.text("chart.format.date"))


def _week_axis(words: Words, frame: pd.DataFrame, column: str = "week") -> alt.X:
    """An axis that names Mondays, as many as there is room for."""
    weeks = sorted(set(frame[column]))
    named = weeks[:: 1 + len(weeks) // 12]
    return alt.X(f"{column}:T", title=words.text("chart.axis.week"), axis=alt.Axis(
        values=named, format=words.text("chart.format.day"), labelOverlap=True, grid=False))


def _dated(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Days as days: a reader in another time zone sees the same ones."""
    told = [str(each)[:10] + "T00:00:00" for each in frame[column]]
    return frame.assign(**{column: told})


def _n(words: Words, n: object) -> str:
    return words.text("chart.n", n=words.number(Figure(int(n), "count")))  # type: ignore[call-overload]


def _path(activities: object) -> str:
    import json

    steps: Sequence[object] = json.loads(activities) if isinstance(activities, str) else activities  # type: ignore[assignment]
    return " → ".join(str(each) for each in steps)


def _told_bars(
    frame: pd.DataFrame, words: Words, column: str, count: str, title: str
) -> Drawn:
    frame = frame[["activity", column, count]].copy()
    frame["told"] = [words.number(Figure(value, unit_of(column))) + _n(words, n)
                     for value, n in zip(frame[column], frame[count], strict=True)]
    base = _base(frame, _rows_high(len(frame))).encode(
        y=_activity_axis("activity"), tooltip=[_hint("activity"), _hint("told")])
    value = alt.X(f"{column}:Q", title=title, axis=alt.Axis(format="~%"),
                  scale=alt.Scale(domainMin=0))
    return alt.layer(
        base.mark_bar(color=PALE).encode(x=value),
        base.mark_text(align="left", dx=5, fontSize=11, color=GREY).encode(x=value, text="told:N"))


def _rules(marks: pd.DataFrame, words: Words) -> list[alt.Chart]:
    """Upright lines with a word each: `mark`, `hours`."""
    layers: list[alt.Chart] = []
    for turn, (mark, hours) in enumerate(zip(marks["mark"], marks["hours"], strict=True)):
        told = words.text(f"chart.mark.{mark}", hours=words.number(Figure(hours, "hours")))
        line = alt.Chart(alt.Data(values=[{"hours": hours, "told": told}])).encode(x="hours:Q")
        layers += [
            line.mark_rule(color=ORANGE, strokeWidth=1.5, strokeDash=[5, 3]),
            line.mark_text(align="left", dx=-3, fontSize=11, color=INK, baseline="bottom").encode(
                text="told:N", y=alt.value(-4 - 14 * (len(marks) - 1 - turn))),
        ]
    return layers


def _pilot_start(result: Result, words: Words) -> list[alt.Chart]:
    start = result.figures.get("pilot_start")
    if start is None or start.value is None:
        return []
    day = alt.Data(values=[{"period": str(start.value)[:10] + "T00:00:00",
                            "told": words.text("chart.mark.pilot_start")}])
    rule = alt.Chart(day).mark_rule(color=INK, strokeDash=[4, 3]).encode(x="period:T")
    told = alt.Chart(day).mark_text(align="left", dx=5, fontSize=11, color=INK, baseline="top").encode(
        x="period:T", y=alt.value(2), text="told:N")
    return [rule, told]


def _goal_line(goal: Figure | None, words: Words) -> list[alt.Chart]:
    if goal is None or not isinstance(goal.value, (int, float)):
        return []
    line = alt.Data(values=[{
        "value": goal.value, "told": words.text("chart.mark.goal", goal=words.number(goal))}])
    rule = alt.Chart(line).mark_rule(color=TEAL, strokeDash=[2, 2], strokeWidth=1.5).encode(
        y="value:Q")
    told = alt.Chart(line).mark_text(
        align="right", dy=-6, dx=-4, fontSize=11, color=TEAL).encode(
        y="value:Q", x=alt.XValue("width"), text="told:N")
    return [rule, told]


def _unit_of_values(frame: pd.DataFrame) -> Unit:
    return frame["unit_of_value"].iloc[0] if "unit_of_value" in frame.columns else "ratio"


def _forest(frame: pd.DataFrame, words: Words, scale: Unit) -> alt.LayerChart:
    frame = frame.copy()
    frame["told"] = [words.number(Figure(each, scale)) for each in frame["effect"]]
    title = words.text(f"chart.axis.effect_{scale}")
    format_ = "+.2f" if scale == "score" else "+~%"
    base = _base(frame, max(46, 44 * len(frame)), WIDTH - 190).encode(
        y=alt.Y("row:N", sort=None, title=None, axis=alt.Axis(labelLimit=175, minExtent=175)), tooltip=[_hint("row"), _hint("told"), _hint("verdict")])
    verdicts = {words.name("document.value.outcome", each): colour
                for each, colour in OUTCOMES.items()}
    colour = alt.Color("verdict:N", title=None, scale=alt.Scale(
        domain=list(verdicts), range=list(verdicts.values())))
    zero = alt.Chart(alt.Data(values=[{"effect": 0}])).mark_rule(color=GREY).encode(x="effect:Q")
    effect = alt.X("effect:Q", title=title, axis=alt.Axis(format=format_, tickCount=6),
                   scale=alt.Scale(padding=24))
    layers = [
        zero,
        base.mark_rule(strokeWidth=3, opacity=0.6).encode(
            x=alt.X("low:Q", title=title, axis=alt.Axis(format=format_, tickCount=6)),
            x2="high:Q",
            color=colour),
        base.mark_point(filled=True, size=110, opacity=1).encode(x=effect, color=colour),
        base.mark_text(dy=-20, fontSize=11, color=INK).encode(x=effect, text="told:N"),
    ]
    aimed = frame.dropna(subset="target") if "target" in frame.columns else frame.head(0)
    if len(aimed):
        layers.append(alt.Chart(aimed).mark_tick(color=INK, thickness=2, size=24).encode(
            x=alt.X("target:Q", title=title), y=alt.Y("row:N", sort=None)))
    return alt.layer(*layers)
