"""One page in the making: what its templates may ask for, and what it remembers of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from workbench.documents.atomic import file_stem
from workbench.documents.cells import (
    LINK_COLUMNS,
    PATH_COLUMNS,
    Column,
    Row,
    Sheet,
    anchors_of,
    listed,
    probability_of_chance,
    rows_of,
    shape_of,
    unit_in,
)
from workbench.documents.pictures import Picture, is_drawable, picture, tables_of
from workbench.model import Figure, Problem, Result, Statement
from workbench.words import Words

if TYPE_CHECKING:
    import pandas as pd

DOCUMENTS = {
    "plan": "plan", "diagnose": "diagnosis", "design": "design", "pilot": "pilot_evaluation",
    "rollout": "rollout", "monitor": "monitoring",
}
"""The name of each stage's document: its template, its word file and its HTML file."""

_LEAST = 0.0005
"""A smaller share of the cases would read as none."""

_LEVELS = ("rejected", "repaired", "warning", "info")


@dataclass(frozen=True)
class Graded:
    """How far the data behind a KPI can be trusted, as its table shows it."""

    kpi: str
    letter: str
    touched: Figure | None
    missing: tuple[str, ...]
    reasons: tuple[tuple[int, Problem, Figure], ...]


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

    def grade(self, name: str) -> str:
        """The data-quality grade that a figure carries, empty where it has none."""
        letters = self.result.context.get("grades")
        return str(letters.get(name, "")) if isinstance(letters, Mapping) else ""

    def grades(self) -> tuple[Graded, ...]:
        """The data-quality grade of each KPI, and the findings that it rests on."""
        return tuple(
            Graded(row["kpi"], row["grade"],
                   None if row["touched_share"] is None else Figure(row["touched_share"], "share"),
                   tuple(listed(row["missing"])),
                   self._reasons(row["kpi"], listed(row["findings"])))
            for row in rows_of(self.result.tables["grades"]))

    @property
    def _graded_files(self) -> tuple[str, ...]:
        files = self.result.context.get("graded_files")
        return tuple(files) if isinstance(files, (list, tuple)) else ()

    def _reasons(self, kpi: str, codes: Sequence[str]) -> tuple[tuple[int, Problem, Figure], ...]:
        """The problems with some codes that touch a KPI, each with its number and its share."""
        found = [(number, each) for number, each in enumerate(self.problems(), start=1)
                 if each.code in codes and each.touches.get(kpi, 0.0) >= _LEAST
                 and each.file in self._graded_files]
        found.sort(key=lambda numbered: codes.index(numbered[1].code))
        return tuple((number, each, Figure(each.touches[kpi], "share")) for number, each in found)

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
        anchors = anchors_of(frame, len(shown), name)
        whole = frame.head(len(shown))
        body = tuple(
            Row(anchor if self.first_time(anchor) else "", tuple(
                (head, self.cell(row[head.name], head.name, row)) for head in heads
            ))
            for anchor, row in zip(anchors, rows_of(whole), strict=True)
        )
        return Sheet(name, self.next_number("table"), heads, body,
                     len(frame) - len(shown), len(frame))

    def cell(self, value: Any, column: str, row: Mapping[str, Any]) -> Markup:
        """A table cell: numbers as the language writes them, our terms as readers' words."""
        if column in LINK_COLUMNS:
            return self.links(value)
        if column in PATH_COLUMNS and (steps := listed(value)):
            return Markup(' <span class="then">→</span> ').join(escape(each) for each in steps)
        if isinstance(value, str):
            told = escape(self.label(f"value.{column}", value))
            badge = Markup('<span class="badge {}">{}</span>').format(value, told)
            return badge if column == "outcome" else told
        if column == "p" and isinstance(value, float):
            return probability_of_chance(value)
        unit = unit_in(row, column)
        plain = unit is None or not isinstance(value, (int, float))
        return self.words.cell(value, column) if plain else self.words.number_html(
            Figure(value, unit or "ratio"))

    def links(self, value: Any) -> Markup:
        """Evidence ids as links; the page takes back the links that lead nowhere."""
        parts = re.split(r"[;,；，、]\s*", str(value or ""))
        many = listed(value) or [part for part in parts if part]
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

    def reason(self, problem: Problem) -> str:
        """What is wrong, without the place and without what to do about it."""
        told = self.words.problem(replace(problem, file="", line=None, column=None))
        return re.split(r"。|\. (?=[A-Z])", told)[0].rstrip(".")

    def _column(self, table: str, frame: pd.DataFrame, name: str) -> Column:
        its_own = self.label("column_of", f"{table}.{name}")
        label = self.label("column", name) if its_own == f"{table}.{name}" else its_own
        shown = label if len(label) == 1 else label[:1].upper() + label[1:]
        return Column(name, shown, shape_of(frame[name]))
