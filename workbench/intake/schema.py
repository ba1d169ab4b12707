"""The shape of engagement.yaml: which keys there are, and what each may hold."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, Field

from workbench.intake.schema_log import LogForm, StatedLog
from workbench.intake.schema_values import (
    MOST_HOURS,
    Clock,
    Day,
    Form,
    Hours,
    Id,
    Moment,
    Money,
    NotNegative,
    Number,
    Several,
    Times,
    rising,
)

__all__ = ["CalendarForm", "EngagementForm", "Form", "HoursForm", "LogForm",
           "PilotForm", "RuleForm", "SurveyForm", "TargetForm", "known_keys"]


class SpanForm(Form):
    """A span of days; `to` is exclusive."""

    from_: Moment = Field(None, alias="from")
    to: Moment = None


class PeriodsForm(Form):
    """`periods`: the time before the change."""

    baseline: SpanForm = Field(default_factory=lambda: SpanForm.model_validate({}))


class PilotForm(Form):
    """`pilot`: when and where the change was tried, and how it is judged."""

    start: Moment = None
    end: Moment = None
    extraction_date: Moment = None
    units: Several = ()
    comparison_units: Several = ()
    horizon_hours: Hours = None
    washout_hours: Annotated[float, Field(ge=0, le=MOST_HOURS)] = 0.0
    confidence: Annotated[float, Field(gt=0.5, le=0.9999)] = 0.95


class TargetForm(Form):
    """One target: which KPI, from where to where, by when, who answers for it."""

    id: Id
    kpi: Literal["throughput", "rework", "on_time", "presence", "satisfaction"]
    from_: Number = Field(None, alias="from")
    to: Number = None
    direction: Literal["up", "down"] | None = None
    by: Day = None
    owner: str | None = None
    role: Literal["goal", "guardrail"] = "goal"
    primary: bool | None = None
    margin: NotNegative = None
    activity: str | None = None
    item: str | None = None
    within_hours: Hours = None
    label: str | None = None


class RuleForm(Form):
    """One rule: what every case is to obey, and who says so."""

    id: Id
    rule: Literal["precedence", "response", "succession", "existence", "absence",
                  "exclusive_choice", "not_coexistence", "time_standard", "four_eyes",
                  "segregation_of_duties", "performed_by"]
    activities: Several = ()
    hours: Hours = None
    clock: Literal["clock", "working"] | None = None
    least: Times = None
    most: Times = None
    resources: Several = ()
    units: Several = ()
    owner: str | None = None
    source: str | None = None


class CostsForm(Form):
    """`costs`: what an hour costs."""

    work_hour: Money = None
    waiting_hour: Money = None
    source: str | None = None


class LunchForm(Form):
    """`calendar.lunch`: the break in the middle of the day."""

    from_: Clock = Field(None, alias="from")
    to: Clock = None


class HoursForm(Form):
    """The working days and hours of the client or of one unit."""

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    from_: Clock = Field(None, alias="from")
    to: Clock = None
    lunch: LunchForm | None = None
    region: str | None = None
    holidays: tuple[Day, ...] = ()
    workdays: tuple[Day, ...] = ()


class CalendarForm(HoursForm):
    """`calendar`: the working days and hours; `units` may have their own.

    `region` is a country whose public holidays count (and whose make-up days are worked),
    `holidays` and `workdays` are days off and days worked beyond that.
    """

    units: dict[str, HoursForm] = Field(default_factory=dict)


class SurveyForm(Form):
    """`surveys.<name>`: the scale of its items, and which of them are special.

    `reversed` items are better the lower the answer; `nps` asks for a recommendation (0-10);
    `answers` gives a number to a word.
    """

    scale: Annotated[tuple[float, float], AfterValidator(rising)] | None = None
    reversed: Several = ()
    nps: str | None = None
    answers: dict[str, float] = Field(default_factory=dict)


class EngagementForm(Form):
    """All keys of engagement.yaml."""

    client: str
    process: str | None = None
    kind: Literal["internal_operations", "customer_service", "supply_chain", "compliance_risk"] = (
        "internal_operations"
    )
    language: Literal["zh", "en"] = "zh"
    zone: str | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "CNY"
    synthetic: bool = False
    extraction_date: Moment = None
    promise_hours: Hours = None
    log: StatedLog = LogForm()
    end_activities: Several = ()
    withdrawn_activities: Several = ()
    periods: PeriodsForm = PeriodsForm()
    pilot: PilotForm | None = None
    targets: tuple[TargetForm, ...] = ()
    rules: tuple[RuleForm, ...] = ()
    costs: CostsForm = CostsForm()
    calendar: CalendarForm = Field(
        default_factory=lambda: CalendarForm.model_validate({}))
    surveys: dict[Literal["customers", "staff", "pilot/customers", "pilot/staff"], SurveyForm] = (
        Field(default_factory=dict)
    )


def known_keys(place: tuple[str | int, ...]) -> list[str]:
    """The keys that a place of engagement.yaml may hold, in their order; none where any may stand.

    >>> known_keys(("costs",)), known_keys(("surveys", "staff"))
    (['work_hour', 'waiting_hour', 'source'], ['scale', 'reversed', 'nps', 'answers'])
    >>> known_keys(("surveys",)), known_keys(("calendar", "units"))
    (['customers', 'staff', 'pilot/customers', 'pilot/staff'], [])
    """
    shape: Any = EngagementForm
    for step in place:
        shape = _below(shape, step)
    form, names = _form(shape), _names(shape)
    if form:
        return [field.alias or name for name, field in form.model_fields.items()]
    return [str(name) for name in get_args(names)] if get_origin(names) is Literal else []


def _below(shape: Any, step: str | int) -> Any:
    """What may stand below a key, as it was annotated; a list is as its items."""
    if isinstance(step, int):
        return shape
    form = _form(shape)
    if form is None:
        return get_args(shape)[1] if get_origin(shape) is dict else None
    return next((field.annotation for name, field in form.model_fields.items()
                 if step in {name, field.alias}), None)


def _form(shape: Any) -> type[Form] | None:
    """The group of keys that an annotation allows; a mapping of names is none."""
    if isinstance(shape, type) and issubclass(shape, Form):
        return shape
    parts = () if get_origin(shape) is dict else get_args(shape)
    return next((form for part in parts if (form := _form(part))), None)


def _names(shape: Any) -> Any:
    """The annotation of the names of a mapping."""
    return next(iter(get_args(shape)), None) if get_origin(shape) is dict else None
