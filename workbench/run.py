"""A client folder in, the documents of the six stages out: strict, resumable, all or nothing.

Each stage is made in a folder of its own beside the one that readers see, and takes its place
only when the notebook ran to its end and every document is written. What was there before stays
until then.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workbench import documents, intake, kernel, manifest, words
from workbench.errors import StageFailed, WorkbenchError, WrongUse
from workbench.intake.sources import contents, seen
from workbench.manifest import stage_folder
from workbench.model import STAGES, Client, Language

Report = Callable[[str, str], None]
"""Told of each stage and its state: `started`, `skipped`, `finished`."""


@dataclass(frozen=True)
class _Order:
    """What was asked for, of which client."""

    client: Client
    inputs: Mapping[str, str]
    languages: tuple[Language, ...]
    engine: str
    force: bool
    report: Report

    def key(self, stage: str) -> str:
        return manifest.stage_key(stage, self.inputs, self.engine, self.client.out)


@dataclass(frozen=True)
class Finished:
    """What a run leaves: the client's out folder and the documents in it, in reading order."""

    out: Path
    documents: tuple[Path, ...]


def run(
    client_dir: str | Path,
    out_dir: str | Path = "out",
    *,
    stages: Sequence[str] = STAGES,
    language: str | None = None,
    engine: str = "duckdb",
    force: bool = False,
    report: Report = lambda _stage, _state: None,
) -> Finished:
    """Run the stages of a client in their order, then write its documents, index and manifest.

    `language` is `zh`, `en` or `both`; by default the engagement's. A stage whose code, inputs,
    parameters and earlier stages did not change is skipped unless `force`.

    Raises InputRefused before anything is written when the folder cannot be used, WrongUse for
    an unknown stage or language or an out folder inside the client's, StageFailed when a notebook
    did not run to its end.
    """
    chosen = chosen_stages(stages)
    wanted = languages_of(language)
    _apart(Path(client_dir), Path(out_dir))
    client = intake.open_client(client_dir, out_dir, engine)
    inputs = manifest.hashes(client.engagement.folder) | contents(client.log.readings)
    order = _Order(client, inputs, wanted or (client.engagement.language,), engine, force, report)
    client.out.mkdir(parents=True, exist_ok=True)
    with _alone(client.out), seen(client.log):
        try:
            for stage in chosen:
                _run_stage(order, stage)
        finally:
            _close(order)
    return Finished(client.out, _documents(client.out, chosen, order.languages))


def _apart(client_dir: Path, out_dir: Path) -> None:
    """A client folder is read only: nothing may be written into it, whatever `--out` says."""
    folder = client_dir.resolve()
    out = (out_dir / folder.name).resolve()
    if client_dir.parts and folder in (out, *out.parents):
        raise WrongUse(words.in_both("run.out_in_client", out=str(out_dir)))


def chosen_stages(stages: Sequence[str]) -> tuple[str, ...]:
    """The stages in their order. Raises WrongUse for one that is none, or for none at all."""
    unknown = [stage for stage in stages if stage not in STAGES]
    if unknown or not stages:
        raise WrongUse(words.in_both("run.unknown_stage", stage=", ".join(unknown),
                                     known=", ".join(STAGES)))
    return tuple(stage for stage in STAGES if stage in stages)


def languages_of(language: str | None) -> tuple[Language, ...]:
    """The languages that a name stands for; none for None. Raises WrongUse for another name."""
    if language is None:
        return ()
    if language == "both":
        return words.LANGUAGES
    for known in words.LANGUAGES:
        if language == known:
            return (known,)
    raise WrongUse(words.in_both("run.unknown_language", language=language))


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Two runs into one folder would mix; the second one is refused."""
    with (out / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise WrongUse(words.in_both("run.under_way", out=str(out))) from held
        yield


# ---------------------------------------------------------------- one stage


def _run_stage(order: _Order, stage: str) -> None:
    folder, key = stage_folder(order.client.out, stage), order.key(stage)
    done = manifest.read_done(folder)
    if not order.force and done and done.key == key and manifest.is_whole(folder, done):
        _add_languages(folder, stage, done, order.languages)
        order.report(stage, "skipped")
        return
    order.report(stage, "started")
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir()
        _make_stage(order, stage, part)
        manifest.mark_done(part, key)
        _take_place(part, folder)
    except OSError as failure:
        raise StageFailed(words.in_both("run.cannot_write", stage=stage, error=str(failure))
                          ) from failure
    finally:
        shutil.rmtree(part, ignore_errors=True)
    order.report(stage, "finished")


def _make_stage(order: _Order, stage: str, part: Path) -> None:
    client = order.client
    parameters = {"client_dir": str(client.engagement.folder.resolve()),
                  "out_dir": str(client.out.resolve().parent), "engine": order.engine}
    with _saving_into(part):
        executed = kernel.execute(manifest.notebook_of(stage), parameters, folder=part, stage=stage)
    if not (part / "result.json").is_file():
        raise StageFailed(words.in_both("run.nothing_saved", stage=stage))
    kernel.write(executed, part / "notebook.ipynb")
    _write_documents(part, stage, (*order.languages, *_others(order, stage)))


def _others(order: _Order, stage: str) -> tuple[Language, ...]:
    """The languages that stand there from another run: they are written anew, not lost."""
    folder = stage_folder(order.client.out, stage)
    return tuple(language for language in words.LANGUAGES if language not in order.languages
                 and (folder / f"{documents.NAMES[stage]}.{language}.html").is_file())


def _write_documents(folder: Path, stage: str, languages: Sequence[Language]) -> None:
    try:
        documents.write(folder, languages)
    except WorkbenchError:
        raise
    except Exception as failure:
        raise StageFailed(words.in_both(
            "run.document_failed", stage=stage, error=f"{type(failure).__name__}: {failure}")
        ) from failure


@contextmanager
def _saving_into(part: Path) -> Iterator[None]:
    """While a stage runs, its notebook saves into the part folder: the kernel inherits this."""
    os.environ["WORKBENCH_STAGE_FOLDER"] = str(part.resolve())
    try:
        yield
    finally:
        del os.environ["WORKBENCH_STAGE_FOLDER"]


def _take_place(part: Path, folder: Path) -> None:
    """The finished folder replaces the one before; without its marker the old one is not done."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    part.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _add_languages(
    folder: Path, stage: str, done: manifest.Done, languages: Sequence[Language]
) -> None:
    missing = [language for language in languages
               if f"{documents.NAMES[stage]}.{language}.html" not in done.outputs]
    if missing:
        _write_documents(folder, stage, missing)
        manifest.mark_done(folder, done.key)


# ---------------------------------------------------------------- what stands around the stages


def _close(order: _Order) -> None:
    """Write the index and the manifest over the stages that are done for exactly these inputs."""
    out = order.client.out
    done = {stage: manifest.read_done(stage_folder(out, stage)) for stage in STAGES}
    current = [stage for stage, marker in done.items() if marker and marker.key == order.key(stage)]
    if not current:
        return
    documents.write_index(out, words.LANGUAGES, current)
    manifest.write_json(out / "manifest.json", manifest.describe(
        order.client, current, order.inputs, {"engine": order.engine}))


def _documents(
    out: Path, stages: Sequence[str], languages: Sequence[Language]
) -> tuple[Path, ...]:
    paths = (stage_folder(out, stage) / f"{documents.NAMES[stage]}.{language}.html"
             for stage in stages for language in languages)
    return tuple(path for path in paths if path.is_file())
