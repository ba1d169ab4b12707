"""What the information system exports: the world's events as CSV, with the dirt of real exports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generator.floor import Event
from generator.scenario import CUT, PILOT_START, clock, second
from generator.world import Events, World, in_baseline, in_extract

_CLEARABLE = frozenset({"classify", "assign", "handle", "review"})
"""Steps inside a case, whose times may be lost without moving the case's start or end."""


@dataclass
class Dirt:
    """How many rows of a file were spoilt, by kind."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str) -> None:
        """One more of a kind."""
        self.counts[kind] = self.counts.get(kind, 0) + 1


def write_csv(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Write rows as CSV: UTF-8, LF."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def write_extracts(folder: Path, world: World, events: Events) -> dict[str, dict[str, int]]:
    """Write `events.csv` and `pilot/events.csv`; returns rows and dirt of each."""
    first, last = second(PILOT_START), second(CUT)
    baseline = [event for chain in events.values() for event in chain
                if in_baseline(event.case) and event.end <= first]
    later = [event for chain in events.values() if _in_later_extract(chain)
             for event in chain if event.end <= last]
    return {
        "events.csv": _write(folder / "events.csv", world, baseline),
        "pilot/events.csv": _write(folder / "pilot" / "events.csv", world, later),
    }


def _in_later_extract(chain: list[Event]) -> bool:
    """New cases, and with their whole history those that were open at the first cut."""
    case = chain[0].case
    return in_extract(case) or (in_baseline(case) and chain[-1].end > second(PILOT_START))


def _write(path: Path, world: World, events: Iterable[Event]) -> dict[str, int]:
    dirt = Dirt()
    ordered = sorted(events, key=lambda event: (round(event.end), event.case.number))
    rows = [row for event in ordered for row in _rows(world, event, dirt)]
    write_csv(path, [list(world.labels.columns.values()), *rows])
    return {"rows": len(rows), **dict(sorted(dirt.counts.items()))}


def _rows(world: World, event: Event, dirt: Dirt) -> Iterator[list[str]]:
    """The row of an event; twice where the export repeated it."""
    labels, case = world.labels, event.case
    row = {
        "case_id": f"{labels.other['case_prefix']}{case.number:06d}",
        "activity": labels.steps[event.step],
        "start": f"{clock(event.start):%Y-%m-%d %H:%M:%S}",
        "end": f"{clock(event.end):%Y-%m-%d %H:%M:%S}",
        "resource": event.resource or labels.other["system"],
        "unit": labels.regions[case.region.key],
        "stratum": labels.demands[case.demand],
        "result": labels.results.get(event.task.result, ""),
    }
    _spoil(world, event, row, dirt)
    yield list(row.values())
    if _happens(world, event, 0.0004, "duplicate"):
        dirt.add("duplicate")
        yield list(row.values())


def _spoil(world: World, event: Event, row: dict[str, str], dirt: Dirt) -> None:
    """Dirt hangs on the event, so that both extracts show the same event the same way."""
    if event.resource and _happens(world, event, 0.004, "resource"):
        row["resource"] = ""
        dirt.add("missing_resource")
    if _happens(world, event, 0.002, "blank"):
        row["activity"] = f"{row['activity']} " if event.end % 2 < 1 else f"　{row['activity']}"
        dirt.add("stray_space")
    for column in ("start", "end"):
        if event.step in _CLEARABLE and _happens(world, event, 0.0008, column):
            row[column] = ""
            dirt.add(f"missing_{column}")


def _happens(world: World, event: Event, probability: float, kind: str) -> bool:
    key = (event.case.key, event.step, round(event.start))
    return world.draws.chance(probability, "dirt", kind, *key)
