"""The glossary explains every noun and every column, in both languages."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pandas as pd
import pytest

from workbench import model, sample
from workbench.diagnose import diagnose
from workbench.metrics.satisfaction import of_scores

from .test_diagnose import client

TEXT = (Path(__file__).parents[1] / "GLOSSARY.md").read_text(encoding="utf-8")
WORDS = Path(__file__).parents[1] / "templates" / "words" / "zh"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")]
        for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith("| English")]

NEVER = ("吞吐时间", "依从性", "试运行")
"""Words that CLIENTS' terms replace."""


def paragraphs() -> dict[str, str]:
    """What is said of each table: from its bold name to the next."""
    parts = re.split(r"\*\*`([^*]+)`\*\*", TEXT)
    named: dict[str, str] = {}
    for names, said in zip(parts[1::2], parts[2::2], strict=True):
        for name in re.split(r"`, `", names):
            named[name] = said
    # a heading of several tables in a row shares what is said after the last
    for names, said in zip(parts[1::2], parts[2::2], strict=True):
        if said.strip() in {",", ""}:
            named[names] = parts[parts.index(names) + 3]
    return named


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    office = model.Hours(days=(0, 1, 2, 3, 4), spans=((540, 1080),))
    log = sample.log("c1: a@x b@y; c2: a@x b@y b@y", end_activities=["b"],
                     units={"c1": "N", "c2": "S"}, calendar=model.Calendar(office))
    steps = pd.DataFrame({"step": ["a"], "role": ["r"], "next": [""], "value": ["necessary"],
                          "control_point": [""], "accountable": [""]})
    told = pd.DataFrame({"id": ["V"], "activity": ["a"], "level": ["management"],
                         "statement": ["slow"]})
    return dict(diagnose(client(
        log, promise_hours=1.0, sheets={"steps": steps, "interviews": told},
        answers={"customers": of_scores({"speed": [1, 2, 3, 4, 5]}, said=["slow"])})).tables)


def nouns() -> list[str]:
    return [name for name, each in vars(model).items()
            if inspect.isclass(each) and each.__module__ == model.__name__]


@pytest.mark.parametrize("noun", nouns())
def test_every_noun_of_the_model_has_one_sentence_in_each_language(noun):
    row = next(row for row in ROWS if row[0] == noun)
    assert not CHINESE.search(row[2])
    assert CHINESE.search(row[1])
    assert CHINESE.search(row[3])


def test_the_nouns_of_the_code_are_classes_that_exist():
    part = TEXT.split("## Nouns of the code")[1].split("\n## ")[0]
    listed = [line.split("|")[1].strip() for line in part.splitlines() if line.startswith("| ")]
    classes = {name for path in (Path(__file__).parents[1] / "workbench").rglob("*.py")
               for name in re.findall(r"^class (\w+)", path.read_text("utf-8"), re.MULTILINE)}
    assert set(listed) - {"Noun"} - classes == set()


def test_every_row_of_the_glossary_is_whole():
    assert all(len(row) == 4 and all(row) for row in ROWS)


def test_every_column_of_every_table_is_defined(tables):
    said = paragraphs()
    missing = [f"{name}.{column}" for name, table in tables.items() for column in table.columns
               if f"`{column}`" not in said.get(name, "")]
    assert missing == []


def test_the_rules_of_order_and_ties_stand_in_it():
    assert "**Ties**" in TEXT
    assert "**Order of events**" in TEXT


@pytest.mark.parametrize("word", NEVER)
def test_no_chinese_sentence_uses_a_word_that_the_terms_replace(word):
    used = [file.name for file in sorted(WORDS.glob("*.toml"))
            if word in file.read_text(encoding="utf-8")]
    assert used == []
