"""Arrow tables as pandas tables whose columns keep what they declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def pandas_of(rows: pa.Table) -> pd.DataFrame:
    """The rows with the types of `workbench.engine.frame`.

    >>> import pyarrow
    >>> pandas_of(pyarrow.table({"n": [1, None]}))["n"].dtype
    Int64Dtype()
    """
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
