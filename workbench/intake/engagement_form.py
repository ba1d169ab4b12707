"""The keys of engagement.yaml in their shapes: what does not fit is a problem at its line."""

from __future__ import annotations

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from workbench.intake.findings import near, refuse_if_any
from workbench.intake.schema import EngagementForm, known_keys
from workbench.intake.yaml_file import Document, Place
from workbench.model import Problem

_CODES = {
    "extra_forbidden": "key_unknown", "missing": "key_missing", "literal_error": "value_not_listed",
    "float_parsing": "number_expected", "float_type": "number_expected",
    "bool_parsing": "yes_no_expected", "bool_type": "yes_no_expected",
    "int_parsing": "number_expected", "int_type": "number_expected",
    "int_from_float": "number_expected", "finite_number": "number_expected",
    "date_expected": "date_expected", "clock_expected": "clock_expected",
    "greater_than": "number_out_of_range", "greater_than_equal": "number_out_of_range",
    "less_than": "number_out_of_range", "less_than_equal": "number_out_of_range",
    "string_type": "text_expected", "id_long": "id_long", "scale_backwards": "scale_backwards",
}
_LOOSE_PARTS = {"str", "tuple[str, ...]", "function-before[_several(), tuple[str, ...]]", "[key]"}


def validated(document: Document) -> EngagementForm:
    """The keys of a document in their shapes.

    Raises:
        InputRefused: with every key that has none, or whose value does not fit.
    """
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
