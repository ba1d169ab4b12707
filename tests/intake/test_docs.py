"""The documentation of the client folder names every key and every column."""

import re
from pathlib import Path

import pytest

from workbench import words
from workbench.intake.schema import EngagementForm, Form, known_keys
from workbench.intake.sheets import SHEETS

DOCS = Path(__file__).resolve().parents[2] / "docs"
GROUPS = (
    (), ("log",), ("log", "mapping"), ("log", "joint"), ("log", "unfold"), ("periods",),
    ("periods", "baseline"), ("pilot",), ("targets",), ("rules",), ("costs",), ("calendar",),
    ("calendar", "lunch"), ("calendar", "units", "any"), ("calendar", "units", "any", "lunch"),
    ("surveys",), ("surveys", "customers"),
)


@pytest.mark.parametrize("name", ["client_folder.md", "client_folder.zh.md"])
def test_every_key_is_explained(name):
    text = (DOCS / name).read_text(encoding="utf-8")
    keys = {key for group in GROUPS for key in known_keys(group)}
    assert issubclass(EngagementForm, Form)
    code = {word for span in re.findall(r"`([^`]+)`", text) for word in re.findall(r"[\w/]+", span)}
    assert [key for key in sorted(keys) if key not in code] == []


def test_the_groups_of_keys_are_all_there_are():
    def below(place):
        yield place
        for key in known_keys(place):
            step = (*place, key, "any") if key == "units" and "calendar" in place else (*place, key)
            if known_keys(step):
                yield from below(step)

    surveys = {("surveys", name) for name in known_keys(("surveys",))}
    assert set(below(())) - surveys == set(GROUPS) - surveys


NAMED = re.compile(r"\b((?:log|surveys|calendar)(?:\.[a-z_]+)+)")


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("topic", ["problem", "new", "check"])
def test_every_key_that_a_sentence_tells_to_write_exists(language, topic):
    told = (words.FOLDER / language / f"{topic}.toml").read_text(encoding="utf-8")
    named = {tuple(key.split(".")) for key in NAMED.findall(told)}
    assert [key for key in sorted(named) if key[-1] not in known_keys(key[:-1])] == []
    assert topic == "check" or named


def test_every_sheet_and_column_is_named():
    text = (DOCS / "client_folder.md").read_text(encoding="utf-8")
    assert [name for name in SHEETS if f"{name.split('/')[-1]}.csv" not in text] == []
    assert [column for columns in SHEETS.values() for column in columns if column not in text] == []
