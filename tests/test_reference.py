"""Figures on research logs equal what a peer and, independently, plain pandas compute on them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache

import pandas as pd
import pytest

from tests.conftest import SHARED
from workbench import metrics
from workbench.engine import frame
from workbench.intake import read_log

pytestmark = pytest.mark.real_logs


@dataclass(frozen=True)
class Source:
    """A log of the folder, its reference, and the columns that play each role."""

    file: str
    reference: str
    mapping: dict
    ignore: tuple = field(default=())


def columns(case_id, activity, start, end, resource):
    return {"case_id": case_id, "activity": activity, "start": start, "end": end,
            "resource": resource}


SINGLE = columns("case:concept:name", "concept:name", None, "time:timestamp", "org:resource")
SPANS = SINGLE | {"start": "start_timestamp"}
BPIC = columns("case_id", "activity", "start_time", "end_time", "resource")

SOURCES = {
    "helpdesk": Source("helpdesk.csv", "helpdesk_eramam", SINGLE),
    "receipt": Source("receipt.csv", "receipt", SINGLE),
    "running": Source("running-example.csv", "running-example", SINGLE),
    "bpic_2012": Source("BPIC_2012_W.csv.gz", "BPIC_2012_W", BPIC),
    "bpic_2017_pre": Source("BPIC_2017_pre-drift_transformed.csv.gz", "BPIC_2017_pre-drift", BPIC,
                            ("Start", "End")),
    "bpic_2017_post": Source("BPIC_2017_post-drift_transformed.csv.gz", "BPIC_2017_post-drift",
                             BPIC, ("Start", "End")),
    "production": Source("Production.csv", "Production", SPANS, ("Start", "End")),
    "purchasing": Source("PurchasingExample.csv", "PurchasingExample", SPANS),
    "insurance": Source("Insurance_Claims_train.csv", "Insurance_Claims_train", BPIC),
    "interval": Source("interval_event_log.csv", "interval_event_log", SPANS | {"resource": None}),
}
NAMES = sorted(SOURCES)
SINGLE_NAMES = [name for name in NAMES if SOURCES[name].mapping["start"] is None]
SPAN_NAMES = [name for name in NAMES if name not in SINGLE_NAMES]


@cache
def log_of(name):
    source = SOURCES[name]
    return read_log(SHARED / "logs" / source.file, mapping=source.mapping, ties="source",
                    ignore=source.ignore)


@cache
def reference(name):
    file = SHARED / "reference" / f"{SOURCES[name].reference}.json"
    return json.loads(file.read_text(encoding="utf-8"))


def ordered(name):
    """The part of a reference that orders events as we do: by start where there is one."""
    found = reference(name)
    return found["plain"].get("by_start") or found["pm4py"]


def pairs(table, *keys):
    return {tuple(row[:-1]) if len(row) > 2 else row[0]: row[-1]
            for row in table[list(keys)].itertuples(index=False, name=None)}


@pytest.mark.parametrize("name", NAMES)
def test_log_summary_counts_what_plain_pandas_counts(name):
    plain, found = reference(name)["plain"], metrics.time.log_summary(log_of(name)).iloc[0]
    for column in ("events", "cases", "activities"):
        assert found[column] == plain[column]
    assert found["variants"] == ordered(name).get("variants", plain["variants"])
    if plain["resources"] is None:
        assert pd.isna(found["resources"])
    else:
        assert found["resources"] == plain["resources"]
    assert found["last"] == pd.Timestamp(plain["last"])
    if plain["timestamps"] == "single":
        assert found["first"] == pd.Timestamp(plain["first"])


@pytest.mark.parametrize("name", NAMES)
def test_variants_hash_to_the_reference(name):
    table = metrics.variants.variants(log_of(name))
    lines = sorted("\x1f".join(json.loads(row.activities)) + f"\x1e{row.cases}"
                   for row in table.itertuples())
    found = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    assert found == ordered(name)["variants_sha256"]
    assert table["cumulative_share"].iloc[-1] == pytest.approx(1)


@pytest.mark.parametrize("name", NAMES)
def test_directly_follows_frequencies_equal_the_reference(name):
    found = metrics.variants.directly_follows(log_of(name))
    expected = {(source, target): count for source, target, count in ordered(name)["dfg"]}
    assert pairs(found, "source", "target", "events") == expected


@pytest.mark.parametrize("name", SINGLE_NAMES)
def test_directly_follows_hours_equal_the_peer_on_logs_with_one_timestamp(name):
    found = metrics.variants.directly_follows(log_of(name)).set_index(["source", "target"])
    for source, target, peer in reference(name)["pm4py"]["performance_dfg"]:
        edge = found.loc[(source, target)]
        assert edge["mean_hours"] == pytest.approx(peer["mean"] / 3600, rel=1e-9)
        assert edge["median_hours"] == pytest.approx(peer["median"] / 3600, rel=1e-9)


def test_directly_follows_hours_equal_the_peer_where_both_order_alike():
    found = metrics.variants.directly_follows(log_of("bpic_2012")).set_index(["source", "target"])
    for source, target, peer in reference("bpic_2012")["pm4py"]["performance_dfg"]:
        edge = found.loc[(source, target)]
        assert edge["mean_hours"] == pytest.approx(peer["mean"] / 3600, rel=1e-9)
        assert edge["median_hours"] == pytest.approx(peer["median"] / 3600, rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_start_and_end_activities_equal_the_reference(name):
    log, expected = log_of(name), ordered(name)
    starts = pairs(metrics.variants.start_activities(log), "activity", "cases")
    ends = pairs(metrics.variants.end_activities(log), "activity", "cases")
    assert starts == expected["start_activities"]
    assert ends == expected["end_activities"]


@pytest.mark.parametrize("name", NAMES)
def test_rework_equals_the_reference(name):
    plain, found = reference(name)["plain"], metrics.rework.activities(log_of(name))
    assert pairs(found, "activity", "events") == plain["activity_counts"]
    rework = found[found["rework_cases"] > 0]
    assert pairs(rework, "activity", "rework_cases") == plain["rework_cases_per_activity"]
    summary = metrics.rework.summary(log_of(name)).iloc[0]
    assert summary["rework_cases"] == plain["cases_with_any_rework"]


@pytest.mark.parametrize("name", NAMES)
def test_self_loops_equal_the_reference_where_it_orders_as_we_do(name):
    edges = {source: count for source, target, count in ordered(name)["dfg"] if source == target}
    found = metrics.rework.activities(log_of(name))
    assert pairs(found[found["self_loops"] > 0], "activity", "self_loops") == edges


@pytest.mark.parametrize("name", NAMES)
def test_throughput_equals_plain_pandas(name):
    expected = reference(name)["plain"]["case_duration_seconds"]
    seconds = metrics.time.cases(log_of(name))["throughput_hours"] * 3600
    found = {"n": len(seconds), "min": seconds.min(), "median": seconds.median(),
             "mean": seconds.mean(), "p95": seconds.quantile(0.95), "max": seconds.max()}
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", SPAN_NAMES)
def test_processing_time_equals_plain_pandas(name):
    expected = reference(name)["plain"]["service_time_seconds_per_activity"]
    found = metrics.rework.activities(log_of(name)).set_index("activity")
    for activity, seconds in expected.items():
        row = found.loc[activity]
        assert row["median_processing_hours"] * 3600 == pytest.approx(seconds["median"], abs=1e-6)
        assert row["p95_processing_hours"] * 3600 == pytest.approx(seconds["p95"], abs=1e-6)
        total = seconds["mean"] * seconds["n"]
        assert row["total_processing_hours"] * 3600 == pytest.approx(total, abs=1e-3)


@pytest.mark.parametrize("name", ["helpdesk", "receipt", "running", "bpic_2012"])
def test_handovers_equal_plain_pandas_where_both_order_alike(name):
    expected = {(source, target): count
                for source, target, count in reference(name)["plain"]["handover_counts"]
                if "__MISSING__" not in (source, target)}
    found = metrics.handover.handovers(log_of(name), reveal=True)
    assert pairs(found, "source", "target", "events") == expected
    assert (found["same"] == (found["source"] == found["target"])).all()


@pytest.mark.parametrize("name", SINGLE_NAMES)
def test_ties_are_those_that_plain_pandas_finds(name):
    log = log_of(name)
    events = frame(log.events.select("case", "end"))
    tied = events.duplicated(["case", "end"])
    assert tied.sum() == reference(name)["plain"]["adjacent_pairs_with_equal_timestamp"]
    found = metrics.time.log_summary(log).iloc[0]["cases_with_ties"]
    assert found == events[tied]["case"].nunique()


def test_two_orders_of_the_rows_of_one_day_give_the_same_tables():
    one, other = (metrics.tables(read_log(SHARED / "bad_inputs" / f"ev_ties_p2_{letter}.csv"))
                  for letter in "ab")
    assert one["log_summary"]["cases_with_ties"].tolist() == [30]
    for name, table in one.items():
        assert table.to_csv() == other[name].to_csv(), name
