"""The nouns: plain frozen data that every other module speaks of.

Nothing here computes, reads a file or knows a language. A noun that exists is a noun
that passed: only `workbench.intake` builds an `Engagement`, an `EventLog` or `Answers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:  # importing the package must stay cheap; these are needed for types only
    import ibis.expr.types as ir
    import pandas as pd

Language = Literal["zh", "en"]
Level = Literal["info", "warning", "repaired", "rejected"]
Outcome = Literal["reached", "not_reached", "cannot_tell"]
Direction = Literal["up", "down"]
GradeLetter = Literal["A", "B", "C", "D"]
Unit = Literal[
    "hours", "effort", "share", "count", "money", "score", "relative", "points", "ratio", "weeks",
    "date", "moment", "text", "score_change", "working",
]

SEED = 20260105
"""Where every resampling starts, so that the same input gives the same interval; it stands in the
manifest."""

STAGES = ("plan", "diagnose", "design", "pilot", "rollout", "monitor")
"""The six stages in their order; the out folder of stage k is `<k>_<stage>`."""


@dataclass(frozen=True)
class Problem:
    """Something the reader of a client's file has to know: what, where, and how often.

    The sentence itself lives in the word files under `problem.<code>`; `values` fills its
    placeholders. `line` is the physical line (the header is line 1), `column` the header as
    written, else the role. `touches` names the KPIs whose value depends on the rows in question,
    each with the share of the cases that are affected (0-1).
    """

    level: Level
    code: str
    file: str = ""
    line: int | None = None
    column: str | None = None
    count: int = 1
    values: Mapping[str, object] = field(default_factory=dict)
    touches: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Grade:
    """How good the data is for one KPI: A to D, or None where a needed column is missing.

    `share` is the share of cases (0-1) that the findings `codes` touch; `missing` names the roles
    without which the KPI cannot be known.
    """

    letter: GradeLetter | None
    share: float | None
    codes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """One number of a report, with everything that makes it honest.

    `unit` decides how a language writes it: `hours` are elapsed hours, `effort` hours added up
    over cases (work or waiting), `working` hours of working time (never told as days, which would
    read as those of the clock), `share` is 0-1, `relative` a signed relative change (-0.20 is a
    fifth less), `points` a signed difference of shares, `money` is in the currency of the
    engagement. `low` and `high` are the ends of an interval at `confidence`; `n` counts what was
    observed; `source` names the table and column that the value was read from. A figure that the
    data cannot show has value None.
    """

    value: float | int | str | date | datetime | None
    unit: Unit
    n: int | None = None
    low: float | None = None
    high: float | None = None
    confidence: float = 0.95
    source: str = ""


@dataclass(frozen=True)
class Statement:
    """A sentence yet to be written: a key of the word files and what fills it.

    A part of a sentence that varies by itself is a statement too, inside `values`.
    """

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


Value: TypeAlias = Figure | Statement | str | float
"""What fills a placeholder of a sentence."""


# ---------------------------------------------------------------- the engagement


@dataclass(frozen=True)
class Target:
    """A SMART target: which KPI, from where to where, by when, and who answers for it.

    `kpi` is one of the names in `workbench.metrics.KPIS`. `start` and `goal` are the `from` and
    `to` of the client folder, in the client's unit (hours for throughput, a share for rates,
    points for scores). A guardrail has a `margin` instead of a goal: the worsening (same
    scale as the verdict: a difference for rates and scores, relative for throughput) that
    is still accepted.
    """

    id: str
    kpi: str
    direction: Direction
    start: float | None = None
    goal: float | None = None
    by: date | None = None
    owner: str = ""
    role: Literal["goal", "guardrail"] = "goal"
    primary: bool = False
    margin: float | None = None
    activity: str = ""
    item: str = ""
    within_hours: float | None = None
    label: str = ""


DEFAULT_TARGET = Target("default", "throughput", "down", primary=True)
"""Where no target is stated: did the throughput time change at all?"""


RuleKind = Literal[
    "precedence", "response", "succession", "existence", "absence", "exclusive_choice",
    "not_coexistence", "time_standard", "four_eyes", "segregation_of_duties", "performed_by",
]
"""The kinds of rules (see `workbench.metrics.adherence`)."""


@dataclass(frozen=True)
class Rule:
    """Something that every case is to obey, as the engagement states it.

    `rule` is its kind (see `workbench.metrics.adherence`), `activities` those it speaks of, in
    its order. `least` and `most` bound how often an activity occurs, `hours` how long something
    may take (by `clock`: hours of the clock or of working time), `resources` and `units` who may
    do it. `source` says where the rule stands, `owner` who answers for it.
    """

    id: str
    rule: RuleKind
    activities: tuple[str, ...] = ()
    hours: float | None = None
    clock: Literal["clock", "working"] = "clock"
    least: int | None = None
    most: int | None = None
    resources: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    owner: str = ""
    source: str = ""


@dataclass(frozen=True)
class Pilot:
    """The pilot's protocol as the client folder states it; empty units mean the whole process."""

    start: datetime
    end: datetime | None
    cut: datetime | None
    units: tuple[str, ...] = ()
    comparison_units: tuple[str, ...] = ()
    horizon_hours: float | None = None
    washout_hours: float = 0.0
    confidence: float = 0.95


