"""Spark, for logs larger than one machine: on this one, or on a cluster by its master's address.

One session serves the process, as Spark has it. It listens on the loopback where it runs here,
shows no pages, and counts in UTC by the rules of ANSI SQL: what overflows is an error.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import warnings
import weakref
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from workbench.engine.compiled import TABLES, CompiledEngine
from workbench.engine.memory import memory_limit
from workbench.errors import WrongUse
from workbench.words import in_both

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

LOCAL = "local[*]"

_LOGGING = Path(__file__).with_name("spark-log4j2.properties")
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
    "spark.sql.mapKeyDedupPolicy": "LAST_WIN",
}
_ON_THIS_MACHINE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": str(os.cpu_count() or 1),
    "spark.default.parallelism": str(os.cpu_count() or 1),
}


class SparkEngine(CompiledEngine):
    """Spark behind the engine's interface; see `workbench.engine.Engine`."""

    name = "spark"
    dialect = "spark"

    def __init__(self, master: str = LOCAL) -> None:
        from workbench.engine.spark_dialect import COMPILER

        self.compiler = COMPILER
        self._session = _session(master)
        self._made = Path(tempfile.mkdtemp(prefix="workbench-spark-"))
        self._views: list[str] = []
        weakref.finalize(self, _forget, self._session, self._views, self._made)

    def load(self, folder: Path) -> tuple[ir.Table, ir.Table]:
        """See `workbench.engine.Engine.load`; each table is a folder of Parquet files."""
        found = []
        for table in TABLES:
            place = folder / f"{table}.parquet"
            if not place.exists():
                raise FileNotFoundError(place)
            found.append(self._view(self._session.read.parquet(_found(place)), table))
        return found[0], found[1]

    def kept(self, table: ir.Table) -> ir.Table:
        """See the function `workbench.engine.kept`."""
        computed = self._session.sql(self.sql(table)).localCheckpoint()
        return self._view(computed, "kept", table)

    def uploaded(self, rows: pa.Table) -> ir.Table:
        """See `CompiledEngine.uploaded`; the rows travel as a Parquet file."""
        from pyarrow import parquet

        file = self._made / f"{uuid4().hex}.parquet"
        parquet.write_table(rows, file)
        return self.read(file)

    def read(self, file: Path) -> ir.Table:
        """See `CompiledEngine.read`."""
        return self._view(self._session.read.parquet(_found(file)), "read")

    def store(self, tables: dict[str, ir.Table], folder: Path) -> None:
        """See `CompiledEngine.store`: each table gets its final name only when it is whole."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            part = folder / f".{name}.{uuid4().hex}"
            place = folder / f"{name}.parquet"
            try:
                self._session.sql(self.sql(table)).write.parquet(f"file://{part.resolve()}")
                shutil.rmtree(place, ignore_errors=True)
                part.replace(place)
            finally:
                shutil.rmtree(part, ignore_errors=True)

    def rows(self, query: str) -> pa.Table:
        """See `CompiledEngine.rows`."""
        with warnings.catch_warnings():  # it leaves sockets to the garbage, and calls old names
            for kind in (ResourceWarning, DeprecationWarning, FutureWarning):
                warnings.simplefilter("ignore", kind)
            return self._session.sql(query).toArrow()

    def _view(self, computed: Any, stem: str, like: ir.Table | None = None) -> ir.Table:
        name = self.fresh(stem)
        computed.createOrReplaceTempView(name)
        self._views.append(name)
        return self.bound(name, like.schema() if like is not None else _schema(computed))

    def _put(self, table: Any) -> None:
        """See `CompiledEngine`."""
        from pyarrow import parquet

        file = self._made / f"{table.name}.parquet"
        if not file.exists():
            parquet.write_table(table.data.to_pyarrow(table.schema), file)
            self._session.read.parquet(_found(file)).createOrReplaceTempView(table.name)
            self._views.append(table.name)


@cache
def _session(master: str) -> Any:
    """The Spark session of this process."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise WrongUse(in_both("run.no_spark")) from error
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise WrongUse(in_both("run.no_spark"))
    builder = SparkSession.builder.master(master).appName("workbench")
    here = _ON_THIS_MACHINE if master.startswith("local") else {}
    for name, value in (_SETTINGS | here | _memory()).items():
        builder = builder.config(name, value)
    _quiet(here=bool(here))
    return builder.getOrCreate()


def _quiet(*, here: bool) -> None:
    """Let Spark's machine report errors only, and here speak to nobody but this machine."""
    os.environ.setdefault("SPARK_SUBMIT_OPTS", f"-Dlog4j2.configurationFile={_LOGGING.as_uri()}")
    if here:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")


def _memory() -> dict[str, str]:
    """The limit that the environment sets, as Spark writes it."""
    limit = memory_limit()
    return {"spark.driver.memory": limit.lower().removesuffix("b")} if limit else {}


def _found(file: Path) -> str:
    """A path as Spark reads it: none of its signs stands for others."""
    return "file://" + re.sub(r"[\\*?\[\]{}]", lambda sign: f"\\{sign[0]}", str(file.resolve()))


def _schema(computed: Any) -> Any:
    """The columns of a Spark table as Ibis names their types."""
    import ibis

    kinds = {"bigint": "int64", "int": "int32", "double": "float64", "boolean": "boolean",
             "timestamp": "timestamp('UTC', 6)", "timestamp_ntz": "timestamp(6)",
             "date": "date", "string": "string"}
    return ibis.schema({name: kinds[kind] for name, kind in computed.dtypes})


def _forget(session: Any, views: list[str], made: Path) -> None:
    """Give back what an engine held; where the session has ended there is nothing to give."""
    shutil.rmtree(made, ignore_errors=True)
    if session.sparkContext._jsc is None:  # noqa: SLF001 - the only sign of an ended session
        return
    for name in views:
        session.catalog.dropTempView(name)
