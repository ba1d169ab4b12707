"""The one module that knows which table engine runs: DuckDB in this process, behind Ibis.

`Engine.prepare` orders the events of a log once, in one pass of SQL; afterwards each metric is a
plain group-by written in Ibis (see `workbench.metrics`). Whatever the number of threads, and in
whatever order the rows come, the two prepared tables are the same.

Order is a rule: the events of a case stand by start (by end where there is no start), then end.
Ties follow the source (`ties="source"`: the `sequence` column) or what the rest of the log
teaches (`ties="learned"`: see `learn_order`), then the activity's name by code point, then the
remaining columns, so that shuffling the rows of a flat file changes nothing.
"""

from __future__ import annotations

import heapq
import itertools
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from workbench.clock import WorkingClock, working_clock
from workbench.errors import WrongUse
from workbench.model import Calendar
from workbench.words import in_both

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    import pyarrow as pa

TYPED_TEXT = ("case_id", "activity", "resource", "unit", "stratum", "result", "file", "closes")
"""Text columns of the typed events that `Engine.prepare` takes; the first two are never null."""

ATTRIBUTE = "attribute:"
"""What the name of a column begins with that holds a further attribute of events."""

TABLES = ("events", "cases")
"""The prepared tables, in the order in which they are written (see `workbench.model.EventLog`)."""

PREPARATION = Path(__file__).with_name("prepare.sql")
"""The preparation itself, as plain SQL."""

_NUMBERS = itertools.count()

_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False, "autoinstall_known_extensions": False,
    "autoload_known_extensions": False}
"""How a client's own database is opened: its views may reach nothing outside it."""

_TIES = """
SELECT count(*) FROM (
    SELECT 1 FROM typed GROUP BY case_id, coalesce(start, "end"), coalesce("end", start)
    HAVING count(DISTINCT activity) > 1 LIMIT 1)
"""

_FOLLOWS = """
WITH moments AS (
    SELECT DISTINCT case_id, activity, dense_rank() OVER (
        PARTITION BY case_id ORDER BY coalesce(start, "end"), coalesce("end", start)) AS moment
    FROM typed)
SELECT earlier.activity, later.activity, count(*)
FROM moments AS earlier JOIN moments AS later
    ON earlier.case_id = later.case_id AND earlier.moment + 1 = later.moment
WHERE earlier.activity <> later.activity
GROUP BY ALL
"""


class Engine:
    """A connection to a table engine: it prepares logs and runs expressions over them.

    >>> import pandas
    >>> moment = pandas.Timestamp("2026-03-02T09:00Z")
    >>> typed = pandas.DataFrame({
    ...     "case_id": ["c1", "c1"], "activity": ["check", "pay"], "start": [pandas.NaT] * 2,
    ...     "end": [moment, moment + pandas.Timedelta(hours=3)], "resource": ["Ann", None],
    ...     "unit": [None] * 2, "stratum": [None] * 2, "result": [None] * 2,
    ...     "sequence": [0, 1], "file": ["log.csv"] * 2})
    >>> engine = open_engine()
    >>> events, cases = engine.prepare(typed, has_start=False, end_activities=["pay"])
    >>> engine.frame(cases[["case_id", "closed", "throughput_hours", "variant"]]).values.tolist()
    [['c1', True, 3.0, '["check","pay"]']]
    """

    def __init__(self, backend: Any) -> None:
        self.backend = backend

    def prepare(
        self,
        typed: pd.DataFrame,
        *,
        has_start: bool,
        end_activities: Iterable[str] = (),
        withdrawn_activities: Iterable[str] = (),
        ties: str = "learned",
        calendar: Calendar | None = None,
        zone: str = "UTC",
        folder: Path | None = None,
    ) -> tuple[ir.Table, ir.Table]:
        """The `events` and `cases` of `workbench.model.EventLog`, made from typed rows.

        `typed` has one row per event: case_id, activity (text), start, end (UTC; start is ignored
        unless `has_start`), resource, unit, stratum, result, file (text or null) and sequence
        (whole number, the place in the source); where it has them also arrival (UTC or null),
        closes (null, `closed` or `withdrawn`: what the result of the event means for its case) and
        text columns `attribute:NAME`. A case is closed where its last activity is one of the
        end or withdrawn activities or its last event closes it; without end activities that is
        unknown (null). With a `calendar` (of days in `zone`) the working hours are filled, else
        they are null. With a `folder` the tables are written there as Parquet, each under its
        final name only when whole, and read from it.

        Raises WrongUse for an unknown rule for ties.
        """
        if ties not in ("learned", "source"):
            raise WrongUse(in_both("run.unknown_ties", ties=ties))
        session = self.backend.con.cursor()  # its temporary tables are its own
        try:
            _fill(session, typed, has_start=has_start, learned=ties == "learned")
            _fill_clock(session, typed, calendar, zone)
            ends, withdrawn = tuple(end_activities), tuple(withdrawn_activities)
            _write(session, "ends", {"activity": [*ends, *withdrawn] if ends else []})
            _write(session, "withdrawn", {"activity": withdrawn})
            session.execute(PREPARATION.read_text(encoding="utf-8"))
            if folder is None:
                number = next(_NUMBERS)
                for table in TABLES:
                    session.execute(f"CREATE TABLE {table}_{number} AS {_whole(table)}")
                return self._table(f"events_{number}"), self._table(f"cases_{number}")
            folder.mkdir(parents=True, exist_ok=True)
            for table in TABLES:
                _write_parquet(session, table, folder / f"{table}.parquet")
        finally:
            session.close()
        return self.load(folder)

    def load(self, folder: Path) -> tuple[ir.Table, ir.Table]:
        """The prepared tables that `prepare` wrote into a folder.

        Raises FileNotFoundError where one of them is missing.
        """
        views = []
        for table in TABLES:
            file = folder / f"{table}.parquet"
            if not file.is_file():
                raise FileNotFoundError(file)
            views.append(self._table(self._view(file, f"{table}_{next(_NUMBERS)}")))
        return views[0], views[1]

    def frame(self, expression: ir.Table) -> pd.DataFrame:
        """The rows of an Ibis table expression; see the function `frame`."""
        return frame(expression)

    def _view(self, file: Path, name: str) -> str:
        path = str(file).replace("'", "''")
        self.backend.con.execute(f"CREATE VIEW {name} AS FROM read_parquet('{path}')")
        return name

    def _table(self, name: str) -> ir.Table:
        with warnings.catch_warnings():  # Ibis 12 calls a method that DuckDB 2 renames
            warnings.simplefilter("ignore", DeprecationWarning)
            table: ir.Table = self.backend.table(name)
        return table


