"""Workbooks and pages named .xls: every cell as the text a person sees, every row by its number."""

import datetime as dt
import io
import re
import sys
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.intake.conftest import ENGAGEMENT, EVENTS
from tests.intake.old_workbook import Day, old_workbook
from tests.intake.refusals import refused
from workbench.intake import check, open_client
from workbench.intake.formats import Choices, read_table, workbook_child

HEADER = ["case_id", "activity", "timestamp"]
NINE = dt.datetime(2026, 3, 2, 9)  # noqa: DTZ001 - as cells are
LOG = [HEADER, ["c1", "check", NINE], ["c1", "pay", NINE]]


def book(*sheets, change=None):
    """The bytes of a workbook: sheets as (name, rows), then changed by hand."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change:
        change(made)
    packed = io.BytesIO()
    made.save(packed)
    return packed.getvalue()


def patched(data, part, *changes, **more):
    """A workbook whose part has other text, with further parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(
            made, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.infolist():
            text = old.read(each.filename)
            if each.filename == part:
                for before, after in changes:
                    text, times = re.subn(before, after, text)
                    assert times
            new.writestr(each.filename, text)
        for name, text in more.items():
            new.writestr(name.replace("__", "/"), text)
    return made.getvalue()


def zipped(**parts):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, text in parts.items():
            made.writestr(name.replace("__", "/"), text)
    return packed.getvalue()


def read(write, data, name="log.xlsx", **choices):
    return read_table(write(data, name), choices=Choices(**choices))


def cell(write, value, look=None, change=None):
    """What becomes of one cell."""

    def dressed(made):
        if look:
            made["s"]["A2"].number_format = look
        if change:
            change(made)

    data = book(("s", [HEADER, [value, "a", "b"]]), change=dressed)
    return read(write, data).cells["case_id"].tolist()[0]


def found(table):
    return {problem.code: (problem.line, problem.column, problem.count)
            for problem in table.problems}


@pytest.mark.parametrize(("value", "look", "text"), [
    ("00123", None, "00123"), (123, None, "123"), (123.0, None, "123"), (1.5, None, "1.5"),
    (0.1 + 0.2, None, "0.3"), (-7, None, "-7"), (1e-7, None, "0.0000001"),
    (123456789012345, None, "123456789012345"), (2024011500012345, None, "2024011500012340"),
    (202401150001234567, "0", "202401150001235000"),
    (NINE, None, "2026-03-02 09:00:00"), (dt.date(2026, 3, 2), None, "2026-03-02"),
    (NINE, 'yyyy"年"m"月"d"日" h:mm', "2026-03-02 09:00:00"),
    (45356.41666666666, "yyyy-mm-dd h:mm", "2024-03-05 10:00:00"),
    (dt.time(15, 7), None, "15:07:00"), (dt.timedelta(days=2, hours=3), "[h]:mm", "51:00:00"),
    (True, None, "TRUE"), (False, None, "FALSE"),
])
def test_a_cell_becomes_the_text_that_a_person_sees(write, value, look, text):
    assert cell(write, value, look) == text


def test_the_days_of_1904_are_the_same_days(write):
    def changed(made):
        made.epoch = CALENDAR_MAC_1904
        made["s"]["A2"] = NINE

    assert cell(write, None, change=changed) == "2026-03-02 09:00:00"


def test_a_column_of_days_and_hours_has_hours_throughout(write):
    rows = [HEADER, ["c1", "a", NINE], ["c1", "b", dt.date(2026, 3, 3)]]
    table = read(write, book(("s", rows)))
    assert table.cells["timestamp"].tolist() == ["2026-03-02 09:00:00", "2026-03-03 00:00:00"]


def test_lines_are_the_rows_of_the_sheet_and_blank_rows_are_none(write):
    rows = [[], ["", ""], HEADER, ["c1", "a", NINE], [], ["c1", "b", NINE]]
    table = read(write, book(("s", rows)))
    assert (table.lines.tolist(), table.rows_read) == ([4, 6], 2)


def test_titles_and_totals_are_told_from_data(write):
    rows = [["投诉明细"], HEADER, ["c1", "a", NINE], ["合计", None, 1]]
    table = read(write, book(("s", rows)))
    assert (table.rows_read, table.set_aside) == (2, {"total_row": 1})
    assert list(table.cells.columns) == HEADER


def test_errors_and_formulas_without_a_value_are_blank_and_counted(write):
    rows = [HEADER, ["c1", "#N/A", NINE], ["=1+1", "b", NINE], ["c1", "c", NINE]]
    table = read(write, book(("s", rows)))
    assert table.cells["activity"].tolist() == ["", "b", "c"]
    assert found(table) == {"cells_with_error": (2, None, 1), "formulas_uncomputed": (3, None, 1)}


def test_a_formula_is_its_kept_value(write):
    data = patched(book(("s", [HEADER, ["=1+1", "b", NINE]])), "xl/worksheets/sheet1.xml",
                   (b"<v ?/>|<v></v>", b"<v>2</v>"))
    table = read(write, data)
    assert (table.cells["case_id"].tolist(), found(table)) == (["2"], {})


def test_hidden_rows_and_columns_are_read_and_named_hidden_sheets_are_not(write):
    def changed(made):
        made["s"].row_dimensions[3].hidden = True
        made["s"].column_dimensions["B"].hidden = True
        made["old"].sheet_state = "hidden"

    table = read(write, book(("s", LOG), ("old", LOG), change=changed))
    assert table.rows_read == 2
    assert found(table) == {"sheets_hidden": (None, None, 1), "rows_hidden": (3, None, 1),
                            "columns_hidden": (None, "activity", 1)}


def merged(made):
    made["s"].merge_cells("A2:A4")


MERGED = [HEADER, ["c1", "a", NINE], [None, "b", NINE], [None, "c", NINE]]


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("hidden", [b"hidden='1'", b'hidden = "true"', b'hidden="&#49;"',
                                    b'hidden="1"'])
def test_hidden_is_hidden_however_it_is_written(write, hidden):
    column = b'<cols><col min="2" max="2" width="9" ' + hidden + b"/></cols><sheetData>"
    data = patched(book(("s", LOG)), SHEET, (b'<row r="3"', b'<row r="3" ' + hidden),
                   (b"<sheetData>", column))
    assert found(read(write, data)) == {"rows_hidden": (3, None, 1),
                                        "columns_hidden": (None, "activity", 1)}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "iso-8859-1"])
