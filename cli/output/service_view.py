"""Terminal output of a starting service: a line per component, then the addresses."""

import time
from types import TracebackType
from typing import Self

from rich.status import Status

from cli.output.terminal import TextTerminal
from flows.support.service_record import READY, Record


class StartupView:
    """Observer that shows how a service starts, in this process or in another."""

    def __init__(self, terminal: TextTerminal) -> None:
        """Draw on the terminal."""
        self._terminal = terminal
        self._status = Status("", console=terminal.console)
        self._stage = ""
        self._since = 0.0

    def __enter__(self) -> Self:
        """Start drawing."""
        self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing, whatever happened."""
        self._status.stop()

    def leftovers(self, count: int) -> None:
        """Show how many left-over processes were ended; see `Observer`."""
        self._terminal.say("up_leftovers", "yellow", count=count)

    def begin(self, stage: str) -> None:
        """Show that the previous stage is done and the next begins; see `Observer`."""
        if stage == self._stage:
            return
        if self._stage:
            seconds = f"{time.monotonic() - self._since:.0f}"
            self._terminal.bullet("✓", self._terminal.text(f"up_{self._stage}", seconds=seconds), "green")
        self._stage, self._since = stage, time.monotonic()
        if stage == READY:
            self._status.stop()
        else:
            self._status.update(self._terminal.text(f"up_starting_{stage}"))

    def restarted(self, component: str, code: int) -> None:
        """Show that a component is restarted; see `Observer`."""
        self._terminal.say("up_restarted", "yellow", component=component, code=code)


def show_addresses(terminal: TextTerminal, record: Record) -> None:
    """Show the addresses of all components."""
    for name, address in record.addresses.items():
        terminal.bullet("•", f"{terminal.text(f'up_address_{name}')}  {address}")
