"""The columns of the prepared tables and their types, the same on every engine.

What each column means stands with `workbench.model.EventLog`. Attributes (`attribute:NAME`) follow
after these, as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.schema

_MOMENT = "timestamp('UTC', 6)"
_HOURS = "float64"
_TIMES = ("processing", "busy", "waiting", "idle", "elapsed", "gap")

EVENTS: Mapping[str, str] = {
    "case": "int32", "position": "int32", "activity": "string", "resource": "string",
    "unit": "string", "stratum": "string", "result": "string", "start": _MOMENT, "end": _MOMENT,
    "arrival": _MOMENT, "enabled": _MOMENT, "previous_activity": "string",
    "next_activity": "string", "previous_resource": "string", "next_resource": "string",
    "occurrence": "int32", "resource_before": "string", "self_loop": "boolean",
    "repetition": "boolean", "tied": "boolean",
    **{f"{time}_hours": _HOURS for time in _TIMES},
    **{f"working_{time}_hours": _HOURS for time in _TIMES},
    "worked_at_start": "int64", "worked_at_end": "int64", "outside_hours": "boolean",
}

CASES: Mapping[str, str] = {
    "case": "int32", "case_id": "string", "start": _MOMENT, "end": _MOMENT, "closed": "boolean",
    "withdrawn": "boolean",
    **{f"{clock}{time}_hours": _HOURS for clock in ("", "working_")
       for time in ("throughput", "processing", "busy", "waiting")},
    "events": "int32", "variant": "string", "variant_rank": "int64", "rework": "boolean",
    "unit": "string", "stratum": "string", "first_activity": "string",
    "last_activity": "string", "tied": "boolean", "file": "string",
}


def schema_of(columns: Mapping[str, str], attributes: Sequence[str]) -> ibis.expr.schema.Schema:
    """The columns of a prepared table with the attributes that its log has."""
    import ibis

    return ibis.schema({**columns, **dict.fromkeys(attributes, "string")})
