"""The simpler figures that stand beside a verdict and never decide it."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np

from workbench.effect.cohort import Cohort, Floats, Integers
from workbench.effect.proportions import newcombe
from workbench.effect.protocol import Protocol
from workbench.model import SEED

_RESAMPLES = 200


def difference_in_differences(
    change: tuple[float, float], other: tuple[float, float]
) -> tuple[float, float]:
    """The change of one group minus that of another, and its standard error.

    Each change is (estimate, standard error); the errors are taken as independent. Card and
    Krueger (1994, table 3, row 4), employment in New Jersey against Pennsylvania:

    >>> effect, error = difference_in_differences((0.47, 0.48), (-2.28, 1.25))
    >>> round(effect, 2), round(error, 2)
    (2.75, 1.34)
    """
    return change[0] - other[0], math.hypot(change[1], other[1])


def naive(cohort: Cohort, protocol: Protocol) -> dict[str, float | int | None]:
    """What is usually compared: cases that began and ended in each period, as if independent.

    Throughput: relative change of the geometric mean with Welch's interval; rates: Newcombe's
    interval; scores: difference of means.
    """
    before, after = cohort.naive
    found: dict[str, float | int | None] = {
        "before": None, "after": None, "effect": None, "low": None, "high": None,
        "n_before": len(before), "n_after": len(after),
    }
    relative = protocol.kpi == "throughput"
    if len(before):
        found["before"] = _back(float(before.mean()), relative=relative)
    if len(after):
        found["after"] = _back(float(after.mean()), relative=relative)
    if min(len(before), len(after)) < 2:
        return found
    change = float(after.mean() - before.mean())
    if protocol.kpi == "rate":
        low, high = newcombe(float(after.sum()), len(after), float(before.sum()), len(before),
                             protocol.confidence)
    else:
        error = math.sqrt(before.var(ddof=1) / len(before) + after.var(ddof=1) / len(after))
        reach = NormalDist().inv_cdf((1 + protocol.confidence) / 2) * error
        low, high = change - reach, change + reach
    found |= {"effect": _change(change, relative=relative), "low": _change(low, relative=relative),
              "high": _change(high, relative=relative)}
    return found


def levels(cohort: Cohort, protocol: Protocol) -> list[dict[str, Any]]:
    """Per arm and period: cases, open share and mean; for durations also median and P90.

    The intervals of median and P90 come from a seeded bootstrap of whole weeks. Durations are
    in hours and stop at the horizon, so a P90 may say no more than "at least the horizon";
    `mean` is their geometric mean, `average` the arithmetic one.
    """
    relative = protocol.kpi == "throughput"
    rows = []
    for arm, in_arm in (("pilot", cohort.pilot), ("comparison", ~cohort.pilot)):
        for period, in_period in (("before", ~cohort.after), ("after", cohort.after)):
            chosen = in_arm & in_period
            if not chosen.any():
                continue
            value = cohort.value[chosen]
            row: dict[str, Any] = {
                "arm": arm, "period": period, "n": int(chosen.sum()),
                "open_share": float(cohort.open[chosen].mean()) if relative else None,
                "mean": _back(float(value.mean()), relative=relative),
            }
            if relative:
                row |= _quantiles(np.exp(value), cohort.week[chosen])
                row["average"] = float(np.exp(value).mean())
            rows.append(row)
    return rows


def mix_split(cohort: Cohort, protocol: Protocol) -> dict[str, float] | None:
    """Kitagawa's split of the pilot arm's plain change into case mix and change within types.

    mix = Σ (w₁ − w₀) · (m₀ + m₁)/2, within = Σ (w₀ + w₁)/2 · (m₁ − m₀); their sum is the whole
    change (on the log scale for durations). None without strata.
    """
    strata = len(cohort.strata)
    if len(np.unique(cohort.stratum)) < 2:
        return None
    share, mean = np.zeros((2, strata)), np.full((2, strata), np.nan)
    for period, in_period in enumerate((~cohort.after, cohort.after)):
        chosen = cohort.pilot & in_period
        n = np.bincount(cohort.stratum[chosen], minlength=strata)
        if not n.sum():
            return None
        total = np.bincount(cohort.stratum[chosen], weights=cohort.value[chosen], minlength=strata)
        share[period] = n / n.sum()
        mean[period][n > 0] = total[n > 0] / n[n > 0]
    mean = np.where(np.isnan(mean), mean[::-1], mean)  # a type seen once has changed in mix only
    mean = np.where(np.isnan(mean), 0.0, mean)
    mix = float((share[1] - share[0]) @ mean.mean(0))
    within = float(share.mean(0) @ (mean[1] - mean[0]))
    relative = protocol.kpi == "throughput"
    return {"total": _change(mix + within, relative=relative),
            "mix": _change(mix, relative=relative), "within": _change(within, relative=relative)}


def _quantiles(value: Floats, week: Integers) -> dict[str, float]:
    """Median and P90 with a 95 % interval from resampling whole weeks with replacement.

    The resamples read the values off a grid of up to 200 of them, which is finer than any interval.
    """
    names, place = np.unique(week, return_inverse=True)
    grid = np.unique(np.quantile(value, np.linspace(0, 1, 201), method="inverted_cdf"))
    bins = np.searchsorted(grid, value)
    counts = np.bincount(place * len(grid) + bins, minlength=len(names) * len(grid))
    reached = np.cumsum(counts.reshape(len(names), len(grid)), axis=1)
    random = np.random.default_rng(SEED)
    drawn = random.multinomial(len(names), np.full(len(names), 1 / len(names)), _RESAMPLES)
    resampled = drawn @ reached  # cases up to each grid value; whole numbers need no BLAS
    found: dict[str, float] = {}
    for name, level in (("median", 0.5), ("p90", 0.9)):
        needed = np.maximum(np.ceil(level * resampled[:, -1:]), 1)
        low, high = np.quantile(grid[(resampled < needed).sum(1)], (0.025, 0.975))
        found |= {name: float(np.quantile(value, level)), f"{name}_low": float(low),
                  f"{name}_high": float(high)}
    return found


def _back(value: float, *, relative: bool) -> float:
    return math.exp(value) if relative else value


def _change(value: float, *, relative: bool) -> float:
    return math.expm1(value) if relative else value
