"""What only several keys of engagement.yaml together, or the world, can show to be wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from workbench.intake.engagement_form import Judge
from workbench.intake.findings import refuse_if_any
from workbench.intake.schema import EngagementForm, TargetForm
from workbench.intake.times import is_whole
from workbench.intake.yaml_file import Document
from workbench.intake.zones import is_zone
from workbench.model import Direction, Problem

if TYPE_CHECKING:
    from workbench.intake.events.wishes import Mapped

DIRECTIONS: Mapping[str, Direction] = {
    "throughput": "down", "rework": "down", "on_time": "up", "presence": "down",
    "satisfaction": "up",
}
"""Where a KPI is better, unless a target states otherwise."""

_SHARES = ("rework", "on_time", "presence")
_NEEDS = {"on_time": "within_hours", "presence": "activity", "satisfaction": "item"}


def judged(form: EngagementForm, document: Document) -> Iterator[Problem]:
    """What only several keys together, or the world, can show to be wrong."""
    wrong = Judge(document)
    if not form.client.strip():
        yield wrong("key_missing", "client", near="client")
    if form.zone is None:
        yield Problem("warning", "zone_assumed", document.file, 1, "zone")
    elif not is_zone(form.zone):
        yield wrong("zone_unknown", "zone", zone=form.zone)
    span = form.periods.baseline
    if span.from_ and span.to and _naive(span.from_) >= _naive(span.to):
        yield wrong("span_backwards", "periods", "baseline", "to")
    stated = form.log.mapping.model_dump(exclude_unset=True) if form.log.mapping else {}
    for role, other, column in same_columns(stated):
        yield wrong("mapping_same", "log", "mapping", role, other=other, name=column)
    if form.log.time_format and not is_whole(form.log.time_format):
        yield wrong("time_format_incomplete", "log", "time_format", format=form.log.time_format)
    yield from _judged_pilot(form, wrong)
    yield from _judged_targets(form, wrong)


def same_columns(mapping: Mapped) -> Iterator[tuple[str, str, str]]:
    """Each role whose column another role has already, that role, and the column.

    >>> list(same_columns({"start": "Time", "end": ("Time",), "unit": None}))
    [('end', 'start', 'Time')]
    """
    seen: dict[tuple[str, ...], str] = {}
    for role, value in mapping.items():
        names = (value,) if isinstance(value, str) else tuple(value or ())
        if names and names in seen:
            yield role, seen[names], "+".join(names)
        seen.setdefault(names, role)


def refuse_same_columns(mapping: Mapped | None) -> None:
    """Refuse a mapping that gives one column two roles.

    Raises:
        InputRefused: naming the roles.
    """
    refuse_if_any([Problem("rejected", "mapping_same", "", None, role,
                           values={"other": other, "name": column})
                   for role, other, column in same_columns(mapping or {})])


def _judged_pilot(form: EngagementForm, wrong: Judge) -> Iterator[Problem]:
    pilot = form.pilot
    if pilot is None:
        return
    for name in ("end", "extraction_date"):
        later = getattr(pilot, name)
        if pilot.start and later and _naive(later) <= _naive(pilot.start):
            yield wrong("span_backwards", "pilot", name)
    both = sorted(set(pilot.units) & set(pilot.comparison_units))
    if both:
        yield wrong("units_overlap", "pilot", "comparison_units", units=", ".join(both))
    if pilot.comparison_units and not pilot.units:
        yield wrong("units_missing", "pilot", "units")


def _judged_targets(form: EngagementForm, wrong: Judge) -> Iterator[Problem]:
    seen: set[str] = set()
    primary = [number for number, target in enumerate(form.targets) if target.primary]
    for number in primary[1:]:
        yield wrong("primary_twice", "targets", number, "primary")
    for number, target in enumerate(form.targets):
        if target.id in seen:
            yield wrong("target_twice", "targets", number, "id", target=target.id)
        seen.add(target.id)
        needed = _NEEDS.get(target.kpi)
        if needed and getattr(target, needed) is None:
            yield wrong("target_needs", "targets", number, needed, target=target.id,
                        kpi=target.kpi)
        yield from _judged_levels(target, number, wrong)


def _judged_levels(target: TargetForm, number: int, wrong: Judge) -> Iterator[Problem]:
    if target.role == "guardrail":
        if target.margin is None:
            yield wrong("target_needs", "targets", number, "margin", target=target.id,
                        kpi="guardrail")
        return
    levels = {"from": target.from_, "to": target.to}
    for name, level in levels.items():
        if level is None:
            yield wrong("target_needs", "targets", number, name, target=target.id, kpi=target.kpi)
        elif target.kpi in _SHARES and not 0 <= level <= 1:
            yield wrong("share_expected", "targets", number, name, value=f"{level:g}")
        elif target.kpi == "throughput" and level <= 0:
            yield wrong("number_out_of_range", "targets", number, name, value=f"{level:g}",
                        limit="> 0")
    if target.from_ is None or target.to is None:
        return
    direction = target.direction or DIRECTIONS[target.kpi]
    if target.from_ == target.to or (target.to > target.from_) != (direction == "up"):
        yield wrong("target_backwards", "targets", number, "to", target=target.id,
                    start=f"{target.from_:g}", goal=f"{target.to:g}", direction=direction)


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