def open_engine(name: str = "duckdb") -> Engine:
    """A fresh engine by its name. Raises WrongUse for a name that is not known here.

    >>> open_engine("abacus")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    workbench.errors.WrongUse: …
    """
    if name != "duckdb":
        raise WrongUse(in_both("run.unknown_engine", engine=name, known="duckdb"))
    import ibis

    backend = ibis.duckdb.connect()
    backend.con.execute("SET GLOBAL TimeZone = 'UTC'")
    return Engine(backend)


def frame(expression: ir.Table) -> pd.DataFrame:
    """The rows of an Ibis table expression as a pandas table, with the types it declares.

    Whole numbers stay whole: a column of them that has gaps is `Int64`, truth values with gaps
    are `boolean`, text is `str`, moments are in UTC.
    """
    backend = expression.get_backend()
    if backend.name != "duckdb":
        executed: pd.DataFrame = expression.execute()
        return executed
    rows = backend.con.sql(backend.compile(expression)).to_arrow_table()
    return _pandas(rows.cast(expression.schema().to_pyarrow()))


def local_time(moments: ir.TimestampColumn, zone: str) -> ir.TimestampColumn:
    """What the clock on the wall of a time zone shows at a moment, as a time without a zone."""
    import ibis
    import ibis.expr.datatypes as types

    @ibis.udf.scalar.builtin(
        signature=((types.string, types.Timestamp(timezone="UTC")), types.timestamp)
    )
    def timezone(zone, moment):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - the engine's own
        """Stand for the engine's function of this name."""

    return timezone(zone, moments)


def learn_order(follows: Iterable[tuple[str, str, int]]) -> tuple[str, ...]:
    """A total order of activities from how often one came at the moment before another.

    Ranked pairs: for each two activities the net count decides; the clearest preferences are kept
    first, and one that would close a circle with those kept is dropped. What is left has no
    circle; of the activities that nothing precedes any more the first by name comes next.

    >>> learn_order([("record", "check", 5), ("check", "pay", 4), ("pay", "record", 1)])
    ('record', 'check', 'pay')
    """
    counts: dict[tuple[str, str], int] = {}
    for earlier, later, count in follows:
        counts[earlier, later] = counts.get((earlier, later), 0) + count
    net = {pair: count - counts.get(pair[::-1], 0) for pair, count in counts.items()}
    kept = _without_circles([pair for pair in sorted(net, key=lambda pair: (-net[pair], pair))
                             if net[pair] > 0])
    names = sorted({name for pair in counts for name in pair})
    return _topological(names, kept)


