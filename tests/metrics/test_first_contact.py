"""First-contact resolution: each way to fail, and only windows that are over."""

from __future__ import annotations

import pytest

from workbench import sample
from workbench.effect import wilson
from workbench.engine import frame
from workbench.metrics.first_contact import first_contact_resolution, judged

WEEK = 7 * 24


def found(log, **more):
    return first_contact_resolution(log, **more).iloc[0]


def closed(text, cut_hours=1000.0, customers=(), **more):
    rows = sample.rows(text, **more)
    if customers:
        rows["attribute:customer"] = rows["case_id"].map(customers)
    return sample.from_rows(rows, end_activities=["z"], withdrawn_activities=["w"],
                            cut_hours=cut_hours)


def test_a_handover_and_an_event_after_the_end_fail_and_a_second_end_does_not():
    log = closed("c1: a@x z@x; c2: a@x z@y; c3: a@x z@x b@x; c4: a@x z@x z@x")
    row = found(log)
    assert row[["cases", "resolved", "reopened", "transferred"]].tolist() == [4, 2, 1, 1]
    assert row["first_contact_rate"] == 2 / 4
    assert (row["low"], row["high"]) == wilson(2, 4)


def test_a_case_is_judged_once_its_window_is_over():
    log = closed(f"c1: a@x|0 z@x|0; c2: a@x|0 z@x|{WEEK}; c3: a@x|0 z@y|{WEEK + 1}",
                 cut_hours=2 * WEEK)
    assert found(log)[["cases", "resolved", "waiting"]].tolist() == [2, 2, 1]
    assert found(log, days=8)[["cases", "waiting"]].tolist() == [1, 2]


def test_what_comes_after_the_window_does_not_count():
    log = closed(f"c1: a@x|0 z@x|0 b@x|{WEEK}; c2: a@x|0 z@x|0 b@x|{WEEK + 1}")
    assert found(log)[["cases", "resolved", "reopened"]].tolist() == [2, 1, 1]


def test_a_reopened_case_fails_although_it_is_open_again_and_an_open_one_is_not_judged():
    log = closed("c1: a@x z@x b@x; c2: a@x; c3: a@x w@x")
    assert found(log)[["cases", "resolved", "reopened"]].tolist() == [1, 0, 1]


def test_another_case_of_the_same_customer_is_a_re_contact():
    text = f"c1: a@x|0 z@x|1; c2: a@x|24 z@x|25; c3: a@x|0 z@x|1; c4: a@x|{WEEK + 25.5} z@x|400"
    customers = {"c1": "K", "c2": "K", "c3": "L", "c4": "K"}
    log = closed(text, customers=customers)
    row = found(log, by="attribute:customer")
    assert row[["cases", "resolved", "re_contacted", "missing"]].tolist() == [4, 3, 1, ""]
    states = frame(judged(log, "attribute:customer").order_by("case_id"))
    assert states["resolved"].tolist() == [False, True, True, True]
    part = log.only(log.cases.filter(log.cases.case_id == "c1"))
    assert found(part, by="attribute:customer")["re_contacted"] == 1


def test_a_case_without_a_customer_is_not_judged_unless_it_failed_otherwise():
    log = closed("c1: a@x z@x; c2: a@x z@y; c3: a@x z@x", customers={"c3": "K"})
    row = found(log, by="attribute:customer")
    assert row[["cases", "resolved", "unjudged"]].tolist() == [2, 1, 1]


def test_what_cannot_be_seen_is_empty_and_named():
    row = found(closed("c1: a z; c2: a z b"))
    assert row["missing"] == "customer,resource"
    assert row[["cases", "resolved", "reopened"]].tolist() == [2, 1, 1]
    assert row[["re_contacted", "transferred"]].isna().all()
    unknown = found(sample.log("c1: a z"))
    assert unknown["missing"] == "end_activities,customer,resource"
    assert unknown.drop("missing").isna().all()


@pytest.mark.parametrize(("between", "resolved"), [("resource", 1), ("unit", 2)])
def test_a_transfer_is_one_between_resources_or_between_units(between, resolved):
    log = closed("c1: a@x z@y; c2: a@x z@x", units={"c1": "N", "c2": "N"})
    assert found(log, between=between)["resolved"] == resolved
