"""The map from the log beside the map that people drew."""

from __future__ import annotations

import pandas as pd

from workbench import flow, sample


def drawn(*rows):
    return pd.DataFrame([dict(zip(("step", "next", "kind"), row, strict=True)) for row in rows])


def differences(log, steps):
    found = flow.compare(log, steps)
    return {(row.difference, row.source, row.target): row.cases for row in found.itertuples()}


def test_a_map_drawn_as_it_is_shows_no_difference():
    log = sample.log("c1: a b c; c2: a b b c")
    steps = drawn(("a", "b", "start"), ("b", "c", ""), ("c", "", "end"))
    assert differences(log, steps) == {}


def test_every_kind_of_difference_is_named_with_its_cases():
    log = sample.log("c1: a b c; c2: a c b; c3: a b c x")
    steps = drawn(("a", "b; y", "start"), ("b", "c", ""), ("c", "", "end"), ("y", "c", ""))
    assert differences(log, steps) == {
        ("edge_not_drawn", "a", "c"): 1, ("edge_not_drawn", "c", "b"): 1,
        ("end_not_drawn", "b", ""): 1, ("not_drawn", "x", ""): 1, ("not_seen", "y", ""): 0}


def test_an_edge_drawn_but_never_taken_is_listed_where_both_ends_are_seen():
    steps = drawn(("a", "b;c", ""), ("b", "c", ""), ("c", "", ""))
    assert differences(sample.log("c1: a b c"), steps) == {("edge_not_seen", "a", "c"): 0}


def test_followers_may_be_separated_as_chinese_writes():
    steps = drawn(("登记", "分类；办结", ""), ("分类", "办结", ""), ("办结", None, None))
    assert differences(sample.log("c1: 登记 分类 办结; c2: 登记 办结"), steps) == {}


def test_the_most_frequent_difference_comes_first_and_shares_are_of_all_cases():
    found = flow.compare(sample.log("c1: a x; c2: a x; c3: a y"), drawn(("a", "", "")))
    assert found["source"].tolist() == ["x", "y"]
    assert found["share"].tolist() == [2 / 3, 1 / 3]


def test_starts_and_ends_of_the_nodes_add_up_to_the_cases():
    nodes = flow.as_is(sample.log("c1: a b; c2: b; c3: a")).nodes
    assert nodes["starts"].sum() == nodes["ends"].sum() == 3
    assert nodes.set_index("activity").loc["a", ["starts", "ends"]].tolist() == [2, 1]


def test_a_node_stands_where_it_usually_comes():
    nodes = flow.as_is(sample.log("c1: a b c; c2: a b c")).nodes
    assert nodes["place"].tolist() == [0, 0.5, 1]
