"""Two moments at which a nightly run waits until what disturbs it has been done: after the first slice of each kind.

It prints the name of each, and goes on after a line from its standard input.
"""

import sys
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any, Final

from flows.pipeline import publisher
from flows.pipeline.publisher import Publisher
from flows.support.slices import reading
from flows.support.slices.runner import SliceRunner

READING: Final = "reading"
WRITING: Final = "writing"
_PATIENCE_SECONDS: Final = 120


class Moments:
    """The two moments of a run, each of which comes once."""

    def __init__(self) -> None:
        """Take note of no slice yet."""
        self._futures: dict[str, list[Future[Any]]] = {READING: [], WRITING: []}
        self._past: set[str] = set()

    def note(self, work: Callable[..., object], future: Future[Any]) -> None:
        """Note a slice that was handed over."""
        self._futures[READING if work is reading.read_slice else WRITING].append(future)

    def wait_at(self, moment: str) -> None:
        """Wait until a worker returned a slice of the kind, then until the line comes, for the first time only."""
        if moment in self._past or not self._futures[moment]:
            return
        self._past.add(moment)
        finished, _ = wait(self._futures[moment], timeout=_PATIENCE_SECONDS, return_when=FIRST_COMPLETED)
        returned = any(not future.exception() for future in finished)
        sys.stdout.write(f"moment {moment} {'returned' if returned else 'nothing'}\n")
        sys.stdout.flush()
        sys.stdin.readline()


def watch_moments() -> None:
    """Have slices of this process wait at both moments, and publish what would be few areas in slices as well."""
    moments = Moments()
    submit, result_of, finish = SliceRunner.submit, reading.result_of, Publisher.finish

    def noted(self: SliceRunner, work: Callable[..., Any], *arguments: object) -> Future[Any]:
        future: Future[Any] = submit(self, work, *arguments)
        moments.note(work, future)
        return future

    def read(future: Future[Any]) -> object:
        moments.wait_at(READING)
        return result_of(future)

    def written(self: Publisher, refs: list[Any]) -> list[Any]:
        moments.wait_at(WRITING)
        return finish(self, refs)

    SliceRunner.submit = noted  # type: ignore[method-assign] # as long as the process lasts
    reading.result_of = read  # type: ignore[assignment]
    Publisher.finish = written  # type: ignore[method-assign]
    publisher.AREAS_PER_STEP = 2  # type: ignore[misc]
    publisher._AREAS_AT_ONCE = 1  # type: ignore[misc]
