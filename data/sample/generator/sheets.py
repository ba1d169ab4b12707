"""What people typed: templates in `sheets/`, with the names of the scenario filled in."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from string import Template

from generator.extract import write_csv
from generator.labels import Labels, load_labels, slow_step
from generator.scenario import Scenario

_FOLDER = Path(__file__).resolve().parent / "sheets"
_NAME = re.compile(r"\$\{?\w+\}?")
_CODE = re.compile(r"[\s;,.()<>=%A-Za-z0-9_:+/-]*")
"""A cell of names and codes only; anything else in a Chinese sheet is free text."""
SPOKEN = frozenset({"statement", "comment", "note", "response", "suggestion"})
WRITTEN = frozenset({
    "cause", "effect", "change", "expected", "risk", "countermeasure", "reason", "rule", "contents",
})
MARKED = SPOKEN | WRITTEN
"""Free texts say that they are synthetic: what people said before, what they wrote after."""


@dataclass(frozen=True)
class Clerk:
    """Fills templates with the names of a scenario."""

    labels: Labels
    names: dict[str, str]
    renamed: bool

    def sheet(self, path: Path) -> list[list[str]]:
        """A template as the rows of a finished sheet, header first."""
        fields, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
        numbers = count(1)
        filled = [
            [self._cell(field, cell, numbers) for field, cell in zip(fields, row, strict=True)]
            for row in rows
        ]
        return [[self.labels.header(field) for field in fields], *filled]

    def text(self, template: str) -> str:
        """A template with its names."""
        return Template(template).substitute(self.names)

    def _cell(self, field: str, cell: str, numbers: Iterator[int]) -> str:
        if self.renamed and not _CODE.fullmatch(_NAME.sub("", cell)):
            return f"{self.labels.other['neutral']}{next(numbers)}"
        text = self.text(cell)
        if text and field in SPOKEN:
            return self.labels.other["mark_before"] + text
        return text + (self.labels.other["mark_after"] if text and field in WRITTEN else "")


def write_sheets(folder: Path, scenario: Scenario, labels: Labels) -> None:
    """Write `engagement.yaml` and every sheet of the scenario's language."""
    renamed = scenario.names == "renamed"
    source = _FOLDER / ("zh" if renamed else scenario.language)
    clerk = _clerk(scenario, labels)
    for path in sorted(source.rglob("*.csv")):
        write_csv(folder / path.relative_to(source), clerk.sheet(path))
    text = clerk.text((source / "engagement.yaml").read_text(encoding="utf-8"))
    (folder / "engagement.yaml").write_text(text, encoding="utf-8", newline="")
    if not renamed and scenario.language == "zh":
        pairs = [["zh", "en"], *translations(scenario, labels)]
        write_csv(folder / "translations.csv", [[*map(labels.header, pairs[0])], *pairs[1:]])


def translations(scenario: Scenario, labels: Labels) -> list[list[str]]:
    """Every Chinese name and text of the client beside its English, for the English documents."""
    english = replace(scenario, language="en", cause=slow_step(scenario, labels))
    there = load_labels(english)
    known: dict[str, str] = {}
    for group in ("steps", "regions", "demands", "results", "items", "other"):
        for key, name in getattr(labels, group).items():
            known.setdefault(name, getattr(there, group)[key])
    ours, theirs = _clerk(scenario, labels), _clerk(english, there)
    for path in sorted((_FOLDER / "zh").rglob("*.csv")):
        twin = _FOLDER / "en" / path.relative_to(_FOLDER / "zh")
        for row, other in zip(ours.sheet(path)[1:], theirs.sheet(twin)[1:], strict=True):
            for text, translated in zip(row, other, strict=True):
                known.setdefault(text, translated)
    return [[text, known[text]] for text in known if not _CODE.fullmatch(text)]


def _clerk(scenario: Scenario, labels: Labels) -> Clerk:
    names = labels.placeholders(slow_step(scenario, labels))
    return Clerk(labels, names, scenario.names == "renamed")
