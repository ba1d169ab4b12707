"""The preparation of a log as Ibis expressions: for Spark and databases, equal to DuckDB's own.

Typed rows in, `events` and `cases` of `workbench.model.EventLog` out. Moments are compared and
subtracted as whole microseconds; hours are made last. What only Python can do (the learned order,
quoting names, the working clocks) is asked for in small tables and handed back as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import ibis

from workbench.engine.moments import epoch_us, hours, in_order, later_of
from workbench.engine.order import learn_order
from workbench.engine.portable_clock import Clock, clock_of
from workbench.engine.typed_columns import ATTRIBUTE, TYPED_TEXT
from workbench.model import Calendar

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

LOOK_BACK = 100
"""So many events before it are asked for what enabled an event."""

_MOMENT = "timestamp('UTC', 6)"
_MOMENTS = ("start", "end", "arrival", "enabled", "latest_end", "previous_end")
_ESCAPED = {code: f"\\u{code:04X}" for code in range(0x20)} | {
    ord(sign): f"\\{short}" for sign, short in zip('"\\\b\f\n\r\t', '"\\bfnrt', strict=True)}
"""How the signs that JSON escapes are written, as DuckDB writes them."""
_KEYS = ("activity", "resource", "unit", "stratum", "result", "file", "start", "end", "arrival",
         "closes")


@dataclass(frozen=True)
class Task:
    """What is asked of a preparation; see `workbench.engine.Engine.prepare`."""

    has_start: bool
    ends: tuple[str, ...]
    withdrawn: tuple[str, ...]
    learned: bool
    calendar: Calendar | None
    zone: str


class Store(Protocol):
    """Where expressions run."""

    def kept(self, table: ir.Table) -> ir.Table:
        """An expression, computed once."""

    def uploaded(self, rows: pa.Table) -> ir.Table:
        """Rows of this process as a table."""

    def arrow(self, expression: ir.Table) -> pa.Table:
        """The rows of an expression."""


def prepared(store: Store, typed: ir.Table, task: Task) -> tuple[ir.Table, ir.Table]:
    """The events and cases of typed rows, as expressions over what `store` keeps."""
    attributes = _attributes(store, typed)
    rows = _completed(typed, attributes, task)
    ordered = store.kept(_ordered(store, rows, attributes, task))
    clock = clock_of(store, ordered, task.calendar, task.zone) if task.calendar else None
    around = _around(ordered)
    around = _enabled(store, store.kept(around) if task.has_start else around, task)
    if clock:
        around = _clocked(around, clock)
    around = store.kept(around)
    return _events(around, attributes, clock), _cases(store, around, attributes, task, clock)


def _attributes(store: Store, typed: ir.Table) -> list[str]:
    """The attributes that hold anything, by name."""
    names = sorted(name for name in typed.columns if name.startswith(ATTRIBUTE))
    if not names:
        return []
    counts = store.arrow(typed.aggregate(**{name: typed[name].count() for name in names}))
    return [name for name, count in counts.to_pylist()[0].items() if count]


def _completed(typed: ir.Table, attributes: Sequence[str], task: Task) -> ir.Table:
    """The typed rows with every column that the preparation reads, and no other."""
    kinds = dict.fromkeys((*TYPED_TEXT, *attributes), "string") | {
        "start": _MOMENT, "end": _MOMENT, "arrival": _MOMENT, "sequence": "int64"}
    left_out = {"sequence"} if task.learned else set()
    left_out |= set() if task.has_start else {"start"}
    found = typed.select(**{
        name: typed[name].cast(kind) if name in typed.columns and name not in left_out
        else ibis.null(kind) for name, kind in kinds.items()})
    return found.mutate(opened=ibis.coalesce(found.start, found.end),
                        ended=ibis.coalesce(found.end, found.start))


# ---------------------------------------------------------------- order


def _ordered(store: Store, rows: ir.Table, attributes: Sequence[str], task: Task) -> ir.Table:
    """The rows with the code of their case, their position in it, and their name as JSON."""
    names = rows.select("case_id").distinct()
    codes = names.mutate(case=in_order(names, ["case_id"]))
    ranks = _learned(store, rows) if task.learned else ()
    known = store.arrow(rows.select("activity").distinct())["activity"].to_pylist()
    places = {name: place for place, name in enumerate(ranks)}
    labels = store.uploaded(_label_rows(known, places))
    found = rows.join(codes, "case_id").join(labels, "activity")
    position = in_order(found, ["opened", "ended", "sequence", "place", *_KEYS, *attributes],
                        by=["case"])
    return found.mutate(position=position).drop("place", "sequence")


def _label_rows(names: Iterable[str], places: Mapping[str, int]) -> pa.Table:
    import pyarrow as pa

    names = list(names)
    return pa.table({
        "activity": pa.array(names, pa.string()),
        "label": pa.array([f'"{name.translate(_ESCAPED)}"' for name in names], pa.string()),
        "place": pa.array([places.get(name) for name in names], pa.int64())})


def _learned(store: Store, rows: ir.Table) -> tuple[str, ...]:
    """The order that the log teaches, where any moment of a case has several activities."""
    alike = rows.group_by("case_id", "opened", "ended").aggregate(
        kinds=rows.activity.nunique())
    if not store.arrow(alike.filter(alike.kinds > 1).limit(1)).num_rows:
        return ()
    moment = ibis.dense_rank().over(group_by="case_id", order_by=["opened", "ended"])
    moments = rows.mutate(moment=moment).select("case_id", "activity", "moment").distinct()
    later = moments.view()
    pairs = moments.join(later, [moments.case_id == later.case_id,
                                 moments.moment + 1 == later.moment,
                                 moments.activity != later.activity])
    counted = pairs.group_by(earlier=moments.activity, later=later.activity).aggregate(
        count=pairs.count())
    return learn_order(tuple(row.values()) for row in store.arrow(counted).to_pylist())


def _around(ordered: ir.Table) -> ir.Table:
    """Each event with its neighbours in its case."""
    run = ibis.window(group_by="case", order_by="position")
    before = ibis.window(group_by="case", order_by="position", preceding=(None, 1))
    again = ibis.window(group_by=["case", "activity"], order_by="position")
    opened, ended = ordered.opened, ordered.ended
    after = (opened == opened.lag().over(run)) & (ended == ended.lag().over(run))
    ahead = (opened == opened.lead().over(run)) & (ended == ended.lead().over(run))
    return ordered.mutate(
        previous_activity=ordered.activity.lag().over(run),
        next_activity=ordered.activity.lead().over(run),
        previous_resource=ordered.resource.lag().over(run),
        next_resource=ordered.resource.lead().over(run),
        previous_end=ordered.ended.lag().over(run),
        latest_end=ordered.ended.max().over(before),
        tied=after.fill_null(False) | ahead.fill_null(False),
        occurrence=ibis.row_number().over(again) + 1,
        resource_before=ordered.resource.lag().over(again),
    )


# ---------------------------------------------------------------- when work could begin


def _enabled(store: Store, around: ir.Table, task: Task) -> ir.Table:
    """The events with the moment at which their work could begin."""
    if not task.has_start:  # nothing laps over: what stood before enabled it
        return around.mutate(enabled=ibis.coalesce(around.arrival, around.previous_end))
    pairs = _concurrent(around)
    concurrent = store.uploaded(store.arrow(pairs))
    around = around.mutate(first_opened=around.opened.min().over(group_by="case"))
    plain = (around.latest_end <= around.opened) & around.activity.notin(concurrent.one)
    asked = around.filter((around.position > 0) & around.arrival.isnull() & ~plain)
    answers = _answers(asked, around, concurrent)
    found = around.left_join(answers, [around.case == answers.of_case,
                                       around.position == answers.of_position])
    enabled = ibis.coalesce(
        found.arrival, plain.ifelse(found.latest_end, None), found.answer,
        (found.position > 0).ifelse(found.first_opened, None))
    return found.mutate(enabled=enabled).drop(
        "first_opened", "of_case", "of_position", "answer")


def _concurrent(around: ir.Table) -> ir.Table:
    """Both orders of two activities of which more than half of the successions lap over."""
    linked = around.filter(around.activity != around.previous_activity)
    lapping = (linked.opened < linked.previous_end).cast("int64")
    both = ibis.union(
        linked.select(one=linked.activity, other=linked.previous_activity, lapping=lapping),
        linked.select(one=linked.previous_activity, other=linked.activity, lapping=lapping))
    counted = both.group_by("one", "other").aggregate(
        lapping=both.lapping.sum(), successions=both.count())
    return counted.filter(2 * counted.lapping > counted.successions).select("one", "other")


def _answers(asked: ir.Table, around: ir.Table, concurrent: ir.Table) -> ir.Table:
    """Of the events before: the latest end of those that had ended and are not concurrent."""
    before = around.select(case="case", place="position", earlier="activity", ended_at="ended")
    asked = asked.select(of_case="case", of_position="position", its="activity", began="opened")
    pairs = asked.join(before, [asked.of_case == before.case, before.place < asked.of_position,
                                before.place >= asked.of_position - LOOK_BACK,
                                before.ended_at <= asked.began])
    pairs = pairs.anti_join(concurrent, [pairs.its == concurrent.one,
                                         pairs.earlier == concurrent.other])
    return pairs.group_by("of_case", "of_position").aggregate(answer=pairs.ended_at.max())


# ---------------------------------------------------------------- events


def _clocked(around: ir.Table, clock: Clock) -> ir.Table:
    """What the working clock of the unit of each event showed at each of its moments."""
    found = clock.numbered(around)
    for moment in _MOMENTS:
        found = clock.read(found, moment, f"at_{moment}", with_span=moment in ("start", "end"))
    opened = epoch_us(found.opened)
    begin = ibis.coalesce(found.at_start_begin, found.at_end_begin)
    stop = ibis.coalesce(found.at_start_begin + found.at_start_length,
                         found.at_end_begin + found.at_end_length)
    return found.mutate(outside_hours=(opened < begin) | (opened > stop)).drop(
        *(f"at_{moment}_{part}" for moment in ("start", "end") for part in ("begin", "length")))


def _events(around: ir.Table, attributes: Sequence[str], clock: Clock | None) -> ir.Table:
    at = {name: epoch_us(around[name]) for name in (*_MOMENTS, "opened", "ended")}
    spans = _spans(at)
    worked = {name: around[f"at_{name}"] if clock else ibis.null("int64") for name in _MOMENTS}
    worked |= {"opened": ibis.coalesce(worked["start"], worked["end"]),
               "ended": ibis.coalesce(worked["end"], worked["start"])}
    working = {f"working_{name}": span for name, span in _spans(worked).items()}
    return around.select(
        "case", "position", "activity", "resource", "unit", "stratum", "result", "start", "end",
        "arrival", "enabled", "previous_activity", "next_activity", "previous_resource",
        "next_resource", "occurrence", "resource_before",
        (around.activity == around.previous_activity).fill_null(False).name("self_loop"),
        ((around.occurrence > 1) & (around.activity != around.previous_activity)).fill_null(
            False).name("repetition"),
        "tied",
        *(hours(span).name(name) for name, span in (spans | working).items()),
        worked["start"].name("worked_at_start"), worked["end"].name("worked_at_end"),
        (around.outside_hours if clock else ibis.null("boolean")).name("outside_hours"),
        *attributes)


def _spans(at: Mapping[str, ir.IntegerValue]) -> dict[str, ir.IntegerValue]:
    """The times of an event, in microseconds of a clock."""
    known = at["start"].notnull()
    return {
        "processing_hours": at["end"] - at["start"],
        "busy_hours": known.ifelse(_beyond(at["end"] - later_of(at["start"], at["latest_end"])),
                                   None),
        "waiting_hours": (known & at["enabled"].notnull()).ifelse(
            _beyond(at["start"] - at["enabled"]), None),
        "idle_hours": (known & at["latest_end"].notnull()).ifelse(
            _beyond(at["start"] - at["latest_end"]), None),
        "elapsed_hours": at["ended"] - ibis.coalesce(at["arrival"], at["previous_end"]),
        "gap_hours": at["opened"] - at["previous_end"],
    }


def _beyond(span: ir.IntegerValue) -> ir.IntegerValue:
    return later_of(span, ibis.literal(0, "int64"))


# ---------------------------------------------------------------- cases


def _cases(store: Store, around: ir.Table, attributes: Sequence[str], task: Task,
           clock: Clock | None) -> ir.Table:
    folded = _folded(around, attributes)
    if clock:
        folded = _at_home(folded, around, clock)
    folded = store.kept(folded)
    counted = folded.group_by("variant").aggregate(alike=folded.count())
    ranks = counted.select("variant", variant_rank=in_order(
        counted, [ibis.desc("alike"), "variant"]) + 1)
    found = folded.join(ranks, "variant")
    last_of = found.last_activity.isin(task.withdrawn) if task.withdrawn else ibis.literal(False)
    closed = (found.last_activity.isin((*task.ends, *task.withdrawn)) | found.closes.notnull()
              if task.ends else ibis.null("boolean"))
    withdrawn = last_of | (found.closes == "withdrawn").fill_null(False) if task.ends else last_of
    span = epoch_us(found.end) - epoch_us(found.start)
    spans = {"throughput": span, "processing": found.work, "busy": found.covered,
             "waiting": span - found.covered}
    if clock:
        spans |= {"working_throughput": found.working_span, "working_processing":
                  found.working_work, "working_busy": found.working_covered,
                  "working_waiting": found.working_span - found.working_covered}
    else:
        spans |= {f"working_{name}": ibis.null("int64") for name in tuple(spans)}
    return found.select(
        "case", "case_id", "start", "end", closed.name("closed"), withdrawn.name("withdrawn"),
        *(hours(value).name(f"{name}_hours") for name, value in spans.items()),
        "events", "variant", "variant_rank", "rework", "unit", "stratum", "first_activity",
        "last_activity", "tied", "file", *attributes)


def _folded(around: ir.Table, attributes: Sequence[str]) -> ir.Table:
    """One row per case; times are whole microseconds."""
    start, end = epoch_us(around.start), epoch_us(around.end)
    added = _spans({name: epoch_us(around[name]) for name in (*_MOMENTS, "opened", "ended")}
                   )["busy_hours"]
    kept = around.mutate(span=end - start, added=added)
    is_last = kept.next_activity.isnull()
    found = kept.group_by("case").aggregate(
        case_id=kept.case_id.max(), opened=kept.opened.min(), arrived=kept.arrival.min(),
        end=kept.ended.max(), events=kept.count(), spans=kept.span.count(),
        work=kept.span.sum(), covered=kept.added.sum(),
        labels=kept.label.group_concat(",", order_by=kept.position),
        most=kept.occurrence.max(), ties=kept.tied.cast("int64").max(),
        first_activity=_only(kept.activity, kept.position == 0),
        file=_only(kept.file, kept.position == 0),
        last_activity=_only(kept.activity, is_last), closes=_only(kept.closes, is_last),
        **{name: kept[name].argmin(kept.position, where=kept[name].notnull())
           for name in ("unit", "stratum", *attributes)})
    whole = found.spans == found.events
    return found.mutate(
        start=ibis.least(found.opened, ibis.coalesce(found.arrived, found.opened)),
        work=whole.ifelse(found.work, None), covered=whole.ifelse(found.covered, None),
        variant=ibis.literal("[") + found.labels + "]", rework=found.most > 1,
        tied=found.ties > 0).drop("opened", "arrived", "spans", "labels", "most", "ties")


def _only(column: ir.StringColumn, where: ir.BooleanValue) -> ir.StringScalar:
    """The value of the one row of a group for which a condition holds."""
    return where.ifelse(column, None).max()


def _at_home(folded: ir.Table, around: ir.Table, clock: Clock) -> ir.Table:
    """The working hours of a case are those of its own unit, also of what another did in it."""
    homes = clock.numbered(folded.select("case", "unit", "start", "end"))
    spans = clock.read(clock.read(homes, "start", "at_start"), "end", "at_end")
    spans = spans.select(span_case="case", working_span=spans.at_end - spans.at_start)
    inside = around.select("case", "start", "end", "latest_end").join(
        homes.select("case", "number"), "case")
    for moment in ("start", "end", "latest_end"):
        inside = clock.read(inside, moment, f"home_{moment}")
    covered = _beyond(inside.home_end - later_of(inside.home_start, inside.home_latest_end))
    worked = inside.mutate(work=inside.home_end - inside.home_start, covered=covered)
    sums = worked.group_by(sum_case=worked.case).aggregate(
        working_work=worked.work.sum(),
        working_covered=worked.home_start.notnull().ifelse(worked.covered, None).sum())
    found = folded.left_join(spans, folded.case == spans.span_case).left_join(
        sums, folded.case == sums.sum_case)
    whole = found.work.notnull()
    return found.mutate(
        working_work=whole.ifelse(found.working_work, None),
        working_covered=whole.ifelse(found.working_covered, None)).drop("span_case", "sum_case")
