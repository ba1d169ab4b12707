"""Files to text: evidence decides, every row is accounted for, lines are physical lines."""

import gzip
import re
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.intake.refusals import refused
from workbench.errors import InputRefused
from workbench.intake.formats import clean, delimited, read_table

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
    assert [(problem.code, problem.line, problem.values) for problem in table.problems] == [
        ("encoding_used", 2, {"encoding": "gb18030"})]


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
    ("MIME-Version: 1.0\nX-Document-Type: Workbook\n", "format_workbook", None, None),
    ('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
     "format_workbook", None, None),
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
@given(rows=st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters=(
    "\r\0\u00a0\u200b\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e")), max_size=5),
    min_size=1, max_size=5), min_size=1))
def test_rows_read_are_the_rows_kept_plus_the_rows_set_aside(tmp_path_factory, rows):
    rows = [row for row in rows if len(row) > 1 or row[0].strip(" \t\u3000")]
    rows += [["1", "x", "y"]] * (len(rows) + 1)
    quoted = ["|".join('"' + re.sub('"', '""', cell) + '"' for cell in row) for row in rows]
    path = tmp_path_factory.mktemp("rows") / "log.csv"
    path.write_text("a|b|c\n" + "\n".join(quoted) + "\n", encoding="utf-8", newline="")
    table = read_table(path)
    assert table.rows_read == len(rows)
    assert table.rows_read == len(table.cells) + sum(table.set_aside.values())
    whole = [row for row in rows if len(row) == 3]
    assert table.cells.to_numpy().tolist() == whole


def test_a_text_that_is_named_as_a_workbook_is_read_as_text(write):
    text = "单号\t环节\t时间\n1\t提交申请\t2024-03-05\n"
    table = read_table(write(text.encode("gbk"), "log.xls"))
    assert list(table.cells.columns) == ["单号", "环节", "时间"]


@pytest.mark.parametrize("first", ["sep=;\n", '"sep=;"\r\n', "SEP=;\n"])
def test_the_delimiter_that_excel_states_counts_and_its_line_too(write, first):
    table = read_table(write(first + "id;a,b\n1;2,3\n"))
    assert list(table.cells.columns) == ["id", "a,b"]
    assert table.lines.tolist() == [3]


@pytest.mark.parametrize("sign", ["^", "，", "\x01"])
def test_a_rare_delimiter_is_believed_where_no_usual_one_splits_the_file(write, sign):
    rows = [["id", "step", "day"], ["1", "check", "2024-03-05"], ["2", "pay", "2024-03-06"]]
    table = read_table(write("\n".join(map(sign.join, rows))))
    assert [list(table.cells.columns), *table.cells.to_numpy().tolist()] == rows


def test_old_line_ends_are_line_ends(write):
    table = read_table(write("id,step\r1,a\r2,b\r"))
    assert (table.cells["step"].tolist(), table.lines.tolist()) == (["a", "b"], [2, 3])


@pytest.mark.parametrize("tail", ["2024-03-05 1", "2024-03-05", "2024-03-05 09:3", "2024-"])
def test_a_file_that_ends_inside_a_time_loses_its_last_row_and_says_so(write, tail):
    rows = "".join(f"{number},check,2024-03-05 09:30\n" for number in range(4))
    for quote in ("", '"'):
        table = read_table(write(HEADER + rows + f"{quote}9{quote},check,{tail}"))
        assert (table.rows_read, table.set_aside) == (5, {"row_cut": 1})
        assert [(p.code, p.line) for p in table.problems] == [("row_cut", 6)]
    assert read_table(write(HEADER + rows + f"9,check,{tail}\n")).set_aside == {}


def test_a_cell_may_be_as_long_as_a_history(write):
    history = "x" * 300_000
    assert read_table(write(f'id,history\n1,"{history}\n"\n')).cells["history"][0] == history + "\n"


CELLS = st.sampled_from([
    "a", "b c", "合计", "Total: 3", "2024-03-05", "2024-03-05 09:00", "2024-0", "12", " ", "",
    "\u3000x", "é", '"q"', '"a,b"', '"a\nb"', '""""', '"a""b"', 'x"y', '"x"y', '"', "\r", "\0",
    "id"])
