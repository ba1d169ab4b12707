"""A browser without a network, and the pages that it opens."""

import importlib.util
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from workbench import documents
from workbench.documents.pages import words_of
from workbench.model import Figure
from workbench.words import LANGUAGES

DOCUMENTS = Path(__file__).parent.parent / "documents"
CHROMIUM = os.environ.get("WORKBENCH_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def pytest_collection_modifyitems(items):
    if Path(CHROMIUM).is_file():
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(
                reason="skipped: needs chromium (make browser-setup)"))


@pytest.fixture(scope="session")
def made_up():
    spec = importlib.util.spec_from_file_location("made_up", DOCUMENTS / "made_up.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def pages(made_up, tmp_path_factory):
    """Every made-up document in both languages, as files; `hostile` has odd texts everywhere."""
    folder = tmp_path_factory.mktemp("pages")
    odd = made_up.diagnosis(made_up.HOSTILE)
    figures = {**odd.figures, "waiting_share": Figure(0.7, "share", source=made_up.HOSTILE)}
    results = {
        "diagnosis": made_up.diagnosis("核验"), "pilot_evaluation": made_up.evaluation(),
        "hostile": replace(odd, process=made_up.HOSTILE, figures=figures)}
    written = {}
    for name, result in results.items():
        for language in LANGUAGES:
            path = folder / f"{name}.{language}.html"
            path.write_text(documents.render(
                result, words_of(result, language), templates=DOCUMENTS / "templates"),
                encoding="utf-8")
            written[name, language] = path
    return written


@pytest.fixture(scope="session")
def chromium():
    """The browser, started once."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """A page opened without a network, and everything that it did."""

    def __init__(self, browser, path, **context):
        self.path = path
        self.context = browser.new_context(
            offline=True, viewport={"width": 1000, "height": 1400}, **context)
        self.page = self.context.new_page()
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda problem: self.said.append(str(problem)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.blocked = {}
        self.page.on("requestfailed", lambda request: self.blocked.update(
            {request.url: request.failure}))
        self.page.goto(path.as_uri())
        if context.get("java_script_enabled", True):
            self.page.wait_for_selector("html[data-charts=drawn]", timeout=60_000)


@pytest.fixture
def visit(chromium):
    """Open a page; closed again after the test."""
    opened = []

    def open_page(path, **context):
        opened.append(Visit(chromium, path, **context))
        return opened[-1]

    yield open_page
    for each in opened:
        each.context.close()
