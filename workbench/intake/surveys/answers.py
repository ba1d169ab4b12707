"""The answers of a questionnaire: one row per respondent and item, and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.intake.checks.touches import with_touches
from workbench.intake.findings import listed, refuse
from workbench.intake.formats import TextTable, read_table
from workbench.intake.personal import PERSONAL, masked
from workbench.intake.schema import SurveyForm
from workbench.intake.surveys.columns import Columns, columns_of
from workbench.intake.surveys.items import Items, read_items
from workbench.intake.surveys.likert_words import NO_COMMENT
from workbench.intake.surveys.rows import Notes, Rows, rows_of
from workbench.intake.surveys.scales import (
    NPS_SCALE,
    named_items,
    on_scale,
    recommendation_items,
    say_doubts,
    scales_of,
    turned_round,
)
from workbench.model import Answers, Problem, Reading

_FEW = 5  # groups with fewer respondents are not shown on their own
_OF_ANSWERS = frozenset({"survey_off_scale", "survey_not_number", "survey_word_unknown"})
_UNREAD = frozenset({"survey_not_number", "survey_word_unknown"})
_COLUMNS = ("respondent", "date", "unit", "role", "case_id", "item", "value")


@dataclass(frozen=True)
class CaseIds:
    """The case ids that a log knows, and what stands there before those that answers name."""

    known: frozenset[str]
    prefix: str = ""


def read_answers(path: Path, shown: str = "", stated: SurveyForm | None = None,
                 zone: str | None = None, cases: CaseIds | None = None) -> Answers | None:
    """Read a questionnaire; None where it has a header and no rows yet.

    Columns of respondent, date, case_id, unit, role and comment are known by their names, also by
    those that survey tools give them; every other column that holds numbers or words of a scale is
    an item, free text is a comment, and the rest is named and not used. The long form (respondent,
    item, answer) is known by its columns. A respondent who answered twice (for the same case)
    counts once, with the last answer by date, else by row.

    Args:
        path: the file.
        shown: how messages name it.
        stated: what engagement.yaml says of the scale, reversed items, the recommendation and the
            numbers of words; the rest is read from the answers.
        zone: zone of dates without one.
        cases: the ids of the log; answers that name another case are said, if given.

    Raises:
        InputRefused: the file cannot be read, or no column can be scored.
    """
    table = read_table(path, shown, may_be_bare=True)
    return answers_of(table, stated, zone, cases) if table.rows_read else None


def answers_of(table: TextTable, stated: SurveyForm | None = None, zone: str | None = None,
               cases: CaseIds | None = None) -> Answers:
    """The answers of a table; see `read_answers`."""
    wishes = stated or SurveyForm()
    notes = Notes(table.file, list(table.problems), dict(table.set_aside))
    columns = columns_of(table)
    if columns.tool:
        notes.whole("info", "survey_tool_columns", columns.tool[0], len(columns.tool),
                    columns=listed(columns.tool, 12))
    rows = rows_of(table, columns, notes, zone)
    if cases:
        rows = replace(rows, people=rows.people.assign(
            case_id=_cases(rows, columns, cases, notes)))
    _small_groups(rows.people, columns, notes)
    items = read_items(rows, columns, wishes, notes)
    if items.scored.empty or not items.scored.shape[1]:
        refuse([*notes.problems, Problem("rejected", "survey_no_items", table.file, 1)])
    return _scored(rows, columns, items, wishes, notes, table)


def _scored(rows: Rows, columns: Columns, items: Items, stated: SurveyForm, notes: Notes,
            table: TextTable) -> Answers:
    asked = recommendation_items(items.scored, stated.nps, stated.scale, columns, notes)
    recommended = on_scale(items.scored[asked], dict.fromkeys(asked, NPS_SCALE), rows, columns,
                           notes)
    scored = items.scored.drop(columns=asked)
    common, scales = (scales_of(scored, items.scales, stated.scale, notes, columns)
                      if scored.shape[1] else (stated.scale or NPS_SCALE, {}))
    scored = on_scale(scored, scales, rows, columns, notes)
    turned = _turned(scored, columns, items, stated, notes)
    turned_back = turned_round(scored, scales, turned)
    say_doubts(scored, turned_back, rows, columns, notes)
    comments = _comments(rows, columns, items, notes)
    read = int(items.scored.notna().to_numpy().sum())
    problems = _touching(notes.problems, table.rows_read, read)
    reading = Reading(table.file, table.rows_read, rows.kept, notes.set_aside, problems,
                      table.encoding, table.sha256, table.format)
    return Answers(_long(rows.people, turned_back), comments, tuple(map(str, scored)), common,
                   reading, scales, _long(rows.people, recommended))


def _touching(problems: Sequence[Problem], rows_read: int, read: int) -> tuple[Problem, ...]:
    """The problems with the share of what they touch: of the rows, or of the answers given.

    Whatever is lost of a questionnaire touches satisfaction and nothing else.
    """
    given = read + sum(problem.count for problem in problems if problem.code in _UNREAD)
    touching = []
    for problem in problems:
        whole = given if problem.code in _OF_ANSWERS else rows_read
        touches = with_touches([problem], rows_read=whole)[0].touches
        touching.append(replace(problem, touches={"satisfaction": max(touches.values())})
                        if touches else problem)
    return tuple(touching)


def _turned(scored: pd.DataFrame, columns: Columns, items: Items, stated: SurveyForm,
            notes: Notes) -> list[str]:
    """Items to be turned round: the stated ones, and those whose numbers run against the words."""
    against = [name for name in items.turned if name in scored]
    for name in against:
        notes.whole("repaired", "survey_numbers_against_words", columns.header(name),
                    int(scored[name].notna().sum()))
    named = named_items(list(stated.reversed), scored, columns, "reversed", notes)
    for name in named:
        notes.whole("info", "survey_reversed", columns.header(name),
                    int(scored[name].notna().sum()))
    return list(dict.fromkeys([*against, *named]))


def _cases(rows: Rows, columns: Columns, cases: CaseIds, notes: Notes) -> pd.Series:
    """The ids as the log knows them; those that it does not know are said."""
    stated = rows.people["case_id"]
    named = stated.mask(stated != "", cases.prefix + stated)
    unknown = (stated.ne("") & ~named.isin(cases.known)).to_numpy(dtype=bool)
    notes.note("warning", "survey_case_unknown", unknown, rows.lines,
               columns.found.get("case_id", "case_id"), example=listed(stated[unknown]))
    return named


def _small_groups(people: pd.DataFrame, columns: Columns, notes: Notes) -> None:
    """Few respondents of a unit could be recognised by their answers."""
    sizes = people[people["unit"] != ""].groupby("unit")["respondent"].nunique()
    small = sizes[sizes < _FEW]
    if len(small):
        notes.whole("warning", "survey_small_group", columns.found["unit"], len(small),
                    units=listed(small.index, 5))


def _long(people: pd.DataFrame, scored: pd.DataFrame) -> pd.DataFrame:
    """One row per respondent and item that was answered, in the order of the file."""
    texts = people[["unit", "role", "case_id"]]
    known = people.assign(**texts.mask(texts == ""))
    row, item = np.nonzero(scored.notna().to_numpy())
    answered = known.iloc[row].reset_index(drop=True)
    names = pd.Series(scored.columns.to_numpy(dtype=object)[item], dtype="str")
    return answered.assign(item=names, value=scored.to_numpy(dtype=float)[row, item])[
        list(_COLUMNS)]


def _comments(rows: Rows, columns: Columns, items: Items, notes: Notes) -> pd.DataFrame:
    """Every text that people wrote, without what looks like personal data."""
    people = rows.people
    parts: Mapping[str, pd.Series] = {
        columns.found.get("comment", "comment"): people["comment"],
        **{columns.header(name): rows.cells[name] for name in items.comments}}
    made = []
    for header, texts in parts.items():
        personal = texts.str.contains(PERSONAL).to_numpy(dtype=bool)
        notes.note("repaired", "survey_personal_data", personal, rows.lines, header)
        said = texts[~texts.str.casefold().isin(NO_COMMENT)].map(masked)
        who = people.loc[said.index]
        made.append(pd.DataFrame({
            "respondent": who["respondent"], "unit": who["unit"].mask(who["unit"] == ""),
            "date": who["date"], "text": said.astype("str")}))
    return pd.concat(made).sort_index(kind="stable").reset_index(drop=True)