RAGGED = st.one_of(st.lists(CELLS, min_size=3, max_size=3), st.lists(CELLS, max_size=4),
                   st.just(["id", "step", "day"]))


@settings(deadline=None, max_examples=200)
@given(header=st.sampled_from(["id,step,day", "\ufeffid,step,day", '"id","step","day"', "a,b",
                               'id,"step,day', "id,,day", "sep=,"]),
       rows=st.lists(RAGGED, max_size=8), end=st.sampled_from(["\n", "\r\n", "\r"]),
       last=st.sampled_from(["", "\n", "\r\n", "\n\n"]), noise=st.binary(max_size=2))
@example("id,step,day", [["1", "a", "b"], ["2", '"c"', "d"], ["合计", "", "2"]], "\n", "", b"")
@example("id,step,day", [["1", '"x"y', "a"]], "\n", "\n", b"")
@example("id,step,day", [["1", '"a', 'b"', "c"]], "\n", "\n", b"")
@example("id,step,day", [["1", '"a\nb"', "c"]], "\n", "\n", b"")
def test_the_short_way_comes_to_the_same_table_as_the_careful_one(
        tmp_path_factory, header, rows, end, last, noise):
    path = tmp_path_factory.mktemp("ways") / "log.csv"
    path.write_bytes((end.join([header, *map(",".join, rows)]) + last).encode() + noise)
    with mock.patch.object(delimited, "read_clean", return_value=None):
        careful = outcome(path)
    assert outcome(path) == careful


def outcome(path):
    try:
        table = read_table(path)
    except InputRefused as refusal:
        return refusal.problems
    return (list(table.cells.columns), table.cells.to_numpy().tolist(), table.lines.tolist(),
            table.rows_read, table.set_aside, table.problems, table.encoding, table.sha256,
            list(table.cells.dtypes))


@pytest.mark.parametrize("text", ["id,step\n1,a\n", '"id","step"\r\n"1","a,""b"""\r\n',
                                  "\ufeffid,step\n1,a"])
def test_clean_tables_take_the_short_way(write, text):
    data = memoryview(text.encode())
    head = text.removeprefix("\ufeff")
    assert clean.read_clean(data, "log.csv", head, ",") is not None


@pytest.mark.parametrize("sign", ["\u200b", "\ufeff", "\u2060", "\u202e"])
def test_a_sign_without_width_is_taken_out_and_counted(write, sign):
    table = read_table(write(f"{sign and 'a'}{sign},b\n1,x{sign}\n2,x\n"))
    assert table.cells.to_dict("list") == {"a": ["1", "2"], "b": ["x", "x"]}
    assert [(one.code, one.line, one.column, one.count) for one in table.problems] == [
        ("signs_removed", 2, "b", 1)]


def test_a_blank_that_forbids_a_line_break_is_a_blank(write):
    assert read_table(write("a,b\n1,x\u00a0y\n")).cells["b"].tolist() == ["x y"]


def test_an_id_that_a_spreadsheet_wrote_as_a_formula_is_unwrapped(write):
    table = read_table(write('id,b\n="0042",x\n="0043",y\n'))
    assert table.cells["id"].tolist() == ["0042", "0043"]
    assert [(one.code, one.count) for one in table.problems] == [("formula_unwrapped", 2)]


@pytest.mark.parametrize("tail", ["\0" * 512, "  \n\t\n", "\0\n", "\n   "])
def test_lines_of_blanks_and_nul_are_no_rows(write, tail):
    table = read_table(write("id,step,day\n1,a,2026-03-02\n2,b,2026-03-03\n" + tail))
    assert (table.rows_read, table.set_aside) == (2, {})


def test_lines_in_quotes_as_a_whole_are_split_inside_and_said(write):
    table = read_table(write('"id,step,day"\n"1,a,2026-03-02"\n"2,b,2026-03-03"\n'))
    assert table.cells["step"].tolist() == ["a", "b"]
    assert [(one.code, one.count) for one in table.problems] == [("rows_quoted", 3)]


