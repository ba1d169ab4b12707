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
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import numpy as np
import pandas as pd
from pandas.util import hash_array

FILE = ".key"
_GZIP = b"\x1f\x8b"
_SALTS = ("pseudonyms-one--", "pseudonyms-two--")  # each sum is 64 bits wide


def key_of(log: Path) -> str:
    """The key of a log that belongs to no client: a digest of its lines, packed or not."""
    data = log.read_bytes()
    if data.startswith(_GZIP):
        data = gzip.decompress(data)
    return _digest(np.array(data.splitlines(), dtype=object))


def key_of_table(cells: pd.DataFrame) -> str:
    """The key of a table that stands in no file: a digest of its rows, whatever their order.

    >>> one = pd.DataFrame({"who": ["a", "b"]})
    >>> key_of_table(one) == key_of_table(one.iloc[::-1])
    True
    """
    rows = [json.dumps(row, ensure_ascii=False) for row in cells.to_numpy().tolist()]
    return _digest(np.array(rows, dtype=object))


def _digest(lines: np.ndarray) -> str:
    sums = [hash_array(lines, hash_key=salt, categorize=False).sum().tobytes() for salt in _SALTS]
    return hashlib.blake2b(b"".join(sums), digest_size=16).hexdigest()


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
