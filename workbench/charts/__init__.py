"""Tables to charts: Altair over small, finished tables. No arithmetic, no raw rows.

Every function takes a result, the words of a language and the name of the picture; the columns
that its table needs stand in its docstring. Titles, axes and hints come from `words`.
"""

from workbench.charts.diagnosis import (
    issues_pareto,
    rework,
    satisfaction,
    throughput_histogram,
    time_split,
    variants,
    weekly_load,
)
from workbench.charts.pilot import effects, feedback, weekly
from workbench.charts.schedule import gantt
from workbench.charts.style import finish, svg

__all__ = [
    "effects", "feedback", "finish", "gantt", "issues_pareto", "rework", "satisfaction", "svg",
    "throughput_histogram", "time_split", "variants", "weekly", "weekly_load",
]
