"""What delay is associated with, and the chains of causes that people gave."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.causes import Association, association, chains, significant


def cases(count: int = 400, *, effect: float = 3.0, seed: int = 1) -> pd.DataFrame:
    """Cases of forty people; those of kind B take ten hours more and pass more steps."""
    draw = np.random.default_rng(seed)
    kind = draw.integers(0, 2, count)
    steps = draw.integers(0, 3, count) + kind
    person = draw.integers(0, 40, count)
    noise = draw.normal(0, 2, count) + draw.normal(0, 1, 40)[person]
    return pd.DataFrame({
        "throughput_hours": 20 + 10 * kind + effect * steps + noise,
        "steps": steps, "stratum": np.where(kind, "B", "A"), "unit": "north",
        "week": [f"W{n % 26}" for n in range(count)],
        "period": [f"W{n % 26}" for n in range(count)], "resource": [f"R-{n}" for n in person],
    })


def test_the_slope_is_the_planted_one_once_the_kind_of_case_is_held_equal():
    found = association(cases(), "steps")
    assert found.low < 3 < found.high
    assert found.adjusted == ("stratum", "period")


def test_without_the_adjustment_the_kind_of_case_is_taken_for_the_steps():
    found = association(cases(), "steps", controls=())
    assert found.low > 3


def test_the_error_is_that_of_the_clusters_not_of_the_rows():
    rows = cases(400, effect=0)
    person = rows["resource"].str[2:].astype(int)
    habit = np.random.default_rng(5).normal(0, 9, 40)
    shared = rows.assign(throughput_hours=habit[person], steps=(person % 3).astype(float))
    alone = shared.assign(resource=[f"R-{n}" for n in range(400)])
    by_person = association(shared, "steps", controls=())
    by_row = association(alone, "steps", controls=())
    assert by_person.high - by_person.low > 2 * (by_row.high - by_row.low)


def test_the_jackknife_equals_leaving_each_cluster_out_by_hand():
    rows = cases(120)[["throughput_hours", "steps", "resource"]]
    found = association(rows, "steps", controls=())

    def slope(part: pd.DataFrame) -> float:
        return np.polyfit(part["steps"], part["throughput_hours"], 1)[0]

    whole = slope(rows)
    names = sorted(rows["resource"].unique())
    without = np.array([slope(rows[rows["resource"] != name]) for name in names])
    error = ((len(names) - 1) / len(names) * ((without - whole) ** 2).sum()) ** 0.5
    from scipy.stats import t

    assert found.hours == pytest.approx(whole)
    assert found.high - found.hours == pytest.approx(error * t.ppf(0.975, len(names) - 1))


def test_a_control_that_says_the_same_as_the_factor_is_dropped_and_said_so():
    rows = cases().assign(stratum=lambda each: each["steps"].astype(str))
    assert "stratum" not in association(rows, "steps").adjusted


@pytest.mark.parametrize("rows", [
    cases(20),  # too few cases
    cases().assign(steps=1),  # no variance
    cases().assign(resource="R-1", week="W1"),  # no clusters
])
def test_what_cannot_be_told_is_none_and_not_a_number(rows):
    assert association(rows, "steps") is None


def test_in_noise_few_of_forty_studies_find_anything():
    found = [association(cases(200, effect=0, seed=seed), "steps") for seed in range(40)]
    assert sum(each.p < 0.05 for each in found) <= 5


def test_benjamini_and_hochberg_reject_four_of_their_own_example():
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
         0.5719, 0.6528, 0.7590, 1.0]
    found = significant(Association(str(each), 1, 0, 2, each, 9, 9, "week", ()) for each in p)
    assert len(found) == 4


def sheet(text: str) -> pd.DataFrame:
    """`id parent activity source` a line; a dash is nothing."""
    rows = [["" if part == "-" else part for part in line.split()] for line in text.split(";")]
    return pd.DataFrame(rows, columns=["id", "parent", "activity", "source"]).assign(cause="why")


def test_a_tree_lists_parents_before_children_with_their_depth():
    tree = chains(sheet("C3 C2 - -; C1 - - -; C2 C1 - -; C4 C1 - -"))
    assert tree[["id", "depth"]].to_numpy().tolist() == [["C1", 0], ["C2", 1], ["C3", 2], ["C4", 1]]


def test_causes_that_go_round_in_a_ring_are_each_listed_once():
    assert sorted(chains(sheet("C1 C2 - -; C2 C1 - -"))["id"]) == ["C1", "C2"]


def test_a_cause_is_an_opinion_until_the_log_shows_an_issue_at_its_activity():
    tree = chains(sheet("C1 - check -; C2 - pay -"), issues={"pay": ["I-R7", "I-W7"]})
    assert tree["mark"].tolist() == ["opinion", "evidence"]
    assert tree["issues"].tolist() == ["", "I-R7, I-W7"]


def test_an_opinion_counts_the_interviews_that_it_names_else_those_of_its_activity():
    told = pd.DataFrame({"id": ["V1", "V2", "V3"], "activity": ["check", "check", "pay"]})
    tree = chains(sheet("C1 - pay V1;V2".replace(";V2", "、V2") + "; C2 - check -; C3 - - -"), told)
    assert tree["n"].tolist() == [2, 2, 0]
