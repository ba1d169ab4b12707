"""Effect, interval, outcome: the judgement itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from workbench.effect import beside
from workbench.effect.cohort import WEEK_HOURS, Cohort, read
from workbench.effect.protocol import Protocol
from workbench.effect.shocks import Posterior, design_of, narrowing, posterior
from workbench.effect.weekly import Weekly, weekly
from workbench.model import Figure, Language, Outcome, Statement, Verdict
from workbench.words import effect_unit, load

BASELINE_WEEKS = 4  # fewer weeks before the pilot: no verdict
PILOT_WEEKS = 2  # fewer matured weeks of the pilot: no verdict
SUREST = 0.999  # no probability beyond this: the model itself is not surer
DRIFT_CAUTION = 5  # where units drift apart, a verdict must stand at a fifth of the error
FARTHEST_WEEKS = 104  # a verdict further away than this is "never"


@dataclass(frozen=True)
class _Answer:
    """What the numbers say, before it is put into words."""

    outcome: Outcome
    rule: str
    effect: float = math.nan
    low: float = math.nan
    high: float = math.nan
    probability: float = math.nan
    weeks_needed: int | None = None


def judge(cases: Any, protocol: Protocol | Mapping[str, Any]) -> Verdict:
    """What the pilot did to one KPI, with an interval that respects weeks, and what follows.

    cases: one row per case: `case_id`, `unit`, `start` (zone-aware), `end` (empty while open),
    optional `value` (0/1 for a rate, a number for a score) and `stratum` (case type). A pandas
    frame, or anything that turns into one. protocol: see `Protocol`; a mapping will do.

    effect = mean over pilot weeks minus mean over baseline weeks of the weekly difference
    between pilot and comparison units (log of min(duration, horizon), case mix held at the
    baseline), for durations turned into a relative change. Reached when the whole interval
    beats the target, not reached when all of it misses, else cannot tell. A guardrail's target
    is its margin. Fewer than four baseline weeks or two matured pilot weeks: cannot tell, by
    rule; likewise where comparison units drift apart and the verdict would not stand at 99 %
    (a fifth of the error). Where nothing can be estimated, effect, interval and probability are
    NaN.

    Raises WrongUse where protocol or columns cannot mean anything.

    >>> import pandas as pd
    >>> start = pd.date_range("2025-01-06", periods=600, freq="6h", tz="UTC")
    >>> hours = [20 + i * 7 % 11 for i in range(600)]
    >>> cases = pd.DataFrame({"case_id": range(600), "unit": ["east", "west", "north"] * 200,
    ...     "start": start, "end": start + pd.to_timedelta(hours, unit="h")})
    >>> verdict = judge(cases, {"kpi": "throughput", "direction": "down", "horizon_hours": 72,
    ...     "pilot_units": ["east"], "comparison_units": ["west", "north"], "target": -0.2,
    ...     "pilot_start": start[400], "cut": start[-1]})
    >>> verdict.outcome, verdict.low < 0 < verdict.high
    ('not_reached', True)
    """
    if not isinstance(protocol, Protocol):
        protocol = Protocol.from_dict(protocol)
    cohort = read(cases, protocol)
    series = None
    if len(cohort.value) and cohort.pilot.any():
        series = weekly(cohort, shares=protocol.kpi == "rate")
    if series is None or len(series.week) == 0:
        return _verdict(_Answer("cannot_tell", _why_nothing(cohort)), cohort, None, protocol)
    after = int(series.after.sum())
    before = len(series.week) - after
    if not after or not before:
        rule = "no_pilot_week" if not after else "no_baseline"
        return _verdict(_Answer("cannot_tell", rule), cohort, series, protocol)
    if series.spread <= 1e-9 * max(1.0, float(np.abs(cohort.value).max())):
        return _verdict(_Answer("cannot_tell", "all_equal"), cohort, series, protocol)
    shift = posterior(series)
    answer = _answer(shift, series, protocol, before, after)
    return _verdict(answer, cohort, series, protocol, shift)


def _why_nothing(cohort: Cohort) -> str:
    if not len(cohort.value):
        return "no_matured" if cohort.counts["immature"] else "no_cases"
    if not (cohort.pilot & cohort.after).any():
        return "no_pilot_week"
    return "no_baseline" if not (cohort.pilot & ~cohort.after).any() else "no_overlap"


def _answer(
    shift: Posterior, series: Weekly, protocol: Protocol, before: int, after: int
) -> _Answer:
    relative = protocol.kpi == "throughput"
    bar = math.log1p(protocol.bar) if relative else protocol.bar
    interval = shift.interval(protocol.confidence)
    below = shift.below(bar)
    holds = below if protocol.direction == "down" else 1 - below
    outcome = _outcome(interval, bar, protocol)
    rule = ""
    if before < BASELINE_WEEKS or after < PILOT_WEEKS or len(series.week) < len(shift.columns) + 2:
        rule = "few_weeks"
    elif shift.drift > 0.5:
        stricter = shift.interval(1 - (1 - protocol.confidence) / DRIFT_CAUTION)
        rule = "drift" if _outcome(stricter, bar, protocol) == "cannot_tell" else ""
    outcome = "cannot_tell" if rule else outcome
    needed = None
    if outcome == "cannot_tell" and rule != "drift":  # more of such weeks would not help
        needed = _weeks_needed(shift, series, bar, interval)
        if needed is not None and rule:
            needed = max(needed, PILOT_WEEKS - after) if before >= BASELINE_WEEKS else None
    scale = math.expm1 if relative else float
    return _Answer(outcome, rule, scale(shift.centre), scale(interval[0]), scale(interval[1]),
                   min(max(holds, 1 - SUREST), SUREST), needed)


def _outcome(interval: tuple[float, float], bar: float, protocol: Protocol) -> Outcome:
    below, above = interval[1] < bar, interval[0] > bar
    better, worse = (below, above) if protocol.direction == "down" else (above, below)
    return "reached" if better else "not_reached" if worse else "cannot_tell"


def _weeks_needed(
    shift: Posterior, series: Weekly, bar: float, interval: tuple[float, float]
) -> int | None:
    """Further weeks until the interval would clear the bar, were the estimate to stay.

    The half of the interval that reaches toward the bar shrinks with the standard error that
    further weeks, as full as those seen, would leave.
    """
    reach = interval[1] - shift.centre if shift.centre < bar else shift.centre - interval[0]
    gap = abs(shift.centre - bar)
    clear = reach * narrowing(series, shift, FARTHEST_WEEKS) < gap
    return int(np.argmax(clear)) + 1 if clear.any() else None


def _verdict(
    answer: _Answer, cohort: Cohort, series: Weekly | None, protocol: Protocol,
    shift: Posterior | None = None,
) -> Verdict:
    relative = protocol.kpi == "throughput"
    indicative = (series is not None and not series.compared) or not protocol.comparison_units
    n = int((cohort.pilot & cohort.after).sum())
    method = "segmented" if indicative else "weekly_difference"
    before = after = None
    if series is not None:
        before = _level(series, after=False, relative=relative)
        after = _level(series, after=True, relative=relative)
    said = _statements(answer, n, protocol, indicative=indicative)
    details = _details(answer, cohort, series, protocol, shift) | {"statements": said}
    return Verdict(
        kpi=protocol.kpi, effect=answer.effect, low=answer.low, high=answer.high,
        target=protocol.bar, probability=answer.probability, n=n,
        weeks_needed=answer.weeks_needed, method=method, outcome=answer.outcome,
        indicative=indicative, text_en=_text(said, "en"), text_zh=_text(said, "zh"),
        before=before, after=after, details=details,
    )


def _level(series: Weekly, *, after: bool, relative: bool) -> float | None:
    chosen = series.after == after
    if not chosen.any():
        return None
    level = float(np.average(series.pilot[chosen], weights=series.pilot_n[chosen]))
    return math.exp(level) if relative else level


def _statements(
    answer: _Answer, n: int, protocol: Protocol, *, indicative: bool
) -> tuple[Statement, ...]:
    """The verdict in sentences: outcome, what it is measured against, what is missing."""
    unit = effect_unit(protocol.kpi)
    values: dict[str, Figure | str] = {
        "effect": Figure(_shown(answer.effect), unit, n=n, low=_shown(answer.low),
                         high=_shown(answer.high), confidence=protocol.confidence),
        "confidence": Figure(protocol.confidence, "share"),
        "bar": Figure(protocol.bar, unit),
        "probability": Figure(_shown(answer.probability), "share"),
        "weeks": Figure(answer.weeks_needed, "weeks"),
    }
    if math.isnan(answer.effect):
        parts = ["part.no_estimate"]
    else:
        parts = [f"{protocol.role}.{'interim' if protocol.interim else answer.outcome}",
                 "part.against_baseline" if indicative else "part.against_comparison"]
    if answer.rule:
        parts.append(f"rule.{answer.rule}")
    if answer.outcome == "cannot_tell" and not math.isnan(answer.effect) and (
            answer.rule != "drift"):
        parts.append("part.weeks" if answer.weeks_needed is not None else "part.never")
    if protocol.interim:
        parts.append("part.interim")
    return tuple(Statement(f"effect.{part}", values) for part in parts)


def _text(statements: tuple[Statement, ...], language: Language) -> str:
    words = load(language)
    separator = words.text("effect.part.separator")
    return separator.join(words.say_text(statement) for statement in statements)


def _shown(value: float) -> float | None:
    return None if math.isnan(value) else value


def _details(
    answer: _Answer, cohort: Cohort, series: Weekly | None, protocol: Protocol,
    shift: Posterior | None,
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "rule": answer.rule, "interim": protocol.interim, "counts": cohort.counts,
        "naive": beside.naive(cohort, protocol), "levels": beside.levels(cohort, protocol),
        "mix": beside.mix_split(cohort, protocol), "weekly": [],
        "open_share": float(cohort.open.mean()) if len(cohort.open) else None,
    }
    if series is not None:
        found |= {"weekly": _weekly_rows(series, protocol, shift), "units": list(series.used),
                  "dropped_units": list(series.dropped),
                  "baseline_weeks": int((~series.after).sum()),
                  "pilot_weeks": int(series.after.sum())}
    if shift is not None:
        found |= {"persistence": shift.rho, "shock": shift.sigma, "drift": shift.drift,
                  "terms": list(shift.columns)}
    return found


def _weekly_rows(
    series: Weekly, protocol: Protocol, shift: Posterior | None
) -> list[dict[str, Any]]:
    """The weeks as a reader sees them: level of the pilot, level expected without it."""
    scale = np.exp if protocol.kpi == "throughput" else np.asarray
    expected = series.pilot - series.difference
    if not series.compared:
        expected = _without_pilot(series, shift)
    noise = 2 * np.sqrt(series.variance)
    columns = {
        "pilot": scale(series.pilot), "expected": scale(expected),
        "comparison": scale(series.comparison), "difference": series.difference,
        "low": series.difference - noise, "high": series.difference + noise,
    }
    rows = []
    for place, week in enumerate(series.week):
        start = protocol.pilot_start + timedelta(hours=int(week) * WEEK_HOURS)
        rows.append({"week": int(week), "start": start.date().isoformat(),
                     "n_pilot": int(series.pilot_n[place]),
                     "n_comparison": int(series.comparison_n[place]),
                     **{name: _finite(column[place]) for name, column in columns.items()}})
    return rows


def _without_pilot(series: Weekly, shift: Posterior | None) -> Any:
    if shift is None:
        return np.full(len(series.week), np.nan)
    design = design_of(series.week, tuple(name for name in shift.columns if name != "shift"))
    weight = 1 / np.sqrt(series.variance)
    rest = series.pilot - shift.centre * series.after
    fitted = np.linalg.lstsq(design * weight[:, None], rest * weight, rcond=None)[0]
    return design @ fitted


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
