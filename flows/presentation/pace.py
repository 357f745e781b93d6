"""Keep a pace: Prefect's server loses records of task runs that come faster than it digests them."""

import time
from collections.abc import Callable


class Pace:
    """Lets its caller go on so many times a second, evenly."""

    def __init__(
        self,
        per_second: float,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Begin; the first step may be taken at once."""
        self._step = 1 / per_second
        self._now = now
        self._sleep = sleep
        self._next = now()

    def wait(self) -> None:
        """Return when the next step may be taken."""
        ahead = self._next - self._now()
        if ahead > 0:
            self._sleep(ahead)
        self._next = max(self._next, self._now()) + self._step
