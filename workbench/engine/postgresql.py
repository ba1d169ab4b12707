"""PostgreSQL: a log is prepared and measured inside the client's own database.

A log that is stored lies in one schema of its own, `workbench_PLACE_LOG`, made whole in one
transaction: preparing it again puts a new one in its place. Of the logs of one place (a folder of
prepared logs on one machine) the newest few stay, older ones are dropped when one is stored.
Nothing else in the database is touched; what is not stored lives in temporary tables that end with
the connection. The password comes from the environment and from nowhere else.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

from workbench.engine.compiled import TABLES, CompiledEngine
from workbench.errors import WrongUse
from workbench.words import in_both

if TYPE_CHECKING:
    import ibis.expr.schema
    import ibis.expr.types as ir
    import pyarrow as pa

PASSWORD = "WORKBENCH_DB_PASSWORD"  # noqa: S105 - the name of a variable, not a password
"""The variable of the environment that holds the password of a database."""

_KEPT = 8  # logs of one place: as many inputs as are remembered, each with its pilot
_SECONDS = 10  # to reach a server
_SESSION = ("SET TIME ZONE 'UTC'", "SET datestyle = 'ISO, YMD'", "SET jit = off",
            "SET client_min_messages = error", "SET work_mem = '64MB'")
_MARK = "postgresql.txt"  # in the folder of a stored log: the name of its schema
_PREFIX = "workbench"


class PostgresEngine(CompiledEngine):
    """A database of a PostgreSQL server; see `workbench.engine.Engine`."""

    name = "postgresql"
    dialect = "postgres"

    def __init__(self, address: str) -> None:
        from adbc_driver_postgresql import dbapi

        from workbench.engine.postgresql_dialect import COMPILER

        self.compiler = COMPILER
        with _told(address):
            self._connection = dbapi.connect(_uri(address), autocommit=True)
            weakref.finalize(self, self._connection.close)
            self._run(*_SESSION)

    def load(self, folder: Path) -> tuple[ir.Table, ir.Table]:
        """See `workbench.engine.Engine.load`; the folder names the schema of the log."""
        schema = (folder / _MARK).read_text(encoding="utf-8").strip()
        if schema != _schema_of(folder):
            raise FileNotFoundError(folder)
        found = []
        for name in TABLES:
            columns = self._columns(f"{schema}.{name}")
            if columns is None:
                raise FileNotFoundError(folder / name)
            found.append(self.bound(name, columns, schema))
        return found[0], found[1]

    def kept(self, table: ir.Table) -> ir.Table:
        """See the function `workbench.engine.kept`: a temporary table."""
        name = self.fresh("kept")
        self._run(f"CREATE TEMPORARY TABLE {name} AS {self.sql(table)}", f"ANALYZE {name}")
        return self.bound(name, table.schema(), "pg_temp")

    def uploaded(self, rows: pa.Table) -> ir.Table:
        """See `CompiledEngine.uploaded`: a temporary table whose text is ordered by code point."""
        name = self.fresh("sent")
        return self._sent(name, rows)

    def read(self, file: Path) -> ir.Table:
        """See `CompiledEngine.read`."""
        from pyarrow import parquet

        return self.uploaded(parquet.read_table(file))

    def store(self, tables: dict[str, ir.Table], folder: Path) -> None:
        """See `CompiledEngine.store`: one transaction makes the schema of the log."""
        folder.mkdir(parents=True, exist_ok=True)
        schema = _schema_of(folder)
        made = {name: self.kept(table) for name, table in tables.items()}
        self._run("BEGIN")
        try:
            self._run(f"DROP SCHEMA IF EXISTS {schema} CASCADE", f"CREATE SCHEMA {schema}")
            for name, table in made.items():
                self._run(f"CREATE TABLE {schema}.{name} AS {self.sql(table)}",
                          f"ANALYZE {schema}.{name}")
            self._run(f"COMMENT ON SCHEMA {schema} IS {_text(_now(self))}")
            self._drop_old(schema)
            self._run("COMMIT")
        except BaseException:
            self._run("ROLLBACK")
            raise
        part = folder / f".{_MARK}.{os.getpid()}"
        part.write_text(schema + "\n", encoding="utf-8")
        part.replace(folder / _MARK)

    def rows(self, query: str) -> pa.Table:
        """See `CompiledEngine.rows`."""
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetch_arrow_table()

    def _put(self, table: Any) -> None:
        """See `CompiledEngine`."""
        if self._columns(f"pg_temp.{table.name}") is None:
            self._sent(table.name, table.data.to_pyarrow(table.schema))

    def _sent(self, name: str, rows: pa.Table) -> ir.Table:
        import ibis

        schema = ibis.schema(rows.schema)
        columns = ", ".join(f"{_name(column)} {_KINDS[_family(kind)]}"
                            for column, kind in schema.items())
        self._run(f"CREATE TEMPORARY TABLE {_name(name)} ({columns})")
        with self._connection.cursor() as cursor:
            cursor.adbc_ingest(name, rows, mode="append", temporary=True)
        self._run(f"ANALYZE {_name(name)}")
        return self.bound(name, schema, "pg_temp")

    def _columns(self, table: str) -> ibis.expr.schema.Schema | None:
        """The columns of a table, None where there is no such table."""
        import ibis

        found = self.rows(
            "SELECT attname::text, atttypid::regtype::text FROM pg_catalog.pg_attribute"  # noqa: S608 - a name made here
            f" WHERE attrelid = to_regclass({_text(table)}) AND attnum > 0 AND NOT attisdropped"
            " ORDER BY attnum")
        names, kinds = (column.to_pylist() for column in found.columns)
        if not names:
            return None
        return ibis.schema({name: _FAMILIES[kind] for name, kind in zip(names, kinds, strict=True)})

    def _drop_old(self, newest: str) -> None:
        """Drop the schemas of this place that are older than the newest few."""
        place = newest.rpartition("_")[0]
        found = self.rows(
            "SELECT nspname::text FROM pg_catalog.pg_namespace WHERE nspname LIKE "  # noqa: S608 - a name made here
            f"{_text(place.replace('_', chr(92) + '_') + chr(92) + '_%')}"
            " ORDER BY obj_description(oid, 'pg_namespace') DESC NULLS LAST, nspname")
        for schema in found.column(0).to_pylist()[_KEPT:]:
            self._run(f"DROP SCHEMA {_name(schema)} CASCADE")

    def _run(self, *statements: str) -> None:
        with self._connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


_KINDS = {"string": 'text COLLATE "C"', "timestamp('UTC', 6)": "timestamptz",
          "timestamp(6)": "timestamp", "int64": "bigint", "float64": "double precision",
          "boolean": "boolean", "date": "date"}
_FAMILIES = {"text": "string", "timestamp with time zone": "timestamp('UTC', 6)",
             "timestamp without time zone": "timestamp(6)", "bigint": "int64",
             "integer": "int32", "smallint": "int16", "double precision": "float64",
             "boolean": "boolean", "date": "date", "numeric": "decimal"}


def _family(kind: Any) -> str:
    """The type of a column as this module names it."""
    if kind.is_timestamp():
        return "timestamp('UTC', 6)" if kind.timezone else "timestamp(6)"
    named = {"is_string": "string", "is_integer": "int64", "is_floating": "float64",
             "is_boolean": "boolean", "is_date": "date"}
    return next((name for test, name in named.items() if getattr(kind, test)()), "string")


def _schema_of(folder: Path) -> str:
    """The schema of a stored log: that of its place, and its own."""
    place = folder.resolve()
    of_place = f"{platform.node()}\x00{place.parent.parent}"
    return f"{_PREFIX}_{_digest(of_place)}_{_digest(str(place))}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _now(engine: PostgresEngine) -> str:
    """When the server says it is, as text that orders."""
    moment = engine.rows("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')")
    return str(moment.column(0)[0].as_py())


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


# ---------------------------------------------------------------- the way to the server


@contextmanager
def _told(address: str) -> Iterator[None]:
    """What the library says of a failed connection may hold the address: it is not repeated."""
    from adbc_driver_postgresql import dbapi

    failed = False
    try:
        yield
    except dbapi.Error:
        failed = True
    if failed:  # raised here, so that no trace of the library's own error hangs on
        raise WrongUse(in_both("run.engine_unreachable", engine=_shown(address), variable=PASSWORD))


def _uri(address: str) -> str:
    """The address with the password of the environment, and of nowhere else.

    A stated password, be it blank, keeps the library from taking PGPASSWORD; a password file that
    is not there keeps it from the one in the home folder.
    """
    try:
        parts = urlsplit(address.strip())
        port, asked = parts.port, parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        port, asked = None, {"": []}
    plain = parts.hostname and parts.path.strip("/") and "," not in parts.netloc
    if not plain or parts.password is not None or parts.fragment or set(asked) - {"sslmode"}:
        raise WrongUse(in_both("run.engine_address", variable=PASSWORD))
    options = {"password": os.environ.get(PASSWORD, ""), "passfile": f"{os.devnull}/none",
               "connect_timeout": str(_SECONDS), "client_encoding": "UTF8",
               "application_name": "workbench", **{name: values[0] for name, values in
                                                   asked.items()}}
    user = f"{parts.username}@" if parts.username else ""
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    return (f"postgresql://{user}{host}{f':{port}' if port else ''}{parts.path}?"
            + "&".join(f"{name}={quote(value, safe='')}" for name, value in options.items()))


def _shown(address: str) -> str:
    """An address without its user and its options."""
    return re.sub(r"//[^/@]*@", "//", address.partition("?")[0])
