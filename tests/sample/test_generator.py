"""The generator: the same bytes every time, and every knob turns what it says it turns."""

from __future__ import annotations

import csv
import doctest
import json
import re
from dataclasses import replace

import pytest
from generate import Scenario, generate
from generator import draws
from generator.labels import load_labels
from generator.sheets import MARKED

SMALL = Scenario(cases=0.2)
LIMIT_BYTES = 6_000_000


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def rows(folder, name):
    return list(csv.DictReader((folder / name).read_text(encoding="utf-8").splitlines()))


def labels(scenario):
    found = load_labels(scenario)
    return {name for group in (found.columns, found.steps, found.regions, found.demands,
                               found.results, found.items) for name in group.values()}


def test_the_committed_client_is_what_the_generator_makes(made, committed):
    folder, _ = made(Scenario())
    assert files(folder) == {name: content for name, content in files(committed).items()
                             if name != "pilot/protocol.lock"}
    truth = committed.with_name("complaints.truth.json").read_bytes()
    assert folder.with_name("client.truth.json").read_bytes() == truth


def test_the_committed_client_is_small_enough_for_a_repository(committed):
    assert sum(map(len, files(committed).values())) < LIMIT_BYTES


def test_the_truth_lies_outside_the_client_folder(small):
    folder, truth = small
    assert not any("truth" in name for name in files(folder))
    assert json.loads(folder.with_name("client.truth.json").read_text("utf-8")) == truth


def test_the_same_key_draws_the_same_luck():
    assert doctest.testmod(draws).failed == 0


def test_a_count_has_its_mean():
    luck = draws.Draws(5)
    drawn = [luck.count(6.0, "n", turn) for turn in range(4000)]
    assert sum(drawn) / len(drawn) == pytest.approx(6.0, abs=4 * (6 / 4000) ** 0.5)


def test_another_seed_makes_another_log(made, small):
    folder, _ = made(replace(SMALL, seed=2))
    assert files(folder)["events.csv"] != files(small[0])["events.csv"]


def test_without_the_change_nothing_before_the_pilot_is_different(made, small):
    folder, truth = made(replace(SMALL, effect=False))
    assert files(folder)["events.csv"] == files(small[0])["events.csv"]
    assert files(folder)["pilot/events.csv"] != files(small[0])["pilot/events.csv"]
    effects = ("throughput", "rework", "on_time", "presence", "satisfaction")
    assert [truth["pilot"][name] for name in effects] == [0.0] * 5


def test_a_renamed_client_shares_no_name_with_the_plain_one(made):
    scenario = replace(SMALL, names="renamed")
    folder, _ = made(scenario)
    plain = labels(SMALL)
    assert not plain & labels(scenario)
    for name, content in files(folder).items():
        assert not {word for word in plain if word in content.decode("utf-8")}, name


@pytest.mark.parametrize("cause", ["classify", "分派", "feedback"])
def test_the_planted_cause_moves_where_it_is_told(made, cause):
    scenario = replace(SMALL, cause=cause)
    _, truth = made(scenario)
    name = load_labels(scenario).steps.get(cause, cause)
    assert truth["cause"]["activities"] == [name]
    shares = {step: found["share_of_waiting"] for step, found in truth["steps"].items()}
    assert max(shares, key=shares.get) == name
    assert shares[name] > 0.5


def test_a_cause_that_is_no_step_is_refused(tmp_path):
    with pytest.raises(ValueError, match="known: approvals, archive"):
        generate(tmp_path / "client", Scenario(cause="coffee"))


def test_people_are_codes_of_a_role(committed):
    people = {row["处理人代号"] for name in ("events.csv", "pilot/events.csv")
              for row in rows(committed, name)}
    assert {code for code in people if not re.fullmatch(r"|SYS|[A-Z]{2}-[A-Z]\d{2}", code)} == set()


def test_every_free_text_says_that_it_is_synthetic(committed):
    names = load_labels(Scenario()).headers
    marked = {names[field] for field in MARKED}
    for name in files(committed):
        if not name.endswith(".csv") or name.endswith("events.csv"):
            continue
        for row in rows(committed, name):
            for column in marked & set(row):
                assert not row[column] or "（合成）" in row[column], (name, row)


def test_both_extracts_show_an_event_the_same_way(committed):
    """Cases open at the first cut continue in the later extract with the rows they had."""
    before = rows(committed, "events.csv")
    after = {tuple(row.values()) for row in rows(committed, "pilot/events.csv")}
    continued = {row[0] for row in after}
    shared = [row for row in before if row["工单号"] in continued]
    assert shared
    assert all(tuple(row.values()) in after for row in shared)


def test_the_world_has_the_shape_it_was_calibrated_to(made):
    _, truth = made(Scenario())
    baseline = truth["baseline"]
    assert 3_900 < baseline["cases"] < 4_300
    assert 44 < baseline["median_hours"] < 54
    assert 0.17 < baseline["rework_rate"] < 0.23
    assert 0.02 < baseline["open_at_cut"] / baseline["cases"] < 0.05
    assert truth["cause"]["share_of_waiting"] > 0.5
    assert truth["rework"]["share_of_reworked"] > 0.75
    assert -0.42 < truth["pilot"]["throughput"] < -0.28
    assert truth["pilot"]["naive_before_after"] < truth["pilot"]["throughput"] - 0.05


def test_the_english_client_holds_no_chinese(made):
    folder, truth = made(replace(SMALL, language="en"))
    for name, content in files(folder).items():
        assert not re.search(r"[\u4e00-\u9fff]", content.decode("utf-8")), name
    assert truth["cause"]["activities"][0] == "Refund approval (team lead)"


def test_the_languages_tell_of_the_same_world(made, small):
    _, english = made(replace(SMALL, language="en"))
    assert english["baseline"] == small[1]["baseline"]
    assert english["pilot"]["throughput"] == small[1]["pilot"]["throughput"]
