"""The typed events of one file, and of several below each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pandas as pd

from workbench.intake.events.guess import Guess
from workbench.intake.events.roles import REQUIRED, TEXT_ROLES
from workbench.intake.events.rows import Rows
from workbench.model import Reading


@dataclass(frozen=True)
class FileEvents:
    """Typed events of one file, what became of its rows, and which column played which role.

    `rows` is what it was made of, until the checks have looked at it.
    """

    typed: pd.DataFrame
    lines: np.ndarray
    reading: Reading
    mapping: Mapping[str, tuple[str, ...]]
    guesses: Mapping[str, Guess]
    cut: datetime
    is_ordered: bool = False
    rows: Rows | None = field(default=None, repr=False)

    @property
    def roles(self) -> frozenset[str]:
        """The roles that have at least one value; `sequence` where the source states an order."""
        filled = {role for role in ("start", "arrival", *TEXT_ROLES)
                  if self.typed[role].notna().any()}
        stated = {"sequence"} if "sequence" in self.mapping or self.is_ordered else set()
        return frozenset({*REQUIRED, *filled, *stated})


def in_one(parts: Sequence[FileEvents]) -> pd.DataFrame:
    """The events of several files below each other, in the order of their sources."""
    if len(parts) == 1:
        return parts[0].typed
    pieces, offset = [], 0
    for part in parts:
        pieces.append(part.typed.assign(sequence=part.typed["sequence"] + offset))
        if len(part.typed):  # all rows of a file may have been set aside
            offset += int(part.typed["sequence"].max()) + 1
    return pd.concat(pieces, ignore_index=True)
