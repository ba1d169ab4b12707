"""The names that the generated files use: columns, activities, regions, codes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from generator.scenario import APPROVALS, MOVABLE, Scenario

_FOLDER = Path(__file__).resolve().parent / "labels"


@dataclass(frozen=True)
class Labels:
    """Every name by its key, one mapping per kind of name."""

    columns: dict[str, str]
    steps: dict[str, str]
    regions: dict[str, str]
    prefixes: dict[str, str]
    demands: dict[str, str]
    results: dict[str, str]
    items: dict[str, str]
    other: dict[str, str]
    headers: dict[str, str]

    def header(self, field: str) -> str:
        """How a sheet heads a field: in the reader's language where there is a word for it."""
        return self.headers.get(field, field)

    def placeholders(self, slow: str) -> dict[str, str]:
        """All names for the templates of the sheets: `$handle`, `$east`, `$overall`, ….

        `$slow` and `$slow_last` are where people say that time is lost: two of the approvals,
        or the step `slow` that the planted cause was moved to.
        """
        places = APPROVALS[1:] if slow == "approvals" else (slow, slow)
        columns = {f"column_{key}": name for key, name in self.columns.items()}
        return {
            **self.steps, **self.regions, **self.items, **self.other, **columns,
            "slow": self.steps[places[0]], "slow_last": self.steps[places[1]],
            **{f"demand_{key}": name for key, name in self.demands.items()},
            **{f"code_{key}": name for key, name in self.prefixes.items()},
        }


def load_labels(scenario: Scenario) -> Labels:
    """The names of a scenario: its language, or the neutral set where it is renamed."""
    name = "renamed" if scenario.names == "renamed" else scenario.language
    return Labels(**tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8")))


def slow_step(scenario: Scenario, labels: Labels) -> str:
    """The key of the step that the planted cause sits at, whether given as key or as label."""
    known = {"approvals", *MOVABLE}
    by_label = {labels.steps[key]: key for key in MOVABLE}
    step = by_label.get(scenario.cause, scenario.cause)
    if step not in known:
        raise ValueError(f"cause: {scenario.cause!r}; known: {', '.join(sorted(known))}")
    return step
