"""The diagnosis put together: metrics and nouns in, one `Result` out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from workbench import flow, metrics
from workbench.diagnose import factors, findings, opportunities, quality, register, times
from workbench.diagnose.baseline import Baseline, baseline
from workbench.diagnose.figures import figures
from workbench.diagnose.first_page import first_page
from workbench.diagnose.issues import Found, find
from workbench.diagnose.loss import loss
from workbench.diagnose.voices import interviews, voices
from workbench.model import Client, Result

if TYPE_CHECKING:
    import pandas as pd


def diagnose(client: Client) -> Result:
    """The diagnosis of a client: all that the diagnosis report may show.

    Tables: those of `metrics.tables` over the baseline; `time_split`, `throughput`,
    `throughput_histogram`, `weekly_load` (see `times`); `associations`, `step_counts` (`factors`);
    `issues`, `evidence`, `cause_tree` (`register`); `opportunities`; `readings`, `set_aside`,
    `columns`, `coverage`, `grades` (`quality`); and where the client folder has what they need
    `nodes`, `differences`, `steps`, `satisfaction`, `satisfaction_groups`, `recommendation`,
    `quotes`, `interviews`.
    """
    engagement = client.engagement
    base = baseline(client)
    hours = loss(base)
    found = find(base, hours, engagement.costs, engagement.promise_hours)
    tables = _measured(client, base) | {
        "associations": factors.associations(base, found),
        "step_counts": factors.step_counts(base, found),
    }
    found, evidence, tree = register.register(client, found, tables)
    tables |= {"evidence": evidence, "cause_tree": tree, "issues": register.issue_table(found),
               "opportunities": opportunities.opportunities(found)}
    named = figures(client, base, hours, found, tables)
    return Result(
        stage="diagnose", client=engagement.client, process=engagement.process,
        language=engagement.language, figures=named,
        statements={
            "first_page": first_page(client, base, named, found),
            "quality": quality.said(client, base),
            **findings.findings(client, base, named, tables, found),
        },
        tables=tables, records={"issues": _records(found)}, absent=quality.unknown(client, base),
        problems=client.problems or client.log.problems, context=_context(client, base),
    )


def _measured(client: Client, base: Baseline) -> dict[str, pd.DataFrame]:
    """Everything that is counted before anything is judged."""
    said = client.engagement
    tables = metrics.tables(base.log, rules=said.rules, costs=said.costs,
                            steps=client.sheets.get("steps"),
                            within_hours=said.promise_hours) | {
        "time_split": times.time_split(base),
        "throughput": times.throughput(base, client.engagement.promise_hours),
        "throughput_histogram": times.throughput_histogram(base),
        "throughput_marks": times.throughput_marks(base, client.engagement.promise_hours),
        "weekly_load": times.weekly_load(base),
        "kpi_series": _series(client, base),
        "nodes": flow.as_is(base.log).nodes,
        "readings": quality.readings(client),
        "set_aside": quality.set_aside(client),
        "columns": quality.columns(client),
        "coverage": quality.coverage(base),
        "grades": quality.grade_table(client),
    }
    return tables | _drawn(client, base, tables) | voices(client) | interviews(client)


def _series(client: Client, base: Baseline) -> pd.DataFrame:
    """The KPIs of the targets week by week; one that needs answers only where there are any."""
    answers = client.answers.get("customers")
    targets = [target for target in client.engagement.targets
               if target.kpi != "satisfaction" or answers is not None]
    return metrics.weekly(base.log, targets, answers)


def _drawn(
    client: Client, base: Baseline, tables: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """The map that people drew, beside what the log shows of it."""
    drawn = client.sheets.get("steps")
    if drawn is None:
        return {}
    wanted = [name for name in ("step", "role", "value", "control_point", "accountable")
              if name in drawn]
    seen = tables["activities"].set_index("activity")
    steps = drawn[wanted].rename(columns={"value": "value_added"})
    steps["cases"] = steps["step"].map(seen["cases"]).fillna(0).astype(int)
    if base.timed:
        per_case = tables["time_split"].set_index("activity")["processing_hours"]
        steps["processing_hours"] = steps["step"].map(per_case)
    return {"differences": _telling(flow.compare(base.log, drawn)), "steps": steps}


def _telling(differences: pd.DataFrame) -> pd.DataFrame:
    """Differences of activities first, then those of successions; those of most cases first."""
    rank = differences["difference"].map({"not_drawn": 0, "not_seen": 1}).fillna(2)
    return differences.assign(rank=rank).sort_values(
        ["rank", "cases"], ascending=[True, False], kind="stable").drop(
        columns="rank").reset_index(drop=True)


def _records(found: Sequence[Found]) -> tuple[Mapping[str, object], ...]:
    return tuple(
        {name: None if value != value else value  # noqa: PLR0124 - NaN differs from itself
         for name, value in asdict(each.issue).items()} for each in found)


def _context(client: Client, base: Baseline) -> dict[str, object]:
    engagement = client.engagement
    return {
        "currency": engagement.currency, "zone": engagement.zone, "kind": engagement.kind,
        "synthetic": engagement.synthetic, "timed": base.timed, "finished": base.finished,
        "monthly": base.monthly, "calendar": base.log.calendar is not None,
        "guessed_mapping": engagement.log.guessed, "costs_source": engagement.costs.source,
        "seed": 20260105,
        "grades": quality.letters(client),
        "graded_files": quality.files(client),
    }
