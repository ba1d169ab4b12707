"""Do cases obey the rules that the client stated? A share of cases, rule by rule and all together.

The kinds of rules, named as in DECLARE (Pesic, Schonenberg & van der Aalst 2007) where it has them:
- `precedence` (a, b): b never comes before the first a. `response` (a, b): after every a there
  comes a b. `succession` (a, b): both.
- `existence` (a): it occurs at least `least` (1) and at most `most` times; `absence` (a): it does
  not occur, or at most `most` times. `exclusive_choice` (a, b, …): exactly one of them occurs;
  `not_coexistence` (a, b, …): at most one.
- `time_standard`: within `hours` of the clock or of working time; without an activity the whole
  case; with one each of its events, from when it was enabled to its end; with two from the end of
  each event of the first to the end of the second that comes after it.
- `four_eyes` (a, b, …): in a case no resource does two of them. `segregation_of_duties` (a, b,
  …): in the whole log no resource does two of them; a case breaks it that such a resource worked
  on. `performed_by` (a): only by the `resources`, in the `units` named.
"""

from __future__ import annotations

import functools
import json
import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import ibis

from workbench.effect import wilson
from workbench.engine import frame
from workbench.metrics.rules import Condition, conditions, facts, missing
from workbench.metrics.time import shown_ids
from workbench.model import EventLog, Rule

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

ALL = "all"
"""The kind of the first row: all rules together (its id is empty)."""

COLUMNS = ("rule_id", "rule", "activities", "cases", "activated", "met", "rate", "low", "high",
           "activated_rate", "open_violated", "unjudged", "missing")
_COUNTS = ("cases", "activated", "met", "open_violated", "unjudged")


def adherence(
    log: EventLog, rules: Sequence[Rule], confidence: float = 0.95
) -> pd.DataFrame:
    """The share of cases that obey each rule, and first of those that obey all of them.

    A closed case is judged (without end activities every case counts as closed), and so is an open
    one that is late by a time standard, or slow cases would be missing. Other rules that an open
    case has already broken stand beside: of open cases only the broken ones can be known, and
    counting them would lower the share. A case withdrawn is judged by what it did, not by what
    it did not come to. Not judged is a case of which a needed value is unknown. One whose activity
    may have waited for an unknown time (the first of a case without arrivals) stands beside too,
    even if its work alone took too long: else the rate would be of broken cases only.

    Columns: rule_id (empty in the first row), rule (its kind; `all`), activities (a JSON list),
    cases (judged), activated (of these, those that put the rule to the test; the others obey it
    vacuously), met, rate (met / cases, 0-1), low, high (Wilson's interval), activated_rate (the
    same among activated cases), open_violated (open cases that broke it and are not among `cases`),
    unjudged (closed cases that are not among `cases`), missing (the roles without which a
    rule cannot be judged: its figures are empty, and the first row is without it). Sorted by
    rule_id. Without rules there are no rows.

    >>> from workbench import sample
    >>> log = sample.log("c1: check pay; c2: pay; c3: ask")
    >>> found = adherence(log, [Rule("R1", "precedence", ("check", "pay"))])
    >>> found[["rule_id", "cases", "activated", "met"]].values.tolist()
    [['', 3, 2, 2], ['R1', 3, 2, 2]]
    """
    import pandas as pd

    known = _judgeable(log, rules)
    counts = _counts_of(log, known)
    rows = [_row("", ALL, (), _own(counts, ALL), (), confidence)] if rules else []
    for rule in rules:
        number = str(known.index(rule)) if rule in known else None
        rows.append(_row(rule.id, rule.rule, rule.activities, _own(counts, number),
                         missing(log, rule), confidence))
    if rows:
        absent = sorted({role for rule in rules for role in missing(log, rule)})
        rows[0]["missing"] = ",".join(absent)
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    found = found.astype(dict.fromkeys(_COUNTS, "Int64") | dict.fromkeys(
        ("rate", "low", "high", "activated_rate"), "float64") | dict.fromkeys(
        ("rule_id", "rule", "activities", "missing"), "str"))
    return found.sort_values("rule_id", ignore_index=True)


def violations(
    log: EventLog, rules: Sequence[Rule], *, reveal: bool = False
) -> pd.DataFrame:
    """The cases that break a rule, one row per rule and case.

    Columns: rule_id, rule (its kind), case_id (a pseudonym where it names a person, unless
    `reveal`), start, closed (false: still open; empty without end activities), unit, stratum.
    Sorted by rule_id, then case_id.

    >>> from workbench import sample
    >>> log = sample.log("c1: check pay; c2: pay")
    >>> violations(log, [Rule("R1", "precedence", ("check", "pay"))])["case_id"].tolist()
    ['c2']
    """
    import pandas as pd

    keys = ("rule_id", "rule", "case_id", "start", "closed", "unit", "stratum")
    known = _judgeable(log, rules)
    if not known:
        return pd.DataFrame(columns=list(keys))
    states = _states(log, known)
    names = [f"violated_{number}" for number in range(len(known))]
    broken = frame(states.filter(_any(states[name] for name in names)).select(
        "case_id", "start", "closed", "unit", "stratum", *names))
    if not reveal:
        broken["case_id"] = shown_ids(broken["case_id"], log.key)
    parts = [broken[broken[name]].assign(rule_id=rule.id, rule=rule.rule)
             for name, rule in zip(names, known, strict=True)]
    return pd.concat(parts).sort_values(["rule_id", "case_id"], ignore_index=True)[list(keys)]


