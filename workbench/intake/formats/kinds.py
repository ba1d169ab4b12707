"""Which format a file is in: what its first bytes say counts more than its name."""

from __future__ import annotations

import gzip
import re
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
    (b"PARE", "parquet_encrypted"),
    (b"Rar!", "rar"), (b"7z\xbc\xaf", "7z"), (b"BZh", "bzip2"), (b"\x28\xb5\x2f\xfd", "zstandard"),
    (b"\xfd7zXZ\x00", "xz"), (b"PK\x05\x06", "zip"), (_GZIP, "gzip"),
    (b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"), (b"{\\rtf", "rtf"),
    (b"ARROW1", "feather"),
)
PACKED = frozenset({"rar", "7z", "bzip2", "zstandard", "xz", "zip", "gzip"})
"""What has to be unpacked by people; a format read from a file of its own may end in `.gz`."""
_OWN_FILE = frozenset({"xlsx", "xls", "parquet", "sqlite", "duckdb", "html"})
"""Formats that are not read from inside a packed file."""
_MARKUP = re.compile(r"<[!?a-z_][^<>]*(?:>(?!\s*[,;\t|])|$)", re.DOTALL)
_JSON = re.compile(r"\{\s*[\"}]|\[\s*[\[{\]\"]")
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
    with path.open("rb") as file:
        is_packed = file.read(len(_GZIP)) == _GZIP
    kind = _kind(head, Path(path.name.lower().removesuffix(".gz")).suffix)
    return f"{kind}.gz" if is_packed and kind in _OWN_FILE else kind


def _kind(head: bytes, suffix: str) -> str:
    by_mark = [kind for mark, kind in _MARKS if head.startswith(mark)]
    if head[_DUCKDB_MARK[0]:].startswith(_DUCKDB_MARK[1]):
        return "duckdb"
    if by_mark:
        return by_mark[0]
    if head.startswith(b"MZ") and b"\0" in head:
        return "exe"
    opening = _plain(head)
    return _of_text(opening) or _NAMES.get(
        suffix, "json" if _JSON.match(opening) else "delimited")


def _of_text(opening: str) -> str:
    """What a text says of its format; nothing where it could be any, and its name decides."""
    if opening.startswith(("<html", "<!doctype html", "<table", "<meta", "<head")):
        return "html"
    if _MARKUP.match(opening):
        return _of_markup(opening)
    return "mhtml" if opening.startswith("mime-version:") else ""


def _plain(head: bytes) -> str:
    """The beginning of a text in lower case, its mark and blanks left out."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "ignore").lstrip().lower()
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1").lstrip().lower()


def _of_markup(opening: str) -> str:
    """Excel writes tables as web pages and as XML of its own; other XML is taken for XES."""
    if "urn:schemas-microsoft-com:office:spreadsheet" in opening:
        return "spreadsheet_xml"
    return "html" if "<html" in opening or "<table" in opening else "xes"


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