def test_hidden_is_hidden_in_any_encoding(write, encoding):
    head = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    text = zipfile.ZipFile(io.BytesIO(book(("s", LOG)))).read(SHEET).decode()
    text = head + text.replace('<row r="3"', '<row hidden="1" r="3"')
    data = patched(book(("s", LOG)), SHEET, (b"(?s)^.*$", text.encode(encoding).replace(
        b"\\", b"\\\\")))
    assert found(read(write, data))["rows_hidden"] == (3, None, 1)


def test_errors_and_formulas_are_seen_in_single_quotes_and_without_references(write):
    data = book(("s", [*LOG, ["=A1&A2", "#N/A", "x"]]))
    data = patched(data, SHEET, (b'r="([A-Z])4"', b""), (b'<row r="4"', b"<row"),
                   (b't="e"', b"t='e'"))
    said = {code: place[0] for code, place in found(read(write, data)).items()}
    assert said == {"cells_with_error": 4, "formulas_uncomputed": 4}


def shared(index):
    cell = b'<c r="A3" t="s"><v>' + index + b"</v></c>"
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    texts = (b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
             b"<si><t>c1</t></si></sst>")
    data = patched(book(("s", LOG)), SHEET, (rb'<c r="A3".*?</c>', cell))
    data = patched(data, "[Content_Types].xml", (
        b"</Types>", b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind
        + b'"/></Types>'))
    link = (b'<Relationship Id="s9" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            b'relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>')
    return patched(data, "xl/_rels/workbook.xml.rels", (b"</Relationships>", link),
                   **{"xl__sharedStrings.xml": texts})


def test_a_shared_text_has_a_number(write):
    assert read(write, shared(b"0")).cells["case_id"].tolist() == ["c1", "c1"]
    for index in (b"-1", b"x", b"1.5", b"&#45;1", b"<![CDATA[-1]]>", b"9", b" -1"):
        assert list(refused(lambda index=index: read(write, shared(index)))) == [
            "workbook_broken"], index


def test_numbers_of_more_than_fifteen_digits_are_said_with_their_row(write):
    rows = [["1", "a", 999999999999999], ["2", "b", 1000000000000000],
            ["3", "c", 20240115000123456], ["20240115000123456", "d", -20240115000123456]]
    table = read(write, book(("s", [HEADER, *rows])))
    assert found(table) == {"numbers_imprecise": (3, "timestamp", 3)}


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "docProps/core.xml"])
def test_a_document_type_without_an_entity_is_refused_in_any_part(write, part):
    data = patched(book(("s", LOG)), part, (rb"^(<\?xml.*?\?>)?", rb"\1<!DOCTYPE a>"))
    assert list(refused(lambda: read(write, data))) == ["xml_doctype"]


