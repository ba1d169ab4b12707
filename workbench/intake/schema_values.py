"""What a key of engagement.yaml may hold: moments, lists, numbers within reason; and its groups."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, ClassVar

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


def _short(name: str) -> str:
    if len(name) > _LONGEST_ID:
        raise PydanticCustomError("id_long", "id too long")
    return name


def rising(scale: tuple[float, float]) -> tuple[float, float]:
    """A scale whose ends are finite and rise."""
    if not (scale[0] < scale[1] and all(map(math.isfinite, scale))):
        raise PydanticCustomError("scale_backwards", "scale not rising")
    return scale


Moment = Annotated[datetime | None, BeforeValidator(_moment)]
Day = Annotated[date | None, BeforeValidator(_day)]
Clock = Annotated[time | None, BeforeValidator(_clock)]
Several = Annotated[tuple[str, ...], BeforeValidator(_several)]
Columns = str | tuple[str, ...] | None
_LONGEST_ID = 60  # signs: an id stands in tables, on charts and in file names
MOST_HOURS = 87_600.0  # ten years
_MOST_MONEY = 1_000_000.0  # for one hour
_MOST_TIMES = 10_000  # in one case
_MOST = 1e9  # beyond it no level of a KPI makes sense
Number = Annotated[float, Field(ge=-_MOST, le=_MOST)] | None
NotNegative = Annotated[float, Field(ge=0, le=_MOST)] | None
Money = Annotated[float, Field(ge=0, le=_MOST_MONEY)] | None
Times = Annotated[int, Field(ge=0, le=_MOST_TIMES)] | None
Hours = Annotated[float, Field(gt=0, le=MOST_HOURS)] | None
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
