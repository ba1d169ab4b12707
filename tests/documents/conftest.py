"""Made-up results for the tests of documents."""

import importlib.util
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def made_up():
    """The module of made-up results."""
    spec = importlib.util.spec_from_file_location("made_up", HERE / "made_up.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def templates():
    """The folder of the small templates that show a made-up result."""
    return HERE / "templates"
