"""The same rows give the same folder, byte for byte, wherever and however it is computed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest

WITH_THREADS = """
import sys
from workbench import engine
plain, threads = engine.open_engine, sys.argv[1]
def opened(name="duckdb"):
    made = plain(name)
    made.backend.con.execute("SET threads = " + threads)
    return made
engine.open_engine = opened
from workbench.cli import main
sys.argv = ["workbench", *sys.argv[2:]]
main()
"""

LOG = [f"c{case},{activity},2026-03-0{1 + case % 7} {9 + hour:02}:00,{person},{unit}"
       for case in range(60)
       for hour, activities in enumerate(("ab", "cab", "d", "bd"))
       for activity in activities
       for person, unit in [("Ånn" if case % 3 else "王芳", "north" if case % 2 else "south")]]
ROLES = "case_id=Case,activity=Step,end=Done,resource=Who,unit=Where"
PLACES = [
    ("1", {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"}),
    ("2", {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "C"}),
    ("5", {"PYTHONHASHSEED": "42", "TZ": "America/St_Johns", "LC_ALL": "zh_CN.UTF-8"}),
]


def folder_of(tmp_path, number, threads, place):
    """All bytes of the folder of tables that one process makes of shuffled rows."""
    rows = sorted([*LOG, LOG[0]],
                  key=lambda row: hashlib.sha256(f"{number}{row}".encode()).digest())
    file = tmp_path / f"{number}" / "events.csv"
    file.parent.mkdir()
    file.write_text("\n".join(["Case,Step,Done,Who,Where", *rows]), encoding="utf-8")
    out = tmp_path / f"out{number}"
    subprocess.run([sys.executable, "-c", WITH_THREADS, threads, "tables", str(file),
                    "--out", str(out), "--map", ROLES],
                   check=True, env=os.environ | place, capture_output=True)
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("folders")
    return [folder_of(tmp_path, number, *place) for number, place in enumerate(PLACES)]


def test_the_log_of_this_test_has_ties(folders):
    header, row = folders[0]["log_summary.csv"].decode().splitlines()
    assert int(dict(zip(header.split(","), row.split(","), strict=True))["cases_with_ties"]) == 60


def test_hash_seed_zone_locale_threads_and_the_order_of_rows_change_no_byte(folders):
    first, *others = folders
    assert len(first) >= 10
    for other in others:
        assert {name for name in first if first[name] != other.get(name)} == set()
        assert set(other) == set(first)
