"""Each rule equals what a walk along the events of each case says, on logs made at random."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import sample
from workbench.engine import frame
from workbench.metrics.adherence import adherence, violations
from workbench.model import Rule

STEP = st.builds(
    lambda activity, resource, start, length: f"{activity}{resource}|{start}-{start + length}",
    st.sampled_from("abczw"), st.sampled_from(["", "@x", "@y", "@x"]), st.integers(0, 9),
    st.integers(0, 2))
LOGS = st.lists(st.lists(STEP, min_size=1, max_size=7), min_size=1, max_size=6).map(
    lambda cases: "; ".join(f"c{n}: {' '.join(steps)}" for n, steps in enumerate(cases)))
CUT = 14.0
COUNTS = ["cases", "activated", "met", "open_violated", "unjudged"]
FIRST = pd.Timestamp(sample.FIRST_HOUR)
AB = ("a", "b")
RULES = [
    Rule("01", "precedence", AB), Rule("02", "response", AB), Rule("03", "succession", AB),
    Rule("04", "existence", ("a",)), Rule("05", "existence", ("a",), least=1, most=2),
    Rule("06", "absence", ("a",)), Rule("07", "absence", ("a",), most=1),
    Rule("08", "exclusive_choice", ("a", "b", "c")), Rule("09", "not_coexistence", AB),
    Rule("10", "time_standard", hours=6), Rule("11", "time_standard", ("a",), hours=2),
    Rule("12", "time_standard", AB, hours=3), Rule("13", "four_eyes", AB),
    Rule("14", "segregation_of_duties", AB), Rule("15", "performed_by", ("a",), resources=("x",)),
]


def after(rows, place, activity):
    return [row for row in rows[place + 1:] if row["activity"] == activity]


def hour(moment):
    return (moment - FIRST) / pd.Timedelta(hours=1)


def says(rule, rows, case, doers):
    """Activated, breached, unmet, unknown: by a walk along the events of one case."""
    if rule.rule == "time_standard":
        return timed(rule, rows, case)
    if rule.rule in ("four_eyes", "segregation_of_duties", "performed_by"):
        of_rule = [row for row in rows if row["activity"] in rule.activities]
        activated, wrong, unnamed = manned(rule, of_rule, doers)
        return activated, wrong, False, activated and unnamed and not wrong
    names = [row["activity"] for row in rows]
    return (*ordered(rule, names, len({*names} & {*rule.activities})), False)


def ordered(rule, names, kinds):
    early = any(name == "b" and "a" not in names[:n] for n, name in enumerate(names))
    unanswered = any(name == "a" and "b" not in names[n:] for n, name in enumerate(names))
    above = names.count("a") > (rule.most if rule.most is not None
                                else 0 if rule.rule == "absence" else 99)
    return {
        "precedence": ("b" in names, early, False), "response": ("a" in names, False, unanswered),
        "succession": (kinds > 0, early, unanswered),
        "existence": (True, above, names.count("a") < (rule.least or 1)),
        "absence": (True, above, False), "exclusive_choice": (True, kinds > 1, kinds == 0),
        "not_coexistence": (kinds > 0, kinds > 1, False),
    }[rule.rule]


def manned(rule, rows, doers):
    hands = {}
    for row in rows:
        hands.setdefault(row["resource"], set()).add(row["activity"])
    unnamed = "" in hands
    if rule.rule == "performed_by":
        return bool(rows), bool({*hands} - {"", "x"}), unnamed
    if rule.rule == "four_eyes":
        both = any(len(done) > 1 for who, done in hands.items() if who)
        return len({row["activity"] for row in rows}) > 1, both, unnamed
    return bool(rows), any(len(doers.get(who, ())) > 1 for who in hands), unnamed


def timed(rule, rows, case):
    open_, withdrawn = case["closed"] is False, case["withdrawn"]
    if not rule.activities:
        late = case["throughput_hours"] > rule.hours or (
            open_ and CUT - hour(case["start"]) > rule.hours)
        return True, late, withdrawn, False
    if len(rule.activities) == 1:
        took = [(row["waiting_hours"], row["processing_hours"]) for row in rows
                if row["activity"] == "a"]
        late = any((0 if pd.isna(wait) else wait) + work > rule.hours for wait, work in took)
        return bool(took), late, False, any(pd.isna(wait) for wait, _ in took)
    asked = [(hour(row["end"]), [hour(answer["end"]) for answer in after(rows, n, "b")])
             for n, row in enumerate(rows) if row["activity"] == "a"]
    late = any(answers and min(answers) - since > rule.hours for since, answers in asked)
    for since, answers in asked:
        if not answers and open_:
            late |= CUT - since > rule.hours
        if not answers and withdrawn:
            late |= hour(case["end"]) - since > rule.hours
    return bool(asked), late, any(not answers for _, answers in asked), False


def walked(rule, cases):
    """Cases judged, activated, met, broken while open, not judged; and the ids that break it."""
    doers = {}
    for rows, _ in cases:
        for row in rows:
            if row["activity"] in rule.activities and row["resource"]:
                doers.setdefault(row["resource"], set()).add(row["activity"])
    counts, bad = [0, 0, 0, 0, 0], []
    for rows, case in cases:
        activated, breached, unmet, unknown = says(rule, rows, case, doers)
        ended = case["closed"] is not False
        wrong = breached or (unmet and ended and not case["withdrawn"])
        counted = wrong and not unknown and (ended or rule.rule == "time_standard")
        met = ended and not (wrong or unmet or unknown)
        judged = counted or met
        beside = wrong and not (counted or ended)
        for place, holds in enumerate((judged, judged and activated, met, beside,
                                       ended and not judged)):
            counts[place] += holds
        bad += [case["case_id"]] if wrong else []
    return counts, bad


def along(log):
    """The events of each case in their order, and the case."""
    events = frame(log.events.order_by(["case", "position"]))
    events["resource"] = events["resource"].fillna("")
    return [(events[events["case"] == case["case"]].to_dict("records"), case)
            for case in frame(log.cases.order_by("case_id")).to_dict("records")]


@settings(max_examples=6, deadline=None)
@given(text=LOGS, ends=st.booleans())
def test_every_rule_says_what_a_walk_along_each_case_says(text, ends):
    log = sample.log(text, end_activities=["z"] if ends else (),
                     withdrawn_activities=["w"] if ends else (), cut_hours=CUT)
    cases, bad = along(log), violations(log, RULES)
    found = adherence(log, RULES).set_index("rule_id")
    for rule in RULES:
        counts, expected = walked(rule, cases)
        row = found.loc[rule.id]
        if not row["missing"]:
            assert row[COUNTS].tolist() == counts, rule
            assert bad[bad["rule_id"] == rule.id]["case_id"].tolist() == expected


@settings(max_examples=4, deadline=None)
@given(text=LOGS)
def test_all_rules_together_are_met_by_the_cases_that_break_none(text):
    log = sample.log(text, end_activities=["z"], withdrawn_activities=["w"], cut_hours=CUT)
    rules = RULES[:9]
    found = adherence(log, rules)
    closed = frame(log.cases.filter(log.cases.closed))["case_id"]
    broken = violations(log, rules)["case_id"]
    assert found.loc[0, "cases"] - found.loc[0, "met"] == closed.isin(broken).sum()
    assert found.loc[0, "met"] <= found.loc[1:, "met"].min()
