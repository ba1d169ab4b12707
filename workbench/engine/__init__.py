"""The one package that knows which table engine runs: DuckDB in this process, Spark, PostgreSQL.

`Engine.prepare` orders the events of a log once; afterwards each metric is a plain group-by written
in Ibis (see `workbench.metrics`), whichever engine runs it. Whatever the number of threads, and in
whatever order the rows come, the two prepared tables are the same.

Order is a rule: the events of a case stand by start (by end where there is no start), then end.
Ties follow the source (`ties="source"`: the `sequence` column) or what the rest of the log
teaches (`ties="learned"`: see `workbench.engine.order`), then the activity's name by code point,
then the remaining columns, so that shuffling the rows of a flat file changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from workbench.engine import duck
from workbench.errors import WrongUse
from workbench.model import Calendar
from workbench.words import in_both

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd


KNOWN = "duckdb, spark, spark://HOST:PORT, postgresql://USER@HOST/DATABASE"
"""The names of engines, as readers see them."""


class Engine(Protocol):
    """A connection to a table engine: it prepares logs and runs expressions over them.

    >>> import pandas
    >>> moment = pandas.Timestamp("2026-03-02T09:00Z")
    >>> typed = pandas.DataFrame({
    ...     "case_id": ["c1", "c1"], "activity": ["check", "pay"],
    ...     "end": [moment, moment + pandas.Timedelta(hours=3)]})
    >>> engine = open_engine()
    >>> events, cases = engine.prepare(typed, has_start=False, end_activities=["pay"])
    >>> frame(cases[["case_id", "closed", "throughput_hours", "variant"]]).values.tolist()
    [['c1', True, 3.0, '["check","pay"]']]
    """

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
        """The `events` and `cases` of `workbench.model.EventLog`, made from typed rows.

        `typed` (a table, or a Parquet file of one) has one row per event: case_id, activity (text)
        and end (UTC); where the log has them also start (ignored unless `has_start`), arrival
        (UTC or null), resource, unit, stratum, result, file (text or null), sequence (whole
        number, the place in the source), closes (null, `closed` or `withdrawn`: what the result of
        the event means for its case) and text columns `attribute:NAME`. A case is closed where its
        last activity is one of the end or withdrawn activities or its last event closes it;
        without end activities that is unknown (null). With a `calendar` (of days in `zone`) the
        working hours are filled, else they are null. With a `folder` the tables are written there
        as Parquet, each under its final name only when whole, and read from it.

        Raises WrongUse for an unknown rule for ties.
        """

    def load(self, folder: Path) -> tuple[ir.Table, ir.Table]:
        """The prepared tables that `prepare` wrote into a folder.

        Raises FileNotFoundError where one of them is missing.
        """


def open_engine(name: str = "duckdb") -> Engine:
    """A fresh engine by its name: `duckdb`, `spark`, a Spark master or a PostgreSQL address.

    `spark` runs on this machine, `spark://host:port` on a cluster; any other master follows
    `spark:` (`spark:yarn`). The address of a database holds no password: that is taken from the
    environment.

    Raises WrongUse for a name that is not known here, and where the engine is not installed.

    >>> open_engine("abacus")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    workbench.errors.WrongUse: …
    """
    if name == "duckdb":
        return duck.DuckEngine()
    if name == "spark" or name.startswith("spark:"):
        from workbench.engine.spark import LOCAL, SparkEngine

        return SparkEngine(name if "://" in name else name.partition(":")[2] or LOCAL)
    if name.startswith(("postgresql://", "postgres://")):
        from workbench.engine.postgresql import PostgresEngine

        return PostgresEngine(name)
    raise WrongUse(in_both("run.unknown_engine", engine=name, known=KNOWN))


def frame(expression: ir.Table) -> pd.DataFrame:
    """The rows of an Ibis table expression as a pandas table, with the types it declares.

    Whole numbers stay whole: a column of them that has gaps is `Int64`, truth values with gaps
    are `boolean`, text is `str`, moments are in UTC.
    """
    backend = expression.get_backend()
    if backend.name == "duckdb":
        return duck.frame(expression)
    found: pd.DataFrame = backend.frame(expression)
    return found


def kept(table: ir.Table) -> ir.Table:
    """The rows of an expression, computed once and kept by its engine as long as that lives."""
    backend = table.get_backend()
    if backend.name == "duckdb":
        return duck.kept(table)
    found: ir.Table = backend.kept(table)
    return found


def dropped(*tables: ir.Table) -> None:
    """Let go of tables that were `kept` and are read no more, where an engine holds on to them."""
    for table in tables:
        backend = table.get_backend()
        if backend.name == "duckdb":
            duck.dropped(table)


def sent(rows: pd.DataFrame, beside: ir.Table) -> ir.Table:
    """Rows of this process as a table of the engine that another table lives in."""
    import ibis
    import ibis.expr.operations as ops
    import pyarrow as pa

    backend = beside.get_backend()
    columns = pa.Table.from_pandas(rows, preserve_index=False)
    found: ir.Table
    if backend.name == "duckdb":
        name = f"sent_{uuid4().hex}"
        backend.con.register(name, columns)
        found = ops.DatabaseTable(name, ibis.schema(columns.schema), backend).to_expr()
    else:
        found = backend.uploaded(columns)
    return found


def microseconds(later: ir.TimestampValue, earlier: ir.TimestampValue) -> ir.IntegerValue:
    """The whole microseconds from one moment to another; negative where the other is later.

    What engines make of the difference of two moments with a zone asks for their calendar first.
    """
    from workbench.engine.moments import epoch_us

    return epoch_us(later) - epoch_us(earlier)


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
