"""The shape of engagement.yaml: which keys there are, and what each may hold."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

_MOMENT = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?(Z|[+-]\d{2}:\d{2})?"
)


def _moment(text: object) -> datetime | None:
    if text is None or isinstance(text, datetime):
        return text
    found = _MOMENT.fullmatch(str(text).strip())
    try:
        if found:
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
            moment = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - its zone comes later
            if not found[7]:
                return moment
            zone = UTC if found[7] == "Z" else datetime.fromisoformat(f"2000-01-01T00:00{found[7]}")
            return moment.replace(tzinfo=zone.tzinfo if isinstance(zone, datetime) else zone)
    except ValueError:
        pass
    raise PydanticCustomError("date_expected", "date expected")


def _day(text: object) -> date | None:
    moment = _moment(text)
    return moment.date() if moment else None


def _clock(text: object) -> time | None:
    try:
        return None if text is None else time.fromisoformat(str(text).strip().zfill(5))
    except ValueError:
        raise PydanticCustomError("clock_expected", "clock time expected") from None


def _several(value: object) -> object:
    """One value stands for a list of one; nothing for an empty list."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value


def _file_only(value: object) -> object:
    """A name or a list of names stands for the files; nothing for no keys."""
    if value is None:
        return {}
    return {"file": value} if isinstance(value, (str, list)) else value


def _short(name: str) -> str:
    if len(name) > _LONGEST_ID:
        raise PydanticCustomError("id_long", "id too long")
    return name


def _rising(scale: tuple[float, float]) -> tuple[float, float]:
    if not (scale[0] < scale[1] and all(map(math.isfinite, scale))):
        raise PydanticCustomError("scale_backwards", "scale not rising")
    return scale


Moment = Annotated[datetime | None, BeforeValidator(_moment)]
Day = Annotated[date | None, BeforeValidator(_day)]
Clock = Annotated[time | None, BeforeValidator(_clock)]
Several = Annotated[tuple[str, ...], BeforeValidator(_several)]
Columns = str | tuple[str, ...] | None
_LONGEST_ID = 60  # signs: an id stands in tables, on charts and in file names
_MOST_HOURS = 87_600.0  # ten years
_MOST_MONEY = 1_000_000.0  # for one hour
_MOST = 1e9  # beyond it no level of a KPI makes sense
Number = Annotated[float, Field(ge=-_MOST, le=_MOST)] | None
NotNegative = Annotated[float, Field(ge=0, le=_MOST)] | None
Money = Annotated[float, Field(ge=0, le=_MOST_MONEY)] | None
Hours = Annotated[float, Field(gt=0, le=_MOST_HOURS)] | None
Id = Annotated[str, AfterValidator(_short)]


class Form(BaseModel):
    """A group of keys; a key that is not listed is refused, one without a value is absent."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    _nulls_speak: ClassVar[bool] = False

    @model_validator(mode="before")
    @classmethod
    def _only_filled(cls, value: Any) -> Any:
        if isinstance(value, dict) and not cls._nulls_speak:
            return {key: held for key, held in value.items() if held is not None}
        return value


class MappingForm(Form):
    """`log.mapping`: the column of each role, or several to be joined; null: there is none."""

    _nulls_speak: ClassVar[bool] = True

    case_id: Columns = None
    activity: Columns = None
    start: Columns = None
    end: Columns = None
    arrival: Columns = None
    resource: Columns = None
    unit: Columns = None
    stratum: Columns = None
    result: Columns = None
    lifecycle: Columns = None
    sequence: Columns = None


Meaning = Literal["approved", "returned", "rejected", "withdrawn", "transferred", "added",
                  "automatic", "no_work", "draft", "pending"]
"""What a status word means for the process; see `workbench.intake.events.statuses`."""


class JointForm(Form):
    """`log.joint`: activities that several people sign at once, one row each."""

    all: Several = ()
    any: Several = ()


class UnfoldForm(Form):
    """`log.unfold`: how events are made of a table with one row per document.

    `history` is the column whose cells hold the whole history, `line` the shape of one of its
    lines; `wide` says that each step has columns of its own.
    """

    history: str | None = None
    line: str | None = None
    wide: bool = False


class LogForm(Form):
    """`log`: the file (or files, or database) of events and how it is to be read."""

    file: Several = ()
    source: str | None = None
    table: str | None = None
    sheet: str | None = None
    merged: Literal["fill"] | None = None
    mapping: MappingForm | None = None
    attributes: Several = ()
    time_format: str | None = None
    lifecycle: Literal["single", "pair"] | tuple[str, ...] = "single"
    statuses: dict[str, Meaning] = Field(default_factory=dict)
    joint: JointForm = JointForm()
    unfold: UnfoldForm = UnfoldForm()
    ignore: Several = ()
    ties: Literal["learned", "source"] = "learned"
    case_scope: Literal["client", "file"] | None = None


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
    washout_hours: Annotated[float, Field(ge=0, le=_MOST_HOURS)] = 0.0
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

    scale: Annotated[tuple[float, float], AfterValidator(_rising)] | None = None
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
    log: Annotated[LogForm, BeforeValidator(_file_only)] = LogForm()
    end_activities: Several = ()
    withdrawn_activities: Several = ()
    periods: PeriodsForm = PeriodsForm()
    pilot: PilotForm | None = None
    targets: tuple[TargetForm, ...] = ()
    costs: CostsForm = CostsForm()
    calendar: CalendarForm = Field(
        default_factory=lambda: CalendarForm.model_validate({}))
    surveys: dict[Literal["customers", "staff", "pilot/customers", "pilot/staff"], SurveyForm] = (
        Field(default_factory=dict)
    )


def known_keys(place: tuple[str | int, ...]) -> list[str]:
    """The keys that a place of engagement.yaml may hold, in their order.

    >>> known_keys(("costs",))
    ['work_hour', 'waiting_hour', 'source']
    """
    form: Any = EngagementForm
    for step in place:
        if isinstance(step, int) or form is None:
            continue
        form = _FORMS.get((form, step))
    if form is None:
        return []
    return [field.alias or name for name, field in form.model_fields.items()]


_FORMS: dict[tuple[type[Form], str], type[Form]] = {
    (EngagementForm, "log"): LogForm,
    (LogForm, "mapping"): MappingForm,
    (LogForm, "joint"): JointForm,
    (LogForm, "unfold"): UnfoldForm,
    (EngagementForm, "periods"): PeriodsForm,
    (PeriodsForm, "baseline"): SpanForm,
    (EngagementForm, "pilot"): PilotForm,
    (EngagementForm, "targets"): TargetForm,
    (EngagementForm, "costs"): CostsForm,
    (EngagementForm, "calendar"): CalendarForm,
    (CalendarForm, "lunch"): LunchForm,
    (HoursForm, "lunch"): LunchForm,
}
