"""Who hands work to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.engine import frame
from workbench.metrics.resources import pseudonyms

if TYPE_CHECKING:
    import pandas as pd

    from workbench.model import EventLog


def handovers(log: EventLog, *, reveal: bool = False) -> pd.DataFrame:
    """How often the event of one resource is directly followed by that of another.

    Columns: source, target (pseudonyms; names with `reveal`), events, same (the two are one
    resource: no handover). Pairs in which a resource is unknown are left out. Sorted by source,
    then target.

    >>> from workbench import sample
    >>> handovers(sample.log("c1: a@x b@y c@y"), reveal=True).values.tolist()
    [['x', 'y', 1, False], ['y', 'y', 1, True]]
    """
    pairs = log.events.drop_null(["resource", "next_resource"])
    counted = pairs.group_by(source=pairs.resource, target=pairs.next_resource).aggregate(
        events=pairs.count())
    found = frame(counted.mutate(same=counted.source == counted.target))
    if not reveal:
        names = pseudonyms(log)
        for column in ("source", "target"):
            found[column] = found[column].map(names).astype("str")
    return found.sort_values(["source", "target"], ignore_index=True)
