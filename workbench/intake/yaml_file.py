"""YAML to plain text values with the line of each: nothing is constructed, so nothing can run.

Every scalar stays the text that was written (no YAML typing: `no`, `09:00` and `0123` are what
they look like); an empty value or `null` is None. Tags, anchors and repeated keys are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.tokens import AliasToken, AnchorToken, TagToken

from workbench.intake.findings import refuse
from workbench.intake.formats.encodings import decode
from workbench.model import Problem

Place = tuple[str | int, ...]
_LONGEST = 1_000_000  # bytes: a settings file that is longer is none
_NULL = "tag:yaml.org,2002:null"


@dataclass
class Document:
    """The values of a YAML file and the line of each key (by its path from the top)."""

    file: str
    data: Mapping[str, Any] = field(default_factory=dict)
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int | None:
        """The line of a key; that of the nearest key above it where it is absent."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return None


def read_yaml(path: Path, shown: str = "") -> Document:
    """Read a YAML file whose top is a list of keys.

    Raises:
        InputRefused: absent, not YAML, or with tags, anchors or repeated keys: all at once.
    """
    document = Document(shown or path.name)
    if not path.is_file():
        refuse([Problem("rejected", "file_missing", document.file)])
    data = path.read_bytes()
    if len(data) > _LONGEST:
        refuse([Problem("rejected", "file_large", document.file)])
    text, _, _ = decode(data, document.file)
    try:
        problems = _forbidden(text, document.file)
        top = None if problems else YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        refuse([Problem("rejected", "yaml_broken", document.file, line)])
    except (YAMLError, RecursionError):  # a control character; brackets a thousand deep
        refuse([Problem("rejected", "yaml_broken", document.file)])
    if problems:
        refuse(problems)
    if not isinstance(top, MappingNode):
        refuse([Problem("rejected", "yaml_not_keys", document.file, 1)])
    document.lines[()] = 1
    document.data = _value(top, (), document, problems)
    if problems:
        refuse(problems)
    return document


def _forbidden(text: str, file: str) -> list[Problem]:
    """Tags and anchors: the first can name code, the second can grow without end."""
    codes = {TagToken: "yaml_tag", AnchorToken: "yaml_anchor", AliasToken: "yaml_anchor"}
    return [
        Problem("rejected", codes[type(token)], file, token.start_mark.line + 1)
        for token in YAML(typ="safe", pure=True).scan(text) if type(token) in codes
    ]


def _value(node: Node, place: Place, document: Document, problems: list[Problem]) -> Any:
    document.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, ScalarNode):
        return None if node.tag == _NULL and not node.style else node.value
    if isinstance(node, SequenceNode):
        return [_value(item, (*place, number), document, problems)
                for number, item in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key, value in node.value:
        name = str(key.value)
        line = key.start_mark.line + 1
        if name in found:
            problems.append(Problem("rejected", "key_twice", document.file, line, name))
        document.lines[*place, name] = line
        found[name] = _value(value, (*place, name), document, problems)
    return found
