"""What tests share: where the research logs are, and what is said where they are not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PLACE = "WORKBENCH_SHARED_DATA"
SHARED = Path(os.environ.get(PLACE) or Path(__file__).parents[2] / "shared" / "data")


def pytest_collection_modifyitems(items):
    if SHARED.is_dir():
        return
    reason = f"needs the research logs: no folder {SHARED} (set {PLACE} to where they are)"
    for item in items:
        if item.get_closest_marker("real_logs"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the research logs; only for tests marked `real_logs`."""
    return SHARED
