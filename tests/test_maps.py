"""A map shows the process, says how much of it, and never lets a name become markup."""

import importlib.util
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from workbench import maps
from workbench.maps import drawing, layout
from workbench.maps.layout import Arrow, Box, place
from workbench.words import load

HERE = Path(__file__).parent
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def made_up():
    spec = importlib.util.spec_from_file_location("made_up", HERE / "documents" / "made_up.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def texts(svg):
    return [element.text for element in ET.fromstring(svg).iter(f"{SVG}text")]


def many(count):
    """A process of many steps that branch, return and repeat."""
    names = [f"第{number}个环节的名称 step {number}" for number in range(count)]
    steps = [(names[a], names[b], 1000 // (1 + abs(a - b)) + a) for a in range(count)
             for b in (a, a + 1, a + 2, a - 1, (a * 7) % count) if 0 <= b < count]
    follows = pd.DataFrame(steps, columns=["source", "target", "events"]).drop_duplicates(
        ["source", "target"]).assign(cases=1, median_hours=3.0)
    activities = pd.DataFrame({
        "activity": names, "cases": range(1000, 1000 - count, -1),
        "median_waiting_hours": [float(number % 9) for number in range(count)]})
    return activities, follows


def test_a_map_is_one_svg_with_a_title(made_up):
    drawn = maps.process_map(made_up.diagnosis(), load("zh"), "process_map")
    root = ET.fromstring(drawn.svg)
    assert root.tag == f"{SVG}svg"
    assert root.find(f"{SVG}title").text == "流程的实际走向"


def test_every_activity_stands_in_a_box(made_up):
    shown = " ".join(texts(maps.process_map(made_up.diagnosis(), load("en"), "process_map").svg))
    for activity in ("Receive", "Verify", "Decide", "Approve second level", "Pay", "File"):
        assert activity in shown


def test_a_hostile_name_is_literal_text(made_up):
    drawn = maps.process_map(made_up.diagnosis(made_up.HOSTILE), load("en"), "process_map")
    tags = {element.tag.removeprefix(SVG) for element in ET.fromstring(drawn.svg).iter()}
    assert tags == {"svg", "title", "defs", "marker", "path", "g", "rect", "text"}
    titles = [each.text for each in ET.fromstring(drawn.svg).iter(f"{SVG}title")]
    assert any(made_up.HOSTILE in (title or "") for title in titles)


def test_the_layout_program_sees_numbers_only():
    dot = layout._dot([Box(80, 30), Box(90, 30)], [Arrow(0, 1, 20), Arrow(1, 0, 20, 2, True)])
    assert re.fullmatch(r"[\w\s\[\]{}=.;>\"-]*", dot)


def test_the_note_states_the_share_that_is_shown(made_up):
    result = made_up.diagnosis()
    values = maps.process_map(result, load("en"), "process_map").note.values
    steps = result.tables["directly_follows"]["events"]
    assert values["share"].value == pytest.approx((sum(steps) - 4 - 12) / sum(steps))
    assert values["share"].n == sum(steps)


def test_forty_steps_stay_legible_and_the_rest_is_counted(made_up):
    activities, follows = many(60)
    result = replace(made_up.diagnosis(), tables={
        "activities": activities, "directly_follows": follows})
    drawn = maps.process_map(result, load("zh"), "process_map")
    assert len(list(ET.fromstring(drawn.svg).iter(f"{SVG}rect"))) == maps.MOST_NODES
    assert drawn.note.values["nodes"].value == 40
    assert drawn.note.values["activities"].value == 60
    arrows = [each for each in ET.fromstring(drawn.svg).iter(f"{SVG}path")
              if each.get("marker-end")]
    assert len(arrows) <= 40 * (maps.MOST_EDGES_PER_NODE + 2)


def test_boxes_do_not_overlap():
    boxes = [Box(120, 40)] * 12
    arrows = [Arrow(a, b, 20) for a in range(12) for b in (a + 1, a + 3) if b < 12]
    placed = place(boxes, arrows)
    for one, (x, y) in enumerate(placed.centres):
        for other_x, other_y in placed.centres[:one]:
            assert abs(x - other_x) >= 120 or abs(y - other_y) >= 40


@pytest.mark.parametrize("names", [[], ["only"]])
def test_a_log_of_one_step_or_none_has_a_map(made_up, names):
    result = replace(made_up.diagnosis(), tables={
        "activities": pd.DataFrame({"activity": names, "cases": [3] * len(names)}),
        "directly_follows": pd.DataFrame(
            {"source": [], "target": [], "events": [], "median_hours": []})})
    assert maps.process_map(result, load("en"), "process_map").svg.startswith("<svg")


def test_without_waiting_times_colour_means_frequency(made_up):
    result = made_up.diagnosis()
    plain = result.tables["activities"].drop(columns="median_waiting_hours")
    result = replace(result, tables={**result.tables, "activities": plain})
    assert maps.process_map(result, load("en"), "process_map").note.key == "chart.map.frequency"


def test_without_graphviz_there_is_still_a_map(made_up, monkeypatch):
    monkeypatch.setattr(layout, "_graphviz", lambda dot: None)
    shown = " ".join(texts(maps.process_map(made_up.diagnosis(), load("en"), "process_map").svg))
    assert "Approve second level" in shown


def test_a_chinese_letter_is_as_wide_as_it_is_high():
    assert drawing.em("退回重办") == 4.0
    assert drawing.em("back") == pytest.approx(2.24)


def test_a_long_name_is_cut_with_a_sign():
    lines = drawing.fold("一个非常非常非常长的环节名称" * 4)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert all(drawing.em(line) <= drawing.MOST_LETTERS + 0.6 for line in lines)


def test_as_few_steps_as_possible_lead_backwards():
    steps = pd.DataFrame([("a", "b", 9), ("b", "c", 9), ("c", "a", 1), ("c", "d", 8)],
                         columns=["source", "target", "events"])
    assert maps.in_order(list("dcba"), steps) == list("abcd")


def test_a_map_is_the_same_every_time(made_up):
    drawn = {maps.process_map(made_up.diagnosis(), load("zh"), "process_map").svg for _ in range(3)}
    assert len(drawn) == 1
