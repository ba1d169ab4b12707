"""The bytes of a legacy workbook (.xls): as little of its format as holds a sheet of cells.

A compound file (CFB) of one stream, in it BIFF8 records for one sheet of texts, numbers and, in a
cell format of their own, days.
"""

import struct
from collections.abc import Sequence

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_DAY_FORMAT = 14  # the built-in format of days


class Day(float):
    """A number that is shown as a day."""


def old_workbook(rows: Sequence[Sequence[object]], sheet: str = "Sheet1") -> bytes:
    """A workbook with one sheet."""
    cells = b"".join(_cell(row, column, value) for row, values in enumerate(rows)
                     for column, value in enumerate(values) if value is not None)
    name = sheet.encode("utf-16-le")
    head = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    head += _record(0x00E0, struct.pack("<HH", 0, 0) + bytes(16))
    head += _record(0x00E0, struct.pack("<HH", 0, _DAY_FORMAT) + bytes(16))
    place = len(head) + 4 + 8 + len(name) + 4
    head += _record(0x0085, struct.pack("<IHBB", place, 0, len(sheet), 1) + name)
    head += _record(0x000A, b"")
    body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    return _compound(head + body + cells + _record(0x000A, b""))


def _cell(row: int, column: int, value: object) -> bytes:
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(value), 1) + text)
    style = 1 if isinstance(value, Day) else 0
    return _record(0x0203, struct.pack("<HHHd", row, column, style, value))


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _compound(stream: bytes) -> bytes:
    """One stream in sectors, after the table of sectors and the directory."""
    stream = stream.ljust(4096, b"\0")
    stream += bytes(-len(stream) % _SECTOR)
    count = len(stream) // _SECTOR
    chain = [_FAT, _END, *range(3, 2 + count), _END]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<I", 0) + b"\xff" * (4 * 108)
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream))
    return head + table + directory.ljust(_SECTOR, b"\0") + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    return (text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2, kind, 1)
            + struct.pack("<III", _FREE, _FREE, child) + bytes(36)
            + struct.pack("<IQ", start, size))
