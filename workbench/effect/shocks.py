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
from workbench.effect.weekly import Weekly

RHO = np.array([0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995])
SIGMA = np.array([0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7,
                  1.0, 1.5])  # in units of the spread of a case
_PRIORS = {0: (0.8, 6.0), 1: (0.5, 4.0), 2: (0.2, 2.0)}  # contrasts: scale, weight of persistence
_PERSISTENT = 0.9
_LARGE = 0.2  # shocks this large and persistent (in spreads of a case) are a drift
_ENOUGH_CONTRASTS = 2  # with fewer the prior, not the data, would speak of drift
_TREND = 0.5  # prior sd of a trend per half year, in spreads of a case
_SEASON = 0.5  # prior sd of a season that the baseline can show
_UNSEEN_SEASON = 0.2  # and of one that it cannot, being shorter than a year
_YEAR_WEEKS = 365.25 / 7


@dataclass(frozen=True)
class Posterior:
    """The effect as a mixture of normals: one for every (rho, sigma) of the grid.

    `drift` is the probability that units drift apart by themselves (rho of 0.9 and more with
    shocks of a fifth of a case's spread and more); 0 with fewer than three comparison units, where
    it cannot be told.
    """

    weight: Floats
    mean: Floats
    sd: Floats
    rho: float
    sigma: float
    drift: float
    columns: tuple[str, ...]
    prior: Floats

    @property
    def centre(self) -> float:
        """The mean of the mixture: the estimate."""
        return float(self.weight @ self.mean)

    def below(self, value: float) -> float:
        """The probability that the effect is below a value."""
        return float(self.weight @ ndtr((value - self.mean) / self.sd))

    def interval(self, confidence: float) -> tuple[float, float]:
        """The interval that holds the effect with a probability, equal tails outside."""
        tail = (1 - confidence) / 2
        return self.quantile(tail), self.quantile(1 - tail)

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
    columns, prior = _columns(series)
    design = design_of(series.week, columns)
    filtered = _filter(series.week, np.column_stack([design, series.difference]), series.variance,
                       RHO[:, None], sigma)
    likelihood, mean, variance = _solve(*(part[-1] for part in filtered), shift=1,
                                        prior=prior)
    # the shock of a difference of arms is wider than that of one unit
    own = sigma / _widening(series)
    for contrast in series.contrasts:
        level = np.ones(len(contrast.week))
        filtered = _filter(contrast.week, np.column_stack([level, contrast.value]),
                           contrast.variance, RHO[:, None], own)
        likelihood = likelihood + _solve(*(part[-1] for part in filtered), shift=0,
                                         prior=np.zeros((1, 1)))[0]
    log_weight = likelihood + _prior(len(series.contrasts) if series.compared else 0)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    flat = weight.ravel()
    drifting = (RHO[:, None] >= _PERSISTENT) & (SIGMA >= _LARGE)
    told = len(series.contrasts) >= _ENOUGH_CONTRASTS
    return Posterior(
        flat, mean.ravel(), np.sqrt(variance.ravel() + series.shift_variance),
        rho=float(flat @ np.repeat(RHO, len(SIGMA))),
        sigma=float(np.sqrt(flat @ np.tile(sigma**2, len(RHO)))),
        drift=float(weight[drifting].sum()) if told else 0.0, columns=columns,
        prior=prior,
    )


def shift_sd(week: Integers, variance: Floats, design: Floats, rho: float, sigma: float) -> float:
    """Standard error of the shift when the shocks' parameters are known."""
    _, products = _filter(week, design, variance, np.array([[rho]]), np.array([sigma]))
    return float(np.sqrt(np.linalg.inv(products[-1, 0, 0])[1, 1]))


def narrowing(series: Weekly, shift: Posterior, further: int) -> Floats:
    """How the standard error of the shift shrinks with each of some further weeks, as a ratio.

    The further weeks are as full as the pilot's weeks so far; the error is averaged over the
    grid, at the weights that the data so far give it.
    """
    week = np.append(series.week, int(series.week.max()) + 1 + np.arange(further))
    noise = float(series.variance[series.after].mean())
    variance = np.append(series.variance, np.full(further, noise))
    _, products = _filter(week, design_of(week, shift.columns), variance, RHO[:, None],
                          SIGMA * series.spread)
    information = products[len(series.week) - 1:] + shift.prior
    errors = np.sqrt(np.linalg.inv(information)[..., 1, 1] + series.shift_variance)
    mean = errors.reshape(further + 1, -1) @ shift.weight
    ratio: Floats = mean[1:] / mean[0]
    return ratio


