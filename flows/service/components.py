"""What a service is made of: each component's command and what it is told beyond the settings."""

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from domain.errors import UsageError
from flows.support.prefect_names import POOL
from flows.support.service_settings import ServiceSettings
from flows.support.settings import Settings, child_environment, server_environment

SERVER = "server"
DEFINITIONS = "definitions"
WORKER = "worker"
PAGES = "pages"

TONGHOP = (sys.executable, "-c", "from cli.main import main; main()")
"""The command line of this very installation, wherever its script may lie."""


@dataclass(frozen=True)
class Component:
    """A program of a service."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


class NoPasswordError(UsageError):
    """A server that others can reach would let everybody in."""

    def __init__(self, host: str) -> None:
        """Keep the address."""
        self.host = host
        super().__init__(
            f"a server on {host} can be reached from other machines, and whoever reaches it may start runs and read "
            "every report. Give it a name and a password first: TONGHOP_SERVER_AUTH=name:password, in the environment "
            "or as a file TONGHOP_SERVER_AUTH in the folder that TONGHOP_SECRETS names. Without --host it listens to "
            "this machine only"
        )


def require_password(settings: ServiceSettings) -> None:
    """Let a server pass that nobody reaches from outside, or that asks for a password.

    Raises:
        NoPasswordError: it does neither.
    """
    if settings.listens_to_others and settings.server_auth is None:
        raise NoPasswordError(settings.server_host)


def server(settings: Settings) -> Component:
    """Prefect's server with its UI."""
    return Component(SERVER, (sys.executable, "-m", "flows.service.prefect_server"), server_environment(settings))


def worker() -> Component:
    """A worker of this machine, which carries out runs, each in a process of its own."""
    command = (sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process")
    results = {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "NOTSET"}
    return Component(WORKER, (*command, "--name", worker_name()), results)


def pages(settings: Settings) -> Component:
    """The published pages, and the office's behind a password."""
    ports = ("--port", str(settings.pages_port), "--office-port", str(settings.office_port))
    return Component(PAGES, (*TONGHOP, "serve", "--host", settings.server_host, *ports))


def definitions() -> Component:
    """What the server has to know: work pool, limit, deployments, automations; ends when it is told."""
    return Component(DEFINITIONS, (*TONGHOP, "up", "--only", DEFINITIONS))


def worker_name() -> str:
    """What this machine's worker is called."""
    return f"tonghop-{platform.node() or 'worker'}"


def exec_component(component: Component) -> NoReturn:
    """Replace the current process by the component, so that systemd and containers supervise the component itself."""
    os.execve(component.command[0], component.command, child_environment(**component.environment))  # noqa: S606 # our own command
