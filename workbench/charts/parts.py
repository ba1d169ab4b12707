"""What charts are made of: a frame to draw in, axes, hints and legends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.charts.style import GREY, PALE, WIDTH, alt
from workbench.model import Figure
from workbench.words import Words, unit_of

if TYPE_CHECKING:
    import pandas as pd

Drawn = Any
"""A chart of Altair, whose decorators hide their types."""


def base(frame: pd.DataFrame, height: int, width: int = WIDTH) -> alt.Chart:
    """A chart over a small, finished table."""
    return alt.Chart(frame, width=width, height=height)


def one_row(values: dict[str, object]) -> alt.Chart:
    """A chart of a single mark: a rule, or the word beside it."""
    import pandas as pd

    return alt.Chart(pd.DataFrame([values]))


def rows_high(rows: int) -> int:
    """How high a chart of so many rows is, in pixels."""
    return max(50, 26 * rows)


def row_axis(column: str) -> alt.Y:
    """An upright axis of names, in the order of the table."""
    return alt.Y(f"{column}:N", sort=None, title=None)


def line_legend() -> alt.Legend:
    """A legend of lines, high enough to leave the title of the upright axis its place."""
    return alt.Legend(symbolType="stroke", symbolStrokeWidth=2.5, symbolSize=220, offset=24)


def hint(words: Words, column: str) -> alt.Tooltip:
    """What a pointer is told: a text or a plain number."""
    return alt.Tooltip(f"{column}:N", title=words.text(f"chart.hint.{column}"))


def day_hint(words: Words, column: str = "week") -> alt.Tooltip:
    """What a pointer is told: a day."""
    title = words.text(f"chart.hint.{column}")
    return alt.Tooltip(f"{column}:T", title=title, format=words.text("chart.format.date"))


def week_axis(words: Words, frame: pd.DataFrame, column: str = "week") -> alt.X:
    """An axis that names Mondays, as many as there is room for."""
    weeks = sorted(set(frame[column]))
    named = weeks[:: 1 + len(weeks) // 12]
    return alt.X(f"{column}:T", title=words.text("chart.axis.week"), axis=alt.Axis(
        values=named, format=words.text("chart.format.day"), labelOverlap=True, grid=False))


def dated(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Days as days: a reader in another time zone sees the same ones."""
    told = [str(each)[:10] + "T00:00:00" for each in frame[column]]
    return frame.assign(**{column: told})


def count(words: Words, n: object) -> str:
    """How many were observed, as it stands behind a number."""
    return words.text("chart.n", n=words.number(Figure(int(n), "count")))  # type: ignore[call-overload]


def told_bars(
    frame: pd.DataFrame, words: Words, column: str, counts: str, title: str
) -> Drawn:
    """Bars of an activity's share, each with its number and count written beside it."""
    frame = frame[["activity", column, counts]].copy()
    frame["told"] = [words.number(Figure(value, unit_of(column))) + count(words, n)
                     for value, n in zip(frame[column], frame[counts], strict=True)]
    drawn = base(frame, rows_high(len(frame))).encode(
        y=row_axis("activity"), tooltip=[hint(words, "activity"), hint(words, "told")])
    value = alt.X(f"{column}:Q", title=title, axis=alt.Axis(format="~%"),
                  scale=alt.Scale(domainMin=0))
    return alt.layer(
        drawn.mark_bar(color=PALE).encode(x=value),
        drawn.mark_text(align="left", dx=5, fontSize=11, color=GREY).encode(
            x=value, text="told:N"))

