"""Small files that swell: each is refused in under 5 s and 500 MB, and the reader lives on.

The files are made here. One process reads them all, one after the other, and tells for each the
code of the refusal, the seconds, and the most memory that it has had, with its children's.
"""

import gzip
import io
import json
import struct
import subprocess
import sys
import zipfile

import openpyxl
import pytest

READ = """
import json, pathlib, resource, sys, time
from workbench.errors import InputRefused
from workbench.intake.formats import read_table
own, children = pathlib.Path("/proc/self"), resource.RUSAGE_CHILDREN
for name in sys.argv[1:]:
    (own / "clear_refs").write_text("5")  # forget the most memory so far
    before, begun, code = resource.getrusage(children), time.perf_counter(), "accepted"
    try:
        read_table(pathlib.Path(name))
    except InputRefused as refusal:
        code = refusal.problems[-1].code
    seconds, after = time.perf_counter() - begun, resource.getrusage(children)
    peak = int((own / "status").read_text().partition("VmHWM:")[2].split()[0])
    if after.ru_utime > before.ru_utime or after.ru_minflt > before.ru_minflt:
        peak += after.ru_maxrss
    print(json.dumps([code, seconds, peak / 1024]), flush=True)
"""
MILLION = 1_000_000
EVENT = '<event><string key="concept:name" value="{}"/></event>'
TRACE = '<log><trace><string key="concept:name" value="c"/>{}</trace></log>'
LAUGHS = "".join(f'<!ENTITY a{k + 1} "{f"&a{k};" * 10}">' for k in range(9))


def packed_often(text: bytes, times: int) -> bytes:
    """As many packed members one after the other: what they unpack to follows on."""
    return gzip.compress(text, mtime=0) * times


def book(rows=()) -> dict[str, bytes]:
    """The parts of a small workbook."""
    made = openpyxl.Workbook()
    for row in [["case_id", "activity", "timestamp"], *rows]:
        made.active.append(row)
    whole = io.BytesIO()
    made.save(whole)
    with zipfile.ZipFile(whole) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return whole.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(change) -> bytes:
    parts = book([["c1", "a", 1]])
    return zipped(parts | {SHEET: change(parts[SHEET])})


def with_rows(rows: bytes) -> bytes:
    return with_sheet(lambda text: text.replace(b"</sheetData>", rows + b"</sheetData>"))


def far_cell() -> bytes:
    """A cell in the last row and column; the sheet claims to be small."""
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return with_rows(far)


def claimed() -> bytes:
    return with_sheet(lambda text: text.replace(b'ref="A1:C2"', b'ref="A1:XFD1048576"'))


def swollen_zip() -> bytes:
    return with_sheet(lambda text: text + b" " * 30 * MILLION)


def lying_zip() -> bytes:
    """A part that says it is small and unpacks to thirty million."""
    data = bytearray(swollen_zip())
    size = struct.pack("<I", len(book([["c1", "a", 1]])[SHEET]) + 30 * MILLION)
    assert data.count(size) == 2
    return bytes(data.replace(size, struct.pack("<I", 1_000)))


def shared_text() -> bytes:
    """One long text that a quarter of a million cells share."""
    parts = book([["c1", "a", 1]])
    cells = b"".join(b'<row r="%d"><c t="s"><v>0</v></c></row>' % k for k in range(3, 250_000))
    table = (b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'
             + b"x" * 32_000 + b"</t></si></sst>")
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    link = (b'<Relationship Id="s" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            b'relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>')
    types, links = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
    return zipped(parts | {
        SHEET: parts[SHEET].replace(b"</sheetData>", cells + b"</sheetData>"),
        "xl/sharedStrings.xml": table,
        types: parts[types].replace(b"</Types>", b'<Override PartName="/xl/sharedStrings.xml" '
                                    b'ContentType="' + kind + b'"/></Types>'),
        links: parts[links].replace(b"</Relationships>", link)})


def merged_often() -> bytes:
    """Thousands of merged areas, each as large as the sheet."""
    areas = b'<mergeCell ref="A1:C3000"/>' * 30_000
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (k, k) for k in range(3, 3_000))
    return with_sheet(lambda text: text.replace(
        b"</sheetData>", rows + b"</sheetData><mergeCells>" + areas + b"</mergeCells>"))


