"""Whether an imperfection pattern planted in a log is named, and on the right rows.

    python benchmarks/intake_patterns.py

writes benchmarks/RESULTS-intake.md. Each dirty_Credit log carries one pattern of Suriadi et al.
(2017); its column `label` marks the rows and is never shown to the checks. Precision: of the rows
that the finding means, those planted; recall: of those planted, the rows it means. Then how long
all checks together take beside reading and typing the same log of a million events.
"""

from __future__ import annotations

import argparse
import platform
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.intake.checks import CHECKS, Events, examined
from workbench.intake.events import Wishes, read_events, type_events
from workbench.intake.formats import read_table

LOGS = Path(__file__).resolve().parents[2] / "shared" / "data" / "logs"
RESULTS = Path(__file__).with_name("RESULTS-intake.md")
SEED = 20250106
MAPPING = {"case_id": "Case", "activity": "Activity", "end": "Timestamp", "resource": "Resource"}
PLANTED = {
    "Distorted": "similar_labels", "Formbased": "form_based", "Homonymous": "homonymous_labels",
    "Polluted": "polluted_labels", "Synonymous": "synonymous_labels",
}
CLEAN = ("helpdesk.csv", "receipt.csv", "BPIC_2012_W.csv.gz", "road_fine.csv.gz", "sepsis.xes.gz")


def patterns() -> list[str]:
    """One row per planted pattern: its finding, precision and recall."""
    rows = ["| log | finding | rows planted | rows found | precision | recall |",
            "|---|---|--:|--:|--:|--:|"]
    for name, code in PLANTED.items():
        path = LOGS / f"dirty_Credit-{name}.csv"
        planted = pd.read_csv(path, dtype=str, keep_default_na=False)["label"].ne("").to_numpy()
        table = read_table(path)
        file = type_events(table, Wishes(MAPPING, guess=False))
        events = Events(file.typed, file.lines, path.name, MAPPING)
        hit = np.zeros(len(planted), dtype=bool)
        places = {line: place for place, line in enumerate(table.lines)}
        for check in CHECKS:
            for found in check.find(events):
                if found.problem.code == code:
                    hit[[places[line] for line in file.lines[found.rows]]] = True
        both = int((hit & planted).sum())
        rows.append(f"| {path.name} | {code} | {planted.sum()} | {hit.sum()} "
                    f"| {both / max(hit.sum(), 1):.3f} | {both / planted.sum():.3f} |")
    return rows


def said_of_clean_logs() -> list[str]:
    """What is said of logs that are used for research as they are."""
    rows = ["| log | events | warnings (count) | remarks |", "|---|--:|---|---|"]
    for name in CLEAN:
        file = read_events(LOGS / name, Wishes())
        told = {level: ", ".join(f"{each.code} ({each.count})" for each in file.reading.problems
                                 if each.level == level) for level in ("warning", "info")}
        rows.append(f"| {name} | {len(file.typed)} | {told['warning'] or '–'} "
                    f"| {told['info'] or '–'} |")
    return rows


def million(folder: Path, count: int) -> Path:
    """A log of a made-up process: twelve steps, half an hour to two days apart."""
    draw = np.random.default_rng(SEED)
    sizes = draw.integers(4, 28, count // 8)
    case = np.repeat(np.arange(len(sizes)), sizes)[:count]
    gaps = pd.Series(draw.uniform(0.5, 48, count) * 3_600_000).groupby(case).cumsum()
    first = pd.Timestamp("2025-01-06T08:00Z") + pd.to_timedelta(case, unit="min")
    moments = pd.Series(first) + pd.to_timedelta(gaps.round(), unit="ms")
    end = moments.dt.strftime("%Y-%m-%d %H:%M:%S.%f")
    log = pd.DataFrame({
        "Case": [f"C{number:07d}" for number in case],
        "Activity": draw.choice([f"step {letter}" for letter in "abcdefghijkl"], count),
        "Timestamp": end.str.slice(0, 23), "Resource": draw.choice([f"R{k}" for k in range(40)],
                                                                  count)})
    path = folder / "million.csv"
    log.sort_values("Timestamp", kind="stable").to_csv(path, index=False)
    return path


def speed(count: int) -> list[str]:
    """Reading, typing and checking the same log, in one run, the best of three."""
    with tempfile.TemporaryDirectory() as folder:
        path = million(Path(folder), count)
        text, whole, checks = [], [], []
        for _ in range(3):
            begun = time.perf_counter()
            table = read_table(path)
            text.append(time.perf_counter() - begun)
            file = type_events(table, Wishes(MAPPING, guess=False))
            whole.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            examined(Events(file.typed, file.lines, path.name, MAPPING))
            checks.append(time.perf_counter() - begun)
    read = min(whole) - min(checks)
    said = (
        f"{len(file.typed):,} events, {file.typed['case_id'].nunique():,} cases: reading as text "
        f"{min(text):.2f} s, reading and typing {read:.2f} s, all {len(CHECKS)} checks "
        f"{min(checks):.2f} s. The whole takes {min(whole) / read:.2f} times reading and typing "
        "(bar: 3).")
    return [said]


def main() -> None:
    """Measure, print and write the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=1_000_000)
    count = arguments.parse_args().events
    versions = (f"Python {platform.python_version()}, pandas {pd.__version__}, "
                f"numpy {np.__version__}")
    lines = [
        "# What the checks find, and how long they take", "",
        f"Made by `benchmarks/intake_patterns.py` (seed {SEED}; {versions}).", "",
        "## Planted patterns, row by row", "", *patterns(), "",
        "## Published logs, as they are", "", *said_of_clean_logs(), "",
        "## Time", "", *speed(count), "",
    ]
    text = "\n".join(lines)
    print(text)
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
