"""Files to tables of text: nothing is typed here, and every row keeps its place in the file.

One module per format; `read_table` looks at the bytes and takes the right one.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

from workbench.intake.findings import refuse
from workbench.intake.formats.kinds import PACKED, kind_of
from workbench.intake.formats.signs import tidied
from workbench.intake.formats.table import Choices, TextTable
from workbench.model import Problem

__all__ = ["Choices", "TextTable", "read_table"]

_READERS = {
    "sqlite": ("database", "read_sqlite"),
    "duckdb": ("database", "read_duckdb"),
    "delimited": ("delimited", "read_delimited"),
    "json": ("json_lines", "read_json"),
    "parquet": ("parquet", "read_parquet"),
    "xes": ("xes", "read_xes"),
    "html": ("html_tables", "read_html"),
    "xlsx": ("workbook", "read_workbook"),
    "xls": ("workbook", "read_workbook"),
}
"""The module and the function that read a format; imported when first needed."""

_REFUSED = {"pickle": "format_unsafe", "ods": "format_workbook",
            "spreadsheet_xml": "format_workbook", "mhtml": "format_workbook"}


def read_table(path: Path, shown: str = "", choices: Choices | None = None, *,
               may_be_bare: bool = False) -> TextTable:
    """Read one file as text, whatever its format.

    Args:
        path: the file.
        shown: how messages name it; the file's own name if empty.
        choices: what people decided about how it is read.
        may_be_bare: whether a header without rows is a table too (a sheet yet to be filled in).

    Raises:
        InputRefused: absent, empty, a format that is not read, damaged, or too large.
    """
    file = shown or path.name
    if not path.is_file():
        refuse([Problem("rejected", "file_missing", file)])
    kind = kind_of(path)
    if kind not in _READERS:
        packed = kind in PACKED or kind.endswith(".gz")
        code = "format_packed" if packed else _REFUSED.get(kind, "format_unknown")
        refuse([Problem("rejected", code, file, values={"format": kind})])
    module, name = _READERS[kind]
    reader = getattr(import_module(f"{__name__}.{module}"), name)
    table: TextTable = reader(path, file, choices or Choices())
    if not table.rows_read and not may_be_bare:
        refuse([Problem("rejected", "header_only", file, 1)])
    tidy = tuple(tidied(table.cells, table.lines, file))
    return replace(table, format=kind, problems=(*table.problems, *tidy))
