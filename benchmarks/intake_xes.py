"""Reading an XES log to case, activity, time and resource, beside `rustxes`, in one run.

Run by itself; `--events 1000000` for the size that counts, names of forms for
some of the ways in which programs write a log. The logs are random, in a temporary folder. Each
reader has a process of its own, the readers take turns; ours gives all columns, and lines, besides.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

COLUMNS = ["case:concept:name", "concept:name", "time:timestamp", "org:resource"]
FIRST = datetime(2025, 1, 6)  # noqa: DTZ001 - its zone is written beside it
READERS = ("workbench", "rustxes")
NAMESPACE = 'xmlns="http://www.xes-standard.org/"'
HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- an extension, globals and a classifier, as OpenXES writes them -->
<log xes.version="1.0" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
\t<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
\t<global scope="event">
\t\t<string key="concept:name" value="UNKNOWN"/>
\t</global>
\t<classifier name="Activity" keys="concept:name"/>
"""
TRACE = """\
\t<trace>
\t\t<string key="concept:name" value="case {case}"/>
\t\t<string key="region" value="region {region}"/>
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
INNER = """>
\t\t\t\t<string key="reason" value="reason {person}"/>
\t\t\t\t<int key="rate" value="{activity}"/>
\t\t\t</float>
"""
LIST = """\
\t\t\t<list key="parts">
\t\t\t\t<values>
\t\t\t\t\t<string key="part" value="part {activity}"/>
\t\t\t\t\t<string key="part" value="part {person}"/>
\t\t\t\t</values>
\t\t\t</list>
\t\t</event>
"""


class Form(NamedTuple):
    """One way to write a log: its head, a trace, events in turn, and what is done to each text."""

    head: str = HEAD
    trace: str = TRACE
    events: Sequence[str] = (EVENT,)
    done: Callable[[str], str] = str


BARE = '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849-2016" ' + NAMESPACE + ">\n"
NESTED = EVENT.replace('.5"/>\n', '.5"' + INNER)
FORMS = {
    "usual": Form(),
    "bare": Form(BARE, TRACE.replace("\t", "  "), (EVENT.replace("\t", "  "),)),
    "one_line": Form(done=lambda text: re.sub(r"(?<=>)\s+", "", text)),
    "no_trace_attributes": Form(trace="\t<trace>\n"),
    "single_quotes": Form(done=lambda text: text.replace('"', "'")),
    "nested": Form(events=(EVENT, EVENT, NESTED, EVENT)),
    "lists": Form(events=(EVENT, EVENT.replace("\t\t</event>\n", LIST))),
    "comments": Form(trace="\t<!-- a case -->\n" + TRACE),
    "cdata": Form(trace="\t<![CDATA[]]>\n" + TRACE),  # nothing but the parser can read it
}


def log_text(events: int, form: Form) -> Iterator[str]:
    draw = random.Random(20250106)
    yield form.done(form.head)
    made = case = 0
    while made < events:
        case += 1
        yield form.done(form.trace.format(case=case, region=case % 7))
        for _ in range(min(draw.randint(1, 19), events - made)):
            moment = FIRST + timedelta(minutes=draw.randint(0, 500_000))
            yield form.done(form.events[made % len(form.events)].format(
                activity=draw.randint(1, 12), person=draw.randint(1, 40),
                time=moment.isoformat(), cost=draw.randint(1, 500)))
            made += 1
        yield form.done("\t</trace>\n")
    yield "</log>\n"


def by_workbench() -> Callable[[str], int]:
    from workbench.intake.formats import read_table, xes  # noqa: F401 - xes: else loaded in time

    return lambda path: len(read_table(Path(path)).cells.reindex(columns=COLUMNS))


def by_rustxes() -> Callable[[str], int]:
    import rustxes

    def read(path: str) -> int:
        found = rustxes.import_xes(path)[0]
        return len(found.select([name for name in COLUMNS if name in found.columns]))

    return read


def one_reading(reader: str, path: str) -> None:
    """In a process of its own: read once, then tell seconds (wall, processor), megabytes, rows.

    Loading the programs is not timed, it costs the same for every log.
    """
    read = {"workbench": by_workbench, "rustxes": by_rustxes}[reader]()
    started, busy = time.perf_counter(), time.process_time()
    rows = read(path)
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds, busy, peak, rows]))


def measure(name: str, events: int, times: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.xes"
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(log_text(events, FORMS[name]))
        print(f"{name}: {events:,} events, {path.stat().st_size / 1e6:.0f} MB, {times} times each")
        found: dict[str, list[list[float]]] = {reader: [] for reader in READERS}
        for _ in range(times):
            for reader in READERS:
                ended = subprocess.run(  # noqa: S603 - this file itself
                    [sys.executable, __file__, "--one", reader, str(path)],
                    capture_output=True, text=True, check=True)
                found[reader].append(json.loads(ended.stdout))
    report(found, events)


def report(found: dict[str, list[list[float]]], events: int) -> None:
    middle = {reader: [median(each) for each in zip(*found[reader], strict=True)]
              for reader in READERS}
    for reader in READERS:
        if {each[3] for each in found[reader]} != {events}:
            raise SystemExit(f"{reader} lost events")
        wall, busy, peak, _ = middle[reader]
        print(f"  {reader:<12}{wall:>8.2f} s{busy:>8.2f} s of processor{peak:>9.0f} MB")
    wall, busy, peak = (ours / theirs for ours, theirs in zip(
        *(middle[reader][:3] for reader in READERS), strict=True))
    print(f"  {'ratio':<12}{wall:>8.2f}  {busy:>8.2f}{'':13}{peak:>9.2f}"
          "     (at most 1.50, 1.50 and 0.67)", flush=True)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("forms", nargs="*", metavar="form", help=f"of {', '.join(FORMS)}")
    asked.add_argument("--events", type=int, default=200_000)
    asked.add_argument("--times", type=int, default=3)
    said = asked.parse_args()
    for name in said.forms or FORMS:
        measure(name, said.events, said.times)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one_reading(*sys.argv[2:4])
    else:
        main()
