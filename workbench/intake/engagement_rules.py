"""The rules of engagement.yaml: which keys each kind needs, which names the log does not know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from workbench.intake.engagement_form import Judge
from workbench.intake.findings import near
from workbench.intake.schema import EngagementForm, RuleForm
from workbench.model import Problem, Rule

_ACTIVITIES: Mapping[str, tuple[int, int]] = {
    "existence": (1, 1), "absence": (1, 1), "performed_by": (1, 1), "time_standard": (0, 2),
    "precedence": (2, 2), "response": (2, 2), "succession": (2, 2),
}
"""How many activities a kind of rule speaks of; the others of two or more."""

_SEVERAL = (2, 100)
_OWN = {"time_standard": ("hours", "clock"), "existence": ("least", "most"), "absence": ("most",),
        "performed_by": ("resources", "units")}
_KEYS = ("hours", "clock", "least", "most", "resources", "units")


def rules_of(form: EngagementForm) -> tuple[Rule, ...]:
    """The rules as nouns, in the order in which they stand."""
    return tuple(
        Rule(rule.id, rule.rule, rule.activities, rule.hours, rule.clock or "clock", rule.least,
             rule.most, rule.resources, rule.units, rule.owner or "", rule.source or "")
        for rule in form.rules
    )


def judged_rules(form: EngagementForm, wrong: Judge) -> Iterator[Problem]:
    """What is wrong with the rules as they stand, whatever the log holds."""
    seen: set[str] = set()
    for number, rule in enumerate(form.rules):
        if not rule.id.strip():
            yield wrong("key_missing", "rules", number, "id")
        if rule.id in seen:
            yield wrong("rule_twice", "rules", number, "id", rule=rule.id)
        seen.add(rule.id)
        yield from _activities(rule, number, wrong)
        yield from _keys(rule, number, wrong)
        if rule.clock == "working" and not form.calendar.model_fields_set:
            yield wrong("rule_needs", "rules", number, "clock", rule=rule.id, kind=rule.rule,
                        key="calendar")


def _activities(rule: RuleForm, number: int, wrong: Judge) -> Iterator[Problem]:
    least, most = _ACTIVITIES.get(rule.rule, _SEVERAL)
    if not least <= len(rule.activities) <= most:
        yield wrong("rule_activities", "rules", number, "activities", rule=rule.id, kind=rule.rule,
                    expected=_count(least, most), number=str(len(rule.activities)))
    elif len(set(rule.activities)) < len(rule.activities):
        yield wrong("rule_activity_twice", "rules", number, "activities", rule=rule.id)


def _count(least: int, most: int) -> str:
    if least == most:
        return str(least)
    return f"≥ {least}" if most == _SEVERAL[1] else f"{least}-{most}"


def _keys(rule: RuleForm, number: int, wrong: Judge) -> Iterator[Problem]:
    own = _OWN.get(rule.rule, ())
    stated = [key for key in _KEYS if getattr(rule, key) not in (None, ())]
    for key in stated:
        if key not in own:
            yield wrong("rule_key_unused", "rules", number, key, rule=rule.id, kind=rule.rule,
                        key=key)
    if rule.rule == "time_standard" and rule.hours is None:
        yield wrong("rule_needs", "rules", number, "hours", rule=rule.id, kind=rule.rule,
                    key="hours")
    if rule.rule == "performed_by" and not (rule.resources or rule.units):
        yield wrong("rule_needs", "rules", number, "resources", rule=rule.id, kind=rule.rule,
                    key="resources")
    if None not in (rule.least, rule.most) and rule.least > rule.most:  # type: ignore[operator]
        yield wrong("span_backwards", "rules", number, "most")


def unknown_names(
    rules: Sequence[Rule], activities: Sequence[str], units: Sequence[str], wrong: Judge
) -> Iterator[Problem]:
    """The activities and units of rules that the log never shows."""
    for number, rule in enumerate(rules):
        for activity in rule.activities:
            if activity not in activities:
                yield wrong("rule_activity_never_occurs", "rules", number, "activities",
                            rule=rule.id, activity=activity, near=near(activity, activities))
        for unit in rule.units:
            if units and unit not in units:
                yield wrong("unit_never_occurs", "rules", number, "units", unit=unit,
                            near=near(unit, units))
