"""Start the components of a service one after the other, monitor them, and end them all in every case."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Protocol
from uuid import uuid4

from domain.errors import TransientError, UsageError
from flows.actions.users.accounts import is_desk_open
from flows.service import components
from flows.service.api import ServerApi, answers
from flows.service.components import Component
from flows.support.prefect_names import POOL
from flows.support.processes import end, owner_of_port, process_of, processes_of, start
from flows.support.service_record import READY, Record, erase, exclusive_service, folder_of, read, write
from flows.support.settings import Settings, child_environment

PATIENCE_SECONDS = 240
"""Seconds a component may take to start: the server has been seen to take 50 s on a busy machine with two cores."""
ENDING_SECONDS = 20
"""Seconds a component may take to end before it is killed."""
_LOOK_SECONDS = 0.5
_LONGEST_PAUSE = 60
_STEADY_SECONDS = 300
"""A component that ends after running this long is restarted at once, without a pause."""
_LOG_TAIL = 1500


class PortTakenError(UsageError):
    """Another program listens on the server's port."""

    def __init__(self, host: str, port: int, owner: str, setting: str) -> None:
        """Keep the address, the program there, and the setting that chooses another."""
        self.host, self.port, self.owner, self.setting = host, port, owner, setting
        how = "--port or TONGHOP_SERVER_PORT" if setting == "server_port" else f"TONGHOP_{setting.upper()}"
        by = f" by {owner}" if owner else ""
        super().__init__(f"port {port} of {host} is taken{by}: end that, or choose another port with {how}")


class NotStartedError(TransientError):
    """A component ended while it was started, or never became ready."""

    def __init__(self, component: str, what: str, log: Path) -> None:
        """Keep the component, what happened, and the log with details."""
        self.component, self.log = component, log
        result = log.read_text(encoding="utf-8", errors="replace")[-_LOG_TAIL:].strip() if log.exists() else ""
        super().__init__(f"{component} {what}. Its log ({log}) ends with:\n{result}")


class Observer(Protocol):
    """Listener for the start of a service and the state of its components."""

    def leftovers(self, count: int) -> None:
        """Processes left by a killed service were found, and ended."""

    def begin(self, stage: str) -> None:
        """A component is being started, or `ready`."""

    def restarted(self, component: str, code: int) -> None:
        """A component exited by itself with this code and is restarted."""


class _StopAskedError(BaseException):
    """The service was told to end; not an Exception, so that no handler of errors catches it."""


