"""Failed log-ins by client address: each one is logged, and after a few of them tries are answered ever more slowly."""

import logging
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

FREE = 5
"""Failures of an address that cost no wait: typing errors, and what a browser sends with an old password."""
LONGEST_WAIT = 60.0
FORGOTTEN_AFTER = 900.0
"""Seconds after the last failure of an address until it counts as new."""
MOST_ADDRESSES = 10_000
"""Most addresses remembered; those whose last failure is the oldest are forgotten first."""

_LOG = logging.getLogger(__name__)


class _Failures(NamedTuple):
    number: int
    last: float


class FailedLogins:
    """Limits how fast passwords can be tried from one address.

    Within a wait nothing is checked, the right password included: otherwise a fast answer would tell that it is right.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Count from now on, by a clock in seconds."""
        self._clock = clock
        self._by_address: OrderedDict[str, _Failures] = OrderedDict()

    def seconds_to_wait(self, address: str) -> int:
        """Return for how long tries from an address are not checked; 0: not at all."""
        failures = self._of(address)
        if failures is None or failures.number < FREE:
            return 0
        wait = min(LONGEST_WAIT, 2.0 ** min(failures.number - FREE, 30))
        return max(0, math.ceil(failures.last + wait - self._clock()))

    def record(self, address: str) -> None:
        """Count and log one more failure of an address."""
        before = self._of(address)
        number = before.number + 1 if before else 1
        self._by_address[address] = _Failures(number, self._clock())
        self._by_address.move_to_end(address)
        if len(self._by_address) > MOST_ADDRESSES:
            self._by_address.popitem(last=False)
        _LOG.warning("log-in failed", extra={"address": address, "failures": number})

    def _of(self, address: str) -> _Failures | None:
        failures = self._by_address.get(address)
        return failures if failures and self._clock() - failures.last < FORGOTTEN_AFTER else None
