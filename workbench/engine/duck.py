"""DuckDB in this process: the fast path of the preparation.

The statements are SQL templates, because a log is stored with the columns that it has and no
others: `order.sql.j2` sorts once; `fold`, `around`, `linked` and `cases` fold cases and link each
event to its neighbours in single passes over the sorted rows; `views.sql.j2` makes of what is
stored the tables of `workbench.model.EventLog`.
"""

from __future__ import annotations

import itertools
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from workbench.clock import working_clock
from workbench.engine.frames import pandas_of
from workbench.engine.memory import memory_limit
from workbench.engine.order import learn_order
from workbench.engine.schema import CASES, EVENTS, schema_of
from workbench.engine.typed_columns import ATTRIBUTE, TYPED_TEXT, typed_columns
from workbench.errors import WrongUse
from workbench.model import Calendar
from workbench.words import in_both

if TYPE_CHECKING:
    import ibis.expr.schema
    import ibis.expr.types as ir
    import pandas as pd
    import pyarrow as pa

TABLES = ("events", "cases")
"""The prepared tables, in the order in which they are written (see `workbench.model.EventLog`)."""

_NUMBERS = itertools.count()
_ENUMERATED = ("activity", "resource", "unit", "stratum", "result", "file", "closes")
_OF_FIRST = ("unit", "stratum")  # a case has that of its first event that has one
_KEYS = ("activity", "resource", "unit", "stratum", "result", "file", "start", "end", "arrival",
         "closes")
_ASKED_AT_ONCE = 40_000  # events, each with up to a hundred before it
_FEW = 0.5  # so few variants per case at most are worth a list of their own


class DuckEngine:
    """A connection to a database in this process; see `workbench.engine.Engine`."""

    def __init__(self) -> None:
        import ibis

        self.backend = ibis.duckdb.connect()
        spill = Path(tempfile.gettempdir()) / f"workbench-{os.getpid()}"
        self.backend.con.execute("SET GLOBAL TimeZone = 'UTC'")
        self.backend.con.execute(f"SET temp_directory = {_quoted(str(spill))}")
        if limit := memory_limit():
            self.backend.con.execute(f"SET memory_limit = {_quoted(limit)}")

    def prepare(
        self,
        typed: pd.DataFrame | Path,
        *,
        has_start: bool,
        end_activities: Iterable[str] = (),
        withdrawn_activities: Iterable[str] = (),
        ties: str = "learned",
        calendar: Calendar | None = None,
        zone: str = "UTC",
        folder: Path | None = None,
    ) -> tuple[ir.Table, ir.Table]:
        """See `workbench.engine.Engine.prepare`."""
        if ties not in ("learned", "source"):
            raise WrongUse(in_both("run.unknown_ties", ties=ties))
        session = self.backend.con.cursor()  # its temporary tables are its own
        try:
            shape = _typed(session, typed, has_start=has_start, learned=ties == "learned")
            ends, withdrawn = tuple(end_activities), tuple(withdrawn_activities)
            _names(session, "ends", [*ends, *withdrawn] if ends else [])
            _names(session, "withdrawn", withdrawn)
            if calendar:
                _fill_clock(session, shape, calendar, zone)
            shape |= {"ends": ends, "calendar": calendar}
            _order(session, shape, learned=ties == "learned")
            _link(session, shape)
            if folder is None:
                return self._tables(*(_stored(session, table) for table in TABLES))
            folder.mkdir(parents=True, exist_ok=True)
            for table in TABLES:
                _write_parquet(session, table, folder / f"{table}.parquet")
        finally:
            session.close()
        return self.load(folder)

    def load(self, folder: Path) -> tuple[ir.Table, ir.Table]:
        """See `workbench.engine.Engine.load`."""
        files = [folder / f"{table}.parquet" for table in TABLES]
        for file in files:
            if not file.is_file():
                raise FileNotFoundError(file)
        return self._tables(*map(_parquet, files))

    def _tables(self, events: str, cases: str) -> tuple[ir.Table, ir.Table]:
        """The tables of an EventLog over what was stored."""
        has, knows = (
            [row[0] for row in self.backend.con.execute(f"DESCRIBE FROM {stored}").fetchall()]
            for stored in (events, cases))
        number = next(_NUMBERS)
        views = [f"{table}_view_{number}" for table in TABLES]
        attributes = [name for name in has if name.startswith(ATTRIBUTE)]
        _run(self.backend.con, "views", {
            "events_view": views[0], "cases_view": views[1], "events": events, "cases": cases,
            "has": has, "knows": knows, "attributes": attributes})
        return (_table(self.backend, views[0], schema_of(EVENTS, attributes)),
                _table(self.backend, views[1], schema_of(CASES, attributes)))


