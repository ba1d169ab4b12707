"""Parquet to a table of text: what a column holds is written out, and typed by us later.

The footer is looked at first; a file that would unfold to more than a table can be is refused
before its cells are read.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from workbench.intake.findings import refuse
from workbench.intake.formats.layout import named
from workbench.intake.formats.table import Choices, TextTable, of_arrays
from workbench.intake.formats.unpacked import hash_of
from workbench.model import Problem

_MOST_ROWS = 100_000_000
_MOST_CELLS = 1_000_000_000
_WIDEST = 2_000  # columns
_LARGEST = 8_000_000_000  # bytes, unpacked
_BATCH = 1 << 17  # rows read at once
_EXACT = {pa.float16(): 2.0 ** 11, pa.float32(): 2.0 ** 24, pa.float64(): 2.0 ** 53}
"""Whole numbers from which on a float has no place for every digit."""
_WHOLE = 2.0 ** 63  # floats below it may be whole numbers of 64 bits


def read_parquet(path: Path, file: str, _choices: Choices) -> TextTable:
    """Read a Parquet file as text; `lines` are the numbers of the records.

    Times become ISO (with Z where they carry a zone), whole numbers lose their ".0", blanks and
    NaN are "", nested values are JSON, bytes are UTF-8.

    Raises:
        InputRefused: cut or damaged, too large, a column twice, or bytes that are no text.
    """
    try:
        with parquet.ParquetFile(path, read_dictionary=_texts(path)) as opened:
            names = [field.name for field in opened.schema_arrow]
            _refuse_bombs(opened.metadata, len(names), file)
            header = named(names, 1, file)
            problems: list[Problem] = []
            columns = _columns(opened, header, file, problems)
            rows = opened.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError):
        refuse([Problem("rejected", "file_cut", file)])
    except MemoryError:
        refuse([Problem("rejected", "file_bomb", file)])
    return TextTable(file, of_arrays(header, columns), np.arange(1, rows + 1, dtype=np.int64),
                     rows, {}, tuple(problems), "utf-8", hash_of(path))


def _refuse_bombs(footer: parquet.FileMetaData, width: int, file: str) -> None:
    groups = map(footer.row_group, range(footer.num_row_groups))
    unpacked = sum(group.total_byte_size for group in groups)
    rows = footer.num_rows
    if (rows > _MOST_ROWS or width > _WIDEST or rows * width > _MOST_CELLS
            or not 0 <= unpacked <= _LARGEST):
        refuse([Problem("rejected", "file_bomb", file)])


def _texts(path: Path) -> list[str]:
    """The columns of text: read with each text once, so that repeated ones cannot fill memory."""
    schema = parquet.read_schema(path)
    return [field.name for field in schema if field.type in {pa.string(), pa.large_string()}]


def _columns(opened: parquet.ParquetFile, header: list[str], file: str,
             problems: list[Problem]) -> list[pa.ChunkedArray]:
    """Every column as text, in pieces, so that repeated long texts are seen before they unfold."""
    pieces: list[list[pa.Array]] = [[] for _ in header]
    imprecise: dict[str, list[int]] = {}
    size = rows = 0
    for batch in opened.iter_batches(_BATCH):
        size += sum(map(_size, batch.columns))
        if size > _LARGEST:
            refuse([Problem("rejected", "file_bomb", file)])
        for place, column in enumerate(batch.columns):
            pieces[place].append(_text(column, header[place], file))
            if column.type in _EXACT:
                found = rows + 1 + np.flatnonzero(_is_imprecise(column))
                imprecise.setdefault(header[place], []).extend(found.tolist())
        rows += len(batch)
    problems += [Problem("warning", "numbers_imprecise", file, lines[0], name, len(lines))
                 for name, lines in imprecise.items() if lines]
    return [pa.chunked_array(texts, pa.large_string()) for texts in pieces]


def _is_imprecise(column: pa.Array) -> np.ndarray:
    """Which numbers are so large that their last digits are lost."""
    numbers = column.to_numpy(zero_copy_only=False).astype(float)
    found: np.ndarray = np.isfinite(numbers) & (np.abs(numbers) >= _EXACT[column.type])
    return found


def _size(column: pa.Array) -> int:
    """Bytes of a column once each text stands in its own cell."""
    if pa.types.is_dictionary(column.type) and pa.types.is_string(column.type.value_type):
        lengths = pc.binary_length(column.dictionary).take(column.indices)
        return int(pc.sum(lengths).as_py() or 0)
    return int(column.nbytes)


def _text(column: pa.Array, name: str, file: str) -> pa.Array:
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _text(column.dictionary_decode(), name, file)
    if pa.types.is_nested(kind):
        texts = _nested(column)
    elif pa.types.is_floating(kind):
        texts = _numbers(column.cast(pa.float64()) if kind != pa.float32() else column)
    elif pa.types.is_duration(kind):
        texts = column.cast(pa.int64()).cast(pa.large_string())
    elif pa.types.is_fixed_size_binary(kind) or _is_binary(kind):
        texts = _unpacked(column, name, file)
    else:
        texts = column.cast(pa.large_string())
    return texts.fill_null("")


def _nested(column: pa.Array) -> pa.Array:
    try:
        values = column.to_pylist()
    except (OverflowError, ValueError):  # a moment beyond the year 9999
        values = column.cast(_with_texts(column.type)).to_pylist()
    return pa.array([None if value is None else _json(value) for value in values],
                    pa.large_string())


def _with_texts(kind: pa.DataType) -> pa.DataType:
    """A nested type in which moments are text."""
    if pa.types.is_struct(kind):
        return pa.struct([part.with_type(_with_texts(part.type)) for part in kind])
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(_with_texts(kind.value_type))
    return pa.large_string() if pa.types.is_temporal(kind) else kind


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
                or pa.types.is_binary_view(kind))


def _unpacked(column: pa.Array, name: str, file: str) -> pa.Array:
    try:
        return column.cast(pa.large_binary()).cast(pa.large_string())
    except pa.ArrowInvalid:
        refuse([Problem("rejected", "parquet_bytes", file, None, name)])


def _numbers(column: pa.Array) -> pa.Array:
    """Numbers as short as they are: 3.0, made of a whole number beside a blank, is 3 again."""
    filled = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    is_whole = pc.and_(pc.equal(pc.floor(filled), filled), pc.less(pc.abs(filled), _WHOLE))
    whole = pc.if_else(is_whole, filled, pa.scalar(None, column.type))
    return pc.coalesce(whole.cast(pa.int64()).cast(pa.large_string()),
                       filled.cast(pa.large_string()))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    iso = getattr(value, "isoformat", None)
    return iso() if iso else str(value)
