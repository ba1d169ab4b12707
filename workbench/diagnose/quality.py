"""How far the data can be trusted: what was read, what was set aside, what cannot be known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from workbench.diagnose.baseline import Baseline
from workbench.diagnose.phrases import listed
from workbench.intake.grades import grades
from workbench.model import Client, Figure, Grade, Problem, Reading, Statement

if TYPE_CHECKING:
    import pandas as pd


GRADED: Mapping[str, str] = MappingProxyType({
    "mean_throughput": "throughput", "median_throughput": "throughput",
    "p90_throughput": "throughput", "late_share": "on_time", "waiting_share": "waiting",
    "mean_waiting": "waiting", "mean_processing": "processing", "rework_rate": "rework",
    "working_mean_throughput": "throughput", "working_median_throughput": "throughput",
    "working_p90_throughput": "throughput", "working_late_share": "on_time",
    "working_waiting_share": "waiting", "working_mean_waiting": "waiting",
    "working_mean_processing": "processing",
})
"""The KPI whose data-quality grade a figure carries."""


_MOST_UNUSED = 12

_OF_ISSUES = ("throughput", "waiting", "processing", "rework")
"""The KPIs that the hours and the money of the issues rest on: their grade is the worst."""


def data_grades(client: Client) -> Mapping[str, Grade]:
    """The data-quality grade of each KPI of the baseline; on-time only where there is a promise."""
    roles = client.log.roles | ({"answers"} if "customers" in client.answers else set())
    found = dict(grades(problems(client), roles))
    if client.engagement.promise_hours is None:
        del found["on_time"]
    return found


def problems(client: Client) -> tuple[Problem, ...]:
    """What was found in the log of the baseline and in the answers to its questionnaires."""
    said = [each.reading.problems for name, each in client.answers.items() if "/" not in name]
    return (*client.log.problems, *(problem for part in said for problem in part))


def files(client: Client) -> list[str]:
    """The files that the grades are about."""
    return [each.file for each in _files(client)]


def grade_table(client: Client) -> pd.DataFrame:
    """The grade of each KPI and what it rests on.

    Returns:
        kpi, grade (A to D; empty where the KPI cannot be known), touched_share (of the cases, by
        any finding), findings (codes, those that touch most first), missing (roles): the last two
        as JSON lists.
    """
    import pandas as pd

    rows = [{"kpi": kpi, "grade": grade.letter or "", "touched_share": grade.share,
             "findings": json.dumps(grade.codes), "missing": json.dumps(grade.missing)}
            for kpi, grade in data_grades(client).items()]
    return pd.DataFrame(rows).astype({"touched_share": "float64"})


def letters(client: Client) -> dict[str, str]:
    """The grade beside each named figure that carries one."""
    found = {kpi: grade.letter for kpi, grade in data_grades(client).items() if grade.letter}
    worst = max(found[kpi] for kpi in _OF_ISSUES if kpi in found)
    return {**{figure: found[kpi] for figure, kpi in GRADED.items() if kpi in found},
            **dict.fromkeys(("issue_hours", "issue_money", "period_hours", "period_money"), worst)}


def readings(client: Client) -> pd.DataFrame:
    """What became of every row of every file.

    Returns:
        file, rows_read, rows_kept, set_aside_rows (read − kept).
    """
    import pandas as pd

    return pd.DataFrame(
        [{"file": each.file, "rows_read": each.rows_read, "rows_kept": each.rows_kept,
          "set_aside_rows": each.rows_read - each.rows_kept} for each in _files(client)],
        columns=["file", "rows_read", "rows_kept", "set_aside_rows"])


def set_aside(client: Client) -> pd.DataFrame:
    """Why rows were set aside: file, reason, rows."""
    import pandas as pd

    return pd.DataFrame(
        [{"file": each.file, "reason": reason, "rows": rows}
         for each in _files(client) for reason, rows in sorted(each.set_aside.items())],
        columns=["file", "reason", "rows"])


def _files(client: Client) -> list[Reading]:
    """What was read for the baseline; the pilot's files are the pilot evaluation's business."""
    answers = [each.reading for name, each in client.answers.items() if "/" not in name]
    return [*client.log.readings, *answers]


def coverage(baseline: Baseline) -> pd.DataFrame:
    """How many cases each restriction touches.

    Returns:
        aspect (cases, closed, open, withdrawn, tied: those whose order of events the times do not
        tell), cases, share (of all cases); open and closed are left out where no end is known.
    """
    import pandas as pd

    cases = baseline.cases
    counts = {"cases": len(cases)}
    if baseline.finished:
        closed = int(cases["closed"].fillna(value=False).sum())
        counts |= {"closed": closed, "open": len(cases) - closed}
    counts |= {"withdrawn": int(cases["withdrawn"].fillna(value=False).sum()),
               "tied": int(cases["tied"].fillna(value=False).sum())}
    return pd.DataFrame([{"aspect": name, "cases": count, "share": count / len(cases)}
                         for name, count in counts.items()])


def unknown(client: Client, baseline: Baseline) -> tuple[Statement, ...]:
    """What could not be shown, each with what was missing for it."""
    engagement, log = client.engagement, client.log
    missing = {
        "one_timestamp": not baseline.timed,
        "no_end_activities": not baseline.finished,
        "no_resource": not log.has("resource"),
        "no_unit": not log.has("unit"),
        "no_stratum": not log.has("stratum"),
        "no_calendar": log.calendar is None,
        "no_promise": engagement.promise_hours is None,
        "no_costs": engagement.costs.work_hour is None and engagement.costs.waiting_hour is None,
        "no_customers": "customers" not in client.answers,
        "no_staff": "staff" not in client.answers,
        "no_steps": "steps" not in client.sheets,
        "no_interviews": "interviews" not in client.sheets,
        "no_causes": "causes" not in client.sheets,
        "waiting_causes": baseline.timed and log.has("resource"),
    }
    told = {"unused": _unused(client)}
    return tuple(Statement(f"diagnosis.absent.{name}", told)
                 for name, is_so in missing.items() if is_so)


def columns(client: Client) -> pd.DataFrame:
    """Which column of the log plays which role: role, header, degree (stated, or how sure)."""
    import pandas as pd

    roles = client.log.readings[0].roles if client.log.readings else {}
    return pd.DataFrame([{"role": role, "header": found.column, "degree": found.degree}
                         for role, found in roles.items()], columns=["role", "header", "degree"])


def _unused(client: Client) -> Statement:
    """The columns that nothing uses, any of which may be the one that is missing."""
    names = list(dict.fromkeys(
        column.name for reading in client.log.readings for column in reading.unused))
    if not names:
        return Statement("diagnosis.absent.unused_none")
    return Statement("diagnosis.absent.unused", {"columns": listed(names[:_MOST_UNUSED])})


def said(client: Client, baseline: Baseline) -> tuple[Statement, ...]:
    """The sentences that open the chapter on data quality."""
    table = readings(client)
    read, kept = int(table["rows_read"].sum()), int(table["rows_kept"].sum())
    found = []
    if read:
        found.append(Statement("diagnosis.quality.rows" + ("" if read > kept else "_all"), {
            "read": Figure(read, "count", source="readings.rows_read"),
            "kept": Figure(kept, "count", source="readings.rows_kept"),
            "aside": Figure(read - kept, "count", source="readings.set_aside_rows")}))
    counted = coverage(baseline)
    counts = dict(zip(counted["aspect"], counted["cases"], strict=True))
    for aspect in ("open", "withdrawn", "tied"):
        if count := int(counts.get(aspect, 0)):
            share = count / len(baseline.cases)
            found.append(Statement(f"diagnosis.quality.{aspect}", {
                "cases": Figure(count, "count", source="coverage.cases"),
                "share": Figure(share, "share", n=len(baseline.cases),
                                source="coverage.share")}))
    return tuple(found)
