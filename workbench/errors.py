"""The errors raised on purpose; each knows the exit code that CONTRACTS gives it."""

from __future__ import annotations

from typing import ClassVar

from workbench.model import Problem


class WorkbenchError(Exception):
    """Something the reader can mend. `str()` of it is the finished message, in both languages."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class StageFailed(WorkbenchError):
    """A stage's notebook did not run to its end."""

    exit_code = 1


class InputRefused(WorkbenchError):
    """The client folder, or one of its files, cannot be used as it is."""

    exit_code = 3


class WrongUse(WorkbenchError):
    """A command, parameter or function was called in a way that cannot mean anything."""

    exit_code = 4
