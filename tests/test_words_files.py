"""The word files: both languages hold the same sentences, and every sentence is used."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

from workbench import words

HOME = Path(__file__).resolve().parent.parent
TOPICS = sorted(path.name for path in (words.FOLDER / "zh").glob("*.toml"))
CODE = [*(HOME / "workbench").rglob("*.py"), *(HOME / "templates").glob("*.j2")]
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in CODE)
KEY = re.compile(r'"([a-z_]+(?:\.[a-z0-9_]+)+)"')
PREFIX = re.compile(r'"([a-z_]+\.[a-z0-9_.]*)(?:\{|"\s*[~+])')
CHINESE = re.compile("[\u4e00-\u9fff]")
LOOKED_UP = {  # groups whose words are found by the name of what they label
    "caption", "column", "evidence", "figure", "level", "problem", "term", "title", "value"}
SOURCES = {"plan.state", "plan.order"}  # tables and columns that figures come from, no sentences
SPEAKING = [path for path in CODE if path.suffix == ".py" and "intake" not in path.parts]


def sentences(language, topic):
    text = (words.FOLDER / language / topic).read_text(encoding="utf-8")
    return words._flatten(tomllib.loads(text), topic.removesuffix(".toml"))


def placeholders(sentence):
    return [(name, form) for _, name, form, _ in Formatter().parse(sentence) if name is not None]


KNOWN = {key for topic in TOPICS for key in sentences("zh", topic)}


def test_both_languages_have_the_same_files():
    assert sorted(path.name for path in (words.FOLDER / "en").glob("*.toml")) == TOPICS


@pytest.mark.parametrize("topic", TOPICS)
def test_both_languages_hold_the_same_keys_in_the_same_order(topic):
    assert list(sentences("zh", topic)) == list(sentences("en", topic))


@pytest.mark.parametrize("topic", TOPICS)
def test_both_languages_show_the_same_figures_in_the_same_order(topic):
    chinese, english = sentences("zh", topic), sentences("en", topic)
    differing = [key for key in chinese
                 if placeholders(chinese[key]) != placeholders(english[key])]
    assert differing == []


@pytest.mark.parametrize("topic", TOPICS)
def test_english_has_no_chinese(topic):
    assert not [key for key, text in sentences("en", topic).items() if CHINESE.search(text)]


def test_every_key_that_the_code_names_exists():
    topics = {topic.removesuffix(".toml") for topic in TOPICS}
    tables = {key.rsplit(".", depth)[0] for key in KNOWN for depth in range(1, key.count(".") + 1)}
    named = {key for key in KEY.findall(TEXT) if key.split(".")[0] in topics}
    files = {key for key in named if key.rsplit(".", 1)[-1] in {"csv", "json", "html", "ipynb"}}
    ends = {key.split(".", depth)[-1] for key in KNOWN for depth in range(1, key.count(".") + 1)}
    assert sorted(named - KNOWN - ends - tables - files - SOURCES) == []


def test_every_key_is_named_somewhere_or_looked_up_by_its_group():
    begun = tuple(set(PREFIX.findall(TEXT)))
    unused = [key for key in sorted(KNOWN)
              if f'"{key}"' not in TEXT and f'"{key.rsplit(".", 1)[0]}"' not in TEXT
              and not key.startswith(begun)
              and not LOOKED_UP & set(key.split(".")[:-1])]
    assert unused == []


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.stem)
def test_python_holds_no_chinese_sentence_for_readers(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {id(node.body[0].value) for node in ast.walk(tree)
                  if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
                  and node.body and isinstance(node.body[0], ast.Expr)}
    told = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)
            and isinstance(node.value, str) and id(node) not in documented]
    assert [text for text in told if CHINESE.search(text)] == []