BOMBS = {
    "entity.xlsx": ("xml_doctype", lambda: with_sheet(
        lambda text: text.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'))),
    "wide.xlsx": ("xml_doctype", lambda: with_sheet(
        lambda text: ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x []>'
                      + text.decode()).encode("utf-16"))),
    "swollen.xlsx": ("file_bomb", swollen_zip),
    "lying.xlsx": ("workbook_broken", lying_zip),
    "claimed.xlsx": ("sheet_too_large", claimed),
    "far.xlsx": ("workbook_too_large", far_cell),
    "shared.xlsx": ("workbook_too_large", shared_text),
    "merged.xlsx": ("workbook_too_large", merged_often),
    "gzip.csv.gz": ("file_bomb", lambda: packed_often(b"0" * 20 * MILLION, 50)),
    "value.xes.gz": ("file_large", lambda: packed_often(
        TRACE.format(EVENT.format("x" * 20 * MILLION)).encode(), 10)),
    "value.xes": ("file_large", lambda: TRACE.format(EVENT.format("x" * 60 * MILLION)).encode()),
    "events.xes.gz": ("file_bomb", lambda: gzip.compress(
        TRACE.format("<event/>" * 7 * MILLION).encode(), 6)),
    "deep.xes": ("xml_too_deep", lambda: b"<log>" + b"<a>" * MILLION),
    "columns.xes": ("columns_too_many", lambda: TRACE.format("".join(
        f'<event><string key="k{k}" value="1"/></event>' for k in range(50_000))).encode()),
    "laughs.xes": ("xml_doctype", lambda: f'<!DOCTYPE log [<!ENTITY a0 "ha">{LAUGHS}]>{TRACE}'
                   .format(EVENT.format("&a9;")).encode()),
    "external.xes": ("xml_doctype", lambda: b'<!DOCTYPE log SYSTEM "http://127.0.0.1:9/a"><log/>'),
    "parameter.xes": ("xml_doctype", lambda:
                      b'<!DOCTYPE log [<!ENTITY % a SYSTEM "file:///etc/passwd">%a;]><log/>'),
    "sparse.xes": ("columns_too_many", lambda: TRACE.format("".join(
        f'<event><string key="k{k % 2_900}" value="1"/></event>' for k in range(150_000)))
        .encode()),
    "gbk.xes.gz": ("file_large", lambda: packed_often(
        ('<?xml version="1.0" encoding="GBK"?>' + TRACE.format(EVENT.format(
            "审" * 20 * MILLION))).encode("gbk"), 7)),
    "gbk.xes": ("file_large", lambda: (
        '<?xml version="1.0" encoding="GBK"?>' + TRACE.format(EVENT.format(
            "审" * 20 * MILLION))).encode("gbk")),
    "latin.xes.gz": ("file_large", lambda: packed_often(
        b'<?xml version="1.0" encoding="iso-8859-1"?><log><a key="' + b"\xe9" * 40 * MILLION, 7)),
    "spans.html": ("sheet_too_large", lambda: b"<table>" + b"<tr><td colspan=1000>x" * 400_000),
    "comments.html": ("file_cut", lambda: b"<table><tr><td>x" + b"<!--" * 100_000),
    "instructions.html": ("file_cut", lambda: b"<table><tr><td>x" + b"<?" * 150_000),
    "quotes.html": ("file_cut", lambda: b"<table><tr><td>x<a " + b'b="' * 100_001),
    "tables.html": ("sheet_too_large", lambda: b"<table><tr><td>x</table>" * 200_000),
    "nested.html": ("sheet_too_large", lambda: b"<table><tr><td>x" * 200_000),
    "rows.html": ("sheet_too_large", lambda: b"<table>" + b"<tr>" * MILLION),
    "wide.xls": ("sheet_too_large", lambda: b"<table><tr>" + b'<td colspan="1000">x' * 5_000),
    "tall.xls": ("sheet_too_large", lambda: b'<table><tr><td colspan="900" rowspan="65534">x'
                 + b"<tr><td>y" * 60_000),
    "columns.csv.gz": ("file_bomb", lambda: gzip.compress(b"," * 5 * MILLION + b"\n1\n")),
    "columns.csv": ("columns_too_many", lambda: b"," * MILLION + b"\n1\n"),
    "rows.csv.gz": ("file_bomb", lambda: gzip.compress(b"a,b\n" + b",\n" * 16 * MILLION)),
    "blank.csv.gz": ("file_bomb", lambda: gzip.compress(b"a,b\n" + b"\n" * 45 * MILLION)),
    "records.json.gz": ("file_bomb", lambda: gzip.compress(
        b"[" + b'{"a":1},' * 5 * MILLION + b'{"a":1}]')),
    "records.jsonl.gz": ("file_bomb", lambda: gzip.compress(b'{"a":1,"b":2}\n' * 3 * MILLION)),
    "sparse.jsonl": ("file_large", lambda: b"".join(
        b'{"k%d":1}\n' % k for k in range(1_990)) + b"{}\n" * 200_000),
    "twice.jsonl": ("json_key_twice", lambda: b"{" + b",".join(
        b'"k%d":1' % k for k in range(60_000)) + b',"k59999":2}'),
    "tag.xls": ("sheet_too_large", lambda: b"<table><tr><td " + b"x" * 2 * MILLION),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bombs")
    for name, (_, make) in BOMBS.items():
        (folder / name).write_bytes(make())
    ended = subprocess.run([sys.executable, "-c", READ, *(str(folder / name) for name in BOMBS)],
                           capture_output=True, text=True, check=True, timeout=300)
    return dict(zip(BOMBS, map(json.loads, ended.stdout.splitlines()), strict=True))


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_by_name_soon_and_cheaply(told, name):
    code, seconds, megabytes = told[name]
    assert code == BOMBS[name][0]
    assert seconds < 5
    assert megabytes < 500
