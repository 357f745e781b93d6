"""Show on the terminal how a service comes up: a line for each component, and where everything is once it is ready."""

import time
from types import TracebackType
from typing import Self

from rich.status import Status

from cli.output.terminal import Terminal
from flows.support.service_record import READY, Record


class StartupView:
    """Watches one service come up, in this process or in another whose record is read."""

    def __init__(self, terminal: Terminal) -> None:
        """Draw on the voice's terminal."""
        self._terminal = terminal
        self._status = Status("", console=terminal.console)
        self._stage = ""
        self._since = 0.0

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was, whatever happened."""
        self._status.stop()

    def leftovers(self, count: int) -> None:
        """Tell of processes that were found and ended; see `Observer`."""
        self._terminal.say("up_leftovers", "yellow", count=count)

    def begin(self, stage: str) -> None:
        """Tick off what was being started, and say what is started now; see `Observer`."""
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
        """Tell that a component is started again; see `Observer`."""
        self._terminal.say("up_restarted", "yellow", component=component, code=code)


def show_addresses(terminal: Terminal, record: Record) -> None:
    """Say where everything is that runs."""
    for name, address in record.addresses.items():
        terminal.bullet("•", f"{terminal.text(f'up_address_{name}')}  {address}")
