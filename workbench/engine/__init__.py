"""The one module that knows which table engine runs: DuckDB in this process, behind Ibis.

`Engine.prepare` orders the events of a log once, in one pass of SQL; afterwards each metric is a
plain group-by written in Ibis (see `workbench.metrics`). Whatever the number of threads, and in
whatever order the rows come, the two prepared tables are the same.

Order is a rule: the events of a case stand by start (by end where there is no start), then end.
Ties follow the source (`ties="source"`: the `sequence` column) or what the rest of the log
teaches (`ties="learned"`: see `workbench.engine.order`), then the activity's name by code point, then the
remaining columns, so that shuffling the rows of a flat file changes nothing.
"""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from workbench.clock import WorkingClock, working_clock
from workbench.errors import WrongUse
from workbench.model import Calendar
from workbench.engine.order import FOLLOWS, TIES, learn_order
from workbench.engine.typed_columns import ATTRIBUTE, typed_columns
from workbench.words import in_both

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    import pyarrow as pa

TABLES = ("events", "cases")
"""The prepared tables, in the order in which they are written (see `workbench.model.EventLog`)."""

PREPARATION = Path(__file__).with_name("prepare.sql")
"""The preparation itself, as plain SQL."""

_NUMBERS = itertools.count()

_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False, "autoinstall_known_extensions": False,
    "autoload_known_extensions": False}
"""How a client's own database is opened: its views may reach nothing outside it."""


class Engine:
    """A connection to a table engine: it prepares logs and runs expressions over them.

    >>> import pandas
    >>> moment = pandas.Timestamp("2026-03-02T09:00Z")
    >>> typed = pandas.DataFrame({
    ...     "case_id": ["c1", "c1"], "activity": ["check", "pay"], "start": [pandas.NaT] * 2,
    ...     "end": [moment, moment + pandas.Timedelta(hours=3)], "resource": ["Ann", None],
    ...     "unit": [None] * 2, "stratum": [None] * 2, "result": [None] * 2,
    ...     "sequence": [0, 1], "file": ["log.csv"] * 2})
    >>> engine = open_engine()
    >>> events, cases = engine.prepare(typed, has_start=False, end_activities=["pay"])
    >>> engine.frame(cases[["case_id", "closed", "throughput_hours", "variant"]]).values.tolist()
    [['c1', True, 3.0, '["check","pay"]']]
    """

    def __init__(self, backend: Any) -> None:
        self.backend = backend

    def prepare(
        self,
        typed: pd.DataFrame,
        *,
        has_start: bool,
        end_activities: Iterable[str] = (),
        withdrawn_activities: Iterable[str] = (),
        ties: str = "learned",
        calendar: Calendar | None = None,
        zone: str = "UTC",
        folder: Path | None = None,
    ) -> tuple[ir.Table, ir.Table]:
        """The `events` and `cases` of `workbench.model.EventLog`, made from typed rows.

        `typed` has one row per event: case_id, activity (text), start, end (UTC; start is ignored
        unless `has_start`), resource, unit, stratum, result, file (text or null) and sequence
        (whole number, the place in the source); where it has them also arrival (UTC or null),
        closes (null, `closed` or `withdrawn`: what the result of the event means for its case) and
        text columns `attribute:NAME`. A case is closed where its last activity is one of the
        end or withdrawn activities or its last event closes it; without end activities that is
        unknown (null). With a `calendar` (of days in `zone`) the working hours are filled, else
        they are null. With a `folder` the tables are written there as Parquet, each under its
        final name only when whole, and read from it.

        Raises WrongUse for an unknown rule for ties.
        """
        if ties not in ("learned", "source"):
            raise WrongUse(in_both("run.unknown_ties", ties=ties))
        session = self.backend.con.cursor()  # its temporary tables are its own
        try:
            _fill(session, typed, has_start=has_start, learned=ties == "learned")
            _fill_clock(session, typed, calendar, zone)
            ends, withdrawn = tuple(end_activities), tuple(withdrawn_activities)
            _write(session, "ends", {"activity": [*ends, *withdrawn] if ends else []})
            _write(session, "withdrawn", {"activity": withdrawn})
            session.execute(PREPARATION.read_text(encoding="utf-8"))
            if folder is None:
                number = next(_NUMBERS)
                for table in TABLES:
                    session.execute(f"CREATE TABLE {table}_{number} AS {_whole(table)}")
                return self._table(f"events_{number}"), self._table(f"cases_{number}")
            folder.mkdir(parents=True, exist_ok=True)
            for table in TABLES:
                _write_parquet(session, table, folder / f"{table}.parquet")
        finally:
            session.close()
        return self.load(folder)

    def load(self, folder: Path) -> tuple[ir.Table, ir.Table]:
        """The prepared tables that `prepare` wrote into a folder.

        Raises FileNotFoundError where one of them is missing.
        """
        views = []
        for table in TABLES:
            file = folder / f"{table}.parquet"
            if not file.is_file():
                raise FileNotFoundError(file)
            views.append(self._table(self._view(file, f"{table}_{next(_NUMBERS)}")))
        return views[0], views[1]

    def frame(self, expression: ir.Table) -> pd.DataFrame:
        """The rows of an Ibis table expression; see the function `frame`."""
        return frame(expression)

    def _view(self, file: Path, name: str) -> str:
        path = str(file).replace("'", "''")
        self.backend.con.execute(f"CREATE VIEW {name} AS FROM read_parquet('{path}')")
        return name

    def _table(self, name: str) -> ir.Table:
        with warnings.catch_warnings():  # Ibis 12 calls a method that DuckDB 2 renames
            warnings.simplefilter("ignore", DeprecationWarning)
            table: ir.Table = self.backend.table(name)
        return table


