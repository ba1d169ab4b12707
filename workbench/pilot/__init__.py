"""Stage 4: before against after, target by target, with what the data cannot tell said plainly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench import stage
from workbench.intake.grades import grades
from workbench.model import DEFAULT_TARGET, Client, Figure, Result, Statement
from workbench.pilot import first_page, frozen, threats, tracking, voices
from workbench.pilot.agreed import Agreed, agreed
from workbench.pilot.judging import Judged, judged, plain

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["evaluate"]

_ADJUSTMENTS = ("date", "change", "reason", "owner", "version")
_ENVIRONMENT = ("aspect", "pilot", "real", "same")
_GRADED = {"presence": "variants"}  # targets whose data another KPI is graded by
_QUOTES = ("date", "audience", "role", "theme", "statement", "response")


def evaluate(client: Client) -> Result:
    """The pilot evaluation of a client: a verdict per target, and what stands beside it.

    Figures by target: `effect_<id>`, `before_<id>`, `after_<id>`, `target_<id>`, `goal_<id>`,
    `probability_<id>`, `weeks_<id>`, `naive_<id>`. Tables: `verdicts`, `kpi_series`,
    `latest_weeks`, `levels_hours` (and `_share`, `_score`), `weekly_<id>`, `checks`, `surveys`,
    `feedback`, `quotes`, `adjustments`, `environment`. Statements: `first_page` (five sentences),
    `target_<id>`, `checks`, `frozen`, `method`, `caveats`. Without a pilot log the result says so
    and holds nothing else but what people wrote.
    """
    base = _people(client)
    if client.pilot_log is None:
        missing = Statement("pilot_evaluation.absent.pilot")
        return replace(base, statements={"first_page": (missing,)}, absent=(missing, *base.absent))
    plan = agreed(client, client.pilot_log)
    found = judged(client, plan)
    worth = first_page.benefit(client, found)
    primary = next((each for each in found if each.target.primary), found[0])
    checked, shaken = threats.checks(primary, plan, stage.joint_answers(client))
    statements = {"first_page": first_page.first_page(client, plan, found, worth),
                  "frozen": frozen.check(client.engagement, plan), "method": _method(plan, found),
                  "caveats": _caveats(plan, found), "checks": shaken}
    statements |= {f"target_{each.target.id}": _about(each) for each in found}
    figures = _figures(plan, found)
    if worth is not None:
        figures |= {"benefit_hours": worth.hours, "benefit_money": worth.money}
    tables: dict[str, pd.DataFrame] = {
        "verdicts": tracking.verdicts(found), **tracking.levels(found),
        "kpi_series": tracking.series(plan, stage.joint_answers(client)), **base.tables,
    }
    if checked is not None:
        tables["checks"] = checked
    newest = tracking.latest(primary)
    if newest is not None:
        tables["latest_weeks"] = newest
    drawn = {f"weekly_{each.target.id}": tracking.weeks(each) for each in found}
    tables |= {name: table for name, table in drawn.items() if table is not None}
    return replace(
        base, figures=figures, statements=statements, tables=tables,
        records={"verdicts": tuple(plain(each) for each in found)},
        absent=(*_missing(found), *base.absent),
        problems=client.pilot_log.problems or base.problems,
        context={**base.context, "targets": tuple(_shown(each) for each in found),
                 "grades": _letters(client, found)},
    )


def _people(client: Client) -> Result:
    """What people wrote about the pilot: it is shown with or without a pilot log."""
    engagement = client.engagement
    tables = {
        "surveys": voices.surveys(client), "feedback": voices.themes(client),
        "quotes": voices.sheet(client, "pilot/feedback", _QUOTES),
        "adjustments": voices.sheet(client, "pilot/adjustments", _ADJUSTMENTS),
        "environment": voices.sheet(client, "pilot/environment", _ENVIRONMENT),
    }
    absent = [Statement(f"pilot_evaluation.absent.{name}")
              for name in ("surveys", "feedback", "adjustments", "environment")
              if not len(tables[name])]
    return Result(
        stage="pilot", client=engagement.client, process=engagement.process,
        language=engagement.language, figures={}, statements={}, tables=tables,
        absent=tuple(absent), problems=client.problems,
        context={"currency": engagement.currency, "zone": engagement.zone,
                 "synthetic": engagement.synthetic, "kind": engagement.kind, "targets": ()},
    )


def _figures(plan: Agreed, found: Sequence[Judged]) -> dict[str, Figure]:
    figures = {
        "pilot_start": Figure(plan.pilot.start, "moment"), "cut": Figure(plan.cut, "moment"),
        "horizon": Figure(plan.horizon_hours, "hours"),
        "lost": Figure(plan.lost, "count"),
        "pilot_end": Figure(plan.pilot.end, "moment"),
    }
    for each in found:
        figures |= {f"{name}_{each.target.id}": figure
                    for name, figure in _figures_of(each).items()}
    return figures


def _figures_of(each: Judged) -> dict[str, Figure]:
    verdict = each.verdict
    if verdict is None:
        return {}
    values = first_page.values_of(each)
    shown = {name: value for name, value in values.items()
             if name in {"effect", "probability", "weeks", "naive"} and isinstance(value, Figure)}
    goal = None
    if verdict.before is not None:
        goal = (verdict.before * (1 + verdict.target) if each.kind == "throughput"
                else verdict.before + verdict.target)
    counts = each.details["counts"]
    return shown | {
        "target": Figure(verdict.target, each.effect_unit, source="verdicts.target"),
        "before": Figure(verdict.before, each.unit, source="verdicts.before"),
        "after": Figure(verdict.after, each.unit, n=verdict.n, source="verdicts.after"),
        "goal": Figure(goal, each.unit),
        "immature": Figure(counts["immature"], "count"),
    }


def _about(each: Judged) -> tuple[Statement, ...]:
    """The sentences of one target's chapter."""
    if each.verdict is None:
        return (Statement(f"pilot_evaluation.missing.{each.missing}",
                          {"target": first_page.label(each), "item": each.target.item}),)
    details = each.details
    said = [*details["statements"]]
    figures = _figures_of(each)
    if each.adjusted:
        said.append(_say("about.adjusted", confidence=Figure(each.confidence, "share")))
    side = first_page.naive_side(each)
    said.append(_say(f"about.naive_{side}", naive=figures["naive"], effect=figures["effect"]))
    said += _levels(each)
    if details["mix"] is not None:
        said.append(_say("about.mix", **{name: Figure(details["mix"][name], each.effect_unit)
                                         for name in ("total", "mix", "within")}))
    if details["counts"]["immature"]:
        said.append(_say("about.immature", immature=figures["immature"]))
    if details.get("dropped_units"):
        said.append(_say("about.dropped", units=", ".join(details["dropped_units"])))
    return tuple(said)


