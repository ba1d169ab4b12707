"""The table engines beside DuckDB: a session of Spark and a database, and when they are absent."""

import importlib.util
import os
import shutil

import pytest

from tests.intake import server

NO_SPARK = "needs Spark (make spark-setup)"
NO_SERVER = "needs PostgreSQL (make database-setup)"

_SETTINGS = """\
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.sql.codegen.wholeStage false
spark.sql.adaptive.enabled false
"""
"""Many tiny queries: what Spark does to make large ones fast takes longer than they do."""


def has_spark() -> bool:
    return bool(importlib.util.find_spec("pyspark") and shutil.which("java"))


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """The name of Spark on two threads of this machine."""
    if not has_spark():
        pytest.skip(NO_SPARK)
    settings = tmp_path_factory.mktemp("spark")
    (settings / "spark-defaults.conf").write_text(_SETTINGS, encoding="utf-8")
    os.environ["SPARK_CONF_DIR"] = str(settings)
    yield "spark:local[2]"
    from pyspark.sql import SparkSession

    if session := SparkSession.getActiveSession():
        session.stop()


@pytest.fixture(scope="session")
def postgresql():
    """The address of a database of its own."""
    if not server.programs():
        pytest.skip(NO_SERVER)
    before = os.environ.get("WORKBENCH_DB_PASSWORD")
    os.environ["WORKBENCH_DB_PASSWORD"] = server.PASSWORD
    with server.running() as address:
        yield address
    os.environ.pop("WORKBENCH_DB_PASSWORD")
    if before is not None:
        os.environ["WORKBENCH_DB_PASSWORD"] = before
