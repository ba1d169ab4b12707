"""XES, plain or gzipped, to a table of text: one row per event, streamed, in document order.

Attributes of a trace stand before each of its events in columns called `case:…`, those of an event
under their own key. A document type or an entity is refused, nothing outside the file is opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn
from xml.parsers import expat

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.intake.findings import listed, refuse
from workbench.intake.formats.columns import Columns, table_of
from workbench.intake.formats.table import Choices, TextTable
from workbench.intake.formats.unpacked import hash_of
from workbench.intake.formats.xes_flat import flat_stretch
from workbench.intake.formats.xes_names import CASE, apart, renamed_keys
from workbench.intake.formats.xes_pieces import source_of
from workbench.intake.formats.xes_plain import plain_stretch
from workbench.model import Problem

_LONGEST = 8 << 20  # a tag that is still open after so many bytes is a trap
_DEEPEST = 100
_BATCH = 5_000  # events that are gathered before they become columns
_ROLES = {
    "case_id": "case:concept:name", "activity": "concept:name", "end": "time:timestamp",
    "resource": "org:resource", "lifecycle": "lifecycle:transition", "unit": "org:group",
}
_PLACED = frozenset({"event", "trace"})  # they stand nowhere but in a trace and in the log
_CUT = {expat.errors.codes[message] for message in (
    expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN,
    expat.errors.XML_ERROR_PARTIAL_CHAR, expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION)}


def read_xes(path: Path, file: str, _choices: Choices) -> TextTable:
    """Read one XES log; the roles that the standard names are given along.

    Raises:
        InputRefused: it is cut off or no well-formed XES (with its line), has a document type, or
            unpacks to more than can be a log.
    """
    sha256 = hash_of(path)
    document, source = _Document(file), source_of(path, file)
    try:
        _take_all(source.pieces, document)
        document.close()
    except expat.ExpatError as error:
        _refuse_broken(error, document, file)
    table = document.table(sha256)
    return replace(table, encoding=source.encoding, problems=(*source.problems, *table.problems))


def _take_all(pieces: Iterator[bytes], document: _Document) -> None:
    """Hand the pieces over: whole traces together while they may be plain, then as they come."""
    held = b""
    for piece in pieces:
        if document.is_exact:
            document.take(piece)
            continue
        held = held + piece if document.has_head else _head(held + piece, document)
        if document.has_head and not document.is_exact:
            held = _stretch(held, document)
    if held:
        document.take(held)


def _head(held: bytes, document: _Document) -> bytes:
    """Parse what stands before the first trace; returns what is left to be taken."""
    place = held.find(b"<trace>")
    if place < 0 and len(held) < _LONGEST:
        return held
    head = held[:place] if place >= 0 else held
    document.take(head)
    document.has_head = True
    if document.depth == 1 and _is_plain_so_far(head):
        return held[len(head):]
    return _exactly(held[len(head):], document)


def _stretch(held: bytes, document: _Document) -> bytes:
    """Take the whole traces of what is held; returns the rest.

    Comments, CDATA and instructions may hold what only looks like a tag: from the first one that
    is not simple on everything goes to the parser.
    """
    cut = held.rfind(b"</trace>") + 8
    if cut < 8:
        return held if len(held) < _LONGEST else _exactly(held, document)
    text = held[:cut]
    if b"<?" in text:
        return _exactly(held, document)
    if not document.pass_by(text):
        if b"<!" in text:
            return _exactly(held, document)
        document.take(text)
        if document.depth != 1:
            return _exactly(held[cut:], document)
    return held[cut:]


def _exactly(held: bytes, document: _Document) -> bytes:
    document.is_exact = True
    document.take(held)
    return b""


def _is_plain_so_far(head: bytes) -> bool:
    return (head.count(b"<!--") == head.count(b"-->")
            and head.count(b"<?") == head.count(b"?>") and b"<![" not in head)


def _refuse_broken(error: expat.ExpatError, document: _Document, file: str) -> NoReturn:
    line = error.lineno + document.passed_by
    if document.is_closing or error.code in _CUT:
        refuse([Problem("rejected", "xml_cut", file, line)])
    refuse([Problem("rejected", "xml_broken", file, line,
                    values={"reason": expat.ErrorString(error.code)})])


class _Document:
    """One document on its way through the parser.

    Stretches of whole traces that are plain (`xes_plain`) pass the parser by, which sees the
    document without them: what it is given always begins and ends between two traces. The two
    handlers are called for every other tag: they hold their state in local variables.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.events, self.traces = Columns(file), Columns(file)
        self.lines: list[np.ndarray] = []
        self.sizes: list[np.ndarray] = []
        self.nested: Counter[str] = Counter()
        self.outside: list[int] = []
        self.depth = 0
        self.has_head = self.is_exact = self.is_closing = False
        self.passed_by = 0  # lines that the parser did not see
        self._is_flattened = False  # the stretch before was plain but for comments and the like
        self._fed = self._breaks = 0
        self._begun: list[int] = []
        self._ended: list[int] = []
        self._parser = self._made()

    def take(self, piece: bytes) -> None:
        """Parse one piece; refuses a tag that does not end."""
        self._fed += len(piece)
        self._breaks += piece.count(b"\n")
        self._parser.Parse(piece, False)
        if self._fed - self._parser.CurrentByteIndex > _LONGEST:
            self._refuse("file_large")
        if len(self.events.rows) >= _BATCH:
            self._settle()

    def pass_by(self, piece: bytes) -> bool:
        """Take a stretch of whole traces without the parser, if it is plain."""
        line = 1 + self._breaks + self.passed_by
        found = None if self._is_flattened else plain_stretch(piece, line)
        flat = None if found else flat_stretch(piece)
        if flat is not None:
            found = plain_stretch(flat.text, line, has_marks=True)
        self._is_flattened = bool(found and flat and flat.text != piece)
        if found is None:
            return False
        if flat is not None:
            self.nested.update(flat.nested)
        self._settle()
        self.events.add(found.events, len(found.lines))
        self.traces.add(found.traces, len(found.sizes))
        self.lines.append(found.lines)
        self.sizes.append(found.sizes)
        self.passed_by += piece.count(b"\n")
        return True

    def close(self) -> None:
        """Say that the document ends here."""
        self.is_closing = True
        self._parser.Parse(b"", True)
        self._settle()

    @property
    def line(self) -> int:
        """The line of the tag that the parser is at."""
        return int(self._parser.CurrentLineNumber) + self.passed_by

    def _settle(self) -> None:
        """What the handlers gathered becomes columns; a trace that is still open stays theirs."""
        self.lines.append(np.array(self._begun, dtype=np.int64))
        self._begun.clear()
        self.sizes.append(np.array(self._ended, dtype=np.int64))
        self._ended.clear()
        self.events.flush()
        self.traces.flush()

    def _refuse(self, code: str, **values: object) -> NoReturn:
        refuse([Problem("rejected", code, self.file, self.line, values=values)])

    def _made(self) -> Any:
        parser = expat.ParserCreate("utf-8")  # as the pieces are, whatever is declared
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = lambda *_: self._refuse("xml_doctype")
        parser.EntityDeclHandler = lambda *_: self._refuse("xml_doctype")
        parser.StartElementHandler, parser.EndElementHandler = self._handlers()
        return parser

    def _handlers(self) -> tuple[Any, Any]:  # noqa: C901 - two functions of one state
        depth, size, in_trace = 0, 0, False
        event: dict[str, str] | None = None
        trace: dict[str, str] = {}

        def start(name: str, said: list[str]) -> None:
            nonlocal depth, event, trace, in_trace, size
            depth += 1
            if depth == 4 and event is not None and name not in _PLACED:
                if (len(said) == 4 and said[0] == "key" and said[2] == "value"
                        and said[1] not in event):
                    event[said[1]] = said[3]
                else:
                    self._put(event, said)
            elif depth == 3:
                if name == "event" and in_trace:
                    event = {}
                    size += 1
                    self._begun.append(self.line)
                elif name in _PLACED:
                    self._refuse("xes_misplaced", tag=name)
                elif in_trace:
                    self._put(trace, said)
            elif depth == 2:
                in_trace, event, trace, size = name == "trace", None, {}, 0
                self.depth = depth
                if name == "event":
                    self.outside.append(self.line)
            else:
                self._start_other(depth, name, said if in_trace else [])

        def end(_name: str) -> None:
            nonlocal depth, event
            depth -= 1
            if depth == 2 and event is not None:
                self.events.rows.append(event)
                event = None
            elif depth == 1:
                self.depth = depth
                if in_trace:
                    self.traces.rows.append(trace)
                    self._ended.append(size)

        return start, end

    def _start_other(self, depth: int, name: str, said: list[str]) -> None:
        """The root, and what lies inside of an attribute."""
        self.depth = max(self.depth, depth)
        if name in _PLACED and depth > 1:
            self._refuse("xes_misplaced", tag=name)
        if depth == 1 and name != "log":
            self._refuse("xes_expected", root=name[:80])
        if depth > _DEEPEST:
            self._refuse("xml_too_deep")
        if said:
            self.nested[dict(zip(said[::2], said[1::2], strict=True)).get("key", "–")] += 1

    def _put(self, row: dict[str, str], said: list[str]) -> None:
        """An attribute whatever the order of its parts; a list or container has no value."""
        parts = dict(zip(said[::2], said[1::2], strict=True))
        if parts.get("key") in row:
            refuse([Problem("rejected", "xes_key_twice", self.file, self.line, parts["key"])])
        if "key" in parts:
            row[parts["key"]] = parts.get("value", "")

    def table(self, sha256: str) -> TextTable:
        """Everything that was read."""
        sizes, traces = np.concatenate(self.sizes), self.traces.taken()
        names = traces.get("concept:name")
        events, renamed = apart(self.events.taken(), traces)
        cells = table_of(traces, sizes, events, CASE)
        aside = {"event_outside_trace": len(self.outside)} if self.outside else {}
        lines = np.concatenate(self.lines)
        roles = {role: name for role, name in _ROLES.items() if name in cells.columns}
        return TextTable(self.file, cells, lines, len(lines) + len(self.outside), aside,
                         (*self._remarks(names, sizes),
                          *renamed_keys(renamed, cells, lines, self.file)), "utf-8", sha256, roles,
                         is_ordered=True)

    def _remarks(self, names: pa.ChunkedArray | None, sizes: np.ndarray) -> Iterator[Problem]:
        unnamed, twice = len(sizes), []
        if names is not None:
            counts = {each["values"]: each["counts"] for each in pc.value_counts(names).to_pylist()}
            unnamed = counts.pop("", 0)
            twice = [name for name, count in counts.items() if count > 1]
        empty = int((sizes == 0).sum())
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
