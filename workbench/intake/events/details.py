"""One row per line of detail (material, amount, …): the same event several times."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbench.intake.events.rows import Rows, series
from workbench.intake.events.wishes import Wishes
from workbench.intake.findings import listed
from workbench.model import Problem

_SHARE = 0.05  # of the rows repeat another one: below that they are slips
_MOST = 0.5  # of the repeated events differ in a column of details


def drop_details(rows: Rows, wishes: Wishes) -> None:
    """Of rows that are the same in every role the first one is kept, where that is wanted."""
    if wishes.details == "drop":
        again = np.zeros(len(rows), dtype=bool)
        again[rows.keep] = _told(rows).duplicated().to_numpy(dtype=bool)
        rows.aside(again, "detail_row", "case_id", "info")


def suspected_details(rows: Rows, wishes: Wishes) -> Iterator[Problem]:
    """Yield a warning that names the columns in which rows differ that are one event by role."""
    told = _told(rows)
    several = told.duplicated(keep=False).to_numpy(dtype=bool)
    count = int(told.duplicated().sum())
    if count < _SHARE * len(told):
        return
    used = {name for names in rows.mapping.values() for name in names} | {*wishes.attributes}
    cells = rows.table.cells.loc[rows.keep].loc[several]
    event = told.loc[several].groupby(list(told.columns), sort=False).ngroup().to_numpy()
    columns = [str(name) for name in cells.columns if str(name) not in used
               and _differs(cells[name], event)]
    if columns:
        line = int(rows.table.lines[np.flatnonzero(rows.keep)[several][0]])
        yield Problem("warning", "details_suspected", rows.table.file, line, columns[0], count,
                      {"columns": listed(columns, 4)})


def _differs(cells: pd.Series, event: np.ndarray) -> bool:
    return float((cells.groupby(event).agg("nunique") > 1).mean()) > _MOST


def _told(rows: Rows) -> pd.DataFrame:
    """What the kept rows say in the columns of roles; their stated order left out."""
    return pd.DataFrame({role: series(rows.text(role)) for role in rows.mapping
                         if role != "sequence"}).loc[rows.keep]
