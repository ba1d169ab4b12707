"""What every format becomes: a table of text, in which each row keeps its physical place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.model import Problem


@dataclass(frozen=True)
class TextTable:
    """A file as text: `cells` has one column per header, "" where a cell is blank.

    `lines` is the physical line of each row of `cells` (the header is line 1; a record over
    several lines has its first; in a workbook it is the number of the row, in formats without
    lines that of the record). `rows_read` is always the rows kept plus the rows set aside.
    `roles` are the roles of columns that the format itself names (XES); `is_ordered` says that the
    source states the order of its rows (the document order of XES). `format` is the name of the
    format, as `formats.kinds.kind_of` has it.
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
    format: str = ""


@dataclass(frozen=True)
class Choices:
    """What only people can decide about how a file is read (`log` in engagement.yaml).

    `sheet` of a workbook, `table` of a database, and whether the cells of a merged area other than
    its first are filled with its value (`merged="fill"`) or stay blank.
    """

    sheet: str | None = None
    table: str | None = None
    merged: Literal["fill"] | None = None


def as_cells(header: Sequence[str], rows: Sequence[Sequence[str]]) -> pd.DataFrame:
    """Rows of text as a frame of text, one column per name.

    >>> as_cells(["id", "step"], [["1", "check"]]).to_dict("records")
    [{'id': '1', 'step': 'check'}]
    """
    columns = zip(*rows, strict=True) if rows else ((),) * len(header)
    return of_arrays(header, [pa.array(column, pa.large_string()) for column in columns])


def of_arrays(header: Sequence[str], columns: Sequence[pa.Array]) -> pd.DataFrame:
    """Arrow columns of text as a frame of text; nothing is copied."""
    text = pd.StringDtype(na_value=np.nan)
    arrays = {name: pd.Series(pd.array(column, dtype=text), copy=False)
              for name, column in zip(header, columns, strict=True)}
    return pd.DataFrame(arrays, columns=list(header), copy=False)
