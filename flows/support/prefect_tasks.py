"""Prefect tasks as the flows use them, and tolerance of an unavailable Prefect server."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.exceptions import PrefectException
from prefect.tasks import Task

T = TypeVar("T")
_LOG = logging.getLogger(__name__)


@contextmanager
def suppress_failures() -> Iterator[None]:
    """Log and suppress errors of the Prefect server: the record that counts is in the warehouse."""
    try:
        yield
    except (httpx.HTTPError, PrefectException, ConcurrencySlotAcquisitionError) as error:
        _LOG.warning("the Prefect server did not do as it was asked: %s", error)


def as_task(stage: str, label: str, work: Callable[[], T]) -> Task[[], T]:
    """Wrap a step as a Prefect task whose runs are named by the label."""
    # The work is a closure without parameters: Prefect searches a task's parameters for futures, leaf by leaf.
    return task(name=stage, task_run_name=lambda: label, cache_policy=NO_CACHE, persist_result=False)(work)
