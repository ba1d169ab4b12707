"""KPIs: what a target measures, case by case and week by week."""

from __future__ import annotations

import pandas as pd
import pytest

from workbench import metrics, sample
from workbench.effect import wilson
from workbench.metrics.kpis import median_interval
from workbench.model import Answers, Reading, Target


def target(kpi, **more):
    return Target("T1", kpi, metrics.KPIS[kpi].direction, **more)


def values(log, chosen, answers=None):
    found = metrics.case_values(log, chosen, answers)
    return dict(zip(found["case_id"], found["value"].astype("object").where(
        found["value"].notna(), None), strict=True))


def answers_of(rows):
    columns = ["respondent", "date", "unit", "role", "case_id", "item", "value"]
    table = pd.DataFrame(rows, columns=columns)
    table["date"] = pd.to_datetime(table["date"], utc=True)
    items = tuple(sorted(table["item"].unique()))
    return Answers(table, pd.DataFrame(), items, (1, 5), Reading("survey", len(rows), len(rows)))


def test_the_kpis_are_those_that_targets_may_name():
    assert list(metrics.KPIS) == ["throughput", "rework", "on_time", "presence", "satisfaction"]
    directions = {name: metric.direction for name, metric in metrics.KPIS.items()}
    assert directions == {"throughput": "down", "rework": "down", "on_time": "up",
                          "presence": "down", "satisfaction": "up"}


def test_throughput_has_no_value_but_start_and_end():
    log = sample.log("c1: a done; c2: a", end_activities=["done"], units={"c1": "north"})
    found = metrics.case_values(log, target("throughput"))
    assert list(found.columns) == ["case_id", "unit", "stratum", "start", "end"]
    assert found["end"].isna().tolist() == [False, True]
    assert found["unit"].fillna("").tolist() == ["north", ""]


def test_without_end_activities_the_last_end_is_taken_as_given():
    assert metrics.case_values(sample.log("c1: a"), target("throughput"))["end"].notna().all()


def test_rework_is_any_activity_twice_or_more():
    assert values(sample.log("c1: a b a; c2: a b"), target("rework")) == {"c1": 1, "c2": 0}


def test_presence_is_a_case_with_the_activity():
    log = sample.log("c1: a b; c2: a; c3: b b")
    assert values(log, target("presence", activity="b")) == {"c1": 1, "c2": 0, "c3": 1}


def test_on_time_is_closed_within_the_hours_promised():
    log = sample.log("""quick: a|0-1 done|2-3; slow: a|0-1 done|9-10; given_up: a|0-1 gone|1-2;
                        old: a|0-1; young: a|18-19""", end_activities=["done"],
                     withdrawn_activities=["gone"], cut_hours=20)
    assert values(log, target("on_time", within_hours=3)) == {
        "quick": 1, "slow": 0, "given_up": None, "old": 0, "young": None}


def test_satisfaction_is_the_mean_of_a_respondents_items():
    log = sample.log("c1: a", units={"c1": "north"}, strata={"c1": "urgent"})
    answers = answers_of([
        ["p1", "2026-02-02", None, None, "c1", "speed", 3],
        ["p1", "2026-02-02", None, None, "c1", "tone", 4],
        ["p2", "2026-02-03", "south", None, None, "speed", 5],
        ["p3", None, "south", None, None, "speed", 1]])
    found = metrics.case_values(log, target("satisfaction"), answers)
    assert found["case_id"].tolist() == ["p1", "p2"]
    assert found["value"].tolist() == [(3 + 4) / 2, 5]
    assert found["unit"].tolist() == ["north", "south"]
    assert found["stratum"].fillna("").tolist() == ["urgent", ""]
    assert found["start"].tolist() == [pd.Timestamp(sample.FIRST_HOUR),
                                       pd.Timestamp("2026-02-03T00:00Z")]
    assert values(log, target("satisfaction", item="tone"), answers) == {"p1": 4}


