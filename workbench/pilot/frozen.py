"""Whether the protocol was frozen before the pilot, and is the one that is judged by."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench.model import Engagement, Figure, Statement
from workbench.pilot.agreed import Agreed

LOCK = "pilot/protocol.lock"
_OF_PILOT = ("start", "end", "units", "comparison_units", "horizon_hours", "washout_hours",
             "confidence")
_OF_TARGET = ("kpi", "direction", "start", "goal", "role", "primary", "margin", "activity", "item",
              "within_hours")
_OF_CASES = ("end_activities", "withdrawn_activities", "baseline_from", "baseline_to")
_OF_LOG = ("mapping", "time_format", "ignore", "ties", "case_scope")
_SHORT = 16  # characters of the fingerprint that a reader compares


def stated(engagement: Engagement, horizon_hours: float) -> dict[str, Any]:
    """What a verdict follows from, as plain data: pilot, targets, what a case is, the columns.

    Times are ISO 8601. `horizon_hours` is the horizon that is judged by, stated or derived: frozen,
    a longer baseline cannot move it. Costs are no part: no verdict follows from them.
    """
    log = {name: getattr(engagement.log, name) for name in _OF_LOG}
    pilot = engagement.pilot
    plain = {
        "pilot": asdict(replace(pilot, horizon_hours=float(horizon_hours))) if pilot else None,
        "targets": [asdict(target) for target in engagement.targets],
        "cases": {name: getattr(engagement, name) for name in _OF_CASES},
        "log": log | {"mapping": dict(engagement.log.mapping)},
    }
    again: dict[str, Any] = json.loads(json.dumps(plain, default=lambda moment: moment.isoformat()))
    return again


def sealed(agreed: dict[str, Any], moment: datetime, *, data_seen: bool) -> dict[str, Any]:
    """The content of a lock: protocol, moment, whether pilot events were there, fingerprint."""
    lock = {"protocol": agreed, "frozen": moment.astimezone(UTC).isoformat(timespec="seconds"),
            "pilot_data_seen": data_seen}
    return lock | {"sha256": fingerprint(lock)}


def fingerprint(lock: dict[str, Any]) -> str:
    """The SHA-256 of a lock without its own fingerprint, whatever the order of its keys.

    >>> fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1, "sha256": "?"})
    True
    """
    content = {name: value for name, value in lock.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def read(path: Path) -> dict[str, Any] | None:
    """A lock that holds what a lock holds; None where it cannot be read."""
    try:
        lock = json.loads(path.read_text(encoding="utf-8"))
        moment = datetime.fromisoformat(lock["frozen"])
        whole = isinstance(lock["protocol"], dict) and isinstance(lock["pilot_data_seen"], bool)
        is_lock = whole and moment.tzinfo is not None and isinstance(lock["sha256"], str)
    except (ValueError, KeyError, TypeError):
        return None
    return lock if is_lock else None


def check(engagement: Engagement, plan: Agreed) -> tuple[Statement, ...]:
    """What to say about the frozen protocol: none, tampered with, kept or changed, and when."""
    path = engagement.folder / LOCK
    if not path.is_file():
        return (Statement("pilot_evaluation.frozen.absent"),)
    lock = read(path)
    if lock is None:
        return (Statement("pilot_evaluation.frozen.unreadable", {"file": LOCK}),)
    if lock["sha256"] != fingerprint(lock):
        return (Statement("pilot_evaluation.frozen.tampered", {"file": LOCK}),)
    changes = _changes(lock["protocol"], stated(engagement, plan.horizon_hours))
    said = [Statement("pilot_evaluation.frozen.changed", change) for change in changes]
    if not changes:
        said = [Statement("pilot_evaluation.frozen.kept",
                          {"fingerprint": lock["sha256"][:_SHORT]})]
    return (*said, _when(lock, plan))


def _when(lock: dict[str, Any], plan: Agreed) -> Statement:
    moment = datetime.fromisoformat(lock["frozen"])
    begun = "begun" if moment >= plan.pilot.start else "before"
    when = "late" if lock["pilot_data_seen"] else begun
    return Statement(f"pilot_evaluation.frozen.{when}", {"moment": Figure(moment, "moment")})


def _changes(frozen: dict[str, Any], now: dict[str, Any]) -> list[dict[str, str]]:
    found = []
    for part, names in (("pilot", _OF_PILOT), ("cases", _OF_CASES), ("log", _OF_LOG)):
        before, after = frozen.get(part) or {}, now.get(part) or {}
        for name in names:
            found += _difference(f"{part}.{name}", before.get(name), after.get(name))
    then = {target["id"]: target for target in frozen.get("targets") or []}
    here = {target["id"]: target for target in now.get("targets") or []}
    for key in [*then, *(key for key in here if key not in then)]:
        if key not in here or key not in then:
            found += _difference(key, key in then or None, key in here or None)
            continue
        for name in _OF_TARGET:
            found += _difference(f"{key}.{name}", then[key].get(name), here[key].get(name))
    return found


def _difference(name: str, before: object, after: object) -> list[dict[str, str]]:
    if before == after:
        return []
    return [{"name": name, "frozen": _shown(before), "now": _shown(after)}]


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_shown(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return "–" if value is None else str(value)
