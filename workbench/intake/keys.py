"""The key of a client's pseudonyms: made once, kept in its out folder, the same for all its logs.

It starts as a digest of the lines of the first log, whatever their order: a run into a fresh
folder gives the same pseudonyms, and only somebody who holds the log, and with it the names, could
make it. It is none of the hashes that a manifest shows. Once kept, it stays when a later export
replaces the log.
"""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from uuid import uuid4

import numpy as np
from pandas.util import hash_array

FILE = ".key"
_GZIP = b"\x1f\x8b"
_SALTS = ("pseudonyms-one--", "pseudonyms-two--")  # each sum is 64 bits wide


def key_of(log: Path) -> str:
    """The key of a log that belongs to no client: a digest of its lines, packed or not."""
    data = log.read_bytes()
    if data.startswith(_GZIP):
        data = gzip.decompress(data)
    lines = np.array(data.splitlines(), dtype=object)
    sums = [hash_array(lines, hash_key=salt, categorize=False).sum().tobytes() for salt in _SALTS]
    return hashlib.blake2b(b"".join(sums), digest_size=16).hexdigest()


def kept_key(out: Path, log: Path) -> str:
    """The key that stands in a client's out folder; on the first run that of its log is kept."""
    path = out / FILE
    if path.is_file() and (kept := path.read_text(encoding="utf-8").strip()):
        return kept
    out.mkdir(parents=True, exist_ok=True)
    part = out / f"{FILE}.{uuid4().hex}"
    part.touch(mode=0o600)
    part.write_text(key_of(log) + "\n", encoding="utf-8")
    part.replace(path)
    return path.read_text(encoding="utf-8").strip()
