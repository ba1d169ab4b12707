"""papermill only logs a misspelt parameter and runs on with the default: here it is refused."""

from __future__ import annotations

import ast
import sys

from workbench import words
from workbench.errors import WrongUse
from workbench.model import Problem

KNOWN = ("client_dir", "out_dir", "engine")
"""The parameters of the stage notebooks."""

_INJECTED = "# Parameters"  # the first line of the cell that papermill inserts


def refuse_misspelt_parameters() -> None:
    """Refuse parameters that papermill injected and no stage notebook knows.

    Raises:
        WrongUse: names the unknown parameters and the known ones.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        return
    unknown = [name for cell in shell.user_ns.get("In", []) for name in misspelt(str(cell))]
    if unknown:
        problem = Problem("rejected", "parameter_unknown", values={
            "names": ", ".join(unknown), "known": ", ".join(KNOWN)})
        raise WrongUse(words.both((problem,)), (problem,))


def misspelt(cell: str) -> list[str]:
    r"""The names that an injected cell assigns and that are no parameters.

    >>> misspelt('# Parameters\nclient_dir = "acme"\nout_dri = "out"')
    ['out_dri']
    """
    if not cell.lstrip().startswith(_INJECTED):
        return []
    try:
        body = ast.parse(cell).body
    except SyntaxError:
        return []
    names = [target.id for line in body if isinstance(line, ast.Assign) for target in line.targets
             if isinstance(target, ast.Name)]
    names += [line.target.id for line in body
              if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)]
    return [name for name in names if name not in KNOWN]
