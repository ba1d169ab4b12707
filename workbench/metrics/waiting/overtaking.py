"""For how long work that became possible later was done before the work that waited.

Two steps, each of whole-table passes whose number grows with the logarithm of the work of one
resource, so that time and memory stay bounded however long the queues are:

1. Each busy span of a lane gets `oldest`, the earliest moment at which any of the work running in
   it had become possible. Work covers a range of spans; a range is covered by two (overlapping)
   ranges of a power of two, which are halved until they are spans.
2. A wait that began at `since` is overtaken by the busy spans before its end whose `oldest` is
   later than `since`. The last of them (fewer than `NEAR`) are looked at one by one; those before
   are blocks of `NEAR`, of `BASE` times as many, and so on, as the digits of their number say
   (fewer than `BASE` of a size); in a block the spans are added up in the order of `oldest`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from workbench.engine import frame
from workbench.metrics.waiting.timeline import whole

if TYPE_CHECKING:
    import ibis.expr.types as ir

NEAR = 64
"""So many spans are no block yet."""

BASE = 8
"""Blocks of one size in a block of the next."""


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


def overtaken(busy: ir.Table, asked: ir.Table) -> ir.Table:
    """How much of the busy spans before a number is younger than a moment.

    `busy` has lane, segment, length, oldest; `asked` wait (a number), sign, lane, before (spans
    with a smaller number are meant), known (spans before this number are older), since. Returns
    wait, microseconds: the sum over its rows, each times its sign.
    """
    most = frame(asked.aggregate(most=ibis.coalesce((asked.before).max(), 0)))["most"][0]
    parts, size = [_near(busy, asked)], NEAR
    while size <= most:
        parts.append(_blocks(busy, asked, size))
        size *= BASE
    joined = ibis.union(*parts) if len(parts) > 1 else parts[0]
    return joined.group_by("wait").aggregate(microseconds=joined.microseconds.sum())


def _near(busy: ir.Table, asked: ir.Table) -> ir.Table:
    """What the last spans add, one by one."""
    first = ibis.greatest(asked.known, asked.before - asked.before % NEAR)
    each = asked.select("wait", "sign", "lane", "since",
                        segment=ibis.range(first, asked.before).unnest())
    found = each.join(busy, ["lane", "segment"])
    younger = found.filter(found.oldest > found.since)
    return younger.group_by("wait").aggregate(
        microseconds=(younger.sign * younger.length).sum().cast("int64"))


def _blocks(busy: ir.Table, asked: ir.Table, size: int) -> ir.Table:
    """What the blocks of one size add."""
    end = whole(asked.before, size)
    first = ibis.greatest(whole(asked.known, size), end - end % BASE)
    meant = asked.select("wait", "sign", "lane", "since",
                         block=ibis.range(first, end).unnest())
    spans = busy.mutate(block=whole(busy.segment, size))
    spans = spans.semi_join(meant.select("lane", "block").distinct(), ["lane", "block"])
    none = ibis.literal(0, "int64")
    both = ibis.union(
        spans.select("lane", "block", "length", since=spans.oldest, wait=ibis.null("int64"),
                     sign=none),
        meant.select("lane", "block", "since", "wait", "sign", length=none)
        .select("lane", "block", "length", "since", "wait", "sign"))
    # the younger come first; what is asked at a moment comes before what is as old as that
    order = ibis.window(group_by=["lane", "block"], preceding=None, following=0,
                        order_by=[ibis.desc("since"), ibis.desc("sign")])
    answered = both.mutate(younger=both.length.sum().over(order))
    answered = answered.filter(answered.sign != 0)
    return answered.group_by("wait").aggregate(
        microseconds=(answered.sign * answered.younger).sum())
