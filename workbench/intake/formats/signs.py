"""Signs in cells that nobody sees, taken out and counted: they would make one name two."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model import Problem

_UNSEEN = "[\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]"
_NO_BREAK = "\u00a0"
_BLANKS = " \t\u00a0\u3000\x00\u200b\ufeff"
_LEADS = tuple(sign.encode()[:2] for sign in ("\u200b", "\u2060", "\ufeff", _NO_BREAK))
"""How the bytes of unseen signs begin in UTF-8."""
_WRAPPED = '^="([^"]*)"$'


def is_blank(cell: str) -> bool:
    """Whether a cell holds nothing that can be seen."""
    return not cell.strip(_BLANKS)


def seen(name: str) -> str:
    r"""A name without its unseen signs and the blanks around it.

    >>> seen("\u200bStep ")
    'Step'
    """
    return re.sub(_UNSEEN, "", name.replace("\x00", "").replace(_NO_BREAK, " ")).strip()


def tidied(cells: pd.DataFrame, lines: np.ndarray, file: str) -> list[Problem]:
    """Take unseen signs out of a table, in its place, and say how many cells held them.

    NUL and signs without width are removed, a blank that forbids a line break becomes an ordinary
    one, and what a spreadsheet wrote as the formula ="0042" is unwrapped.
    """
    problems: list[Problem] = []
    for name in list(cells.columns):
        column = _column(cells[name])
        for code, pattern in _suspected(column):
            rows = np.asarray(pc.match_substring_regex(column, pattern), dtype=bool)
            if rows.any():
                column = _without(column, code, pattern)
                problems.append(Problem("repaired", code, file, int(lines[rows][0]), name,
                                        int(rows.sum())))
                cells[name] = pd.Series(pd.array(column, dtype="str"), index=cells.index)
    return problems


def _column(texts: pd.Series) -> pa.ChunkedArray:
    array = pa.array(texts, pa.large_string(), from_pandas=True)
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _without(column: pa.ChunkedArray, code: str, pattern: str) -> pa.ChunkedArray:
    if code == "formula_unwrapped":
        return pc.replace_substring_regex(column, pattern, r"\1")
    column = pc.replace_substring(column, _NO_BREAK, " ")
    return pc.replace_substring_regex(column, "\x00" if code == "nul_removed" else _UNSEEN, "")


def _suspected(column: pa.ChunkedArray) -> list[tuple[str, str]]:
    """The repairs that a column may need, by a fast look at its bytes."""
    found = set()
    for chunk in column.chunks:
        signs = chunk.buffers()[2]
        if not signs or not signs.size:
            continue
        letters = np.frombuffer(signs, np.uint8)
        if not letters.min():
            found.add(("nul_removed", "\x00"))
        is_ascii = letters.max() < 128
        if is_ascii and not (letters == ord('"')).any():
            continue
        text = signs.to_pybytes()
        if b'="' in text:
            found.add(("formula_unwrapped", _WRAPPED))
        if not is_ascii and any(lead in text for lead in _LEADS):
            found.add(("signs_removed", f"{_UNSEEN}|{_NO_BREAK}"))
    return sorted(found, reverse=True)
