"""Chance by name: every draw has a key, so two worlds share their luck (common random numbers).

A draw depends on the seed and its key only, never on the order in which draws are asked
for. The same complaint therefore needs the same minutes of work whether or not the
pilot's change is in force, and the difference between two runs is the change alone.
"""

from __future__ import annotations

import math
from hashlib import blake2b
from statistics import NormalDist

_STANDARD = NormalDist()


class Draws:
    """Draws of one seed.

    >>> Draws(1).uniform("rain", 3) == Draws(1).uniform("rain", 3)
    True
    >>> Draws(1).uniform("rain", 3) == Draws(2).uniform("rain", 3)
    False
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def uniform(self, *key: object) -> float:
        """A number strictly between 0 and 1."""
        text = "|".join(map(str, (self.seed, *key))).encode()
        return (int.from_bytes(blake2b(text, digest_size=7).digest()) + 0.5) / 2**56

    def chance(self, probability: float, *key: object) -> bool:
        """Whether something of that probability happens."""
        return self.uniform(*key) < probability

    def normal(self, *key: object) -> float:
        """A standard normal number."""
        return _STANDARD.inv_cdf(self.uniform(*key))

    def skewed(self, median: float, sigma: float, *key: object) -> float:
        """A lognormal number with that median; sigma is the spread of its logarithm."""
        return median * math.exp(sigma * self.normal(*key))

    def pick(self, shares: dict[str, float], *key: object) -> str:
        """One of the names, each with its share (shares add up to 1)."""
        rest = self.uniform(*key)
        for name, share in shares.items():
            rest -= share
            if rest < 0:
                return name
        return next(reversed(shares))

    def count(self, mean: float, *key: object) -> int:
        """A Poisson count (by inversion: the means here are small)."""
        rest, number, term = self.uniform(*key), 0, math.exp(-mean)
        while rest > term and number < 10_000:
            rest -= term
            number += 1
            term *= mean / number
        return number
