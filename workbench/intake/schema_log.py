"""The shape of `log` in engagement.yaml: which files hold the events, and how they are read."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from workbench.intake.schema_values import Columns, Form, Several
from workbench.intake.statuses import Meaning


def _file_only(value: object) -> object:
    """A name or a list of names stands for the files; nothing for no keys."""
    if value is None:
        return {}
    return {"file": value} if isinstance(value, (str, list)) else value


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
    details: Literal["drop"] | None = None
    ignore: Several = ()
    ties: Literal["learned", "source"] = "learned"
    case_scope: Literal["client", "file"] | None = None


StatedLog = Annotated[LogForm, BeforeValidator(_file_only)]
"""`log`, or only the name of its file."""
