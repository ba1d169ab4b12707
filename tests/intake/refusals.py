"""What the tests ask of a refusal: its problems, by code, with line and column."""

from collections.abc import Callable

import pytest

from workbench.errors import InputRefused


def refused(call: Callable[[], object]) -> dict[str, tuple[int | None, str | None]]:
    """Code → (line, column) of every rejection; fails where nothing was refused."""
    with pytest.raises(InputRefused) as caught:
        call()
    assert caught.value.exit_code == 3
    return {problem.code: (problem.line, problem.column) for problem in caught.value.problems
            if problem.level == "rejected"}


def sentence(call: Callable[[], object]) -> str:
    """The whole message of a refusal."""
    with pytest.raises(InputRefused) as caught:
        call()
    return str(caught.value)
