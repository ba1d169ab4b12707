"""JSON and Parquet to text: numbers as written, times as ISO, hostile files refused."""

import datetime as dt
import decimal
import gzip
import json

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from tests.intake.refusals import refused
from workbench.intake.formats import json_lines, read_table
from workbench.intake.formats import parquet as reader


def rows_of(table):
    return table.cells.to_numpy().tolist()


def test_numbers_in_json_stay_as_they_were_written(write):
    table = read_table(write('{"id": 12345678901234567890, "sum": 1.50, "exp": 1E5}\n', "a.jsonl"))
    assert rows_of(table) == [["12345678901234567890", "1.50", "1E5"]]


def test_a_key_that_a_record_lacks_is_blank_and_nested_values_stay_json(write):
    table = read_table(write('{"id": "1", "ok": true}\n\n{"id": null, "who": ["a", {"n": 1.0}]}\n'))
    assert list(table.cells.columns) == ["id", "ok", "who"]
    assert rows_of(table) == [["1", "true", ""], ["", "", '["a", {"n": 1.0}]']]
    assert table.lines.tolist() == [1, 3]


def test_an_array_of_records_keeps_the_line_on_which_each_begins(write):
    text = '[\n  {"id": "a\\nb",\n   "n": 1},\n  {"id": "c"}\n]\n'
    table = read_table(write(text, "log.json"))
    assert (rows_of(table), table.lines.tolist()) == ([["a\nb", "1"], ["c", ""]], [2, 4])


def test_lines_that_are_no_record_are_set_aside(write):
    table = read_table(write('{"id": "1"}\n{"id": \n[1]\n{"id": "2"}\n{"id": "3', "a.jsonl"))
    assert rows_of(table) == [["1"], ["2"]]
    assert (table.rows_read, table.set_aside) == (5, {"json_line_unreadable": 3})
    assert [(p.code, p.line, p.values["lines"]) for p in table.problems] == [
        ("json_line_unreadable", 2, "2, 3, 5")]


def test_packed_json_in_another_encoding_is_read_like_plain_json(write):
    text = '{"环节": "提交申请"}\n{"环节": "部门经理审批"}\n'
    table = read_table(write(gzip.compress(text.encode("gb18030")), "a.jsonl.gz"))
    assert (rows_of(table), table.encoding) == ([["提交申请"], ["部门经理审批"]], "gb18030")


@pytest.mark.parametrize(("text", "code", "line", "column"), [
    ('{"a": 1}\n{"a": 1, "a": 2}\n', "json_key_twice", 2, "a"),
    ('[{"a": {"b": 1, "b": 2}}]', "json_key_twice", 1, "b"),
    ('[\n{"a": 1},\n{"a": ', "json_broken", 3, None),
    ('[{"a": 1}\n{"a": 2}]', "json_broken", 2, None),
    ('[{"a": 1}]\nx', "json_broken", 2, None),
    ("[[1, 2], [3, 4]]", "json_no_records", 1, None),
    ("[]", "json_no_records", 1, None),
    ('{"code": 0, "data": {"items": [{"a": 1}]}}', "json_no_records", 1, None),
    ('{\n "data": [{"a": 1}]\n}', "json_no_records", 1, None),
    ('{"a": 1, " a": 2}\n', "header_twice", 1, "a"),
    ('{"a": ' + "[" * 200_000 + "\n", "json_too_deep", 1, None),
    ("[" * 200_000, "json_too_deep", 1, None),
    ("{" + ",".join(f'"{number}": 1' for number in range(3000)) + "}", "file_large", 1, None),
])
def test_json_that_is_no_table_is_refused_by_name(write, text, code, line, column):
    path = write(text, "a.json")
    assert refused(lambda: read_table(path)) == {code: (line, column)}


def test_json_in_which_records_are_wrapped_says_where_they_lie(write):
    path = write('{"code": 0, "data": {"items": [{"a": 1}]}}', "a.json")
    with pytest.raises(Exception, match=r"data\.items"):
        read_table(path)


