"""What a log teaches about the order of activities that stand at the same moment."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence


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
