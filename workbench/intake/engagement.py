"""engagement.yaml to an `Engagement`: every problem at once, each with its line and its key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from workbench.errors import InputRefused
from workbench.intake.calendar import calendar_of
from workbench.intake.client_workbook import CLIENT_WORKBOOK, EVENTS, sheet_in
from workbench.intake.events.wishes import Mapped
from workbench.intake.findings import near, refuse, refuse_if_any
from workbench.intake.formats.address import address_of
from workbench.intake.schema import (
    EngagementForm,
    LogForm,
    PilotForm,
    SurveyForm,
    TargetForm,
    known_keys,
)
from workbench.intake.times import is_whole
from workbench.intake.yaml_file import Document, Place, read_yaml
from workbench.model import (
    DEFAULT_TARGET,
    Costs,
    Direction,
    Engagement,
    LogSource,
    Pilot,
    Problem,
    Target,
)

FILE = "engagement.yaml"
NOTES = frozenset({"", ".md", ".txt", ".rtf", ".doc", ".docx", ".pdf", ".ppt", ".pptx", ".png",
                   ".jpg", ".jpeg", ".svg", ".html", ".msg", ".eml"})
"""The endings of files that people lay beside their data, and that nothing reads."""

_BARE = "events.txt"  # a log, as some systems name it, and no note

_DIRECTIONS: Mapping[str, Direction] = {
    "throughput": "down", "rework": "down", "on_time": "up", "presence": "down",
    "satisfaction": "up",
}
_SHARES = ("rework", "on_time", "presence")
_NEEDS = {"on_time": "within_hours", "presence": "activity", "satisfaction": "item"}
_CODES = {
    "extra_forbidden": "key_unknown", "missing": "key_missing", "literal_error": "value_not_listed",
    "float_parsing": "number_expected", "float_type": "number_expected",
    "bool_parsing": "yes_no_expected", "bool_type": "yes_no_expected",
    "finite_number": "number_expected",
    "date_expected": "date_expected", "clock_expected": "clock_expected",
    "greater_than": "number_out_of_range", "greater_than_equal": "number_out_of_range",
    "less_than": "number_out_of_range", "less_than_equal": "number_out_of_range",
    "string_type": "text_expected", "id_long": "id_long", "scale_backwards": "scale_backwards",
}
_LOOSE_PARTS = {"str", "tuple[str, ...]", "function-before[_several(), tuple[str, ...]]", "[key]"}


@dataclass(frozen=True)
class Settings:
    """What engagement.yaml says beyond the noun: what it says of surveys, remarks, its lines.

    `pilot` is as it was written: where only its log knows when it began, the noun is made later.
    """

    surveys: Mapping[str, SurveyForm]
    pilot: PilotForm | None
    problems: tuple[Problem, ...]
    document: Document


def read_engagement(folder: str | Path) -> Engagement:
    """Read and judge the engagement.yaml of a client folder.

    A pilot that leaves its start to the pilot's log is None here; `open_client` fills it in.

    Raises:
        InputRefused: with every problem of the file, each with line and key.
    """
    return load_engagement(Path(folder))[0]


def load_engagement(folder: Path, name: str = FILE) -> tuple[Engagement, Settings]:
    """The engagement with its settings; see `read_engagement`."""
    if not is_inside(folder, name):  # a link that leads elsewhere
        refuse([Problem("rejected", "path_outside", name, values={"path": name})])
    document = read_yaml(folder / name, name)
    form = _validated(document)
    calendar, problems = calendar_of(form.calendar, Judge(document))
    problems += _judged(form, document)
    if form.pilot and form.pilot.start is None and not pilot_logs(folder):
        problems.append(Judge(document)("pilot_start_missing", "pilot", "start"))
    files = _log_files(folder, form.log, Judge(document), problems)
    refuse_if_any(problems, form.language)
    zone = ZoneInfo(form.zone or "UTC")
    engagement = Engagement(
        folder=folder, client=form.client, process=form.process or folder.resolve().name,
        kind=form.kind, language=form.language, zone=form.zone or "UTC", currency=form.currency,
        synthetic=form.synthetic, log=_log_source(form, files, folder),
        end_activities=form.end_activities, withdrawn_activities=form.withdrawn_activities,
        extraction_date=in_zone(form.extraction_date, zone),
        baseline_from=in_zone(form.periods.baseline.from_, zone),
        baseline_to=in_zone(form.periods.baseline.to, zone),
        promise_hours=form.promise_hours, pilot=_pilot(form.pilot, zone), targets=_targets(form),
        costs=Costs(form.costs.work_hour, form.costs.waiting_hour, form.costs.source or ""),
        calendar=calendar,
    )
    surveys = {str(name): survey for name, survey in form.surveys.items()}
    return engagement, Settings(surveys, form.pilot, tuple(problems), document)


def _validated(document: Document) -> EngagementForm:
    try:
        return EngagementForm.model_validate(document.data)
    except ValidationError as error:
        unique = {(problem.line, problem.column): problem
                  for problem in (_problem(details, document) for details in error.errors())}
        refuse_if_any(unique.values())
        raise


def _problem(details: ErrorDetails, document: Document) -> Problem:
    place: Place = tuple(step for step in details["loc"] if step not in _LOOSE_PARTS)
    code = _CODES.get(details["type"], "value_unfit")
    value = details.get("input")
    known = known_keys(place[:-1])
    values = {
        "value": "" if isinstance(value, (dict, list)) or value is None else str(value)[:80],
        "near": near(str(place[-1]), known) if place else "",
        "expected": str((details.get("ctx") or {}).get("expected", "")).replace(" or ", ", "),
        "limit": _limit(details),
    }
    return Problem("rejected", code, document.file, document.line(place), _dotted(place),
                   values=values)


def _limit(details: ErrorDetails) -> str:
    context = details.get("ctx") or {}
    return ", ".join(f"{sign} {context[name]:g}" for name, sign in
                     (("gt", ">"), ("ge", "≥"), ("lt", "<"), ("le", "≤")) if name in context)


def _dotted(place: Place) -> str:
    """`targets.2.kpi` for people who count from one."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in place)


