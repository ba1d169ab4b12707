"""How much memory an engine may take: what `WORKBENCH_MEMORY` says."""

from __future__ import annotations

import os
import re

from workbench.errors import WrongUse
from workbench.words import in_both

MEMORY = "WORKBENCH_MEMORY"
"""The variable of the environment that limits the engine's memory, as in `2GB`; beyond it DuckDB
spills to the temporary folder."""

_AMOUNT = re.compile(r"(?P<number>[1-9]\d{0,5})\s*(?P<unit>[KMGT])i?B", re.IGNORECASE)


def memory_limit() -> str:
    """The limit as every engine reads it (`2GB`), empty where there is none.

    Raises WrongUse for what is no amount of memory.
    """
    said = os.environ.get(MEMORY, "").strip()
    if not said:
        return ""
    if not (amount := _AMOUNT.fullmatch(said)):
        raise WrongUse(in_both("run.unknown_memory", variable=MEMORY, said=said))
    return f"{amount['number']}{amount['unit'].upper()}B"
