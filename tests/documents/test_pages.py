"""A document is one file, says the same in both languages, and lets no text become markup."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import jinja2
import pandas as pd
import pytest

from workbench import documents
from workbench.documents import loader
from workbench.documents.markup import inert, style_text, unlink_the_lost
from workbench.documents.page import Page
from workbench.documents.pages import words_of
from workbench.model import Figure, Problem, Statement
from workbench.words import LANGUAGES, load


class Reader(HTMLParser):
    """What a browser would see: elements with their attributes, and the text outside scripts."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.text, self.inside = [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside not in {"script", "style"}:
            self.text.append(data)


@pytest.fixture(scope="module")
def pages(made_up, templates):
    """Both documents in both languages."""
    results = {"diagnosis": made_up.diagnosis(), "pilot_evaluation": made_up.evaluation()}
    return {
        (name, language): documents.render(result, words_of(result, language), templates=templates)
        for name, result in results.items() for language in LANGUAGES}


@pytest.mark.parametrize("name", ["diagnosis", "pilot_evaluation"])
def test_raw_values_are_the_same_in_every_language(pages, name):
    values = [re.findall(r'data-value="([^"]*)"', pages[name, language]) for language in LANGUAGES]
    assert values[0] == values[1]
    assert len(values[0]) > 20


def test_a_page_needs_nothing_but_itself(pages):
    for page in pages.values():
        read = Reader(page)
        wanted = [attributes.get(name) for _, attributes in read.elements
                  for name in ("src", "href", "data", "srcset", "action")]
        assert all(each is None or each.startswith("#") for each in wanted)
        assert not any(tag in {"link", "iframe", "object", "embed", "img"}
                       for tag, _ in read.elements)