@dataclass(frozen=True)
class Costs:
    """What an hour costs the client; None where the client did not say."""

    work_hour: float | None = None
    waiting_hour: float | None = None
    source: str = ""


@dataclass(frozen=True)
class Hours:
    """The working days (0 is Monday) and the spans worked on each, from and to in minutes.

    `holidays` are days off although their weekday is worked, `workdays` the other way round.
    `region` is the country whose public holidays and make-up days are (or are to be) among them.
    """

    days: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    region: str = ""


@dataclass(frozen=True)
class Calendar:
    """When the client works; a unit that is not named works as the client does."""

    hours: Hours
    units: Mapping[str, Hours] = field(default_factory=dict)


@dataclass(frozen=True)
class LogSource:
    """Where a log comes from, which of its columns plays which role, and how its rows are read.

    `file` is the file (of several the first), or how a database is named to readers. The rest is
    as `log` in engagement.yaml states it.
    """

    file: str
    mapping: Mapping[str, str | tuple[str, ...]]
    time_format: str | None = None
    ignore: tuple[str, ...] = ()
    ties: Literal["learned", "source"] = "learned"
    case_scope: Literal["file", "client"] | None = None
    guessed: bool = False
    files: tuple[str, ...] = ()
    source: str | None = None
    table: str | None = None
    sheet: str | None = None
    merged: Literal["fill"] | None = None
    attributes: tuple[str, ...] = ()
    lifecycle: str | tuple[str, ...] = "single"
    statuses: Mapping[str, str] = field(default_factory=dict)
    joint_all: tuple[str, ...] = ()
    joint_any: tuple[str, ...] = ()
    unfold_history: str | None = None
    unfold_line: str | None = None
    unfold_wide: bool = False
    details: Literal["drop"] | None = None


@dataclass(frozen=True)
class Engagement:
    """Who the client is, which process, when, and what was promised (`engagement.yaml`)."""

    folder: Path
    client: str
    process: str
    kind: str
    language: Language
    zone: str
    currency: str
    synthetic: bool
    log: LogSource
    end_activities: tuple[str, ...] = ()
    withdrawn_activities: tuple[str, ...] = ()
    extraction_date: datetime | None = None
    baseline_from: datetime | None = None
    baseline_to: datetime | None = None
    promise_hours: float | None = None
    pilot: Pilot | None = None
    targets: tuple[Target, ...] = ()
    rules: tuple[Rule, ...] = ()
    costs: Costs = Costs()
    calendar: Calendar | None = None


# ---------------------------------------------------------------- what was read


@dataclass(frozen=True)
class RoleColumn:
    """The column that plays a role (several joined by `+`), and how that is known.

    `degree` is `stated`, or how sure a guess is: `sure`, `likely` or `doubtful`; `confidence` is
    the same as a number (0-1), None where it was stated.
    """

    column: str
    degree: str = "stated"
    confidence: float | None = None


@dataclass(frozen=True)
class UnusedColumn:
    """A column of a log that nothing uses: how many different values it has, and a few of them.

    `per_case`: it has few values and the same one in all rows of a case, as a kind or a unit has.
    """

    name: str
    distinct: int
    examples: tuple[str, ...] = ()
    per_case: bool = False


