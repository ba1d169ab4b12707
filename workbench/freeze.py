"""The pilot's protocol, frozen: what was agreed before the data were seen."""

from __future__ import annotations

import json
from pathlib import Path

from workbench import intake, words
from workbench.documents.atomic import replace
from workbench.errors import InputRefused, WrongUse
from workbench.manifest import digest
from workbench.pilot.frozen import LOCK, stated


def freeze(client_dir: str | Path) -> Path:
    """Write `pilot/protocol.lock`: the pilot and the targets, with the SHA-256 of both.

    A second call with the same protocol changes nothing. Raises WrongUse where the engagement has
    no pilot, InputRefused where another protocol was frozen before.
    """
    engagement = intake.read_engagement(client_dir)
    if engagement.pilot is None:
        raise WrongUse(words.in_both("cli.no_pilot", folder=str(client_dir)))
    path = engagement.folder / LOCK
    agreed = stated(engagement)
    lock = {"protocol": agreed, "sha256": digest(agreed)}
    if path.is_file():
        if json.loads(path.read_text(encoding="utf-8")).get("sha256") != lock["sha256"]:
            raise InputRefused(words.in_both("cli.frozen_otherwise", path=str(path)))
        return path
    return replace(path, json.dumps(lock, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
