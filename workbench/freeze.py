"""The pilot's protocol, frozen: what was agreed before the data were seen."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from workbench import intake, words
from workbench.documents.atomic import replace
from workbench.errors import InputRefused, WrongUse
from workbench.model import Engagement
from workbench.pilot.agreed import derived_horizon
from workbench.pilot.frozen import LOCK, fingerprint, read, sealed, stated


def freeze(client_dir: str | Path) -> Path:
    """Write `pilot/protocol.lock`: all that a verdict follows from, and when it was frozen.

    That is the pilot with its horizon (derived from the baseline where none is stated), targets,
    end and withdrawn activities, baseline and columns; the lock also says whether there were pilot
    events already. Its SHA-256 shows whether it was changed by hand.

    A second call with the same protocol changes nothing. Raises WrongUse where the engagement has
    no pilot, InputRefused where another protocol was frozen before or the lock was changed.
    """
    engagement = intake.read_engagement(client_dir)
    if engagement.pilot is None:
        raise WrongUse(words.in_both("cli.no_pilot", folder=str(client_dir)))
    path = engagement.folder / LOCK
    protocol = stated(engagement, engagement.pilot.horizon_hours or _horizon(engagement))
    if path.is_file():
        lock = read(path)
        if lock is None or lock["sha256"] != fingerprint(lock) or lock["protocol"] != protocol:
            raise InputRefused(words.in_both("cli.frozen_otherwise", path=str(path)))
        return path
    seen = any(path.parent.glob("events.*"))
    lock = sealed(protocol, datetime.now(UTC), data_seen=seen)
    return replace(path, json.dumps(lock, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def _horizon(engagement: Engagement) -> float:
    with TemporaryDirectory() as out:
        return derived_horizon(intake.open_client(engagement.folder, out))
