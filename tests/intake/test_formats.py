"""Files to text: evidence decides, every row is accounted for, lines are physical lines."""

import gzip
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake.refusals import refused
from workbench.intake.formats import read_table

HEADER = "case_id,activity,timestamp\n"


def test_a_cell_stays_the_text_that_was_written(write):
    table = read_table(write(HEADER + "00123,NA,2024\n123,,1E5\n"))
    assert table.cells.to_numpy().tolist() == [["00123", "NA", "2024"], ["123", "", "1E5"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_chinese_text_is_read_in_every_encoding_that_the_evidence_supports(write, encoding):
    text = HEADER + "1,提交申请,2024-03-05\n1,部门经理审批,2024-03-06\n"
    table = read_table(write(text.encode(encoding)))
    assert table.cells["activity"].tolist() == ["提交申请", "部门经理审批"]
    assert table.encoding.startswith(encoding[:5])


def test_an_encoding_other_than_utf_8_is_named(write):
    table = read_table(write((HEADER + "1,审批,2024\n").encode("gb18030")))
    assert [(problem.code, problem.values) for problem in table.problems] == [
        ("encoding_used", {"encoding": "gb18030"})]


def test_western_one_byte_text_is_never_taken_for_chinese(write):
    table = read_table(write((HEADER + "1,Check,2024\n1,Prüfung,2024\n").encode("cp1252")))
    assert (table.cells["activity"].tolist(), table.encoding) == (["Check", "Prüfung"], "cp1252")


@pytest.mark.parametrize(("text", "encoding"), [
    ("1,zażółć,2024\n", "cp1250"), ("1,проверка,2024\n", "cp1251"), ("1,Prüfung,2024\n", "cp850"),
    ("1,Prüfung,2024\n", "mac_roman"), ("1,チェック,2024\n", "shift_jis"),
    ("1,검토 승인,2024\n", "euc_kr"),
])
def test_an_encoding_without_evidence_is_refused_at_its_first_line(write, text, encoding):
    path = write((HEADER + "0,ok,2024\n" + text).encode(encoding))
    assert refused(lambda: read_table(path)) == {"encoding_unknown": (3, None)}


def test_traditional_characters_in_big5_are_read_as_such(write):
    path = write((HEADER + "1,提交申請,2024\n1,部門經理審批,2024\n").encode("big5"))
    assert read_table(path).cells["activity"].tolist() == ["提交申請", "部門經理審批"]


def test_damaged_utf_8_is_refused_at_the_damage_and_never_taken_for_another_encoding(write):
    rows = "".join(f"{number},部门经理审批,2024\n" for number in range(40))
    data = (HEADER + rows).encode().replace("20,部".encode(), b"20,\xe9", 1)
    assert refused(lambda: read_table(write(data))) == {"encoding_broken": (22, None)}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_sign_that_splits_evenly(write, delimiter):
    rows = [["case_id", "activity", "note"], ["1", "a, b", "x"], ["2", "c", "y"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    table = read_table(write(text))
    assert list(table.cells.columns) == rows[0]
    assert table.cells["activity"].tolist() == ["a, b", "c"]


def test_a_quoted_line_break_is_data_and_later_lines_keep_their_numbers(write):
    table = read_table(write(HEADER + '1,"a\nb",2024\n2,c,2024\n'))
    assert table.cells["activity"].tolist() == ["a\nb", "c"]
    assert table.lines.tolist() == [2, 4]


def test_an_unclosed_quote_is_refused_with_the_line_on_which_it_opened(write):
    path = write(HEADER + '1,a,2024\n2,"b,2024\n3,c,2024\n4,d,2024\n')
    assert refused(lambda: read_table(path)) == {"quote_unclosed": (3, None)}


def test_an_unclosed_quote_is_found_although_a_later_quote_closes_it(write):
    path = write(HEADER + '1,"a,2024\n2,b,2024\n3,"c",2024\n')
    assert refused(lambda: read_table(path)) == {"quote_unclosed": (2, None)}


def test_ragged_rows_are_set_aside_and_counted(write):
    table = read_table(write(HEADER + "1,a,2024\n2,b\n3,c,2024,x\n4,d,2024\n"))
    assert table.cells["case_id"].tolist() == ["1", "4"]
    assert (table.rows_read, table.set_aside) == (4, {"ragged_row": 2})
    assert (table.problems[0].line, table.problems[0].level) == (3, "repaired")


def test_a_nul_is_removed_and_said(write):
    table = read_table(write(HEADER + "1,a\0b,2024\n"))
    assert table.cells["activity"].tolist() == ["ab"]
    assert [(p.code, p.line, p.column) for p in table.problems] == [("nul_removed", 2, "activity")]


@pytest.mark.parametrize(("content", "code", "line", "column"), [
    ("", "file_empty", None, None),
    (b"\xef\xbb\xbf", "file_empty", None, None),
    (HEADER, "header_only", 1, None),
    ("a,b,a\n1,2,3\n", "header_twice", 1, "a"),
    (b"%PDF-1.7 rest", "format_unknown", None, None),
    ("MIME-Version: 1.0\nX-Document-Type: Workbook\n", "format_unknown", None, None),
    ('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
     "format_unknown", None, None),
    (b"PAR1rest", "file_cut", None, None),
    (b"\x1f\x8bnot gzip", "file_cut", None, None),
    (gzip.compress(b"a,b\n" + b"1,2\n" * 9, mtime=0)[:-9], "file_cut", None, None),
])
def test_a_file_that_is_no_table_is_refused_by_name(write, content, code, line, column):
    path = write(content)
    assert refused(lambda: read_table(path)) == {code: (line, column)}


def test_a_pickle_is_never_opened(write):
    path = write(b"cos\nsystem\n(S'exit'\ntR.", "log.pkl")
    assert refused(lambda: read_table(path)) == {"format_unsafe": (None, None)}


def test_a_file_that_is_not_there_is_said(tmp_path):
    assert refused(lambda: read_table(tmp_path / "no.csv")) == {"file_missing": (None, None)}


def test_a_small_archive_cannot_fill_the_memory(write):
    path = write(gzip.compress(b"a,b\n" + b"0" * 60_000_000), "log.csv.gz")
    assert refused(lambda: read_table(path)) == {"file_bomb": (None, None)}


def test_a_gzipped_table_is_read_like_a_plain_one(write):
    table = read_table(write(gzip.compress((HEADER + "1,a,2024\n").encode()), "log.csv.gz"))
    assert table.cells["activity"].tolist() == ["a"]


@settings(deadline=None)
@given(rows=st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\0"),
                                      max_size=5), min_size=1, max_size=5), min_size=1))
def test_rows_read_are_the_rows_kept_plus_the_rows_set_aside(tmp_path_factory, rows):
    quoted = ["|".join('"' + re.sub('"', '""', cell) + '"' for cell in row) for row in rows]
    path = tmp_path_factory.mktemp("rows") / "log.csv"
    path.write_text("a|b|c\n" + "\n".join(quoted) + "\n", encoding="utf-8", newline="")
    table = read_table(path)
    assert table.rows_read == len(rows)
    assert table.rows_read == len(table.cells) + sum(table.set_aside.values())
    whole = [row for row in rows if len(row) == 3]
    assert table.cells.to_numpy().tolist() == whole
