"""A result on disk is the result."""

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from workbench import documents
from workbench.errors import StageFailed
from workbench.model import Figure, Problem, Result, Statement

EMPTY = Result("diagnose", "c", "p", "zh", {}, {}, {})

text = some.text(max_size=12)
moments = some.datetimes(timezones=some.sampled_from([UTC, timezone(timedelta(hours=8))]))
scalars = some.one_of(
    some.none(), some.booleans(), some.integers(), some.floats(allow_nan=False), text,
    some.dates(), moments)
figures = some.builds(
    Figure, value=some.one_of(some.none(), some.integers(), some.floats(allow_nan=False), text,
                              some.dates(), moments),
    unit=some.sampled_from(["hours", "share", "date", "moment", "text"]),
    n=some.none() | some.integers(), low=some.none() | some.floats(allow_nan=False),
    source=text)
parts = some.builds(Statement, key=text, values=some.dictionaries(text, figures, max_size=2))
statements = some.builds(
    Statement, key=text, values=some.dictionaries(text, figures | text | parts))
problems = some.builds(Problem, level=some.just("warning"), code=text, file=text,
                       line=some.none() | some.integers(), values=some.dictionaries(text, scalars))
nested = some.recursive(
    scalars | figures | statements,
    lambda inner: some.lists(inner, max_size=3).map(tuple)
    | some.dictionaries(text | some.just("$date"), inner, max_size=3), max_leaves=8)


