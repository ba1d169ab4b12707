"""XES, plain or gzipped, to a table of text: one row per event, streamed, in document order.

Attributes of a trace stand before each of its events in columns called `case:…`, those of an event
under their own key. A document type or an entity is refused, nothing outside the file is opened.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn
from xml.parsers import expat

import numpy as np

from workbench.intake.findings import listed, refuse
from workbench.intake.formats.columns import Columns
from workbench.intake.formats.table import Choices, TextTable
from workbench.model import Problem

_PIECE = 1 << 20  # bytes handed to the parser at once
_LARGEST = 10_000_000_000  # bytes, unpacked
_RATIO = 250  # logs repeat themselves: 100 is usual …
_HARMLESS = 50_000_000  # … and a small one may be anything
_LONGEST = 8 * _PIECE  # a tag that is still open after so many bytes is a trap
_DEEPEST = 100
_BATCH = 20_000  # events that are gathered before they become columns
_GZIP = b"\x1f\x8b"
_WIDE_ENCODINGS = re.compile(rb"encoding=[\"'](gbk|gb2312|gb18030|big5)[\"']", re.IGNORECASE)
_CASE = "case:"
_ROLES = {
    "case_id": "case:concept:name", "activity": "concept:name", "end": "time:timestamp",
    "resource": "org:resource", "lifecycle": "lifecycle:transition", "unit": "org:group",
}
_CUT = {expat.errors.codes[message] for message in (
    expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN,
    expat.errors.XML_ERROR_PARTIAL_CHAR, expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION)}


def read_xes(path: Path, file: str, _choices: Choices) -> TextTable:
    """Read one XES log; the roles that the standard names are given along.

    Raises:
        InputRefused: it is cut off or no well-formed XES (with its line), has a document type, or
            unpacks to more than can be a log.
    """
    with path.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    document = _Document(file)
    try:
        for piece in _pieces(path, file):
            document.take(piece)
        document.close()
    except expat.ExpatError as error:
        _refuse_broken(error, document, file)
    return document.table(sha256)


def _pieces(path: Path, file: str) -> Iterator[bytes | str]:
    """The document in pieces, unpacked; as text where expat does not know its encoding."""
    with path.open("rb") as opened:
        packed = opened.read(2) == _GZIP
        opened.seek(0)
        pieces = _unpacked(opened, path.stat().st_size, file) if packed else _plain(opened)
        first = next(pieces, b"")
        stated = _WIDE_ENCODINGS.search(first[:200])
        if stated is None:
            yield first
            yield from pieces
            return
        decoder = codecs.getincrementaldecoder(stated[1].decode())()
        try:
            yield decoder.decode(first)
            for piece in pieces:
                yield decoder.decode(piece)
        except UnicodeDecodeError:
            refuse([Problem("rejected", "encoding_broken", file,
                            values={"encoding": stated[1].decode()})])


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


def _refuse_broken(error: expat.ExpatError, document: _Document, file: str) -> NoReturn:
    code = "xml_cut" if document.is_closing or error.code in _CUT else "xml_broken"
    if code == "xml_cut":
        refuse([Problem("rejected", "xml_cut", file, error.lineno)])
    refuse([Problem("rejected", "xml_broken", file, error.lineno,
                    values={"reason": expat.ErrorString(error.code)})])


class _Document:
    """One document on its way through the parser.

    The two handlers are called for every tag, millions of times: they hold their state in local
    variables and do nothing but what every tag needs.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.columns = Columns(file)
        self.lines: list[int] = []
        self.traces: list[dict[str, str]] = []
        self.sizes: list[int] = []
        self.nested: Counter[str] = Counter()
        self.outside: list[int] = []
        self.is_closing = False
        self._fed = 0
        self._parser = self._made()

    def take(self, piece: bytes | str) -> None:
        """Parse one piece; refuses a tag that does not end."""
        self._fed += len(piece)
        self._parser.Parse(piece, False)
        if self._fed - self._parser.CurrentByteIndex > _LONGEST and isinstance(piece, bytes):
            self._refuse("file_bomb")

    def close(self) -> None:
        """Say that the document ends here."""
        self.is_closing = True
        self._parser.Parse(b"", True)
        self.columns.flush()

    def _refuse(self, code: str, **values: object) -> NoReturn:
        refuse([Problem("rejected", code, self.file, self._parser.CurrentLineNumber,
                        values=values)])

    def _made(self) -> Any:
        parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = lambda *_: self._refuse("xml_doctype")
        parser.EntityDeclHandler = lambda *_: self._refuse("xml_doctype")
        parser.StartElementHandler, parser.EndElementHandler = self._handlers(parser)
        return parser

    def _handlers(self, parser: Any) -> tuple[Any, Any]:  # noqa: C901 - one state, seen by both
        depth, in_trace = 0, False
        event: dict[str, str] | None = None
        trace: dict[str, str] = {}
        rows, lines = self.columns.rows, self.lines

        def start(name: str, said: list[str]) -> None:
            nonlocal depth, event, trace, in_trace
            depth += 1
            if depth == 4:
                if event is None:
                    self._note_nested(in_trace, said)
                elif len(said) == 4 and said[0] == "key" and said[2] == "value":
                    event[said[1]] = said[3]
                else:
                    _put(event, said, name)
            elif depth == 3:
                if name == "event" and in_trace:
                    event = {}
                    lines.append(parser.CurrentLineNumber)
                else:
                    event = None
                    _put(trace, said, name)
            elif depth == 2:
                in_trace, event, trace = name == "trace", None, {}
                if name == "event":
                    self.outside.append(parser.CurrentLineNumber)
            elif depth == 1:
                if name != "log":
                    self._refuse("xes_expected", root=name[:80])
            else:
                self._note_nested(in_trace, said)
                if depth > _DEEPEST:
                    self._refuse("file_bomb")

        def end(_name: str) -> None:
            nonlocal depth, event
            depth -= 1
            if depth == 2:
                if event is not None:
                    rows.append(event)
                    event = None
                    if len(rows) >= _BATCH:
                        self.columns.flush()
            elif depth == 1 and in_trace:
                self.traces.append(trace)
                self.sizes.append(len(lines))

        return start, end

    def _note_nested(self, in_trace: bool, said: list[str]) -> None:
        if in_trace:
            self.nested[dict(zip(said[::2], said[1::2], strict=True)).get("key", "–")] += 1

    def table(self, sha256: str) -> TextTable:
        """Everything that was read."""
        sizes = np.diff(np.array([0, *self.sizes], dtype=np.int64))
        cells = self.columns.cells(self.traces, sizes, _CASE)
        aside = {"event_outside_trace": len(self.outside)} if self.outside else {}
        lines = np.array(self.lines, dtype=np.int64)
        roles = {role: name for role, name in _ROLES.items() if name in cells.columns}
        return TextTable(self.file, cells, lines, len(cells) + len(self.outside), aside,
                         tuple(self._remarks(sizes)), "utf-8", sha256, roles, is_ordered=True)

    def _remarks(self, sizes: np.ndarray) -> Iterator[Problem]:
        names = Counter(trace.get("concept:name", "") for trace in self.traces)
        unnamed, empty = names.pop("", 0), int((sizes == 0).sum())
        twice = [name for name, count in names.items() if count > 1]
        if unnamed:
            yield Problem("warning", "trace_unnamed", self.file, count=unnamed)
        if empty:
            yield Problem("warning", "trace_empty", self.file, count=empty)
        if twice:
            yield Problem("warning", "trace_twice", self.file, count=len(twice),
                          values={"examples": listed(twice)})
        if self.outside:
            yield Problem("repaired", "event_outside_trace", self.file, self.outside[0],
                          count=len(self.outside))
        if self.nested:
            yield Problem("info", "xes_nested", self.file, count=self.nested.total(),
                          values={"keys": listed(self.nested, 5)})


def _put(row: dict[str, str], said: list[str], kind: str) -> None:
    """An attribute whatever the order of its parts; a list or container has no value."""
    parts = dict(zip(said[::2], said[1::2], strict=True))
    if "key" in parts:
        row[parts["key"]] = parts.get("value", "")
    elif kind == "event":
        row.setdefault("", "")
