"""Whether the protocol was frozen before the pilot, and is the one that is judged by."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from workbench.model import Engagement, Statement

LOCK = "pilot/protocol.lock"
_OF_PILOT = ("start", "end", "units", "comparison_units", "horizon_hours", "washout_hours",
             "confidence")
_OF_TARGET = ("kpi", "direction", "start", "goal", "role", "primary", "margin", "activity", "item",
              "within_hours")


def stated(engagement: Engagement) -> dict[str, Any]:
    """The pilot and the targets of an engagement as plain data, times as ISO 8601."""
    plain = {"pilot": asdict(engagement.pilot) if engagement.pilot else None,
             "targets": [asdict(target) for target in engagement.targets]}
    again: dict[str, Any] = json.loads(json.dumps(plain, default=lambda moment: moment.isoformat()))
    return again


def check(engagement: Engagement) -> tuple[Statement, ...]:
    """What to say about the frozen protocol: none, kept, or changed where."""
    path = engagement.folder / LOCK
    try:
        frozen = json.loads(path.read_text(encoding="utf-8"))["protocol"]
    except FileNotFoundError:
        return (Statement("pilot_evaluation.frozen.absent"),)
    except (ValueError, KeyError, TypeError):
        return (Statement("pilot_evaluation.frozen.unreadable", {"file": LOCK}),)
    changes = _changes(frozen, stated(engagement))
    if not changes:
        return (Statement("pilot_evaluation.frozen.kept"),)
    return tuple(Statement("pilot_evaluation.frozen.changed", change) for change in changes)


def _changes(frozen: dict[str, Any], now: dict[str, Any]) -> list[dict[str, str]]:
    found = []
    before, after = frozen.get("pilot") or {}, now.get("pilot") or {}
    for name in _OF_PILOT:
        found += _difference(f"pilot.{name}", before.get(name), after.get(name))
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
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return "–" if value is None else str(value)
