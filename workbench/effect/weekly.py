"""One number per unit and week with the case mix held, and the pilot's distance from the others.

Within unit and week, the effect of each stratum (case type) is estimated and every week is
brought to the mix that the pilot units had before the pilot:
    m = mean(y) − Σ_s share_s · b_s,  with b centred on the baseline mix.
The known sampling variance of m is s² / n. The pilot arm is the mean of its units weighted by
their baseline volume; the comparison arm weights its units by 1 / (shocks + noise).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workbench.effect.cohort import Cohort, Floats, Integers

_STRATUM_SPREAD = 0.3  # prior sd of a group's own stratum effect around the common one, in sd
_RARE_STRATUM = 0.02  # strata below this share of the baseline are taken together
_SHOCK_GUESS = 0.1  # only for the weights of comparison units: weekly shocks of 0.1 sd
_ENOUGH = 20  # degrees of freedom from which a group's own variance is trusted


@dataclass(frozen=True)
class Contrast:
    """A weekly series that no pilot effect can be in: comparison units among themselves."""

    week: Integers
    value: Floats
    variance: Floats


@dataclass(frozen=True)
class Weekly:
    """The weekly series of the judgement; one entry per week in which both arms have cases.

    difference: pilot minus comparison (or the pilot itself, without comparison), each unit
    measured from its own baseline. variance: its known sampling variance. pilot, comparison:
    the arms' weekly levels. shift_variance: uncertainty of the mix adjustment of the shift.
    spread: sd of a case around its unit, week and stratum.
    """

    week: Integers
    difference: Floats
    variance: Floats
    pilot: Floats
    comparison: Floats
    pilot_n: Integers
    comparison_n: Integers
    contrasts: tuple[Contrast, ...]
    shift_variance: float
    spread: float
    used: tuple[str, ...]
    dropped: tuple[str, ...]
    compared: bool

    @property
    def after(self) -> NDArray[np.bool_]:
        """Whether the week belongs to the pilot period."""
        return self.week >= 0


@dataclass(frozen=True)
class _Grid:
    """Units by weeks: counts, adjusted means and sampling variances of a mean of one case."""

    first: int
    n: Floats
    mean: Floats
    case_variance: Floats
    shift_variance: Floats  # per unit


def weekly(cohort: Cohort, *, shares: bool) -> Weekly | None:
    """The weekly series of a cohort, or None where no pilot unit has both periods.

    `shares`: the values are 0 or 1, whose variance follows from their mean.
    """
    grid = _grid(cohort, shares=shares)
    weeks = grid.first + np.arange(grid.n.shape[1])
    before, after = weeks < 0, weeks >= 0
    both = (grid.n[:, before].sum(1) > 0) & (grid.n[:, after].sum(1) > 0)
    pilot_unit = np.zeros(len(cohort.units), dtype=bool)
    pilot_unit[cohort.unit[cohort.pilot]] = True
    seen = grid.n.sum(1) > 0
    pilot = np.flatnonzero(both & pilot_unit)
    other = np.flatnonzero(both & ~pilot_unit)
    if not len(pilot):
        return None
    base = _baseline(grid, before)
    volume = grid.n[:, before].sum(1)
    spread = float(np.sqrt(np.average(grid.case_variance[pilot].mean(1), weights=volume[pilot])))
    level, level_variance, level_n = _arm(grid, base, pilot, volume[pilot])
    if len(other):
        noise = grid.case_variance[other].mean(1) / np.maximum(grid.n[other].mean(1), 1)
        weights = 1 / np.maximum((_SHOCK_GUESS * spread) ** 2 + noise, 1e-12)
        rest, rest_variance, rest_n = _arm(grid, base, other, weights)
        difference, variance = level - rest, level_variance + rest_variance
        extra = weights**2 @ grid.shift_variance[other] / weights.sum() ** 2
        rest_level = rest + float(weights @ base[other] / weights.sum())
    else:
        difference, variance = level, level_variance
        rest_level, rest_n, extra = np.full(len(level), np.nan), np.zeros(len(level)), 0.0
    kept = np.isfinite(difference)
    share = volume[pilot] / volume[pilot].sum()
    return Weekly(
        week=weeks[kept], difference=difference[kept], variance=variance[kept],
        pilot=level[kept] + float(share @ base[pilot]), comparison=rest_level[kept],
        pilot_n=level_n[kept].astype(np.int64), comparison_n=rest_n[kept].astype(np.int64),
        contrasts=_contrasts(grid, base, other, weeks),
        shift_variance=float(share**2 @ grid.shift_variance[pilot] + extra), spread=spread,
        used=tuple(cohort.units[unit] for unit in (*pilot, *other)),
        dropped=tuple(cohort.units[unit] for unit in np.flatnonzero(seen & ~both)),
        compared=bool(len(other)),
    )


def _baseline(grid: _Grid, before: NDArray[np.bool_]) -> Floats:
    n = grid.n[:, before]
    total = np.where(n > 0, n * grid.mean[:, before], 0).sum(1)
    base: Floats = total / np.maximum(n.sum(1), 1)
    return base


def _arm(
    grid: _Grid, base: Floats, units: NDArray[np.intp], weights: Floats
) -> tuple[Floats, Floats, Floats]:
    """Weekly mean of an arm measured from each unit's own baseline, its variance, its cases.

    A unit without cases in a week lends its weight to the others.
    """
    n = grid.n[units]
    present = (n > 0) * weights[:, None]
    total = present.sum(0)
    share = np.divide(present, total, out=np.zeros_like(present), where=total > 0)
    apart = np.where(n > 0, grid.mean[units] - base[units, None], 0)
    noise = grid.case_variance[units] / np.maximum(n, 1)
    mean = np.where(total > 0, (share * apart).sum(0), np.nan)
    return mean, (share**2 * noise).sum(0), n.sum(0)


def _contrasts(
    grid: _Grid, base: Floats, units: NDArray[np.intp], weeks: Integers
) -> tuple[Contrast, ...]:
    """Orthonormal contrasts of comparison units: each against the mean of those before it."""
    found = []
    for count in range(1, len(units)):
        chosen = units[: count + 1]
        weights = np.append(np.full(count, -1 / count), 1.0)
        weights /= np.sqrt((weights**2).sum())
        n = grid.n[chosen]
        kept = (n > 0).all(0)
        value = weights @ np.where(n > 0, grid.mean[chosen] - base[chosen, None], 0)
        variance = weights**2 @ (grid.case_variance[chosen] / np.maximum(n, 1))
        if kept.sum() >= 4:
            found.append(Contrast(weeks[kept], value[kept], variance[kept]))
    return tuple(found)


def _grid(cohort: Cohort, *, shares: bool) -> _Grid:
    first = min(int(cohort.week.min()), -1)
    length = max(int(cohort.week.max()), 0) - first + 1
    units = len(cohort.units)
    cell = cohort.unit * length + cohort.week - first
    n = np.bincount(cell, minlength=units * length).astype(float)
    stratum, mix = _mix(cohort)
    counted = np.bincount(cell * len(mix) + stratum, minlength=units * length * len(mix))
    tally: Floats = counted.reshape(units * length, len(mix)).astype(float)
    # two groups of weeks for pilot units (the pilot may change the strata), one for the others
    pilot_unit = np.bincount(cohort.unit, weights=cohort.pilot, minlength=units) > 0
    week_after = np.tile(np.arange(length) + first >= 0, units)
    group = np.repeat(np.arange(units) * 2, length) + (week_after & np.repeat(pilot_unit, length))
    effect, group_variance = _stratum_effects(cohort.value, cell, stratum, tally, group, mix)
    adjusted = cohort.value - effect[group[cell], stratum]
    total = np.bincount(cell, weights=adjusted, minlength=units * length)
    mean = np.divide(total, n, out=np.zeros_like(total), where=n > 0)
    if shares:
        case_variance = _share_variance(cohort, units, length, first)
    else:
        case_variance = _case_variance(adjusted, cohort, cell, units, length, first)
    if len(mix) == 1:
        group_variance = np.zeros((units * 2, 1, 1))
    shift = np.zeros(units)
    for unit in np.flatnonzero(pilot_unit):
        for side in (0, 1):
            cells = group == 2 * unit + side
            cells &= np.repeat(np.arange(units) == unit, length)
            counts = tally[cells].sum(0)
            if counts.sum() > 0:
                gap = counts / counts.sum() - mix
                shift[unit] += float(gap @ group_variance[2 * unit + side] @ gap)
    shape = (units, length)
    return _Grid(first, n.reshape(shape), mean.reshape(shape), case_variance, shift)


def _mix(cohort: Cohort) -> tuple[Integers, Floats]:
    """Strata with the rare ones taken together, and the mix that the pilot units had before."""
    base = cohort.pilot & ~cohort.after
    counts = np.bincount(cohort.stratum[base], minlength=len(cohort.strata)).astype(float)
    if not counts.sum():
        counts = np.bincount(cohort.stratum, minlength=len(cohort.strata)).astype(float)
    common = counts >= max(_RARE_STRATUM * counts.sum(), 1)
    codes = np.where(common, np.cumsum(common) - 1, common.sum())
    stratum = codes[cohort.stratum].astype(np.int64)
    size = int(codes.max()) + 1
    mix = np.bincount(codes, weights=counts, minlength=size)
    return stratum, mix / mix.sum()


def _stratum_effects(
    value: Floats, cell: Integers, stratum: Integers, tally: Floats, group: Integers, mix: Floats
) -> tuple[Floats, Floats]:
    """Effect of each stratum within unit and week, per group, centred on the baseline mix.

    Each group's effects are drawn toward those of all cases together (ridge), so that a
    stratum with few or no cases in a group keeps a sensible effect and an honest variance.
    """
    cells, strata = tally.shape
    groups = int(group.max()) + 2
    if strata == 1:
        return np.zeros((groups, 1)), np.zeros((groups, 1, 1))
    sums = np.bincount(cell * strata + stratum, weights=value, minlength=cells * strata)
    sums = sums.reshape(cells, strata)
    n = np.maximum(tally.sum(1), 1)
    mean = sums.sum(1) / n
    design = np.zeros((groups, strata, strata))
    response = np.zeros((groups, strata))
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(groups + 1))
    for code, (start, stop) in enumerate(pairwise(bounds)):
        rows = order[start:stop]
        counts = tally[rows]
        design[code] = np.diag(counts.sum(0)) - counts.T @ (counts / n[rows, None])
        response[code] = sums[rows].sum(0) - counts.T @ mean[rows]
    common = np.linalg.pinv(design.sum(0)) @ response.sum(0)
    fitted = common[stratum] - (tally @ common / n)[cell]
    residual = value - mean[cell] - fitted
    noise = float(residual @ residual) / max(len(value) - int((tally.sum(1) > 0).sum()), 1)
    ridge = np.eye(strata) / _STRATUM_SPREAD**2
    inverse = np.linalg.inv(design + ridge)
    own = response - design @ common
    effect = common + (inverse @ own[:, :, None])[:, :, 0]
    effect -= effect @ mix[:, None]
    spread: Floats = np.asarray(inverse * noise, dtype=np.float64)
    return effect, spread


def _case_variance(
    adjusted: Floats, cohort: Cohort, cell: Integers, units: int, length: int, first: int
) -> Floats:
    """Variance of one case, per unit and period; of the unit or of all where cases are few.

    Where hardly any week has two cases of a unit, the variance is taken around the mean of unit
    and period: that holds the weeks' shocks as well, and errs on the wide side.
    """
    period = cohort.unit * 2 + cohort.after
    overall, freedom = _pool(adjusted, np.zeros(len(adjusted), dtype=np.int64), cell, 1)
    if freedom[0] < _ENOUGH:
        cell = period
        overall, freedom = _pool(adjusted, np.zeros(len(adjusted), dtype=np.int64), cell, 1)
    own, freedom = _pool(adjusted, cohort.unit, cell, units)
    own = np.where(freedom >= _ENOUGH, own, overall[0])
    by_period, freedom = _pool(adjusted, period, cell, units * 2)
    by_period = np.where(freedom >= _ENOUGH, by_period, np.repeat(own, 2)).reshape(units, 2)
    return by_period[:, (np.arange(length) + first >= 0).astype(int)]


def _pool(
    value: Floats, group: Integers, cell: Integers, groups: int
) -> tuple[Floats, Floats]:
    """Variance within cells, pooled over each group of cells, and its degrees of freedom."""
    cells = int(cell.max()) + 1
    n = np.maximum(np.bincount(cell, minlength=cells), 1)
    residual = value - (np.bincount(cell, weights=value, minlength=cells) / n)[cell]
    squares = np.bincount(group, weights=residual**2, minlength=groups)
    used = np.unique(group * cells + cell) // cells
    freedom = np.bincount(group, minlength=groups) - np.bincount(used, minlength=groups)
    variance: Floats = np.asarray(squares / np.maximum(freedom, 1.0), dtype=np.float64)
    return variance, freedom.astype(np.float64)


def _share_variance(cohort: Cohort, units: int, length: int, first: int) -> Floats:
    """p(1 − p) per unit and period with one success and one failure added: never nought."""
    period = cohort.unit * 2 + cohort.after
    n = np.bincount(period, minlength=units * 2)
    successes = np.bincount(period, weights=cohort.value, minlength=units * 2)
    share = ((successes + 1) / (n + 2)).reshape(units, 2)
    variance: Floats = (share * (1 - share))[:, (np.arange(length) + first >= 0).astype(int)]
    return variance
