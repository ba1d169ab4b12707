"""The notebooks show and decide; they never compute."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
STAGES = sorted(FOLDER.glob("[1-6]_*.ipynb"))
ALL = sorted(FOLDER.glob("*.ipynb"))
FORBIDDEN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try,
             ast.Lambda)
KEPT_NOTHING = ([], None), (None, None)  # of a code cell, of a narrative one
PARAMETERS = ["client_dir", "out_dir", "engine"]


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def code(path):
    return ["".join(cell["source"]) for cell in cells(path) if cell["cell_type"] == "code"]


def tags(cell):
    return cell["metadata"].get("tags", [])


def by_name(paths):
    return pytest.mark.parametrize("path", paths, ids=[path.stem for path in paths])


def test_there_is_one_notebook_for_each_of_the_six_stages():
    assert [path.stem for path in STAGES] == [
        "1_plan", "2_diagnose", "3_design", "4_pilot", "5_rollout", "6_monitor"]


@by_name(ALL)
def test_a_cell_is_at_most_ten_lines_and_defines_or_repeats_nothing(path):
    for source in code(path):
        assert len(source.splitlines()) <= 10, source
        assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, FORBIDDEN)]


@by_name(ALL)
def test_no_output_is_kept_in_git(path):
    for cell in cells(path):
        assert (cell.get("outputs"), cell.get("execution_count")) in KEPT_NOTHING


@by_name(ALL)
def test_every_narrative_cell_stands_in_chinese_and_then_in_english(path):
    narrative = [cell for cell in cells(path) if cell["cell_type"] == "markdown"]
    assert [tags(cell) for cell in narrative] == [["zh"], ["en"]] * (len(narrative) // 2)
    levels = [len("".join(cell["source"])) - len("".join(cell["source"]).lstrip("#"))
              for cell in narrative]
    assert levels[::2] == levels[1::2]


@by_name(STAGES)
def test_the_first_code_cell_declares_the_parameters_and_what_each_means(path):
    first = next(cell for cell in cells(path) if cell["cell_type"] == "code")
    assert tags(first) == ["parameters"]
    lines = "".join(first["source"]).splitlines()
    assert [line.partition(":")[0] for line in lines] == PARAMETERS
    assert all(": str = " in line and "  # " in line for line in lines)


@by_name(STAGES)
def test_a_stage_opens_the_client_and_ends_by_saving_its_result(path):
    sources = code(path)
    assert "wb.open_client(client_dir, out_dir, engine)" in sources[1]
    assert sources[-1].startswith("wb.save(result")


@by_name(STAGES)
def test_a_stage_imports_only_the_package(path):
    trees = [ast.parse(source) for source in code(path)]
    imported = [ast.unparse(node) for tree in trees for node in ast.walk(tree)
                if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert all(line.startswith(("import workbench", "from workbench")) for line in imported)
