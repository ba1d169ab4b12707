"""The bytes of a file, unpacked within limits; a plain file is mapped, not copied."""

from __future__ import annotations

import gzip
import hashlib
import mmap
import zlib
from pathlib import Path

from workbench.intake.findings import refuse
from workbench.model import Problem

_LARGEST = 2_000_000_000  # bytes of one file, unpacked
_RATIO = 100  # text that unpacks to more than this many times its size is a trap …
_HARMLESS = 50_000_000  # … unless it stays small
_CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"


def content_of(path: Path, file: str) -> memoryview:
    """The bytes of a file, of a gzipped one those inside.

    Raises:
        InputRefused: a packed file is cut, damaged, or unpacks to more than a table can be.
    """
    with path.open("rb") as opened:
        if not path.stat().st_size:
            return memoryview(b"")
        mapped = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    if mapped[:2] == _GZIP:
        return memoryview(_unpack(path, len(mapped), file))
    return memoryview(mapped)


def hash_of(path: Path) -> str:
    """The SHA-256 of a file as it lies there, packed or not."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _unpack(path: Path, packed_size: int, file: str) -> bytearray:
    """Gunzip in pieces, so that a small file cannot fill the memory."""
    whole = bytearray()
    try:
        with gzip.open(path) as packed:
            while piece := packed.read(_CHUNK):
                whole += piece
                size = len(whole)
                if size > _LARGEST or (size > _HARMLESS and size > _RATIO * packed_size):
                    refuse([Problem("rejected", "file_bomb", file)])
    except (OSError, EOFError, zlib.error):
        refuse([Problem("rejected", "file_cut", file)])
    return whole
