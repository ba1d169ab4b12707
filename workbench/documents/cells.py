"""What a table of a document is made of: cells, the units of their numbers, their anchors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from workbench.maps.drawing import em
from workbench.model import Unit
from workbench.words import effect_unit, raw_value, unit_of

if TYPE_CHECKING:
    import pandas as pd

ID_COLUMNS = ("id", "target_id", "rank")
LINK_COLUMNS = frozenset({"evidence", "causes", "issue", "issues", "depends_on"})
WIDE = 7.0  # em; columns of longer texts are given room, shorter ones stay on a line
PATH_COLUMNS = frozenset({"activities", "variant"})


@dataclass(frozen=True)
class Column:
    """A column as its table shows it."""

    name: str
    label: str
    shape: str


@dataclass(frozen=True)
class Row:
    """A row as its table shows it; `anchor` is what evidence points to, where it has an id."""

    anchor: str
    cells: tuple[tuple[Column, Markup], ...]


@dataclass(frozen=True)
class Sheet:
    """A table as its document shows it; `hidden` rows stand in the file only."""

    name: str
    number: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    hidden: int
    total: int


def unit_in(row: Mapping[str, Any], column: str) -> Unit | None:
    """The unit of a number that its row decides, not the name of its column.

    >>> unit_in({"kpi": "throughput"}, "effect"), unit_in({"kpi": "rework"}, "before")
    ('relative', 'share')
    >>> unit_in({"metric": "rework_rate"}, "threshold")
    'share'
    """
    if "kpi" in row and column in _EFFECTS:
        return effect_unit(row["kpi"])
    if "kpi" in row and column in _LEVELS_OF_KPI:
        return _KPI_UNITS.get(row["kpi"], "share")
    if column in {"value", "threshold"} and (measured := row.get("metric") or row.get("column")):
        return unit_of(str(measured))
    return "effort" if "hours" in row and column in {"low", "high"} else None


def probability_of_chance(value: float) -> Markup:
    """A p-value: three decimals, and never the zero that it is not.

    >>> print(probability_of_chance(1e-9))
    <span class="number" data-value="1e-09">&lt; 0.001</span>
    """
    shown = "< 0.001" if value < 0.001 else f"{value:.3f}"
    return Markup('<span class="number" data-value="{}">{}</span>').format(raw_value(value), shown)


_EFFECTS = frozenset({"effect", "low", "high", "target", "margin"})
_LEVELS_OF_KPI = frozenset({"before", "after", "from", "to", "start", "goal"})
_KPI_UNITS: Mapping[str, Unit] = {"throughput": "hours", "satisfaction": "score", "score": "score"}


def shape_of(column: pd.Series[Any]) -> str:
    """How a column stands: numbers to the right, short texts on one line, long ones given room."""
    if column.dtype.kind in "iuf":
        return "right"
    longest = max((em(str(text)) for text in column.dropna()), default=0.0)
    return "wide" if longest > WIDE else "short"


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as dictionaries, what is missing as None."""
    plain = frame.astype(object).where(frame.notna(), None)
    names = [str(name) for name in plain.columns]
    columns = (plain[name].tolist() for name in plain.columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def anchors_of(frame: pd.DataFrame, count: int, name: str) -> list[str]:
    """The id of each row, by which evidence finds it; empty where the rows have none."""
    column = next((each for each in ID_COLUMNS if each in frame.columns), None)
    if column is None:
        return [""] * count
    prefix = f"{name}-" if column == "rank" else ""
    return [f"{prefix}{value}" for value in frame[column].head(count)]


def listed(value: object) -> list[str]:
    """A list, or a text that holds one as JSON; anything else is empty."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            return []
    if hasattr(value, "tolist"):
        value = value.tolist()
    return [str(each) for each in value] if isinstance(value, (list, tuple)) else []
