"""Components of a service: the command of each and its environment beyond the settings."""

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from flows.support.prefect_names import POOL
from flows.support.settings import Settings, child_environment, server_environment

SERVER = "server"
DEFINITIONS = "definitions"
WORKER = "worker"
PAGES = "pages"

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


def worker_name() -> str:
    """Return the name of this machine's worker."""
    return f"tonghop-{platform.node() or 'worker'}"


def exec_component(component: Component) -> NoReturn:
    """Replace the current process by the component, so that systemd and containers supervise the component itself."""
    os.execve(component.command[0], component.command, child_environment(**component.environment))  # noqa: S606 # our own command
