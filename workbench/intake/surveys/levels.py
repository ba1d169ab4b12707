"""Levels of words ( −3 to 3) as places on a scale: how many points and which is where."""

from __future__ import annotations

from collections.abc import Sequence

ENOUGH = 30
"""From so many answers on, a level that nobody used is taken not to exist: one that a tenth of the
people would take is missed by thirty in four of a hundred cases (0.9 to the power of 30)."""


def stated_points(scale: tuple[float, float] | None) -> int | None:
    """How many points a stated scale has; None where words do not come in so many."""
    points = scale[1] - scale[0] + 1 if scale else 0
    return int(points) if points in {2, 3, 4, 5, 6, 7} else None


def points_of(used: Sequence[float], total: int) -> int:
    """How many points the levels that were used speak for."""
    low, high = sides(used)
    enough = total >= ENOUGH
    middle = 0.0 in used
    if max(len(low), len(high)) == 3:
        return 6 if enough and not middle else 7
    if enough and len(low) == len(high) == 1 and not {-3.0, 3.0} & set(used):
        return 3 if middle else 2
    if enough and len(low) == len(high) == 2 and not middle:
        return 4
    return 5


def is_unclear(used: Sequence[float], total: int) -> bool:
    """Whether the levels that were used would fit a scale of fewer points as well."""
    low, high = sides(used)
    told = 0.0 in used and ({-3.0, 3.0} & set(used) or max(len(low), len(high)) > 1)
    if 3 in {len(low), len(high)}:
        told = len(low) == len(high)
    return total < ENOUGH and not told


def sides(used: Sequence[float]) -> tuple[list[float], list[float]]:
    """The levels below the middle, and those above it."""
    return [level for level in used if level < 0], [level for level in used if level > 0]


def placed(used: Sequence[float], points: int) -> dict[float, float] | None:
    """The place of each level, from 0; None where there are more levels than places."""
    low, high = sides(used)
    each, odd = divmod(points, 2)
    if max(len(low), len(high)) > each or (0.0 in used and not odd):
        return None
    top = points - 1
    places = {0.0: each * 1.0} if odd else {}
    for side, sign in ((low, -1), (high, 1)):
        for nth, level in enumerate(sorted(side, key=abs, reverse=True)):
            inward = _inward(level, nth, each, alone=len(side) == 1)
            places[level] = float(inward if sign < 0 else top - inward)
    return places


def _inward(level: float, nth: int, each: int, *, alone: bool) -> int:
    """How far a level stands from its end of the scale; one alone has the place of its degree."""
    if each == 3:
        return int(3 - abs(level))
    return int(abs(level) < 3) if each == 2 and alone else nth
