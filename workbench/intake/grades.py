"""How good the data is for each KPI: a letter, by the share of cases that some finding touches."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from workbench.intake.checks.touches import KPIS
from workbench.model import Grade, GradeLetter, Problem

if TYPE_CHECKING:
    from collections.abc import Collection

NEEDS: Mapping[str, frozenset[str]] = MappingProxyType({
    "processing": frozenset({"start"}),
    "waiting": frozenset({"start"}),
    "handover": frozenset({"resource"}),
    "workload": frozenset({"resource"}),
    "satisfaction": frozenset({"answers"}),
})
"""The roles without which a KPI cannot be known; `answers` stands for a questionnaire."""

LIMITS: tuple[tuple[GradeLetter, float], ...] = (("A", 0.01), ("B", 0.05), ("C", 0.2))
"""Below which share of cases each letter holds; above the last it is D.

A hundredth moves no median; a twentieth lies within the usual interval of a rate; from a fifth on
a figure says as much about the data as about the process.
"""


def grades(problems: Iterable[Problem], roles: Collection[str]) -> Mapping[str, Grade]:
    """The grade of each KPI, from what was found and which columns there are.

    A finding counts by the share of cases that it touches, whatever its level. Of several the share
    touched by any is taken as if they hit cases independently of each other; `codes` stand by how
    much each touches.

    >>> found = [Problem("warning", "ties_learned", touches={"variants": 0.1}),
    ...          Problem("repaired", "time_missing", touches={"variants": 0.2})]
    >>> graded = grades(found, {"case_id", "activity", "end"})
    >>> graded["variants"].letter, round(graded["variants"].share, 2), graded["variants"].codes
    ('D', 0.28, ('time_missing', 'ties_learned'))
    >>> graded["throughput"].letter, graded["waiting"].letter
    ('A', None)
    """
    touched: dict[str, dict[str, float]] = {kpi: {} for kpi in KPIS}
    for problem in problems:
        for kpi, share in problem.touches.items():
            if share > 0 and kpi in touched:
                before = touched[kpi].get(problem.code, 0.0)
                touched[kpi][problem.code] = 1 - (1 - before) * (1 - share)
    known = set(roles)
    return MappingProxyType({kpi: _grade(touched[kpi], NEEDS.get(kpi, frozenset()) - known)
                             for kpi in KPIS})


def _grade(shares: Mapping[str, float], missing: frozenset[str]) -> Grade:
    if missing:
        return Grade(None, None, (), tuple(sorted(missing)))
    whole = round(1 - math.prod(1 - share for share in shares.values()), 9) + 0.0
    letter: GradeLetter = next((letter for letter, limit in LIMITS if whole < limit), "D")
    return Grade(letter, whole, tuple(sorted(shares, key=lambda code: (-shares[code], code))))