@dataclass(frozen=True)
class Reading:
    """What became of every row of a file: rows_read = rows_kept + sum of set_aside, always.

    `roles` and `unused` tell of the columns of a log.
    """

    file: str
    rows_read: int
    rows_kept: int
    set_aside: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    encoding: str = "utf-8"
    sha256: str = ""
    format: str = ""
    roles: Mapping[str, RoleColumn] = field(default_factory=dict)
    unused: tuple[UnusedColumn, ...] = ()


@dataclass(frozen=True)
class EventLog:
    """Checked, ordered events and one row per case; having one proves that it passed.

    `events` (one row per event, ordered by `case, position`):
        case (int, code of the case), position (int from 0), activity (str),
        resource, unit, stratum, result (str, null where unknown), start, end, arrival (timestamps,
        UTC, microseconds; start is null where the log has one timestamp, arrival where it is not
        told when the task arrived), enabled (when its work could begin: its arrival, else the
        latest end among the events before it in the case that had ended by its start and are not
        concurrent with it, else the start of the case; with one timestamp the event before; null
        for first events without arrival), previous_activity,
        next_activity, previous_resource, next_resource (str, null at the ends), occurrence (int,
        1 for the first time this activity occurs in the case), resource_before (str, who did the
        occurrence before of this activity in the case; null for the first), self_loop (bool: same
        activity as the event before), repetition (bool: occurred before, but not directly before),
        tied (bool: same order key as a neighbour), processing_hours (its span; null with one
        timestamp), busy_hours (what its span adds to those begun before in the case: work done
        at the same time counts once; null with one timestamp), waiting_hours (max(0, start minus
        enabled); null where enabled is and with one timestamp), idle_hours (before its start
        nothing ran in the case: max(0, start minus the latest end before); null for first events
        and with one timestamp), elapsed_hours (to its end since its arrival or,
        where that is unknown, since the end of the event before; null for first events without
        arrival), gap_hours (from the end of the event before to its start, its end where
        there is one timestamp; negative where they overlap; null for first events);
        working_processing_hours, working_busy_hours, working_waiting_hours, working_idle_hours,
        working_elapsed_hours, working_gap_hours (the same spans in the working time of the event's
        unit; null without a calendar), worked_at_start, worked_at_end (int, microseconds that
        the working clock of its unit showed), outside_hours (bool: it began, or with one
        timestamp happened, outside working hours; null without a calendar), and one column
        `attribute:NAME` (str) for each further column that was kept.
    `cases` (one row per case):
        case, case_id, start, end (first arrival or start, last end), closed (bool, null where no
        end activities are configured), withdrawn (bool), throughput_hours (end minus start),
        processing_hours (sum of spans: work; null with one timestamp), busy_hours (union of
        spans) and waiting_hours (throughput minus that union: idle time), which add up to
        throughput (both null with one timestamp), working_throughput_hours,
        working_processing_hours, working_busy_hours, working_waiting_hours (the same in the
        working time of the unit of the case; null without a calendar), events (int), variant (JSON
        list
        of activities), variant_rank (int from 1, in the whole log), rework (bool: any activity
        twice or more), unit, stratum (of the first event that has one), first_activity,
        last_activity, tied (bool), file (str: the file that the case starts in), and the first
        value of each `attribute:NAME`.
    `calendar` is the one that working hours were counted by, None where there is none.
    `key` makes the pseudonyms of its resources: one per client, never shown.
    `whole` is the log that this one was cut from, None where it is whole itself: what depends on
    all that a resource does (why work waited) is known from the whole log only.

    Two activities are concurrent where, of all their direct successions in the log, in whichever
    order, more than half overlap in time.
    """

    events: ir.Table
    cases: ir.Table
    zone: str
    cut: datetime
    end_activities: tuple[str, ...]
    roles: frozenset[str]
    ties: str
    readings: tuple[Reading, ...] = ()
    problems: tuple[Problem, ...] = ()
    key: str = ""
    calendar: Calendar | None = None
    whole: EventLog | None = None

    def only(self, cases: ir.Table) -> EventLog:
        """The log cut to some of its cases: rows of `cases`, as filtered by a caller.

        >>> from workbench import sample
        >>> from workbench.engine import frame
        >>> log = sample.log("c1: check pay; c2: check", units={"c1": "North", "c2": "South"})
        >>> frame(log.only(log.cases.filter(log.cases.unit == "North")).events)["activity"].tolist()
        ['check', 'pay']
        """
        return replace(self, cases=cases, events=self.events.semi_join(cases, "case"),
                       whole=self.whole or self)

    def has(self, role: str) -> bool:
        """Whether the log has a column for a role (start, resource, unit, stratum, …)."""
        return role in self.roles


