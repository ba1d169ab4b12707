"""How much weeks wander by themselves, and what that leaves of the effect.

Model of the weekly series: y = X·b + u + e, where X holds the level, the shift after the
pilot's start (the effect) and, without comparison units, trend and season; u is an AR(1) shock
with stationary sd `sigma` and correlation `rho` from week to week; e is the known sampling
noise. For every (rho, sigma) of a grid the shift is normal around its weighted least squares
estimate; the grid points are weighted by prior and restricted likelihood. The posterior is the
mixture, so that few weeks, which cannot tell the shocks apart, widen the interval.

Comparison units among themselves carry the same kind of shock and no effect: their contrasts
sharpen the weights. The fewer of them, the wider the prior. The prior of sigma is half-Cauchy
in units of the spread of a case, that of rho gives strong persistence (0.9 and above) more
weight than the others: units that drift apart are the costly mistake.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import ndtr

from workbench.effect.cohort import Floats, Integers
from workbench.effect.weekly import Contrast, Weekly

RHO = np.array([0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995])
SIGMA = np.array([0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7,
                  1.0, 1.5])  # in units of the spread of a case
_PRIORS = {0: (0.5, 4.0), 1: (0.4, 3.0), 2: (0.2, 2.0)}  # contrasts: scale, weight of persistence
_PERSISTENT = 0.9
_TREND_WEEKS = 12  # a baseline this long can show a trend
_YEAR_WEEKS = 365.25 / 7


@dataclass(frozen=True)
class Posterior:
    """The effect as a mixture of normals: one for every (rho, sigma) of the grid."""

    weight: Floats
    mean: Floats
    sd: Floats
    rho: float
    sigma: float
    columns: tuple[str, ...]

    @property
    def centre(self) -> float:
        """The mean of the mixture: the estimate."""
        return float(self.weight @ self.mean)

    def below(self, value: float) -> float:
        """The probability that the effect is below a value."""
        return float(self.weight @ ndtr((value - self.mean) / self.sd))

    def quantile(self, probability: float) -> float:
        """The value below which the effect lies with a probability."""
        low = float((self.mean - 9 * self.sd).min())
        high = float((self.mean + 9 * self.sd).max())
        for _ in range(60):
            middle = (low + high) / 2
            if self.below(middle) < probability:
                low = middle
            else:
                high = middle
        return (low + high) / 2


def posterior(series: Weekly) -> Posterior:
    """The effect of the pilot on a weekly series."""
    sigma = SIGMA * series.spread
    design, columns = _design(series)
    likelihood, mean, variance = _fit(series.week, series.difference, series.variance, design,
                                      sigma, exact=True)
    # the shock of a difference of arms is wider than that of one unit
    widening = _widening(series)
    for contrast in series.contrasts:
        likelihood = likelihood + _contrast(contrast, sigma / widening)
    log_weight = likelihood + _prior(len(series.contrasts) if series.compared else 0)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    flat = weight.ravel()
    return Posterior(
        flat, mean.ravel(), np.sqrt(variance.ravel() + series.shift_variance),
        rho=float(flat @ np.repeat(RHO, len(SIGMA))),
        sigma=float(np.sqrt(flat @ np.tile(sigma**2, len(RHO)))), columns=columns,
    )


def shift_sd(week: Integers, variance: Floats, design: Floats, rho: float, sigma: float) -> float:
    """Standard error of the shift when the shocks are known: what more weeks would bring."""
    distance = np.abs(week[:, None] - week)
    covariance = sigma**2 * rho**distance + np.diag(variance)
    information = design.T @ np.linalg.solve(covariance, design)
    return float(np.sqrt(np.linalg.inv(information)[1, 1]))


def design_of(week: Integers, columns: tuple[str, ...]) -> Floats:
    """The columns of the model for a range of weeks."""
    angle = 2 * np.pi * week / _YEAR_WEEKS
    every = {"level": np.ones(len(week)), "shift": (week >= 0).astype(float),
             "trend": week / 26, "sine": np.sin(angle), "cosine": np.cos(angle)}
    return np.column_stack([every[name] for name in columns])


def _design(series: Weekly) -> tuple[Floats, tuple[str, ...]]:
    columns: tuple[str, ...] = ("level", "shift")
    if not series.compared:
        baseline = -int(series.week.min())
        columns += ("trend",) if baseline >= _TREND_WEEKS else ()
        columns += ("sine", "cosine") if baseline >= _YEAR_WEEKS else ()
    return design_of(series.week, columns), columns


def _widening(series: Weekly) -> float:
    """Sd of a difference of arms over the sd of one unit's shock (equal weights)."""
    others = max(len(series.contrasts) + 1, 1)
    return float(np.sqrt(1 + 1 / others))


