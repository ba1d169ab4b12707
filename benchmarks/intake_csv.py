"""A clean UTF-8 CSV to typed Parquet: ours beside the engine's own typed read, in turns.

Run by `make bench-csv`; `--events 10000000` sets the size (default 1,000,000), `--runs` the number
of turns (default 5). Each run has a process of its own; shown are the medians of its seconds, from
opening the file to the closed Parquet file, imports left out, and of its peak memory. Ours reads
every column as text, proves the formats, trims, sets aside and hashes the file; the checks of the
log are not part of it. DuckDB is told the types of the columns, so it proves nothing. Both write
Snappy, the same columns and row groups: DuckDB what it read, ours by Arrow, which takes columns of
few texts as numbers. Beside the seconds on the clock stand those of the processors, which other
work on the machine disturbs less.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

_CHUNK = 1_000_000
_GROUP = 122_880  # rows of a row group of DuckDB
_FEW = 10_000  # different texts of a row group, up to which a dictionary is worth its while
_TYPES = ("{'case_id': 'VARCHAR', 'activity': 'VARCHAR', 'timestamp': 'TIMESTAMP', "
          "'resource': 'VARCHAR'}")


def write_log(path: Path, events: int) -> None:
    draw = np.random.default_rng(20250106)
    names = ["case_id", "activity", "timestamp", "resource"]
    schema = pa.schema([(name, pa.string()) for name in names])
    options = csv.WriteOptions(include_header=False, quoting_style="none")
    with path.open("wb") as opened, csv.CSVWriter(opened, schema, write_options=options) as file:
        opened.write((",".join(names) + "\n").encode())
        for begin in range(0, events, _CHUNK):
            count = min(_CHUNK, events - begin)
            place = np.arange(begin, begin + count)
            moment = np.datetime64("2023-01-02T08:00:00") + (place * 60_000_000 // events) \
                + draw.integers(0, 600_000, count)
            texts = np.char.replace(np.datetime_as_string(moment), "T", " ")
            file.write_table(pa.table({
                "case_id": pa.array(place // 8).cast(pa.string()),
                "activity": pa.array([f"step {k}" for k in range(12)]).take(
                    pa.array(draw.integers(0, 12, count))),
                "timestamp": pa.array(texts), "resource": pa.array(
                    [f"person {k}" for k in range(60)]).take(pa.array(draw.integers(0, 60, count))),
            }, schema=schema))


def ours(source: Path, target: Path) -> int:
    from workbench.intake.events.mapping import resolve
    from workbench.intake.events.rows import Rows, type_rows
    from workbench.intake.events.wishes import Wishes
    from workbench.intake.formats import read_table

    table = read_table(source)
    wishes = Wishes(zone="Asia/Shanghai")
    resolved = resolve(table, wishes)
    rows = Rows(table, resolved.mapping, [])
    typed, _ = type_rows(rows, wishes)
    kept = typed if rows.keep.all() else typed[rows.keep]
    kept = kept[["case_id", "activity", "end", "resource"]]
    whole = pa.Table.from_pandas(kept, preserve_index=False)
    write(whole, target)
    return len(whole)


def write(table: pa.Table, target: Path) -> None:
    """Parquet as DuckDB makes it: Snappy, dictionaries for few texts, the same row groups."""
    first = table.slice(0, _GROUP)
    few = [field.name for field in table.schema if pa.types.is_large_string(field.type)
           and pc.count_distinct(first[field.name]).as_py() < _FEW]
    types = {name: pa.dictionary(pa.int32(), pa.string()) for name in few}
    schema = pa.schema([(field.name, types.get(field.name, field.type)) for field in table.schema])
    with parquet.ParquetWriter(target, schema, compression="snappy", use_dictionary=few,
                               store_schema=False) as file:
        def encoded(begin: int) -> pa.Table:
            group = table.slice(begin, _GROUP)
            columns = [group[name].combine_chunks() if name not in few else
                       group[name].combine_chunks().dictionary_encode().cast(types[name])
                       for name in group.column_names]
            return pa.Table.from_arrays(columns, schema=schema)

        with ThreadPoolExecutor(1) as ahead:  # the next group is encoded while one is written
            for group in ahead.map(encoded, range(0, len(table), _GROUP)):
                file.write_table(group)


def engine(source: Path, target: Path) -> int:
    read = f"FROM read_csv('{source}', header = true, columns = {_TYPES})"
    duckdb.sql(f"COPY ({read}) TO '{target}' (FORMAT parquet)")
    return int(duckdb.sql(f"FROM '{target}'").count("*").fetchall()[0][0])


def one(name: str, source: Path, target: Path) -> None:
    import workbench.intake.events  # noqa: F401 - imported before the clock starts

    duckdb.sql("SELECT 1").fetchall()
    pd.DataFrame({"warm": ["up"]}, dtype="str")
    started, used = time.perf_counter(), time.process_time()
    events = {"ours": ours, "engine": engine}[name](source, target)
    seconds = time.perf_counter() - started
    print(seconds, time.process_time() - used,
          resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, events)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    said = options.parse_args()
    if said.one:
        one(said.one[0], Path(said.one[1]), Path(said.one[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "log.csv", Path(folder) / "typed.parquet"
        write_log(source, said.events)
        print(f"{said.events:,} events, {source.stat().st_size / 1e6:,.0f} MB, {said.runs} turns")
        found: dict[str, list[tuple[float, ...]]] = {"engine": [], "ours": []}
        for _ in range(said.runs):
            for name, measured in found.items():
                told = subprocess.run(  # noqa: S603 - this very file
                    [sys.executable, __file__, "--one", name, source, target], check=True,
                    capture_output=True, text=True).stdout.split()
                if int(told[3]) != said.events:
                    sys.exit(f"{name} kept {told[3]} events")
                measured.append(tuple(map(float, told[:3])))
        show(found)


def show(found: dict[str, list[tuple[float, ...]]]) -> None:
    medians = {name: tuple(map(statistics.median, zip(*runs, strict=True)))
               for name, runs in found.items()}
    for name, (seconds, work, memory) in medians.items():
        print(f"{name:<10}{seconds:>8.2f} s{work:>8.2f} s of processors{memory:>10,.0f} MB")
    clock, work, memory = (ours / engine for ours, engine in zip(
        medians["ours"], medians["engine"], strict=True))
    print(f"ours / engine: {clock:.2f}, processors {work:.2f}, memory {memory:.2f} "
          "(bar: at most 1.3 at 10,000,000 events)")


if __name__ == "__main__":
    main()
