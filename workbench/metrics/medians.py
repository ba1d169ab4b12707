"""Medians with the order statistics around them: of values at hand, and in the table engine."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING

import ibis

from workbench.engine import frame

if TYPE_CHECKING:
    from collections.abc import Iterable

    import ibis.expr.types as ir
    import numpy as np
    import pandas as pd

Summary = tuple[float, int, float | None, float | None]

_NEAR = 2.0
"""How many places the quantile of the binomial distribution may lie from that of the normal."""


def median_interval(values: np.ndarray | Iterable[float], confidence: float = 0.95) -> Summary:
    """The median, n, and the order statistics that enclose the true median.

    The interval runs from the j-th smallest to the j-th largest value, j the quantile of the
    binomial distribution of the values below the median; with fewer than six values there is none
    at 95 %.

    >>> median_interval(range(1, 21))
    (10.5, 20, 6.0, 15.0)
    """
    import numpy as np

    ordered = np.sort(np.asarray(values, dtype=float))
    n = len(ordered)
    place = interval_place(n, confidence)
    if place < 1:
        return float(np.median(ordered)), n, None, None
    return float(np.median(ordered)), n, float(ordered[place - 1]), float(ordered[n - place])


def interval_place(n: int, confidence: float = 0.95) -> int:
    """Which of n ordered values is the low end of the interval of their median; 0 for none."""
    from scipy.stats import binom

    return int(binom.ppf((1 - confidence) / 2, n, 0.5))


def medians(rows: ir.Table, keys: Sequence[str], confidence: float = 0.95) -> pd.DataFrame:
    """The median of `value` in each group, with the interval of `median_interval`.

    The engine ranks the values and hands over those near the middle and the ends of the interval
    only; which of them they are is exact. Columns: the keys, n, median, low, high.

    >>> from workbench import sample
    >>> log = sample.log("c1: a; c2: a b; c3: a b c")
    >>> medians(log.cases.select("unit", value="throughput_hours"), ["unit"])["median"].tolist()
    [2.0]
    """
    import pandas as pd

    z = NormalDist().inv_cdf((1 + confidence) / 2)
    ranked = rows.drop_null("value").mutate(
        place=ibis.row_number().over(group_by=keys, order_by="value") + 1,
        n=ibis._.count().over(group_by=keys))
    from_middle = (2 * ranked.place - ranked.n - 1).abs() / 2
    from_end = (from_middle - ranked.n.sqrt() * (z / 2)).abs()
    near = frame(ranked.filter((from_middle < 1) | (from_end <= _NEAR)).select(
        *keys, "n", "place", "value"))
    found = [(*(name if isinstance(name, tuple) else (name,)), *_picked(group, confidence))
             for name, group in near.groupby(list(keys), dropna=False, sort=True)]
    columns = [*keys, "n", "median", "low", "high"]
    if not found:
        return near.assign(median=near["value"], low=near["value"], high=near["value"])[columns]
    return pd.DataFrame(found, columns=columns).astype(dict.fromkeys(columns[-3:], "float64"))


def _picked(
    group: pd.DataFrame, confidence: float
) -> tuple[int, float, float | None, float | None]:
    """n, the median and its interval, from the values near their places."""
    n = int(group["n"].iloc[0])
    at = dict(zip(group["place"], group["value"], strict=True))
    median = (at[(n + 1) // 2] + at[n // 2 + 1]) / 2
    place = interval_place(n, confidence)
    return (n, median, *((at[place], at[n - place + 1]) if place else (None, None)))
