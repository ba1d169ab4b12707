"""An XML document in pieces of UTF-8, unpacked: its encoding as declared, its size watched."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

from workbench.intake.findings import refuse
from workbench.intake.formats.declared import codec_of, is_utf_8, is_wide
from workbench.model import Problem

_PIECE = 1 << 20  # bytes handed to the parser at once
_LARGEST = 10_000_000_000  # bytes, unpacked
_RATIO = 100  # logs repeat themselves: fifty is usual …
_HARMLESS = 10_000_000  # … and a small one may be anything
_GZIP = b"\x1f\x8b"
_HEAD = 400  # bytes in which a document declares its encoding
_DECLARED = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"'>]*)[\"']")
_MARK = b"\xef\xbb\xbf"
_WIDEST = (b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"<\0\0\0", b"\0\0\0<")
_WIDE = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}


class Source(NamedTuple):
    """A document: the encoding it is in, what is wrong with that, its pieces in UTF-8."""

    encoding: str
    problems: tuple[Problem, ...]
    pieces: Iterator[bytes]


def source_of(path: Path, file: str) -> Source:
    """The document in pieces, unpacked, as UTF-8 whatever it is in.

    Raises:
        InputRefused: it says that it is in an encoding that is none, or that its bytes are not in.
    """
    head = b""
    for piece in _raw(path, file):
        head += piece
        if len(head) >= _HEAD:
            break
    if head.startswith(_WIDEST):
        refuse([Problem("rejected", "encoding_unsupported", file, 1,
                        values={"encoding": "UTF-32"})])
    wide = next((codec for mark, codec in _WIDE.items() if head.startswith(mark)), None)
    stated = _DECLARED.match(head)
    name = stated[1].decode("ascii", "replace")[:40] if stated else "utf-8"
    codec = wide or codec_of(name)
    if codec is None:
        refuse([Problem("rejected", "encoding_unsupported", file, 1, values={"encoding": name})])
    problems = []
    if codec != "utf-8" and not wide:
        if head.startswith(_MARK) or is_utf_8(_raw(path, file), codec):
            problems.append(Problem("warning", "encoding_lie", file, 1, values={"encoding": name}))
            codec = "utf-8"
        elif is_wide(codec):
            refuse([Problem("rejected", "encoding_broken", file, 1, values={"encoding": name})])
    pieces = _raw(path, file)
    return Source(codec, tuple(problems),
                  pieces if codec == "utf-8" else _recoded(pieces, codec, file))


def _recoded(pieces: Iterator[bytes], codec: str, file: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(codec)()
    line = 1
    try:
        for piece in chain(pieces, [b""]):
            text = decoder.decode(piece, final=not piece)
            line += text.count("\n")
            yield text.encode()
    except UnicodeError:
        refuse([Problem("rejected", "encoding_broken", file, line, values={"encoding": codec})])


def _raw(path: Path, file: str) -> Iterator[bytes]:
    with path.open("rb") as opened:
        packed = opened.read(2) == _GZIP
        opened.seek(0)
        yield from _unpacked(opened, path.stat().st_size, file) if packed else _plain(opened)


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