def test_the_policy_admits_one_script_and_nothing_else(pages):
    page = pages["diagnosis", "zh"]
    policy = next(attributes["content"] for _, attributes in Reader(page).elements
                  if attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert f"'{loader.policy_hash(loader.script())}'" in policy
    scripts = [attributes for tag, attributes in Reader(page).elements if tag == "script"]
    assert [each for each in scripts if each.get("type") != "application/json"] == [{}]


def test_the_language_is_declared(pages):
    assert '<html lang="zh-CN">' in pages["diagnosis", "zh"]
    assert '<html lang="en">' in pages["diagnosis", "en"]


def test_an_id_stands_once(pages):
    for page in pages.values():
        ids = re.findall(r'\sid="([^"]+)"', re.sub(r"(?s)<script.*?</script>", "", page))
        assert len(ids) == len(set(ids))


def test_every_link_leads_somewhere(pages):
    for page in pages.values():
        elements = Reader(page).elements
        ids = {attributes.get("id") for _, attributes in elements}
        links = {attributes["href"][1:] for tag, attributes in elements
                 if tag == "a" and "href" in attributes}
        assert links <= ids


def test_chapters_are_listed_in_their_order(pages):
    page = pages["diagnosis", "en"]
    contents = page[page.index('id="contents"'):page.index("</nav>")]
    listed = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', contents)
    assert [anchor for anchor, _ in listed] == ["problems", "map", "time", "issues"]
    headings = re.findall(r'<h2 id="([^"]+)">([^<]+)</h2>', page)
    assert listed == headings


def test_hostile_texts_stay_texts_everywhere(made_up, templates):
    odd = made_up.HOSTILE
    result = made_up.diagnosis(odd)
    figures = {**result.figures, "waiting_share": Figure(0.7, "share", source=odd)}
    result = replace(result, process=odd, figures=figures, problems=(
        Problem("warning", "role_unknown", file=odd, column=odd, values={"near": odd}),))
    for language in LANGUAGES:
        page = documents.render(result, words_of(result, language), templates=templates)
        elements = Reader(page).elements
        assert not any(tag == "img" for tag, _ in elements)
        assert not any(name.startswith("on") for _, attributes in elements for name in attributes)
        assert sum(tag == "script" for tag, _ in elements) == 8  # seven charts and the loader
        assert odd in "".join(Reader(page).text)


def test_a_hostile_column_name_stays_text(made_up, templates):
    result = made_up.diagnosis()
    issues = pd.DataFrame({made_up.HOSTILE: ["x"], "id": [made_up.HOSTILE], "hours": [1.0],
                           "activity": ["a"], "low": [0.0], "high": [2.0]})
    result = replace(result, tables={**result.tables, "issues": issues})
    page = documents.render(result, load("en"), templates=templates)
    assert not any(tag == "img" for tag, _ in Reader(page).elements)


def test_an_unknown_figure_is_an_error_and_not_a_gap(made_up, templates):
    result = made_up.diagnosis()
    without = {name: each for name, each in result.figures.items() if name != "late_share"}
    with pytest.raises(KeyError, match="late_share"):
        documents.render(replace(result, figures=without), load("en"), templates=templates)


def test_an_unknown_name_in_a_template_is_an_error(made_up, tmp_path):
    (tmp_path / "diagnosis.html.j2").write_text(
        '{% extends "base.html.j2" %}{% block body %}{{ result.context.nobody }}{% endblock %}')
    with pytest.raises(jinja2.UndefinedError, match="nobody"):
        documents.render(made_up.diagnosis(), load("en"), templates=tmp_path)


def test_a_page_without_charts_carries_no_script(made_up, tmp_path):
    (tmp_path / "diagnosis.html.j2").write_text('{% extends "base.html.j2" %}')
    page = documents.render(made_up.diagnosis(), load("en"), templates=tmp_path)
    assert "<script" not in page
    assert "script-src 'none'" in page
    assert len(page) < 30_000


def test_synthetic_data_is_marked_and_real_data_is_not(pages):
    assert "合成数据" in pages["diagnosis", "zh"]
    assert "合成数据" not in pages["pilot_evaluation", "zh"]


def test_a_long_table_says_how_much_is_left_out(made_up, templates):
    page = documents.render(made_up.diagnosis(), load("en"), templates=templates)
    assert 'of <span class="number" data-value="6">6</span> rows' in page


def test_the_worst_problem_comes_first(made_up):
    found = tuple(Problem(level, "x") for level in ("info", "rejected", "warning", "repaired"))
    page = Page(replace(made_up.diagnosis(), problems=found), load("en"))
    assert [each.level for each in page.problems()] == ["rejected", "repaired", "warning", "info"]
    assert len(page.problems(2)) == 2


def test_units_of_a_verdict_follow_its_kpi(pages):
    page = pages["pilot_evaluation", "en"]
    assert '<span class="number" data-value="-0.27">−27%</span>' in page
    assert '<span class="number" data-value="0.031">+3.1 percentage points</span>' in page
    assert '<span class="number" data-value="0.4">+0.40</span>' in page


def test_evidence_links_to_what_is_on_the_page(pages):
    page = pages["diagnosis", "en"]
    assert '<a class="evidence" href="#picture-process_map">' in page
    assert '<a class="evidence" href="#I1">I1</a>' in page
    assert '<span class="evidence">nowhere</span>' in page


def test_lost_links_lose_their_link_only():
    page = ('<b id="here"></b><a class="evidence" href="#here">a</a>'
            '<a class="evidence" href="#x">b</a>')
    assert unlink_the_lost(page) == (
        '<b id="here"></b><a class="evidence" href="#here">a</a><span class="evidence">b</span>')


def test_data_in_a_script_cannot_end_it():
    assert "<" not in inert({"a": "</script><!--", "b": ["<script>"]})


def test_a_text_cannot_leave_the_style_sheet():
    styled = style_text('"} </style><script>')
    assert not set("<>{};") & set(styled)
    assert styled.count('"') == 2


def test_a_picture_is_drawn_the_same_for_a_notebook(made_up):
    shown = documents.picture(made_up.diagnosis(), "time_split", load("zh"))
    bundle = shown._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg")
    assert bundle["text/plain"] == "时间花在哪些环节"


def test_an_unknown_picture_and_a_missing_table_are_named(made_up):
    with pytest.raises(KeyError, match="no picture is called nothing"):
        documents.picture(made_up.diagnosis(), "nothing", load("zh"))
    with pytest.raises(KeyError, match="verdicts"):
        documents.picture(made_up.diagnosis(), "effects", load("zh"))


def test_write_makes_one_file_per_language(tmp_path, made_up, monkeypatch, templates):
    from workbench.documents import pages as module

    monkeypatch.setattr(module, "TEMPLATES", module.TEMPLATES)
    real = module.render
    monkeypatch.setattr(
        module, "render", lambda result, words: real(result, words, templates=templates))
    documents.save(made_up.evaluation(), tmp_path)
    written = documents.write(tmp_path, ("zh", "en"))
    assert [each.name for each in written] == [
        "pilot_evaluation.zh.html", "pilot_evaluation.en.html"]
    assert not list(tmp_path.glob(".*"))


def test_the_index_links_what_there_is(tmp_path, made_up):
    for number, result in ((2, made_up.diagnosis()), (4, made_up.evaluation())):
        folder = tmp_path / f"{number}_{result.stage}"
        documents.save(result, folder)
        for language in LANGUAGES:
            name = documents.NAMES[result.stage]
            (folder / f"{name}.{language}.html").write_text("made before")
    page = documents.write_index(tmp_path, ("zh", "en")).read_text(encoding="utf-8")
    links = {attributes["href"] for tag, attributes in Reader(page).elements
             if tag == "a" and "href" in attributes}
    assert {"2_diagnose/diagnosis.zh.html", "4_pilot/pilot_evaluation.en.html"} <= links
    assert all((tmp_path / each).is_file() for each in links if not each.startswith("#"))
    fresh = documents.write_index(tmp_path, ("zh", "en"), ["pilot"]).read_text(encoding="utf-8")
    assert "diagnosis" not in fresh
    assert '<th scope="row">4</th>' in fresh


def test_a_statement_is_said_where_it_is_called(made_up):
    page = Page(made_up.diagnosis(), load("en"))
    assert page.statements("nowhere") == ()
    assert len(page.statements("first_page")) == 5
    assert page.statements(Statement("x")) == (Statement("x"),)


def test_the_loader_is_kept_and_a_damaged_copy_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(loader, "_bundle", lambda: "draw()")
    loader.script.cache_clear()
    try:
        assert loader.script() == "draw()"
        (kept,) = (tmp_path / "workbench").glob("loader-*.js")
        kept.write_text(kept.read_text() + "evil()")
        loader.script.cache_clear()
        assert loader.script() == "draw()"
        assert "evil" not in kept.read_text()
    finally:
        loader.script.cache_clear()


def test_a_picture_with_nothing_left_to_draw_is_not_drawn(made_up):
    result = made_up.diagnosis()
    still = result.tables["activities"].assign(rework_rate=0.0)
    never = replace(result, tables={**result.tables, "activities": still})
    assert Page(result, load("en")).has("rework")
    assert not Page(never, load("en")).has("rework")
