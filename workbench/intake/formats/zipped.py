"""What a workbook says of itself before anybody opens it: a zip of XML parts, looked at and judged.

Nothing is unpacked to disk. Sizes come first, then every XML part passes by in pieces: one with a
document type or an entity is refused, and of a sheet is noted what its values do not show (hidden
rows and columns, errors, formulas without a value).
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn
from xml.parsers import expat

from workbench.intake.findings import refuse
from workbench.intake.formats.sheet_facts import SheetFacts, may_hold, watch
from workbench.model import Problem

_PIECE = 1 << 20
_LONGEST_TAG = 8 * _PIECE
_MOST_PARTS = 10_000
_LARGEST = 2_000_000_000  # bytes of all XML parts
_RATIO = 120  # sheets shrink to a tenth, repetitive ones to a thirtieth …
_HARMLESS = 10_000_000  # … and a small one may be anything
_MOST_CELLS = 200_000_000  # that a sheet may claim
_XML = (".xml", ".rels")
_OTHERS = (("word/", "docx"), ("ppt/", "pptx"), ("content.xml", "ods"), ("xl/workbook.bin", "xlsb"))
_WORKBOOKS = frozenset({"ods", "xlsb"})


@dataclass(frozen=True)
class Container:
    """A workbook's zip: the size of its XML, the facts of each sheet, what else lies in it."""

    size: int
    sheets: dict[str, SheetFacts]
    has_macros: bool
    has_links: bool


def looked_at(path: Path, file: str) -> Container:
    """Judge the zip of a workbook without unpacking it.

    Raises:
        InputRefused: it is no workbook, is damaged or encrypted, names places outside itself,
            unpacks to more than can be a table, or has a document type.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            return _judged(packed, path.stat().st_size, file)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError,
            RuntimeError, expat.ExpatError, UnicodeDecodeError):
        refuse([Problem("rejected", "workbook_broken", file)])


def _judged(packed: zipfile.ZipFile, size: int, file: str) -> Container:
    parts = packed.infolist()
    names = [part.filename for part in parts]
    for name in names:
        if _leads_outside(name):
            _refuse("zip_outside", file, path=name[:80])
    if any(part.flag_bits & 1 for part in parts):
        _refuse("workbook_locked", file)
    if not any(name.startswith("xl/workbook") and name.endswith(".xml") for name in names):
        kind = next((kind for start, kind in _OTHERS
                     if any(name.startswith(start) for name in names)), "zip")
        _refuse("format_workbook" if kind in _WORKBOOKS else "format_unknown", file, format=kind)
    texts = [part for part in parts if part.filename.lower().endswith(_XML)]
    unpacked = sum(part.file_size for part in texts)
    if (len(parts) > _MOST_PARTS or unpacked > _LARGEST
            or (unpacked > _HARMLESS and unpacked > _RATIO * size)):
        _refuse("file_bomb", file)
    if len(set(names)) < len(names):
        _refuse("workbook_broken", file)
    places = _places(packed, names, file)
    facts = {name: SheetFacts() for name in places.values()}
    for part in texts:
        _pass_by(packed, part, facts.get(places.get(part.filename, "")), file)
    return Container(unpacked, facts, "xl/vbaProject.bin" in names,
                     any(name.startswith("xl/externalLinks/") for name in names))


def _leads_outside(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return ".." in parts or name.startswith(("/", "\\")) or ":" in name


def _pass_by(packed: zipfile.ZipFile, part: zipfile.ZipInfo, facts: SheetFacts | None,
             file: str) -> None:
    """Let the text of a part pass by the XML parser, which notes the facts of a sheet."""
    parser, fed = _parser(file), 0
    if facts is not None:
        watch(parser, facts, cells=may_hold(_pieces(packed, part)))
    for piece in _pieces(packed, part):
        fed += len(piece)
        parser.Parse(piece, False)
        if fed - parser.CurrentByteIndex > _LONGEST_TAG:
            _refuse("file_bomb", file)
        if facts is not None and facts.claimed > _MOST_CELLS:
            _refuse("sheet_too_large", file)
    parser.Parse(b"", True)
    if facts is not None and facts.misshared:
        _refuse("workbook_broken", file)


def _pieces(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with packed.open(part) as opened:
        while piece := opened.read(_PIECE):
            yield piece


def _parser(file: str) -> Any:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: _refuse("xml_doctype", file)
    parser.EntityDeclHandler = lambda *_: _refuse("xml_doctype", file)
    return parser


def _places(packed: zipfile.ZipFile, names: list[str], file: str) -> dict[str, str]:
    """The part of each sheet → the sheet's name."""
    targets = {said.get("Id", ""): said.get("Target", "") for said in _tags(
        packed, "xl/_rels/workbook.xml.rels", "Relationship", names, file)}
    places = {}
    for said in _tags(packed, "xl/workbook.xml", "sheet", names, file):
        link = next((value for key, value in said.items() if key.endswith(":id")), "")
        target = targets.get(link, "")
        place = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        places[place] = said.get("name", "")
    return places


def _tags(packed: zipfile.ZipFile, part: str, tag: str, names: list[str],
          file: str) -> list[dict[str, str]]:
    """The attributes of every tag of a name in a small part."""
    if part not in names or packed.getinfo(part).file_size > _HARMLESS:
        return []
    found: list[dict[str, str]] = []

    def start(name: str, said: dict[str, str]) -> None:
        if name.rpartition(":")[2] == tag:
            found.append(said)

    parser = _parser(file)
    parser.StartElementHandler = start
    parser.Parse(packed.read(part), True)
    return found


def _refuse(code: str, file: str, **values: object) -> NoReturn:
    refuse([Problem("rejected", code, file, values=values)])
