"""What the four sheet-keeping stages share: a client's sheets made ready to be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.model import Answers, Client, Figure, Result, Statement

if TYPE_CHECKING:
    import pandas as pd


def sheet(client: Client, name: str, columns: Sequence[str]) -> pd.DataFrame | None:
    """A sheet with these columns, empty where the client has none; None without any row."""
    found = client.sheets.get(name)
    if found is None or found.empty:
        return None
    chosen: pd.DataFrame = found.reindex(columns=list(columns)).reset_index(drop=True)
    return chosen


def numbers(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The table with these columns as numbers; what is no number becomes empty."""
    import pandas as pd

    read = {name: pd.to_numeric(table[name], errors="coerce").astype("float64")
            for name in columns}
    return table.assign(**read)


def dates(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The table with these columns as ISO dates; what is no date becomes empty."""
    import pandas as pd

    read = {name: pd.to_datetime(table[name], errors="coerce").dt.strftime("%Y-%m-%d")
            for name in columns}
    return table.assign(**read)


def texts(value: object) -> tuple[str, ...]:
    """The parts of a cell that holds several, separated by semicolons, commas or arrows.

    >>> texts("I1; I2"), texts(None)
    (('I1', 'I2'), ())
    """
    if not isinstance(value, str):
        return ()
    return tuple(part.strip() for part in re.split("[;,；，、→]", value) if part.strip())


def joint_answers(client: Client) -> Answers | None:
    """The customers' answers of both periods as one; None where nobody was asked."""
    import pandas as pd

    found = [client.answers[name] for name in ("customers", "pilot/customers")
             if name in client.answers]
    if not found:
        return None
    def joined(parts: Iterable[pd.DataFrame | None]) -> pd.DataFrame:
        return pd.concat([
            part.assign(respondent=f"{place}:" + part["respondent"].astype(str))
            for place, part in enumerate(parts) if part is not None], ignore_index=True)

    items = tuple(dict.fromkeys(item for each in found for item in each.items))
    scales = {item: scale for each in reversed(found) for item, scale in each.scales.items()}
    asked = [each.recommendations for each in found]
    was_asked = any(part is not None for part in asked)
    return replace(found[0], rows=joined(each.rows for each in found), items=items, scales=scales,
                   recommendations=joined(asked) if was_asked else None,
                   comments=pd.concat([each.comments for each in found], ignore_index=True))


def count(value: int, source: str) -> Figure:
    """A number of rows."""
    return Figure(int(value), "count", source=source)


def result(
    client: Client, stage: str, *, figures: Mapping[str, Figure],
    first_page: Sequence[Statement], tables: Mapping[str, pd.DataFrame],
    absent: Sequence[Statement],
) -> Result:
    """The result of a stage, with what every document must know of its client."""
    engagement = client.engagement
    return Result(
        stage=stage, client=engagement.client, process=engagement.process,
        language=engagement.language, figures=figures,
        statements={"first_page": tuple(first_page)}, tables=tables, absent=tuple(absent),
        problems=client.problems,
        context={"currency": engagement.currency, "zone": engagement.zone,
                 "synthetic": engagement.synthetic, "kind": engagement.kind},
    )


def with_context(made: Result, **more: object) -> Result:
    """A result whose document is told more."""
    return replace(made, context={**made.context, **more})
