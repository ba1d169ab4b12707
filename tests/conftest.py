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


ENGAGEMENT = """\
client: Test Works
process: Permits
kind: internal_operations
language: en
zone: Europe/Amsterdam
currency: EUR
log:
  mapping: {case_id: Permit, activity: Step, start: null, end: Finished, resource: Desk}
end_activities: [grant]
"""


def events(cases):
    """One row per event: `check` for two hours, sometimes twice, then `grant` a day later."""
    lines = ["Permit,Step,Finished,Desk"]
    for number in range(cases):
        day, hour = f"2025-03-{1 + number % 27:02}", 8 + number % 5
        lines.append(f"P{number},apply,{day} {hour:02}:00,D1")
        lines.append(f"P{number},check,{day} {hour + 2:02}:00,D2")
        if number % 4 == 0:
            lines.append(f"P{number},check,{day} {hour + 4:02}:00,D2")
        lines.append(f"P{number},grant,2025-03-{2 + number % 27:02} {hour:02}:00,D3")
    return "\n".join(lines) + "\n"


@pytest.fixture
def small_client(tmp_path):
    """A client folder of sixty cases, its log and engagement.yaml written as text."""
    folder = tmp_path / "clients" / "small"
    folder.mkdir(parents=True)
    (folder / "engagement.yaml").write_text(ENGAGEMENT, encoding="utf-8")
    (folder / "events.csv").write_text(events(60), encoding="utf-8")
    return folder
