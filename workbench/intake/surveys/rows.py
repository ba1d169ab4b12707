"""The rows of a questionnaire: one per respondent (and case), whichever form it came in."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from workbench.intake.findings import listed, refuse
from workbench.intake.formats import TextTable
from workbench.intake.sheets import SURVEY
from workbench.intake.surveys.columns import Columns, is_second_header, without_number
from workbench.intake.times import Column, read_times
from workbench.model import Level, Problem

_MOST_ITEMS = 2_000
_MOST_CELLS = 50_000_000


@dataclass
class Notes:
    """What was found in a questionnaire, gathered as it is read."""

    file: str
    problems: list[Problem]
    set_aside: dict[str, int] = field(default_factory=dict)

    def note(self, level: Level, code: str, rows: np.ndarray, lines: np.ndarray, column: str,
             **values: object) -> None:
        """A problem at the first of some rows (a mask), counted; nothing where there is none."""
        if rows.any():
            first = int(lines[np.flatnonzero(rows)[0]])
            self.problems.append(Problem(level, code, self.file, first, column,
                                         int(rows.sum()), values))

    def whole(self, level: Level, code: str, column: str = "", count: int = 1,
              **values: object) -> None:
        """A problem of a column, or of the file as a whole."""
        self.problems.append(Problem(level, code, self.file, 1, column or None, count, values))

    def aside(self, reason: str, rows: np.ndarray, lines: np.ndarray, column: str) -> None:
        """Rows that are set aside."""
        if rows.any():
            self.set_aside[reason] = self.set_aside.get(reason, 0) + int(rows.sum())
            self.note("repaired", reason, rows, lines, column)


@dataclass(frozen=True)
class Rows:
    """One row per respondent and case.

    `people`: respondent, date (moments), case_id, unit, role, comment ("" where unknown). `cells`:
    the texts of each item by its name. `lines` is the line of each row, `places` that of each
    answer where an answer has a line of its own. `kept` counts the rows of the file.
    """

    people: pd.DataFrame
    cells: pd.DataFrame
    lines: np.ndarray
    kept: int
    places: pd.DataFrame | None = None

    def lines_of(self, item: str) -> np.ndarray:
        """The line of each answer to an item."""
        if self.places is None or item not in self.places:
            return self.lines
        return np.asarray(self.places[item], dtype=int)


def rows_of(table: TextTable, columns: Columns, notes: Notes, zone: str | None = None) -> Rows:
    """The rows that count: with a respondent, and of several by the same one the last.

    Raises:
        InputRefused: the dates cannot be read, or there are too many items.
    """
    texts = _texts(table, columns)
    keep = _named(table, columns, texts, notes)
    dates = _dates(texts["date"], table.lines, keep, columns, notes, zone)
    keep &= ~_earlier(texts, dates, table.lines, keep, columns, notes)
    people = texts.drop(columns=["item"]).assign(date=dates)
    if columns.item:
        return _unfolded(table, columns, people[keep], texts["item"], keep, notes)
    _identical(table, columns, dates, keep, notes)
    cells = table.cells.loc[keep, list(columns.others)].rename(columns=columns.named)
    rows = Rows(people[keep].reset_index(drop=True), _stripped(cells).reset_index(drop=True),
                table.lines[keep], int(keep.sum()))
    return _repeated(rows, table, columns, keep, notes) if columns.weight else rows


def _texts(table: TextTable, columns: Columns) -> pd.DataFrame:
    """The columns that are no items, "" where there is none; an anonymous row is a respondent."""
    blank = pd.Series("", index=table.cells.index, dtype="str")
    texts = pd.DataFrame({name: table.cells[columns.found[name]].str.strip()
                          if name in columns.found else blank for name in SURVEY})
    if "respondent" not in columns.found:
        texts["respondent"] = pd.Series([f"#{line}" for line in table.lines], index=texts.index,
                                        dtype="str")
    item = table.cells[columns.item].str.strip() if columns.item else blank
    return texts.assign(item=item)


def _named(table: TextTable, columns: Columns, texts: pd.DataFrame, notes: Notes) -> np.ndarray:
    """Rows that say whose answer they are, and in the long form to what."""
    column = columns.found.get("respondent", "respondent")
    second = np.zeros(len(texts), dtype=bool)
    if is_second_header(table.cells):
        second[0] = True
        notes.aside("survey_second_header", second, table.lines, column)
    nobody = texts["respondent"].eq("").to_numpy(dtype=bool) & ~second
    notes.aside("survey_respondent_missing", nobody, table.lines, column)
    nothing = np.zeros(len(texts), dtype=bool)
    if columns.item:
        nothing = texts["item"].eq("").to_numpy(dtype=bool) & ~second & ~nobody
        notes.aside("survey_item_missing", nothing, table.lines, columns.item)
    return ~(second | nobody | nothing)


def _dates(texts: pd.Series, lines: np.ndarray, keep: np.ndarray, columns: Columns, notes: Notes,
           zone: str | None) -> pd.Series:
    column = Column(notes.file, columns.found.get("date", "date"), lines[keep])
    said = texts[keep]
    read = read_times(said, column, zone)
    notes.problems += read.problems
    notes.note("warning", "time_unreadable", read.unreadable, lines[keep], column.name,
               example=listed(said[read.unreadable]))
    return read.moments.reindex(texts.index)


def _earlier(texts: pd.DataFrame, dates: pd.Series, lines: np.ndarray, keep: np.ndarray,
             columns: Columns, notes: Notes) -> np.ndarray:
    """Rows that a later one of the same respondent replaces: later by date, else by row."""
    keys = texts.loc[keep, ["respondent", "case_id", "item"]].assign(date=dates[keep])
    ordered = keys.sort_values("date", kind="stable", na_position="first")
    late = ordered.duplicated(["respondent", "case_id", "item"], keep="last")
    earlier = late.reindex(texts.index, fill_value=False).to_numpy(dtype=bool)
    notes.aside("survey_duplicate", earlier, lines, columns.found.get("respondent", "respondent"))
    return earlier


def _identical(table: TextTable, columns: Columns, dates: pd.Series, keep: np.ndarray,
               notes: Notes) -> None:
    """Anonymous rows that are alike to the second may be one answer sent twice."""
    if "respondent" in columns.found or "date" not in columns.found:
        return
    numbers = [header for header in columns.tool if header.startswith("#")]
    alike = table.cells.drop(columns=numbers).duplicated(keep="first")
    timed = dates.notna() & (dates.dt.normalize() != dates)
    notes.note("warning", "survey_identical_rows", (alike & timed).to_numpy(dtype=bool) & keep,
               table.lines, columns.found["date"])


def _stripped(cells: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({name: cells[name].str.strip() for name in cells}, index=cells.index)


def _repeated(rows: Rows, table: TextTable, columns: Columns, keep: np.ndarray,
              notes: Notes) -> Rows:
    """A row that stands for several people becomes as many of them."""
    people = table.cells.loc[keep, columns.weight].str.strip().astype(int).to_numpy()
    notes.whole("warning", "survey_counts", columns.weight, int(people.sum()))
    places = np.repeat(np.arange(len(people)), people)
    nth = pd.Series(np.arange(len(places)), dtype="str")
    return Rows(rows.people.iloc[places].reset_index(drop=True).assign(respondent="#" + nth),
                rows.cells.iloc[places].reset_index(drop=True), rows.lines[places], rows.kept)


def _unfolded(table: TextTable, columns: Columns, people: pd.DataFrame, names: pd.Series,
              keep: np.ndarray, notes: Notes) -> Rows:
    """The long form, one row per answer, as one row per respondent."""
    short = {name: without_number(name) for name in dict.fromkeys(names[names != ""])}
    unique = len(set(short.values())) == len(short)
    items = names[keep].map(short) if unique else names[keep]
    group = people.groupby(["respondent", "case_id"], sort=False).ngroup()
    known = set(items)
    wanted = [name for name in (short.values() if unique else short) if name in known]
    if len(wanted) > _MOST_ITEMS or len(wanted) * group.nunique() > _MOST_CELLS:
        refuse([*notes.problems, Problem("rejected", "survey_too_many_items", notes.file, 1,
                                         columns.item, len(wanted))])
    notes.whole("info", "survey_long", columns.item, len(wanted), answer=columns.answer)
    flat = pd.DataFrame({"group": group, "item": items, "line": table.lines[keep],
                         "text": table.cells.loc[keep, columns.answer].str.strip()})
    cells = flat.pivot(index="group", columns="item", values="text")[wanted].fillna("")  # noqa: PD010 - no sums
    places = flat.pivot(index="group", columns="item", values="line")[wanted].fillna(0)  # noqa: PD010 - no sums
    texts = people[["respondent", "case_id", "unit", "role", "comment"]]
    last = texts.mask(texts == "").groupby(group).last().fillna("")
    last["date"] = people["date"].groupby(group).max()
    said = people["comment"][people["comment"] != ""].groupby(group).agg(
        lambda texts: " / ".join(dict.fromkeys(texts)))
    last["comment"] = said.reindex(last.index, fill_value="")
    lines = flat.groupby("group")["line"].min().to_numpy()
    return Rows(last[list(SURVEY)].reset_index(drop=True), cells.reset_index(drop=True), lines,
                int(keep.sum()), places.astype(int).reset_index(drop=True))
