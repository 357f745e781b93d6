"""A temporary Prefect server for a command that no running server serves, forked from the command itself.

Prefect's own temporary server is a new interpreter that imports everything again, and the command imports the server's
code only to start it: together a third of what a nightly run of an empty home costs. A fork shares what is imported.
"""

import multiprocessing
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

import httpx
import uvicorn
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS,
    PREFECT_UI_ENABLED,
    get_current_settings,
    temporary_settings,
)
from starlette.middleware.trustedhost import TrustedHostMiddleware

from domain.errors import TransientError
from flows.support.settings import has_own_server
from workbooks.pool.confinement import end_with_parent

_HOST: Final = "127.0.0.1"


class TemporaryServerError(TransientError):
    """The temporary server did not start."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason
        super().__init__(
            f"the temporary Prefect server did not start ({reason}). Try again, or start a lasting one with tonghop "
            "up, which every command then uses."
        )


def can_fork() -> bool:
    """Return whether this system can start such a server; on others Prefect starts its own."""
    return sys.platform == "linux"


@cache
def temporary_server() -> str:
    """Start the server unless this process already did, and return the URL of its API; it ends with this process.

    Call before this process has threads of its own: a fork copies none of them.

    Raises:
        TemporaryServerError: it ended or did not answer in time.
    """
    listener = socket.create_server((_HOST, 0))
    process = multiprocessing.get_context("fork").Process(target=_serve, args=[listener], daemon=True)
    process.start()
    url = f"http://{_HOST}:{listener.getsockname()[1]}/api"
    listener.close()
    try:
        # The socket listens from the start: the request waits until the server is ready, or is cut off when it ends.
        httpx.get(f"{url}/health", timeout=PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS.value()).raise_for_status()
    except httpx.HTTPError as error:
        process.terminate()
        raise TemporaryServerError(str(error)) from error
    return url


def _serve(listener: socket.socket) -> None:
    """Serve Prefect's API, without its UI, until the parent ends."""
    end_with_parent()
    with temporary_settings({PREFECT_UI_ENABLED: False}):
        from prefect.server.api.server import create_app  # noqa: PLC0415 # only the server needs it

        app = TrustedHostMiddleware(create_app(ephemeral=True, final=True), allowed_hosts=[_HOST])
        keepalive = get_current_settings().server.api.keepalive_timeout
        config = uvicorn.Config(app, log_level="error", lifespan="on", timeout_keep_alive=keepalive)
        uvicorn.Server(config).run(sockets=[listener])


@contextmanager
def served() -> Iterator[None]:
    """Use the configured Prefect server within the block, else a temporary one of this process.

    Raises:
        TemporaryServerError: the temporary server did not start.
    """
    if has_own_server() or not can_fork():
        yield
        return
    with temporary_settings({PREFECT_API_URL: temporary_server()}):
        yield
