"""What Spark says otherwise than Ibis expects, so that every engine gives the same answers."""

from __future__ import annotations

from typing import Any

import sqlglot as sg
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import SQLGlotCompiler
from ibis.backends.sql.compilers.pyspark import PySparkCompiler

_MICROSECOND = "microsecond"


class SparkCompiler(PySparkCompiler):  # type: ignore[misc] # Ibis ships no types
    """Ibis' compiler for Spark, where its answers would differ from those of DuckDB."""

    __slots__ = ()

    def visit_ScalarUDF(self, op: Any, **arguments: Any) -> Any:  # noqa: N802 - Ibis finds it by this name
        """Functions that go by another name: microseconds since 1970, the clock of a zone."""
        name, values = self.__sql_name__(op), list(arguments.values())
        if name == "epoch_us":
            return self.f.anon.unix_micros(*values)
        if name == "timezone":
            zone, moment = values
            return self.cast(self.f.anon.from_utc_timestamp(moment, zone), op.dtype)
        return super().visit_ScalarUDF(op, **arguments)

    def visit_TimestampDelta(self, op: Any, *, part: Any, left: Any, right: Any) -> Any:  # noqa: N802 - as above
        """Whole microseconds between two moments."""
        if getattr(part, "this", None) != _MICROSECOND:
            return super().visit_TimestampDelta(op, part=part, left=left, right=right)
        kind = sge.DataType.build("TIMESTAMP_LTZ", dialect="spark")
        return sge.paren(self.f.anon.unix_micros(sg.cast(left, kind))
                         - self.f.anon.unix_micros(sg.cast(right, kind)), copy=False)

    def visit_GroupConcat(self, op: Any, *, arg: Any, sep: Any, where: Any, order_by: Any) -> Any:  # noqa: N802 - as above
        """Texts in an order: collected with their places, sorted by them, joined."""
        if not order_by:
            return super().visit_GroupConcat(op, arg=arg, sep=sep, where=where, order_by=())
        (place,) = (key.this for key in order_by)
        pair = self.f.anon.named_struct(
            sge.convert("place"), place, sge.convert("text"), arg)
        if where is not None:
            pair = self.if_(where, pair, sge.Null())
        ordered = self.f.anon.array_sort(self.f.anon.collect_list(pair))
        each = sg.to_identifier("pair")
        texts = self.f.anon.transform(
            ordered, sge.Lambda(this=sge.Dot(this=each, expression=sg.to_identifier("text")),
                                expressions=[each]))
        return self.f.anon.array_join(texts, sep)

    def visit_CountStar(self, op: Any, *, arg: Any, where: Any) -> Any:  # noqa: N802 - as above
        """Rows for which a condition holds: 0 where there are none."""
        if where is None:
            return super().visit_CountStar(op, arg=arg, where=None)
        return self.f.anon.count_if(where)

    def visit_Divide(self, op: Any, *, left: Any, right: Any) -> Any:  # noqa: N802 - as above
        """Nothing comes of a division by zero, as it is unknown."""
        return super().visit_Divide(op, left=left, right=self.f.nullif(right, 0))

    def visit_Field(self, op: Any, *, rel: Any, name: str) -> Any:  # noqa: N802 - as above
        """A column as it is: unknown is not taken for a number, so Ibis' option is not asked."""
        return SQLGlotCompiler.visit_Field(self, op, rel=rel, name=name)

    def visit_NonNullLiteral(self, op: Any, *, value: Any, dtype: Any) -> Any:  # noqa: N802 - as above
        """A number with a fraction is a double, which Spark would read as a decimal."""
        if dtype.is_floating():
            return sge.cast(sge.convert(str(value)), sge.DataType.Type.DOUBLE)
        return super().visit_NonNullLiteral(op, value=value, dtype=dtype)


COMPILER = SparkCompiler()
