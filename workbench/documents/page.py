"""One page in the making: what its templates may ask for, and what it remembers of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from workbench.documents.atomic import file_stem
from workbench.documents.pictures import Picture, is_drawable, picture, tables_of
from workbench.maps.drawing import em
from workbench.model import Figure, Problem, Result, Statement, Unit
from workbench.words import Words, raw_value, unit_of

if TYPE_CHECKING:
    import pandas as pd

DOCUMENTS = {
    "plan": "plan", "diagnose": "diagnosis", "design": "design", "pilot": "pilot_evaluation",
    "rollout": "rollout", "monitor": "monitoring",
}
"""The name of each stage's document: its template, its word file and its HTML file."""

_LEVELS = ("rejected", "repaired", "warning", "info")
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


@dataclass
class Page:
    """What a template may ask of a result, and the chapters and charts that it has shown."""

    result: Result
    words: Words
    chapters: list[tuple[str, Markup]] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def document(self) -> str:
        """The name of the document, which is also the topic of its word file."""
        return DOCUMENTS[self.result.stage]

    @property
    def synthetic(self) -> bool:
        """Whether the client is made up, and every page has to say so."""
        return bool(self.result.context.get("synthetic", False))

    def has(self, *names: str) -> bool:
        """Whether each name is a figure with a value, a table with rows or a drawable picture."""
        return all(self._has(name) for name in names)

    def _has(self, name: str) -> bool:
        if name in self.result.figures:
            return self.result.figures[name].value is not None
        if name in self.result.tables:
            return len(self.result.tables[name]) > 0
        return is_drawable(self.result, name)

    def label(self, group: str, term: str) -> str:
        """The reader's word: the document's own, else the one that all documents share."""
        own = f"{self.document}.{group}.{term}"
        shared = f"document.{group}.{term}"
        for key in (own, shared, f"{group}.{term}"):
            if key in self.words:
                return self.words.text(key)
        return term

    def chapter(self, key: str, identifier: str = "", **values: Figure | str) -> str:
        """Remember a chapter for the contents list; its anchor."""
        anchor = identifier or re.sub(r"\W+", "-", key.rsplit(".", 1)[-1])
        self.chapters.append((anchor, self.words.html(key, **values)))
        return anchor

    def figure(self, name: str) -> Figure:
        """A figure of the result. An unknown name raises KeyError."""
        return self.result.figures[name]

    def first_time(self, anchor: str) -> bool:
        """Whether an anchor is new on the page: an id stands once."""
        new = anchor not in self.shown
        self.shown.add(anchor)
        return new

    def next_number(self, kind: str) -> int:
        """The running number of a table or picture."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return self.counts[kind]

    def statements(self, what: str | Statement | Sequence[Statement]) -> tuple[Statement, ...]:
        """Statements, given as such or by the place where they stand; a place may be empty."""
        if isinstance(what, str):
            return tuple(self.result.statements.get(what, ()))
        return (what,) if isinstance(what, Statement) else tuple(what)

    def sheet(
        self, name: str, columns: Sequence[str] | None = None, rows: int | None = None
    ) -> Sheet:
        """A table for showing: chosen columns, the first rows. Unknown names raise KeyError."""
        frame = self.result.tables[name]
        chosen = frame[list(columns)] if columns else frame
        shown = chosen if rows is None else chosen.head(rows)
        heads = tuple(self._column(name, frame, each) for each in chosen.columns)
        anchors = _anchors(frame, len(shown), name)
        whole = frame.head(len(shown))
        body = tuple(
            Row(anchor if self.first_time(anchor) else "", tuple(
                (head, self.cell(row[head.name], head.name, row)) for head in heads
            ))
            for anchor, row in zip(anchors, _rows(whole), strict=True)
        )
        return Sheet(name, self.next_number("table"), heads, body,
                     len(frame) - len(shown), len(frame))

    def cell(self, value: Any, column: str, row: Mapping[str, Any]) -> Markup:
        """A table cell: numbers as the language writes them, our terms as readers' words."""
        if column in LINK_COLUMNS:
            return self.links(value)
        if column in PATH_COLUMNS and (steps := _listed(value)):
            return Markup(' <span class="then">→</span> ').join(escape(each) for each in steps)
        if column == "outcome":
            return Markup('<span class="badge {}">{}</span>').format(
                value, self.label("value.outcome", value))
        if isinstance(value, str):
            return escape(self.label(f"value.{column}", value))
        if column == "p" and isinstance(value, float):
            return probability_of_chance(value)
        unit = unit_in(row, column)
        if unit and isinstance(value, (int, float)):
            return self.words.number_html(Figure(value, unit))
        return self.words.cell(value, column)

    def links(self, value: Any) -> Markup:
        """Evidence ids as links; the page takes back the links that lead nowhere."""
        parts = re.split(r"[;,；，、]\s*", str(value or ""))
        many = _listed(value) or [part for part in parts if part]
        link = Markup('<a class="evidence" href="#{}">{}</a>')
        return Markup(" ").join(
            link.format(self.anchor(each), self.label("evidence", each)) for each in many
        )

    def anchor(self, evidence: str) -> str:
        """Where a piece of evidence stands on the page: a table, a picture, a figure or a row."""
        if evidence in self.result.tables:
            return f"table-{evidence}"
        if evidence in self.result.figures:
            return f"figure-{evidence}"
        return f"picture-{evidence}" if is_drawable(self.result, evidence) else evidence

    def picture(self, name: str) -> Picture:
        """A picture of the result, drawn in the page's language."""
        drawn = picture(self.result, name, self.words)
        if drawn.spec is not None:
            self.charts.append(name)
        return drawn

    def file(self, table: str) -> str:
        """The name of a table's file, without its ending."""
        return file_stem(table)

    def table_of(self, picture_name: str) -> str:
        """The table that a picture draws."""
        return tables_of(picture_name)[0]

    def problems(self, most: int | None = None) -> tuple[Problem, ...]:
        """The problems of the data, the worst first."""
        worst = sorted(self.result.problems, key=lambda each: _LEVELS.index(each.level))
        return tuple(worst[:most])

    def problem(self, problem: Problem) -> str:
        """A problem as a line of text."""
        return self.words.problem(problem)

    def _column(self, table: str, frame: pd.DataFrame, name: str) -> Column:
        its_own = self.label("column_of", f"{table}.{name}")
        label = self.label("column", name) if its_own == f"{table}.{name}" else its_own
        numeric = frame[name].dtype.kind in "iuf"
        texts = () if numeric else map(str, frame[name].dropna())
        longest = max((em(text) for text in texts), default=0.0)
        shape = "right" if numeric else "wide" if longest > WIDE else "short"
        return Column(name, label if len(label) == 1 else label[:1].upper() + label[1:], shape)


