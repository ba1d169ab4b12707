"""The same definitions on every engine: prepared by another path, the tables are the same.

Here the portable preparation and a database; `test_spark` asks the same of Spark.
"""

from __future__ import annotations

import itertools
import warnings
from functools import cache

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import SHARED
from tests.engines import has_spark, postgresql  # noqa: F401 - a fixture
from tests.intake import server
from tests.metrics.test_worked_example import TEXT
from tests.test_reference import SOURCES
from workbench import metrics, sample
from workbench.engine import frame, kept, open_engine
from workbench.engine.portable import Task, prepared
from workbench.engine.typed_columns import typed_columns
from workbench.errors import WrongUse
from workbench.intake import read_log
from workbench.model import Calendar, EventLog, Hours

WEEK = (0, 1, 2, 3, 4)
CALENDAR = Calendar(Hours(WEEK, ((9 * 60, 12 * 60), (13 * 60, 18 * 60))),
                    {"南": Hours((0, 1, 2, 3, 4, 5), ((8 * 60, 16 * 60),))})


class Portable:
    """The portable preparation on DuckDB: what it says, without waiting for another engine."""

    def __init__(self):
        self.backend = ibis.duckdb.connect()
        self.backend.con.execute("SET GLOBAL TimeZone = 'UTC'")
        self.numbers = itertools.count()

    def _made(self, query):
        name = f"made_{next(self.numbers)}"
        self.backend.con.execute(f"CREATE TABLE {name} AS {query}")
        with warnings.catch_warnings():  # Ibis 12 calls a method that DuckDB 2 renames
            warnings.simplefilter("ignore", DeprecationWarning)
            return self.backend.table(name)

    def kept(self, table):
        return self._made(self.backend.compile(table))

    def uploaded(self, rows):
        self.backend.con.register("incoming", rows)
        return self._made("FROM incoming")

    def arrow(self, expression):
        return self.backend.con.sql(self.backend.compile(expression)).to_arrow_table()

    def prepare(self, rows, *, has_start, ties, end_activities=(), withdrawn_activities=(),
                calendar=None, zone="UTC"):
        columns = typed_columns(rows, has_start=has_start, with_sequence=ties == "source")
        typed = self.uploaded(pa.table(columns))
        task = Task(has_start, tuple(end_activities), tuple(withdrawn_activities),
                    ties == "learned", calendar, zone)
        return prepared(self, typed, task)


@cache
def engine_of(name):
    return Portable() if name == "portable" else open_engine(name)


def texts(tables):
    """Tables as CSV with nine significant digits."""
    return {name: table.to_csv(index=False, float_format="%.9g") for name, table in tables.items()}


def prepared_texts(engine, rows, **asked):
    events, cases = engine.prepare(rows, **asked)
    return texts({"events": frame(events).sort_values(["case", "position"]),
                  "cases": frame(cases).sort_values("case")})


def log_on(name, rows, **asked):
    """The log of typed rows as `sample.from_rows` makes it, on an engine."""
    whole = sample.from_rows(rows, **asked)
    asked = {"has_start": True, "ties": "source"} | asked
    events, cases = engine_of(name).prepare(
        rows, **{key: value for key, value in asked.items() if key != "cut_hours"})
    return whole, EventLog(
        events=events, cases=cases, zone=whole.zone, cut=whole.cut, roles=whole.roles,
        end_activities=whole.end_activities, ties=whole.ties, key=whole.key,
        calendar=whole.calendar)


def same_tables(name, rows, **asked):
    here, there = log_on(name, rows, **asked)
    assert texts(metrics.tables(there)) == texts(metrics.tables(here))


# ---------------------------------------------------------------- logs that nobody chose


