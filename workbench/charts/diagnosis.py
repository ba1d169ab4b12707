"""The pictures of a diagnosis: where the time goes, the load, the paths, rework, issues."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

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
    told_bars,
    week_axis,
)
from workbench.charts.style import BLUE, GREY, INK, ORANGE, PALE, TEAL, WIDTH, alt
from workbench.model import Figure, Result
from workbench.words import Words

if TYPE_CHECKING:
    import pandas as pd


def time_split(result: Result, words: Words, name: str) -> Drawn:
    """What an activity adds to the mean case: `activity`, `waiting_hours`, `processing_hours`.

    With one timestamp `elapsed_hours` alone.
    """
    frame = result.tables[name]
    colours = {"waiting_hours": ORANGE, "processing_hours": BLUE, "elapsed_hours": GREY}
    parts = [each for each in colours if each in frame.columns]
    long = frame.melt("activity", parts, "part", "hours").dropna(subset="hours")
    long["kind"] = [words.text(f"chart.part.{each}") for each in long["part"]]
    long["told"] = [words.number(Figure(each, "hours")) for each in long["hours"]]
    return base(long, rows_high(len(frame))).mark_bar().encode(
        x=alt.X("hours:Q", title=words.text("chart.axis.hours_case")),
        y=row_axis("activity"),
        color=alt.Color("kind:N", title=None, sort=None, scale=alt.Scale(
            domain=[words.text(f"chart.part.{each}") for each in parts],
            range=[colours[each] for each in parts])),
        order=alt.Order("part:N", sort="descending"),
        tooltip=[hint(words, "activity"), hint(words, "kind"), hint(words, "told")],
    )


def throughput_histogram(result: Result, words: Words, name: str) -> Drawn:
    """Cases by throughput: `low_hours`, `high_hours`, `cases`; marks from `throughput_marks`."""
    frame = result.tables[name].copy()
    frame["told"] = [words.number(Figure(low, "hours", low=low, high=high), "interval")
                     for low, high in zip(frame["low_hours"], frame["high_hours"], strict=True)]
    bars = base(frame, 230).mark_bar(color=PALE, binSpacing=1).encode(
        x=alt.X("low_hours:Q", bin="binned", title=words.text("chart.axis.throughput")),
        x2="high_hours:Q",
        y=alt.Y("cases:Q", title=words.text("chart.axis.cases"), stack=None),
        tooltip=[hint(words, "told"), hint(words, "cases")],
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
    kinds = [words.text(f"chart.part.{each}") for each in flows]
    long["kind"] = [words.text(f"chart.part.{each}") for each in long["part"]]
    frame, long = dated(frame, "week"), dated(long, "week")
    top = base(long, 150, WIDTH - 50).mark_line(strokeWidth=2).encode(
        x=week_axis(words, frame), y=alt.Y("cases:Q", title=words.text("chart.axis.cases_week")),
        color=alt.Color("kind:N", title=None, sort=None, legend=line_legend(), scale=alt.Scale(
            domain=kinds,
            range=[BLUE, TEAL][: len(flows)])),
        strokeDash=alt.StrokeDash("kind:N", sort=None, title=None, legend=line_legend(),
                                  scale=alt.Scale(
            domain=kinds, range=[[1, 0], [5, 3]][: len(flows)])),
        tooltip=[day_hint(words), hint(words, "kind"), hint(words, "cases")],
    )
    if "open" not in frame.columns:
        return top
    below = base(frame.dropna(subset="open"), 90, WIDTH - 50)
    bottom = below.mark_area(color=ORANGE, opacity=0.35, line={"color": ORANGE}).encode(
        x=week_axis(words, frame), y=alt.Y("open:Q", title=words.text("chart.axis.open")),
        tooltip=[day_hint(words), hint(words, "open")],
    )
    return alt.vconcat(top, bottom, spacing=14)


def variants(result: Result, words: Words, name: str) -> Drawn:
    """Share of cases by path: `rank`, `activities` (a JSON list), `cases`, `share`."""
    frame = result.tables[name].copy()
    frame["path"] = [_path(each) for each in frame["activities"]]
    frame["told"] = [words.number(Figure(share, "share")) + count(words, cases)
                     for share, cases in zip(frame["share"], frame["cases"], strict=True)]
    drawn = base(frame, max(60, 46 * len(frame))).encode(
        y=alt.Y("rank:O", title=None, axis=alt.Axis(labelPadding=6, ticks=False, domain=False)),
        tooltip=[hint(words, "path"), hint(words, "told")],
    )
    share = alt.X("share:Q", title=words.text("chart.axis.share_of_cases"),
                  axis=alt.Axis(format="~%"), scale=alt.Scale(domainMin=0))
    bars = drawn.mark_bar(color=PALE, height=12, yOffset=9).encode(x=share)
    told = drawn.mark_text(align="left", dx=5, dy=9, fontSize=11, color=GREY).encode(
        x=share, text="told:N")
    paths = drawn.mark_text(align="left", dy=-8, limit=WIDTH - 50, fontSize=11.5, color=INK).encode(
        x=alt.value(0), text="path:N")
    return alt.layer(bars, told, paths)


def rework(result: Result, words: Words, _name: str) -> Drawn:
    """Share of an activity's cases in which it was done again: `rework_rate`, `rework_cases`."""
    frame = result.tables["activities"]
    return told_bars(frame, words, "rework_rate", "rework_cases", words.text("chart.axis.rework"))


