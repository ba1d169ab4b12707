"""One notebook executed by papermill, and believed only when every cell really ran.

papermill's own marks of success cannot be trusted: after a killed kernel the saved notebook says
that every cell completed. What counts here: no exception, an execution count on every code cell
that holds code, no error among the outputs.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

from workbench import words
from workbench.errors import InputRefused, StageFailed, WorkbenchError, WrongUse

_LONGEST_SOCKET_FOLDER = 90  # a Unix socket's whole path may hold 107 bytes
_OURS = {error.__name__: error for error in (InputRefused, WrongUse, StageFailed)}


def parameters_of(notebook: Path) -> set[str]:
    """The names of the parameters that a notebook declares."""
    return set(_papermill().inspect_notebook(str(notebook).replace("{", "{{").replace("}", "}}")))


def execute(notebook: Path, parameters: Mapping[str, str], *, folder: Path, stage: str) -> Any:
    """Run a notebook from top to bottom, with `folder` as its working directory.

    Returns the executed notebook; nothing is written. Raises WrongUse for a parameter that the
    notebook does not declare, StageFailed when a cell did not run to its end, and whatever error
    of ours a cell raised, with its own message.
    """
    unknown = sorted(set(parameters) - parameters_of(notebook))
    if unknown:
        raise WrongUse(words.in_both("run.unknown_parameter", notebook=notebook.name,
                                     names=", ".join(unknown)))
    papermill = _papermill()
    with _quiet_sockets() as engine_options:
        try:
            executed = papermill.execute_notebook(
                str(notebook).replace("{", "{{").replace("}", "}}"), None, dict(parameters),
                progress_bar=False, cwd=str(folder), **engine_options)
        except papermill.PapermillExecutionError as failure:
            raise _surfaced(failure, stage) from failure
        except Exception as failure:
            raise _failed(stage, "?", f"{type(failure).__name__}: {failure}") from failure
    _believe(executed, stage)
    return executed


def write(executed: Any, path: Path) -> None:
    """Write an executed notebook."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # as below
    import nbformat

    write: Any = nbformat.write  # it has no types
    write(executed, path)


def _surfaced(failure: Any, stage: str) -> WorkbenchError:
    """An error of ours as it was raised in the kernel; any other names its stage and cell."""
    ours = _OURS.get(failure.ename)
    if ours is not None:
        return ours(str(failure.evalue))
    first_line = next(iter(str(failure.source).splitlines()), "")
    return _failed(stage, f"{failure.exec_count} ({first_line})",
                   f"{failure.ename}: {failure.evalue}")


def _failed(stage: str, cell: str, error: str) -> StageFailed:
    return StageFailed(words.in_both("run.stage_failed", stage=stage, cell=cell, error=error))


def _believe(executed: Any, stage: str) -> None:
    for number, cell in enumerate(executed.cells, start=1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if cell.execution_count is None:
            raise StageFailed(words.in_both("run.cell_not_run", stage=stage, cell=str(number)))
        if any(output.output_type == "error" for output in cell.outputs):
            raise _failed(stage, str(number), "")


@contextmanager
def _quiet_sockets() -> Iterator[dict[str, object]]:
    """Options for a kernel reached through Unix sockets, which no other user can open.

    Their folder must have a short path; where it cannot, the kernel is reached through TCP.
    """
    from jupyter_client.manager import AsyncKernelManager

    with tempfile.TemporaryDirectory(prefix="wb-", ignore_cleanup_errors=True) as folder:
        class SocketKernelManager(AsyncKernelManager):
            def __init__(self, **options: Any) -> None:
                super().__init__(**options)
                self.transport = "ipc"
                self.ip = str(Path(folder) / "kernel")

            async def _async_start_kernel(self, **options: Any) -> None:
                # what a kernel mutters while it is shut down is nothing for the reader
                await super()._async_start_kernel(**options, stdout=DEVNULL, stderr=DEVNULL)

            start_kernel = _async_start_kernel

        short = len(folder.encode()) <= _LONGEST_SOCKET_FOLDER
        yield {"kernel_manager_class": SocketKernelManager} if short else {}


def _papermill() -> Any:
    # a grammar that takes three seconds to build, for a check of addresses nobody here makes
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    import papermill

    for name in ("papermill", "papermill.translators"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return papermill