def test_a_number_is_never_read_through_a_float_in_json():
    assert json_lines._nested(json_lines._DECODER.decode("[1.10, 10000000000000001]")) == (
        "[1.10, 10000000000000001]")


@settings(deadline=None)
@given(st.lists(st.one_of(
    st.dictionaries(st.sampled_from("abc"), st.one_of(st.text(max_size=3), st.integers()),
                    min_size=1).map(lambda record: json.dumps(record, ensure_ascii=False)),
    st.sampled_from(["", " ", "x", "[1]", '{"a"', "null", "1"])), max_size=9))
def test_every_line_of_json_is_kept_or_counted(tmp_path_factory, lines):
    lines = ['{"a": "first"}', *lines]
    path = tmp_path_factory.mktemp("json") / "log.jsonl"
    path.write_bytes("\n".join(lines).encode())
    table = read_table(path)
    assert table.rows_read == sum(bool(line.strip()) for line in lines)
    assert table.rows_read == len(table.cells) + sum(table.set_aside.values())
    assert [lines[line - 1] for line in table.lines] == [
        line for line in lines if line.startswith("{") and line.endswith("}")]


@pytest.fixture
def written(tmp_path):
    """Write columns into a Parquet file and read it as text."""

    def _written(**columns):
        path = tmp_path / "log.parquet"
        parquet.write_table(pa.table(columns), path)
        return read_table(path)

    return _written


@pytest.mark.parametrize(("column", "expected"), [
    (pa.array([1.0, None, float("nan"), 123456789012345680.0]),
     ["1", "", "", "123456789012345680"]),
    (pa.array([1.5, 2.0]), ["1.5", "2"]),
    (pa.array([12345678901234567890], pa.uint64()), ["12345678901234567890"]),
    (pa.array(["00123", None]), ["00123", ""]),
    (pa.array(["a", "a", None]).dictionary_encode(), ["a", "a", ""]),
    (pa.array([True, None]), ["true", ""]),
    (pa.array([decimal.Decimal("1.20")]), ["1.20"]),
    (pa.array([dt.date(2026, 3, 2)]), ["2026-03-02"]),
    (pa.array([pd.Timestamp("2026-03-02 09:00")], pa.timestamp("s")), ["2026-03-02 09:00:00.000"]),
    (pa.array([pd.Timestamp("2026-03-02 09:00")], pa.timestamp("ms", "Asia/Shanghai")),
     ["2026-03-02 17:00:00.000+0800"]),
    (pa.array([b"caf\xc3\xa9"]), ["café"]),
    (pa.array([[1, 2], None]), ["[1, 2]", ""]),
    (pa.array([{"who": "张三", "at": dt.date(2026, 3, 2)}]),
     ['{"who": "张三", "at": "2026-03-02"}']),
    (pa.nulls(2), ["", ""]),
])
def test_a_column_of_parquet_is_written_out(written, column, expected):
    table = written(x=column, y=pa.array(range(len(column))))
    assert table.cells["x"].tolist() == expected
    assert (table.lines.tolist(), table.rows_read) == (
        list(range(1, len(column) + 1)), len(column))


def test_bytes_that_are_no_text_are_refused(written):
    assert refused(lambda: written(x=pa.array([b"\xff\xfe\x00"]))) == {
        "parquet_bytes": (None, "x")}


def test_a_parquet_file_without_rows_is_a_header_only(written):
    assert refused(lambda: written(x=pa.array([], pa.string()))) == {"header_only": (1, None)}


@pytest.mark.parametrize("damage", [
    lambda data: data[:-20], lambda data: b"PAR1", lambda data: b"PAR1" + b"\xff" * 90 + b"PAR1",
    lambda data: data[:4] + b"\xff" * 60 + data[64:],
])
def test_a_damaged_parquet_file_is_refused(tmp_path, damage):
    path = tmp_path / "log.parquet"
    parquet.write_table(pa.table({"x": ["abc"] * 50, "y": list(range(50))}), path)
    path.write_bytes(damage(path.read_bytes()))
    assert refused(lambda: read_table(path)) == {"file_cut": (None, None)}


