"""A client's DuckDB file, opened so that nothing outside it can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False, "autoinstall_known_extensions": False,
    "autoload_known_extensions": False}
"""How a client's own database is opened: its views may reach nothing outside it."""


@contextmanager
def open_database(file: Path) -> Iterator[Any]:
    """A DuckDB file of a client, to be read and nothing else: no other file, network or extension.

    Raises ValueError for whatever the engine cannot do with it; the engine's own words are lost,
    as they may quote the file.
    """
    import duckdb

    try:
        with duckdb.connect(str(file), read_only=True, config=_CLOSED) as connection:
            connection.execute("SET TimeZone = 'UTC'; SET lock_configuration = true")
            yield connection
    except duckdb.Error as error:
        raise ValueError(type(error).__name__) from None
