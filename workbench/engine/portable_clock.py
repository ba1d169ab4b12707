"""The working clock as a table that expressions look up (see `workbench.clock.WorkingClock`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from workbench.clock import working_clock
from workbench.engine.moments import epoch_us, later_of
from workbench.model import Calendar

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from workbench.engine.portable import Store


@dataclass(frozen=True)
class Clock:
    """The clocks of a calendar in an engine: one row per cell of time, and the units' numbers."""

    cells: ir.Table
    units: ir.Table
    origin: int
    cell: int
    cells_count: int

    def numbered(self, table: ir.Table) -> ir.Table:
        """The rows with the `number` of the clock of their unit."""
        found = table.left_join(self.units, table.unit == self.units.of_unit)
        return found.mutate(number=found.of_number.fill_null(0)).drop("of_unit", "of_number")

    def read(self, table: ir.Table, moment: str, name: str, *, with_span: bool = False
             ) -> ir.Table:
        """The rows with what their clock shows at a moment; `with_span` also the cell's span."""
        since = epoch_us(table[moment]) - self.origin
        whole = ((since - since % self.cell) / self.cell).cast("int64")  # exact, whatever `/` is
        asked = table.mutate(at_place=table.number * self.cells_count + whole)
        cells = self.cells.rename(lambda column: f"{name}_{column}")
        found = asked.left_join(cells, asked.at_place == cells[f"{name}_place"])
        into = later_of(epoch_us(found[moment]) - found[f"{name}_begin"], ibis.literal(0, "int64"))
        passed = (into > found[f"{name}_length"]).ifelse(found[f"{name}_length"], into)
        spare = () if with_span else (f"{name}_begin", f"{name}_length")
        return found.mutate(**{name: found[f"{name}_base"] + passed}).drop(
            "at_place", f"{name}_place", f"{name}_base", *spare)


def clock_of(store: Store, rows: ir.Table, calendar: Calendar, zone: str) -> Clock:
    """Write the clocks of a calendar, for all moments of some rows, to an engine."""
    import pandas as pd
    import pyarrow as pa

    names = ("start", "end", "arrival")
    known = store.arrow(rows.aggregate(
        **{f"first_{name}": rows[name].min() for name in names},
        **{f"last_{name}": rows[name].max() for name in names})).to_pylist()[0]
    first, last = (pd.Timestamp(choose(
        known[f"{side}_{name}"] for name in names if known[f"{side}_{name}"] is not None))
        for side, choose in (("first", min), ("last", max)))
    clock = working_clock(calendar, zone, first, last)
    cells = pa.table({name: pa.array(clock.table[name], pa.int64())
                      for name in ("place", "base", "begin", "length")})
    units = pa.table({"of_unit": pa.array(list(clock.units), pa.string()),
                      "of_number": pa.array(list(clock.units.values()), pa.int64())})
    return Clock(store.uploaded(cells), store.uploaded(units), clock.origin, clock.cell,
                 clock.cells)
