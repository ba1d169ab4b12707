"""Results to HTML: one file per document and language, whole by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from workbench.documents import atomic, loader
from workbench.documents.markup import (
    count_of,
    drawing,
    inert,
    style_text,
    unlink_the_lost,
)
from workbench.documents.page import DOCUMENTS, Page
from workbench.documents.store import load
from workbench.documents.translate import in_language
from workbench.model import STAGES, Language, Result
from workbench.words import Words
from workbench.words import load as load_words

NAMES: Mapping[str, str] = DOCUMENTS
TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"
_LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}


def render(result: Result, words: Words, *, templates: Path = TEMPLATES) -> str:
    """The document of a result as one HTML page that needs no network and no server.

    The template is `<document>.html.j2`, which extends `base.html.j2`; what it may call is listed
    at the top of `base.html.j2`. A name that the result does not hold is an error, never a gap.
    """
    result = in_language(result, words.language)
    page = Page(result, words)
    environment = _environment(templates)
    parts = environment.get_template("parts.html.j2").make_module({"page": page, "words": words})
    macros = {name: each for name, each in vars(parts).items() if isinstance(each, _MACRO)}
    html = environment.get_template(f"{page.document}.html.j2").render(
        macros | {
            "page": page, "result": result, "words": words, "has": page.has,
            "label": page.label, "context": result.context,
            "language_tag": _LANGUAGE_TAGS[words.language], "loader": _loader,
        }
    )
    return unlink_the_lost(html)


def write(folder: Path, languages: Iterable[Language]) -> list[Path]:
    """Write `<document>.<language>.html` beside a stage's `result.json`; the paths written."""
    folder = Path(folder)
    result = load(folder)
    return [
        atomic.replace(
            folder / f"{DOCUMENTS[result.stage]}.{language}.html",
            render(result, words_of(result, language)),
        )
        for language in languages
    ]


def words_of(result: Result, language: Language) -> Words:
    """The words of a language in the currency and the time zone of a result."""
    context = result.context
    return load_words(
        language, str(context.get("currency") or "CNY"), str(context.get("zone") or "UTC")
    )


def write_index(
    out_client: Path, languages: Iterable[Language], stages: Iterable[str] = STAGES
) -> Path:
    """Write `index.html` of a client's out folder: what each of `stages` made, in every language.

    Its template `index.html.j2` is given `client`, `process`, `synthetic`, `languages`, `voices`
    (the words by language), `style` and `stages`: one entry per stage with a result, holding
    `number`, `stage`, `document`, `result`, `pages` (language → link) and `files` (links to what
    else stands there).
    """
    out_client = Path(out_client)
    wanted = tuple(languages)
    chosen = set(stages)
    numbered = [(number, stage) for number, stage in enumerate(STAGES, 1) if stage in chosen]
    entries = [entry for entry in map(_entry(out_client, wanted), numbered) if entry]
    first = entries[0]["result"] if entries else None
    voices = {
        each: words_of(first, each) if first else load_words(each) for each in wanted
    }
    html = _environment(TEMPLATES).get_template("index.html.j2").render(
        client=first.client if first else out_client.name,
        process=first.process if first else "",
        synthetic=bool(first and first.context.get("synthetic")),
        languages=wanted, voices=voices, words=voices[wanted[0]], stages=entries,
        language_tag=_LANGUAGE_TAGS[wanted[0]],
    )
    return atomic.replace(out_client / "index.html", html)


def _entry(out_client: Path, languages: tuple[Language, ...]) -> Any:
    def entry(numbered: tuple[int, str]) -> dict[str, Any] | None:
        number, stage = numbered
        folder = out_client / f"{number}_{stage}"
        if not (folder / "result.json").is_file():
            return None
        document = DOCUMENTS[stage]
        pages = {each: f"{folder.name}/{document}.{each}.html" for each in languages}
        others = sorted(
            f"{folder.name}/{file.name}" for file in folder.iterdir()
            if file.is_file() and file.suffix in {".csv", ".ipynb", ".xlsx", ".docx", ".bpmn"}
        )
        return {
            "number": number, "stage": stage, "document": document, "result": load(folder),
            "files": others,
            "pages": {each: link for each, link in pages.items() if (out_client / link).is_file()},
        }

    return entry


def _loader() -> dict[str, str]:
    script = loader.script()
    return {"script": Markup(script), "hash": loader.policy_hash(script)}  # noqa: S704 - ours


@cache
def _environment(templates: Path) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.FileSystemLoader(templates), jinja2.FileSystemLoader(TEMPLATES)]
        ),
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )
    environment.filters |= {"inert": inert, "style_text": style_text, "drawing": drawing}
    environment.globals["count_of"] = count_of
    return environment


_MACRO = jinja2.runtime.Macro
