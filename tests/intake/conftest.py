"""Client folders and files written as text."""

from collections.abc import Callable
from pathlib import Path

import pytest

ENGAGEMENT = """\
client: Acme
process: purchasing
kind: supply_chain
language: en
zone: UTC
currency: EUR
log:
  file: events.csv
  mapping: {case_id: Case, activity: Step, end: Time}
end_activities: [pay]
"""
EVENTS = """\
Case,Step,Time
c1,check,2026-03-02 09:00
c1,pay,2026-03-02 12:00
c2,check,2026-03-03 09:00
c2,pay,2026-03-03 10:00
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a text (or bytes) into a file of its own and return its path."""

    def _write(content: str | bytes, name: str = "log.csv") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return _write


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Write a client folder: engagement.yaml, events.csv, and other files by name."""

    def _folder(engagement: str = ENGAGEMENT, events: str = EVENTS, **others: str) -> Path:
        place = tmp_path / "acme"
        files = {"engagement.yaml": engagement, "events.csv": events}
        files |= {name.replace("__", "/") + ".csv": text for name, text in others.items()}
        for name, text in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text, encoding="utf-8")
        return place

    return _folder