def kept(table: ir.Table) -> ir.Table:
    """See `workbench.engine.kept`."""
    backend = table.get_backend()
    name = f"kept_{next(_NUMBERS)}"
    # sums are wider here than Ibis declares them, and it leaves out casts to what it declares
    whole = [f'"{column}"::BIGINT AS "{column}"' for column, kind in table.schema().items()
             if kind.is_int64()]
    chosen = f"* REPLACE ({', '.join(whole)})" if whole else "*"
    backend.con.execute(
        f"CREATE TABLE {name} AS SELECT {chosen} FROM ({backend.compile(table)}) AS made")  # noqa: S608 - compiled by Ibis
    return _table(backend, name, table.schema())


def dropped(table: ir.Table) -> None:
    """See `workbench.engine.dropped`."""
    table.get_backend().con.execute(f"DROP TABLE IF EXISTS {table.get_name()}")


def frame(expression: ir.Table) -> pd.DataFrame:
    """See `workbench.engine.frame`."""
    backend = expression.get_backend()
    if backend.name != "duckdb":
        executed: pd.DataFrame = expression.execute()
        return executed
    rows = backend.con.sql(backend.compile(expression)).to_arrow_table()
    return pandas_of(rows.cast(expression.schema().to_pyarrow()))


def _table(backend: Any, name: str, schema: ibis.expr.schema.Schema) -> ir.Table:
    """A table whose columns we know: asking the engine would parse each name of an enumeration."""
    from ibis.expr import operations

    table: ir.Table = operations.DatabaseTable(name, schema, backend).to_expr()
    return table


def _typed(session: Any, typed: pd.DataFrame | Path, *, has_start: bool,
           learned: bool) -> dict[str, Any]:
    """Make the view `typed` and say what is in it: the names that the templates are filled with."""
    if isinstance(typed, Path):
        session.execute(f"CREATE TEMP VIEW typed AS FROM {_parquet(typed)}")
    else:
        import pyarrow as pa

        session.register("typed", pa.table(
            typed_columns(typed, has_start=has_start, with_sequence=not learned)))
    filled = session.execute(  # what is never null needs no counting
        "FROM typed SELECT count(*), count(COLUMNS(* EXCLUDE (case_id, activity)))")
    names = [name for name, *_ in filled.description][1:]
    rows, *counts = filled.fetchall()[0]
    known = dict(zip(names, counts, strict=True))
    meant = {*TYPED_TEXT, "end", "arrival", *(["start"] if has_start else []),
             *([] if learned else ["sequence"])}
    columns = ["activity", "end", *(name for name in known if known[name] and name != "end" and (
        name in meant or name.startswith(ATTRIBUTE)))]
    whole = "start" in columns and known["start"] == known["end"] == rows
    file = "NULL"
    if "file" in columns:
        first, last = session.execute("FROM typed SELECT min(file), max(file)").fetchall()[0]
        if first == last and known["file"] == rows:
            file = _quoted(first)
            columns.remove("file")
    kinds = {column: f"{column}_names" for column in _ENUMERATED if column in columns}
    for column, kind in kinds.items():
        session.execute(f"CREATE TEMP TYPE {kind} AS ENUM (FROM typed SELECT DISTINCT {column} "
                        f"WHERE {column} IS NOT NULL ORDER BY {column})")
    attributes = sorted(name for name in columns if name.startswith(ATTRIBUTE))
    return {
        "columns": columns, "kinds": kinds, "file": file, "attributes": attributes,
        "of_first": [*(name for name in _OF_FIRST if name in columns), *attributes],
        "opened": "start" if whole
        else 'coalesce(start, "end")' if "start" in columns else '"end"',
        "ended": '"end"' if whole or "start" not in columns else 'coalesce("end", start)',
    }


