"""The key of a client's pseudonyms: made once, kept in its out folder, the same for all its logs.

It starts as a digest of the lines of the first log, whatever their order: a run into a fresh
folder gives the same pseudonyms, and only somebody who holds the log, and with it the names, could
make it. It is none of the hashes that a manifest shows. Once kept, it stays when a later export
replaces the log.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from io import BufferedReader
from pathlib import Path
from uuid import uuid4

import numpy as np
import pandas as pd
from pandas.util import hash_array

FILE = ".key"
_GZIP = b"\x1f\x8b"
_PIECE = 1 << 24
_SALTS = ("pseudonyms-one--", "pseudonyms-two--")  # each sum is 64 bits wide


def key_of(log: Path) -> str:
    """The key of a log that belongs to no client: a digest of its lines, packed or not."""
    with log.open("rb") as opened:
        is_packed = opened.read(len(_GZIP)) == _GZIP
    with gzip.open(log) if is_packed else log.open("rb") as opened:
        return _digest(_lines(opened))


def _lines(opened: gzip.GzipFile | BufferedReader) -> Iterator[np.ndarray]:
    """The lines of a file, as many at once as a piece of it holds."""
    rest = b""
    while piece := opened.read(_PIECE):
        rest += piece
        end = max(rest.rfind(b"\n"), rest.rfind(b"\r", 0, -1)) + 1  # a return may begin a pair
        if end:
            yield np.array(rest[:end].splitlines(), dtype=object)
            rest = rest[end:]
    yield np.array(rest.splitlines(), dtype=object)


def key_of_table(cells: pd.DataFrame) -> str:
    """The key of a table that stands in no file: a digest of its rows, whatever their order.

    >>> one = pd.DataFrame({"who": ["a", "b"]})
    >>> key_of_table(one) == key_of_table(one.iloc[::-1])
    True
    """
    rows = [json.dumps(row, ensure_ascii=False) for row in cells.to_numpy().tolist()]
    return _digest([np.array(rows, dtype=object)])


def _digest(parts: Iterable[np.ndarray]) -> str:
    sums = np.zeros(len(_SALTS), dtype=np.uint64)
    for lines in parts:
        sums += np.array([hash_array(lines, hash_key=salt, categorize=False).sum()
                          for salt in _SALTS], dtype=np.uint64)
    return hashlib.blake2b(sums.tobytes(), digest_size=16).hexdigest()


def kept_key(out: Path, made: Callable[[], str]) -> str:
    """The key that stands in a client's out folder; on the first run the one made is kept."""
    path = out / FILE
    if path.is_file() and (kept := path.read_text(encoding="utf-8").strip()):
        return kept
    out.mkdir(parents=True, exist_ok=True)
    part = out / f"{FILE}.{uuid4().hex}"
    part.touch(mode=0o600)
    part.write_text(made() + "\n", encoding="utf-8")
    part.replace(path)
    return path.read_text(encoding="utf-8").strip()
