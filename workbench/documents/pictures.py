"""Pictures by name: which tables each needs, and what draws it.

A stage that wants a picture puts its tables into the result; a chart draws what it is given and
computes nothing. The columns that each needs stand beside its function in `charts` and `maps`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from workbench.documents.translate import in_language
from workbench.model import Result, Statement
from workbench.words import Words

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Picture:
    """A drawn picture: `svg` stands by itself; `spec` is its Vega-Lite chart, None for a map.

    `left_out` rows of its table were too many to draw.
    """

    name: str
    title: str
    svg: str
    spec: dict[str, Any] | None = None
    left_out: int = 0
    note: Statement | None = None

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """What a notebook shows: the drawing, which needs neither a script nor a network."""
        return {"image/svg+xml": self.svg, "text/plain": self.title}

    def __str__(self) -> str:
        return self.title


@dataclass(frozen=True)
class Drawing:
    """How a picture comes about: the tables without which it cannot, and where its function is.

    At most `most` rows of the first table are drawn: the first ones, or the largest by `order`; of
    rows that differ in `alike` (scales that have no common axis), those of the most frequent kind.
    """

    module: str
    function: str
    tables: tuple[str, ...]
    most: int | None = None
    order: str = ""
    alike: tuple[str, ...] = ()


PICTURES: Mapping[str, Drawing] = {
    "process_map": Drawing("maps", "process_map", ("activities", "directly_follows")),
    "time_split": Drawing("charts", "time_split", ("time_split",), 15),
    "throughput_histogram":
        Drawing("charts", "throughput_histogram", ("throughput_histogram",)),
    "weekly_load": Drawing("charts", "weekly_load", ("weekly_load",)),
    "variants": Drawing("charts", "variants", ("variants",), 8),
    "rework": Drawing("charts", "rework", ("activities",), 12, "rework_rate"),
    "satisfaction": Drawing("charts", "satisfaction", ("satisfaction",), 15,
                            alike=("scale_low_score", "scale_high_score")),
    "issues_pareto": Drawing("charts", "issues_pareto", ("issues",), 10),
    "effects": Drawing("charts", "effects", ("verdicts",)),
    "feedback": Drawing("charts", "feedback", ("feedback",)),
    "gantt": Drawing("charts", "gantt", ("plan",)),
}
FAMILIES: Mapping[str, str] = {"weekly_": "weekly"}
"""Pictures that come in many: a table `weekly_<target_id>` is drawn under its own name."""


def picture(result: Result, name: str, words: Words) -> Picture:
    """Draw a picture of a result in a language.

    Raises:
        KeyError: no such picture, or the result lacks a table that it needs.
    """
    result, drawing = in_language(result, words.language), _drawing(name)
    missing = [table for table in drawing.tables if table not in result.tables]
    if missing:
        raise KeyError(f"picture {name} needs {missing}")
    cut, left_out = _cut(result, drawing)
    draw = getattr(import_module(f"workbench.{drawing.module}"), drawing.function)
    drawn = draw(cut, words, name)
    if hasattr(drawn, "note"):  # a map says itself how much of the log it shows
        return Picture(name, title_of(words, name), drawn.svg, None, left_out, drawn.note)
    from workbench import charts

    spec = charts.finish(drawn)
    return Picture(name, title_of(words, name), charts.svg(spec, name), spec, left_out)


def is_drawable(result: Result, name: str) -> bool:
    """Whether a name is a picture whose tables the result holds, none of them empty."""
    try:
        drawing = _drawing(name)
    except KeyError:
        return False
    if not all(len(result.tables.get(table, ())) > 0 for table in drawing.tables):
        return False
    cut, _ = _cut(result, drawing)  # no activity was done again: rows there are, none to draw
    return len(cut.tables[drawing.tables[0]]) > 0


def tables_of(name: str) -> tuple[str, ...]:
    """The tables that a picture needs. An unknown name raises KeyError."""
    return _drawing(name).tables


def title_of(words: Words, name: str) -> str:
    """The title of a picture; one of many is named after what it shows."""
    if name in PICTURES:
        return words.text(f"chart.title.{name}")
    start = next(each for each in FAMILIES if name.startswith(each))
    return words.text(f"chart.title.{start.rstrip('_')}", name=name.removeprefix(start))


def _cut(result: Result, drawing: Drawing) -> tuple[Result, int]:
    frame = result.tables[drawing.tables[0]]
    if drawing.most is None:
        return result, 0
    if drawing.order:
        frame = frame[frame[drawing.order] > 0].sort_values(
            drawing.order, ascending=False, kind="stable")
    shown = _alike(frame, drawing.alike).head(drawing.most)
    cut = replace(result, tables={**result.tables, drawing.tables[0]: shown})
    return cut, len(frame) - len(shown)


def _alike(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """The rows that share one axis: those with the most frequent values of some columns."""
    if not columns or not set(columns) <= set(frame.columns) or frame.empty:
        return frame
    kinds = frame.groupby(list(columns), sort=False).ngroup()
    return frame[kinds == kinds.value_counts(sort=False).idxmax()]


def _drawing(name: str) -> Drawing:
    if name in PICTURES:
        return PICTURES[name]
    for start, function in FAMILIES.items():
        if name.startswith(start) and name != "weekly_load":
            return Drawing("charts", function, (name,))
    raise KeyError(f"no picture is called {name}")
