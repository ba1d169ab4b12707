"""In JupyterLab every notebook runs from top to bottom, and draws without a network."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from workbench.cli import lab_command, lab_surroundings

HOME = Path(__file__).resolve().parents[2]
TOKEN = "for-this-test-only"  # noqa: S105 - a server that lives as long as this test
PROMPTS = """() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
    .map(prompt => prompt.textContent.trim())"""
ERROR = ".jp-OutputArea-output[data-mime-type*=error]"
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A Lab on a copy of the notebooks (Lab saves what it runs); the address of its notebooks."""
    root = tmp_path_factory.mktemp("lab")
    shutil.copytree(HOME / "notebooks", root / "notebooks")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    surroundings = {**lab_surroundings(root, None), "JUPYTER_TOKEN": TOKEN,
                    "JUPYTERLAB_SETTINGS_DIR": str(root / "settings"),
                    "JUPYTERLAB_WORKSPACES_DIR": str(root / "workspaces")}
    server = subprocess.Popen(lab_command(root, port=port, browser=False), env=surroundings,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: answers(f"{address}/api"), 60)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def answers(address):
    try:
        with urlopen(address, timeout=5) as answer:  # noqa: S310 - our own server
            return answer.status == 200
    except (URLError, ConnectionError, TimeoutError):
        return False


def wait_for(condition, seconds, pause=time.sleep):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"nothing after {seconds} s"
        pause(0.5)


def beside(page):
    """A pause in which the page goes on: the browser's events are handled."""
    return lambda seconds: page.wait_for_timeout(1000 * seconds)


@pytest.fixture
def open_notebook(lab, chromium):
    """Open a notebook and run all of its cells; the page, and what it asked of anybody else."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    outside = []

    def run_all(name):
        page = context.new_page()
        page.on("request", lambda request: None if request.url.startswith((lab, "data:", "blob:"))
                else outside.append(request.url))
        page.goto(f"{lab}/lab/tree/notebooks/{name}.ipynb?token={TOKEN}&reset")
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=90_000)
        page.get_by_text(re.compile(r"\| Idle$")).wait_for(timeout=90_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        wait_for(lambda: page.locator(ERROR).count() or all(
            prompt.strip("[]:").isdigit() for prompt in page.evaluate(PROMPTS)), 180, beside(page))
        assert page.locator(ERROR).all_inner_texts() == []
        return page, outside

    yield run_all
    context.close()


def test_the_diagnosis_runs_in_the_lab_with_its_pictures_drawn(open_notebook):
    page, outside = open_notebook("2_diagnose")
    assert page.get_by_text("official Jupyter news").count() == 0
    assert page.locator(".jp-RenderedSVG").count() >= 6
    assert page.locator(".jp-RenderedHTMLCommon table").count() >= 2
    assert outside == []


def test_the_explorer_redraws_its_map_when_a_unit_is_chosen_or_the_slider_moved(open_notebook):
    page, outside = open_notebook("explore")
    drawing = page.locator(".widget-html-content, .jupyter-widgets .widget-html").last
    wait_for(lambda: "<svg" in drawing.inner_html(), 60, beside(page))
    whole = drawing.inner_html()
    page.locator(".widget-dropdown select").select_option(index=1)
    wait_for(lambda: drawing.inner_html() != whole, 60, beside(page))
    of_unit = drawing.inner_html()
    page.locator(".noUi-handle").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    wait_for(lambda: drawing.inner_html() != of_unit, 60, beside(page))
    assert outside == []
