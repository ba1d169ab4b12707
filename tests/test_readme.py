"""What the READMEs tell people to type exists, and stands in both."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from workbench.cli import app

HOME = Path(__file__).resolve().parent.parent
READMES = [HOME / "README.md", HOME / "README.zh.md"]
MAKEFILE = (HOME / "Makefile").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(app).commands


def typed(readme):
    blocks = re.findall(r"```sh\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def test_both_languages_tell_the_same_commands():
    assert typed(READMES[0]) == typed(READMES[1])


@pytest.mark.parametrize("line", typed(READMES[0]))
def test_a_command_of_the_readme_exists_with_its_options(line):
    program, command, *arguments = shlex.split(line)
    if program == "make":
        assert re.search(rf"^{command}:", MAKEFILE, re.MULTILINE)
        return
    assert program == ".venv/bin/workbench"
    known = {flag for parameter in COMMANDS[command].params for flag in parameter.opts}
    assert {word for word in arguments if word.startswith("--")} <= known


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_what_a_readme_links_to_is_there(readme):
    links = re.findall(r"\]\(([^)]+)\)", readme.read_text(encoding="utf-8"))
    assert [link for link in links if not (HOME / link).exists()] == []


def test_every_target_of_the_makefile_says_what_it_is_for():
    targets = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[0].split()
    undocumented = [name for name in targets
                    if not re.search(rf"^{name}:.*## \S", MAKEFILE, re.MULTILINE)]
    assert undocumented == []


def test_every_command_says_what_it_is_for_in_both_languages():
    for command in COMMANDS.values():
        first, second = command.help.splitlines()
        assert re.search("[\u4e00-\u9fff]", first)
        assert second.isascii()


def test_the_pins_name_no_registry():
    for pins in HOME.glob("constraints*.txt"):
        assert "://" not in pins.read_text(encoding="utf-8")
