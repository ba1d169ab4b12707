"""What people say is shown by groups of five or more, and no smaller group can be derived."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import pandas as pd
import pytest

from workbench import metrics, sample
from workbench.documents import picture
from workbench.metrics import satisfaction
from workbench.model import Answers, Reading, Result, Target
from workbench.words import load

WEEKS = ("2026-01-05", "2026-01-12", "2026-01-19")


def answers_of(*groups, item="speed"):
    """Answers of groups: (people, value, unit, date, how often each of them answered)."""
    rows = [{"respondent": f"{place}-{person}", "date": pd.Timestamp(date, tz="UTC"),
             "unit": unit, "role": None, "case_id": f"c{again}", "item": item, "value": value}
            for place, (people, value, unit, date, times) in enumerate(groups)
            for person in range(people) for again in range(times)]
    return Answers(pd.DataFrame(rows), pd.DataFrame(), (item,), (1.0, 5.0),
                   Reading("", len(rows), len(rows)))


def group(people, value, unit="north", date=WEEKS[0], times=1):
    return people, value, unit, date, times


def test_many_answers_of_few_people_are_not_shown():
    row = satisfaction.items(answers_of(group(4, 3.0, times=6))).iloc[0]
    assert row["n"] == 4
    assert row[["mean_score", "low_score", "top_share"]].isna().all()


def test_each_person_counts_once_however_often_asked():
    row = satisfaction.items(answers_of(group(5, 1.0, times=9), group(5, 5.0))).iloc[0]
    assert row[["n", "mean_score", "top_share"]].tolist() == [10, (5 * 1 + 5 * 5) / 10, 5 / 10]


def test_a_single_small_group_takes_the_next_smallest_with_it():
    found = satisfaction.groups(answers_of(
        group(3, 1.0, "north"), group(9, 3.0, "south"), group(7, 4.0, "west"))).set_index("unit")
    assert found["n"].to_dict() == {"north": 3, "south": 9, "west": 7}
    assert found["mean_score"].notna().to_dict() == {"north": False, "south": True, "west": False}


def test_people_without_a_unit_are_a_group_too():
    found = satisfaction.groups(answers_of(
        group(2, 1.0, None), group(9, 3.0, "south"), group(7, 4.0, "west")))
    shown = zip(found["unit"].fillna(""), found["mean_score"].notna(), strict=True)
    assert dict(shown) == {"": False, "south": True, "west": False}


def weekly(*groups):
    log = sample.log("other: a")
    return metrics.weekly(log, [Target("T3", "satisfaction", "up")], answers_of(*groups))


def test_weeks_of_few_people_are_empty_and_cannot_be_derived_from_the_rest():
    found = weekly(group(3, 1.0, date=WEEKS[0]), group(6, 3.0, date=WEEKS[1]),
                   group(8, 4.0, date=WEEKS[2])).query("unit == ''")
    assert found["n"].tolist() == [3, 6, 8]
    assert found["value"].notna().tolist() == [False, False, True]


def test_units_have_weeks_of_their_own_where_none_of_them_is_small():
    assert weekly(group(5, 1.0, "north"), group(6, 2.0, "south"))["unit"].tolist() == [
        "", "north", "south"]
    assert weekly(group(4, 1.0, "north"), group(6, 2.0, "south"))["unit"].tolist() == [""]


# ---------------------------------------------------------------- would you recommend it?


def asked(*scores, times=1):
    """Answers to "would you recommend it", one person each (or several answers of each)."""
    rows = [{"respondent": f"P{person}", "item": "recommend", "value": float(value)}
            for person, value in enumerate(scores) for _ in range(times)]
    return replace(answers_of(group(5, 3.0)), recommendations=pd.DataFrame(rows))


def test_the_net_promoter_score_is_nines_and_tens_less_nought_to_six():
    row = satisfaction.recommendation(asked(10, 9, 9, 8, 7, 6, 0, 3, 10, 9)).iloc[0]
    assert row[["n", "nps_points"]].tolist() == [10, (5 - 3) / 10]
    assert row[["promoter_share", "detractor_share"]].tolist() == [5 / 10, 3 / 10]


def test_its_interval_is_the_adjusted_wald_of_one_multinomial():
    row = satisfaction.recommendation(asked(*[10] * 50, *[8] * 30, *[2] * 20)).iloc[0]
    more, less = 50.75 / 103, 20.75 / 103
    reach = 1.959964 * math.sqrt((more + less - (more - less) ** 2) / 103)
    assert row["low_points"] == pytest.approx(more - less - reach)
    assert row["high_points"] == pytest.approx(more - less + reach)


def test_its_interval_covers_the_truth_about_as_often_as_it_says():
    n, promoters, detractors = 30, 0.45, 0.2
    covered = 0.0
    for more, less in product(range(n + 1), repeat=2):
        if more + less > n:
            continue
        found = satisfaction.net_promoters(more, less, n)
        if found["low_points"] <= promoters - detractors <= found["high_points"]:
            rest = n - more - less
            ways = math.comb(n, more) * math.comb(n - more, less)
            covered += (ways * promoters**more * detractors**less
                        * (1 - promoters - detractors)**rest)
    assert 0.94 < covered < 0.97


def test_unanimity_is_no_certainty_and_its_score_is_within_the_interval():
    for score, expected in ((10, 1), (0, -1), (8, 0)):
        row = satisfaction.recommendation(asked(*[score] * 20)).iloc[0]
        assert row["nps_points"] == expected
        assert row["low_points"] <= expected <= row["high_points"]
        assert row["high_points"] - row["low_points"] > 0.05


def test_few_people_are_not_shown_and_each_counts_once():
    few = satisfaction.recommendation(asked(10, 9, 1, 2, times=3)).iloc[0]
    assert few["n"] == 4
    assert math.isnan(few["nps_points"])
    often = satisfaction.recommendation(asked(10, 9, 9, 8, 0, times=3)).iloc[0]
    assert often[["n", "nps_points"]].tolist() == [5, 2 / 5]


def test_without_the_question_there_is_no_row():
    assert satisfaction.recommendation(answers_of(group(9, 3.0))).empty


# ---------------------------------------------------------------- items of several scales


def test_the_top_of_an_item_is_that_of_its_own_scale():
    both = answers_of(group(5, 8.0), group(5, 7.0))
    row = satisfaction.items(replace(both, scales={"speed": (1.0, 10.0)})).iloc[0]
    assert row[["top_share", "scale_low_score", "scale_high_score"]].tolist() == [0.5, 1, 10]


def test_the_mean_over_all_items_leaves_other_scales_out():
    several = answers_of(group(6, 4.0))
    big = several.rows.assign(item="big", value=90.0)
    answers = replace(several, rows=pd.concat([several.rows, big]), items=("speed", "big"),
                      scales={"speed": (1.0, 5.0), "big": (0.0, 100.0)})
    log = sample.log("other: a")
    for item, expected in (("", 4.0), ("speed", 4.0), ("big", 90.0)):
        rows = metrics.case_values(log, Target("T", "satisfaction", "up", item=item), answers)
        assert set(rows["value"]) == {expected}


def test_a_target_may_name_the_question_that_stands_apart():
    several = answers_of(group(6, 4.0))
    answers = replace(several, recommendations=several.rows.assign(item="recommend", value=9.0))
    rows = metrics.case_values(sample.log("other: a"),
                               Target("T", "satisfaction", "up", item="recommend"), answers)
    assert set(rows["value"]) == {9.0}


def test_items_of_another_scale_are_left_to_the_table_and_said_under_the_picture():
    both = answers_of(group(5, 3.0))
    rows = pd.concat([both.rows.assign(item=item) for item in ("speed", "tone", "solved")])
    several = replace(both, rows=rows, items=("speed", "tone", "solved"),
                      scales={"solved": (0.0, 1.0)})
    table = satisfaction.items(several).assign(audience="customers")
    drawn = picture(Result("diagnose", "Acme", "p", "en", {}, {}, {"satisfaction": table}),
                    "satisfaction", load("en"))
    assert drawn.left_out == 1
    assert "tone" in drawn.svg
    assert "solved" not in drawn.svg
