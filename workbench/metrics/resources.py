"""Who works how much: always under pseudonyms, unless names are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.engine import frame
from workbench.metrics.metric import Question
from workbench.metrics.pseudonyms import signs
from workbench.metrics.time import MICROSECONDS_PER_HOUR
from workbench.model import EventLog

if TYPE_CHECKING:
    import pandas as pd


_LENGTHS = (6, 12)


def pseudonyms(log: EventLog) -> Mapping[str, str]:
    """The pseudonym of each resource: R- and six signs of a keyed hash of the name.

    The key is that of the log's client: the same person has the same pseudonym in all its logs,
    whoever else comes or goes, and it tells nothing of names, volume or time. Should two
    people of a log share the six signs, they have twelve.

    >>> from workbench import sample
    >>> sorted(pseudonyms(sample.log("c1: check@Ann pay@Bo")).values())
    ['R-JEZBTK', 'R-K186R0']
    """
    names = frame(log.events.drop_null("resource").select("resource").distinct())
    coded = {name: signs(log.key, name) for name in names["resource"]}
    short, long = _LENGTHS
    shared = Counter(code[:short] for code in coded.values())
    return {name: "R-" + code[: short if shared[code[:short]] == 1 else long]
            for name, code in coded.items()}


def resources(log: EventLog, *, reveal: bool = False) -> pd.DataFrame:
    """One row per resource, sorted by its pseudonym (by its name with `reveal`).

    Columns: resource, events, cases, busy_hours (the union of its spans of work: work on two
    cases at once counts once), utilisation (busy_hours / hours between the first start and the
    last end of its days, 0-1; a day is that of the log's time zone on which an event starts). With
    one timestamp the last two are empty; without resources there are no rows. With a calendar also
    working_busy_hours (the union of its spans in working time), available_hours (the working
    hours of its unit, of several the first by name, in the weeks in which it starts anything,
    within the time observed) and working_utilisation (one by the other).

    >>> from workbench import sample
    >>> found = resources(sample.log("c1: a@x|0-1; c2: a@x|0.5-2; c3: a@x|3-4"), reveal=True)
    >>> found.values.tolist()
    [['x', 3, 3, 3.0, 0.75]]
    """
    from workbench.metrics.utilisation import available, days, periods, present

    events = log.events.drop_null("resource")
    counted = events.group_by("resource").aggregate(
        events=events.count(), cases=events.case.nunique())
    found = frame(counted)
    for before in ("", "working_") if log.calendar else ("",):
        rows = days(log, before)
        rows = rows.assign(period=periods(rows["day"], Question()))
        busy = rows.groupby("resource")["busy"].sum() / MICROSECONDS_PER_HOUR
        there = available(rows, ["resource"], log, Question()) if before else present(
            rows, ["resource"])
        hours, offered = (found["resource"].map(each).astype("float64") for each in (busy, there))
        found[f"{before}busy_hours"] = hours
        if before:
            found["available_hours"] = offered
        found[f"{before}utilisation"] = hours / offered.where(offered > 0)
    if not reveal:
        found["resource"] = found["resource"].map(pseudonyms(log)).astype("str")
    return found.sort_values("resource", ignore_index=True)
