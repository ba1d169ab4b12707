"""The key of a client's pseudonyms: made once, kept in its out folder, the same for all its logs.

It starts as a keyed digest of the first log's bytes: a run into a fresh folder gives the same
pseudonyms, and only somebody who holds the log, and with it the names, could make it. It is none
of the hashes that a manifest shows. Once kept, it stays when a later export replaces the log.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from uuid import uuid4

FILE = ".key"


def key_of(log: Path) -> str:
    """The key of a log that belongs to no client: a digest of the bytes of its file."""
    with log.open("rb") as stream:
        return hashlib.file_digest(
            stream, lambda: hashlib.blake2b(key=b"pseudonyms", digest_size=32)).hexdigest()


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
