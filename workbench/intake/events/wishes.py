"""How a log is to be read: what people decided, as engagement.yaml or a call states it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from workbench.intake.formats import Choices

Mapped = Mapping[str, str | Sequence[str] | None]
"""Role → column, several columns, or None for "there is none"."""


@dataclass(frozen=True)
class Wishes:
    """How a log is to be read.

    A role mapped to None is absent; one not mapped is guessed if `guess` is true or if it is
    needed; an unknown `zone` takes UTC and refuses a mixture. `labels` maps a name in the log to
    the activity that it stands for; the other keys are those of `log` in engagement.yaml.
    """

    mapping: Mapped | None = None
    zone: str | None = None
    time_format: str | None = None
    ignore: tuple[str, ...] = ()
    ties: str = "learned"
    extraction_date: datetime | None = None
    guess: bool = True
    choices: Choices = field(default_factory=Choices)
    labels: Mapping[str, str] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    lifecycle: str | tuple[str, ...] = "single"
    statuses: Mapping[str, str] = field(default_factory=dict)
    joint_all: tuple[str, ...] = ()
    joint_any: tuple[str, ...] = ()
    unfold_history: str | None = None
    unfold_line: str | None = None
    unfold_wide: bool = False
    details: str | None = None