@pytest.mark.parametrize(("content", "code", "line"), [
    ("id    step    day\n1     check   2026-03-02\n2     pay     2026-03-03\n",
     "columns_aligned", 1),
    ("," * 3_001 + "\n1\n", "columns_too_many", 1),
    ("t,,\n" + "," * 3_001 + "\n1\n", "columns_too_many", 2),
    (b"BZh91AY&SY", "format_packed", None), (b"\x28\xb5\x2f\xfd\x04", "format_packed", None),
    (b"PK\x05\x06" + bytes(18), "format_packed", None),
    (gzip.compress(b"PAR1rest", mtime=0), "format_packed", None),
    (gzip.compress(gzip.compress(b"a,b\n1,2\n", mtime=0), mtime=0), "format_packed", None),
    (gzip.compress(b"<table><tr><td>a</td></tr></table>", mtime=0), "format_packed", None),
    (b"\x89PNG\r\n\x1a\n", "format_unknown", None), (b"PARErest", "format_unknown", None),
    (b"{\\rtf1 text}", "format_unknown", None),
])
def test_what_is_no_readable_table_is_named(write, content, code, line):
    assert refused(lambda: read_table(write(content))) == {code: (line, None)}


def test_a_header_in_angle_brackets_is_no_markup(write):
    table = read_table(write("<id>,<step>,<day>\n1,a,2026-03-02\n"))
    assert list(table.cells) == ["<id>", "<step>", "<day>"]


LETTERS = "case,step,day\n" + "".join(f"{{}}{k},{{}},2026-03-0{k}\n" for k in range(1, 9))


@pytest.mark.parametrize(("who", "step", "encoding"), [
    ("田中さん", "受付", "euc_jp"), ("タナカ", "カード発行", "euc_jp"),
    ("田中さん", "承認", "shift_jis"),
    ("Dvořák", "Přijetí", "cp1250"), ("Łukasz", "Płatność", "cp1250"),
    ("Őri", "Fizetés ő", "cp1250"),
    ("Şükrü", "Ödeme yapıldı", "cp1254"), ("Иванов", "Проверка", "cp1251"),
])
def test_letters_of_another_language_are_refused_and_never_taken_for_known_ones(
        write, who, step, encoding):
    text = LETTERS.format(*[who, step] * 8).encode(encoding)
    assert refused(lambda: read_table(write(text))) == {"encoding_unknown": (2, None)}


@pytest.mark.parametrize(("who", "step", "encoding"), [
    ("Jörg", "Größe prüfen", "cp1252"), ("Élodie", "Vérifié à nouveau", "cp1252"),
    ("João", "Aprovação", "cp1252"), ("Bjørn", "Godkjenning på nytt", "cp1252"),
    ("张三", "审批", "gbk"), ("王五", "血常规", "gbk"), ("張三", "簽核", "big5"),
])
def test_letters_of_one_known_language_are_read(write, who, step, encoding):
    table = read_table(write(LETTERS.format(*[who, step] * 8).encode(encoding)))
    assert (table.cells["case"][0], table.cells["step"][0]) == (f"{who}1", step)


@pytest.mark.parametrize(("encoding", "name"), [
    ("utf-32", "UTF-32"), ("utf-32-le", "UTF-32"), ("iso2022_jp", "ISO-2022-JP"), ("hz", "HZ")])
def test_an_encoding_that_is_not_read_is_named(write, encoding, name):
    text = LETTERS.format(*["王", "受付"] * 8).encode(encoding)
    with pytest.raises(InputRefused) as caught:
        read_table(write(text))
    problem, = caught.value.problems
    assert (problem.code, problem.values) == ("encoding_unsupported", {"encoding": name})


def test_one_sign_of_kana_among_few_speaks_against_chinese(write):
    text = "case,step,day\n1,受付承認支払完了の,2026-03-02\n".encode("euc_jp")
    assert refused(lambda: read_table(write(text))) == {"encoding_unknown": (2, None)}