@pytest.mark.parametrize("data", [
    zipped(**{"content.xml": "<x/>", "mimetype": "x"}), zipped(**{"xl__workbook.bin": "x"}),
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
])
def test_another_kind_of_workbook_is_refused_with_what_to_save_it_as(write, data):
    assert list(refused(lambda: read(write, data))) == ["format_workbook"]


def test_reading_a_workbook_leaves_no_file_behind(write, tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    read(write, book(("s", LOG)))
    refused(lambda: read(write, shared(b"9")))
    assert not list(folder.iterdir())


def test_merged_cells_stay_blank_and_are_named_unless_filling_is_chosen(write):
    data = book(("s", MERGED), change=merged)
    table = read(write, data)
    assert table.cells["case_id"].tolist() == ["c1", "", ""]
    assert found(table) == {"merged_cells": (3, "case_id", 2)}
    table = read(write, data, merged="fill")
    assert table.cells["case_id"].tolist() == ["c1", "c1", "c1"]
    assert found(table) == {"merged_filled": (3, "case_id", 2)}


def test_rows_of_a_merged_case_are_set_aside_and_counted(write):
    judged = check(write(book(("s", MERGED), change=merged), "log.xlsx"))
    assert (judged["rows_read"], judged["rows_kept"]) == (3, 1)
    assert judged["set_aside"] == {"case_id_missing": 2}


def test_of_several_sheets_the_stated_one_is_read(write):
    data = book(("one", LOG), ("two", [*LOG, ["c2", "check", NINE]]))
    assert list(refused(lambda: read(write, data))) == ["sheet_ambiguous"]
    assert read(write, data, sheet="two").rows_read == 3
    assert refused(lambda: read(write, data, sheet="tow")) == {"sheet_missing": (None, "tow")}


def test_the_only_sheet_that_is_a_table_is_read_and_said(write):
    table = read(write, book(("说明", [["导出自审批系统"], ["2026"]]), ("数据", LOG), ("空", [])))
    assert table.rows_read == 2
    assert found(table) == {"sheet_chosen": (None, None, 1)}


def test_a_workbook_without_a_cell_is_empty(write):
    assert list(refused(lambda: read(write, book(("s", []))))) == ["file_empty"]


@pytest.mark.parametrize(("more", "code", "level"), [
    ({"xl__vbaProject.bin": "x"}, "macros_ignored", "warning"),
    ({"xl__externalLinks__externalLink1.xml": "<x/>"}, "links_ignored", "info"),
])
def test_macros_and_links_are_never_followed_and_said(write, more, code, level):
    table = read(write, patched(book(("s", LOG)), "", **more))
    assert [(problem.code, problem.level) for problem in table.problems] == [(code, level)]


TRAP = b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'


@pytest.mark.parametrize(("data", "code"), [
    (zipped(word__document="x"), "format_unknown"), (zipped(a="x"), "format_unknown"),
    (patched(book(("s", LOG)), "", **{"..__..__x.txt": "x"}), "zip_outside"),
    (patched(book(("s", LOG)), "", **{"C:x.txt": "x"}), "zip_outside"),
    (patched(book(("s", LOG)), "xl/worksheets/sheet1.xml", (b"<worksheet", TRAP)), "xml_doctype"),
    (patched(book(("s", LOG)), "xl/worksheets/sheet1.xml", (b"</row>", b"</wor>")),
     "workbook_broken"),
    (book(("s", LOG))[:-90], "workbook_broken"), (b"PK\x03\x04rest", "workbook_broken"),
    (b"\xd0\xcf\x11\xe0rest", "workbook_broken"),
    (old_workbook(LOG[:1])[:1500], "workbook_broken"),
])
def test_what_is_no_sound_workbook_is_refused_by_name(write, data, code):
    assert list(refused(lambda: read(write, data))) == [code]


def test_an_encrypted_part_is_refused(write):
    data = bytearray(zipped(xl__workbook="x", **{"xl__workbook.xml": "<x/>"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert list(refused(lambda: read(write, bytes(data)))) == ["workbook_locked"]


def test_a_legacy_workbook_is_read(write):
    rows = [["单号", "环节", "处理时间"], ["00123", "提交", Day(46083)],
            [123.0, "审批", Day(46084.5)]]
    table = read(write, old_workbook(rows), "log.xls")
    assert table.cells.to_numpy().tolist() == [
        ["00123", "提交", "2026-03-02 00:00:00"], ["123", "审批", "2026-03-03 12:00:00"]]
    assert table.lines.tolist() == [2, 3]


PAGE = """\
<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<style>td {color: red}</style><script>document.write("<td>never</td>")</script></head><body>
<table><tr><td>导航</td></tr></table>
<table border="1"><tr><td colspan="3">审批明细</td></tr>
<tr><th>单号</th><th>环节</th><th>处理时间</th></tr>
<tr><td rowspan="2">A&amp;1</td><td>提交<br>申请</td><td>2026-03-02 09:00</td></tr>
<tr><td>审批</td><td>2026-03-03 09:00</td></tr>
<tr><td>合计</td><td></td><td>2</td></tr>
</table></body></html>
"""


def test_a_page_named_xls_is_a_table(write):
    table = read(write, PAGE.encode("gb18030"), "log.xls")
    assert table.cells.to_numpy().tolist() == [["A&1", "提交\n申请", "2026-03-02 09:00"],
                                               ["", "审批", "2026-03-03 09:00"]]
    assert (table.lines.tolist(), table.set_aside) == ([3, 4], {"total_row": 1})
    assert found(table)["merged_cells"] == (4, "单号", 1)
    assert found(table)["tables_several"] == (None, None, 1)
    filled = read(write, PAGE.encode("gb18030"), "log.xls", merged="fill")
    assert filled.cells["单号"].tolist() == ["A&1", "A&1"]


def test_a_page_without_a_table_is_refused(write):
    assert list(refused(lambda: read(write, "<html><p>x</p></html>"))) == ["html_no_table"]


def page(*tables, head=""):
    """A page of tables, each a list of rows."""
    return f"<html><head>{head}</head>" + "".join("<table>{}</table>".format("".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows))
        for rows in tables) + "</html>"


ROW = ["c1", "check", "2026-03-02 09:00"]


@pytest.mark.parametrize("title", [[], [["Approvals"]]])
def test_tables_of_one_header_are_one_on_several_pages(write, title):
    one, two = [*title, HEADER, ROW, ROW], [*title, HEADER, ROW]
    table = read(write, page([["Menu"]], one, two, [["Print"]], one), "log.html")
    assert table.rows_read == len(table.cells) == 5
    head = len(title) + 1
    assert table.lines.tolist() == [head + 1, head + 2, 2 * head + 3, 3 * head + 4, 3 * head + 5]
    assert found(table)["tables_joined"] == (None, None, 3)
    assert {problem.code: dict(problem.values) for problem in table.problems
            if problem.code != "title_rows"} == {
        "tables_joined": {"rows": 3}, "tables_several": {"rows": 2, "tables": "Menu, Print"}}


def test_of_tables_of_different_headers_the_rows_that_are_not_read_are_said(write):
    other = [["case", "amount"], ["c1", "5"], ["c2", "6"]]
    table = read(write, page(other, [HEADER, *[ROW] * 9], other), "log.html")
    assert table.rows_read == 9
    (several,) = (each for each in table.problems if each.code == "tables_several")
    assert (several.count, several.values) == (2, {"rows": 6, "tables": "case·amount"})


def test_merged_cells_stay_where_they_are_in_joined_tables(write):
    merged = page([HEADER, ROW], [HEADER, ["X", "check", "2"], ["pay", "3"]]).replace(
        "<td>X", "<td rowspan=2>X")
    table = read(write, merged, "log.html", merged="fill")
    assert table.cells["case_id"].tolist() == ["c1", "X", "X"]
    assert found(table)["merged_filled"] == (5, "case_id", 1)


@pytest.mark.parametrize(("name", "written", "code"), [
    ("gbk", "utf-8", "encoding_lie"), ("big5", "utf-8", "encoding_lie"),
    ("iso-8859-1", "utf-8", "encoding_lie"), ("windows-1252", "utf-8", "encoding_lie"),
    ("iso-8859-1", "gbk", "encoding_used"), ("gbk", "gbk", "encoding_used"),
    ("utf-8", "gbk", "encoding_used"), ("unicode_escape", "utf-8", None),
    ("undefined", "utf-8", None), ("hex", "utf-8", None), ("rot13", "utf-8", None),
    ("utf-7", "utf-8", None), ("no-such", "gbk", "encoding_used"),
    ("utf-16", "utf-8", "encoding_lie"),
])
def test_a_page_is_read_in_the_encoding_of_its_bytes(write, name, written, code):
    row = ["\\u0041", "部门经理审批申请", "提交"]
    text = page([["单号", "环节", "状态"], row, row], head=f"<meta charset={name}>")
    table = read(write, text.encode(written), "log.html")
    assert table.cells.to_numpy().tolist() == [row, row]
    assert [each.code for each in table.problems] == ([code] if code else [])


@pytest.mark.parametrize("span", ["9" * 5_000, "٣" * 5_000, "-1", "0", "00", "", "x", "1.5", "²"])
def test_a_span_may_be_any_text(write, span):
    text = page([HEADER, ROW]).replace("<td>c1", f'<td rowspan="{span}">c1').replace(
        "<td>2026", f'<td colspan="{span}">2026')
    assert read(write, text, "log.html").cells.to_numpy().tolist() == [ROW]


@pytest.mark.parametrize("opening", ["<!--", "<script>", "<style>", "<textarea>"])
def test_a_page_that_ends_in_what_is_not_shown_is_cut(write, opening):
    text = page([HEADER, ROW, ROW]).replace("</tr>", f"</tr>{opening}", 2) + "x" * 2_000
    assert list(refused(lambda: read(write, text, "log.html"))) == ["file_cut"]


def test_tab_separated_text_in_gbk_named_xls_is_a_table(write):
    text = "单号\t环节\t处理时间\n00123\t部门经理审批\t2026-03-02 09:00\n"
    table = read(write, text.encode("gbk"), "log.xls")
    assert table.cells.to_numpy().tolist() == [["00123", "部门经理审批", "2026-03-02 09:00"]]


VALUES = st.one_of(st.none(), st.integers(-10**6, 10**6), st.text("ab单0 .", max_size=4))


@settings(deadline=None, max_examples=12)
@given(rows=st.lists(st.lists(VALUES, max_size=3), max_size=8))
def test_rows_read_are_the_rows_kept_plus_the_rows_set_aside(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("rows") / "log.xlsx"
    path.write_bytes(book(("s", [HEADER, *rows])))
    table = read_table(path, may_be_bare=True)
    full = [number for number, row in enumerate(rows, 2)
            if any(value is not None and str(value).strip() for value in row)]
    assert table.rows_read == len(full) == len(table.cells) + sum(table.set_aside.values())
    assert table.lines.tolist() == full


def test_a_workbook_is_read_where_the_system_knows_no_limits(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "resource", None)  # its import fails
    path = tmp_path / "log.xlsx"
    path.write_bytes(book(("events", [["id", "step"], ["1", "check"]])))
    assert workbook_child.main(str(path), "1", "1") == 0
    assert '[2, "1", "check"]' in capsys.readouterr().out


# ---------------------------------------------------------------- client.xlsx


TEAM = [["role", "member"], ["owner", "Ann"]]
STEPS = [["步骤", "岗位"], ["check", "clerk"]]
SURVEY = [["respondent", "speed"], *([f"p{k}", 4] for k in range(6))]
ROWS = [line.split(",") for line in EVENTS.splitlines()]


def opened(folder, *sheets, **files):
    place = folder(ENGAGEMENT.replace("  file: events.csv\n", ""), **files)
    (place / "events.csv").unlink()
    (place / "client.xlsx").write_bytes(book(*sheets))
    return place, lambda: open_client(place, place.parent / "out")


def test_the_sheets_of_a_client_may_stand_in_one_workbook(folder):
    _, open_it = opened(folder, ("events", ROWS), ("Team", TEAM), ("现状流程", STEPS),
                        ("pilot_feedback", [["date", "theme"], ["2026-03-02", "speed"]]),
                        ("客户问卷", SURVEY))
    client = open_it()
    assert client.sheets["team"]["member"].tolist() == ["Ann"]
    assert client.sheets["steps"]["step"].tolist() == ["check"]
    assert client.sheets["pilot/feedback"]["theme"].tolist() == ["speed"]
    assert client.answers["customers"].items == ("speed",)
    assert client.log.readings[0].rows_kept == 4
    assert {problem.level for problem in client.problems} <= {"info", "warning"}
    assert "file_spreadsheet" not in {problem.code for problem in client.problems}
    assert [each.format for each in (*client.log.readings, client.answers["customers"].reading)
            ] == ["xlsx", "xlsx"]


def test_a_sheet_that_is_a_file_too_is_refused(folder):
    _, open_it = opened(folder, ("events", ROWS), ("team", TEAM), team="role,member\nowner,Bo\n")
    assert refused(open_it) == {"sheet_twice": (None, "team")}


def test_a_label_of_the_workbook_is_named_by_its_sheet(folder):
    labels = [["label", "activity"], ["chekc", "check"]]
    _, open_it = opened(folder, ("events", ROWS), ("名称对照", labels))
    (problem,) = [each for each in open_it().problems if each.code == "label_never_occurs"]
    assert problem.file == "client.xlsx [名称对照]"
    _, open_it = opened(folder, ("events", ROWS), ("labels", [*labels, ["chekc", "pay"]]))
    assert refused(open_it) == {"label_twice": (None, "label")}


def test_a_sheet_that_stands_for_no_file_is_named(folder):
    _, open_it = opened(folder, ("events", ROWS), ("stepz", STEPS))
    (problem,) = [each for each in open_it().problems if each.code == "sheet_unknown"]
    assert problem.values["near"].split(", ")[0] == "steps"


def test_a_sheet_may_be_a_workbook_of_its_own(folder):
    place, open_it = opened(folder, ("events", ROWS))
    (place / "team.xlsx").write_bytes(book(("anything", TEAM)))
    assert open_it().sheets["team"]["member"].tolist() == ["Ann"]


def test_a_client_workbook_that_cannot_be_opened_is_refused(folder):
    place = folder()
    (place / "client.xlsx").write_text("x")
    assert list(refused(lambda: open_client(place, place.parent / "out"))) == ["workbook_broken"]
