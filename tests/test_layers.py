"""Arrows go one way: which module of the package may import which."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "workbench"
LAYERS = (
    {"model"}, {"errors"}, {"words", "engine", "sample", "clock"},
    {"intake"},
    {"metrics", "flow", "causes", "simulate", "effect", "control"}, {"stage"},
    {"plan", "diagnose", "design", "pilot", "rollout", "monitor"}, {"charts", "maps"},
    {"documents"}, {"manifest", "kernel"}, {"notebook", "explore", "freeze"}, {"run"}, {"batch"},
    {"cli"}, {"__main__"},
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
TABLE_ENGINES = re.compile(r"^\s*(import|from)\s+(duckdb|pyspark|ibis\.backends)", re.MULTILINE)


def imports(source: str) -> set[str]:
    """The modules of the package that a source imports, wherever in it, types left out."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "workbench":
            names = [f"workbench.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("workbench.")}
    return found


def wrong_arrows(module: str, source: str) -> set[str]:
    return {other for other in imports(source)
            if other != module and RANK[other] >= RANK[module]
            and not (RANK[other] == RANK[module] and RANK[module] in {2, 4, 9})}


def module_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_lies_below_it(path):
    assert wrong_arrows(module_of(path), path.read_text(encoding="utf-8")) == set()


def test_an_arrow_turned_round_is_seen():
    assert wrong_arrows("intake", "def later():\n    from workbench.run import run\n") == {"run"}
    assert wrong_arrows("metrics", "from workbench import documents") == {"documents"}


def test_only_the_engine_knows_which_table_engine_runs():
    knowing = [module_of(path) for path in FILES
               if TABLE_ENGINES.search(path.read_text(encoding="utf-8"))]
    assert set(knowing) <= {"engine"}


def test_nothing_imports_a_notebook_and_no_module_is_a_drawer_for_odds_and_ends():
    names = {part for path in FILES for part in path.relative_to(PACKAGE).with_suffix("").parts}
    assert not names & {"utils", "util", "helpers", "common", "base", "manager", "misc"}


def test_importing_the_package_loads_nothing_heavy():
    heavy = "pandas", "numpy", "ibis", "duckdb", "altair", "scipy", "statsmodels", "papermill"
    program = f"import sys, workbench; print([name for name in {heavy} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                          check=True)
    assert told.stdout.strip() == "[]"