def outcomes(log: EventLog, rules: Sequence[Rule]) -> ir.Table:
    """The cases with `adheres`: whether they obey all rules; null where that cannot be judged."""
    known = _judgeable(log, rules)
    if not known:
        return log.cases.mutate(adheres=ibis.null("boolean"))
    found = _together(_states(log, known), len(known))
    return log.cases.inner_join(found.select("case", adheres=ibis.cases(
        (found.counted_all, False), (found.met_all, True), else_=None)), "case")


def _judgeable(log: EventLog, rules: Sequence[Rule]) -> list[Rule]:
    return [rule for rule in rules if not missing(log, rule)]


def _states(log: EventLog, rules: Sequence[Rule]) -> ir.Table:
    """One row per case, and for each rule (by its number) whether it was broken, met, tested.

    violated_N; counted_N (broken, and among the cases that the rate is of); met_N; activated_N.
    """
    found = facts(log, rules)
    ended = found.closed.fill_null(True)
    made: dict[str, ir.BooleanValue] = {"ended": ended}
    for number, (rule, said) in enumerate(zip(rules, conditions(log, rules, found), strict=True)):
        broken = said.breached | (said.unmet & ended & ~found.withdrawn)
        made |= {
            f"violated_{number}": broken,
            f"counted_{number}": broken & ~said.unknown & (
                ibis.literal(value=True) if rule.rule == "time_standard" else ended),
            f"met_{number}": _met(said, broken, ended),
            f"activated_{number}": said.activated,
        }
    return found.mutate(**made)


def _met(said: Condition, broken: ir.BooleanValue, ended: ir.BooleanValue) -> ir.BooleanValue:
    return ended & ~broken & ~said.unmet & ~said.unknown


def _counted(states: ir.Table, rules: int) -> ir.Table:
    """How many cases each rule, and all rules together, were judged on and met by."""
    together = _together(states, rules)
    columns: dict[str, ir.BooleanValue] = {}
    for name in (*map(str, range(rules)), ALL):
        broken, met = together[f"counted_{name}"], together[f"met_{name}"]
        judged = broken | met
        columns |= {
            f"cases_{name}": judged, f"met_{name}": met,
            f"activated_{name}": judged & together[f"activated_{name}"],
            f"open_violated_{name}": together[f"violated_{name}"] & ~judged & ~together.ended,
            f"unjudged_{name}": together.ended & ~judged,
        }
    return together.select(**columns).aggregate(
        **{name: ibis._[name].sum() for name in columns})


def _together(states: ir.Table, rules: int) -> ir.Table:
    """What each case is by all rules at once: broken by any, met by all, tested by any."""
    numbers = range(rules)
    return states.mutate(
        violated_all=_any(states[f"violated_{number}"] for number in numbers),
        counted_all=_any(states[f"counted_{number}"] for number in numbers),
        met_all=functools.reduce(operator.and_, [states[f"met_{number}"] for number in numbers]),
        activated_all=_any(states[f"activated_{number}"] for number in numbers),
    )


def _any(conditions: Iterable[ir.BooleanValue]) -> ir.BooleanValue:
    return functools.reduce(operator.or_, conditions)


def _counts_of(log: EventLog, rules: Sequence[Rule]) -> Mapping[str, int]:
    """The counts of the rules, each under its column and the number of the rule."""
    import pandas as pd

    if not rules:
        return {}
    row = frame(_counted(_states(log, rules), len(rules))).iloc[0]
    return {str(name): 0 if pd.isna(count) else int(count) for name, count in row.items()}


def _own(counts: Mapping[str, int], name: str | None) -> dict[str, int]:
    """The counts of one rule; nothing where it cannot be judged."""
    if name is None or not counts:
        return {}
    return {column: counts[f"{column}_{name}"] for column in _COUNTS}


def _row(
    name: str, kind: str, activities: Sequence[str], counts: dict[str, int],
    absent: Sequence[str], confidence: float,
) -> dict[str, object]:
    row: dict[str, object] = {
        "rule_id": name, "rule": kind, "missing": ",".join(absent), **counts,
        "activities": json.dumps(activities, ensure_ascii=False, separators=(",", ":"))}
    cases, met, activated = (counts.get(column, 0) for column in ("cases", "met", "activated"))
    if cases:
        low, high = wilson(met, cases, confidence)
        row |= {"rate": met / cases, "low": low, "high": high}
    if activated:
        row["activated_rate"] = 1 - (cases - met) / activated
    return row
