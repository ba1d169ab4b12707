"""The eight groups of tables beside pm4py, pandas, Polars, SQL by hand and a compiled pass.

Run by `make bench`: every measurement has a process of its own, the peers take turns, each loads
the same Parquet file of typed rows. Writes `benchmarks/RESULTS.md`. Logs of 1 and 10 million
events are generated, published ones taken where they stand beside the checkout.
This process stays small, because a child's peak memory is never less than its parent's.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from results import Found, write

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data" / "logs"
PUBLISHED = {"road_fine": "road_fine.parquet", "BPIC 2012": "bpic2012.xes.gz"}
PEERS = ("workbench", "SQL by hand", "Polars", "pandas", "pm4py")
ONCE_IS_ENOUGH = 60.0  # seconds; who took longer in the first round is not asked again
FORMS = {"two timestamps": False, "one timestamp": True}


def main() -> None:
    wishes = _wishes()
    with tempfile.TemporaryDirectory() as folder:
        logs = dict(_logs(wishes, wishes.logs or Path(folder)))
        found = Found()
        for name, file in logs.items():
            for _ in _race(found, name, file, PEERS[:1] if wishes.alone else wishes.peers,
                           wishes.rounds):
                write(found, wishes.results)  # a run that is broken off leaves what it has
            if "two timestamps" in name and not wishes.alone:
                edges = _child("edges.py", file)
                found.edges |= {name: edges} if edges else {}
            if name == next(iter(logs)) and not wishes.alone and not wishes.races:
                found.interactive = _child("interactive.py", file) or {}
                found.waiting = _child("waiting.py", file) or {}
            write(found, wishes.results)
    print(wishes.results.read_text(encoding="utf-8"))


def _wishes() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="*", default=[1_000_000, 10_000_000],
                        help="sizes of the generated logs, the smallest first")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=PEERS)
    parser.add_argument("--alone", action="store_true", help="this project only, without peers")
    parser.add_argument("--races", action="store_true", help="the races between peers only")
    parser.add_argument("--logs", type=Path, help="a folder that keeps the logs for the next run")
    parser.add_argument("--results", type=Path, default=HERE.parent / "RESULTS.md")
    return parser.parse_args()


def _logs(wishes: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Path]]:
    """The names of the logs and their files of typed rows, made where they are not there yet."""
    for form, one_timestamp in FORMS.items():
        for events in wishes.events:
            file = folder / f"{events}-{form.replace(' ', '-')}.parquet"
            if not file.exists():
                _child("logs.py", file, "generated", events, int(one_timestamp))
            yield f"{events // 1_000_000} M, {form}", file
    for name, source in PUBLISHED.items():
        file = folder / f"{name}.parquet"
        if (SHARED / source).exists() and not wishes.alone:
            if not file.exists():
                _child("logs.py", file, "published", SHARED / source)
            yield name, file


def _race(
    found: Found, log: str, file: Path, peers: Iterable[str], rounds: int
) -> Iterator[dict[str, Any]]:
    """All peers on one log, in turn, so many times, the slow ones once; each run as it ends."""
    still = list(peers)
    for number in range(rounds):
        for peer in tuple(still):
            run = _child("measure.py", peer, file)
            if run is None:
                still.remove(peer)
                continue
            found.runs.setdefault(log, {}).setdefault(peer, []).append(run)
            total = sum(run["seconds"].values())
            print(f"{log}, round {number + 1}: {peer} {total:.2f} s, {run['peak_mb']:.0f} MB",
                  flush=True)
            yield run
            if total > ONCE_IS_ENOUGH:
                still.remove(peer)


def _child(script: str, *arguments: object) -> Any:
    """What a script of this folder, in its own process, prints last, as JSON; None if it fails."""
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    done = subprocess.run(  # noqa: S603 - a script of this folder
        command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        print("failed:", *command[1:], file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