class Judge:
    """Builds problems of a document; keeps the checks below short."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __call__(self, code: str, *place: str | int, **values: object) -> Problem:
        """A rejection at a key of the document."""
        return Problem("rejected", code, self.document.file, self.document.line(place),
                       _dotted(place), values=values)


def _judged(form: EngagementForm, document: Document) -> Iterator[Problem]:
    """What only several keys together, or the world, can show to be wrong."""
    wrong = Judge(document)
    if not form.client.strip():
        yield wrong("key_missing", "client", near="client")
    if form.zone is None:
        yield Problem("warning", "zone_assumed", document.file, 1, "zone")
    elif not _is_zone(form.zone):
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
    direction = target.direction or _DIRECTIONS[target.kpi]
    if target.from_ == target.to or (target.to > target.from_) != (direction == "up"):
        yield wrong("target_backwards", "targets", number, "to", target=target.id,
                    start=f"{target.from_:g}", goal=f"{target.to:g}", direction=direction)


def _targets(form: EngagementForm) -> tuple[Target, ...]:
    """The targets; without any, one that only asks whether the throughput time changed.

    Where no goal is marked as primary the first one is.
    """
    if not form.targets:
        return (DEFAULT_TARGET,)
    chosen = next((target.id for target in form.targets if target.primary), None)
    goals = [target.id for target in form.targets if target.role == "goal"]
    first = chosen or (goals[0] if goals else form.targets[0].id)
    return tuple(
        Target(target.id, target.kpi, target.direction or _DIRECTIONS[target.kpi], target.from_,
               target.to, target.by, target.owner or "", target.role, target.id == first,
               target.margin, target.activity or "", target.item or "", target.within_hours,
               target.label or "")
        for target in form.targets
    )


def pilot_logs(folder: Path) -> list[Path]:
    """The files of events of the pilot."""
    return sorted((folder / "pilot").glob("events.*"))


def _pilot(stated: PilotForm | None, zone: ZoneInfo) -> Pilot | None:
    start = in_zone(stated.start, zone) if stated else None
    return pilot_from(stated, start, zone) if stated and start else None


def pilot_from(stated: PilotForm, start: datetime, zone: ZoneInfo) -> Pilot:
    """The pilot as stated, with the start that was stated or that its log gives."""
    return Pilot(
        start=start, end=in_zone(stated.end, zone), cut=in_zone(stated.extraction_date, zone),
        units=stated.units, comparison_units=stated.comparison_units,
        horizon_hours=stated.horizon_hours, washout_hours=stated.washout_hours,
        confidence=stated.confidence,
    )


def _log_source(form: EngagementForm, files: tuple[str, ...], folder: Path) -> LogSource:
    mapping = form.log.mapping.model_dump(exclude_unset=True) if form.log.mapping else {}
    said = form.log
    address = address_of(said.source) if said.source else None
    table = said.table or (address.table if address else None)
    return LogSource(
        files[0], mapping, said.time_format, said.ignore, said.ties, said.case_scope,
        guessed=not mapping, files=files,
        source=said.source if address and not address.file else None, table=table,
        sheet=said.sheet or (sheet_in(folder, EVENTS) if files == (CLIENT_WORKBOOK,) else None),
        merged=said.merged, attributes=said.attributes,
        lifecycle=said.lifecycle, statuses=said.statuses, joint_all=said.joint.all,
        joint_any=said.joint.any, unfold_history=said.unfold.history,
        unfold_line=said.unfold.line, unfold_wide=said.unfold.wide,
        details=said.details,
    )


def _log_files(folder: Path, said: LogForm, wrong: Judge,
               problems: list[Problem]) -> tuple[str, ...]:
    """The files of events: the stated ones, else the only one; never outside the folder.

    A database server has none; the one name is what readers see of it.
    """
    stated, key = said.file, "file"
    if said.source:
        try:
            address = address_of(said.source)
        except InputRefused as refusal:
            problems += [wrong(problem.code, "log", "source", **problem.values)
                         for problem in refusal.problems]
            return ("",)
        if stated:
            problems.append(wrong("source_and_file", "log", "source"))
        if not address.file:
            return (address.shown(said.table or address.table),)
        stated, key = (address.file,), "source"
    if not stated:
        stated = _found_files(folder, wrong, problems)
    for name in dict.fromkeys(stated):
        problems += _misplaced(folder, name, wrong, key)
        if stated.count(name) > 1:
            problems.append(wrong("file_twice", "log", key, path=name))
    return stated or ("",)


def _found_files(folder: Path, wrong: Judge, problems: list[Problem]) -> tuple[str, ...]:
    """The only file of events. Of several nobody but people can say which belong together."""
    found = sorted(path.name for path in folder.glob("events*.*")
                   if path.suffix.lower() not in NOTES or path.name == _BARE)
    if len(found) == 1:
        return (found[0],)
    if not found and sheet_in(folder, EVENTS):
        return (CLIENT_WORKBOOK,)
    code = "log_list" if found else "log_missing"
    problems.append(wrong(code, "log", "file", files=", ".join(found)))
    return ()


def _misplaced(folder: Path, name: str, wrong: Judge, key: str) -> Iterator[Problem]:
    if not is_inside(folder, name):
        yield wrong("path_outside", "log", key, path=name)
    elif not (folder / name).is_file():
        known = sorted(path.name for path in folder.iterdir() if path.is_file())
        yield wrong("log_file_missing", "log", key, path=name, near=near(name, known))


def is_inside(folder: Path, name: str) -> bool:
    """Whether a name stays inside a folder, also after its links were followed.

    >>> is_inside(Path("/srv/acme"), "events.csv"), is_inside(Path("/srv/acme"), "../x.csv")
    (True, False)
    """
    path = Path(name)
    if path.is_absolute() or ":" in name or "\\" in name or ".." in path.parts:
        return False
    return (folder / path).resolve().is_relative_to(folder.resolve())


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def in_zone(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """A moment with the zone that it is meant in, if it carries none."""
    if moment is None or moment.tzinfo:
        return moment
    return moment.replace(tzinfo=zone)


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
