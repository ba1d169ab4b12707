"""How long cases take where some are still open: the product-limit median beside the observed."""

from __future__ import annotations

from datetime import UTC
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

import ibis

from workbench.engine import frame, microseconds
from workbench.metrics import levels
from workbench.metrics.time import MICROSECONDS_PER_HOUR

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from workbench.metrics.metric import Question
    from workbench.model import EventLog

OBSERVED = {"observed_median_hours": 0.5, "observed_p90_hours": 0.9, "observed_p95_hours": 0.95}
_HALF = 0.5 + 1e-9  # a product of shares meets a half but for the last digits


class Median(NamedTuple):
    """The product-limit median and the ends of its interval; empty where they are not reached."""

    value: float
    low: float
    high: float


def throughput(log: EventLog, question: Question) -> pd.DataFrame:
    """Throughput time: of the closed cases as observed, of all with the open ones censored.

    An open case is known to last longer than from its start to the cut (by the working clock: than
    what has passed of it). Columns: n (closed cases; all where it is unknown which are), open
    (empty there), median_hours (product-limit, Kaplan & Meier 1958; empty where it is unknown
    which cases are closed, or half of them are not), low_hours, high_hours (Brookmeyer & Crowley
    1982 with the log-log transformation), observed_mean_hours, observed_median_hours,
    observed_p90_hours and observed_p95_hours of the n cases. By case: n (1 if closed), open and
    hours (so far, while it is open).
    """
    keys, before = levels.columns(question), question.prefix
    rows = levels.case_rows(log, question)
    hours, closed = rows[f"{before}throughput_hours"], rows.closed.fill_null(True)
    if "case" in question.by:
        return _cases(log, question)
    so_far = hours
    if not before:
        cut = ibis.literal(log.cut.astimezone(UTC))
        so_far = ibis.greatest(
            hours, microseconds(cut, rows.start) / MICROSECONDS_PER_HOUR)
    lasted = (closed.ifelse(hours, so_far) * MICROSECONDS_PER_HOUR).round().cast("int64")
    rows = rows.mutate(closed=closed, lasted=lasted).drop_null("lasted")
    counted = frame(rows.group_by([*keys, "lasted"]).aggregate(
        ended=rows.closed.sum(), rows=rows.count()))
    groups = counted.groupby(keys, dropna=False, sort=False) if keys else [((), counted)]
    found = [(*name, *_summary(group, log, question)) for name, group in groups]
    return levels.answer(_table(found, keys, question), log, question)


def _cases(log: EventLog, question: Question) -> pd.DataFrame:
    rows = levels.case_rows(log, question)
    known = rows.closed.cast("int64")
    return levels.answer(rows.select(
        *levels.columns(question), n=known.coalesce(1), open=1 - known,
        **{f"{question.prefix}hours": rows[f"{question.prefix}throughput_hours"]}), log, question)


def _table(
    rows: list[tuple[object, ...]], keys: list[str], question: Question
) -> pd.DataFrame:
    import pandas as pd

    before = question.prefix
    columns = [*keys, "n", "open", *(f"{before}{name}" for name in (
        "median_hours", "low_hours", "high_hours", "observed_mean_hours", *OBSERVED))]
    return pd.DataFrame(rows, columns=columns).astype(
        {"open": "Int64"} | dict.fromkeys(columns[len(keys) + 2:], "float64"))


def _summary(
    group: pd.DataFrame, log: EventLog, question: Question
) -> tuple[int | float | None, ...]:
    """n, open, the product-limit median with its interval, and what the closed cases show."""
    import numpy as np

    group = group.sort_values("lasted")
    lasted, ended, rows = (group[name].to_numpy(dtype="int64")
                           for name in ("lasted", "ended", "rows"))
    n, known = int(ended.sum()), bool(log.end_activities)
    limits = product_limit_median(lasted, ended, rows - ended, question.confidence)
    shown = [each / MICROSECONDS_PER_HOUR if known else None for each in limits]
    if not n:
        return (0, int(rows.sum()) if known else None, *shown, *[None] * (1 + len(OBSERVED)))
    mean = int(np.dot(lasted.astype(object), ended)) / n
    quantiles = [_quantile(lasted, ended, at) for at in OBSERVED.values()]
    return (n, int(rows.sum()) - n if known else None, *shown,
            *(each / MICROSECONDS_PER_HOUR for each in (mean, *quantiles)))


def _quantile(values: np.ndarray, counts: np.ndarray, at: float) -> float:
    """The quantile of ordered values that occur so often, interpolated between two of them."""
    import numpy as np

    upto = np.cumsum(counts)
    place = (int(upto[-1]) - 1) * at
    low, high = (float(values[np.searchsorted(upto, each, side="right")])
                 for each in (int(place), int(np.ceil(place))))
    return low + (high - low) * (place - int(place))


def product_limit_median(
    times: np.ndarray, ended: np.ndarray, censored: np.ndarray, confidence: float = 0.95
) -> Median:
    """The product-limit median of durations, and its interval.

    `times` are the distinct durations in their order; at each `ended` cases ended and `censored`
    were last seen. S(t) is the product over the times up to t of 1 − d/n (Kaplan & Meier 1958);
    the median is the first time at which S is at most a half, and where S is exactly a half the
    middle of the step. The interval holds the times at which a half lies in the interval of S
    (Brookmeyer & Crowley 1982), taken on the scale of log(−log S) with Greenwood's variance.

    >>> import numpy
    >>> product_limit_median(*map(numpy.array, ([1, 2, 3, 4], [1, 1, 0, 1], [0, 0, 1, 0]))).value
    3.0
    """
    import numpy as np

    at_risk = np.cumsum((ended + censored)[::-1])[::-1]
    happened = ended > 0
    times, ended, at_risk = times[happened], ended[happened], at_risk[happened]
    left = at_risk - ended
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(left / at_risk)
        variance = np.cumsum(ended / (at_risk * left.astype(float)))
        logs = np.log(survival)
        half_width = NormalDist().inv_cdf((1 + confidence) / 2) * np.sqrt(variance) / np.abs(logs)
        lower, upper = survival ** np.exp(half_width), survival ** np.exp(-half_width)
    # where all have ended the variance is unknown, and so is the interval
    lower, upper = (np.where(survival > 0, each, np.nan) for each in (lower, upper))
    return Median(*(_crossing(times, curve) for curve in (survival, lower, upper)))


def _crossing(times: np.ndarray, curve: np.ndarray) -> float:
    """The first time at which a falling curve is at most a half; the middle of a step at it."""
    import numpy as np

    reached = np.flatnonzero(curve <= _HALF)
    if not len(reached):
        return float("nan")
    first = reached[0]
    on_step = curve[first] >= 1 - _HALF and first + 1 < len(times)
    return float(times[first] + times[first + 1]) / 2 if on_step else float(times[first])