def test_a_small_parquet_file_cannot_fill_the_memory(tmp_path):
    path = tmp_path / "log.parquet"
    cells = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int8()),
                                           pa.array(["x" * 1_000_000]))
    parquet.write_table(pa.table({"x": cells}), path)
    assert path.stat().st_size < 2_000_000
    assert refused(lambda: read_table(path)) == {"file_bomb": (None, None)}


def test_the_footer_of_a_parquet_file_is_judged_before_its_cells(tmp_path, monkeypatch):
    path = tmp_path / "log.parquet"
    parquet.write_table(pa.table({"x": ["a", "b"], "y": ["c", "d"]}), path)
    monkeypatch.setattr(reader, "_MOST_CELLS", 3)
    monkeypatch.setattr(reader, "_columns", None)
    assert refused(lambda: read_table(path)) == {"file_bomb": (None, None)}


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(-2**53, 2**53)),
                          st.one_of(st.none(), st.text("ab 0\u767b", max_size=4)))))
def test_every_row_of_parquet_is_kept(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("parquet") / "log.parquet"
    numbers = pa.array([number for number, _ in rows], pa.float64())
    parquet.write_table(pa.table({"n": numbers, "t": pa.array([text for _, text in rows],
                                                              pa.string())}), path)
    table = read_table(path, may_be_bare=True)
    assert rows_of(table) == [["" if number is None else str(number), text or ""]
                              for number, text in rows]
    assert table.rows_read == len(rows)


def test_half_of_a_character_sets_its_record_aside(write):
    table = read_table(write('{"a": "x"}\n{"a": "\\ud800"}\n{"\\udc00": 1}\n'
                             '{"a": "\\ud83d\\ude00"}\n', "log.jsonl"))
    assert table.cells["a"].tolist() == ["x", "\U0001f600"]
    assert (table.rows_read, table.set_aside) == (4, {"json_half_sign": 2})
    assert [(one.code, one.line) for one in table.problems] == [("json_half_sign", 2)]


@pytest.mark.parametrize("inner", ["[" * 150 + "]" * 150, '{"a": ' * 600 + "1" + "}" * 600])
def test_a_value_that_is_nested_a_hundred_times_is_no_data(write, inner):
    assert refused(lambda: read_table(write(f'{{"a": {inner}}}', "log.jsonl"))) == {
        "json_too_deep": (1, None)}


def test_a_comma_at_the_end_of_a_record_is_left_out_and_said(write):
    table = read_table(write('{"a": 1},\n{"a": 2},\n{"a": 3}\n', "log.jsonl"))
    assert table.cells["a"].tolist() == ["1", "2", "3"]
    assert [(one.code, one.line, one.count) for one in table.problems] == [("json_comma", 1, 2)]


def test_nul_is_removed_from_json_and_parquet_too(write, written):
    for table in (read_table(write('{"a\\u0000": "x\\u0000"}\n', "log.jsonl")),
                  written(a=["x\0"])):
        assert table.cells.to_dict("list") == {"a": ["x"]}
        assert [one.code for one in table.problems] == ["nul_removed"]


def test_numbers_that_lost_their_last_digits_are_said(written):
    table = written(a=pa.array([1.0, 2.0 ** 53, None]), b=pa.array([0.5, -1e300, 7.0]))
    assert [(one.code, one.column, one.line, one.count) for one in table.problems] == [
        ("numbers_imprecise", "a", 2, 1), ("numbers_imprecise", "b", 2, 1)]


def test_a_moment_beyond_all_years_may_lie_inside_a_struct(written):
    far = pa.array([3 * 10 ** 17], pa.timestamp("us"))
    cell, = written(a=pa.StructArray.from_arrays([far], ["t"])).cells["a"]
    assert json.loads(cell)["t"].startswith("11476-")
