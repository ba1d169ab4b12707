"""What people say is shown by groups of five or more, and no smaller group can be derived."""

from __future__ import annotations

import pandas as pd

from workbench import metrics, sample
from workbench.metrics import satisfaction
from workbench.model import Answers, Reading, Target

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
