"""Run a flow from the command line: progress bars, outcome and exit code."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from cli.output.terminal import Terminal
from domain.errors import TransientError
from flows.pipeline.outcome import RunOutcome
from flows.pipeline.progress import use_listener
from flows.support.settings import has_own_server
from publishing.figures.formatting import format_time
from warehouse.store.run_lock import Holder

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

DONE = 0
SOME_REFUSED = 1
NOT_ALL_FETCHED = 3


class ServerUnreachableError(TransientError):
    """Prefect's server does not answer."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason
        super().__init__(
            f"the Prefect server does not answer ({reason}). Start it, or unset PREFECT_API_URL to use a temporary one."
        )


class ProgressBars:
    """Progress listener that shows a bar per stage."""

    def __init__(self, terminal: Terminal) -> None:
        """Draw on the terminal; the bars are removed at the end."""
        self._terminal = terminal
        self._bars: dict[str, TaskID] = {}
        self.outcome: RunOutcome | None = None
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=terminal.console,
            transient=True,
        )

    def wait_for(self, holder: Holder | None) -> None:
        """Show which run holds the lock; see `ProgressListener`."""
        if holder is None:
            self._terminal.say("waiting_for_some_run", "yellow")
            return
        since = format_time(holder.since, self._terminal.lang)
        facts = {"run": holder.run_id, "kind": holder.kind, "process": holder.process, "host": holder.host}
        self._terminal.say("waiting_for_run", "yellow", since=since, **facts)

    def begin(self, stage: str, total: int) -> None:
        """Add a bar for the stage; see `ProgressListener`."""
        self._bars[stage] = self.progress.add_task(self._terminal.text(f"stage_{stage}"), total=total)

    def advance(self, stage: str, count: int) -> None:
        """Advance the stage's bar; see `ProgressListener`."""
        self.progress.advance(self._bars[stage], count)

    def finish(self, outcome: RunOutcome) -> None:
        """Keep the outcome; see `ProgressListener`."""
        self.outcome = outcome


def run_flow(terminal: Terminal, start: "Callable[[], State[Any]]", *, is_first: bool = True) -> RunOutcome:
    """Run a flow and return its outcome; later runs of a process share the temporary server of the first.

    Raises:
        ServerUnreachableError: Prefect's server does not answer.
        TonghopError: the error that ended the run.
    """
    from flows.service.temporary_server import served  # imports Prefect, which `tonghop check` does without

    bars = ProgressBars(terminal)
    if is_first and not has_own_server():
        terminal.say("starting_server", "dim")
    try:
        with served(), bars.progress, use_listener(bars):
            state = start()
    except (httpx.HTTPError, RuntimeError) as error:
        if isinstance(error, httpx.HTTPError) or "API" in str(error):
            raise ServerUnreachableError(str(error)) from error
        raise
    if bars.outcome is None:
        state.result()
        raise ServerUnreachableError(state.message or state.name or "no answer")
    return bars.outcome


def exit_code(outcome: RunOutcome) -> int:
    """Return the exit code of a run's outcome."""
    if outcome.left or outcome.damaged:
        return NOT_ALL_FETCHED
    waits = outcome.held_reports or outcome.doubted or outcome.not_closed
    return SOME_REFUSED if outcome.refused or waits else DONE
