"""Tables of databases to tables of text: files of SQLite and DuckDB here, servers in `postgres`.

A database is opened to be read and nothing else. Its rows have no lines: the line of a row is the
number of its record.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
import pandas as pd

from workbench.engine.database import open_database
from workbench.intake.findings import near, refuse
from workbench.intake.formats.table import Choices, TextTable
from workbench.intake.formats.unpacked import hash_of
from workbench.model import Problem

if TYPE_CHECKING:
    import pyarrow as pa

LARGEST = 2_000_000_000
"""The most bytes of text that one table may hold."""

_CHUNK = 50_000  # rows that are fetched at once
_PATIENCE = 120.0  # seconds without a row after which a view is given up
_STEPS = 1_000_000  # of SQLite's machine between two looks at the clock
_LEFT_OVERS = ("-wal", "-journal", ".wal")  # beside the file: changes that are not yet in it
_MOST_NAMED = 12
_BINARY = {"BLOB", "BIT", "bytea"}


def read_sqlite(path: Path, file: str, choices: Choices) -> TextTable:
    """Read one table or view of an SQLite file: text as it is stored, numbers as text.

    Raises:
        InputRefused: damaged, in use, no such table, or too large.
    """
    _refuse_unfinished(path, file)
    uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return _sqlite_table(connection, path, file, choices)
    except sqlite3.Error:
        refuse([Problem("rejected", "database_damaged", file)])


def _sqlite_table(connection: sqlite3.Connection, path: Path, file: str,
                  choices: Choices) -> TextTable:
    connection.execute("PRAGMA trusted_schema = OFF")
    decoder = _Decoder()
    connection.text_factory = decoder
    found = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")
    name = chosen([str(row[0]) for row in found], choices.table, file)
    deadline = _Deadline()
    connection.set_progress_handler(deadline, _STEPS)
    cursor = connection.execute(f"SELECT * FROM {quoted(name)}")  # noqa: S608 - an identifier that the file itself names, quoted
    headers = [str(column[0]) for column in cursor.description]
    columns: list[list[str]] = [[] for _ in headers]
    binary = dict.fromkeys(headers, 0)
    size = 0
    while rows := cursor.fetchmany(_CHUNK):
        deadline.restart()
        for place, values in enumerate(zip(*rows, strict=True)):
            texts = [_text(value) for value in values]
            binary[headers[place]] += sum(isinstance(value, bytes) for value in values)
            size += sum(map(len, texts))
            columns[place] += texts
        refuse_if_large(size, file)
    cells = pd.DataFrame(dict(zip(headers, columns, strict=True)), dtype="str")
    remarks = [*_left_out(binary, file), *decoder.remarks(file)]
    return text_table(cells, file, remarks, hash_of(path), decoder.encoding)


def _text(value: object) -> str:
    """A stored value as text; a whole number that was stored as a real one stays what it is."""
    if value is None or isinstance(value, bytes):
        return ""
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    return value if isinstance(value, str) else str(value)


class _Decoder:
    """The text of a file that may hold another encoding than it should."""

    def __init__(self) -> None:
        self.encoding = "utf-8"

    def __call__(self, data: bytes) -> str:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            self.encoding = "gb18030"
            return data.decode("gb18030", "replace")

    def remarks(self, file: str) -> Iterator[Problem]:
        """What must be said of an encoding that was not the expected one."""
        if self.encoding != "utf-8":
            yield Problem("repaired", "encoding_used", file, values={"encoding": self.encoding})


class _Deadline:
    """Ends a view that computes without end; each row starts the time anew."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """A row has come."""
        self.last = time.monotonic()

    def __call__(self) -> int:
        return int(time.monotonic() - self.last > _PATIENCE)


def read_duckdb(path: Path, file: str, choices: Choices) -> TextTable:
    """Read one table or view of a DuckDB file, every column as text, times in UTC.

    Raises:
        InputRefused: damaged, in use, no such table, or too large.
    """
    _refuse_unfinished(path, file)
    try:
        with open_database(path) as connection:
            known = connection.execute(
                "SELECT table_schema, table_name FROM information_schema.tables"
                " WHERE table_catalog = current_database() ORDER BY ALL").fetchall()
            names = {one if schema == "main" else f"{schema}.{one}": (schema, one)
                     for schema, one in known}
            schema, one = names[chosen(list(names), choices.table, file)]
            columns = connection.execute(
                "SELECT column_name, data_type FROM information_schema.columns"
                " WHERE table_catalog = current_database() AND table_schema = ?"
                " AND table_name = ? ORDER BY ordinal_position", [schema, one]).fetchall()
            read = ", ".join(f"{_duckdb_text(name, kind)} AS {quoted(name)}"
                             for name, kind in columns)
            rows = connection.sql(
                f"SELECT {read} FROM {quoted(schema)}.{quoted(one)}")  # noqa: S608 - identifiers that the file itself names, quoted
            cells = cells_of(rows.to_arrow_reader(_CHUNK), file)
    except (ValueError, OSError):  # the latter from the stream of its rows
        refuse([Problem("rejected", "database_damaged", file)])
    return text_table(cells, file, binaries(columns, len(cells), file), hash_of(path))


def _duckdb_text(name: str, kind: str) -> str:
    column = quoted(name)
    if kind.startswith("TIMESTAMP WITH"):
        return f"strftime({column} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
    return "''" if kind in _BINARY else f"CAST({column} AS VARCHAR)"


# ---------------------------------------------------------------- what every database shares


def quoted(name: str) -> str:
    """A name as an SQL identifier, whatever it holds.

    >>> print(quoted('x"; DROP TABLE x'))
    "x""; DROP TABLE x"
    """
    return '"' + name.replace('"', '""') + '"'


def chosen(known: Sequence[str], wanted: str | None, file: str) -> str:
    """The table that was asked for, else the only one.

    Raises:
        InputRefused: there is none, no such one, or several to choose from.
    """
    shown = ", ".join(known[:_MOST_NAMED]) + (", …" if len(known) > _MOST_NAMED else "")
    if wanted is None:
        if len(known) == 1:
            return known[0]
        code = "table_choose" if known else "table_none"
        refuse([Problem("rejected", code, file, values={"tables": shown})])
    if wanted not in known:
        refuse([Problem("rejected", "table_missing", file,
                        values={"table": wanted, "near": near(wanted, known)})])
    return wanted


def cells_of(batches: pa.RecordBatchReader, file: str) -> pd.DataFrame:
    """Batches of text columns as one table; a missing value is blank.

    Raises:
        InputRefused: the table is too large.
    """
    import pyarrow as pa
    import pyarrow.compute as arrow

    size, parts = 0, []
    for batch in batches:
        size += batch.nbytes
        refuse_if_large(size, file)
        parts.append(batch)
    whole = pa.Table.from_batches(parts, batches.schema)
    columns = [arrow.fill_null(column.cast(pa.string()), "") for column in whole.columns]
    cells: pd.DataFrame = pa.table(columns, whole.column_names).to_pandas()
    return cells.astype("str")


def refuse_if_large(size: int, file: str) -> None:
    """Refuse a table that would fill the memory.

    Raises:
        InputRefused: it holds more than it may.
    """
    if size > LARGEST:
        refuse([Problem("rejected", "table_large", file,
                        values={"size": str(LARGEST // 1_000_000_000)})])


def text_table(cells: pd.DataFrame, file: str, remarks: Iterable[Problem], sha256: str,
               encoding: str = "utf-8") -> TextTable:
    """The table that typing takes: the line of a row is the number of its record."""
    return TextTable(file, cells, np.arange(1, len(cells) + 1), len(cells), {}, tuple(remarks),
                     encoding, sha256)


def binaries(columns: Iterable[tuple[str, str]], rows: int, file: str) -> list[Problem]:
    """The columns whose type is binary, which are left blank in all rows."""
    return _left_out({name: rows for name, kind in columns if kind in _BINARY}, file)


def _left_out(counts: dict[str, int], file: str) -> list[Problem]:
    """Values that are no text (pictures, attachments): blank, counted, their column named."""
    return [Problem("warning", "binary_blank", file, None, name, count)
            for name, count in counts.items() if count]


def _refuse_unfinished(path: Path, file: str) -> None:
    """A file copied while in use lacks what still stands beside it: it would be read as stale."""
    for ending in _LEFT_OVERS:
        beside = path.with_name(path.name + ending)
        if beside.is_file() and beside.stat().st_size:
            refuse([Problem("rejected", "database_in_use", file, values={"beside": beside.name})])
