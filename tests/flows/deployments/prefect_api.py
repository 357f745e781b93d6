"""How tests speak to a Prefect server: as its own programs do, which ask a busy one again."""

from typing import Any
from uuid import uuid4

import httpx
from prefect.client.base import PrefectHttpxSyncClient

from tests.flows.deployments.prefect_server import server_url


def api(url: str, auth: tuple[str, str] | None = None) -> httpx.Client:
    """A server's API, as Prefect's own programs ask it: again while it is busy, with a token where there is a password.

    On SQLite a server answers 503 whenever two of its own services want to write at once. Errors are raised.
    """
    return PrefectHttpxSyncClient(base_url=url, auth=auth, timeout=60, enable_csrf_support=auth is not None)


def ask(path: str, **question: object) -> Any:  # noqa: ANN401 # JSON
    """The server's answer to a question that is posted."""
    with api(server_url()) as client:
        return client.post(path, json=question).json()


def start_run(client: httpx.Client, deployment: str, **parameters: object) -> dict[str, Any]:
    """A run of the deployment of this id, as its form starts it: one, however often the server had to be asked."""
    results = {"parameters": parameters, "idempotency_key": str(uuid4())}
    run: dict[str, Any] = client.post(f"deployments/{deployment}/create_flow_run", json=results).json()
    return run


def look_up(path: str) -> Any:  # noqa: ANN401 # JSON
    """What the server has under an address."""
    with api(server_url()) as client:
        return client.get(path).json()
