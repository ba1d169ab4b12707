"""The pilot's protocol, frozen: what was agreed before the data were seen."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench import intake, words
from workbench.documents.atomic import replace
from workbench.errors import InputRefused, WrongUse
from workbench.manifest import digest
from workbench.model import Engagement

LOCK = Path("pilot") / "protocol.lock"


def freeze(client_dir: str | Path) -> Path:
    """Write `pilot/protocol.lock`: the pilot and the targets, with the SHA-256 of both.

    A second call with the same protocol changes nothing. Raises WrongUse where the engagement has
    no pilot, InputRefused where another protocol was frozen before.
    """
    engagement = intake.read_engagement(client_dir)
    if engagement.pilot is None:
        raise WrongUse(words.in_both("cli.no_pilot", folder=str(client_dir)))
    path = engagement.folder / LOCK
    agreed = protocol(engagement)
    lock = {"protocol": agreed, "sha256": digest(agreed)}
    if path.is_file():
        if json.loads(path.read_text(encoding="utf-8")).get("sha256") != lock["sha256"]:
            raise InputRefused(words.in_both("cli.frozen_otherwise", path=str(path)))
        return path
    return replace(path, json.dumps(lock, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def protocol(engagement: Engagement) -> dict[str, Any]:
    """The pilot and its targets as plain data, times as ISO 8601."""
    stated = {"pilot": asdict(engagement.pilot) if engagement.pilot else None,
              "targets": [asdict(target) for target in engagement.targets]}
    text = json.dumps(stated, default=lambda moment: moment.isoformat())
    plain: dict[str, Any] = json.loads(text)
    return plain