HALF_HOURS = st.integers(0, 60)
NAMES = st.sampled_from(["甲", "b", 'c"\\\t\x1f', "B"])
EVENTS = st.fixed_dictionaries({
    "activity": NAMES, "begun": HALF_HOURS, "lasts": st.integers(0, 9),
    "waited": st.none() | st.integers(-2, 6),
    "resource": st.sampled_from([None, "x", "Y"]), "unit": st.sampled_from([None, "北", "南"]),
    "stratum": st.sampled_from([None, "s"]), "result": st.sampled_from([None, "r"]),
    "closes": st.sampled_from([None, None, "closed", "withdrawn"]),
    "attribute:金额": st.sampled_from([None, "", "5"]),
    "attribute:b": st.sampled_from([None, "k", "K"]),
    "lacks": st.sampled_from(["", "", "", "", "start", "end"]),
})
LOGS = st.lists(st.lists(EVENTS, min_size=1, max_size=7), min_size=1, max_size=6)
ASKED = st.fixed_dictionaries({
    "has_start": st.booleans(), "ties": st.sampled_from(["learned", "source"]),
    "end_activities": st.sampled_from([(), ("b",)]),
    "withdrawn_activities": st.sampled_from([(), ("B",)]),
    "calendar": st.sampled_from([None, CALENDAR]),
    "zone": st.sampled_from(["UTC", "Asia/Shanghai"]),
})


def rows_of(log, *, has_start):
    """Typed rows; where an event lacks its start or its end the other one stands."""
    first = pd.Timestamp("2026-01-09T13:30Z")
    half = pd.Timedelta(minutes=30)
    made = []
    for number, case in enumerate(log):
        for event in case:
            begun = first + event["begun"] * half
            lacks = event["lacks"] if has_start else ""
            waited = event["waited"]
            made.append({
                **{name: value for name, value in event.items()
                   if name not in ("begun", "lasts", "waited", "lacks")},
                "case_id": f"c{number}", "file": "log.csv", "sequence": len(made),
                "start": None if lacks == "start" else begun,
                "end": None if lacks == "end" else begun + event["lasts"] * half,
                "arrival": None if waited is None else begun - waited * half,
            })
    moments = dict.fromkeys(("start", "end", "arrival"), "datetime64[us, UTC]")
    return pd.DataFrame(made).astype(moments)


def compare_preparations(name, log, asked):
    rows = rows_of(log, has_start=asked["has_start"])
    expected = prepared_texts(open_engine(), rows, **asked)
    assert prepared_texts(engine_of(name), rows, **asked) == expected


UNHURRIED = settings(  # the logs are small as they are: making a failing one smaller takes minutes
    deadline=None, suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate))


@settings(UNHURRIED, max_examples=8)
@given(LOGS, ASKED)
def test_the_portable_preparation_is_that_of_duckdb_on_any_log(log, asked):
    compare_preparations("portable", log, asked)


@settings(UNHURRIED, max_examples=4)
@given(LOGS, ASKED)
def test_postgresql_prepares_any_log_as_duckdb_does(postgresql, log, asked):  # noqa: F811 - a fixture
    compare_preparations(postgresql, log, asked)


# ---------------------------------------------------------------- every table, on every engine


@pytest.fixture(params=["portable", "postgresql"])
def engine(request):
    return request.param if request.param == "portable" else request.getfixturevalue(request.param)


def test_the_worked_example_is_the_same_to_the_digit(engine):
    same_tables(engine, sample.rows(TEXT), end_activities=["C"])


def test_a_log_with_one_timestamp_and_a_calendar_is_the_same(engine):
    rows = sample.rows(TEXT, units={"c1": "南", "c2": "北"})
    same_tables(engine, rows, has_start=False, calendar=CALENDAR, zone="Asia/Shanghai",
                end_activities=["C"], withdrawn_activities=["B"])


def test_what_is_kept_is_computed_once_and_stays_in_its_engine(engine):
    events, cases = engine_of(engine).prepare(
        sample.rows("c1: a b; c2: a"), has_start=True, ties="source")
    if engine == "portable":
        return
    counted = kept(events.group_by("case").aggregate(events=events.count()))
    joined = counted.join(cases, "case").order_by("case_id").select("case_id", counted.events)
    assert frame(joined).to_numpy().tolist() == [["c1", 2], ["c2", 1]]