def test_a_respondent_who_answers_for_two_cases_is_two_rows():
    log = sample.log("c1: a; c2: a|168-169", units={"c1": "north", "c2": "south"})
    answers = answers_of([
        ["p1", "2026-02-02", None, None, "c1", "speed", 1],
        ["p1", "2026-02-03", None, None, "c2", "speed", 5],
        ["p1", "2026-02-03", None, None, "c2", "tone", 3],
        ["p1", "2026-02-04", "east", None, None, "speed", 2],
        ["p2", "2026-02-03", None, None, "c2", "speed", 4]])
    found = metrics.case_values(log, target("satisfaction"), answers)
    assert found[["case_id", "unit", "value"]].to_numpy().tolist() == [
        ["p1", "east", 2], ["p1/c1", "north", 1], ["p1/c2", "south", (5 + 3) / 2],
        ["p2", "south", 4]]


def test_satisfaction_needs_answers():
    with pytest.raises(ValueError, match="satisfaction"):
        metrics.case_values(sample.log("c1: a"), target("satisfaction"))


def test_a_week_is_named_by_its_monday_in_the_logs_zone():
    # 158 hours after Monday 09:00 is Sunday 23:00 UTC, already Monday in Shanghai
    for zone, monday in (("UTC", "2026-01-05"), ("Asia/Shanghai", "2026-01-12")):
        for kpi in ("throughput", "rework"):
            found = metrics.weekly(sample.log("c1: a|158-158", zone=zone), [target(kpi)])
            assert found["period"].tolist() == [monday]


def test_throughput_counts_in_the_week_of_closing_so_open_cases_are_in_none():
    log = sample.log("c1: a|0-1 done|168-169; c2: a", end_activities=["done"])
    found = metrics.weekly(log, [target("throughput")])
    assert found[["period", "n"]].to_numpy().tolist() == [["2026-01-12", 1]]


def test_an_open_case_past_its_deadline_is_late_in_the_week_in_which_it_started():
    log = sample.log("""c1: a|0-1 done|1-2; c2: a|0-1 done|1-2; c3: a|0-1; c4: a|0-1;
                        c5: a|168-169; c6: a|168-169 done|169-170""",
                     end_activities=["done"], cut_hours=170)
    found = metrics.weekly(log, [target("on_time", within_hours=3)])
    assert found[["period", "value", "n"]].to_numpy().tolist() == [
        ["2026-01-05", 2 / 4, 4], ["2026-01-12", 1, 1]]  # c5 may still come in time


def test_open_cases_count_for_rework_and_presence_as_the_log_stands_at_the_cut():
    log = sample.log("c1: a|0-1 b|168-169 done|169-170; c2: a|0-1 a|1-2; c3: a|0-1",
                     end_activities=["done"])
    for chosen in (target("rework"), target("presence", activity="b")):
        found = metrics.weekly(log, [chosen])
        assert found[["period", "value", "n"]].to_numpy().tolist() == [["2026-01-05", 1 / 3, 3]]


def test_each_unit_has_its_series_beside_that_of_all():
    log = sample.log("c1: a; c2: a a", units={"c1": "north", "c2": "south"})
    found = metrics.weekly(log, [target("rework")])
    assert found[["unit", "value"]].to_numpy().tolist() == [["", 0.5], ["north", 0], ["south", 1]]


def test_a_share_carries_wilsons_interval():
    low, high = wilson(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)


def test_the_median_has_an_interval_from_six_values_on():
    assert median_interval(range(5)) == (2, 5, None, None)
    assert median_interval(range(6)) == (2.5, 6, 0, 5)


def test_the_interval_of_the_median_covers_at_least_what_it_says():
    from scipy.stats import binom

    for n in range(6, 200):
        low, high = median_interval(range(n))[2:]
        coverage = 1 - 2 * binom.cdf(low, n, 0.5)
        assert high == n - 1 - low
        assert coverage >= 0.95
