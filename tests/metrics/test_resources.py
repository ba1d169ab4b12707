"""People stand under pseudonyms, and their hours are counted by the clock."""

from __future__ import annotations

import dataclasses
import re

import pytest

from workbench import metrics, sample

TEXT = "c1: a@Ann|0-1 b@Bo|1-2; c2: a@Ann|0.5-2 b@Cy|3-4"


def test_no_name_stands_in_a_table_unless_it_is_asked_for():
    for reveal in (False, True):
        shown = "".join(table.to_csv() for table in metrics.tables(
            sample.log(TEXT), reveal=reveal).values())
        assert ("Ann" in shown, "Cy" in shown) == (reveal, reveal)


def test_pseudonyms_are_distinct_and_depend_on_the_key_alone():
    log = sample.log(TEXT)
    names = metrics.resources.pseudonyms(log)
    assert len(set(names.values())) == 3
    assert all(re.fullmatch("R-[0-9A-Z]{6}", name) for name in names.values())
    other = metrics.resources.pseudonyms(dataclasses.replace(log, key="other"))
    assert not set(other.values()) & set(names.values())


def test_nobody_is_renamed_when_others_come_or_go():
    names = metrics.resources.pseudonyms(sample.log(TEXT))
    more = metrics.resources.pseudonyms(sample.log(TEXT + "; c3: a@Aaron b@Zoe"))
    fewer = metrics.resources.pseudonyms(sample.log("c9: b@Cy"))
    assert names.items() < more.items()
    assert fewer.items() < names.items()


def test_two_people_whose_short_codes_are_the_same_have_longer_ones(monkeypatch):
    monkeypatch.setattr(metrics.resources, "signs", lambda _, name: "AAAAAA" + name.upper() * 6)
    assert sorted(metrics.resources.pseudonyms(sample.log("c1: a@Bo b@Cy")).values()) == [
        "R-AAAAAABOBOBO", "R-AAAAAACYCYCY"]


def test_pseudonyms_name_the_same_person_in_every_table():
    log = sample.log(TEXT)
    names = metrics.resources.pseudonyms(log)
    handed = metrics.handover.handovers(log)
    assert handed[["source", "target"]].to_numpy().tolist() == sorted(
        [[names["Ann"], names["Bo"]], [names["Ann"], names["Cy"]]])
    counted = metrics.resources.resources(log).set_index("resource")["events"]
    assert counted[names["Ann"]] == 2


def test_utilisation_leaves_nights_out_and_counts_overlap_once():
    text = "c1: a@x|0-1 a@x|2-3 a@x|24-25 a@x|27-28; c2: a@x|0.5-1.5"
    row = metrics.resources.resources(sample.log(text), reveal=True).iloc[0]
    assert row["busy_hours"] == 1.5 + 1 + 1 + 1
    assert row["utilisation"] == pytest.approx(4.5 / (3 + 4))


def test_work_within_longer_work_adds_nothing():
    text = "c1: a@x|0-5; c2: a@x|1-2; c3: a@x|3-6"
    row = metrics.resources.resources(sample.log(text), reveal=True).iloc[0]
    assert row["busy_hours"] == 6


def test_days_are_those_of_the_logs_zone():
    # 09:00 UTC is the evening in Auckland: six hours later is the next day there
    text = "c1: a@x|0-1 a@x|6-7"
    assert metrics.resources.resources(sample.log(text))["utilisation"].tolist() == [
        pytest.approx(2 / 7)]
    far = sample.log(text, zone="Pacific/Auckland")
    assert metrics.resources.resources(far)["utilisation"].tolist() == [1]


def test_a_pair_with_an_unknown_resource_is_no_handover():
    found = metrics.handover.handovers(sample.log("c1: a@x b c@y d@z"), reveal=True)
    assert found[["source", "target"]].to_numpy().tolist() == [["y", "z"]]
