"""Every problem that intake can find has its sentence, and no sentence is left over."""

import re
from pathlib import Path

import workbench
from workbench import words

CODE = "\n".join(path.read_text(encoding="utf-8") for path in
                 (Path(workbench.__file__).parent / "intake").glob("*.py"))
KNOWN = {key.removeprefix("problem.") for key in words._sentences("en")
         if key.startswith("problem.")}


def test_every_code_has_a_sentence():
    named = set(re.findall(r'"(?:info|warning|repaired|rejected)",\s*"([a-z_0-9]+)"', CODE))
    named -= {"warning", "repaired", "rejected"}  # levels beside levels
    named |= set(re.findall(r'wrong\(\s*"([a-z_0-9]+)"', CODE))
    assert sorted(named - KNOWN) == []
    assert len(named) > 50


def test_every_sentence_is_used():
    assert [code for code in sorted(KNOWN)
            if f'"{code}"' not in CODE and code.removesuffix("_missing") not in {
                "case_id", "activity"}] == []
