"""Intervals for shares and their difference that stay honest at nought and at all."""

from __future__ import annotations

import math
from statistics import NormalDist


def wilson(count: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share: the shares that a score test would not reject.

    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). No observation: 0 to 1.

    >>> [round(end, 4) for end in wilson(81, 263)]
    [0.2553, 0.3662]
    >>> wilson(0, 10)[0], wilson(0, 10)[1] > 0.2
    (0.0, True)
    """
    if n <= 0:
        return (0.0, 1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = count / n
    middle = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = (middle - spread) / scale if count > 0 else 0.0
    high = (middle + spread) / scale if count < n else 1.0
    return (low, high)


def newcombe(
    count: float, n: float, other_count: float, other_n: float, confidence: float = 0.95
) -> tuple[float, float]:
    """Newcombe's interval of the difference of two shares, made of their Wilson intervals.

    d − √((p₁−l₁)² + (u₂−p₂)²) to d + √((u₁−p₁)² + (p₂−l₂)²).

    >>> [round(end, 4) for end in newcombe(56, 70, 48, 80)]
    [0.0524, 0.3339]
    """
    if n <= 0 or other_n <= 0:
        return (-1.0, 1.0)
    share, other = count / n, other_count / other_n
    low, high = wilson(count, n, confidence)
    other_low, other_high = wilson(other_count, other_n, confidence)
    difference = share - other
    return (difference - math.hypot(share - low, other_high - other),
            difference + math.hypot(high - share, other - other_low))
