"""Stage 5: training, systems, rules and suggestions, as far as the folder tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import stage
from workbench.model import Client, Figure, Result, Statement

if TYPE_CHECKING:
    import pandas as pd


def rollout(client: Client) -> Result:
    """What the folder holds for the roll-out, checked.

    Tables: `training` (per wave: planned, attended, passed, attendance_rate = attended / planned,
    pass_rate = passed / attended), `systems`, `rules`, `suggestions`.
    """
    found: dict[str, pd.DataFrame] = {}
    figures: dict[str, Figure] = {}
    said: list[Statement] = []
    absent: list[Statement] = []
    for part in (_training, _systems, _rules, _suggestions):
        tables, numbers, statement = part(client)
        found |= tables
        figures |= numbers
        (said if tables else absent).append(statement)
    absent.append(Statement("rollout.absent.not_yet"))
    return stage.result(client, "rollout", figures=figures, first_page=said, tables=found,
                        absent=absent)


Part = tuple[dict[str, "pd.DataFrame"], dict[str, Figure], Statement]


def attendance(training: pd.DataFrame) -> pd.DataFrame:
    """Training with its rates; a rate whose denominator is missing or zero is empty."""
    told = stage.numbers(training, ("planned", "attended", "passed"))
    return told.assign(
        attendance_rate=(told["attended"] / told["planned"]).where(told["planned"] > 0),
        pass_rate=(told["passed"] / told["attended"]).where(told["attended"] > 0))


def _rate(reached: float, of: float, source: str) -> Figure:
    return Figure(reached / of if of else None, "share", n=int(of), source=source)


def _training(client: Client) -> Part:
    found = stage.sheet(client, "rollout/training", ("wave", "audience", "contents", "date",
                                                     "planned", "attended", "passed"))
    if found is None:
        return {}, {}, Statement("rollout.absent.training")
    told = attendance(stage.dates(found, ("date",)))
    held = told[told["attended"].notna()]
    planned, attended, passed = (float(held[name].sum())
                                 for name in ("planned", "attended", "passed"))
    numbers = {"waves": stage.count(len(told), "training"),
               "held": stage.count(len(held), "training.attended"),
               "attendance": _rate(attended, planned, "training.attendance_rate"),
               "passing": _rate(passed, attended, "training.pass_rate")}
    return {"training": told}, numbers, Statement("rollout.first.training", numbers)


def _systems(client: Client) -> Part:
    found = stage.sheet(client, "rollout/systems", ("id", "change", "state", "depends_on", "owner",
                                                    "due"))
    if found is None:
        return {}, {}, Statement("rollout.absent.systems")
    told = stage.dates(found, ("due",))
    numbers = {"systems": stage.count(len(told), "systems"),
               "unfinished": stage.count(int((told["state"] != "done").sum()), "systems.state")}
    return {"systems": told}, numbers, Statement("rollout.first.systems", numbers)


def _rules(client: Client) -> Part:
    found = stage.sheet(client, "rollout/rules", ("rule", "kpi", "owner", "effective"))
    if found is None:
        return {}, {}, Statement("rollout.absent.rules")
    told = stage.dates(found, ("effective",))
    numbers = {"rules": stage.count(len(told), "rules"),
               "unmeasured": stage.count(int(told["kpi"].isna().sum()), "rules.kpi")}
    return {"rules": told}, numbers, Statement("rollout.first.rules", numbers)


def _suggestions(client: Client) -> Part:
    found = stage.sheet(client, "rollout/suggestions", ("date", "role", "suggestion", "state"))
    if found is None:
        return {}, {}, Statement("rollout.absent.suggestions")
    told = stage.dates(found, ("date",))
    numbers = {"suggestions": stage.count(len(told), "suggestions")}
    return {"suggestions": told}, numbers, Statement("rollout.first.suggestions", numbers)
