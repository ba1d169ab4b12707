"""The catalogue: every metric at every level, by hand; what means nothing is refused."""

from __future__ import annotations

import json

import pytest

import workbench as wb
from workbench import metrics, sample
from workbench.errors import WrongUse
from workbench.metrics.medians import median_interval, medians
from workbench.metrics.metric import Question
from workbench.model import Calendar, Costs, Hours, Rule
from workbench.words import load

TEXT = "c1: a@x|0-1 b@y|3-4; c2: a@x|0-2 b@x|3-4 done@y|6-6"
UNITS = {"c1": "N", "c2": "S"}
OFFICE = Calendar(Hours(days=(0, 1, 2, 3, 4), spans=((9 * 60, 12 * 60), (13 * 60, 18 * 60))))
SAID = {"within_hours": 5.0, "activity": "a", "costs": Costs(10.0, 1.0)}


def log_of(text=TEXT, **settings):
    return sample.log(text, **{"end_activities": ["done"], "units": UNITS} | settings)


def test_every_metric_says_what_it_is():
    for name, metric in wb.METRICS.items():
        assert metric.name == name
        assert metric.formula
        assert metric.source
        assert metric.direction in ("up", "down", None)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_metric_has_a_name_for_readers(language):
    words = load(language)
    assert [name for name in wb.METRICS if f"metric.name.{name}" not in words] == []


def test_what_targets_may_name_are_the_same_definitions():
    assert all(wb.METRICS[name] is metric for name, metric in metrics.KPIS.items())
    assert {name for name, metric in wb.METRICS.items() if metric.kind} == set(metrics.KPIS)


MEASURED = [(name, level) for name, metric in wb.METRICS.items() if name != "satisfaction"
            for level in ("log", *metric.levels) if level != "attribute"]


@pytest.mark.parametrize(("name", "level"), MEASURED)
def test_every_metric_answers_at_each_of_its_levels_by_both_clocks(name, level):
    log = log_of(calendar=OFFICE, strata=UNITS)
    column = "case_id" if level == "case" else level
    for clock in ("wall", "working"):
        found = wb.measure(log, name, level, clock, **SAID)
        assert "n" in found
        if level == "log":
            assert len(found) == 1
        else:
            assert found[column].tolist() == sorted(found[column])
    if level == "log" and not wb.METRICS[name].missing(log, Question(**SAID)):
        assert wb.METRICS[name].statistic in wb.measure(log, name, **SAID)


@pytest.mark.parametrize("level", ["case", "activity", "resource", "unit", "period"])
def test_sums_by_level_add_up_to_those_of_the_log(level):
    log = log_of()
    for name, column in (("waiting", "total_hours"), ("elapsed", "total_hours"),
                         ("workload", "total_hours"), ("cost", "money"),
                         ("processing", "total_hours"), ("idle", "total_hours")):
        whole = wb.measure(log, name, **SAID)[column].sum()
        assert wb.measure(log, name, level, **SAID)[column].sum() == pytest.approx(whole), name


def test_hours_are_told_by_their_total_mean_median_and_quantiles():
    row = wb.measure(log_of("c1: a|0-1 a|1-3 a|3-6; c2: a|0-4"), "processing", "activity").iloc[0]
    assert row.tolist() == ["a", 4, 1 + 2 + 3 + 4, 10 / 4, 2.5, pytest.approx(3.7),
                            pytest.approx(3.85)]


def test_several_levels_at_once_and_months():
    log = log_of("c1: a@x|0-1 b@x|1-2; c2: a@x|700-701")
    found = wb.measure(log, "processing", ["activity", "period"], period="month")
    assert found[["activity", "period", "n"]].to_numpy().tolist() == [
        ["a", "2026-01-01", 1], ["a", "2026-02-01", 1], ["b", "2026-01-01", 1]]


def test_a_share_has_its_count_and_wilsons_interval():
    row = wb.measure(log_of("c1: a a; c2: a"), "rework").iloc[0]
    assert row[["n", "count", "share"]].tolist() == [2, 1, 0.5]
    assert row[["low", "high"]].tolist() == pytest.approx([0.0945, 0.9055], abs=1e-4)


def test_a_log_cut_to_some_cases_is_measured_alone():
    log = log_of()
    north = log.only(log.cases.filter(log.cases.unit == "N"))
    assert wb.measure(north, "processing")["total_hours"].tolist() == [2]
    assert wb.measure(log, "processing", "unit")["total_hours"].tolist() == [2, 3]


def test_utilisation_counts_all_that_a_resource_does_also_outside_the_cases_chosen():
    log = log_of("c1: a@x|0-1 b@y|2-3; c2: a@x|3-4")
    only = log.only(log.cases.filter(log.cases.unit == "N"))
    for chosen in (log, only):
        found = wb.measure(chosen, "utilisation", "resource", reveal=True)
        assert found[["resource", "busy_hours", "available_hours"]].to_numpy().tolist() == [
            ["x", 2, 4], ["y", 1, 1]]


def test_people_stand_under_pseudonyms_unless_they_are_asked_for():
    log = log_of()
    assert wb.measure(log, "workload", "resource", reveal=True)["resource"].tolist() == ["x", "y"]
    assert not {"x", "y"} & set(wb.measure(log, "workload", "resource")["resource"])


