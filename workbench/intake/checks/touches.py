"""Which figures a finding touches: one table for all codes, and the share of cases for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from workbench.intake.checks.events import Events, Finding
from workbench.model import Problem

KPIS = ("throughput", "processing", "waiting", "rework", "handover", "workload", "variants",
        "on_time", "satisfaction")
"""The figures that a finding can touch."""

_ENDS = ("throughput", "waiting", "on_time")
_TIMES = ("throughput", "processing", "waiting", "on_time")
_STEPS = ("rework", "variants", "waiting")
_PATHS = ("rework", "variants")
_PEOPLE = ("handover", "workload")
_ALL = ("throughput", "processing", "waiting", "rework", "handover", "workload", "variants",
        "on_time")

TOUCHED: Mapping[str, tuple[str, ...]] = MappingProxyType({
    # rows set aside or repaired before typing
    **dict.fromkeys(("ragged_row", "quote_misplaced", "case_id_missing", "time_missing",
                     "time_unreadable", "end_before_start", "activity_missing",
                     "merged_cells", "event_outside_trace",
                     "document_without_steps", "history_line_unreadable", "lifecycle_unfinished",
                     "rows_quoted", "trace_twice", "case_scope_unclear"), _ALL),
    "end_missing": ("throughput", "processing", "workload", "on_time"),
    "start_missing": ("processing", "waiting", "workload"),
    "after_cut": _ENDS,
    "arrival_after_end": ("throughput", "waiting", "on_time"),
    "lifecycle_without_start": ("processing", "waiting", "workload"),
    "lifecycle_other": (*_PATHS, "workload"),
    "transfer_unfinished": ("handover", "waiting", "workload"),
    "joint_open": (*_PATHS, "waiting"),
    "time_zero": _TIMES,
    "time_serial_mixed": _TIMES,
    "time_part_of_day": _TIMES,
    "status_ambiguous": ("rework",),
    "outside_calendar": ("processing",),
    "repeats_changed": _PATHS,
    "in_future": _ENDS,
    "time_skipped": _TIMES,
    "time_repeated": _TIMES,
    "nul_removed": _PATHS,
    "lifecycle_single": ("processing", "waiting", *_PATHS, "workload"),
    "survey_off_scale": ("satisfaction",),
    "survey_not_number": ("satisfaction",),
    "survey_word_unknown": ("satisfaction",),
    "survey_duplicate": ("satisfaction",),
    "survey_respondent_missing": ("satisfaction",),
    "survey_case_unknown": ("satisfaction",),
    # what the checks find
    "details_suspected": (*_PATHS, "workload", "processing"),
    "duplicate_rows": (*_PATHS, "workload", "processing"),
    "registered_twice": (*_PATHS, "workload"),
    "joint_suspected": (*_PATHS, "handover", "waiting"),
    "single_event_cases": ("throughput", "waiting", "on_time"),
    "one_case": _ALL,
    "ties_learned": ("variants", "waiting", "handover"),
    "similar_labels": _STEPS,
    "polluted_labels": _STEPS,
    "synonymous_labels": _STEPS,
    "same_context_labels": (),  # mostly ways that exclude each other
    "homonymous_labels": _STEPS,
    "scattered_cases": _ALL,
    "case_id_gaps": (),
    "time_travel": (*_TIMES, "variants", "rework", "handover"),
    "misdated": (*_TIMES, "variants"),
    "split_cases": _ALL,
    "order_reversed": ("variants", "waiting"),
    "form_based": ("waiting", "processing"),
    "always_together": (),
    "collateral_events": ("waiting", "variants"),
    "scattered_events": (),
    "far_years": _TIMES,
    "zero_durations": ("processing", "waiting", "workload"),
    "duration_outliers": ("throughput", "processing", "workload", "on_time"),
    "throughput_outliers": ("throughput", "on_time"),
    "times_of_day_missing": (*_TIMES, "variants"),
    "overlaps": ("processing", "workload"),
    "inactive_periods": ("throughput", "waiting", "on_time"),
    "never_started": ("throughput", "variants", "on_time"),
    "incomplete_cases": ("throughput", "variants", "on_time"),
    "placeholders": (),
    "attribute_changes": (),
    "one_resource": _PEOPLE,
    "name_spellings": _PEOPLE,
    "name_left": _PEOPLE,
    "several_people": _PEOPLE,
    "name_paths": _PEOPLE,
    "namesakes": _PEOPLE,
    "times_in_text": (),
    "artificial_activities": ("throughput", "variants", "waiting", "on_time"),
    "rare_activities": (),
})
"""The figures that depend on the rows a code means; codes that touch none are left out or empty.
"""

HARMLESS = frozenset({
    # said of the file, its sheets, columns or headers as a whole
    "binary_blank", "column_absent", "column_unknown", "columns_hidden", "encoding_lie",
    "encoding_used", "file_later", "file_spreadsheet", "file_unknown", "folder_of_files",
    "header_double", "json_comma", "numbers_imprecise",
    "line_break_in_cell", "macros_ignored", "markup_in_header", "path_outside", "role_ambiguous",
    "rows_hidden", "sheet_chosen", "sheet_unknown", "sheets_hidden", "step_columns_unused",
    "tables_several", "title_rows", "total_row", "trailing_delimiter", "trace_empty",
    "trace_unnamed", "xes_case_key",
    # said of what is written in the configuration
    "activity_never_occurs", "calendar_unit_never_occurs", "calendar_year_unknown", "choice_idle",
    "label_never_occurs", "lifecycle_never_occurs", "zone_assumed",
    # mended or read for certain, so that every figure is right
    "blanks_trimmed", "merged_filled", "repeats_dropped", "start_is_arrival", "time_epoch",
    "time_serial", "time_twelve_hours", "transferred", "paired", "joint_signature",
    "ignored_activity", "detail_row",
    # of privacy and looks
    "ids_scientific", "ids_zeroed", "markup", "personal_data",
    # of the answers, which count what they say or leave out by themselves
    "survey_counts", "survey_identical_rows", "survey_item_unknown", "survey_numbers_against_words",
    "survey_personal_data", "survey_reversed_suspected", "survey_scale_changed",
    "survey_scales_differ", "survey_small_group", "survey_words_unknown",
})
"""Warnings and repairs that leave every figure as it is."""

_BY_ROLE: Mapping[str, tuple[str, ...]] = {"resource": _PEOPLE, "case_id": _ALL,
                                           "activity": _STEPS}


def with_touches(found: Iterable[Finding | Problem], events: Events | None = None,
                 rows_read: int = 0) -> list[Problem]:
    """Problems with the KPIs they touch, each with the share of cases affected (0-1).

    For a finding of a check the cases of its rows are counted. Of a problem told before the rows
    were typed (rows set aside or repaired) only their number is known: its share of all rows read
    stands for that of the cases, which it does not exceed where rows are lost evenly over cases of
    several events.

    >>> told = with_touches([Problem("repaired", "start_missing", count=5)], rows_read=100)
    >>> dict(told[0].touches)
    {'processing': 0.05, 'waiting': 0.05, 'workload': 0.05}
    """
    return [_of_finding(each, events) if isinstance(each, Finding)
            else _of_problem(each, rows_read) for each in found]


def _of_finding(finding: Finding, events: Events | None) -> Problem:
    problem = finding.problem
    role = str(problem.values.get("role", ""))
    if problem.code == "placeholders" and events is not None:
        role = next((name for name, column in events.columns.items()
                     if column == problem.column), problem.column or "")
    kpis = TOUCHED.get(problem.code, ()) or _BY_ROLE.get(role, ())
    if not kpis or events is None or not len(events.case_names):
        return problem
    hit = np.zeros(len(events.case_names), dtype=bool)
    hit[events.case[finding.rows] if finding.touched is None else finding.touched] = True
    share = round(float(hit.mean()), 9)
    return replace(problem, touches=dict.fromkeys(kpis, share)) if share else problem


def _of_problem(problem: Problem, rows_read: int) -> Problem:
    kpis = TOUCHED.get(problem.code, ())
    if not kpis or not rows_read or problem.touches:
        return problem
    share = round(min(problem.count / rows_read, 1.0), 9)
    return replace(problem, touches=dict.fromkeys(kpis, share))
