"""Rework in its forms, with what it costs, and yields: by hand and by a walk along each case."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.metrics.test_tables import LOGS
from tests.metrics.test_worked_example import MINUTE, TEXT
from workbench import metrics, sample
from workbench.effect import wilson
from workbench.engine import frame
from workbench.metrics.quality import rework, yields
from workbench.model import Calendar, Costs, Hours


def forms(log, *columns, **more):
    found = rework(log, **more).set_index(["kind", "by"])
    return found[list(columns)]


def test_the_worked_example_by_kind_and_by_whom():
    found = forms(sample.log(TEXT), "rework_cases", "rework_events")
    assert {key: row for key, row in zip(found.index, found.to_numpy().tolist(), strict=True)
            if row[1]} == {
        ("all", "all"): [2, 3], ("all", "same"): [2, 2], ("all", "other"): [1, 1],
        ("self_loop", "all"): [1, 1], ("self_loop", "same"): [1, 1],
        ("repetition", "all"): [1, 2], ("repetition", "same"): [1, 1],
        ("repetition", "other"): [1, 1]}
    whole = rework(sample.log(TEXT)).set_index(["kind", "by"]).loc["all", "all"]
    assert (whole["rework_rate"], whole["rework_event_share"]) == (2 / 3, 3 / 12)
    assert (whole["low"], whole["high"]) == wilson(2, 3)
    assert whole["processing_hours"] == pytest.approx((10 + 20 + 20) * MINUTE)
    assert whole["waiting_hours"] == pytest.approx((10 + 20 + 10) * MINUTE)


def test_the_worked_example_of_yields():
    found = yields(sample.log(TEXT)).set_index("activity")
    assert found["first_pass_yield"].round(3).to_dict() == {
        "": 0.333, "A": 0.667, "B": 0.333, "C": 1}
    assert found.loc["", "rolled_yield"] == pytest.approx(2 / 3 * 1 / 3)
    assert found["rolled_yield"].isna().sum() == 3
    assert found["rework_events"].to_dict() == {"": 3, "A": 1, "B": 2, "C": 0}
    assert found.loc["B", ["low", "high"]].tolist() == list(wilson(1, 3))


def test_hours_have_a_price_and_without_one_no_money():
    log = sample.log("c1: a|0-1 a|3-5")
    priced = forms(log, "work_money", "waiting_money", "money", costs=Costs(10, 2))
    assert priced.loc[("all", "all")].tolist() == [2 * 10, 2 * 2, 2 * 10 + 2 * 2]
    only = forms(log, "work_money", "waiting_money", "money", costs=Costs(work_hour=10))
    assert only.loc[("all", "all")].fillna(-1).tolist() == [20, -1, 20]
    assert forms(log, "money").isna().all(axis=None)
    assert yields(log, Costs(10, 2))["money"].tolist() == [24, 24]


def test_with_a_calendar_working_hours_have_a_price():
    office = Calendar(Hours(days=(0, 1, 2, 3, 4), spans=((540, 1080),)))  # 09:00 to 18:00
    log = sample.log("c1: a|0-1 a|8-25", calendar=office)
    found = forms(log, "processing_hours", "working_processing_hours", "work_money",
                  costs=Costs(10))
    assert found.loc[("all", "all")].tolist() == [17, 2, 20]


def test_with_one_timestamp_only_the_time_elapsed_is_known():
    log = sample.log("c1: a|0 a|3", has_start=False)
    found = forms(log, "processing_hours", "waiting_hours", "elapsed_hours", "money",
                  costs=Costs(10, 2))
    assert found.loc[("all", "all")].fillna(-1).tolist() == [-1, -1, 3, -1]
    assert yields(log, Costs(10, 2))[["processing_hours", "money"]].isna().all(axis=None)


def test_without_resources_nobody_knows_who_did_it_again():
    found = rework(sample.log("c1: a a")).set_index(["kind", "by"])
    assert found.loc[("self_loop", "all"), "rework_events"] == 1
    assert found.loc[("self_loop", "same"), ["rework_cases", "rework_rate", "money"]].isna().all()


@settings(max_examples=6, deadline=None)
@given(text=LOGS)
def test_rework_equals_a_walk_along_each_case(text):
    log = sample.log(text)
    counts, cases = {}, {}
    events = frame(log.events.order_by(["case", "position"]))
    for case, rows in events.groupby("case"):
        last, before = {}, None
        for activity, resource in rows[["activity", "resource"]].astype(object).where(
                rows[["activity", "resource"]].notna(), None).to_numpy().tolist():
            if activity in last:
                kind = "self_loop" if before == activity else "repetition"
                known = resource is not None and last[activity] is not None
                by = ("same" if resource == last[activity] else "other") if known else "unknown"
                counts[kind, by] = counts.get((kind, by), 0) + 1
                cases.setdefault((kind, by), set()).add(case)
            last[activity], before = resource, activity
    found = forms(log, "rework_events", "rework_cases")
    if log.has("resource"):
        for key in [(kind, by) for kind in ("self_loop", "repetition")
                    for by in ("same", "other", "unknown")]:
            assert found.loc[key].tolist() == [counts.get(key, 0), len(cases.get(key, ()))]
    assert found.loc[("all", "all")].tolist() == [
        sum(counts.values()), len(set().union(*cases.values()))]
    table = metrics.rework.activities(log)
    assert table["repeats"].sum() == sum(n for (_, by), n in counts.items() if by == "same")


@pytest.mark.parametrize("start", ["", "5"])
def test_hours_of_rework_that_no_start_is_known_of_are_empty_and_without_rework_nought(start):
    rows = sample.rows("c1: a|0-1 b|2-3 a|5-6; c2: a|0-1")
    rows.loc[2, "start"] = rows.loc[2, "start"] if start else None
    log = sample.from_rows(rows)
    hours = ["processing_hours", "waiting_hours"]
    seen = [1.0, 2.0] if start else ["", ""]
    found = forms(log, *hours).astype("object").fillna("")
    assert found.loc[("all", "all")].tolist() == found.loc[("repetition", "all")].tolist() == seen
    assert found.loc[("self_loop", "all")].tolist() == [0.0, 0.0]
    passed = yields(log).set_index("activity")[hours].astype("object").fillna("")
    assert passed.to_numpy().tolist() == [seen, seen, [0.0, 0.0]]
    summed = metrics.rework.summary(log)["rework_processing_hours"]
    assert summed.fillna(-1).tolist() == [1.0 if start else -1]
