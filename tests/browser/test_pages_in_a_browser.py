"""What a reader sees who opens one file, by double-click, without a network."""

import pytest

from workbench.documents import loader

pytestmark = pytest.mark.browser

ALL = [(name, language) for name in ("diagnosis", "pilot_evaluation", "hostile")
       for language in ("zh", "en")]
CHARTS = {"diagnosis": 7, "hostile": 7, "pilot_evaluation": 3}


@pytest.mark.parametrize("which", ALL, ids="-".join)
def test_a_page_opens_silently_asks_for_nothing_and_draws_every_chart(visit, pages, which):
    seen = visit(pages[which])
    assert seen.said == []
    assert seen.asked == [seen.path.as_uri()]
    drawn = seen.page.locator("[data-drawn=yes] svg.marks")
    assert drawn.count() == CHARTS[which[0]]
    for box in (each.bounding_box() for each in drawn.all()):
        assert box["width"] > 300
        assert box["height"] > 40


@pytest.mark.parametrize("which", [("diagnosis", "zh"), ("pilot_evaluation", "en")], ids="-".join)
def test_nothing_is_wider_than_the_page(visit, pages, which):
    seen = visit(pages[which])
    for width in (1000, 1400, 420):
        seen.page.set_viewport_size({"width": width, "height": 900})
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_drawings_are_there_without_any_script(visit, pages):
    seen = visit(pages["diagnosis", "zh"], java_script_enabled=False)
    assert seen.page.locator(".canvas > svg").count() == 8  # seven charts and the map
    assert seen.page.get_by_text("中位数 51.3小时").first.is_visible()


def test_hostile_texts_are_seen_as_texts_and_run_nothing(visit, pages, made_up):
    seen = visit(pages["hostile", "zh"])
    assert seen.page.locator("img").count() == 0
    assert made_up.HOSTILE in seen.page.locator("body").inner_text()
    assert seen.page.evaluate("document.querySelectorAll('[onerror]').length") == 0


@pytest.mark.parametrize("payload", [
    "<script>window.ran = 1</script>", "<img src=x onerror='window.ran = 1'>",
    "<svg onload='window.ran = 1'></svg>", "<iframe src='javascript:parent.ran = 1'></iframe>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<img src='https://evil.example/x.png'>", "<script src='https://evil.example/x.js'></script>",
])
def test_even_markup_that_came_through_would_do_nothing(visit, pages, tmp_path, payload):
    page = pages["pilot_evaluation", "en"].read_text(encoding="utf-8")
    path = tmp_path / "page.html"
    path.write_text(page.replace("<main>", f"<main>{payload}"), encoding="utf-8")
    seen = visit(path)
    assert seen.page.evaluate("window.ran") is None
    assert {seen.blocked.get(url) for url in seen.asked[1:]} <= {"csp"}


def test_a_chart_that_fails_leaves_its_drawing(visit, pages, tmp_path):
    page = pages["pilot_evaluation", "en"].read_text(encoding="utf-8")
    path = tmp_path / "page.html"
    path.write_text(page.replace('data-chart="chart-feedback">{', 'data-chart="chart-feedback">['),
                    encoding="utf-8")
    seen = visit(path)
    assert seen.page.locator("#chart-feedback > svg").count() == 1
    assert seen.page.locator("[data-drawn=yes]").count() == 2
    assert "chart-feedback" in seen.said[0]


def test_pointing_at_a_bar_tells_its_number(visit, pages):
    seen = visit(pages["diagnosis", "zh"])
    seen.page.locator("#chart-time_split svg .mark-rect path").nth(2).hover()
    seen.page.wait_for_selector(".vg-tooltip.visible, .visible#vg-tooltip-element")
    told = seen.page.locator("#vg-tooltip-element").inner_text()
    assert "核验" in told
    assert "52天" in told


def test_chinese_letters_have_a_shape(visit, pages):
    """A missing font draws every letter as the same box."""
    seen = visit(pages["diagnosis", "zh"])
    widths = seen.page.evaluate("""() => {
      const pen = document.createElement("canvas").getContext("2d");
      pen.canvas.width = pen.canvas.height = 40;
      pen.font = "32px " + getComputedStyle(document.body).fontFamily;
      return ["诊", "断", "\\uFFFF"].map(letter => {
        pen.clearRect(0, 0, 40, 40); pen.fillText(letter, 2, 34);
        return Array.from(pen.getImageData(0, 0, 40, 40).data).join();
      });
    }""")
    assert len(set(widths)) == 3


@pytest.mark.parametrize("which", [("diagnosis", "zh"), ("pilot_evaluation", "en")], ids="-".join)
def test_a_page_prints_to_pdf_with_its_charts(visit, pages, which):
    seen = visit(pages[which])
    printed = seen.page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") >= 3 or printed.count(b"/Type /Page") >= 3


def test_the_loader_asks_for_no_evaluation_of_code(visit, pages):
    """The policy forbids `eval`; Vega runs its expressions by an interpreter."""
    assert "ast: true" in loader._SNIPPET or "ast:!0" in loader.script()
    seen = visit(pages["pilot_evaluation", "zh"])
    assert not any("eval" in each for each in seen.said)