def test_work_has_a_price_and_waiting_has_one_where_it_is_stated():
    log = log_of("c1: a|0-2 b|5-6")
    both = wb.measure(log, "cost", costs=Costs(10.0, 2.0)).iloc[0]
    assert both[["work_money", "waiting_money", "money"]].tolist() == [30, 6, 36]
    work = wb.measure(log, "cost", costs=Costs(10.0)).iloc[0]
    assert work[["work_money", "money"]].tolist() == [30, 30]
    assert work.isna()["waiting_money"]
    assert wb.measure(log, "cost").iloc[0].isna()["money"]


def test_by_a_calendar_nights_have_no_price():
    log = log_of("c1: a|0-2 b|24-25", calendar=OFFICE)
    row = wb.measure(log, "cost", costs=Costs(10.0, 1.0)).iloc[0]
    assert row["working_waiting_hours"] == 8 - 2
    assert row["money"] == 30 + 6


def test_takt_and_arrivals_are_those_of_the_time_observed():
    log = log_of("c1: a|0-1; c2: a|2-3; c3: a|24-25", cut_hours=30, calendar=OFFICE)
    assert wb.measure(log, "takt").iloc[0].tolist() == [3, 30, 10]
    working = wb.measure(log, "takt", clock="working").iloc[0]
    assert working.tolist() == [3, 8 + 5, (8 + 5) / 3]
    row = wb.measure(log, "arrival_rate").iloc[0]
    assert row[["n", "per_day", "per_week"]].tolist() == pytest.approx(
        [3, 3 / 30 * 24, 3 / 30 * 168])


def test_one_timestamp_shows_no_work_no_waiting_and_no_queue_and_says_why():
    found = metrics.tables(log_of("c1: a@x|1 b@x|3 done@x|4", has_start=False))["metrics"]
    rows = found.set_index("metric")
    for name in ("processing", "busy", "waiting", "idle", "efficiency_by_work",
                 "efficiency_by_clock", "queue_length", "being_worked_on", "utilisation",
                 "workload", "cost"):
        assert "start" in json.loads(rows.loc[name, "missing"]), name
        assert rows.loc[name, ["value", "n", "low", "high"]].isna().all(), name
    assert rows.loc["elapsed", "value"] == 1.5
    for name in ("processing", "waiting", "queue_length", "cost"):
        shown = wb.measure(log_of("c1: a@x|1 b@x|3", has_start=False), name, **SAID)
        assert (shown.drop(columns="n").fillna(-1) == -1).all(axis=None), name


def test_what_a_metric_needs_besides_the_log_is_named():
    rows = metrics.tables(sample.log("c1: a"))["metrics"].set_index("metric")["missing"]
    assert json.loads(rows["throughput"]) == ["end_activities"]
    assert json.loads(rows["cost"]) == ["costs.work_hour"]
    assert json.loads(rows["on_time"]) == ["within_hours", "end_activities"]
    assert json.loads(rows["utilisation"]) == ["resource"]


def test_a_metric_that_leaves_a_part_out_keeps_its_value_and_names_what_it_does_not_see():
    log = log_of("c1: a done; c2: a|1 done|2", cut_hours=1000)
    rules = [Rule("R1", "existence", ("a",)), Rule("R2", "four_eyes", ("a", "done"))]
    rows = metrics.tables(log, rules=rules)["metrics"].set_index("metric")
    for name, missing in (("first_contact_resolution", ["customer", "resource"]),
                          ("adherence", ["resource"])):
        assert rows.loc[name, ["value", "n"]].tolist() == [1, 2]
        assert json.loads(rows.loc[name, "missing"]) == missing


def test_efficiency_by_work_is_a_ratio_that_work_done_in_parallel_takes_above_one():
    rows = metrics.tables(log_of("c1: a|0-4 b|0-4 done|4-4"))["metrics"].set_index("metric")
    assert rows.loc["efficiency_by_work", ["value", "unit"]].tolist() == [2, "ratio"]
    assert rows.loc["efficiency_by_clock", ["value", "unit"]].tolist() == [1, "share"]


def test_a_promise_that_was_stated_says_which_cases_are_on_time():
    log = log_of("c1: a|0-1 done|2-3; c2: a|0-1 done|8-9")
    row = metrics.tables(log, within_hours=4.0)["metrics"].set_index("metric").loc["on_time"]
    assert row[["value", "n", "missing"]].tolist() == [0.5, 2, "[]"]


@pytest.mark.parametrize(("name", "asked", "said"), [
    ("speed", {}, "speed"), ("rework", {"by": "resource"}, "resource"),
    ("takt", {"by": "activity"}, "activity"), ("waiting", {"by": "attribute:none"}, "none"),
    ("waiting", {"clock": "working"}, "calendar"), ("waiting", {"clock": "sun"}, "sun"),
    ("waiting", {"period": "year"}, "year")])
def test_a_question_that_means_nothing_is_refused_in_both_languages(name, asked, said):
    with pytest.raises(WrongUse) as refused:
        wb.measure(log_of(), name, **asked)
    assert said in str(refused.value)
    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize("n", [1, 2, 5, 6, 7, 20, 101, 1000])
def test_the_engine_finds_the_order_statistics_that_all_values_at_hand_would_give(n):
    text = "; ".join(f"c{place}: a|0-{place * 7 % 997}" for place in range(1, n + 1))
    log = sample.log(text)
    found = medians(log.cases.select("unit", value="throughput_hours"), ["unit"]).iloc[0]
    median, count, low, high = median_interval([place * 7 % 997 for place in range(1, n + 1)])
    assert (found["median"], found["n"]) == (median, count)
    if low is None:
        assert found[["low", "high"]].isna().all()
    else:
        assert found[["low", "high"]].tolist() == [low, high]
