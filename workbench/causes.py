"""Why: the chains of causes that people gave, and what delay is associated with.

A cause that people wrote down is an opinion until a figure of the log stands beside it; an
association is a figure, but never a proof of cause.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FEWEST_CLUSTERS = 10
"""Below this many clusters an interval that respects them says nothing."""

SHARED = 1e-3
"""A factor whose variance the controls explain but for this share cannot be told from them."""

RIDGE = 1e-10


@dataclass(frozen=True)
class Association:
    """How many more hours go with one more of a factor, other things held equal.

    `hours` is the slope, `low` to `high` its 95 % interval, `p` the two-sided probability under
    no association, `n` the cases, `clusters` the groups whose cases stick together, `cluster` what
    those groups are, `adjusted` the controls that were held equal.
    """

    factor: str
    hours: float
    low: float
    high: float
    p: float
    n: int
    clusters: int
    cluster: str
    adjusted: tuple[str, ...]


# ---------------------------------------------------------------- what delay is associated with


def association(
    cases: pd.DataFrame,
    factor: str,
    *,
    outcome: str = "throughput_hours",
    controls: Sequence[str] = ("stratum", "unit", "period"),
    clusters: Sequence[str] = ("resource", "week"),
) -> Association | None:
    """The slope of `outcome` on `factor`, adjusted for the controls, its error clustered.

    Least squares of hours on the factor and one indicator per level of each control. The variance
    is the cluster jackknife (CRV3): (G−1)/G · Σ (b₍₋g₎ − b)², with G−1 degrees of freedom. Of the
    `clusters` with at least ten groups, the one with the widest interval is taken. A control that
    leaves the factor no variance of its own is dropped, and `adjusted` says which were kept.

    Args:
        cases: one row per case with `outcome` (hours), `factor` (a number), the controls and
            the clusters; a control or cluster that is missing or constant is passed over.
        factor: the column whose slope is asked for.
        outcome: the column of hours.
        controls: what to hold equal.
        clusters: whose cases may stick together.

    Returns:
        The association, or None where the data cannot tell: no variance, fewer than thirty
        cases, or no cluster with ten groups.

    >>> import pandas as pd
    >>> rows = [{"throughput_hours": 5.0 + 3 * (n % 3) + n % 2, "steps": n % 3,
    ...          "unit": "NS"[n % 2], "resource": f"R{n % 12}"} for n in range(120)]
    >>> found = association(pd.DataFrame(rows), "steps")
    >>> round(found.hours, 6), found.adjusted, found.clusters
    (3.0, ('unit',), 12)
    """
    known = cases[cases[outcome].notna() & cases[factor].notna()].reset_index(drop=True)
    groups = [name for name in clusters
              if name in known and len(known[name].unique()) >= FEWEST_CLUSTERS]
    if not groups or len(known) < 30 or known[factor].min() == known[factor].max():
        return None
    kept = _separable(known, factor, [name for name in controls if _varies(known, name)])
    design, hours = _design(known, factor, kept), known[outcome].to_numpy(dtype=float)
    tried = [_associated(factor, name, _jackknife(design, hours, known[name]), len(known),
                         tuple(kept)) for name in groups]
    return max(tried, key=lambda found: found.high - found.low)


def significant(found: Iterable[Association], rate: float = 0.05) -> tuple[Association, ...]:
    """Those that survive Benjamini and Hochberg's control of the false discovery rate.

    >>> def one(p): return Association(str(p), 1, 0, 2, p, 9, 9, "week", ())
    >>> [a.factor for a in significant([one(0.04), one(0.001), one(0.03)])]
    ['0.001', '0.03', '0.04']
    >>> [a.factor for a in significant([one(0.2), one(0.04)])]
    []
    """
    ranked = sorted(found, key=lambda one: one.p)
    passed = [rank for rank, one in enumerate(ranked, 1) if one.p <= rate * rank / len(ranked)]
    return tuple(ranked[: max(passed, default=0)])


def _varies(cases: pd.DataFrame, name: str) -> bool:
    return name in cases and len(cases[name].unique()) > 1


def _design(cases: pd.DataFrame, factor: str, controls: Sequence[str]) -> np.ndarray[Any, Any]:
    """The factor first, then a constant, then the indicators of the controls."""
    import numpy as np
    import pandas as pd

    columns = [cases[factor].to_numpy(dtype=float)[:, None], np.ones((len(cases), 1))]
    columns += [
        pd.get_dummies(cases[name].fillna("").astype(str), drop_first=True, dtype=float)
        .to_numpy() for name in controls]
    return np.hstack(columns)


def _separable(cases: pd.DataFrame, factor: str, controls: Sequence[str]) -> list[str]:
    """The controls that leave the factor some variance of its own."""
    import numpy as np

    kept: list[str] = []
    for name in controls:
        design = _design(cases, factor, [*kept, name])
        own, held = design[:, 0], design[:, 1:]
        square = held.T @ held
        ridge = RIDGE * np.diag(square).mean() * np.eye(len(square))
        left = own - held @ np.linalg.solve(square + ridge, held.T @ own)
        if left.var() > SHARED * own.var():
            kept.append(name)
    return kept


def _jackknife(
    design: np.ndarray[Any, Any], outcome: np.ndarray[Any, Any], cluster: pd.Series
) -> tuple[float, float, int]:
    """The slope of the first column, its CRV3 standard error, and the number of clusters.

    A control that a left-out cluster alone carried has no rows any more; a ridge too small to
    move the slope keeps the equations solvable.
    """
    import numpy as np

    names = cluster.fillna("").astype(str)
    parts = [(design[rows].T @ design[rows], design[rows].T @ outcome[rows])
             for rows in names.groupby(names, sort=True).indices.values()]
    squares = np.stack([square for square, _ in parts])
    moments = np.stack([moment for _, moment in parts])
    whole, target = squares.sum(axis=0), moments.sum(axis=0)
    ridge = RIDGE * np.diag(whole).mean() * np.eye(len(whole))
    slope = float(np.linalg.solve(whole + ridge, target)[0])
    without = np.linalg.solve(whole - squares + ridge, (target - moments)[:, :, None])[:, 0, 0]
    count = len(parts)
    error = float(((count - 1) / count * ((without - slope) ** 2).sum()) ** 0.5)
    return slope, error, count


def _associated(
    factor: str, cluster: str, estimate: tuple[float, float, int], n: int,
    adjusted: tuple[str, ...],
) -> Association:
    from scipy.special import stdtr, stdtrit

    slope, error, count = estimate
    reach = float(stdtrit(count - 1, 0.975)) * error
    p = float(2 * stdtr(count - 1, -abs(slope) / error)) if error > 0 else float(slope == 0)
    return Association(factor, slope, slope - reach, slope + reach, p, n, count, cluster, adjusted)


# ---------------------------------------------------------------- the causes that people gave

_SEPARATORS = re.compile(r"[;,、；，\s]+")


def chains(
    causes: pd.DataFrame,
    interviews: pd.DataFrame | None = None,
    issues: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """The 5-Why chains as the rows of a tree, each cause marked evidence or opinion.

    A cause is `evidence` where an issue that the log shows stands at its activity; else it is
    `opinion`. `n` counts the interviews that its source names, else those about its activity.

    Args:
        causes: id, effect, parent, cause, category, activity, evidence, source.
        interviews: id, activity, …; absent where nobody was asked.
        issues: the ids of the issues found at each activity.

    Returns:
        id, parent, depth (0 for the first why), effect, cause, category, activity, mark (evidence
        or opinion), issues (ids), n (interviews), source.

    >>> import pandas as pd
    >>> sheet = pd.DataFrame([
    ...     {"id": "C1", "effect": "slow", "parent": "", "cause": "queue", "activity": "check"},
    ...     {"id": "C2", "effect": "", "parent": "C1", "cause": "no limit", "activity": ""}])
    >>> chains(sheet, issues={"check": ["I-W1"]})[["id", "depth", "mark", "issues"]].values.tolist()
    [['C1', 0, 'evidence', 'I-W1'], ['C2', 1, 'opinion', '']]
    """
    import pandas as pd

    rows = {row["id"]: row for row in _records(causes)}
    found = issues or {}
    told = _records(interviews) if interviews is not None else []
    tree = [_mark(rows[name], depth, found, told) for name, depth in _walk(rows)]
    return pd.DataFrame(tree, columns=[
        "id", "parent", "depth", "effect", "cause", "category", "activity", "mark", "issues", "n",
        "source"])


def _records(sheet: pd.DataFrame) -> list[dict[str, str]]:
    return [{str(name): "" if value is None or value != value else str(value)  # noqa: PLR0124 - NaN
             for name, value in row.items()} for row in sheet.to_dict("records")]


def _walk(rows: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, int]]:
    """Every cause once, parents before children; a ring is entered at its first row."""
    children: dict[str, list[str]] = {}
    for name, row in rows.items():
        above = row.get("parent", "")
        children.setdefault(above if above in rows and above != name else "", []).append(name)
    seen: set[str] = set()

    def below(name: str, depth: int) -> Iterator[tuple[str, int]]:
        if name not in seen:
            seen.add(name)
            yield name, depth
            for child in children.get(name, ()):
                yield from below(child, depth + 1)

    for name in (*children.get("", ()), *rows):
        yield from below(name, 0)


def _mark(
    row: Mapping[str, str], depth: int, found: Mapping[str, Sequence[str]],
    told: Sequence[Mapping[str, str]],
) -> dict[str, object]:
    activity = row.get("activity", "")
    issues = found.get(activity, ()) if activity else ()
    named = set(_SEPARATORS.split(row.get("source", "")))
    n = sum(one.get("id", "") in named for one in told) or sum(
        bool(activity) and one.get("activity", "") == activity for one in told)
    return {"id": row["id"], "parent": row.get("parent", ""), "depth": depth,
            "effect": row.get("effect", ""), "cause": row.get("cause", ""),
            "category": row.get("category", ""), "activity": activity,
            "mark": "evidence" if issues else "opinion", "issues": ", ".join(issues), "n": n,
            "source": row.get("source", "")}
