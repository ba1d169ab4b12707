"""What every format becomes: a table of text, in which each row keeps its physical place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from workbench.model import Problem


@dataclass(frozen=True)
class TextTable:
    """A file as text: `cells` has one column per header, "" where a cell is blank.

    `lines` is the physical line of each row of `cells` (the header is line 1; a record over
    several lines has its first; in a workbook it is the number of the row, in formats without
    lines that of the record). `rows_read` is always the rows kept plus the rows set aside.
    `roles` are the roles of columns that the format itself names (XES); `is_ordered` says that the
    source states the order of its rows (the document order of XES).
    """

    file: str
    cells: pd.DataFrame
    lines: np.ndarray
    rows_read: int
    set_aside: Mapping[str, int]
    problems: tuple[Problem, ...]
    encoding: str
    sha256: str
    roles: Mapping[str, str] = field(default_factory=dict)
    is_ordered: bool = False


@dataclass(frozen=True)
class Choices:
    """What only people can decide about how a file is read (`log` in engagement.yaml).

    `sheet` of a workbook, `table` of a database, and whether the cells of a merged area other than
    its first are filled with its value (`merged="fill"`) or stay blank.
    """

    sheet: str | None = None
    table: str | None = None
    merged: Literal["fill"] | None = None
