"""What would shake the verdict on the main target: one unit that carries it, a false start."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from workbench.effect import Protocol, judge
from workbench.model import Figure, Statement, Verdict
from workbench.pilot.agreed import Agreed
from workbench.pilot.judging import Judged, cases_of, protocol_of

if TYPE_CHECKING:
    import pandas as pd

    from workbench.model import Answers

_FEWEST_WEEKS = 12  # a baseline shorter than this has no room for a pilot that never was
_PLACEBO_WEEKS = 8


def checks(
    each: Judged, plan: Agreed, answers: Answers | None
) -> tuple[pd.DataFrame | None, tuple[Statement, ...]]:
    """The main target judged again without each comparison unit, and as if begun earlier.

    Table: check (`without`, `placebo`), unit, n, effect_<scale>, low_<scale>, high_<scale>,
    outcome. The placebo is judged on cases of the baseline alone: nothing happened there, so its
    interval should hold no change.
    """
    import pandas as pd

    if each.verdict is None or not each.details.get("baseline_weeks"):
        return None, ()
    cases = cases_of(each.target, plan, answers)
    protocol = protocol_of(each.target, plan, cases, each.confidence, each.verdict.target)
    rows, said = [], []
    without = {unit: judge(cases, _without(protocol, unit)) for unit in protocol.comparison_units}
    if len(without) > 1:
        rows += [_row("without", unit, verdict, each) for unit, verdict in without.items()]
        turned = [unit for unit, verdict in without.items() if verdict.outcome != each.outcome]
        said.append(_say("turned", units=", ".join(turned)) if turned else _say("steady"))
    if each.details["baseline_weeks"] >= _FEWEST_WEEKS:
        placebo = judge(cases[cases["start"] < protocol.pilot_start], _earlier(protocol))
        if placebo.effect == placebo.effect:
            rows.append(_row("placebo", "", placebo, each))
            quiet = placebo.low <= 0 <= placebo.high
            said.append(_say("placebo_quiet" if quiet else "placebo_alarm", effect=Figure(
                placebo.effect, each.effect_unit, n=placebo.n, low=placebo.low,
                high=placebo.high, confidence=each.confidence)))
    return (pd.DataFrame(rows) if rows else None), tuple(said)


def _without(protocol: Protocol, unit: str) -> Protocol:
    others = tuple(other for other in protocol.comparison_units if other != unit)
    return replace(protocol, comparison_units=others)


def _earlier(protocol: Protocol) -> Protocol:
    """The protocol of a pilot that never was: begun in the baseline, watched until the real one."""
    watched = timedelta(hours=protocol.horizon_hours)
    start = protocol.pilot_start - timedelta(weeks=_PLACEBO_WEEKS) - watched
    return replace(protocol, pilot_start=start, cut=protocol.pilot_start, pilot_end=None)


def _row(check: str, unit: str, verdict: Verdict, each: Judged) -> dict[str, Any]:
    scale = each.effect_unit
    return {"check": check, "unit": unit, "n": verdict.n, f"effect_{scale}": verdict.effect,
            f"low_{scale}": verdict.low, f"high_{scale}": verdict.high,
            "outcome": verdict.outcome if check == "without" and not each.interim else ""}


def _say(key: str, **values: Figure | str) -> Statement:
    return Statement(f"pilot_evaluation.check.{key}", values)
