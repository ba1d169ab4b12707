"""Open cases are censored, not absent: the product-limit median and its interval."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from workbench import metrics, sample
from workbench.metrics.throughput import product_limit_median

FREIREICH = {"ended": [6, 6, 6, 7, 10, 13, 16, 22, 23],
             "open": [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]}
"""Weeks of remission under 6-MP (Freireich et al. 1963), as in every textbook: median 23."""


def limits(ended, still_open, confidence=0.95):
    times = sorted({*ended, *still_open})
    return product_limit_median(
        np.array(times), np.array([ended.count(time) for time in times]),
        np.array([still_open.count(time) for time in times]), confidence)


def test_the_median_of_the_textbook_with_its_interval():
    found = limits(FREIREICH["ended"], FREIREICH["open"])
    assert found.value == 23
    assert found.low == 13  # SAS LIFETEST, log-log; its upper end is not reached either
    assert np.isnan(found.high)


def test_without_censoring_it_is_the_plain_median():
    assert limits([1, 2, 3, 4], []).value == (2 + 3) / 2
    assert limits([1, 2, 3], []).value == 2


def test_a_median_that_less_than_half_of_the_cases_reach_is_unknown():
    assert np.isnan(limits([1], [2, 3, 4]).value)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=3, max_size=40))
def test_the_ends_of_the_interval_are_those_of_statsmodels(rows):
    times, known = np.array([time for time, _ in rows]), np.array([done for _, done in rows])
    if not known.any():
        return
    found = limits(times[known].tolist(), times[~known].tolist())
    peer = SurvfuncRight(times, known.astype(int))
    with np.errstate(all="ignore"):
        low, high = peer.quantile_ci(0.5, method="cloglog")
    last = peer.surv_times[-1] if peer.surv_prob[-1] == 0 else np.inf  # no variance there
    for own, other in ((found.low, low), (found.high, high)):
        assert own == other or (np.isnan(own) and (np.isnan(other) or other >= last))


def test_one_closed_case_has_a_median_and_no_interval():
    found = limits([2], [])
    assert found.value == 2
    assert np.isnan(found.low)
    assert np.isnan(found.high)


def log_of(text, **settings):
    return sample.log(text, end_activities=["done"], **settings)


def test_closed_cases_alone_look_faster_than_cases_are():
    text = "; ".join(f"c{n}: a|0-1 done|{n}-{n + 1}" for n in range(1, 5)) + "; " + "; ".join(
        f"o{n}: a|0-1" for n in range(4))
    row = metrics.measure(log_of(text, cut_hours=10), "throughput").iloc[0]
    assert (row["n"], row["open"]) == (4, 4)
    assert row["observed_median_hours"] == (3 + 4) / 2
    assert row["median_hours"] == 5  # 4 of 8 have ended by then, and nobody later


def test_an_open_case_is_seen_until_the_cut_and_not_only_until_its_last_event():
    text = "c1: a|0-1; c2: a|0-1 done|5-6; c3: a|0-1 done|7-8"
    late, early = (metrics.measure(log_of(text, cut_hours=cut), "throughput").iloc[0]
                   for cut in (100, 8))
    assert late["median_hours"] == 8  # S falls to 2/3 at 6 and to 1/3 at 8
    assert early["median_hours"] == 8


def test_where_nobody_knows_which_cases_are_closed_only_the_observed_spans_are_told():
    row = metrics.measure(sample.log("c1: a|0-2; c2: a|0-4"), "throughput").iloc[0]
    assert row["n"] == 2
    assert row[["open", "median_hours", "low_hours", "high_hours"]].isna().all()
    assert row["observed_median_hours"] == 3


def test_by_unit_each_has_its_own_and_by_case_what_it_took():
    log = log_of("c1: a|0-1 done|1-2; c2: a|0-1 done|3-4; c3: a|0-1", units={
        "c1": "N", "c2": "S", "c3": "S"}, cut_hours=6)
    found = metrics.measure(log, "throughput", "unit")
    assert found[["unit", "n", "open"]].to_numpy().tolist() == [["N", 1, 0], ["S", 1, 1]]
    assert found["observed_mean_hours"].tolist() == [2, 4]
    cases = metrics.measure(log, "throughput", by="case")
    assert cases[["case_id", "n", "open", "hours"]].to_numpy().tolist() == [
        ["c1", 1, 0, 2], ["c2", 1, 0, 4], ["c3", 0, 1, 1]]


def test_a_confidence_that_is_asked_for_narrows_the_interval():
    text = "; ".join(f"c{n}: a|0-1 done|{n}-{n + 1}" for n in range(1, 31))
    wide, narrow = (metrics.measure(log_of(text), "throughput", confidence=level).iloc[0]
                    for level in (0.95, 0.5))
    assert wide["low_hours"] < narrow["low_hours"] < 17
    assert narrow["high_hours"] < wide["high_hours"]
