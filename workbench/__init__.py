"""A workbench for process improvement: diagnose, design, implement, monitor.

The names below are loaded when they are first used, so that `import workbench` costs next to
nothing. The verb of each stage lives in the module of that stage:
`from workbench.diagnose import diagnose`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.effect import Protocol, judge
    from workbench.explore import explorer
    from workbench.intake import read_engagement, read_log
    from workbench.metrics import METRICS, measure, tables
    from workbench.model import Verdict
    from workbench.notebook import (
        absent,
        earlier,
        first_page,
        open_client,
        picture,
        pictures,
        problems,
        save,
        say,
        table,
    )

_HOMES = {
    "open_client": "workbench.notebook",
    "explorer": "workbench.explore",
    "earlier": "workbench.notebook",
    "save": "workbench.notebook",
    "first_page": "workbench.notebook",
    "say": "workbench.notebook",
    "table": "workbench.notebook",
    "picture": "workbench.notebook",
    "pictures": "workbench.notebook",
    "problems": "workbench.notebook",
    "absent": "workbench.notebook",
    "read_engagement": "workbench.intake",
    "read_log": "workbench.intake",
    "tables": "workbench.metrics",
    "measure": "workbench.metrics",
    "METRICS": "workbench.metrics",
    "judge": "workbench.effect",
    "Protocol": "workbench.effect",
    "Verdict": "workbench.model",
}

__all__ = [
    "METRICS", "Protocol", "Verdict", "absent", "earlier", "explorer", "first_page", "judge",
    "measure", "open_client", "picture", "pictures", "problems", "read_engagement", "read_log",
    "save", "say", "table", "tables",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
