"""A table of a PostgreSQL server to a table of text: cast by the server, streamed, read only."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np
import pandas as pd

from workbench.intake.findings import refuse
from workbench.intake.formats.address import PASSWORD, Address
from workbench.intake.formats.database import binaries, cells_of, chosen, quoted, text_table
from workbench.intake.formats.table import TextTable
from workbench.model import Problem

_SECONDS = 10  # to reach a server
_SESSION = (
    # one state of the database for everything that is read, and no way to change it
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SET LOCAL TIME ZONE 'UTC'",
    "SET LOCAL datestyle = 'ISO, YMD'",
)
_TABLES = """
SELECT n.nspname::text, c.relname::text, c.oid::text
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND NOT c.relispartition
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
    AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
    AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT')
ORDER BY n.nspname <> 'public', 1, 2
"""
_COLUMNS = """
SELECT attname::text, atttypid::regtype::text FROM pg_catalog.pg_attribute
WHERE attrelid = {oid} AND attnum > 0 AND NOT attisdropped
    AND pg_catalog.has_column_privilege(attrelid, attnum, 'SELECT')
ORDER BY attnum
"""
_MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US'
_NOT_REACHED = re.compile(
    r"refused|translate host|timeout|timed out|unreachable|no route|closed the connection|"
    r"server running|reset by peer|SSL|not known", re.IGNORECASE)


class _Table(NamedTuple):
    schema: str
    name: str
    oid: int


def read_postgres(address: Address, table: str | None = None) -> TextTable:
    """Read one table or view of a PostgreSQL server, in one read-only transaction.

    Times with a zone come in UTC, everything else as the server writes it. `sha256` is a digest of
    what was read, whatever the order of the rows: it stands for the bytes of a file.

    Args:
        address: of the database; the password is that of the environment, if there is one.
        table: a table or view, `schema.table` outside `public`; by default the only one.

    Raises:
        InputRefused: unreachable, a refused login, no such table, or too large.
    """
    wanted, file = table or address.table, address.shown(table or address.table)
    with _session(address, file) as cursor:
        cursor.execute(_TABLES)
        known = {name if schema == "public" else f"{schema}.{name}": _Table(schema, name, int(oid))
                 for schema, name, oid in cursor.fetchall()}
        found = known[chosen(list(known), _plain(wanted), file)]
        file = address.shown(wanted or next(name for name, one in known.items() if one == found))
        cursor.execute(_COLUMNS.format(oid=found.oid))
        columns = [(str(name), str(kind)) for name, kind in cursor.fetchall()]
        read = ", ".join(f"{_text(name, kind)} AS {quoted(name)}" for name, kind in columns)
        cursor.execute(f"SELECT {read} FROM {quoted(found.schema)}.{quoted(found.name)}")  # noqa: S608 - identifiers that the server itself names, quoted
        cells = cells_of(cursor.fetch_record_batch(), file)
    made = text_table(cells, file, binaries(columns, len(cells), file), content_hash(cells))
    return replace(made, format="postgresql")


def _plain(wanted: str | None) -> str | None:
    """`public.events` is `events`."""
    return wanted.removeprefix("public.") if wanted else None


def _text(name: str, kind: str) -> str:
    column = quoted(name)
    if kind == "timestamp with time zone":
        column = f"({column} AT TIME ZONE 'UTC')"
    if kind.startswith("timestamp"):
        zone = " || 'Z'" if kind.endswith("with time zone") else ""
        return (f"CASE WHEN isfinite({column}) THEN to_char({column}, '{_MOMENT}'){zone}"
                f" ELSE {column}::text END")
    return "''::text" if kind == "bytea" else f"{column}::text"


@contextmanager
def _session(address: Address, file: str) -> Iterator[Any]:
    """A cursor in a read-only transaction. What the library says may hold the address: not said."""
    from adbc_driver_postgresql import dbapi

    code, detail = "", ""
    try:
        with dbapi.connect(_uri(address)) as connection, connection.cursor() as cursor:
            for statement in _SESSION:
                cursor.execute(statement)
            yield cursor
    except dbapi.Error as error:
        detail = getattr(error, "sqlstate", None) or ""
        reached = detail or not _NOT_REACHED.search(str(error))
        code = ("database_failed" if detail else "database_login") if reached else (
            "database_unreachable")
    except UnicodeDecodeError:
        code = "encoding_unknown"
    except (ValueError, OSError):  # from the stream: the server, or the way to it, failed meanwhile
        code = "database_failed"
    if code:  # raised here, so that no trace of the library's own error hangs on
        refuse([Problem("rejected", code, file,
                        values={"variable": PASSWORD, "state": detail or "–"})])


def _uri(address: Address) -> str:
    """The address with the password of the environment, and of nowhere else.

    A stated password, be it blank, keeps the library from taking PGPASSWORD; a password file that
    is not there keeps it from the one in the home folder.
    """
    options = {"password": os.environ.get(PASSWORD, ""), "passfile": f"{os.devnull}/none",
               "connect_timeout": str(_SECONDS), "client_encoding": "UTF8",
               "application_name": "workbench"}
    if address.sslmode:
        options["sslmode"] = address.sslmode
    plain = Address(address.host, address.port, address.user, address.database).written()
    return plain + "?" + "&".join(f"{name}={quote(value, safe='')}"
                                  for name, value in options.items())


def content_hash(cells: pd.DataFrame) -> str:
    """One hash of a table whose rows come in no order.

    >>> one = pd.DataFrame({"a": ["1", "2"], "b": ["x", "y"]})
    >>> content_hash(one) == content_hash(one.iloc[::-1])
    True
    """
    digest = hashlib.sha256("\x00".join(map(str, cells.columns)).encode())
    rows = pd.util.hash_pandas_object(cells, index=False).to_numpy()
    digest.update(np.sort(rows).tobytes())
    return digest.hexdigest()
