"""One row per document to one row per event."""

from __future__ import annotations

from workbench.intake.formats import TextTable
from workbench.intake.wishes import Wishes


def unfolded(table: TextTable, wishes: Wishes) -> tuple[TextTable, Wishes]:
    """The table as it is, until unfolding is built."""
    return table, wishes
