"""Components of a service: the command of each and its environment beyond the settings."""

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import urlsplit

from flows.support.prefect_names import POOL
from flows.support.settings import Settings, child_environment, server_environment
from flows.support.slices.credential import options_of
from flows.support.slices.identity import SliceIdentity

SERVER = "server"
DEFINITIONS = "definitions"
WORKER = "worker"
PAGES = "pages"
SCHEDULER = "scheduler"
SLICES = "slices"

_DEATH_SECONDS = 60
_NO_PAGES = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
"""Dask serves pages on itself, which need no a password: only on this machine."""

TONGHOP = (sys.executable, "-c", "from cli.main import main; main()")
"""Return the command line of this very installation, wherever its script lies."""


@dataclass(frozen=True)
class Component:
    """A program of a service."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


def server(settings: Settings) -> Component:
    """Return Prefect's server with its UI."""
    return Component(SERVER, (sys.executable, "-m", "flows.service.prefect_server"), server_environment(settings))


def worker() -> Component:
    """Return a worker of this machine, which executes each run in a process of its own."""
    command = (sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process")
    results = {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "NOTSET"}
    return Component(WORKER, (*command, "--name", worker_name()), results)


def pages(settings: Settings) -> Component:
    """Return the web server of published pages, of the office's pages behind a password, and of the upload page."""
    ports = {"": settings.pages_port, "office-": settings.office_port, "upload-": settings.upload_port}
    options = (text for name, port in ports.items() for text in (f"--{name}port", str(port)))
    return Component(PAGES, (*TONGHOP, "serve", "--host", settings.server_host, *options))


def definitions() -> Component:
    """Return the program that applies the server's definitions (pool, limit, deployments, automations) and ends."""
    return Component(DEFINITIONS, (*TONGHOP, "up", "--only", DEFINITIONS))


def scheduler(settings: Settings) -> Component:
    """Return Dask's scheduler, which hands slices of runs to workers."""
    address = urlsplit(settings.scheduler)
    command = (sys.executable, "-m", "distributed.cli.dask_scheduler", *_NO_PAGES)
    host = ("--host", f"{address.scheme}://{address.hostname}", "--port", str(address.port))
    preload = ("--preload", "flows.service.slice_scheduler")
    return Component(SCHEDULER, (*command, *host, *options_of(settings.home), *preload))


def slices(settings: Settings, identity: SliceIdentity) -> Component:
    """Return Dask's workers of this machine, which do slices of runs of that identity, each one at a time."""
    count = os.cpu_count() or 1 if settings.reading_workers is None else settings.reading_workers
    resources = " ".join(f"{name}={amount}" for name, amount in identity.resources.items())
    options = ("--nworkers", str(max(1, count)), "--nthreads", "1", "--memory-limit", "0", *_NO_PAGES)
    command = (sys.executable, "-m", "distributed.cli.dask_worker", settings.scheduler, *options_of(settings.home))
    # Its workers start the processes that read. Without a scheduler it ends, and is compared with the next one's.
    environment = {"DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    ending = ("--death-timeout", str(_DEATH_SECONDS), "--preload", "flows.support.slices.reading")
    # Without a name: by that of a machine Dask would refuse what starts again before the end of the first was noticed.
    return Component(SLICES, (*command, *options, *ending, "--resources", resources), environment)


def worker_name() -> str:
    """Return the name of this machine's worker."""
    return f"tonghop-{platform.node() or 'worker'}"


def exec_component(component: Component) -> NoReturn:
    """Replace the current process by the component, so that systemd and containers supervise the component itself."""
    os.execve(component.command[0], component.command, child_environment(**component.environment))  # noqa: S606 # our own command
