"""What a checked log is checked for: one class per check, its docstring says why it matters.

Checks that set rows aside stand in `workbench.intake.events`, where the rows are typed; those here
look at typed events and only report. The sentence for the reader is `problem.<code>`.
"""

from __future__ import annotations

from collections.abc import Iterable

from workbench.intake.checks import (
    cases,
    contexts,
    dates,
    durations,
    ids,
    labels,
    misplaced,
    moments,
    people,
    repeats,
    values,
)
from workbench.intake.checks.events import Check, Events, Finding
from workbench.intake.checks.labels import MARKUP, artificial
from workbench.intake.checks.touches import with_touches
from workbench.model import Problem

__all__ = ["CHECKS", "MARKUP", "Check", "Events", "Finding", "artificial", "examined",
           "with_touches"]

CHECKS: tuple[Check, ...] = (
    labels.TooManyActivities(), ids.DamagedIds(), ids.NumericIds(), repeats.Duplicates(),
    repeats.MultipleRegistration(), repeats.JointApprovals(), cases.SingleEventCases(),
    cases.OneCase(), moments.Ties(), moments.OneTimestamp(), labels.DistortedLabels(),
    labels.PollutedLabels(), contexts.SynonymousLabels(), contexts.HomonymousLabels(),
    labels.PersonalData(), labels.Markup(), ids.ScatteredCases(), ids.CaseIdGaps(),
    dates.TimeTravel(), misplaced.Misdated(), misplaced.SplitCases(),
    cases.ActivityOrder(), moments.FormBasedCapture(),
    moments.CollateralEvents(), values.ScatteredEvents(), values.TimesInText(),
    dates.FarYears(),
    durations.ZeroDurations(), durations.DurationOutliers(), durations.ThroughputOutliers(),
    durations.Overlaps(), dates.TimesOfDayMissing(),
    dates.InactivePeriods(), cases.NeverStarted(),
    cases.IncompleteCases(), values.MissingValues(), values.Placeholders(),
    values.CaseAttributes(), values.NumbersOutOfRange(), people.SpellingsOfNames(),
    people.PeopleWhoLeft(), people.SeveralPeople(), people.PathsOfNames(), people.Namesakes(),
    cases.OneVariant(),
    cases.OneResource(), cases.RareActivities(), labels.ArtificialActivities(),
)
"""All checks, in the order in which their findings are told."""


def examined(events: Events, checks: Iterable[Check] = CHECKS) -> list[Problem]:
    """All that the checks find in the events of one file, each with the KPIs that it touches.

    Where an identifier was taken for the activity nothing else can be judged, nor in bounded time.
    """
    mistaken = list(labels.TooManyActivities().find(events))
    return with_touches(mistaken or (found for check in checks for found in check.find(events)),
                        events)
