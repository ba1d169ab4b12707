"""What PostgreSQL says otherwise than Ibis expects, so that every engine gives the same answers."""

from __future__ import annotations

from typing import Any

import sqlglot as sg
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.postgres import PostgresCompiler as IbisCompiler
from ibis.expr import datatypes

_MICROSECOND = "microsecond"


class PostgresCompiler(IbisCompiler):  # type: ignore[misc] # Ibis ships no types
    """Ibis' compiler for PostgreSQL, where its answers would differ from those of DuckDB."""

    __slots__ = ()

    def visit_ScalarUDF(self, op: Any, **arguments: Any) -> Any:  # noqa: N802 - Ibis finds it by this name
        """The whole microseconds since 1970; PostgreSQL's own function of a zone is the same."""
        if self.__sql_name__(op) == "epoch_us":
            return self._micros(*arguments.values())
        return super().visit_ScalarUDF(op, **arguments)

    def _micros(self, moment: Any) -> Any:
        """The epoch is a decimal number here: exact."""
        return self.cast(self.f.extract("epoch", moment) * 1_000_000, datatypes.int64)

    def visit_TimestampDelta(self, op: Any, *, part: Any, left: Any, right: Any) -> Any:  # noqa: N802 - as above
        """Whole microseconds between two moments."""
        if getattr(part, "this", None) != _MICROSECOND:
            return super().visit_TimestampDelta(op, part=part, left=left, right=right)
        return sge.paren(self._micros(left) - self._micros(right), copy=False)

    def visit_Divide(self, op: Any, *, left: Any, right: Any) -> Any:  # noqa: ARG002, N802 - as above
        """A quotient of doubles, whatever is divided; nothing comes of a division by zero."""
        return (self.cast(left, datatypes.float64)
                / self.f.nullif(self.cast(right, datatypes.float64), 0))

    def visit_Sum(self, op: Any, *, arg: Any, where: Any) -> Any:  # noqa: N802 - as above
        """A sum of whole numbers is one too, and no decimal; too large a one is an error."""
        total = super().visit_Sum(op, arg=arg, where=where)
        return self.cast(total, datatypes.int64) if op.dtype.is_integer() else total

    def visit_WindowFunction(self, op: Any, *, func: Any, **rest: Any) -> Any:  # noqa: N802 - as above
        """What is cast is the value of the window, not the function that it runs."""
        if not (isinstance(func, sge.Cast) and isinstance(func.this, (sge.AggFunc, sge.Filter))):
            return super().visit_WindowFunction(op, func=func, **rest)
        window = super().visit_WindowFunction(op, func=func.this, **rest)
        return sge.Cast(this=window, to=func.args["to"])

    def visit_Cast(self, op: Any, *, arg: Any, to: Any) -> Any:  # noqa: N802 - as above
        """Truth values become numbers by way of whole ones."""
        if op.arg.dtype.is_boolean() and to.is_numeric():
            return self.cast(self.cast(arg, datatypes.int32), to)
        return super().visit_Cast(op, arg=arg, to=to)

    def visit_NonNullLiteral(self, op: Any, *, value: Any, dtype: Any) -> Any:  # noqa: N802 - as above
        """A number with a fraction is a double, which PostgreSQL would read as a decimal."""
        if dtype.is_floating():
            return sge.cast(sge.convert(str(value)), sge.DataType.Type.DOUBLE)
        return super().visit_NonNullLiteral(op, value=value, dtype=dtype)

    def visit_Round(self, op: Any, *, arg: Any, digits: Any) -> Any:  # noqa: N802 - as above
        """Halves go away from zero, as decimal numbers do here and doubles do not."""
        if not op.dtype.is_integer():
            return super().visit_Round(op, arg=arg, digits=digits)
        exact = sg.cast(arg, sge.DataType.build("numeric"))
        return self.cast(self.f.round(exact), op.dtype)


COMPILER = PostgresCompiler()
