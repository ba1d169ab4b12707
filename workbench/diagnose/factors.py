"""Which factors delay is associated with: extra steps, units and kinds of case, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from workbench.causes import Association, association, significant
from workbench.diagnose.baseline import Baseline
from workbench.diagnose.extra_steps import count_steps
from workbench.diagnose.issues import Found

if TYPE_CHECKING:
    import pandas as pd

FEWEST_CASES = 30
MOST_LEVELS = 20
CONTROLS = ("stratum", "unit", "period")

COLUMNS = ("factor", "group", "effect_hours", "low_hours", "high_hours", "p", "stands", "n",
           "clusters", "cluster", "adjusted")


def associations(baseline: Baseline, found: Sequence[Found]) -> pd.DataFrame:
    """Adjusted hours that go with each further step, and with each unit or kind of case.

    One model per row (see `workbench.causes.association`): each level of `unit` and `stratum` with
    thirty cases against all others, held equal by the other controls. `stands` where it survives
    Benjamini-Hochberg over all rows. Steps come first, then what stands, by its size.

    Returns:
        factor (steps, unit, stratum), group, effect_hours, low_hours, high_hours, p, stands, n,
        clusters, cluster (what they are), adjusted (names of the controls, joined by _).
    """
    import pandas as pd

    tried = [("steps", each.slope.factor, each.slope) for each in found if each.slope]
    tried += _levels(baseline)
    kept = {id(each) for each in significant(slope for _, _, slope in tried)}
    tried.sort(key=lambda one: (one[0] != "steps", id(one[2]) not in kept, -abs(one[2].hours)))
    return pd.DataFrame(
        [{"factor": factor, "group": group, "effect_hours": slope.hours, "low_hours": slope.low,
          "high_hours": slope.high, "p": slope.p, "stands": id(slope) in kept, "n": slope.n,
          "clusters": slope.clusters, "cluster": slope.cluster,
          "adjusted": "_".join(slope.adjusted)} for factor, group, slope in tried],
        columns=list(COLUMNS))


def step_counts(baseline: Baseline, found: Sequence[Found]) -> pd.DataFrame:
    """How long cases take by how many of the extra steps they pass.

    Returns:
        issue, steps, cases, share (of cases whose throughput is known), median_hours, mean_hours;
        numbers of steps with fewer than ten cases are left out.
    """
    import pandas as pd

    made = []
    for each in found:
        if each.issue.kind == "extra_steps":
            counted = count_steps(baseline, each.activities)
            for steps in sorted(set(counted["steps"].astype(int))):
                rows = counted[counted["steps"] == steps]
                hours = rows["throughput_hours"].astype(float)
                made.append({
                    "issue": each.issue.id, "steps": steps, "cases": len(rows),
                    "share": len(rows) / len(counted), "median_hours": float(hours.median()),
                    "mean_hours": float(hours.mean())})
    table = pd.DataFrame(made, columns=["issue", "steps", "cases", "share", "median_hours",
                                        "mean_hours"])
    return table[table["cases"] >= 10].reset_index(drop=True)


def _levels(baseline: Baseline) -> Iterator[tuple[str, str, Association]]:
    cases = baseline.known
    for by in ("unit", "stratum"):
        if not baseline.log.has(by):
            continue
        sizes = cases[by].value_counts()
        levels = sorted(sizes[sizes >= FEWEST_CASES].index)
        if not 2 <= len(levels) <= MOST_LEVELS:
            continue
        for level in levels:
            slope = association(
                cases.assign(level=(cases[by] == level).astype(float)), "level",
                controls=[name for name in CONTROLS if name != by])
            if slope is not None:
                yield by, str(level), slope
