"""Questionnaires to one row per answer, whichever form they come in.

Columns are sorted (`columns`), rows are chosen (`rows`), texts become numbers (`items`, `likert`),
each item gets its scale (`scales`), and `answers` puts the answers together.
"""

from __future__ import annotations

from workbench.intake.surveys.answers import CaseIds, answers_of, read_answers
from workbench.intake.surveys.columns import is_survey

__all__ = ["CaseIds", "answers_of", "is_survey", "read_answers"]
