"""Charts draw what they are given, in the reader's language, and embed nothing else."""

import importlib.util
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from workbench import charts, documents
from workbench.charts.style import alt
from workbench.documents.pictures import PICTURES
from workbench.words import load

HERE = Path(__file__).parent
DIAGNOSIS = ["time_split", "throughput_histogram", "weekly_load", "variants", "rework",
             "satisfaction", "issues_pareto"]
PILOT = ["weekly_T1", "effects", "feedback"]
PLAN = pd.DataFrame({
    "id": ["P-01", "P-02"], "stage": ["plan", "pilot"], "task": ["talk", "try"],
    "start": ["2025-05-12", "2025-06-01"], "end": ["2025-05-16", "2025-06-01"],
    "done": ["2025-05-20", None], "owner": ["R-01", "R-02"]})


@pytest.fixture(scope="module")
def made_up():
    spec = importlib.util.spec_from_file_location("made_up", HERE / "documents" / "made_up.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def results(made_up):
    plan = replace(made_up.diagnosis(), tables={"plan": PLAN})
    return (dict.fromkeys(DIAGNOSIS, made_up.diagnosis())
            | dict.fromkeys(PILOT, made_up.evaluation()) | {"gantt": plan})


def values(spec):
    """The data rows that a specification embeds."""
    return [row for rows in spec["datasets"].values() for row in rows]


def shown(svg):
    return " ".join(element.text or "" for element in ET.fromstring(svg).iter()
                    if element.tag.endswith("text"))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", [*DIAGNOSIS, *PILOT, "gantt"])
def test_every_picture_is_drawn_in_both_languages(results, name, language):
    drawn = documents.picture(results[name], name, load(language))
    assert ET.fromstring(drawn.svg).tag.endswith("svg")
    assert len(shown(drawn.svg)) > 20


@pytest.mark.parametrize("name", [*DIAGNOSIS, *PILOT, "gantt"])
def test_chinese_pictures_have_no_english_axis(results, name):
    spec = documents.picture(results[name], name, load("zh")).spec
    titles = json.dumps(list(_titles(spec)), ensure_ascii=False)
    english = [word for word in ("Hours", "Cases", "Share", "Week", "Score") if word in titles]
    assert english == []


def test_every_registered_picture_is_tested():
    assert set(PICTURES) - {"process_map"} == {*DIAGNOSIS, *PILOT, "gantt"} - {"weekly_T1"}


def test_a_chart_embeds_its_table_and_no_raw_rows(results):
    spec = documents.picture(results["time_split"], "time_split", load("en")).spec
    assert len(values(spec)) == 2 * 6


def test_the_target_and_the_start_of_the_pilot_are_drawn(results):
    svg = documents.picture(results["weekly_T1"], "weekly_T1", load("en")).svg
    assert "Pilot starts" in shown(svg)
    assert "Target 40 hours" in shown(svg)


def test_a_long_table_is_cut_and_the_rest_counted(made_up):
    result = made_up.diagnosis()
    issues = pd.concat([result.tables["issues"]] * 5, ignore_index=True).assign(
        id=[f"I{number}" for number in range(15)])
    result = replace(result, tables={"issues": issues})
    drawn = documents.picture(result, "issues_pareto", load("en"))
    assert drawn.left_out == 5


def test_steps_without_rework_are_not_drawn(results):
    spec = documents.picture(results["rework"], "rework", load("en")).spec
    assert {row["activity"] for row in values(spec)} == {"Verify", "Decide", "Approve second level"}


def test_what_slipped_is_marked(results):
    spec = documents.picture(results["gantt"], "gantt", load("en")).spec
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["bar", "point", "rule", "tick"]


def test_effects_on_different_scales_have_axes_of_their_own(results):
    spec = documents.picture(results["effects"], "effects", load("en")).spec
    assert len(spec["vconcat"]) == 3


def test_a_hostile_name_is_text_in_a_chart(made_up):
    for name in DIAGNOSIS:
        svg = documents.picture(made_up.diagnosis(made_up.HOSTILE), name, load("en")).svg
        assert not any(element.tag.endswith(("image", "img", "script"))
                       for element in ET.fromstring(svg).iter())


def test_ids_of_two_charts_differ(results):
    ids = [{element.get("id") for element in ET.fromstring(
        documents.picture(results[name], name, load("en")).svg).iter() if element.get("id")}
        for name in ("time_split", "rework")]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_weeks_are_named_by_days_that_stand_in_the_table(results):
    spec = documents.picture(results["weekly_load"], "weekly_load", load("en")).spec
    named = spec["vconcat"][0]["encoding"]["x"]["axis"]["values"]
    assert named[0] == "2025-01-06T00:00:00"
    assert set(named) <= {row["week"] for row in values(spec)}


def test_a_specification_needs_no_address(results):
    for name in (*DIAGNOSIS, *PILOT):
        spec = dict(documents.picture(results[name], name, load("zh")).spec)
        del spec["$schema"]
        assert "http" not in json.dumps(spec)


def test_the_same_chart_is_drawn_every_time(results):
    drawn = {documents.picture(results["effects"], "effects", load("zh")).svg for _ in range(2)}
    assert len(drawn) == 1
    assert charts.finish


def _titles(spec):
    if isinstance(spec, dict):
        for name, value in spec.items():
            if name == "title" and isinstance(value, str):
                yield value
            elif name != "datasets":
                yield from _titles(value)
    elif isinstance(spec, list):
        for each in spec:
            yield from _titles(each)


def test_decades_of_weeks_are_drawn_and_not_refused():
    weeks = pd.date_range("1900-01-01", periods=5_100, freq="7D")
    data = pd.DataFrame({"week": weeks, "cases": range(5_100)})
    assert charts.finish(alt.Chart(data).mark_line().encode(x="week:T", y="cases:Q"))
