"""Prefect's concurrency limit for loading, on a real server: at 0 loading waits, even if the server restarts."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from threading import Event
from unittest.mock import Mock

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.settings import PREFECT_API_URL, PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW, temporary_settings

from flows.deployments.prefect_steps import PrefectSteps
from flows.support.prefect_names import LIMIT
from tests.flows.deployments.prefect_server import PATIENCE_SECONDS, server_url
from tests.flows.service.service_runner import until

pytestmark = pytest.mark.xdist_group("prefect")


@pytest.fixture
def change_limit() -> Iterator[Callable[[int], None]]:
    """Return a function that sets the limit, which is 0 at first."""
    with SyncPrefectClient(api=server_url()) as client:

        def change(most: int) -> None:
            client.upsert_global_concurrency_limit_by_name(LIMIT, most)

        change(0)
        yield change
        client.delete_global_concurrency_limit_by_name(LIMIT)


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrefectSteps]:
    """Make the steps of a run that the server records."""
    monkeypatch.setenv("TONGHOP_HOME", str(tmp_path))
    monkeypatch.setattr("flows.deployments.prefect_steps._LOOK_AGAIN_SECONDS", 0.1)
    with temporary_settings({PREFECT_API_URL: server_url(), PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW: "ignore"}):
        yield PrefectSteps("run")


def test_loading_waits_while_the_limit_is_0(
    steps: PrefectSteps, change_limit: Callable[[int], None], caplog: pytest.LogCaptureFixture
) -> None:
    """Loading reports once that it waits, and continues by itself when the limit is raised."""
    loaded = Event()
    with ThreadPoolExecutor() as pool:
        step = pool.submit(copy_context().run, steps.run, "load", "load 1-1 of 1", loaded.set)
        try:
            until(lambda: "loading is held" in caplog.text or loaded.is_set())
            assert not loaded.wait(1)
        finally:
            change_limit(1)
        step.result(PATIENCE_SECONDS)
    assert loaded.is_set()
    assert caplog.text.count("loading is held") == 1


def test_a_restarted_server_keeps_loading_on_hold(
    steps: PrefectSteps, change_limit: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server restart while loading waits does not let it continue."""
    change_limit(1)
    answers = iter([True, httpx.ConnectError("away"), True, False])
    monkeypatch.setattr("flows.deployments.prefect_steps._is_held", Mock(side_effect=answers))
    assert steps.run("load", "load 1-1 of 1", lambda: list(answers)) == []
