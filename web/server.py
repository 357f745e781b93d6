"""HTTP server for several sites, each on its own port, until SIGINT or SIGTERM."""

import asyncio
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from domain.errors import UsageError


@dataclass(frozen=True)
class Site:
    """An app with the host and port that it listens on."""

    app: ASGIApp
    host: str
    port: int


def run(sites: Sequence[Site]) -> None:
    """Serve all sites until SIGINT or SIGTERM; running responses are finished first.

    Raises:
        UsageError: a port is in use, or the host is not an address of this machine.
    """
    sockets = [_bound(site) for site in sites]
    asyncio.run(_run(sites, sockets))


async def _run(sites: Sequence[Site], sockets: Sequence[socket.socket]) -> None:
    servers = [
        # Without websockets: files cannot answer them, so asking for one would be an error of ours.
        _Server(
            uvicorn.Config(site.app, log_config=None, access_log=False, server_header=False, lifespan="off", ws="none")
        )
        for site in sites
    ]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop)
    await asyncio.gather(*(server.serve(sockets=[bound]) for server, bound in zip(servers, sockets, strict=True)))


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no handlers: `_run` handles signals for all servers."""
        yield


def _bound(site: Site) -> socket.socket:
    family = socket.AF_INET6 if ":" in site.host else socket.AF_INET
    bound = socket.socket(family, proto=socket.IPPROTO_TCP)  # or asyncio lets answers wait for acknowledgements
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((site.host, site.port))
    except OSError as error:
        bound.close()
        raise UsageError(f"nothing can be served on {site.host}:{site.port} ({error.strerror})") from error
    return bound
