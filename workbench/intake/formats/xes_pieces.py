"""The text of an XML document in pieces, unpacked: its encoding as declared, its size watched."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from workbench.intake.findings import refuse
from workbench.model import Problem

ENCODING = re.compile(rb"encoding\s*=\s*[\"']([\w-]+)[\"']")
"""How a document declares its encoding."""

_PIECE = 1 << 20  # bytes handed to the parser at once
_LARGEST = 10_000_000_000  # bytes, unpacked
_RATIO = 100  # logs repeat themselves: fifty is usual …
_HARMLESS = 10_000_000  # … and a small one may be anything
_GZIP = b"\x1f\x8b"
_WIDE = {b"gbk": "gb18030", b"gb2312": "gb18030", b"gb18030": "gb18030", b"big5": "big5"}


def pieces_of(path: Path, file: str) -> Iterator[bytes | str]:
    """The document in pieces, unpacked; as text where expat does not know its encoding."""
    with path.open("rb") as opened:
        packed = opened.read(2) == _GZIP
        opened.seek(0)
        pieces = _unpacked(opened, path.stat().st_size, file) if packed else _plain(opened)
        first = next(pieces, b"")
        stated = ENCODING.search(first[:200])
        encoding = _WIDE.get(stated[1].lower()) if stated else None
        if encoding is None:
            yield first
            yield from pieces
            return
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            yield decoder.decode(first)
            for piece in pieces:
                yield decoder.decode(piece)
        except UnicodeDecodeError:
            refuse([Problem("rejected", "encoding_broken", file,
                            values={"encoding": encoding})])


def _plain(opened: BinaryIO) -> Iterator[bytes]:
    while piece := opened.read(_PIECE):
        yield piece


def _unpacked(opened: BinaryIO, size: int, file: str) -> Iterator[bytes]:
    seen = 0
    try:
        with gzip.open(opened) as packed:
            while piece := packed.read(_PIECE):
                seen += len(piece)
                if seen > _LARGEST or (seen > _HARMLESS and seen > _RATIO * size):
                    refuse([Problem("rejected", "file_bomb", file)])
                yield piece
    except (OSError, EOFError, zlib.error):
        refuse([Problem("rejected", "file_cut", file)])
