"""Five sentences: recommendation, effect, what is unproved, side effects, the decision."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.model import DEFAULT_TARGET, Client, Costs, Figure, Statement, Unit, Value
from workbench.pilot.agreed import Agreed
from workbench.pilot.judging import Judged

_AGREE = {"relative": 0.02, "points": 0.01, "score_change": 0.05}  # nearer than this: the same
_WEEKS_PER_YEAR = 365.25 / 7
Values = dict[str, Value]


@dataclass(frozen=True)
class Benefit:
    """Throughput hours saved a year and their worth, were every case to change alike."""

    hours: Figure
    money: Figure


def first_page(
    client: Client, plan: Agreed, judged: Sequence[Judged], benefit: Benefit | None
) -> tuple[Statement, ...]:
    """The five sentences, chosen by the outcomes; none claims more than the verdicts do."""
    primary = next((each for each in judged if each.target.primary), judged[0])
    advice = recommendation(plan, judged, primary)
    harmed = [each for each in judged if _harmed(each)]
    values = values_of(primary) | ({"worse": _labels(harmed)} if harmed else {})
    return (
        _say(f"recommend.{advice}", values),
        effect(primary),
        _unproved(judged),
        _side_effects(judged, harmed),
        _decision(client, advice, benefit, harmed),
    )


def recommendation(plan: Agreed, judged: Sequence[Judged], primary: Judged) -> str:
    """What follows from the verdicts, as the last part of the key of its sentence."""
    guards = {each.outcome for each in judged if each.target.role == "guardrail"}
    default = primary.target.id == DEFAULT_TARGET.id
    choices = (
        ("stop", "not_reached" in guards),
        ("missing", primary.verdict is None),
        ("interim", plan.interim),
        (f"default_{primary.outcome}", default),
        (_open(primary), primary.outcome == "cannot_tell"),
        ("revise_worse", primary.outcome == "not_reached" and worsened(primary)),
        ("revise_partial", primary.outcome == "not_reached" and improved(primary)),
        ("revise", primary.outcome == "not_reached"),
        ("hold_worse", any(_harmed(each) for each in judged)),
        ("hold", bool(guards - {"reached"})),
        ("roll_out_indicative", primary.indicative),
    )
    return next((name for name, applies in choices if applies), "roll_out")


def _open(primary: Judged) -> str:
    return "wait" if primary.verdict is not None and primary.verdict.weeks_needed else "wait_open"


def improved(each: Judged) -> bool:
    """Whether the whole interval is on the better side of no change."""
    if each.verdict is None:
        return False
    return each.verdict.high < 0 if each.target.direction == "down" else each.verdict.low > 0


def worsened(each: Judged) -> bool:
    """Whether the whole interval is on the worse side of no change."""
    if each.verdict is None:
        return False
    return each.verdict.low > 0 if each.target.direction == "down" else each.verdict.high < 0


def _harmed(each: Judged) -> bool:
    """Whether a secondary goal surely got worse: no roll-out passes over that."""
    return each.target.role == "goal" and not each.target.primary and worsened(each)


def effect(each: Judged) -> Statement:
    """The effect beside the naive comparison, and why the two differ."""
    if each.verdict is None or each.verdict.effect != each.verdict.effect:
        return _say("effect.none", values_of(each))
    measured = "indicative" if each.indicative else "compared"
    kind = "throughput" if each.kind == "throughput" else "other"
    return _say(f"effect.{measured}_{kind}_{naive_side(each)}", values_of(each))


def naive_side(each: Judged) -> str:
    """How the naive comparison errs: `flatters`, `belittles`, `agrees`, or `absent`."""
    if each.verdict is None:
        return "absent"
    naive: float | None = each.details["naive"]["effect"]
    if naive is None:
        return "absent"
    ahead = each.verdict.effect - naive  # positive: naive is lower
    if abs(ahead) <= _AGREE[each.effect_unit]:
        return "agrees"
    return "flatters" if (ahead > 0) == (each.target.direction == "down") else "belittles"


def benefit(client: Client, judged: Sequence[Judged]) -> Benefit | None:
    """What the proven shortening would be worth a year in the pilot and comparison units.

    hours = relative change · Σ over baseline cases of min(throughput, horizon) · year / baseline:
    each unit's own baseline changed by the pilot's effect, as if every case changed by the same
    proportion. Interval: the verdict's. money = hours times the cost of a waiting hour. None
    unless the interval shows an improvement.
    """
    costs: Costs = client.engagement.costs
    found = next((each for each in judged if each.kind == "throughput" and improved(each)), None)
    if found is None or found.verdict is None or costs.waiting_hour is None:
        return None
    if found.outcome == "not_reached" and not found.target.primary:
        return None
    verdict = found.verdict
    before = [row for row in found.details["levels"] if row["period"] == "before"]
    weeks = found.details.get("baseline_weeks")
    if not before or not weeks:
        return None
    hours = sum(row["n"] * row["average"] for row in before) / weeks * _WEEKS_PER_YEAR

    def figure(unit: Unit, factor: float) -> Figure:
        saved = [-change * hours * factor for change in (verdict.effect, verdict.high, verdict.low)]
        return Figure(saved[0], unit, n=verdict.n, low=saved[1], high=saved[2],
                      confidence=found.confidence, source="verdicts.effect")

    return Benefit(figure("effort", 1.0), figure("money", costs.waiting_hour))


def label(each: Judged) -> str:
    """What the reader knows the target by."""
    return each.target.label or each.target.id


def _labels(targets: Sequence[Judged]) -> Value:
    """The labels of targets, joined as the language joins them."""
    first, *others = targets
    if not others:
        return label(first)
    return _say("part.joined", {"first": label(first), "others": _labels(others)})


def _unproved(judged: Sequence[Judged]) -> Statement:
    still_open = [each for each in judged if each.outcome in {"cannot_tell", "missing"}]
    if not still_open:
        missed = [each for each in judged
                  if each.outcome == "not_reached" and each.target.role == "goal"]
        return (_say("unproved.none_missed", {"missed": _labels(missed)}) if missed
                else _say("unproved.none", {}))
    still_open.sort(key=lambda each: (each.target.role == "guardrail", not each.target.primary))
    chosen = still_open[0]
    values = values_of(chosen) | {"others": Figure(len(still_open) - 1, "count")}
    more = "_more" if len(still_open) > 1 else ""
    if chosen.verdict is None or chosen.verdict.effect != chosen.verdict.effect:
        return _say(f"unproved.no_estimate{more}", values)
    kind = "weeks" if chosen.verdict.weeks_needed else "never"
    if chosen.target.id == DEFAULT_TARGET.id:
        return _say(f"unproved.default_{kind}", values)
    return _say(f"unproved.{kind}{more}", values)


def _side_effects(judged: Sequence[Judged], harmed: Sequence[Judged]) -> Statement:
    """A broken guardrail, else a goal that surely got worse, comes before what holds."""
    guards = [each for each in judged if each.target.role == "guardrail"]
    rank = {"not_reached": 0, "missing": 1, "cannot_tell": 2, "reached": 3}
    guards.sort(key=lambda each: (rank[each.outcome], _room(each)))
    guarded = _guardrails(guards)
    if not harmed:
        return guarded
    broken = bool(guards) and guards[0].outcome == "not_reached"
    values = values_of(harmed[0]) | {"worse": _labels(harmed), "guarded": guarded}
    several = "several" if len(harmed) > 1 else "one"
    return _say(f"side.{'broken_' if broken else ''}worse_{several}", values)


def _guardrails(guards: Sequence[Judged]) -> Statement:
    if not guards:
        return _say("side.no_guardrail", {})
    values = values_of(guards[0]) | {"guardrails": Figure(len(guards), "count")}
    several = "" if len(guards) > 1 else "_only"
    return _say(f"side.{guards[0].outcome}{several}", values)


def _room(each: Judged) -> float:
    """How far the worst end of the interval is from the guardrail's limit, in limits."""
    if each.verdict is None or not each.verdict.target:
        return math.inf
    worst = each.verdict.high if each.target.direction == "down" else each.verdict.low
    return 1 - worst / each.verdict.target


