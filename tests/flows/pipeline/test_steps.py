"""Steps carried out without a server: one after the other, a passing failure tried again."""

import pytest

from domain.errors import TerminalError, TransientError
from flows.pipeline.steps import PlainSteps


class Work:
    """Fails so many times, then gives its answer."""

    def __init__(self, *errors: Exception) -> None:
        """Raise these, one at each try."""
        self.errors = list(errors)

    def __call__(self) -> str:
        """Fail or answer."""
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def test_a_passing_failure_is_tried_again() -> None:
    """Two failures that pass, and the third try gives the result."""
    steps = PlainSteps("run", delays=(0, 0))
    assert steps.run_retried("collect", "collect", Work(TransientError(), TransientError())) == "done"


def test_the_last_tries_error_is_raised() -> None:
    """Three passing failures are one too many."""
    steps = PlainSteps("run", delays=(0, 0))
    with pytest.raises(TransientError, match="third"):
        steps.run_retried(
            "collect", "collect", Work(TransientError("first"), TransientError(), TransientError("third"))
        )


def test_terminal_failures_are_not_retried() -> None:
    """A terminal failure ends the step, and so does any failure of a step that is not retried."""
    steps = PlainSteps("run", delays=(0, 0))
    with pytest.raises(TerminalError):
        steps.run_retried("collect", "collect", Work(TerminalError()))
    with pytest.raises(TransientError):
        steps.run("read", "read", Work(TransientError()))