class Supervisor:
    """One service on one home; `run` lasts as long as the service does."""

    def __init__(self, settings: Settings, observer: Observer) -> None:
        """Set up the supervisor; start nothing yet."""
        self._settings = settings
        self._observer = observer
        self._folder = folder_of(settings.home)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._begun: dict[str, float] = {}
        self._api = ServerApi(f"{settings.address}/api", settings.server_auth)
        self._record = Record(
            service=uuid4().hex,
            supervisor=process_of(),
            started_at=datetime.now(UTC).isoformat(),
            stage="",
            addresses=_addresses(settings),
        )

    @property
    def record(self) -> Record:
        """The running components and their addresses."""
        return self._record

    def run(self) -> None:
        """Start the service, monitor it until it is told to end, and end all of it.

        Raises:
            AlreadyUpError: one runs on this home.
            PortTakenError: it cannot listen there.
            NotStartedError: a component does not start.
        """
        with exclusive_service(self._settings.home), _asked_to_stop() as let_finish:
            try:
                self._clear_leftovers()
                require_ports(self._settings)
                self._bring_up()
                while True:
                    time.sleep(_LOOK_SECONDS)
                    self._tend()
            except _StopAskedError:
                pass
            finally:
                let_finish()
                take_down(self._record.service)
                erase(self._settings.home)

    def _clear_leftovers(self) -> None:
        before = read(self._settings.home)
        if before is not None and (left := processes_of(before.service)):
            take_down(before.service)
            self._observer.leftovers(len(left))

    def _bring_up(self) -> None:
        self._start(components.server(self._settings))
        self._wait(components.SERVER, self._api.is_healthy)
        self._start(components.definitions())
        self._wait_for_end(components.DEFINITIONS)
        since = datetime.now(UTC)
        self._start(components.worker())
        self._wait(components.WORKER, lambda: self._api.is_heard(components.worker_name(), POOL, since))
        self._start(components.pages(self._settings))
        self._wait(components.PAGES, lambda: answers(self._record.addresses["pages"]))
        self._note(stage=READY)
        self._observer.begin(READY)

    def _start(self, component: Component) -> None:
        log = self._log(component.name)
        if log.exists():
            log.replace(log.with_suffix(".log.1"))  # the previous service may have failed, and this log states why
        self._note(stage=component.name)
        self._observer.begin(component.name)
        self._spawn(component)

    def _spawn(self, component: Component) -> None:
        child = start(
            self._record.service,
            component.name,
            component.command,
            environment=child_environment(PREFECT_API_URL=self._record.api, **component.environment),
            folder=self._folder,
            log=self._log(component.name),
        )
        self._children[component.name] = child
        self._begun[component.name] = time.monotonic()
        self._note(components={**self._record.components, component.name: process_of(child.pid)})

    def _wait(self, component: str, is_ready: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not is_ready():
            code = self._children[component].poll()
            if code is not None:
                raise NotStartedError(component, f"ended with {code} while it was started", self._log(component))
            if time.monotonic() > give_up:
                raise NotStartedError(component, f"was not ready after {PATIENCE_SECONDS} s", self._log(component))
            time.sleep(_LOOK_SECONDS)

    def _wait_for_end(self, component: str) -> None:
        try:
            code = self._children.pop(component).wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise NotStartedError(component, f"took more than {PATIENCE_SECONDS} s", self._log(component)) from error
        if code:
            raise NotStartedError(component, f"ended with {code}", self._log(component))

    def _tend(self) -> None:
        """Restart components that exited by themselves, after a pause that grows with each failure."""
        made: dict[str, Callable[[], Component]] = {
            components.SERVER: lambda: components.server(self._settings),
            components.WORKER: components.worker,
            components.PAGES: lambda: components.pages(self._settings),
        }
        for name, child in list(self._children.items()):
            code = child.poll()
            if code is None:
                continue
            self._observer.restarted(name, code)
            self._pause(name)
            self._spawn(made[name]())

    def _pause(self, name: str) -> None:
        lived = time.monotonic() - self._begun[name]
        time.sleep(0 if lived > _STEADY_SECONDS else min(_LONGEST_PAUSE, 1 + 10 / max(lived, 0.2)))

    def _log(self, component: str) -> Path:
        return self._folder / f"{component}.log"

    def _note(self, **changed: object) -> None:
        self._record = replace(self._record, **changed)  # type: ignore[arg-type] # its own fields
        write(self._settings.home, self._record)


def require_ports(settings: Settings) -> None:
    """Raise unless all configured ports are free.

    Raises:
        PortTakenError: one is in use.
    """
    for name in ("server_port", "pages_port", "upload_port", *(["office_port"] if is_desk_open(settings) else [])):
        require_port(settings, name)


def require_port(settings: Settings, name: str) -> None:
    """Raise unless the port of that setting is free.

    Raises:
        PortTakenError: it is in use.
    """
    host, port = settings.server_host, getattr(settings, name)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do it
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTakenError(host, port, owner_of_port(port), name) from error


def _addresses(settings: Settings) -> dict[str, str]:
    ports = {"pages": settings.pages_port, "upload": settings.upload_port}
    ports |= {"office": settings.office_port} if is_desk_open(settings) else {}
    return {"server": settings.address} | {name: settings.address_of(port) for name, port in ports.items()}


def take_down(service: str) -> None:
    """End all processes of a service: the runs first, while the server can still note how they ended."""
    end(service, components.WORKER, patience=ENDING_SECONDS)
    end(service, patience=ENDING_SECONDS)


@contextmanager
def _asked_to_stop() -> Iterator[Callable[[], None]]:
    """Raise on signals that end the process within the block; yield a function that makes them ignored."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _StopAskedError

    # Started under nohup, the process is meant to outlive the terminal.
    hangup = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
    results = (signal.SIGINT, signal.SIGTERM, *hangup)
    before = {number: signal.signal(number, stop) for number in results}

    def let_finish() -> None:
        for number in results:
            signal.signal(number, signal.SIG_IGN)

    try:
        yield let_finish
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
