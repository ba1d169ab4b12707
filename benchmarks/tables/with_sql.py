"""The same columns as this project's tables, in SQL by hand over the same prepared form.

One query per table in `sql/`. What Ibis writes for us is measured by it: see `results`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from ours import TABLES as OURS
from ours import load as prepared

QUERIES = Path(__file__).with_name("sql")


def load(file: Path) -> Any:
    """A connection that knows the prepared tables as `events` and `cases`."""
    log = prepared(file)
    backend = log.events.get_backend()
    for name, table in (("events", log.events), ("cases", log.cases)):
        backend.con.execute(f"CREATE TEMP VIEW {name} AS {backend.compile(table)}")
    return backend.con


def _query(name: str) -> Callable[[Any], pd.DataFrame]:
    text = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    return lambda connection: connection.sql(text).df()


TABLES: Mapping[str, Callable[[Any], pd.DataFrame]] = {name: _query(name) for name in OURS}
