"""Engines that Ibis compiles for and somebody else's machine runs: SQL out, Arrow back.

Such an engine is itself what its tables are bound to: `expression.get_backend()` finds it.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine.frames import pandas_of
from workbench.engine.portable import Task, prepared
from workbench.engine.typed_columns import ATTRIBUTE, typed_columns
from workbench.errors import WrongUse
from workbench.model import Calendar
from workbench.words import in_both

if TYPE_CHECKING:
    import ibis.expr.schema
    import ibis.expr.types as ir
    import pandas as pd
    import pyarrow as pa

TABLES = ("events", "cases")
_NUMBERS = itertools.count()


class CompiledEngine(ABC):
    """A table engine behind SQL text; see `workbench.engine.Engine` for what it does."""

    name: str
    compiler: Any
    dialect: str

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
        """See `workbench.engine.Engine.prepare`; `typed` may be a Parquet file on shared storage.

        Raises WrongUse for an unknown rule for ties.
        """
        if ties not in ("learned", "source"):
            raise WrongUse(in_both("run.unknown_ties", ties=ties))
        if not isinstance(typed, Path):
            import pyarrow as pa

            columns = {name: column for name, column in typed_columns(
                typed, has_start=has_start, with_sequence=ties == "source").items()
                if name not in ("rest", ATTRIBUTE)}
            rows = self.uploaded(pa.table(columns))
        else:
            rows = self.read(typed)
        task = Task(has_start, tuple(end_activities), tuple(withdrawn_activities),
                    ties == "learned", calendar, zone)
        events, cases = prepared(self, rows, task)
        if folder is None:
            return self.kept(events), self.kept(cases)
        self.store({"events": events, "cases": cases}, folder)
        return self.load(folder)

    @abstractmethod
    def load(self, folder: Path) -> tuple[ir.Table, ir.Table]:
        """See `workbench.engine.Engine.load`."""

    @abstractmethod
    def kept(self, table: ir.Table) -> ir.Table:
        """See the function `workbench.engine.kept`."""

    @abstractmethod
    def uploaded(self, rows: pa.Table) -> ir.Table:
        """Rows of this process as a table of the engine that lasts as long as its session."""

    @abstractmethod
    def read(self, file: Path) -> ir.Table:
        """The rows of a Parquet file."""

    @abstractmethod
    def store(self, tables: dict[str, ir.Table], folder: Path) -> None:
        """Write prepared tables so that `load` finds all of them or none."""

    @abstractmethod
    def rows(self, query: str) -> pa.Table:
        """What a query in the engine's own SQL returns."""

    def arrow(self, expression: ir.Table) -> pa.Table:
        """The rows of an expression, with the types that it declares."""
        schema = expression.schema()
        found = self.rows(self.sql(expression)).rename_columns(list(schema.names))
        return found.cast(schema.to_pyarrow())

    def frame(self, expression: ir.Table) -> pd.DataFrame:
        """See the function `workbench.engine.frame`."""
        return pandas_of(self.arrow(expression))

    def sql(self, expression: ir.Table) -> str:
        """An expression as text in the engine's own SQL."""
        import ibis.expr.operations as ops

        for table in expression.op().find(ops.InMemoryTable):
            self._put(table)
        text: str = self.compiler.to_sqlglot(expression).sql(self.dialect)
        return text

    def bound(self, name: str, schema: ibis.expr.schema.Schema, place: str | None = None
              ) -> ir.Table:
        """A table of the engine by its name, in the schema `place`."""
        import ibis.expr.operations as ops

        table: ir.Table = ops.DatabaseTable(
            name, schema, self, ops.Namespace(database=place)).to_expr()
        return table

    @staticmethod
    def fresh(stem: str) -> str:
        """A name that no other table of this process has."""
        return f"{stem}_{next(_NUMBERS)}"

    @abstractmethod
    def _put(self, table: Any) -> None:
        """Write a table that an expression holds in memory, under its own name."""
