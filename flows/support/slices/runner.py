"""Hand slices to Dask's workers. What they do not return, the run does itself: no result depends on the engine."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from domain.catalog.catalog import Catalog
from flows.support.settings import Settings
from flows.support.slices.credential import security_of
from flows.support.slices.identity import SliceIdentity

T = TypeVar("T")
_LOG = logging.getLogger(__name__)
_CONNECTING_SECONDS = 10


@dataclass(frozen=True, slots=True)
class SliceRunner:
    """Workers that do slices for a run of this identity."""

    identity: SliceIdentity
    executor: Executor

    def submit(self, work: Callable[..., T], *arguments: object) -> "Future[T]":
        """Hand over a slice: a function of our modules, to be called with the identity and these arguments."""
        return self.executor.submit(work, self.identity, *arguments)


@contextmanager
def open_runner(settings: Settings, catalog: Catalog) -> Iterator[SliceRunner | None]:
    """Connect to the workers within the block; None: the run has none, or their scheduler does not answer."""
    if settings.runner == "local":
        yield None
        return
    from distributed import Client  # noqa: PLC0415 # an extra, and slow to import

    # What the run did without a worker it says itself; of slices that are taken back both log an error.
    for name in ("distributed", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(
            settings.scheduler, timeout=_CONNECTING_SECONDS, set_as_default=False, security=security_of(settings.home)
        )
    except OSError as error:  # a TimeoutError is one
        _LOG.warning("the scheduler %s does not answer (%s): the run does all itself", settings.scheduler, error)
        yield None
        return
    with client:
        identity = SliceIdentity.of_run(settings, catalog)
        name_refused(client.scheduler_info()["workers"].values(), identity)
        # Pure: a slice is known by its content, and a second run that hands it over gets the same result.
        yield SliceRunner(identity, client.get_executor(pure=True, resources=identity.resources))


def result_of(future: "Future[T]") -> T | None:
    """Return what a worker returned; None, and it is taken back, where it has not returned yet or failed."""
    if future.cancel():
        return None
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 # the run does it again itself, and meets the error if it is one of ours
        _LOG.warning("a slice was not done by a worker, but by the run: %s", error)
        return None


def name_refused(workers: Iterable[Mapping[str, Any]], identity: SliceIdentity) -> None:
    """Log which workers get no slices of this run, and what of them differs."""
    for worker in workers:
        offered = worker["resources"]
        missing = sorted(name.partition("-")[0] for name in identity.resources if name not in offered)
        if missing:
            _LOG.warning(
                "worker %s has another version (%s) than this run and gets no slices: start the scheduler and the "
                "workers again once all machines have the same",
                worker["name"],
                ", ".join(missing),
            )
