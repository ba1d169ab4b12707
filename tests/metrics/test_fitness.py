"""A map that allows most successions may still allow few cases: both are shown."""

from __future__ import annotations

import pandas as pd

from workbench import sample
from workbench.effect import wilson
from workbench.metrics.fitness import Drawn, drawn, succession_fitness

LINE = Drawn(frozenset("abcdef"), frozenset(zip("abcde", "bcdef", strict=True)))
COUNTS = ["successions", "allowed_successions", "cases", "conforming_cases", "undrawn_events"]


def counts(text, allowed=LINE, **more):
    return succession_fitness(sample.log(text, **more), allowed)[COUNTS].iloc[0].tolist()


def test_high_fitness_and_few_conforming_cases_go_together():
    found = succession_fitness(
        sample.log("c1: a b c d e f; c2: a b c d e f f; c3: a a b c d e f"), LINE).iloc[0]
    assert found["succession_fitness"] == 15 / 17
    assert found["conforming_share"] == 1 / 3
    assert (found["low"], found["high"]) == wilson(1, 3)


def test_an_activity_that_nobody_drew_breaks_its_case():
    assert counts("c1: a b; c2: x; c3: a x b") == [3, 1, 3, 1, 2]


def test_cases_begin_and_end_where_it_was_drawn_and_anywhere_where_it_was_not():
    marked = Drawn(LINE.steps, LINE.edges, frozenset("a"), frozenset("c"))
    text = "c1: a b c; c2: b c; c3: a b"
    assert counts(text) == [4, 4, 3, 3, 0]
    assert counts(text, marked) == [4, 4, 3, 1, 0]


def test_an_open_case_has_successions_and_does_not_conform_yet():
    assert counts("c1: a b; c2: a", end_activities=["b"]) == [1, 1, 1, 1, 0]


def test_a_case_of_one_event_has_no_succession():
    found = succession_fitness(sample.log("c1: a"), LINE).iloc[0]
    assert pd.isna(found["succession_fitness"])
    assert found["conforming_share"] == 1


def test_a_map_without_arrows_allows_no_succession():
    assert counts("c1: a b; c2: a", Drawn(frozenset("ab"), frozenset())) == [1, 0, 2, 1, 0]


def test_a_sheet_of_steps_is_a_map():
    sheet = pd.DataFrame({"step": ["a", "b ", "c"], "next": ["b； c", "c", None],
                          "kind": ["start", None, "end"]})
    assert drawn(sheet) == Drawn(frozenset("abc"), frozenset({("a", "b"), ("a", "c"), ("b", "c")}),
                                 frozenset("a"), frozenset("c"))