@dataclass(frozen=True)
class Answers:
    """Checked survey rows, the twin of EventLog.

    `rows` (long form, one row per respondent and item): respondent, date (timestamp or null),
    unit, role, case_id (str or null), item (str), value (float; reversed items are turned round).
    `comments`: respondent, unit, date, text. `scale` is the (lowest, highest) that most items
    share, `scales` that of each item. `recommendations`: rows like `rows` of the items that ask
    whether one would recommend (0-10); they are not among `rows` and `items`.
    """

    rows: pd.DataFrame
    comments: pd.DataFrame
    items: tuple[str, ...]
    scale: tuple[float, float]
    reading: Reading
    scales: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    recommendations: pd.DataFrame | None = None

    def scale_of(self, item: str) -> tuple[float, float]:
        """The lowest and highest possible answer to an item."""
        return self.scales.get(item, self.scale)

    def of_item(self, item: str = "") -> pd.DataFrame:
        """The rows of one item; without one, of all items on the scale that most items share."""
        if not item:
            others = {name for name, scale in self.scales.items() if scale != self.scale}
            return self.rows[~self.rows["item"].isin(others)]
        found = self.rows[self.rows["item"] == item]
        if found.empty and self.recommendations is not None:
            return self.recommendations[self.recommendations["item"] == item]
        return found

    def asked(self) -> tuple[str, ...]:
        """All items, those that ask for a recommendation last."""
        if self.recommendations is None:
            return self.items
        return (*self.items, *dict.fromkeys(map(str, self.recommendations["item"])))


@dataclass(frozen=True)
class Client:
    """A client folder, read and judged: what every stage starts from.

    `log` is the baseline export; `pilot_log` joins it with `pilot/events.*` and is None where
    there is none. `sheets` holds the people's tables by name (`causes`, `pilot/feedback`, …)
    with canonical English column names; an absent sheet is absent. `answers` has the keys
    `customers`, `staff`, `pilot/customers`, `pilot/staff`.
    """

    engagement: Engagement
    log: EventLog
    pilot_log: EventLog | None
    sheets: Mapping[str, pd.DataFrame]
    answers: Mapping[str, Answers]
    problems: tuple[Problem, ...]
    out: Path
    key: str


# ---------------------------------------------------------------- what the stages say


@dataclass(frozen=True)
class Issue:
    """A finding that costs something: where, how much, whose, and on what evidence.

    `hours` and `money` are per month over the baseline (over all of it where that is under four
    weeks), with `low` and `high` around `hours`.
    `kind` is the rule that found it (`waiting`, `rework`, `late`, …).
    """

    id: str
    kind: str
    activity: str
    metric: str
    value: float
    threshold: float | None
    cases: int
    hours: float
    money: float | None
    low: float
    high: float
    causes: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What the pilot did to one KPI, how sure that is, and what follows for its target.

    `effect`, `low`, `high` and `target` share a scale: relative change for throughput (-0.20 is a
    fifth shorter), difference for rates and scores. `probability` is that the target holds.
    """

    kpi: str
    effect: float
    low: float
    high: float
    target: float
    probability: float
    n: int
    weeks_needed: int | None
    method: str
    outcome: Outcome
    indicative: bool
    text_en: str
    text_zh: str
    target_id: str = ""
    before: float | None = None
    after: float | None = None
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What a stage hands over: figures, statements, tables; all that its document may show.

    `figures` by name; `statements` by the place in the document they stand (`first_page`, …);
    `tables` by name (small pandas frames, columns carrying their unit); `records` holds lists of
    nouns as plain dictionaries (issues, verdicts); `absent` says what could not be shown, and
    what was missing for it.
    """

    stage: str
    client: str
    process: str
    language: Language
    figures: Mapping[str, Figure]
    statements: Mapping[str, tuple[Statement, ...]]
    tables: Mapping[str, pd.DataFrame]
    records: Mapping[str, tuple[Mapping[str, object], ...]] = field(default_factory=dict)
    absent: tuple[Statement, ...] = ()
    problems: tuple[Problem, ...] = ()
    context: Mapping[str, object] = field(default_factory=dict)