def count_of(number: int) -> Figure:
    """A plain count, to be written as the language does."""
    return Figure(number, "count")


def drawing(svg: str) -> Markup:
    """A drawing of ours as markup: its texts were escaped where it was made."""
    return Markup(re.sub(r"^<\?xml[^>]*>", "", svg))  # noqa: S704 - made by charts or maps only


def inert(spec: object) -> Markup:
    r"""Data inside a script element that no parser can mistake for markup.

    >>> print(inert({"title": "</script>"}))
    {"title":"\u003c/script\u003e"}
    """
    text = json.dumps(spec, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - nothing of markup is left in it


def unlink_the_lost(page: str) -> str:
    """Evidence that is not on the page keeps its name and loses its link."""
    found = set(re.findall(r'\sid="([^"]+)"', page))

    def keep(link: re.Match[str]) -> str:
        return link[0] if link[1] in found else f'<span class="evidence">{link[2]}</span>'

    return re.sub(r'<a class="evidence" href="#([^"]*)">(.*?)</a>', keep, page)


def style_text(text: str) -> Markup:
    r"""A text as a string of a style sheet: all but letters and digits escaped.

    >>> print(style_text('A "b"'))
    "A\20 \22 b\22 "
    """
    quoted = "".join(each if each.isalnum() else f"\\{ord(each):x} " for each in text)
    return Markup(f'"{quoted}"')  # noqa: S704 - letters, digits and escapes only


def unit_in(row: Mapping[str, Any], column: str) -> Unit | None:
    """The unit of a number that its row decides, not the name of its column.

    >>> unit_in({"kpi": "throughput"}, "effect"), unit_in({"kpi": "rework"}, "before")
    ('relative', 'share')
    >>> unit_in({"metric": "rework_rate"}, "threshold")
    'share'
    """
    if "kpi" in row and column in _EFFECTS:
        return _EFFECT_UNITS.get(row["kpi"], "points")
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
_EFFECT_UNITS: Mapping[str, Unit] = {
    "throughput": "relative", "satisfaction": "score", "score": "score"}
_KPI_UNITS: Mapping[str, Unit] = {"throughput": "hours", "satisfaction": "score", "score": "score"}


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    names = [str(name) for name in plain.columns]
    columns = (plain[name].tolist() for name in plain.columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _anchors(frame: pd.DataFrame, count: int, name: str) -> list[str]:
    column = next((each for each in ID_COLUMNS if each in frame.columns), None)
    if column is None:
        return [""] * count
    prefix = f"{name}-" if column == "rank" else ""
    return [f"{prefix}{value}" for value in frame[column].head(count)]


def _listed(value: object) -> list[str]:
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            return []
    if hasattr(value, "tolist"):
        value = value.tolist()
    return [str(each) for each in value] if isinstance(value, (list, tuple)) else []
