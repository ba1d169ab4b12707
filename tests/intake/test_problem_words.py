"""Every problem that intake can find has its sentence, and no sentence is left over."""

import re
from pathlib import Path

import pytest

import workbench
from workbench import words
from workbench.model import Problem

CODE = "\n".join(path.read_text(encoding="utf-8") for path in
                 (Path(workbench.__file__).parent / "intake").rglob("*.py")
                 if path.name != "touches.py")  # what a code touches is no use of it
KNOWN = {key.removeprefix("problem.") for key in words._sentences("en")
         if key.startswith("problem.")}


def test_every_code_has_a_sentence():
    named = set(re.findall(r'\(\s*"(?:info|warning|repaired|rejected)",\s*"([a-z_0-9]+)"', CODE))
    named -= {"warning", "repaired", "rejected"}  # levels beside levels
    named |= set(re.findall(r'wrong\(\s*"([a-z_0-9]+)"', CODE))
    assert sorted(named - KNOWN) == []
    assert len(named) > 50


def test_every_sentence_is_used():
    assert [code for code in sorted(KNOWN)
            if f'"{code}"' not in CODE and code.removesuffix("_missing") not in {
                "case_id", "activity"}] == []


def test_a_place_in_a_yaml_file_is_a_key_and_in_a_table_a_column():
    for language, key, column in (("zh", "键“targets”", "“targets”列"),
                                  ("en", 'key "targets"', 'column "targets"')):
        for file, expected in (("engagement.yaml", key), ("a/b.yml", key), ("plan.csv", column)):
            told = words.load(language).problem(
                Problem("rejected", "key_missing", file, 3, "targets"))
            assert expected in told


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_where_nothing_is_near_nobody_is_asked_whether_it_was_meant(language):
    def told(near):
        return words.load(language).problem(Problem(
            "rejected", "log_file_missing", "engagement.yaml", 3, "log.file",
            values={"path": "a.csv", "near": near}))

    assert told("b.csv").endswith(("b.csv?", "b.csv？"))
    assert told("–").endswith(("a.csv in the folder.", "没有 a.csv。"))
