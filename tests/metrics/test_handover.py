"""Handovers without self-pairs, and work that comes straight back."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import sample
from workbench.effect import wilson
from workbench.engine import frame
from workbench.metrics.handover import handover_summary, ping_pongs


def row(text, between="resource", **more):
    return handover_summary(sample.log(text, **more)).set_index("between").loc[between]


def test_a_case_that_comes_back_after_a_while_at_the_other_is_ping_pong_too():
    found = row("c1: a@x b@y c@y d@x; c2: a@x b@y c@z d@x; c3: a@x b@x")
    assert found[["cases", "handovers", "handover_cases", "ping_pongs"]].tolist() == [3, 5, 2, 1]
    assert found["handovers_per_case"] == 5 / 3
    assert found["ping_pong_rate"] == 1 / 3
    assert (found["low"], found["high"]) == wilson(1, 3)


def test_back_and_forth_and_back_are_two():
    assert row("c1: a@x b@y a@x b@y")["ping_pongs"] == 2


def test_an_unknown_resource_is_neither_giver_nor_taker():
    assert row("c1: a@x b a@y; c2: a")[["cases", "handovers"]].tolist() == [1, 0]


def test_between_units_and_where_no_units_are_known():
    rows = sample.rows("c1: a b c d; c2: a b")
    rows["unit"] = ["N", "S", "S", "N", "N", "N"]
    found = handover_summary(sample.from_rows(rows)).set_index("between")
    assert found.loc["unit", ["cases", "handovers", "ping_pongs"]].tolist() == [2, 2, 1]
    assert found.loc["resource"].isna().all()


STEPS = st.lists(st.sampled_from(["x", "y", "z", ""]), min_size=1, max_size=8)


@settings(max_examples=8, deadline=None)
@given(cases=st.lists(STEPS, min_size=1, max_size=4))
def test_ping_pong_equals_a_walk_along_each_case(cases):
    text = "; ".join(f"c{n}: " + " ".join(f"a@{name}" if name else "a" for name in names)
                     for n, names in enumerate(cases))
    moves = [[pair for pair in pairwise(names)
              if all(pair) and pair[0] != pair[1]] for names in cases]
    back = sum(one == other[::-1] for case in moves
               for one, other in pairwise(case))
    found = frame(ping_pongs(sample.log(text)))
    assert (len(found), found["back"].sum()) == (sum(map(len, moves)), back)


def test_one_event_hands_nothing_over():
    assert row("c1: a@x")[["cases", "handovers", "ping_pongs"]].tolist() == [1, 0, 0]
    assert row("c1: a").isna().all()
