"""The thresholds of the rules that find issues, each with what it is compared to."""

from __future__ import annotations

from collections.abc import Mapping

THRESHOLDS: Mapping[str, float] = {
    "waiting_share": 0.10,  # of all waiting, before it is called concentrated
    "extra_share": 0.05,  # of all waiting, that a group of extra steps must hold
    "lift": 1.25,  # times the wait of the other activities, surely more than 1
    "rework_rate": 0.02,  # lower end of the Wilson interval of the share of cases
    "rework_share": 0.01,  # of all hours
    "late_share": 0.05,  # lower end of the Wilson interval
    "optional_share": 0.95,  # an activity in fewer cases than this is one that some cases skip
    "repeated_share": 0.05,  # … or that this many cases pass twice or more in a row
    "follows_share": 0.50,  # two optional activities belong together where this many follow
}

FEWEST_CASES = 30
"""With fewer cases nothing that stands out can be told from chance."""
