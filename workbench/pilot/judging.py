"""Target by target: which cases, which protocol, which verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench import stage
from workbench.effect import Protocol, judge
from workbench.metrics import KPIS, case_values
from workbench.metrics.kpis import kind_of
from workbench.model import Answers, Client, Target, Unit, Verdict
from workbench.pilot.agreed import Agreed, within_horizon
from workbench.words import effect_unit

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Judged:
    """A target and its verdict. `missing` names what the data lack, then there is no verdict.

    `adjusted`: several secondary targets were claimed at once, and the confidence was raised.
    """

    target: Target
    verdict: Verdict | None
    missing: str = ""
    confidence: float = 0.95
    adjusted: bool = False

    @property
    def kind(self) -> str:
        """How the verdict treats the KPI: throughput, rate or score."""
        return kind_of(self.target.kpi)

    @property
    def unit(self) -> Unit:
        """The unit of the level (hours, share, score)."""
        return KPIS[self.target.kpi].unit

    @property
    def effect_unit(self) -> Unit:
        """The unit of the effect (relative, points, score)."""
        return effect_unit(self.kind)

    @property
    def indicative(self) -> bool:
        """Whether the verdict rests on the pilot units' own baseline."""
        return self.verdict is not None and self.verdict.indicative

    @property
    def interim(self) -> bool:
        """Whether this is a look before the pilot's planned end, not a verdict."""
        return bool(self.details.get("interim", False))

    @property
    def details(self) -> Mapping[str, Any]:
        """What stands beside the verdict; empty without one."""
        return {} if self.verdict is None else self.verdict.details

    @property
    def outcome(self) -> str:
        """reached, not_reached, cannot_tell, or missing where it could not be judged at all."""
        return "missing" if self.verdict is None else self.verdict.outcome


def judged(client: Client, plan: Agreed) -> tuple[Judged, ...]:
    """Every target with its verdict; the secondary goals stand Holm's test together."""
    answers = stage.joint_answers(client)
    first = [_judged(target, plan, answers) for target in plan.targets]
    return tuple(_holm(first, plan, answers))


def protocol_of(
    target: Target, plan: Agreed, cases: pd.DataFrame, confidence: float, aim: float = 0.0
) -> Protocol:
    """The protocol by which one target is judged; `aim` is its target on the verdict's scale."""
    pilot = plan.pilot
    arms = (pilot.units, pilot.comparison_units)
    if KPIS[target.kpi].kind == "score":  # few answer: units that nobody answered for are left out
        units = set(cases["unit"].dropna().astype(str))
        some = bool(units & set(pilot.units)) or not pilot.units
        pilots, others = (tuple(unit for unit in arm if some and unit in units) for arm in arms)
        arms = (pilots, others)
    horizon = plan.horizon_hours
    if target.kpi == "on_time" and target.within_hours:
        horizon = target.within_hours  # after that long it is known whether a case was in time
    if target.kpi == "satisfaction" and bool((cases["start"] == cases["end"]).all()):
        horizon = 0.0  # answers with a date of their own and no case
    return Protocol(
        kpi=kind_of(target.kpi), direction=target.direction, pilot_start=pilot.start,
        cut=plan.cut, horizon_hours=horizon, target=aim,
        pilot_units=arms[0], comparison_units=arms[1],
        confidence=confidence, washout_hours=pilot.washout_hours, pilot_end=pilot.end,
        role=target.role, margin=target.margin,
    )


def cases_of(target: Target, plan: Agreed, answers: Answers | None) -> pd.DataFrame:
    """One row per case for `judge`; what may still happen to a case is cut at the horizon."""
    grows = target.kpi in {"rework", "presence"}
    log = within_horizon(plan.log, plan.horizon_hours) if grows else plan.log
    return case_values(log, target, answers)


def _judged(
    target: Target, plan: Agreed, answers: Answers | None, confidence: float | None = None
) -> Judged:
    level = confidence or plan.pilot.confidence
    missing = _missing(target, answers)
    if missing:
        return Judged(target, None, missing, level)
    cases = cases_of(target, plan, answers)
    if not len(cases):
        return Judged(target, None, "cases", level)
    aim = _aim(target, cases, plan)
    verdict = judge(cases, protocol_of(target, plan, cases, level, aim))
    return Judged(target, replace(verdict, target_id=target.id), "", level)


def _missing(target: Target, answers: Answers | None) -> str:
    """What the folder would have to hold for this target to be judged; empty: nothing."""
    if target.kpi not in KPIS:
        return "kpi"
    asked = answers.items if answers is not None else ()
    lacking = {
        "margin": target.role == "guardrail" and target.margin is None,
        "answers": target.kpi == "satisfaction" and answers is None,
        "item": target.kpi == "satisfaction" and bool(target.item) and target.item not in asked,
        "within_hours": target.kpi == "on_time" and target.within_hours is None,
        "activity": target.kpi == "presence" and not target.activity,
    }
    return next((name for name, lacks in lacking.items() if lacks), "")


def _aim(target: Target, cases: pd.DataFrame, plan: Agreed) -> float:
    """What was aimed at, on the verdict's scale; 0 (any change) where no aim was stated."""
    if target.goal is None or target.role == "guardrail":
        return 0.0
    start = target.start
    if start is None:  # the baseline as it was measured
        first = judge(cases, protocol_of(target, plan, cases, plan.pilot.confidence))
        start = first.before
    if start is None or (KPIS[target.kpi].kind == "throughput" and start <= 0):
        return 0.0
    if KPIS[target.kpi].kind == "throughput":
        return max(target.goal / start - 1, -0.99)
    return target.goal - start


def _holm(
    found: Iterable[Judged], plan: Agreed, answers: Answers | None
) -> Iterable[Judged]:
    """Holm's step-down over secondary goals: of m claims the surest must stand at α/m, and so on.

    A claim that does not stand at its level is judged at that level, and so are those after it.
    """
    found = list(found)
    claims = [each for each in found if each.verdict is not None and each.outcome == "reached"
              and each.target.role == "goal" and not each.target.primary]
    goals = sum(each.target.role == "goal" and not each.target.primary and each.verdict is not None
                for each in found)
    if goals < 2 or not claims:
        return found
    sure = sorted(claims, key=lambda each: -_probability(each))
    replaced: dict[str, Judged] = {}
    level = 1.0
    for step, claim in enumerate(sure):
        if level == 1.0 or replaced[sure[step - 1].target.id].outcome == "reached":
            level = 1 - (1 - plan.pilot.confidence) / (goals - step)
        again = _judged(claim.target, plan, answers, level)
        replaced[claim.target.id] = replace(again, adjusted=level > plan.pilot.confidence)
    return [replaced.get(each.target.id, each) for each in found]


def _probability(each: Judged) -> float:
    return each.verdict.probability if each.verdict is not None else 0.0


def plain(each: Judged) -> dict[str, Any]:
    """A verdict as a plain record."""
    if each.verdict is None:
        return {"target_id": each.target.id, "kpi": each.target.kpi, "outcome": "missing",
                "missing": each.missing}
    from dataclasses import asdict

    return asdict(each.verdict) | {"kpi": each.target.kpi, "missing": ""}