def satisfaction(result: Result, words: Words, name: str) -> Drawn:
    """Mean scores with their intervals: `item`, `mean_score`, `low_score`, `high_score`, `n`."""
    frame = result.tables[name].dropna(subset="mean_score").copy()
    frame["told"] = [
        words.number(Figure(mean, "score")) + count(words, n)
        for mean, n in zip(frame["mean_score"], frame["n"], strict=True)]
    drawn = base(frame, rows_high(len(frame))).encode(
        y=row_axis("item"), tooltip=[hint(words, "item"), hint(words, "told")])
    score = alt.X("mean_score:Q", title=words.text("chart.axis.score"),
                  scale=alt.Scale(zero=False, nice=True, padding=12))
    span = drawn.mark_rule(color=BLUE, strokeWidth=2, opacity=0.55).encode(
        x=alt.X("low_score:Q", title=words.text("chart.axis.score")), x2="high_score:Q")
    point = drawn.mark_point(filled=True, size=70, color=BLUE, opacity=1).encode(x=score)
    told = drawn.mark_text(dy=-9, fontSize=11, color=GREY).encode(x=score, text="told:N")
    return alt.layer(span, point, told)


def issues_pareto(result: Result, words: Words, _name: str) -> Drawn:
    """Issues by what they cost: `id`, `activity`, `hours`, `low`, `high`.

    Hours are those of a month, or of all the time observed where the context says `monthly` is not
    so. An issue that `overlaps` all others (being late) has no bar: its hours overlap with theirs.
    """
    frame = result.tables["issues"]
    frame = frame[frame["overlaps"] != "all"].copy() if "overlaps" in frame else frame.copy()
    kinds = frame["kind"] if "kind" in frame.columns else [""] * len(frame)
    frame["issue"] = [
        words.text("chart.issue", id=each, activity=str(activity or ""),
                   kind=words.name("term.kind", kind))
        for each, activity, kind in zip(frame["id"], frame["activity"], kinds, strict=True)]
    frame["told"] = [words.number(Figure(each, "effort")) for each in frame["hours"]]
    drawn = base(frame, rows_high(len(frame))).encode(
        y=row_axis("issue"), tooltip=[hint(words, "issue"), hint(words, "told")])
    over = "month" if result.context.get("monthly", True) else "period"
    title = words.text(f"chart.axis.hours_{over}")
    hours = alt.X("hours:Q", title=title)
    bars = drawn.mark_bar(color=PALE).encode(x=hours)
    span = drawn.mark_rule(color=INK, strokeWidth=1.5).encode(
        x=alt.X("low:Q", title=title), x2="high:Q")
    return alt.layer(bars, span)


def _path(activities: Any) -> str:
    steps = json.loads(activities) if isinstance(activities, str) else activities
    return " → ".join(map(str, steps))


def _rules(marks: pd.DataFrame, words: Words) -> list[alt.Chart]:
    """Upright lines with a word each: `mark`, `hours`."""
    layers: list[alt.Chart] = []
    for turn, (mark, hours) in enumerate(zip(marks["mark"], marks["hours"], strict=True)):
        told = words.text(f"chart.mark.{mark}", hours=words.number(Figure(hours, "hours")))
        line = one_row({"hours": hours, "told": told}).encode(x="hours:Q")
        layers += [
            line.mark_rule(color=ORANGE, strokeWidth=1.5, strokeDash=[5, 3]),
            line.mark_text(align="left", dx=-3, fontSize=11, color=INK, baseline="bottom").encode(
                text="told:N", y=alt.value(-4 - 14 * (len(marks) - 1 - turn))),
        ]
    return layers

