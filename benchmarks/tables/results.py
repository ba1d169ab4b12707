"""What a run found, as `benchmarks/RESULTS.md`: medians, ratios, memory, and the bars."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from math import isclose
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

OURS, SQL, PM4PY = "workbench", "SQL by hand", "pm4py"
EMPTY = "(empty query)"
LIBRARIES = ("duckdb", "ibis-framework", "pandas", "polars", "pm4py", "numba", "numpy", "pyarrow")
SMALL, LARGE = "1 M, two timestamps", "10 M, two timestamps"
MILLISECONDS = 200  # for any one metric with a filter


@dataclass
class Found:
    """Log → peer → runs; log → seconds of edges; question → filter → seconds; causes of waiting."""

    runs: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    edges: dict[str, dict[str, float]] = field(default_factory=dict)
    interactive: dict[str, dict[str, float]] = field(default_factory=dict)
    waiting: dict[str, float] = field(default_factory=dict)

    def steps(self, log: str, peer: str) -> dict[str, float]:
        """The median seconds of each step; empty where the peer did not run."""
        runs = self.runs.get(log, {}).get(peer, [])
        return {step: median(run["seconds"][step] for run in runs)
                for step in (runs[0]["seconds"] if runs else {})}

    def total(self, log: str, peer: str) -> float | None:
        """The median seconds of all steps."""
        runs = self.runs.get(log, {}).get(peer, [])
        return median(sum(run["seconds"].values()) for run in runs) if runs else None

    def peak(self, log: str, peer: str) -> float | None:
        """The median of the peak memory in megabytes."""
        runs = self.runs.get(log, {}).get(peer, [])
        return median(run["peak_mb"] for run in runs) if runs else None

    def processor(self, log: str, peer: str) -> float:
        """The median seconds of the processor, all threads together."""
        return median(run["processor"] for run in self.runs[log][peer])


class Bar(NamedTuple):
    """What must hold, what was measured, and whether it holds; None where it was not measured."""

    text: str
    measured: str
    met: bool | None


def write(found: Found, file: Path) -> None:
    file.write_text("\n".join(_lines(found)) + "\n", encoding="utf-8")


def _lines(found: Found) -> Iterator[str]:
    yield from ("# Tables beside peers", "", "Made by `make bench` (`benchmarks/tables`).", "")
    yield from _machine()
    yield from ("", "## Bars", "", *_table(
        ("bar", "measured", "met"),
        [(bar.text, bar.measured, {True: "yes", False: "**no**", None: "not measured"}[bar.met])
         for bar in _bars(found)]))
    yield from ("", "## Eight groups of tables, load included", "", (
        "pm4py has six of them, pandas and Polars make the columns of the contract, ours and SQL "
        "by hand more. Medians of the rounds; who took over a minute has one."), "")
    yield from _table(
        ("log", "peer", "rounds", "seconds", "× ours", "processor s", "× ours", "peak MB",
         "× ours"), _races(found))
    yield from ("", "### By step, in seconds", "")
    yield from _by_step(found)
    yield from ("", "### Equal answers", "", *_differences(found))
    if found.edges:
        yield from ("", "## Edges from prepared tables beside one compiled pass", "", *_table(
            ("log", "ours s", "compiled s", "ratio"),
            [(log, _number(row[OURS]), _number(row["kernel"]), _ratio(row[OURS], row["kernel"]))
             for log, row in found.edges.items()]))
    if found.interactive:
        yield from ("", "## One metric with a filter, 1 M events, in milliseconds", "", (
            "In brackets the ratio to the empty query under the same filter."), "")
        yield from _interactive(found)
    for name, seconds in found.waiting.items():
        yield from ("", f"Causes of waiting, {name}: {seconds:.2f} s.")


def _machine() -> Iterator[str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    yield (f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {os.cpu_count()} cores ({_processor()}), "
           f"{memory:.0f} GB memory, load {load}; Python {platform.python_version()}, "
           + ", ".join(f"{name} {version(name)}" for name in LIBRARIES) + "."
           + (f" Memory limit of the engine: {limit}."
              if (limit := os.environ.get("WORKBENCH_MEMORY")) else ""))


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _bars(found: Found) -> Iterator[Bar]:
    for log, times in ((SMALL, 8), (LARGE, 12)):
        ours, theirs = found.total(log, OURS), found.total(log, PM4PY)
        yield _bar(f"{log}: at least {times} × faster than pm4py", theirs, ours,
                   lambda ratio, times=times: ratio >= times)
        yield _bar(f"{log}: the same without handovers, which are half of pm4py's time",
                   _without_handovers(found, log, PM4PY), _without_handovers(found, log, OURS),
                   lambda ratio, times=times: ratio >= times)
    yield _bar(f"{LARGE}: at most 40 % of pm4py's memory", found.peak(LARGE, OURS),
               found.peak(LARGE, PM4PY), lambda ratio: ratio <= 0.4)
    yield _bar("1 M → 10 M: at most 11 ×", found.total(LARGE, OURS), found.total(SMALL, OURS),
               lambda ratio: ratio <= 11)
    for log in (SMALL, LARGE):
        yield _bar(f"{log}: at most 1.3 × SQL by hand", *_beside_sql(found, log),
                   lambda ratio: ratio <= 1.3)
    edges = found.edges.get(LARGE, {})
    yield _bar(f"{LARGE}: edges within 2.5 × of a compiled pass", edges.get(OURS),
               edges.get("kernel"), lambda ratio: ratio <= 2.5)
    slow = {(name, part): seconds for name, row in found.interactive.items()
            for part, seconds in row.items() if part != "no filter"}
    worst = max(slow, key=slow.__getitem__, default=None)
    yield Bar(f"1 M: any metric with a filter under {MILLISECONDS} ms",
              f"{slow[worst] * 1000:.0f} ms ({worst[0]}, {worst[1]})" if worst else "",
              slow[worst] * 1000 < MILLISECONDS if worst else None)
    waiting = max(found.waiting.values(), default=None)
    yield Bar("1 M: causes of waiting under 20 s", f"{waiting:.1f} s" if waiting else "",
              waiting < 20 if waiting else None)


def _bar(text: str, upper: float | None, lower: float | None, holds: Any) -> Bar:
    if upper is None or lower is None:
        return Bar(text, "", None)
    return Bar(text, _ratio(upper, lower), holds(upper / lower))


def _without_handovers(found: Found, log: str, peer: str) -> float | None:
    steps = found.steps(log, peer)
    return sum(steps.values()) - steps.get("handovers", 0) if steps else None


def _beside_sql(found: Found, log: str) -> tuple[float | None, float | None]:
    """Preparation and tables, ours and by hand; both are given the same preparation."""
    ours, by_hand = found.steps(log, OURS), found.steps(log, SQL)
    if not ours or not by_hand:
        return None, None
    load = median(run["seconds"]["load"] for peer in (OURS, SQL) for run in found.runs[log][peer])
    return tuple(load + sum(steps.values()) - steps["load"] for steps in (ours, by_hand))


def _races(found: Found) -> Iterator[tuple[str, ...]]:
    for log, peers in found.runs.items():
        for peer, runs in peers.items():
            if OURS not in peers:
                continue
            total, peak = found.total(log, peer), found.peak(log, peer)
            work = found.processor(log, peer)
            yield (log, peer, str(len(runs)),
                   _number(total), _ratio(total, found.total(log, OURS)),
                   _number(work), _ratio(work, found.processor(log, OURS)),
                   f"{peak:.0f}", _ratio(peak, found.peak(log, OURS)))


def _by_step(found: Found) -> Iterator[str]:
    for log, peers in found.runs.items():
        steps = {peer: found.steps(log, peer) for peer in peers}
        names = list(next(iter(steps.values())))
        yield from ("", f"{log}:", "", *_table(
            ("step", *peers),
            [(name, *(_number(steps[peer].get(name)) for peer in peers)) for name in names]))


def _differences(found: Found) -> Iterator[str]:
    """Where the sum of a column that two peers both have differs by more than a millionth."""
    different = []
    for log, peers in found.runs.items():
        ours = peers[OURS][0]["sums"] if OURS in peers else {}
        for peer, runs in peers.items():
            for table, sums in runs[0]["sums"].items():
                own = ours.get(table, {})
                different += [
                    f"- {log}, {peer}, {table}.{column}: {value:.9g} (ours {own[column]:.9g})"
                    for column, value in sums.items()
                    if not isclose(value, own.get(column, value), rel_tol=1e-6)]
    yield ("Rows of each table and sums of each column of the same name, compared with ours: "
           + ("all equal within 1e-6." if not different else "these differ."))
    if different:
        yield from ("", *different)


def _interactive(found: Found) -> Iterator[str]:
    empty = found.interactive[EMPTY]
    rows = [(name, *(f"{row[part] * 1000:.0f} ({row[part] / empty[part]:.1f} ×)"
                     + ("" if row[part] * 1000 < MILLISECONDS else " **slow**") for part in empty))
            for name, row in found.interactive.items()]
    yield from _table(("question", *empty), rows)


def _number(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.3f}" if seconds < 10 else f"{seconds:.1f}"


def _ratio(upper: float, lower: float) -> str:
    return f"{upper / lower:.2f} ×"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (header, ("---",) * len(header), *rows):
        yield f"| {' | '.join(row)} |"
