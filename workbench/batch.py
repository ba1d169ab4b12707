"""Many clients, each in a process of its own: what one does cannot reach another."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from workbench import words
from workbench.errors import WrongUse


@dataclass(frozen=True)
class Outcome:
    """How one client's run ended: its exit code, how long it took, and what it said."""

    client: str
    exit_code: int
    seconds: float
    message: str


def clients(folder: Path) -> list[Path]:
    """The client folders in a folder: those with an `engagement.yaml`, hidden ones left out."""
    found = sorted(path.parent for path in folder.glob("*/engagement.yaml")
                   if not path.parent.name.startswith("."))
    if not found:
        raise WrongUse(words.in_both("run.no_clients", folder=str(folder)))
    return found


def left_out(folder: Path, out: Path) -> list[str]:
    """The folders without an `engagement.yaml`, which are not run; hidden ones are nobody's."""
    return sorted(path.name for path in folder.iterdir()
                  if path.is_dir() and not path.name.startswith((".", "_"))
                  and path.resolve() != out.resolve()
                  and not (path / "engagement.yaml").is_file())


def run_all(
    folders: Sequence[Path], options: Sequence[str], *, jobs: int,
    report: Callable[[Outcome], None] = lambda _outcome: None,
) -> list[Outcome]:
    """Run every client with the same options, `jobs` at a time; the outcomes in their order."""
    if jobs < 1:
        raise WrongUse(words.in_both("run.no_jobs", jobs=str(jobs)))
    outcomes: dict[str, Outcome] = {}
    with ThreadPoolExecutor(max_workers=jobs) as workers:
        for finished in as_completed([workers.submit(_run, each, options) for each in folders]):
            outcome = finished.result()
            outcomes[outcome.client] = outcome
            report(outcome)
    return [outcomes[folder.name] for folder in folders]


def _run(folder: Path, options: Sequence[str]) -> Outcome:
    started = time.monotonic()
    command = [sys.executable, "-m", "workbench", "run", str(folder), "--quiet", *options]
    ended = subprocess.run(  # noqa: S603 - our own command, its arguments as a list
        command, capture_output=True, text=True, encoding="utf-8", check=False,
        stdin=subprocess.DEVNULL)
    spoken = ended.stdout if ended.returncode == 0 else ended.stderr
    return Outcome(folder.name, ended.returncode, time.monotonic() - started, spoken.strip())
