"""A temporary Prefect server for a command that no running server serves, forked from the command itself.

Prefect's own temporary server is a new interpreter that imports everything again, and the command imports the server's
code only to start it: together a third of what a nightly run of an empty home costs. A fork shares what is imported.
"""

import gc
import multiprocessing
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing.process import BaseProcess
from typing import Final

import fastapi as _fastapi  # noqa: F401 # a run imports these as well: before the fork each is imported once
import httpx
import jinja2 as _jinja2  # noqa: F401 # as said
import pydantic.v1 as _pydantic_v1  # noqa: F401 # as said
import uvicorn
from prefect.settings import (
    PREFECT_API_BLOCKS_REGISTER_ON_START,
    PREFECT_API_DATABASE_MIGRATE_ON_START,
    PREFECT_API_URL,
    PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS,
    PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE,
    PREFECT_UI_ENABLED,
    get_current_settings,
    temporary_settings,
)
from starlette.middleware.trustedhost import TrustedHostMiddleware

import warehouse.store.engine as _engine  # noqa: F401 # as said: SQLAlchemy, which the server has too
from domain.errors import TransientError
from flows.service.prefect_tables import lay_tables
from flows.support.settings import has_own_server
from workbooks.pool.confinement import end_with_parent

_HOST: Final = "127.0.0.1"
_USED: Final = (
    *("/admin", "/csrf-token", "/logs", "/events", "/flows", "/flow_runs", "/deployments"),
    *("/v2/concurrency_limits", "/artifacts"),
)
"""Prefixes of the routes that runs ask for; the last two only where there is something to do or to show."""


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


@dataclass(frozen=True)
class _Started:
    process: BaseProcess
    url: str


def start_early() -> None:
    """Start the temporary server if commands of this process will need one, so that it starts beside their imports.

    Call after importing what the server needs too, and before this process has threads of its own: a fork copies none.
    """
    if not has_own_server() and can_fork():
        _start()


@cache
def temporary_server() -> str:
    """Start the server unless this process already did, and return the URL of its API; it ends with this process.

    Raises:
        TemporaryServerError: it ended or did not answer in time.
    """
    started = _start()
    try:
        # The socket listens from the start: the request waits until the server is ready, or is cut off when it ends.
        patience = PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS.value()
        # HTTP needs no certificates, which take long to load.
        no_certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        httpx.get(f"{started.url}/health", timeout=patience, verify=no_certificates).raise_for_status()
    except httpx.HTTPError as error:
        started.process.terminate()
        raise TemporaryServerError(str(error)) from error
    return started.url


@cache
def _start() -> _Started:
    listener = socket.create_server((_HOST, 0))
    # asyncio sets it only where a socket names its protocol, and every answer would wait 40 ms for an acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    process = multiprocessing.get_context("fork").Process(target=_serve, args=[listener], daemon=True)
    process.start()
    url = f"http://{_HOST}:{listener.getsockname()[1]}/api"
    listener.close()
    return _Started(process, url)


def _serve(listener: socket.socket) -> None:
    """Serve Prefect's API, without its UI, until the parent ends."""
    gc.freeze()  # what the command imported stays, and shared with it
    end_with_parent()
    changed = {
        PREFECT_UI_ENABLED: False,
        PREFECT_API_DATABASE_MIGRATE_ON_START: not lay_tables(),
        PREFECT_API_BLOCKS_REGISTER_ON_START: False,  # a lasting server does, whose UI shows them
        # At its end at the latest; there is no UI to see them earlier.
        PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE: 50,
    }
    with temporary_settings(changed):
        from prefect.server.api import server  # noqa: PLC0415 # only the server needs it

        # FastAPI builds the routes of all routers that come before the one that is asked for.
        server.API_ROUTERS = tuple(  # type: ignore[assignment] # typed as the tuple of these very routers
            sorted(server.API_ROUTERS, key=lambda router: (*_USED, router.prefix).index(router.prefix))
        )
        app = TrustedHostMiddleware(server.create_app(ephemeral=True), allowed_hosts=[_HOST])
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
    changed = {
        PREFECT_API_URL: temporary_server(),
        PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False,  # it is of this version
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,  # it ends with the run, and misses no heartbeat of it
    }
    with temporary_settings(changed):
        yield
