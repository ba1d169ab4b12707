"""Typed rows of a log as the columns that the preparation of the engine expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

TYPED_TEXT = ("case_id", "activity", "resource", "unit", "stratum", "result", "file", "closes")
"""Text columns of the typed events that `Engine.prepare` takes; the first two are never null."""

ATTRIBUTE = "attribute:"
"""What the name of a column begins with that holds a further attribute of events."""


def typed_columns(
    typed: pd.DataFrame, *, has_start: bool, with_sequence: bool
) -> dict[str, pa.Array]:
    """The typed rows as Arrow columns, with exactly the types that the preparation expects.

    `rest` tells rows apart that differ in their attributes only. A nameless attribute stands for
    all where there is none, so that the preparation always finds one.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    moment = pa.timestamp("us", tz="UTC")
    attributes = sorted(name for name in typed.columns if name.startswith(ATTRIBUTE))
    kinds = dict.fromkeys((*TYPED_TEXT, *attributes), pa.string()) | {
        "start": moment, "end": moment, "arrival": moment, "sequence": pa.int64()}
    left_out = {"start": not has_start, "sequence": not with_sequence}
    columns = {
        name: pa.nulls(len(typed), kind) if left_out.get(name) or name not in typed
        else pa.array(typed[name], kind, from_pandas=True)
        for name, kind in kinds.items()
    }
    columns[ATTRIBUTE] = pa.nulls(len(typed), pa.bool_())
    if not attributes:
        return columns | {"rest": columns[ATTRIBUTE]}
    return columns | {"rest": pc.binary_join_element_wise(
        *(columns[name] for name in attributes), "\x1f", null_handling="replace",
        null_replacement="\x00")}
