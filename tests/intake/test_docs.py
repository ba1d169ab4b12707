"""The documentation of the client folder names every key and every column."""

from pathlib import Path

import pytest

from workbench.intake.schema import EngagementForm, Form, known_keys
from workbench.intake.sheets import SHEETS

DOCS = Path(__file__).resolve().parents[2] / "docs"
GROUPS = ((), ("log",), ("log", "mapping"), ("pilot",), ("targets",), ("costs",), ("calendar",))


@pytest.mark.parametrize("name", ["client_folder.md", "client_folder.zh.md"])
def test_every_key_is_explained(name):
    text = (DOCS / name).read_text(encoding="utf-8")
    keys = {key for group in GROUPS for key in known_keys(group)}
    assert issubclass(EngagementForm, Form)
    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []


def test_every_sheet_and_column_is_named():
    text = (DOCS / "client_folder.md").read_text(encoding="utf-8")
    assert [name for name in SHEETS if f"{name.split('/')[-1]}.csv" not in text] == []
    assert [column for columns in SHEETS.values() for column in columns if column not in text] == []
