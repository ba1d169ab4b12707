"""What a notebook says: open the client, show what was found, save it. Nothing is computed here."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from workbench import documents, words
from workbench.documents.cells import Sheet
from workbench.documents.page import Page
from workbench.documents.pages import words_of
from workbench.documents.pictures import is_drawable
from workbench.manifest import HOME, stage_folder
from workbench.model import Client, Result
from workbench.words import Words

_MOST_ROWS = 30


class Shown:
    """A piece of a document, drawn by the notebook as HTML (data escaped, no script)."""

    def __init__(self, html: Markup) -> None:
        self._html = html

    def _repr_html_(self) -> str:
        return str(self._html)

    def __repr__(self) -> str:
        return self._html.striptags()


def open_client(
    client_dir: str | Path = "", out_dir: str | Path = "out", engine: str = "duckdb"
) -> Client:
    """Read and judge a client folder; having the result proves that it passed.

    Relative paths are taken from where `workbench lab` was started (WORKBENCH_HOME); without it,
    from the working directory, or from the project's folder in the project's own `notebooks/`.

    Raises:
        InputRefused: the folder cannot be used; the message lists everything there is to mend.
        WrongUse: a parameter of the notebook is misspelt, or the engine is unknown.
    """
    from workbench import intake

    in_project = HOME if Path.cwd() == HOME / "notebooks" else Path()
    place = Path(os.environ.get("WORKBENCH_HOME", in_project))
    client = place / str(client_dir) if str(client_dir) else ""
    return intake.open_client(client, place / out_dir, engine)


def save(result: Result, client: Client) -> Shown:
    """Write what a stage found into its own folder, where later stages and documents read it.

    During a run the folder is one beside it, which takes its place when the stage is finished.
    """
    during_a_run = os.environ.get("WORKBENCH_STAGE_FOLDER")
    folder = Path(during_a_run) if during_a_run else stage_folder(client.out, result.stage)
    documents.save(_with_translations(result, client), folder)
    place = stage_folder(Path(client.out.name), result.stage)
    return Shown(_voice(result, "").html("notebook.saved", folder=place.as_posix()))


def earlier(client: Client, stage: str) -> Result | None:
    """What an earlier stage found, or None where it has not run."""
    folder = stage_folder(client.out, stage)
    return documents.load(folder) if (folder / "result.json").is_file() else None


def _with_translations(result: Result, client: Client) -> Result:
    """What the client translated travels with the result: documents read nothing else."""
    sheet = client.sheets.get("translations")
    if sheet is None:
        return result
    pairs = sheet[["zh", "en"]].to_dict("records")
    return replace(result, context={**result.context, "translations": pairs})


def first_page(result: Result, language: str = "") -> Shown:
    """The sentences of the first page."""
    return say(result, "first_page", language)


def say(result: Result, place: str, language: str = "") -> Shown:
    """The sentences that stand at a place of the document."""
    voice = _voice(result, language)
    return Shown(_list(voice.say(each) for each in result.statements.get(place, ())))


def problems(result: Result, language: str = "") -> Shown:
    """What has to be known about the data before any number is believed."""
    voice = _voice(result, language)
    if not result.problems:
        return Shown(voice.html("document.no_problems"))
    return Shown(_list(escape(voice.problem(problem)) for problem in result.problems))


def absent(result: Result, language: str = "") -> Shown:
    """What this stage could not show, and what was missing for it."""
    voice = _voice(result, language)
    if not result.absent:
        return Shown(voice.html("notebook.nothing_absent"))
    return Shown(_list(voice.say(statement) for statement in result.absent))


def table(result: Result, name: str, language: str = "") -> Shown:
    """A table of the result, its columns and numbers as the language writes them."""
    voice = _voice(result, language)
    if name not in result.tables or result.tables[name].empty:
        return Shown(voice.html("notebook.nothing", name=name))
    return Shown(_table(Page(result, voice).sheet(name, rows=_MOST_ROWS), voice))


def picture(result: Result, name: str, language: str = "") -> documents.Picture | Shown:
    """A picture of the result as SVG, drawn without a network."""
    voice = _voice(result, language)
    if not is_drawable(result, name):
        return Shown(voice.html("notebook.nothing", name=name))
    return documents.picture(result, name, voice)


def pictures(result: Result, start: str, language: str = "") -> None:
    """Show every picture whose name begins with `start`: one for each target, say."""
    from IPython import display as shown

    display: Any = shown.display  # it has no types
    for name in result.tables:
        if name.startswith(start) and is_drawable(result, name):
            display(picture(result, name, language))


def _voice(result: Result, language: str) -> Words:
    chosen = next((known for known in words.LANGUAGES if known == language), result.language)
    return words_of(result, chosen)


def _list(items: Iterable[str]) -> Markup:
    lines = Markup("").join(Markup("<li>{}</li>").format(item) for item in items)
    return Markup("<ol>{}</ol>").format(lines)


def _table(sheet: Sheet, voice: Words) -> Markup:
    head = _row(Markup("<th>{}</th>").format(column.label) for column in sheet.columns)
    body = Markup("").join(
        _row(Markup("<td>{}</td>").format(cell) for _, cell in row.cells) for row in sheet.rows)
    more = voice.html("notebook.more_rows", shown=str(len(sheet.rows)), rows=str(sheet.total))
    note = more if sheet.hidden else ""
    return Markup("<table><thead>{}</thead><tbody>{}</tbody></table>{}").format(head, body, note)


def _row(cells: Iterable[str]) -> Markup:
    return Markup("<tr>{}</tr>").format(Markup("").join(cells))
