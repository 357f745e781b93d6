"""What goes out to senders: its states, and when it is tried again."""

from datetime import timedelta
from enum import StrEnum
from typing import Final


class OutgoingState(StrEnum):
    """State of what goes out: to be sent, sent, or given up after many attempts."""

    DUE = "due"
    SENT = "sent"
    FAILED = "failed"


LEASE: Final = timedelta(hours=1)
"""How long an attempt that was begun keeps others from beginning one; after that its process is known to be gone."""
_FIRST_INTERVAL: Final = timedelta(minutes=5)
_LONGEST_INTERVAL: Final = timedelta(hours=12)
MOST_ATTEMPTS: Final = 16
"""Attempts before it is given up, after some five days (RFC 5321, 4.5.4.1)."""


def interval_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: 5 minutes, then three times as long each time."""
    return min(_FIRST_INTERVAL * int(3 ** min(attempts - 1, 10)), _LONGEST_INTERVAL)
