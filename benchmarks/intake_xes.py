"""Reading an XES log to case, activity, time and resource, beside `rustxes`, in one run.

Run by itself or by `make bench`; arguments set the number of events (default 1,000,000) and of
repetitions (default 3). The log is random, with the usual attributes, in a temporary folder. Each
reader has a process of its own, the readers take turns; ours gives all columns, and lines, besides.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

COLUMNS = ["case:concept:name", "concept:name", "time:timestamp", "org:resource"]
FIRST = datetime(2025, 1, 6)  # noqa: DTZ001 - its zone is written beside it
READERS = ("workbench", "rustxes")
HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
\t<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
\t<global scope="event">
\t\t<string key="concept:name" value="UNKNOWN"/>
\t</global>
\t<classifier name="Activity" keys="concept:name"/>
"""
EVENT = """\
\t\t<event>
\t\t\t<string key="concept:name" value="activity {activity}"/>
\t\t\t<string key="org:resource" value="person {person}"/>
\t\t\t<string key="lifecycle:transition" value="complete"/>
\t\t\t<date key="time:timestamp" value="{time}.000+08:00"/>
\t\t\t<float key="cost" value="{cost}.5"/>
\t\t</event>
"""


def log_text(events: int) -> Iterator[str]:
    draw = random.Random(20250106)
    yield HEAD
    made = case = 0
    while made < events:
        case += 1
        yield f'\t<trace>\n\t\t<string key="concept:name" value="case {case}"/>\n'
        yield f'\t\t<string key="region" value="region {case % 7}"/>\n'
        for _ in range(min(draw.randint(1, 19), events - made)):
            made += 1
            moment = FIRST + timedelta(minutes=draw.randint(0, 500_000))
            yield EVENT.format(activity=draw.randint(1, 12), person=draw.randint(1, 40),
                               time=moment.isoformat(), cost=draw.randint(1, 500))
        yield "\t</trace>\n"
    yield "</log>\n"


def by_workbench(path: str) -> int:
    from workbench.intake.formats import read_table

    return len(read_table(Path(path)).cells[COLUMNS])


def by_rustxes(path: str) -> int:
    import rustxes

    return len(rustxes.import_xes(path)[0].select(COLUMNS))


def one_reading(reader: str, path: str) -> None:
    """In a process of its own: read once, then tell seconds, megabytes and rows."""
    read = {"workbench": by_workbench, "rustxes": by_rustxes}[reader]
    started = time.perf_counter()
    rows = read(path)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds, peak, rows]))


def main(events: int, times: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.xes"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(log_text(events))
        print(f"{events:,} events, {path.stat().st_size / 1e6:.0f} MB, {times} times each")
        found: dict[str, list[list[float]]] = {reader: [] for reader in READERS}
        for _ in range(times):
            for reader in READERS:
                ended = subprocess.run(  # noqa: S603 - this file itself
                    [sys.executable, __file__, "--one", reader, str(path)],
                    capture_output=True, text=True, check=True)
                found[reader].append(json.loads(ended.stdout))
    report(found, events)


def report(found: dict[str, list[list[float]]], events: int) -> None:
    seconds = {reader: median(each[0] for each in found[reader]) for reader in READERS}
    peaks = {reader: median(each[1] for each in found[reader]) for reader in READERS}
    for reader in READERS:
        if {each[2] for each in found[reader]} != {events}:
            raise SystemExit(f"{reader} lost events")
        print(f"{reader:<12}{seconds[reader]:>8.2f} s{peaks[reader]:>9.0f} MB")
    print(f"{'ratio':<12}{seconds['workbench'] / seconds['rustxes']:>8.2f}  "
          f"{peaks['workbench'] / peaks['rustxes']:>9.2f}     (at most 1.50 and 0.67)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one_reading(*sys.argv[2:4])
    else:
        main(*[int(number) for number in sys.argv[1:3]] + [1_000_000, 3][len(sys.argv[1:3]):])
