"""Both documents of the first sample client, as their reader gets them."""

import re
from pathlib import Path

import pytest

from workbench import documents, intake
from workbench.diagnose import diagnose
from workbench.pilot import evaluate
from workbench.words import LANGUAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "complaints"
WHICH = [(stage, language) for stage in ("diagnose", "pilot") for language in LANGUAGES]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Both documents in both languages, by stage and language."""
    out = tmp_path_factory.mktemp("out")
    client = intake.open_client(SAMPLE, out)
    found = {}
    for stage, verb in (("diagnose", diagnose), ("pilot", evaluate)):
        documents.save(verb(client), out / stage)
        for language, path in zip(LANGUAGES, documents.write(out / stage, LANGUAGES), strict=True):
            found[stage, language] = path
    return found


@pytest.mark.parametrize("which", WHICH, ids="-".join)
def test_the_document_opens_silently_and_draws_everything(visit, written, which):
    seen = visit(written[which])
    assert seen.said == []
    assert seen.asked == [seen.path.as_uri()]
    charts = seen.page.locator("script[data-chart]").count()
    assert charts >= 5
    assert seen.page.locator("[data-drawn=yes] svg.marks").count() == charts
    assert seen.page.locator(".first-page li").count() == 5
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 1000


@pytest.mark.parametrize("which", WHICH, ids="-".join)
def test_the_document_prints(visit, written, which):
    assert visit(written[which]).page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


@pytest.mark.parametrize("stage", ["diagnose", "pilot"])
def test_every_raw_value_is_the_same_in_both_languages(written, stage):
    values = [re.findall(r'data-value="([^"]*)"', written[stage, language].read_text("utf-8"))
              for language in LANGUAGES]
    assert values[0] == values[1]
    assert len(values[0]) > 100


@pytest.mark.parametrize("stage", ["diagnose", "pilot"])
def test_no_name_of_ours_shows_in_the_chinese_document(visit, written, stage):
    """A column or a code without a word in the reader's language has an underscore."""
    seen = visit(written[stage, "zh"])
    text = seen.page.locator("main").inner_text()
    kept = re.sub(r"tables/\S+|\w+\.(csv|yaml)", "", text)
    sources = set(seen.page.locator(".source").all_inner_texts())
    ours = set(re.findall(r"\b[a-z]+_[a-z_]+\b", kept)) - {
        part for source in sources for part in re.findall(r"[a-z_]+", source)}
    assert ours <= {"engagement", "end_activities", "case_id"}  # keys of the client's own file
