"""For how long work that became possible later was done before the work that waited.

Two steps, each of whole-table passes whose number grows with the logarithm of the work of one
resource, so that time and memory stay bounded however long the queues are:

1. Each busy span of a lane gets `oldest`, the earliest moment at which any of the work running in
   it had become possible. Work covers a range of spans; a range is covered by two (overlapping)
   ranges of a power of two, which are halved until they are spans.
2. A wait that began at `since` is overtaken by the busy spans before its end whose `oldest` is later
   than `since`. All spans before a number are blocks of a power of the base (as the digits of the
   number say); in each block the spans are added up in the order of `oldest`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from workbench.engine import frame

if TYPE_CHECKING:
    import ibis.expr.types as ir

BASE = 8
"""Blocks of one level in a block of the next: fewer levels, more sums in each."""


def spans(passed: ir.Table) -> ir.Table:
    """The busy spans of a timeline: lane, segment (its number), length (microseconds)."""
    edges = passed.filter(passed.edge == 1)
    ends = edges.busy.lead().over(ibis.window(group_by="lane", order_by="at"))
    measured = edges.mutate(length=ends - edges.busy)
    return measured.filter(measured.begins == 1).select("lane", "segment", "length")


def oldest(ranges: ir.Table) -> ir.Table:
    """The earliest `since` of the ranges that cover each number: lane, segment, oldest.

    `ranges` has lane, first, beyond (numbers from `first` to before `beyond`) and since.
    """
    size = ranges.beyond - ranges.first
    longest = frame(ranges.aggregate(longest=ibis.coalesce(size.max(), 1)))["longest"][0]
    top = int(longest).bit_length() - 1
    level = sum((size >= 2**power).cast("int64") for power in range(1, top + 1))
    leveled = ranges.mutate(level=level if top else ibis.literal(0))
    found: ir.Table | None = None
    for power in range(top, -1, -1):
        own = leveled.filter(leveled.level == power)
        parts = [own.select("lane", "since", segment=own.first)]
        if power:
            parts.append(own.select("lane", "since", segment=own.beyond - 2**power))
        if found is not None:
            parts.append(found)
            parts.append(found.mutate(segment=found.segment + 2**power)
                         .select("lane", "since", "segment"))
        joined = ibis.union(*parts) if len(parts) > 1 else parts[0]
        found = joined.group_by("lane", "segment").aggregate(since=joined.since.min()).select(
            "lane", "since", "segment")
    assert found is not None  # noqa: S101 - there is at least level 0
    return found.rename(oldest="since")


def overtaken(busy: ir.Table, asked: ir.Table, levels: int) -> ir.Table:
    """How much of the busy spans before a number is younger than a moment.

    `busy` has lane, segment, length, oldest; `asked` wait (a number), sign, lane, before (spans
    with a smaller number are meant), known (spans before this number are older), since. Returns
    wait, microseconds: the sum over its rows, each times its sign.
    """
    parts = [_level(busy, asked, BASE**level) for level in range(levels)]
    joined = ibis.union(*parts) if len(parts) > 1 else parts[0]
    return joined.group_by("wait").aggregate(
        microseconds=joined.microseconds.sum())


def levels(busy: ir.Table) -> int:
    """How many digits the numbers of the spans have."""
    most = frame(busy.aggregate(most=ibis.coalesce(busy.segment.max(), 0)))["most"][0]
    count, reach = 1, BASE
    while reach <= most + 1:
        count, reach = count + 1, reach * BASE
    return count


def _level(busy: ir.Table, asked: ir.Table, size: int) -> ir.Table:
    """The part of an answer that comes from blocks of one size."""
    rows = busy.select(
        "lane", block=busy.segment // (size * BASE), digit=busy.segment // size % BASE,
        since=busy.oldest, question=ibis.literal(0, "int8"), length=busy.length,
        wait=ibis.null("int64"), sign=ibis.null("int64"))
    meant = asked.filter(
        (asked.before // size % BASE > 0) & (asked.known // size < asked.before // size))
    questions = meant.select(
        "lane", block=meant.before // (size * BASE), digit=meant.before // size % BASE,
        since=meant.since, question=ibis.literal(1, "int8"), length=ibis.literal(0, "int64"),
        wait=meant.wait, sign=meant.sign)
    both = ibis.union(rows, questions)
    # the younger come first, what is asked at a moment before what is as old as that
    order = ibis.window(group_by=["lane", "block"], preceding=None, following=0,
                        order_by=[ibis.desc("since"), ibis.desc("question")])
    younger = [ibis.ifelse(both.digit < digit, both.length, 0).sum().over(order)
               for digit in range(1, BASE)]
    answered = both.mutate(
        microseconds=both.sign * both.digit.cases(*enumerate(younger, 1), else_=0))
    return answered.filter(answered.question == 1).select("wait", "microseconds")