@settings(max_examples=40, deadline=None, suppress_health_check=[
    HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    figures=some.dictionaries(text, figures), absent=some.lists(statements).map(tuple),
    said=some.dictionaries(text, some.lists(statements, max_size=2).map(tuple)),
    records=some.dictionaries(text, some.lists(some.dictionaries(text, nested)).map(tuple)),
    problems=some.lists(problems, max_size=3).map(tuple), context=some.dictionaries(text, nested))
def test_what_is_loaded_is_what_was_saved(
    tmp_path_factory, figures, absent, said, records, problems, context
):
    folder = tmp_path_factory.mktemp("stage")
    result = replace(EMPTY, figures=figures, absent=absent, statements=said, records=records,
                     problems=problems, context=context)
    documents.save(result, folder)
    loaded = documents.load(folder)
    assert loaded == result
    assert list(loaded.figures) == list(result.figures)


def test_tables_keep_their_types(tmp_path):
    frame = pd.DataFrame({
        "activity": ["退回", None], "share": [1 / 3, math.nan], "cases": [1, 2],
        "closed": pd.array([True, None], dtype="boolean"),
        "start": pd.to_datetime(["2025-01-06T08:00:00.123456Z", None], format="ISO8601"),
        "week": [date(2025, 1, 6), None], "n": pd.array([1, None], dtype="Int64")})
    documents.save(replace(EMPTY, tables={"each": frame}), tmp_path)
    pd.testing.assert_frame_equal(documents.load(tmp_path).tables["each"], frame)


def test_an_empty_table_stays_a_table(tmp_path):
    frame = pd.DataFrame({"activity": pd.Series([], dtype="str"),
                          "cases": pd.Series([], dtype=int)})
    documents.save(replace(EMPTY, tables={"none": frame}), tmp_path)
    pd.testing.assert_frame_equal(documents.load(tmp_path).tables["none"], frame)
    assert (tmp_path / "tables" / "none.csv").read_bytes() == b"activity,cases\n"


def test_csv_has_nine_digits_line_feeds_and_iso_times(tmp_path):
    frame = pd.DataFrame({
        "a": [2 / 3, 1e6], "b": ['say "hi"', "x,\ny"], "c": [True, False],
        "d": pd.to_datetime(["2025-01-06T08:00:00Z", None]), "e": [[1, "环"], []]})
    path = documents.write_csv(frame, tmp_path / "t.csv")
    assert path.read_bytes().decode() == (
        'a,b,c,d,e\n0.666666667,"say ""hi""",true,2025-01-06T08:00:00+00:00,"[1, ""环""]"\n'
        '1000000,"x,\ny",false,,[]\n')


def test_result_json_is_for_people_too(tmp_path, made_up):
    documents.save(made_up.diagnosis("核验"), tmp_path)
    written = (tmp_path / "result.json").read_text(encoding="utf-8")
    assert '"核验"' in json.dumps(json.loads(written), ensure_ascii=False)
    assert json.loads(written)["format"] == 1
    assert written.count("\n") > 100


def test_a_table_named_like_a_way_out_stays_inside(tmp_path):
    frame = pd.DataFrame({"a": [1]})
    names = ("weekly_../../T1", "weekly_t1", "weekly_T1")
    documents.save(replace(EMPTY, tables=dict.fromkeys(names, frame)), tmp_path / "deep" / "in")
    assert {each.name for each in tmp_path.iterdir()} == {"deep"}
    loaded = documents.load(tmp_path / "deep" / "in")
    assert set(loaded.tables) == set(names)
    files = [each.name.casefold() for each in (tmp_path / "deep" / "in" / "tables").iterdir()]
    assert len(set(files)) == 6


def test_tables_of_an_earlier_run_do_not_linger(tmp_path):
    frame = pd.DataFrame({"a": [1]})
    documents.save(replace(EMPTY, tables={"old": frame, "kept": frame}), tmp_path)
    (tmp_path / "tables" / "theirs.csv").write_text("not ours", encoding="utf-8")
    documents.save(replace(EMPTY, tables={"kept": frame}), tmp_path)
    assert sorted(each.name for each in (tmp_path / "tables").iterdir()) == [
        "kept.csv", "kept.parquet", "theirs.csv"]


def test_the_verdicts_stand_beside_the_evaluation(tmp_path, made_up):
    documents.save(made_up.evaluation(), tmp_path)
    assert (tmp_path / "verdicts.csv").read_text().startswith("target_id,kpi,effect")


@pytest.mark.parametrize(("damage", "told"), [
    (lambda folder: (folder / "result.json").unlink(), "run the stage first"),
    (lambda folder: (folder / "result.json").write_text('{"format": 1'), "not as the stage"),
    (lambda folder: (folder / "result.json").write_text('{"format": 99}'), "another version"),
    (lambda folder: (folder / "tables" / "a.parquet").write_bytes(b"cut"), "not as the stage"),
    (lambda folder: (folder / "tables" / "a.parquet").unlink(), "not as the stage"),
])
def test_what_the_stage_did_not_write_is_refused(tmp_path, damage, told):
    documents.save(replace(EMPTY, tables={"a": pd.DataFrame({"a": [1]})}), tmp_path)
    damage(tmp_path)
    with pytest.raises(StageFailed, match=told):
        documents.load(tmp_path)


def test_a_result_holds_plain_data_only(tmp_path):
    with pytest.raises(TypeError, match="cannot hold a set"):
        documents.save(replace(EMPTY, context={"x": {1, 2}}), tmp_path)
    assert not (tmp_path / "result.json").exists()


def test_a_killed_save_leaves_the_earlier_result(tmp_path):
    documents.save(replace(EMPTY, context={"round": 1}), tmp_path)
    script = (
        "import os, signal\nfrom workbench.documents import atomic, save, store\n"
        "from workbench.model import Result\n"
        "real = os.fsync\n"
        "os.fsync = lambda number: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"save(Result('diagnose', 'c', 'p', 'zh', {{}}, {{}}, {{}}), {str(tmp_path)!r})\n")
    ended = subprocess.run([sys.executable, "-c", script], check=False, env=os.environ.copy())
    assert ended.returncode == -9
    assert documents.load(tmp_path).context == {"round": 1}


def test_a_number_of_numpy_becomes_a_number(tmp_path):
    import numpy as np

    values = {"a": np.float64(0.5), "b": np.int64(3), "c": np.array([1, 2]), "d": pd.NaT,
              "e": pd.Timestamp("2025-01-06", tz="UTC"), "f": math.inf}
    documents.save(replace(EMPTY, context=values), tmp_path)
    assert documents.load(tmp_path).context == {
        "a": 0.5, "b": 3, "c": (1, 2), "d": None, "e": datetime(2025, 1, 6, tzinfo=UTC),
        "f": math.inf}
