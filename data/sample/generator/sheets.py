"""What people typed: templates in `sheets/`, with the names of the scenario filled in."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from string import Template

from generator.extract import write_csv
from generator.labels import Labels, slow_step
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
    names = labels.placeholders(slow_step(scenario, labels))
    clerk = Clerk(labels, names, renamed)
    for path in sorted(source.rglob("*.csv")):
        write_csv(folder / path.relative_to(source), clerk.sheet(path))
    text = clerk.text((source / "engagement.yaml").read_text(encoding="utf-8"))
    (folder / "engagement.yaml").write_text(text, encoding="utf-8", newline="")
