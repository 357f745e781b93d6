"""Limits of what the upload page takes: so often by a key, so many bytes in a request."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive

_MOST_KEYS: Final = 10_000
"""Most keys remembered; those used longest ago are forgotten first."""
_REST: Final = 4
"""How many times the limit is read of a body that is too large, so that the browser shows the answer."""


class RateLimit:
    """So many events by a key (an address, a link) within so many seconds."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Count from now on, by a clock in seconds."""
        self._most, self._seconds, self._clock = most, seconds, clock
        self._events: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def admits(self, key: str) -> bool:
        """Count an event; return False where there were too many before, and do not count it then."""
        with self._lock:
            now = self._clock()
            events = self._events.setdefault(key, deque())
            self._events.move_to_end(key)
            while len(self._events) > _MOST_KEYS:
                self._events.popitem(last=False)
            while events and events[0] <= now - self._seconds:
                events.popleft()
            if len(events) >= self._most:
                return False
            events.append(now)
            return True


class BodyTooLargeError(HTTPException):
    """The body of a request has more bytes than are taken."""

    def __init__(self) -> None:
        """Answer with the status for it."""
        super().__init__(413)


async def limited(request: Request, most: int) -> Request:
    """Return the request with a body of so many bytes at most, which is read by the caller as it comes.

    Raises:
        BodyTooLargeError: it states more; reading the body raises it where it has more.
    """
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > most:
        await _pass_over(request.receive, most * _REST)
        raise BodyTooLargeError
    read = 0

    async def receive() -> Message:
        nonlocal read
        message = await request.receive()
        read += len(message.get("body", b""))
        if read > most:
            if message.get("more_body"):
                await _pass_over(request.receive, most * _REST)
            raise BodyTooLargeError
        return message

    return Request(request.scope, receive)


async def _pass_over(receive: Receive, most: int) -> None:
    read = 0
    while read < most:
        message = await receive()
        read += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return
