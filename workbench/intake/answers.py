"""Questionnaires: one row per respondent, one column per item, to one row per answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.intake.findings import listed, refuse
from workbench.intake.formats import TextTable, read_table
from workbench.intake.sheets import SURVEY, header_names
from workbench.intake.times import Column, read_times
from workbench.model import Answers, Level, Problem, Reading

_SCALES = ((1.0, 5.0), (1.0, 7.0), (1.0, 10.0), (0.0, 10.0), (0.0, 100.0))
_FEW = 5  # groups with fewer respondents are not shown on their own


@dataclass(frozen=True)
class CaseIds:
    """The case ids that a log knows, and what stands there before those that answers name."""

    known: frozenset[str]
    prefix: str = ""


def read_answers(path: Path, shown: str = "", scale: tuple[float, float] | None = None,
                 zone: str | None = None, cases: CaseIds | None = None) -> Answers | None:
    """Read a questionnaire; None where it has a header and no rows yet.

    Every column that is not respondent, date, case_id, unit, role or comment and holds numbers
    is an item. A respondent who answered twice (for the same case) counts once, with the last row.

    Args:
        path: the file.
        shown: how messages name it.
        scale: lowest and highest possible answer; read from the answers if None.
        zone: zone of dates without one.
        cases: the ids of the log; answers that name another case are said, if given.

    Raises:
        InputRefused: the file cannot be read, or no column can be scored.
    """
    table = read_table(path, shown, may_be_bare=True)
    return answers_of(table, scale, zone, cases) if table.rows_read else None


def is_survey(table: TextTable) -> bool:
    """A table is a questionnaire if it has a column of respondents."""
    names = header_names(("respondent",))
    return any(str(header).strip().casefold() in names for header in table.cells.columns)


def answers_of(table: TextTable, scale: tuple[float, float] | None = None,
               zone: str | None = None, cases: CaseIds | None = None) -> Answers:
    """The answers of a table; see `read_answers`."""
    return _Survey(table).answers(scale, zone, cases)


class _Survey:
    """A questionnaire on its way to answers, gathering problems."""

    def __init__(self, table: TextTable) -> None:
        self.table = table
        self.problems = list(table.problems)
        self.set_aside = dict(table.set_aside)
        names = header_names(SURVEY)
        self.found: dict[str, str] = {}
        self.others: list[str] = []
        for header in map(str, table.cells.columns):
            column = names.get(header.strip().casefold().replace(" ", "_"))
            if column and column not in self.found:
                self.found[column] = header
            else:
                self.others.append(header)

    def answers(self, scale: tuple[float, float] | None, zone: str | None,
                cases: CaseIds | None) -> Answers:
        keep = self._kept()
        cells = self.table.cells[keep]
        lines = self.table.lines[keep]
        people = pd.DataFrame({name: self._text(name)[keep] for name in SURVEY})
        people["date"] = self._dates(people["date"], lines, zone)
        if cases:
            people["case_id"] = self._cases(people["case_id"], lines, cases)
        self._small_groups(people)
        numbers = {name: self._numbers(cells[name].str.strip(), name, lines)
                   for name in self.others if self._is_item(cells[name].str.strip(), name)}
        if not numbers:
            refuse([*self.problems, Problem("rejected", "survey_no_items", self.table.file, 1)])
        scored = pd.DataFrame(numbers, index=people.index)
        low, high = scale or self._scale(scored)
        scored = self._on_scale(scored, low, high, lines)
        return Answers(_long(people, scored), _comments(people), tuple(numbers), (low, high),
                       self._reading(int(keep.sum())))

    def _reading(self, kept: int) -> Reading:
        table = self.table
        return Reading(table.file, table.rows_read, kept, self.set_aside, tuple(self.problems),
                       table.encoding, table.sha256)

    def _text(self, name: str) -> pd.Series:
        if name in self.found:
            return self.table.cells[self.found[name]].str.strip()
        blank = "" if name != "respondent" else None
        index = self.table.cells.index
        if blank is None:  # an anonymous questionnaire: each row is a respondent
            return pd.Series([f"#{line}" for line in self.table.lines], index=index, dtype="str")
        return pd.Series(blank, index=index, dtype="str")

    def _kept(self) -> np.ndarray:
        """Rows with a respondent; of several by the same one for the same case, the last."""
        respondent = self._text("respondent")
        keep = respondent.ne("").to_numpy(dtype=bool)
        self._aside(~keep, "survey_respondent_missing")
        keys = pd.DataFrame({"respondent": respondent, "case_id": self._text("case_id")})[keep]
        earlier = np.zeros(len(keep), dtype=bool)
        earlier[np.flatnonzero(keep)[keys.duplicated(keep="last").to_numpy(dtype=bool)]] = True
        self._aside(earlier, "survey_duplicate")
        return keep & ~earlier

    def _aside(self, rows: np.ndarray, reason: str) -> None:
        if rows.any():
            self.set_aside[reason] = int(rows.sum())
            self._note("repaired", reason, rows, self.table.lines,
                       self.found.get("respondent", "respondent"))

    def _dates(self, texts: pd.Series, lines: np.ndarray, zone: str | None) -> pd.Series:
        column = Column(self.table.file, self.found.get("date", "date"), lines)
        read = read_times(texts, column, zone)
        self.problems += read.problems
        if read.unreadable.any():
            self._note("warning", "time_unreadable", read.unreadable, lines, column.name,
                       example=listed(texts[read.unreadable]))
        return read.moments

    def _cases(self, stated: pd.Series, lines: np.ndarray, cases: CaseIds) -> pd.Series:
        """The ids as the log knows them; those that it does not know are said."""
        named = stated.mask(stated != "", cases.prefix + stated)
        unknown = (stated.ne("") & ~named.isin(cases.known)).to_numpy(dtype=bool)
        if unknown.any():
            self._note("warning", "survey_case_unknown", unknown, lines,
                       self.found.get("case_id", "case_id"), example=listed(stated[unknown]))
        return named

    def _small_groups(self, people: pd.DataFrame) -> None:
        """Few respondents of a unit could be recognised by their answers."""
        sizes = people[people["unit"] != ""].groupby("unit")["respondent"].nunique()
        small = sizes[sizes < _FEW]
        if len(small):
            self.problems.append(Problem(
                "warning", "survey_small_group", self.table.file, 1, self.found["unit"],
                len(small), {"units": listed(small.index, 5)}))

    def _is_item(self, texts: pd.Series, name: str) -> bool:
        filled = texts[texts != ""]
        numeric = pd.to_numeric(filled, errors="coerce").notna()
        is_item = bool(len(filled)) and numeric.mean() >= 0.5
        if not is_item and not name.startswith("#"):
            self.problems.append(Problem("warning", "column_unknown", self.table.file, 1, name,
                                         values={"near": listed(SURVEY, 9)}))
        return is_item

    def _numbers(self, texts: pd.Series, name: str, lines: np.ndarray) -> pd.Series:
        numbers = pd.to_numeric(texts.mask(texts == ""), errors="coerce").astype(float)
        wrong = (numbers.isna() & texts.ne("")).to_numpy(dtype=bool)
        if wrong.any():
            self._note("repaired", "survey_not_number", wrong, lines, name,
                       example=listed(texts[wrong]))
        return numbers

    def _scale(self, scored: pd.DataFrame) -> tuple[float, float]:
        lowest, highest = float(scored.min().min()), float(scored.max().max())
        fits = [scale for scale in _SCALES if scale[0] <= lowest and highest <= scale[1]]
        scale = fits[0] if fits else (lowest, highest)
        self.problems.append(Problem("info", "survey_scale_assumed", self.table.file, 1,
                                     values={"scale": f"{scale[0]:g}-{scale[1]:g}"}))
        return scale

    def _on_scale(self, scored: pd.DataFrame, low: float, high: float,
                  lines: np.ndarray) -> pd.DataFrame:
        for name in scored.columns:
            wrong = ((scored[name] < low) | (scored[name] > high)).to_numpy(dtype=bool)
            if wrong.any():
                self._note("repaired", "survey_off_scale", wrong, lines, str(name),
                           scale=f"{low:g}-{high:g}",
                           example=listed(f"{value:g}" for value in scored[name][wrong]))
        return scored.where((scored >= low) & (scored <= high))

    def _note(self, level: Level, code: str, rows: np.ndarray, lines: np.ndarray, column: str,
              **values: object) -> None:
        first = int(lines[np.flatnonzero(rows)[0]])
        self.problems.append(Problem(level, code, self.table.file, first, column,
                                     int(rows.sum()), values))


def _long(people: pd.DataFrame, scored: pd.DataFrame) -> pd.DataFrame:
    """One row per respondent and item that was answered, in the order of the file."""
    wide = people.drop(columns=["comment"]).join(scored)
    rows = wide.melt(id_vars=["respondent", "date", "case_id", "unit", "role"], var_name="item",
                     value_name="value", ignore_index=False)
    rows["item"] = rows["item"].astype("str")
    answered = rows[rows["value"].notna()]
    texts = answered[["case_id", "unit", "role"]]
    return answered.assign(**texts.mask(texts == "")).sort_index(kind="stable").reset_index(
        drop=True)[["respondent", "date", "unit", "role", "case_id", "item", "value"]]


def _comments(people: pd.DataFrame) -> pd.DataFrame:
    said = people[people["comment"] != ""]
    unit = said["unit"].mask(said["unit"] == "")
    return pd.DataFrame({"respondent": said["respondent"], "unit": unit, "date": said["date"],
                         "text": said["comment"]}).reset_index(drop=True)