def _without_circles(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    kept: list[tuple[str, str]] = []
    successors: dict[str, set[str]] = {}
    for earlier, later in pairs:
        if not _reaches(successors, later, earlier):
            successors.setdefault(earlier, set()).add(later)
            kept.append((earlier, later))
    return kept


def _reaches(successors: dict[str, set[str]], origin: str, goal: str) -> bool:
    seen, waiting = {origin}, [origin]
    while waiting:
        if (node := waiting.pop()) == goal:
            return True
        fresh = successors.get(node, set()) - seen
        seen |= fresh
        waiting += fresh
    return False


def _topological(names: Sequence[str], pairs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    successors: dict[str, list[str]] = {name: [] for name in names}
    open_predecessors = dict.fromkeys(names, 0)
    for earlier, later in pairs:
        successors[earlier].append(later)
        open_predecessors[later] += 1
    free = [name for name in names if open_predecessors[name] == 0]
    order = []
    while free:
        order.append(name := heapq.heappop(free))
        for later in successors[name]:
            open_predecessors[later] -= 1
            if open_predecessors[later] == 0:
                heapq.heappush(free, later)
    return tuple(order)


def _fill(session: Any, typed: pd.DataFrame, *, has_start: bool, learned: bool) -> None:
    """Write the typed rows and the learned order, where one is wanted, to the session."""
    _write(session, "typed", _columns(typed, has_start=has_start, with_sequence=not learned))
    order: tuple[str, ...] = ()
    if learned and session.execute(_TIES).fetchall()[0][0]:
        order = learn_order(session.execute(_FOLLOWS).fetchall())
    _write(session, "ranks", {"activity": order, "place": range(len(order))})


def _columns(
    typed: pd.DataFrame, *, has_start: bool, with_sequence: bool
) -> dict[str, pa.Array]:
    """The typed rows as Arrow columns, with exactly the types that the preparation expects.

    `rest` tells rows apart that differ in their attributes only. A nameless attribute stands for
    all where there is none, so that the preparation always finds one.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    moment, nothing = pa.timestamp("us", tz="UTC"), [None] * len(typed)
    attributes = sorted(name for name in typed.columns if name.startswith(ATTRIBUTE))
    kinds = dict.fromkeys((*TYPED_TEXT, ATTRIBUTE, *attributes), pa.string()) | {
        "start": moment, "end": moment, "arrival": moment, "sequence": pa.int64()}
    left_out = {"start": not has_start, "sequence": not with_sequence}
    columns = {
        name: pa.array(nothing if left_out.get(name) or name not in typed else typed[name], kind,
                       from_pandas=True)
        for name, kind in kinds.items()
    }
    parts = [columns[name] for name in attributes or [ATTRIBUTE]]
    return columns | {"rest": pc.binary_join_element_wise(
        *parts, "\x1f", null_handling="replace", null_replacement="\x00")}


def _fill_clock(session: Any, typed: pd.DataFrame, calendar: Calendar | None, zone: str) -> None:
    """Write the working clocks to the session; without a calendar they are empty."""
    import pyarrow as pa

    clock = WorkingClock({}, 0, 1, 0, {})
    if calendar:
        moments = [typed[name].dropna() for name in ("start", "end", "arrival") if name in typed]
        known = [each for each in moments if len(each)]
        clock = working_clock(calendar, zone, min(each.min() for each in known),
                              max(each.max() for each in known))
    for name in ("origin", "cell", "cells"):
        session.execute(f"SET VARIABLE {name} = {getattr(clock, name)}::BIGINT")
    _write(session, "clock", {
        name: pa.array(clock.table.get(name, []), pa.int64())
        for name in ("place", "base", "begin", "length")})
    _write(session, "calendars", {
        "unit": pa.array(clock.units, pa.string()),
        "number": pa.array(clock.units.values(), pa.int64())})


def _write(session: Any, name: str, columns: Mapping[str, Iterable[object]]) -> None:
    """Create a temporary table. An empty list of names is still a column of text."""
    import pyarrow as pa

    whole = {"activity": pa.string(), "place": pa.int64()}
    made = (pa.Array, pa.ChunkedArray)  # text that was put together from pieces comes chunked
    arrays = {column: values if isinstance(values, made) else pa.array(values, whole[column])
              for column, values in columns.items()}
    session.register("incoming", pa.table(arrays))
    session.execute(f"CREATE TEMP TABLE {name} AS FROM incoming")
    session.unregister("incoming")


def _whole(table: str) -> str:
    """A prepared table as it is handed over: the nameless attribute was for the preparation."""
    return f'FROM temp.{table} SELECT * EXCLUDE ("{ATTRIBUTE}")'


def _write_parquet(session: Any, table: str, file: Path) -> None:
    """Write a prepared table under its final name only when it is whole."""
    part = file.with_name(f".{file.name}.{os.getpid()}.{uuid4().hex}")
    path = str(part).replace("'", "''")
    try:
        session.execute(f"COPY ({_whole(table)}) TO '{path}' (FORMAT parquet)")
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _pandas(rows: pa.Table) -> pd.DataFrame:
    import pandas as pd
    import pyarrow.types as kinds

    columns = {}
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        values = column.to_pandas()
        if column.null_count and kinds.is_integer(column.type):
            values = pd.array(column.to_pylist(), dtype="Int64")
        elif column.null_count and kinds.is_boolean(column.type):
            values = pd.array(column.to_pylist(), dtype="boolean")
        elif kinds.is_string(column.type):
            values = values.astype("str")
        columns[name] = values
    return pd.DataFrame(columns)



@contextmanager
def open_database(file: Path) -> Iterator[Any]:
    """A DuckDB file of a client, to be read and nothing else: no other file, network or extension.

    Raises ValueError for whatever the engine cannot do with it; the engine's own words are lost,
    as they may quote the file.
    """
    import duckdb

    try:
        with duckdb.connect(str(file), read_only=True, config=_CLOSED) as connection:
            connection.execute("SET TimeZone = 'UTC'; SET lock_configuration = true")
            yield connection
    except duckdb.Error as error:
        raise ValueError(type(error).__name__) from None
