"""What a rule says of each case: was it put to the test, broken for good, or not yet fulfilled.

Everything comes from a few numbers per case (how often an activity occurs, its first and its last
position) and, for rules of time and of people, from one small table per rule. "Before" and
"after" go by the position in the case: by start, or by end where there is one timestamp.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

import ibis

from workbench.engine import microseconds
from workbench.metrics.time import MICROSECONDS_PER_HOUR
from workbench.model import EventLog, Rule

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Condition:
    """What a rule says of each case, as columns of truth values that are never null.

    `activated`: the case put the rule to the test; `breached`: it is broken whatever still comes;
    `unmet`: something that must happen has not happened, which is a breach once the case is over;
    `unknown`: a value is missing without which it cannot be said that the rule was kept. A case
    that is breached and unknown breaks the rule, but a rate in which only the broken ones of such
    cases counted would be of nothing else: it stands beside.
    """

    activated: ir.BooleanValue
    breached: ir.BooleanValue
    unmet: ir.BooleanValue
    unknown: ir.BooleanValue


def missing(log: EventLog, rule: Rule) -> tuple[str, ...]:
    """The roles without which a rule cannot be judged and that the log does not have."""
    needed: list[str] = []
    if rule.rule in {"four_eyes", "segregation_of_duties"} or rule.resources:
        needed.append("resource")
    if rule.units:
        needed.append("unit")
    absent = [role for role in needed if not log.has(role)]
    if rule.clock == "working" and log.calendar is None:
        absent.append("calendar")
    return tuple(absent)


def facts(log: EventLog, rules: Sequence[Rule]) -> ir.Table:
    """One row per case of the log with all that the rules ask of it.

    The columns of the cases, for each activity that a rule names how often it occurs and at which
    positions first and last, and what single rules ask for.
    """
    found = log.cases
    names = _named(rules)
    if names:
        events = log.events.filter(log.events.activity.isin(names))
        columns: dict[str, ir.IntegerScalar] = {}
        for number, name in enumerate(names):
            position = (events.activity == name).ifelse(events.position, None)
            columns |= {f"count_{number}": position.count(), f"first_{number}": position.min(),
                        f"last_{number}": position.max()}
        found = _joined(found, events.group_by("case").aggregate(**columns))
    for number, rule in enumerate(rules):
        own = _OWN.get((rule.rule, len(rule.activities)), _OWN.get((rule.rule, None)))
        if own:
            table = own(log, rule)
            found = _joined(found, table.rename(
                {f"{name}_of_{number}": name for name in table.columns if name != "case"}))
    return found


def conditions(
    log: EventLog, rules: Sequence[Rule], table: ir.Table
) -> tuple[Condition, ...]:
    """The condition of each rule, as columns of a table of `facts`."""
    names = _named(rules)
    return tuple(_KINDS[rule.rule](_Facts(log, table, names, rule, number))
                 for number, rule in enumerate(rules))


def _named(rules: Iterable[Rule]) -> list[str]:
    return sorted({activity for rule in rules for activity in rule.activities})


def _joined(cases: ir.Table, facts: ir.Table) -> ir.Table:
    return cases.left_join(facts, "case").drop("case_right")


# ---------------------------------------------------------------- what a case is asked


class _Facts:
    """The facts of one rule by name: what is null because nothing happened is false or 0."""

    def __init__(
        self, log: EventLog, table: ir.Table, names: list[str], rule: Rule, number: int
    ) -> None:
        self.log, self.table, self.rule = log, table, rule
        self._names, self._number = names, number

    def count(self, activity: str) -> ir.IntegerValue:
        return self.table[f"count_{self._names.index(activity)}"].fill_null(0)

    def occurs(self, activity: str) -> ir.BooleanValue:
        return self.count(activity) > 0

    def kinds(self) -> ir.IntegerValue:
        """How many of the activities of the rule occur."""
        return _sum(self.occurs(activity).cast("int64") for activity in self.rule.activities)

    def starts_before(self, one: str, other: str) -> ir.BooleanValue:
        """The first of one comes before the first of the other."""
        return _true(self._at("first", one) < self._at("first", other))

    def ends_before(self, one: str, other: str) -> ir.BooleanValue:
        """The last of one comes before the last of the other."""
        return _true(self._at("last", one) < self._at("last", other))

    def own(self, name: str) -> ir.BooleanValue:
        """A truth value that the rule asked for itself."""
        return _true(self.table[f"{name}_of_{self._number}"])

    def moment(self, name: str) -> ir.TimestampValue:
        """A moment that the rule asked for itself."""
        return self.table[f"{name}_of_{self._number}"]

    def _at(self, end: str, activity: str) -> ir.IntegerValue:
        return self.table[f"{end}_{self._names.index(activity)}"]


def _true(condition: ir.BooleanValue) -> ir.BooleanValue:
    return condition.fill_null(False)


def _sum(numbers: Iterable[ir.IntegerValue]) -> ir.IntegerValue:
    return functools.reduce(operator.add, numbers)


_NEVER, _ALWAYS = ibis.literal(value=False), ibis.literal(value=True)


# ---------------------------------------------------------------- order and number


def _precedence(case: _Facts) -> Condition:
    first, second = case.rule.activities
    occurs = case.occurs(second)
    return Condition(occurs, occurs & ~case.starts_before(first, second), _NEVER, _NEVER)


def _response(case: _Facts) -> Condition:
    first, second = case.rule.activities
    occurs = case.occurs(first)
    return Condition(occurs, _NEVER, occurs & ~case.ends_before(first, second), _NEVER)


def _succession(case: _Facts) -> Condition:
    before, after = _precedence(case), _response(case)
    return Condition(before.activated | after.activated, before.breached, after.unmet, _NEVER)


def _existence(case: _Facts) -> Condition:
    (activity,), rule = case.rule.activities, case.rule
    least = 1 if rule.least is None and rule.most is None else rule.least or 0
    count = case.count(activity)
    above = _NEVER if rule.most is None else count > rule.most
    return Condition(_ALWAYS, above, count < least, _NEVER)


def _absence(case: _Facts) -> Condition:
    (activity,) = case.rule.activities
    return Condition(_ALWAYS, case.count(activity) > (case.rule.most or 0), _NEVER, _NEVER)


def _exclusive_choice(case: _Facts) -> Condition:
    return Condition(_ALWAYS, case.kinds() > 1, case.kinds() == 0, _NEVER)


def _not_coexistence(case: _Facts) -> Condition:
    return Condition(case.kinds() > 0, case.kinds() > 1, _NEVER, _NEVER)


# ---------------------------------------------------------------- time


def _limit(rule: Rule) -> int:
    """The hours of a rule in whole microseconds: sums of hours are no exact numbers."""
    return round((rule.hours or 0) * MICROSECONDS_PER_HOUR)


def _micros(hours: ir.FloatingValue) -> ir.IntegerValue:
    return (hours * MICROSECONDS_PER_HOUR).round().cast("int64")


def _clock(rule: Rule) -> str:
    return "working_" if rule.clock == "working" else ""


def _time_standard(case: _Facts) -> Condition:
    return (_within_case, _within_activity, _within_pair)[len(case.rule.activities)](case)


def _within_case(case: _Facts) -> Condition:
    """Late even if still open; withdrawn in time it neither keeps nor breaks the rule."""
    cases, rule = case.table, case.rule
    took = cases[f"{_clock(rule)}throughput_hours"]
    late = _true(_micros(took) > _limit(rule))
    if rule.clock == "clock":
        late |= _true(~cases.closed) & (_age(case.log, cases.start) > _limit(rule))
    return Condition(_ALWAYS, late, cases.withdrawn, took.isnull() & ~late)


def _age(log: EventLog, moment: ir.TimestampValue) -> ir.IntegerValue:
    """Microseconds from a moment to the end of observation."""
    return microseconds(ibis.literal(log.cut.astimezone(UTC)), moment)


def _activity_times(log: EventLog, rule: Rule) -> ir.Table:
    """Whether any event of the activity took too long, or may have: since it was enabled."""
    clock, events = _clock(rule), log.events.filter(log.events.activity == rule.activities[0])
    if log.has("start"):
        waited = events[f"{clock}waiting_hours"]
        took = waited.fill_null(0.0) + events[f"{clock}processing_hours"]
    else:
        waited = took = events[f"{clock}elapsed_hours"]
    return events.mutate(
        late=_true(_micros(took) > _limit(rule)), unmeasured=waited.isnull() | took.isnull(),
    ).group_by("case").aggregate(late=lambda own: own.late.any(),
                                 unmeasured=lambda own: own.unmeasured.any())


def _within_activity(case: _Facts) -> Condition:
    (activity,) = case.rule.activities
    late = case.own("late")
    return Condition(case.occurs(activity), late, _NEVER, case.own("unmeasured"))


def _pair_times(log: EventLog, rule: Rule) -> ir.Table:
    """For the first activity of a pair, how long until an event of the second that comes after.

    late, unmeasured (any), since (the earliest end after which the second never came). On the
    working clocks of two units no time between them can be told.
    """
    first, second = rule.activities
    events = log.events.filter(log.events.activity.isin(rule.activities))
    ended = events.worked_at_end if rule.clock == "working" else events.end
    marked = events.mutate(ended=ended, unit=events.unit.fill_null(""))
    answers = marked.mutate(answer=(marked.activity == second).ifelse(marked.ended, None))
    later = ibis.window(group_by="case", order_by="position", following=(1, None))
    asked = answers.mutate(answered=answers.answer.min().over(later),
                           other=answers.unit.min().over(group_by="case")
                           != answers.unit.max().over(group_by="case"))
    asked = asked.filter(asked.activity == first)
    took = (asked.answered - asked.ended if rule.clock == "working"
            else microseconds(asked.answered, asked.ended))
    apart = asked.other if _several_clocks(log, rule) else _NEVER
    return asked.mutate(
        late=_true(took > _limit(rule)) & ~apart,
        unmeasured=asked.ended.isnull() | (apart & asked.answered.notnull()),
        unanswered=asked.answered.isnull(),
        open_since=asked.answered.isnull().ifelse(asked.end, None),
    ).group_by("case").aggregate(
        late=lambda own: own.late.any(), unmeasured=lambda own: own.unmeasured.any(),
        unanswered=lambda own: own.unanswered.any(), since=lambda own: own.open_since.min())


def _several_clocks(log: EventLog, rule: Rule) -> bool:
    return rule.clock == "working" and bool(log.calendar and log.calendar.units)


def _within_pair(case: _Facts) -> Condition:
    first, _ = case.rule.activities
    late = case.own("late")
    if case.rule.clock == "clock":
        since, cases, limit = case.moment("since"), case.table, _limit(case.rule)
        late |= _true(~cases.closed) & _true(_age(case.log, since) > limit)
        late |= cases.withdrawn & _true(microseconds(cases.end, since) > limit)
    return Condition(case.occurs(first), late, case.own("unanswered"),
                     case.own("unmeasured") & ~late)


# ---------------------------------------------------------------- people


def _hands(log: EventLog, rule: Rule) -> ir.Table:
    """Whether one resource did two of the activities in a case, and whether one is unknown."""
    events = log.events.filter(log.events.activity.isin(rule.activities))
    people = events.group_by("case", "resource").aggregate(
        low=events.activity.min(), high=events.activity.max())
    known = people.resource.notnull()
    return people.mutate(known=known, both=known & (people.low != people.high)).group_by(
        "case").aggregate(both=lambda own: own.both.any(), unnamed=lambda own: (~own.known).any())


def _four_eyes(case: _Facts) -> Condition:
    activated, both = case.kinds() > 1, case.own("both")
    return Condition(activated, both, _NEVER, activated & case.own("unnamed") & ~both)


def _duties(log: EventLog, rule: Rule) -> ir.Table:
    """Whether a resource of the case does two of the activities anywhere in the whole log."""
    whole = log.whole or log
    done = whole.events.filter(whole.events.activity.isin(rule.activities)).drop_null("resource")
    people = done.group_by("resource").aggregate(
        low=done.activity.min(), high=done.activity.max())
    both = people.filter(people.low != people.high)
    events = log.events.filter(log.events.activity.isin(rule.activities))
    return events.mutate(both=_true(events.resource.isin(both.resource)),
                         unnamed=events.resource.isnull()).group_by("case").aggregate(
        both=lambda own: own.both.any(), unnamed=lambda own: own.unnamed.any())


def _segregation_of_duties(case: _Facts) -> Condition:
    both = case.own("both")
    return Condition(case.kinds() > 0, both, _NEVER, case.own("unnamed") & ~both)


def _performers(log: EventLog, rule: Rule) -> ir.Table:
    """Whether anybody else did the activity, and whether it is unknown who did."""
    events = log.events.filter(log.events.activity == rule.activities[0])
    other, unnamed = _NEVER, _NEVER
    for column, allowed in (("resource", rule.resources), ("unit", rule.units)):
        if allowed:
            other |= _true(~events[column].isin(allowed))
            unnamed |= events[column].isnull()
    return events.mutate(other=other, unnamed=unnamed).group_by("case").aggregate(
        other=lambda own: own.other.any(), unnamed=lambda own: own.unnamed.any())


def _performed_by(case: _Facts) -> Condition:
    (activity,) = case.rule.activities
    other = case.own("other")
    return Condition(case.occurs(activity), other, _NEVER, case.own("unnamed") & ~other)


_KINDS: Mapping[str, Callable[[_Facts], Condition]] = {
    "precedence": _precedence, "response": _response, "succession": _succession,
    "existence": _existence, "absence": _absence, "exclusive_choice": _exclusive_choice,
    "not_coexistence": _not_coexistence, "time_standard": _time_standard,
    "four_eyes": _four_eyes, "segregation_of_duties": _segregation_of_duties,
    "performed_by": _performed_by,
}
_OWN: Mapping[tuple[str, int | None], Callable[[EventLog, Rule], ir.Table]] = {
    ("time_standard", 1): _activity_times, ("time_standard", 2): _pair_times,
    ("four_eyes", None): _hands, ("segregation_of_duties", None): _duties,
    ("performed_by", None): _performers,
}
