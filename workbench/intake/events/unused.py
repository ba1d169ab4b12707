"""The columns of a log that no role and no setting uses: named, so that nothing is denied."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import pandas as pd

from workbench.intake.events.roles import by_name
from workbench.intake.formats import TextTable
from workbench.model import UnusedColumn

SEEN_ROWS = 100_000
"""So many rows of a long log decide what an unused column holds."""

_EXAMPLES = 3
_LONGEST = 24
_FEW = 20
_PERSONAL = re.compile(
    r"姓名|电话|手机|邮箱|邮件|身份证|证件|地址|备注|意见|name|phone|mobile|mail|address|comment|note",
    re.IGNORECASE)
_REVEALING = re.compile(r"@|\d{7,}")


def unused_columns(table: TextTable, used: Collection[str],
                   case: Collection[str]) -> tuple[UnusedColumn, ...]:
    """What each unused column holds, in the order of the file.

    Args:
        table: the log as text.
        used: the columns that play a role or are kept as attributes.
        case: the columns that name a case.
    """
    return tuple(_described(table.cells.head(SEEN_ROWS), used, [*case]))


def _described(cells: pd.DataFrame, used: Collection[str],
               case: list[str]) -> Iterator[UnusedColumn]:
    whole = bool(case) and set(case) <= set(map(str, cells.columns))
    cases = len(cells[case].drop_duplicates()) if whole else 0
    for name in map(str, cells.columns):
        if name in used:
            continue
        different = [text for text in cells[name].str.strip().unique() if text]
        per_case = whole and 2 <= len(different) <= _FEW and cases > len(different) and (
            len(cells[[*case, name]].drop_duplicates()) == cases)
        yield UnusedColumn(name, len(different), _examples(name, different), per_case)


def _examples(name: str, different: list[str]) -> tuple[str, ...]:
    """The first few values; none where they may name people or hold what somebody wrote."""
    first = different[:_EXAMPLES]
    if _PERSONAL.search(name) or by_name("resource", name) or any(map(_REVEALING.search, first)):
        return ()
    return tuple(text for text in first if len(text) <= _LONGEST)
