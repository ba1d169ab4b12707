"""What holds for every engine holds for Spark, in a real session on this machine."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines import spark  # noqa: F401 - a fixture
from tests.test_engines import (  # noqa: F401 - asked again, of the engine below
    ASKED,
    EVENTS,
    UNHURRIED,
    compare_preparations,
    same_real_tables,
    test_rows_on_shared_storage_are_read_where_they_lie,
    test_the_worked_example_is_the_same_to_the_digit,
    test_what_is_kept_is_computed_once_and_stays_in_its_engine,
    test_what_stands_in_a_folder_is_found_again_or_missed,
)

LOGS = ("running", "production", "purchasing", "receipt", "interval")


@pytest.fixture
def engine(spark):  # noqa: F811 - a fixture
    return spark


@settings(UNHURRIED, max_examples=2, derandomize=True)
@given(st.lists(st.lists(EVENTS, min_size=2, max_size=7), min_size=4, max_size=9), ASKED)
def test_any_log_is_prepared_as_duckdb_does(spark, log, asked):  # noqa: F811 - a fixture
    compare_preparations(spark, log, asked)


@pytest.mark.real_logs
@pytest.mark.parametrize("name", LOGS)
def test_a_real_log_has_the_tables_of_duckdb(spark, name):  # noqa: F811 - a fixture
    same_real_tables(spark, name)
