"""What was agreed before the pilot began: the protocol that a verdict is judged by."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal, NoReturn

from workbench.errors import WrongUse
from workbench.model import Direction
from workbench.words import in_both

Kpi = Literal["throughput", "rate", "score"]
KPIS = ("throughput", "rate", "score")
_TIMES = ("pilot_start", "cut", "pilot_end")
_NUMBERS = ("horizon_hours", "target", "confidence", "washout_hours", "margin")
_REQUIRED = ("kpi", "direction", "pilot_start", "cut", "horizon_hours")


@dataclass(frozen=True)
class Protocol:
    """Which units, from when, followed for how long, and what must hold.

    kpi: `throughput` (time from start to end), `rate` (0 or 1 per case) or `score` (a number).
    direction: which way is better, `down` or `up`.
    pilot_start, cut: when the pilot began and when observation ended (zone-aware).
    horizon_hours: how long each case is followed; a case counts once start + horizon <= cut.
    target: relative change for throughput (-0.20 is a fifth shorter), difference otherwise.
    pilot_units, comparison_units: who took part and who did not; no pilot units means every
        unit that is not a comparison unit.
    confidence: of the interval, 0.95. washout_hours: cases that start sooner than this after
        the pilot's start are left out. pilot_end: later cases are left out; a cut before it
        makes the verdict an interim one.
    role, margin: a `guardrail` is held when its worsening is surely smaller than `margin`
        (a positive number on the scale of the target).

    Raises WrongUse where the protocol cannot mean anything.

    >>> Protocol.from_dict({"kpi": "throughput", "direction": "down", "pilot_units": ["east"],
    ...     "pilot_start": "2025-07-07T00:00+08:00", "cut": "2025-09-29T00:00+08:00",
    ...     "horizon_hours": 336, "target": -0.2}).bar
    -0.2
    """

    kpi: Kpi
    direction: Direction
    pilot_start: datetime
    cut: datetime
    horizon_hours: float
    target: float = 0.0
    pilot_units: tuple[str, ...] = ()
    comparison_units: tuple[str, ...] = ()
    confidence: float = 0.95
    washout_hours: float = 0.0
    pilot_end: datetime | None = None
    role: Literal["goal", "guardrail"] = "goal"
    margin: float | None = None

    def __post_init__(self) -> None:
        for name, choices in (("kpi", KPIS), ("direction", ("down", "up")),
                              ("role", ("goal", "guardrail"))):
            if getattr(self, name) not in choices:
                refuse("choice", name=name, value=str(getattr(self, name)),
                       choices=", ".join(choices))
        zones = {self.pilot_start.tzinfo is None, self.cut.tzinfo is None}
        if len(zones) > 1:
            refuse("zones", name="pilot_start, cut")
        both = sorted(set(self.pilot_units) & set(self.comparison_units))
        if both:
            refuse("both_arms", units=", ".join(both))
        self._check_numbers()

    def _check_numbers(self) -> None:
        for name in _NUMBERS:
            value = getattr(self, name)
            if value is not None and not math.isfinite(value):
                refuse("number", name=name, value=str(value))
        checks = {
            "horizon_hours": self.horizon_hours > 0
            or (self.kpi != "throughput" and self.horizon_hours == 0),
            "confidence": 0.5 <= self.confidence < 1,
            "washout_hours": self.washout_hours >= 0,
            "target": self.kpi != "throughput" or self.target > -1,
            "margin": (self.role == "goal") if self.margin is None else self.margin >= 0,
        }
        for name, fine in checks.items():
            if not fine:
                refuse("number", name=name, value=str(getattr(self, name)))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Protocol:
        """A protocol from plain values: times as ISO text or datetimes, units as lists."""
        known = [field.name for field in fields(cls)]
        unknown = sorted(str(name) for name in values if name not in known)
        if unknown:
            refuse("unknown_key", names=", ".join(unknown), known=", ".join(known))
        missing = [name for name in _REQUIRED if values.get(name) is None]
        if missing:
            refuse("missing_key", names=", ".join(missing))
        typed: dict[str, Any] = {name: _typed(name, value) for name, value in values.items()
                                 if value is not None}
        return cls(**typed)

    @property
    def bar(self) -> float:
        """The line that the whole interval has to beat: the target, or the guardrail's margin.

        >>> start, cut = datetime(2025, 1, 6, tzinfo=UTC), datetime(2025, 3, 3, tzinfo=UTC)
        >>> Protocol("rate", "down", start, cut, 24, role="guardrail", margin=0.01).bar
        0.01
        """
        if self.role == "goal" or self.margin is None:
            return self.target
        return self.margin if self.direction == "down" else -self.margin

    @property
    def interim(self) -> bool:
        """Whether observation ended before the pilot did."""
        return self.pilot_end is not None and self.cut < self.pilot_end


def refuse(key: str, **values: str) -> NoReturn:
    """Raise WrongUse with the sentence of `effect.wrong.<key>` in every language."""
    raise WrongUse(in_both(f"effect.wrong.{key}", **values))


def _typed(name: str, value: object) -> object:
    if name in _TIMES:
        return _moment(name, value)
    if name in _NUMBERS:
        try:
            return float(str(value))
        except ValueError:
            refuse("number", name=name, value=str(value))
    if name in {"pilot_units", "comparison_units"}:
        units = [value] if isinstance(value, (str, int)) else value
        return tuple(str(unit) for unit in units)  # type: ignore[attr-defined]
    return value


def _moment(name: str, value: object) -> datetime:
    if isinstance(value, datetime):  # pandas' timestamps are datetimes, too
        if value != value:  # noqa: PLR0124 - NaT differs from itself
            refuse("number", name=name, value=str(value))
        return datetime.fromisoformat(value.isoformat())
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        refuse("number", name=name, value=str(value))


def utc(moment: datetime) -> datetime:
    """The moment in UTC; one without a zone is taken as UTC."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
