"""What a notebook shows is text: nothing from the data can act."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from workbench import notebook
from workbench.manifest import HOME
from workbench.model import Figure, Problem, Result, Statement

HOSTILE = "<img src=x onerror=alert(1)>"


def result(**parts):
    known = {"stage": "plan", "client": "C", "process": "P", "language": "en", "figures": {},
             "statements": {}, "tables": {}}
    return Result(**known | parts)


def test_nothing_from_the_data_becomes_markup():
    frame = pd.DataFrame({HOSTILE: ["x"], "activity": [HOSTILE]})
    said = {"first_page": (Statement("plan.first.candidates", {
        "process": HOSTILE, **{name: Figure(1, "count") for name in (
            "candidates", "best_total", "most")}}),)}
    made = result(tables={"team": frame}, statements=said,
                  problems=(Problem("warning", "file_missing", HOSTILE),))
    for shown in (notebook.table(made, "team"), notebook.first_page(made),
                  notebook.problems(made)):
        assert "<img" not in shown._repr_html_()
        assert "onerror" in shown._repr_html_()


def test_what_is_not_there_is_said_and_never_an_error():
    for shown in (notebook.table(result(), "team"), notebook.picture(result(), "gantt"),
                  notebook.absent(result()), notebook.problems(result())):
        assert repr(shown)


def test_a_long_table_is_cut_and_says_so():
    long = pd.DataFrame({"member": [f"M{number}" for number in range(100)]})
    shown = notebook.table(result(tables={"team": long}), "team")
    assert "The first 30 of 100 rows" in repr(shown)
    assert "M30" not in repr(shown)


def test_the_language_can_be_chosen():
    made = result(tables={"team": pd.DataFrame({"member": ["A"]})})
    assert "Member" in repr(notebook.table(made, "team"))
    assert "成员" in repr(notebook.table(made, "team", "zh"))


@pytest.mark.parametrize(("cwd", "home", "expected"), [
    (HOME / "notebooks", None, HOME / "out"), (Path("/"), None, Path("out")),
    (HOME / "notebooks", "/elsewhere", Path("/elsewhere/out")),
], ids=["opened in the project", "anywhere else", "through the lab"])
def test_a_relative_path_is_taken_from_where_the_reader_works(monkeypatch, cwd, home, expected):
    seen = []
    monkeypatch.chdir(cwd)
    monkeypatch.delenv("WORKBENCH_HOME", raising=False)
    if home:
        monkeypatch.setenv("WORKBENCH_HOME", home)
    monkeypatch.setattr("workbench.intake.open_client", lambda *given: seen.append(given))
    notebook.open_client("", "out")
    assert seen == [("", expected, "duckdb")]