def test_what_stands_in_a_folder_is_found_again_or_missed(engine, tmp_path):
    if engine == "portable":
        return
    folder = tmp_path / "it's" / "here"
    with pytest.raises(FileNotFoundError):
        open_engine(engine).load(folder)
    for text in ("c1: a", "c1: a b@x; c2: b"):
        made = engine_of(engine).prepare(sample.rows(text), has_start=True, folder=folder)
    loaded = open_engine(engine).load(folder)
    for one, two in zip(made, loaded, strict=True):
        assert frame(one).to_csv() == frame(two).to_csv()
    assert frame(loaded[1])["variant"].tolist() == ['["a","b"]', '["b"]']
    assert not [file for file in folder.iterdir() if file.name.startswith(".")]


def test_rows_on_shared_storage_are_read_where_they_lie(engine, tmp_path):
    if engine == "portable":
        return
    rows = sample.rows("c1: a b@x; c2: b")
    file = tmp_path / "typed.parquet"
    rows.to_parquet(file)
    found = prepared_texts(engine_of(engine), file, has_start=True, ties="source")
    assert found == prepared_texts(open_engine(), rows, has_start=True, ties="source")


# ---------------------------------------------------------------- real logs


SERVER_LOGS = ("running", "production")


def same_real_tables(engine, name):
    source = SOURCES[name]
    here, there = (
        texts(metrics.tables(read_log(SHARED / "logs" / source.file, source.mapping,
                                      ties="source", ignore=source.ignore, engine=each)))
        for each in ("duckdb", engine))
    assert there == here


@pytest.mark.real_logs
@pytest.mark.parametrize("name", SERVER_LOGS)
def test_postgresql_gives_the_tables_of_duckdb_on_a_real_log(postgresql, name):  # noqa: F811 - a fixture
    same_real_tables(postgresql, name)


# ---------------------------------------------------------------- names, addresses, leftovers


def test_an_engine_that_is_not_known_is_named_with_those_that_are():
    with pytest.raises(WrongUse, match="postgresql://"):
        open_engine("abacus")


@pytest.mark.skipif(has_spark(), reason="Spark is here")
def test_spark_that_is_not_installed_says_how_to_install_it():
    with pytest.raises(WrongUse, match="make spark-setup"):
        open_engine("spark")


@pytest.mark.parametrize("address", [
    "postgresql://u:secret@127.0.0.1/db", "postgresql://127.0.0.1", "postgresql:///db",
    "postgresql://h/db?password=secret", "postgresql://h/db?service=x", "postgresql://h:x/db"])
def test_an_address_with_a_password_or_without_a_database_is_refused_unrepeated(address):
    with pytest.raises(WrongUse) as refused:
        open_engine(address)
    assert "secret" not in str(refused.value)
    assert "WORKBENCH_DB_PASSWORD" in str(refused.value)


def test_a_database_that_does_not_answer_is_named_without_its_user():
    with pytest.raises(WrongUse) as refused:
        open_engine("postgresql://keeper@127.0.0.1:1/db")
    assert "postgresql://127.0.0.1:1/db" in str(refused.value)
    assert "keeper" not in str(refused.value)


def test_of_the_logs_of_a_place_the_newest_few_stay_in_the_database(postgresql, tmp_path):  # noqa: F811 - a fixture
    one = open_engine(postgresql)
    for number in range(10):
        one.prepare(sample.rows("c1: a"), has_start=True, folder=tmp_path / str(number) / "log")
    for number in (0, 1):
        with pytest.raises(FileNotFoundError):
            one.load(tmp_path / str(number) / "log")
    for number in (2, 9):
        assert frame(one.load(tmp_path / str(number) / "log")[1])["case_id"].tolist() == ["c1"]


def test_nothing_but_its_own_schemas_is_left_in_the_database(postgresql):  # noqa: F811 - a fixture
    one = open_engine(postgresql)
    one.prepare(sample.rows("c1: a b"), has_start=True)
    found = one.rows("SELECT DISTINCT schemaname::text FROM pg_tables WHERE schemaname NOT LIKE "
                     "'pg\\_%' AND schemaname <> 'information_schema'").column(0).to_pylist()
    assert all(name.startswith("workbench_") for name in found)
    assert server.PASSWORD not in repr(vars(one))