def _decision(
    client: Client, advice: str, benefit: Benefit | None, harmed: Sequence[Judged]
) -> Statement:
    has_money = benefit is not None and advice in {"roll_out", "roll_out_indicative", "hold"}
    values: Values = {"client": client.engagement.client}
    if harmed:
        values["worse"] = _labels(harmed)
    if benefit is not None and has_money:
        values |= {"money": benefit.money, "hours": benefit.hours}
    return _say(f"decision.{advice}{'_money' if has_money else ''}", values)


def values_of(each: Judged) -> Values:
    """Everything that a sentence about one target may show."""
    values: Values = {"target": label(each), "owner": each.target.owner,
                      "confidence": Figure(each.confidence, "share")}
    verdict = each.verdict
    if verdict is None:
        return values
    naive = each.details["naive"]
    unit = each.effect_unit
    worst = verdict.high if each.target.direction == "down" else verdict.low
    source = "verdicts.effect"
    more: Values = {
        "effect": _figure(verdict.effect, unit, n=verdict.n, low=verdict.low, high=verdict.high,
                          confidence=each.confidence, source=source),
        "bar": Figure(verdict.target, unit, source="verdicts.target"),
        "worst": _figure(worst, unit, n=verdict.n, source="verdicts"),
        "naive": Figure(naive["effect"], unit, n=naive["n_after"], low=naive["low"],
                        high=naive["high"], confidence=each.confidence),
        "probability": _figure(verdict.probability, "share", source="verdicts.probability"),
        "weeks": Figure(verdict.weeks_needed, "weeks", source="verdicts.weeks_needed"),
    }
    return values | more


def _figure(
    value: float, unit: Unit, *, n: int | None = None, low: float = math.nan,
    high: float = math.nan, confidence: float = 0.95, source: str = "",
) -> Figure:
    """A figure of a verdict; what could not be estimated is None."""
    value_, low_, high_ = (None if math.isnan(each) else each for each in (value, low, high))
    return Figure(value_, unit, n=n, low=low_, high=high_, confidence=confidence, source=source)


def _say(key: str, values: Values) -> Statement:
    return Statement(f"pilot_evaluation.first.{key}", values)