def _order(session: Any, shape: dict[str, Any], *, learned: bool) -> None:
    """Sort the rows; where that leaves any undecided, once more by all that tells them apart."""
    _run(session, "order", shape)
    laps, ties, undecided, unlike = session.execute("""
        FROM near SELECT count(*) FILTER (lapping), count(*) FILTER (tied),
            count(*) FILTER (undecided), count(*) FILTER (undecided AND unlike)""").fetchall()[0]
    if undecided:
        follows = session.execute(_sql("follows", shape)).fetchall() if learned and unlike else ()
        _names(session, "ranks", learn_order(follows))
        keys = [*(name for name in _KEYS if name in shape["columns"]), *shape["attributes"]]
        _run(session, "reorder", shape | {"keys": keys})
    moments = {"start": "start" in shape["columns"], "end": True,
               "arrival": "arrival" in shape["columns"], "enabled": laps, "latest_end": laps,
               "previous_end": True}
    shape |= {"laps": laps, "ties": ties, "before": "latest_end" if laps else "previous_end",
              "moments": [moment for moment, is_there in moments.items() if is_there]}


def _link(session: Any, shape: dict[str, Any]) -> None:
    """Make the views `events` and `cases` of the sorted rows."""
    _run(session, "fold", shape)
    cases, ways = session.execute(
        "SELECT (SELECT count(*) FROM folded), (SELECT count(*) FROM ways)").fetchall()[0]
    shape["variants_recur"] = ways <= cases * _FEW
    _run(session, "around", shape)
    if shape["laps"]:
        asked = session.execute("SELECT count(*) FROM asked").fetchall()[0][0]
        _run(session, "enabling", shape | {"parts": asked // _ASKED_AT_ONCE + 1})
    _run(session, "linked", shape)
    _run(session, "cases", shape)


def _fill_clock(session: Any, shape: dict[str, Any], calendar: Calendar, zone: str) -> None:
    """Write the working clocks of a calendar to the session, for all moments of the log."""
    import pandas as pd
    import pyarrow as pa

    moments = [name for name in ("start", "end", "arrival") if name in shape["columns"]]
    first, last = session.execute(
        f"""FROM typed SELECT epoch_us(least({", ".join(f'min("{name}")' for name in moments)})),
            epoch_us(greatest({", ".join(f'max("{name}")' for name in moments)}))""").fetchall()[0]
    clock = working_clock(calendar, zone, *(pd.Timestamp(moment, unit="us", tz="UTC")
                                            for moment in (first, last)))
    shape |= {"origin": clock.origin, "cell": clock.cell, "cells": clock.cells}
    _write(session, "clock", {name: pa.array(clock.table[name], pa.int64())
                              for name in ("place", "base", "begin", "length")})
    _write(session, "calendars", {"unit": pa.array(clock.units, pa.string()),
                                  "number": pa.array(clock.units.values(), pa.int64())})


def _names(session: Any, table: str, names: Sequence[str]) -> None:
    """A temporary table of activities and their places."""
    import pyarrow as pa

    _write(session, table, {"activity": pa.array(names, pa.string()),
                            "place": pa.array(range(len(names)), pa.int64())})


def _write(session: Any, name: str, columns: Mapping[str, pa.Array]) -> None:
    import pyarrow as pa

    session.register("incoming", pa.table(columns))
    session.execute(f"CREATE TEMP TABLE {name} AS FROM incoming")
    session.unregister("incoming")


@cache
def _templates() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(loader=FileSystemLoader(Path(__file__).with_name("sql")),
                       undefined=StrictUndefined, autoescape=False)  # noqa: S701 - SQL, not HTML
    made.filters["sql"] = _identifier
    return made


def _sql(part: str, shape: Mapping[str, Any]) -> str:
    sql: str = _templates().get_template(f"{part}.sql.j2").render(shape)
    return sql


def _run(session: Any, part: str, shape: Mapping[str, Any]) -> None:
    session.execute(_sql(part, shape))


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _parquet(file: Path) -> str:
    """A file to read from: its name is meant as it stands, though it may look like a pattern."""
    literal = re.sub(r"[*?\[]", lambda sign: f"[{sign[0]}]", str(file))
    return f"read_parquet({_quoted(literal)})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _stored(session: Any, table: str) -> str:
    name = f"{table}_{next(_NUMBERS)}"
    session.execute(f"CREATE TABLE {name} AS FROM temp.{table}")
    return name


def _write_parquet(session: Any, table: str, file: Path) -> None:
    """Write a prepared table under its final name only when it is whole."""
    part = file.with_name(f".{file.name}.{os.getpid()}.{uuid4().hex}")
    try:
        session.execute(f"COPY (FROM temp.{table}) TO {_quoted(str(part))} (FORMAT parquet)")
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