def _contrast(contrast: Contrast, sigma: Floats) -> Floats:
    level = np.ones((len(contrast.week), 1))
    return _fit(contrast.week, contrast.value, contrast.variance, level, sigma, exact=False)[0]


def _fit(
    week: Integers, value: Floats, variance: Floats, design: Floats, sigma: Floats, *, exact: bool
) -> tuple[Floats, Floats, Floats]:
    """Restricted log-likelihood, shift and its variance on the grid (rho by sigma).

    With R = corr(rho) scaled by the noise, R = U·L·Uᵀ, the covariance at every sigma is
    U(σ²L + 1)Uᵀ: one decomposition per rho serves all sigmas. `exact=False` takes the noise
    as equal in all weeks, for which the decomposition is remembered.
    """
    floor = 1e-12 + 1e-6 * float(variance.mean())
    noise = np.maximum(variance, floor)
    if exact:
        distance = np.abs(week[:, None] - week)
        scale = np.sqrt(noise)
        roots, vectors = np.linalg.eigh(RHO[:, None, None] ** distance
                                        / scale[:, None] / scale)
    else:
        scale = np.full(len(week), np.sqrt(noise.mean()))
        roots, vectors = _spectrum(tuple(week - week[0]))
        roots = roots / scale[0] ** 2
    turned = np.swapaxes(vectors, 1, 2)
    columns = turned @ (design / scale[:, None])  # rho, week, column
    shown = turned @ (value / scale)  # rho, week
    inverse = 1 / (sigma[:, None] ** 2 * np.maximum(roots, 0)[:, None, :] + 1)  # rho, sigma, week
    weighted = inverse[..., None] * columns[:, None]
    information = np.swapaxes(columns, 1, 2)[:, None] @ weighted
    against = np.einsum("rswc,rw->rsc", weighted, shown)
    covariance = np.linalg.inv(information)
    estimate = np.einsum("rscd,rsd->rsc", covariance, against)
    misfit = np.einsum("rsw,rw->rs", inverse, shown**2) - (estimate * against).sum(-1)
    likelihood = 0.5 * (np.log(inverse).sum(-1) - np.linalg.slogdet(information)[1] - misfit)
    effect = min(1, design.shape[1] - 1)
    return likelihood, estimate[..., effect], covariance[..., effect, effect]


@lru_cache(maxsize=256)
def _spectrum(week: tuple[int, ...]) -> tuple[Floats, Floats]:
    place = np.array(week)
    roots, vectors = np.linalg.eigh(RHO[:, None, None] ** np.abs(place[:, None] - place))
    return roots, vectors


@lru_cache(maxsize=8)
def _prior(contrasts: int) -> Floats:
    scale, persistence = _PRIORS[min(contrasts, max(_PRIORS))]
    of_sigma = np.log(np.gradient(SIGMA)) - np.log1p((SIGMA / scale) ** 2)
    of_rho = np.where(RHO >= _PERSISTENT, persistence, 1.0)
    density: Floats = np.log(of_rho / of_rho.sum())[:, None] + of_sigma
    return density