def design_of(week: Integers, columns: tuple[str, ...]) -> Floats:
    """The columns of the model for a range of weeks."""
    angle = 2 * np.pi * week / _YEAR_WEEKS
    every = {"level": np.ones(len(week)), "shift": (week >= 0).astype(float),
             "trend": week / 26, "sine": np.sin(angle), "cosine": np.cos(angle)}
    return np.column_stack([every[name] for name in columns])


def _columns(series: Weekly) -> tuple[tuple[str, ...], Floats]:
    """The columns of the model, and the precision of what is known of them before the data.

    Level and shift may be anything. Without comparison units trend and season stand in: their
    size is bounded softly, since a trend seen in a few months would otherwise be carried on for
    ever, and a season that a short baseline cannot show would be none at all.
    """
    if series.compared:
        return ("level", "shift"), np.zeros((2, 2))
    season = _SEASON if -int(series.week.min()) >= _YEAR_WEEKS else _UNSEEN_SEASON
    sizes = np.array([_TREND, season, season]) * series.spread
    return (("level", "shift", "trend", "sine", "cosine"),
            np.diag(np.concatenate([[0.0, 0.0], 1 / sizes**2])))


def _widening(series: Weekly) -> float:
    """Sd of a difference of arms over the sd of one unit's shock (equal weights)."""
    others = max(len(series.contrasts) + 1, 1)
    return float(np.sqrt(1 + 1 / others))


def _filter(
    week: Integers, columns: Floats, variance: Floats, rho: Floats, sigma: Floats
) -> tuple[Floats, Floats]:
    """What the weeks up to each one say, for every (rho, sigma): a Kalman filter.

    The shock is predicted from the weeks before (rho to the power of the gap), and corrected by
    what the week shows beyond its noise; all columns pass the same filter, after which they are
    independent from week to week. Returns the running sum of the logarithms of their variances
    (week, rho, sigma) and of their products over the variances (week, rho, sigma, column,
    column).
    """
    noise = np.maximum(variance, 1e-12 + 1e-6 * float(variance.mean()))
    stationary = sigma**2 * np.ones_like(rho)
    state = np.zeros((*stationary.shape, columns.shape[1]))
    spread = stationary
    logs, products = [], []
    gaps = np.diff(week, prepend=week[0])
    for row, gap, own in zip(columns, gaps, noise, strict=True):
        fade = rho**gap
        spread = stationary + fade**2 * (spread - stationary)
        state = state * fade[..., None]
        total = spread + own
        surprise = row - state
        scaled = surprise / total[..., None]
        logs.append(np.log(total))
        products.append(scaled[..., :, None] * surprise[..., None, :])
        state = state + spread[..., None] * scaled
        spread = spread * own / total
    return np.cumsum(logs, axis=0), np.cumsum(products, axis=0)


def _solve(
    logs: Floats, products: Floats, *, shift: int, prior: Floats
) -> tuple[Floats, Floats, Floats]:
    """Restricted log-likelihood, one coefficient and its variance, from a filter's sums.

    The last column of the products is the series, those before it the columns of the model.
    """
    information, against = products[..., :-1, :-1] + prior, products[..., :-1, -1]
    covariance = np.linalg.inv(information)
    estimate = (covariance * against[..., None, :]).sum(-1)
    misfit = products[..., -1, -1] - (estimate * against).sum(-1)
    likelihood: Floats = np.asarray(
        -0.5 * (logs + np.log(np.linalg.det(information)) + misfit), dtype=np.float64)
    variance: Floats = np.asarray(covariance[..., shift, shift], dtype=np.float64)
    return likelihood, estimate[..., shift], variance


@lru_cache(maxsize=8)
def _prior(contrasts: int) -> Floats:
    scale, persistence = _PRIORS[min(contrasts, max(_PRIORS))]
    of_sigma = np.log(np.gradient(SIGMA)) - np.log1p((SIGMA / scale) ** 2)
    of_rho = np.where(RHO >= _PERSISTENT, persistence, 1.0)
    density: Floats = np.log(of_rho / of_rho.sum())[:, None] + of_sigma
    return density
