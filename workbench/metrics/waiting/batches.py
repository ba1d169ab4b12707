"""Which work waited until a batch was complete.

Instances of an activity that a resource begins at one moment are a batch. So is work done one
after another, nothing else and no free moment on duty between, where all of it had become possible
when the first of it was begun: if most of what the resource left lying of the activity, although
it was on duty and free, was then done in such batches that left nothing behind. (A queue is never
left lying; what is only asked for late is neither begun together nor without leaving other work
behind.) A batch was complete when the last of it had become possible (Lashkevich et al. 2023).

Where batches come directly one after another, each begins with the first work that had not been
possible when the one before began; but where all batches of an activity that were begun at the
moment at which they were complete are of one size, each batch has that size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from workbench.engine import kept

if TYPE_CHECKING:
    import ibis.expr.types as ir

ROUNDS = 4
"""So many batches that come directly one after another are told apart where their size varies."""

_ORDER = ["start", "end", "case", "position"]
_OF = ["lane", "activity"]
_NEVER = ibis.timestamp("2200-01-01T00:00:00Z")


def batched(work: ir.Table) -> ir.Table:
    """The events that are worked on in a batch, and what was when it was complete.

    `work` has case, position, lane, activity, enabled, start, end, and for each of these moments
    what `timeline.placed` adds. Returns case, position, complete (a moment), complete_busy,
    complete_free, complete_segment.
    """
    runs = _runs(_sized(_promising(_chained(work))))
    group = ibis.window(group_by=[*_OF, "chain", "run", "at_once", "together"])
    first, last = runs.start.min().over(group), runs.enabled.max().over(group)
    judged = runs.mutate(
        whole=(runs.start.count().over(group) > 1) & (last <= first), first=first,
        lay=runs.enabled_free.max().over(group) > runs.enabled_free.min().over(group),
        cleared=(runs.later.max().over(group) > first) | runs.size.notnull())
    opened = (judged.left & (judged.start == judged.first)).cast("int64").max().over(group) > 0
    one_by_one = judged.whole & ~judged.at_once
    judged = judged.mutate(lain=one_by_one & judged.left & judged.lay & judged.cleared & opened)
    of = ibis.window(group_by=_OF)
    alone = judged.left & ~judged.lain & ~judged.at_once
    judged = judged.mutate(habit=judged.lain.cast("int64").sum().over(of)
                           > alone.cast("int64").sum().over(of))
    found = judged.filter(judged.whole & (judged.habit | judged.at_once))
    latest = {"complete": "enabled", "complete_busy": "enabled_busy",
              "complete_free": "enabled_free", "complete_segment": "enabled_segment"}
    return found.select("case", "position", **{
        name: found[of].max().over(group) for name, of in latest.items()})


def _chained(work: ir.Table) -> ir.Table:
    """Work with the number of its chain: all that is done without anything between.

    `at_once` says whether other work was begun at the same moment, `later` when the earliest of
    what was begun after it had become possible, `left` whether it was left lying.
    """
    order = {"group_by": _OF, "order_by": _ORDER}
    before = ibis.window(**order, preceding=(None, 1))
    after = ibis.window(**order, following=(1, None))
    until = ibis.window(**order, preceding=None, following=0)
    same = {"previous": work.start.lag().over(ibis.window(**order)) == work.start,
            "next": work.start.lead().over(ibis.window(**order)) == work.start}
    never = ibis.literal(value=False)
    seen = work.select(
        "case", "position", *_OF, "start", "end", "enabled", "enabled_busy", "enabled_free",
        "enabled_segment", "start_free", left=work.start_free > work.enabled_free,
        linked=ibis.coalesce((work.start_free <= work.end_free.max().over(before))
                             & (work.start_busy <= work.end_busy.max().over(before)), never),
        at_once=ibis.coalesce(same["previous"], never) | ibis.coalesce(same["next"], never),
        later=ibis.coalesce(work.enabled.min().over(after), _NEVER))
    return kept(seen.mutate(chain=(~seen.linked).cast("int64").sum().over(until)))


def _promising(chained: ir.Table) -> ir.Table:
    """The work of those activities of a resource that may have been done in batches at all.

    Where more was left lying that is in no chain than is in chains that left nothing behind, that
    cannot be.
    """
    chains = chained.group_by(*_OF, "chain").aggregate(
        count=chained.count(), left=chained.left.cast("int64").sum(),
        cleared=chained.later.max() > chained.start.min(),
        at_once=chained.at_once.cast("int64").max())
    alone = chains["count"] == 1
    sums = chains.group_by(_OF).aggregate(
        alone=ibis.ifelse(alone, chains.left, 0).sum(), at_once=chains.at_once.max(),
        linked=ibis.ifelse(~alone & chains.cleared, chains.left, 0).sum())
    return kept(chained.semi_join(
        sums.filter((sums.linked > sums.alone) | (sums.at_once > 0)), _OF))


def _sized(chained: ir.Table) -> ir.Table:
    """Chains with `place` (of the work in its chain, from 0) and `size` (null: it varies)."""
    chain = ibis.window(group_by=[*_OF, "chain"])
    so_far = ibis.window(group_by=[*_OF, "chain"], order_by=_ORDER, preceding=None, following=0)
    begun = chained.mutate(
        first=chained.start.min().over(chain),
        place=ibis.row_number().over(ibis.window(group_by=[*_OF, "chain"], order_by=_ORDER)))
    begun = begun.mutate(missed=(begun.enabled > begun.first).cast("int64").sum().over(so_far) > 0)
    firsts = begun.filter(~begun.missed, ~begun.at_once)
    heads = firsts.group_by(*_OF, "chain").aggregate(
        count=firsts.count(), complete=firsts.enabled.max(), first=firsts.start.min(),
        delayed=(firsts.start_free.min() > firsts.enabled_free.max()).cast("int64"))
    prompt = ibis.ifelse(heads.complete == heads.first, heads["count"], ibis.null("int64"))
    sizes = heads.group_by(_OF).aggregate(
        least=prompt.min(), most=prompt.max(), prompt=prompt.count(), delayed=heads.delayed.sum())
    sizes = sizes.filter((sizes.least == sizes.most) & (sizes.least > 1)
                         & (sizes.prompt > sizes.delayed)).select(*_OF, size="least")
    return begun.drop("first", "missed").left_join(sizes, _OF).drop("lane_right", "activity_right")


def _runs(sized: ir.Table) -> ir.Table:
    """Chains divided into what may be batches: `run` numbers them in their chain."""
    by_size = sized.filter(sized.size.notnull())
    found = by_size.mutate(run=((by_size.place - by_size.place % by_size.size)
                                / by_size.size).cast("int64"))
    others = sized.filter(sized.size.isnull())
    others = others.mutate(run=ibis.literal(0, "int64"))
    part = [*_OF, "chain", "run"]
    so_far = ibis.window(group_by=part, order_by=_ORDER, preceding=None, following=0)
    for number in range(1, ROUNDS):
        missed = others.mutate(missed=(
            others.enabled > others.start.min().over(ibis.window(group_by=part))).cast("int64"))
        others = missed.mutate(run=ibis.ifelse(
            missed.missed.sum().over(so_far) > 0, number, missed.run))
    both = ibis.union(found, others.select(*found.columns))
    return both.mutate(together=ibis.ifelse(both.at_once, both.start, _NEVER))