def _levels(each: Judged) -> list[Statement]:
    """Median and P90 of the pilot units before and in the pilot."""
    if each.kind != "throughput":
        return []
    rows = {row["period"]: row for row in each.details["levels"] if row["arm"] == "pilot"}
    if len(rows) < 2:
        return []
    values = {
        f"{name}_{period}": Figure(row[name], "hours", n=row["n"], low=row[f"{name}_low"],
                                   high=row[f"{name}_high"], source=f"levels.{name}_hours")
        for period, row in rows.items() for name in ("median", "p90")
    }
    return [_say("about.levels", **values)]


def _method(plan: Agreed, found: Sequence[Judged]) -> tuple[Statement, ...]:
    methods = dict.fromkeys(each.verdict.method for each in found if each.verdict is not None)
    said = [Statement(f"effect.method.{method}") for method in methods]
    said.append(_say("method.horizon_stated" if plan.horizon_stated else "method.horizon_derived",
                     horizon=Figure(plan.horizon_hours, "hours")))
    if plan.pilot.washout_hours:
        said.append(_say("method.washout", hours=Figure(plan.pilot.washout_hours, "hours")))
    if sum(each.target.role == "goal" for each in found) > 2:
        said.append(_say("method.holm"))
    if any(each.target.role == "guardrail" for each in found):
        said.append(_say("method.guardrail"))
    return tuple(said)


def _caveats(plan: Agreed, found: Sequence[Judged]) -> tuple[Statement, ...]:
    said = []
    if any(each.indicative for each in found):
        said.append(_say("caveat.indicative"))
    if plan.targets[0].id == DEFAULT_TARGET.id:
        said.append(_say("caveat.no_target"))
    if plan.lost:
        said.append(_say("caveat.lost", lost=Figure(plan.lost, "count"),
                         horizon=Figure(plan.followed_hours, "hours")))
    if plan.interim:
        said.append(_say("caveat.interim", end=Figure(plan.pilot.end, "moment")))
    if not plan.log.end_activities:
        said.append(_say("caveat.closed"))
    return (*said, _say("caveat.chance"))


def _missing(found: Sequence[Judged]) -> tuple[Statement, ...]:
    return tuple(statement for each in found if each.verdict is None for statement in _about(each))


def _letters(client: Client, found: Sequence[Judged]) -> dict[str, str]:
    """The data-quality grade beside the effect on each target, over all logs and answers."""
    log = client.pilot_log or client.log
    problems = [*log.problems, *(problem for each in client.answers.values()
                                 for problem in each.reading.problems)]
    graded = grades(problems, log.roles | ({"answers"} if client.answers else set()))
    kpis = {each.target.id: _GRADED.get(each.target.kpi, each.target.kpi) for each in found}
    return {f"effect_{name}": letter for name, kpi in kpis.items()
            if kpi in graded and (letter := graded[kpi].letter) is not None}


def _shown(each: Judged) -> dict[str, Any]:
    """What the template needs to know of a target."""
    return {"id": each.target.id, "label": each.target.label, "kpi": each.target.kpi,
            "kind": each.kind if each.missing != "kpi" else "rate", "role": each.target.role,
            "primary": each.target.primary, "owner": each.target.owner, "outcome": each.outcome,
            "indicative": each.indicative, "interim": each.interim}


def _say(key: str, **values: Figure | str) -> Statement:
    return Statement(f"pilot_evaluation.{key}", values)
