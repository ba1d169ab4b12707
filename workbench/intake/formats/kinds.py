"""Which format a file is in: what its first bytes say counts more than its name."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

_HEAD = 4096
_GZIP = b"\x1f\x8b"
_MARKS = (
    (b"PK\x03\x04", "xlsx"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"PAR1", "parquet"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"%PDF", "pdf"),
    (b"Rar!", "rar"), (b"7z\xbc\xaf", "7z"),
)
_DUCKDB_MARK = (8, b"DUCK")  # after a checksum
_NAMES = {
    ".pkl": "pickle", ".pickle": "pickle", ".xes": "xes", ".mxml": "mxml", ".json": "json",
    ".jsonl": "json", ".ndjson": "json", ".html": "html", ".htm": "html", ".feather": "feather",
    ".npy": "pickle", ".joblib": "pickle", ".ods": "ods",
}


def kind_of(path: Path) -> str:
    """The format of a file, or the name of one that is never read (`pickle`, `pdf`, …).

    Read are `delimited`, `xlsx`, `xls`, `html`, `xes`, `parquet`, `json`, `sqlite` and `duckdb`.
    """
    head = _head(path)
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    by_mark = [kind for mark, kind in _MARKS if head.startswith(mark)]
    if head[_DUCKDB_MARK[0]:].startswith(_DUCKDB_MARK[1]):
        return "duckdb"
    if by_mark:
        return by_mark[0]
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    opening = plain[:2000].lower()
    if opening.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head")):
        return "html"
    if opening.startswith(b"<"):
        return "html" if b"<html" in opening or b"<table" in opening else "xes"
    return _NAMES.get(suffix, "json" if _is_json(plain) else "delimited")


def _is_json(plain: bytes) -> bool:
    return plain.startswith((b'{"', b"[{", b"[ {", b"[\n", b"[\r", b"{ "))


def _head(path: Path) -> bytes:
    """The first bytes, unpacked; nothing where they cannot be (the reader will say why)."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.startswith(_GZIP):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, _HEAD)
    except (zlib.error, gzip.BadGzipFile):
        return b""
