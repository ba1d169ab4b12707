"""engagement.yaml to an `Engagement`: every problem at once, each with its line and its key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from workbench.intake.calendar import calendar_of
from workbench.intake.client_folder import FILE, is_inside, pilot_logs
from workbench.intake.engagement_form import Judge, validated
from workbench.intake.engagement_judged import DIRECTIONS, judged
from workbench.intake.engagement_rules import judged_rules, rules_of
from workbench.intake.findings import refuse, refuse_if_any
from workbench.intake.log_files import log_files, log_source
from workbench.intake.schema import EngagementForm, PilotForm, SurveyForm
from workbench.intake.yaml_file import Document, read_yaml
from workbench.model import DEFAULT_TARGET, Costs, Engagement, Pilot, Problem, Target


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
    form = validated(document)
    calendar, problems = calendar_of(form.calendar, Judge(document))
    problems += judged(form, document)
    problems += judged_rules(form, Judge(document))
    if form.pilot and form.pilot.start is None and not pilot_logs(folder):
        problems.append(Judge(document)("pilot_start_missing", "pilot", "start"))
    files = log_files(folder, form.log, Judge(document), problems)
    refuse_if_any(problems, form.language)
    zone = ZoneInfo(form.zone or "UTC")
    engagement = Engagement(
        folder=folder, client=form.client, process=form.process or folder.resolve().name,
        kind=form.kind, language=form.language, zone=form.zone or "UTC", currency=form.currency,
        synthetic=form.synthetic, log=log_source(form, files, folder),
        end_activities=form.end_activities, withdrawn_activities=form.withdrawn_activities,
        extraction_date=in_zone(form.extraction_date, zone),
        baseline_from=in_zone(form.periods.baseline.from_, zone),
        baseline_to=in_zone(form.periods.baseline.to, zone),
        promise_hours=form.promise_hours, pilot=_pilot(form.pilot, zone), targets=_targets(form),
        rules=rules_of(form),
        costs=Costs(form.costs.work_hour, form.costs.waiting_hour, form.costs.source or ""),
        calendar=calendar,
    )
    surveys = {str(name): survey for name, survey in form.surveys.items()}
    return engagement, Settings(surveys, form.pilot, tuple(problems), document)


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
        Target(target.id, target.kpi, target.direction or DIRECTIONS[target.kpi], target.from_,
               target.to, target.by, target.owner or "", target.role, target.id == first,
               target.margin, target.activity or "", target.item or "", target.within_hours,
               target.label or "")
        for target in form.targets
    )


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


def in_zone(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """A moment with the zone that it is meant in, if it carries none."""
    if moment is None or moment.tzinfo:
        return moment
    return moment.replace(tzinfo=zone)
