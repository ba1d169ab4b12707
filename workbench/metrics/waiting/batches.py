"""Which work waited until a batch was complete.

A batch is two or more instances of one activity by one resource, of which all had become possible
when the first of them began, each begun no later than those before it had ended. It was complete
when the last of them had become possible (Lashkevich et al. 2023).

A queue that is worked off looks the same. So a batch worked on one by one is claimed only where
the resource let its work lie, and only where that is a habit: where at least `HABIT` of the
instances of the activity that waited for the resource stand in such batches. It let work lie where
it was on duty and free at some time while the batch accumulated, and meanwhile began no instance
of the activity that had become possible later than the first of the batch. Work begun at the same
moment needs no such evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

HABIT = 0.4

_ORDER = ["start", "end", "case", "position"]
_OF = ["lane", "activity"]


def batched(work: ir.Table) -> ir.Table:
    """The events that are worked on in a batch, and what was when it was complete and when begun.

    `work` has case, position, lane, activity, enabled, start, end, and at its enabled moment
    enabled_busy, enabled_free, enabled_segment (see `timeline`), at its start start_segment.
    Returns case, position, complete, begun (moments), complete_busy, complete_free,
    complete_segment, begun_segment.
    """
    members = _members(_candidates(work))
    group = ibis.window(group_by=[*_OF, "chain", "late"])
    together = ibis.window(group_by=[*_OF, "start"])
    several = (members.late == 0) & (members.start.count().over(group) > 1)
    free = members.enabled_free.max().over(group) > members.enabled_free.min().over(group)
    passed_over = ibis.coalesce(members.newest.max().over(group)
                                > members.enabled.min().over(group), ibis.literal(value=False))
    judged = members.mutate(lay=several & free & ~passed_over,
                            at_once=members.start.count().over(together) > 1)
    waited = work.filter(work.enabled < work.start).group_by(_OF).aggregate(waited=ibis._.count())
    judged = judged.left_join(waited, _OF)
    lain = judged.lay.cast("int64").sum().over(ibis.window(group_by=_OF))
    judged = judged.mutate(one_by_one=judged.lay & (
        lain >= HABIT * ibis.coalesce(judged.waited, 0)))
    found = judged.filter(judged.one_by_one | judged.at_once)
    latest = {"complete": "enabled", "complete_busy": "enabled_busy",
              "complete_free": "enabled_free", "complete_segment": "enabled_segment"}
    first = {"begun": "start", "begun_segment": "start_segment"}
    group = ibis.window(group_by=[*_OF, "chain", "late", "one_by_one"])
    together = ibis.window(group_by=[*_OF, "start", "one_by_one"])
    return found.select("case", "position", **{
        name: ibis.ifelse(found.one_by_one, found[of].max().over(group),
                          found[of].max().over(together)) for name, of in latest.items()
    }, **{
        name: ibis.ifelse(found.one_by_one, found[of].min().over(group), found[of])
        for name, of in first.items()})


def _candidates(work: ir.Table) -> ir.Table:
    """The work that is linked to a neighbour, with the number of its chain.

    Work is linked to the one before it (same resource and activity) where it was possible when
    that began, and it began before all earlier had ended.
    """
    order = ibis.window(group_by=_OF, order_by=_ORDER)
    before = ibis.window(group_by=_OF, order_by=_ORDER, preceding=(None, 1))
    until = ibis.window(group_by=_OF, order_by=_ORDER, preceding=None, following=0)
    seen = work.mutate(
        latest=work.end.max().over(before), previous=work.start.lag().over(order),
        before=work.enabled.max().over(before),
        reached=work.end.max().over(until), next_start=work.start.lead().over(order),
        next_enabled=work.enabled.lead().over(order))
    never = ibis.literal(value=False)
    linked = ((seen.start <= seen.latest) & (seen.enabled <= seen.previous)
              | (seen.start == seen.previous))
    follows = ((seen.next_start <= seen.reached) & (seen.next_enabled <= seen.start)
               | (seen.next_start == seen.start))
    seen = seen.mutate(linked=ibis.coalesce(linked, never), follows=ibis.coalesce(follows, never))
    found = seen.filter(seen.linked | seen.follows)
    return found.mutate(
        newest=ibis.ifelse(found.linked, ibis.null(found.before.type()), found.before),
        chain=(~found.linked).cast("int64").sum().over(until))


def _members(chained: ir.Table) -> ir.Table:
    """`late` counts the work so far that had not been possible when its chain began."""
    first = chained.start.min().over(ibis.window(group_by=[*_OF, "chain"]))
    begun = chained.mutate(missed=(chained.enabled > first).cast("int64"))
    so_far = ibis.window(group_by=[*_OF, "chain"], order_by=_ORDER, preceding=None, following=0)
    return begun.mutate(late=begun.missed.sum().over(so_far))
