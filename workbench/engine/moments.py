"""Moments and their order as Ibis expressions that every engine understands."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

MICROSECONDS_PER_HOUR = 3_600_000_000


@cache
def _epoch_us() -> Any:
    import ibis.expr.datatypes as types

    @ibis.udf.scalar.builtin(signature=((types.Timestamp(timezone="UTC"),), types.int64))
    def epoch_us(moment):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - the engine's own
        """Stand for the engine's function; engines that lack it are told how (see the dialects)."""

    return epoch_us


def epoch_us(moment: ir.TimestampValue) -> ir.IntegerValue:
    """The whole microseconds of a moment since 1970."""
    return _epoch_us()(moment)


def hours(microseconds: ir.IntegerValue) -> ir.FloatingValue:
    """Whole microseconds as hours."""
    return microseconds / ibis.literal(MICROSECONDS_PER_HOUR, "int64")


def later_of(one: ir.IntegerValue, other: ir.IntegerValue) -> ir.IntegerValue:
    """The greater of two numbers, of which the second may be unknown; unknown where the first is.

    Engines differ in what the greatest of a number and nothing is.
    """
    return (other > one).fill_null(False).ifelse(other, one)


def in_order(table: ir.Table, keys: Sequence[Any], by: Sequence[str] = ()) -> ir.IntegerColumn:
    """The place of each row from 0 by some columns, in groups; unknown values come last."""
    ordered = [ibis.asc(table[key], nulls_first=False) if isinstance(key, str) else key
               for key in keys]
    return ibis.row_number().over(group_by=list(by), order_by=ordered)