def open_engine(name: str = "duckdb") -> Engine:
    """A fresh engine by its name. Raises WrongUse for a name that is not known here.

    >>> open_engine("abacus")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    workbench.errors.WrongUse: …
    """
    if name != "duckdb":
        raise WrongUse(in_both("run.unknown_engine", engine=name, known="duckdb"))
    import ibis

    backend = ibis.duckdb.connect()
    backend.con.execute("SET GLOBAL TimeZone = 'UTC'")
    return Engine(backend)


def frame(expression: ir.Table) -> pd.DataFrame:
    """The rows of an Ibis table expression as a pandas table, with the types it declares.

    Whole numbers stay whole: a column of them that has gaps is `Int64`, truth values with gaps
    are `boolean`, text is `str`, moments are in UTC.
    """
    backend = expression.get_backend()
    if backend.name != "duckdb":
        executed: pd.DataFrame = expression.execute()
        return executed
    rows = backend.con.sql(backend.compile(expression)).to_arrow_table()
    return _pandas(rows.cast(expression.schema().to_pyarrow()))


def local_time(moments: ir.TimestampColumn, zone: str) -> ir.TimestampColumn:
    """What the clock on the wall of a time zone shows at a moment, as a time without a zone."""
    import ibis
    import ibis.expr.datatypes as types

    @ibis.udf.scalar.builtin(
        signature=((types.string, types.Timestamp(timezone="UTC")), types.timestamp)
    )
    def timezone(zone, moment):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - the engine's own
        """Stand for the engine's function of this name."""

    return timezone(zone, moments)


def _fill(session: Any, typed: pd.DataFrame, *, has_start: bool, learned: bool) -> None:
    """Write the typed rows and the learned order, where one is wanted, to the session."""
    _write(session, "typed", typed_columns(typed, has_start=has_start, with_sequence=not learned))
    order: tuple[str, ...] = ()
    if learned and session.execute(TIES).fetchall()[0][0]:
        order = learn_order(session.execute(FOLLOWS).fetchall())
    _write(session, "ranks", {"activity": order, "place": range(len(order))})


def _fill_clock(session: Any, typed: pd.DataFrame, calendar: Calendar | None, zone: str) -> None:
    """Write the working clocks to the session; without a calendar they are empty."""
    import pyarrow as pa

    clock = WorkingClock({}, 0, 1, 0, {})
    if calendar:
        moments = [typed[name].dropna() for name in ("start", "end", "arrival") if name in typed]
        known = [each for each in moments if len(each)]
        clock = working_clock(calendar, zone, min(each.min() for each in known),
                              max(each.max() for each in known))
    for name in ("origin", "cell", "cells"):
        session.execute(f"SET VARIABLE {name} = {getattr(clock, name)}::BIGINT")
    _write(session, "clock", {
        name: pa.array(clock.table.get(name, []), pa.int64())
        for name in ("place", "base", "begin", "length")})
    _write(session, "calendars", {
        "unit": pa.array(clock.units, pa.string()),
        "number": pa.array(clock.units.values(), pa.int64())})


def _write(session: Any, name: str, columns: Mapping[str, Iterable[object]]) -> None:
    """Create a temporary table. An empty list of names is still a column of text."""
    import pyarrow as pa

    whole = {"activity": pa.string(), "place": pa.int64()}
    made = (pa.Array, pa.ChunkedArray)  # text that was put together from pieces comes chunked
    arrays = {column: values if isinstance(values, made) else pa.array(values, whole[column])
              for column, values in columns.items()}
    session.register("incoming", pa.table(arrays))
    session.execute(f"CREATE TEMP TABLE {name} AS FROM incoming")
    session.unregister("incoming")


def _whole(table: str) -> str:
    """A prepared table as it is handed over: the nameless attribute was for the preparation."""
    return f'FROM temp.{table} SELECT * EXCLUDE ("{ATTRIBUTE}")'


def _write_parquet(session: Any, table: str, file: Path) -> None:
    """Write a prepared table under its final name only when it is whole."""
    part = file.with_name(f".{file.name}.{os.getpid()}.{uuid4().hex}")
    path = str(part).replace("'", "''")
    try:
        session.execute(f"COPY ({_whole(table)}) TO '{path}' (FORMAT parquet)")
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _pandas(rows: pa.Table) -> pd.DataFrame:
    import pandas as pd
    import pyarrow.types as kinds

    columns = {}
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        values = column.to_pandas()
        if column.null_count and kinds.is_integer(column.type):
            values = pd.array(column.to_pylist(), dtype="Int64")
        elif column.null_count and kinds.is_boolean(column.type):
            values = pd.array(column.to_pylist(), dtype="boolean")
        elif kinds.is_string(column.type):
            values = values.astype("str")
        columns[name] = values
    return pd.DataFrame(columns)



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
