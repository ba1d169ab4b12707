"""The sample's generator, and worlds made with it: each scenario is made once a session."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
sys.path.insert(0, str(SAMPLE))

from generate import Scenario, generate  # noqa: E402 - the line above finds it


@pytest.fixture(scope="session")
def committed():
    return SAMPLE / "complaints"


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """`made(Scenario(…))` is a client folder with its truth."""
    worlds = {}

    def make(scenario):
        if scenario not in worlds:
            folder = tmp_path_factory.mktemp("sample") / "client"
            worlds[scenario] = (folder, generate(folder, scenario))
        return worlds[scenario]

    return make


@pytest.fixture(scope="session")
def small(made):
    """The small world, for what does not need the numbers of the whole one."""
    return made(Scenario(cases=0.2))
