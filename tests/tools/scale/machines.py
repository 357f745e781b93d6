"""Machines in network namespaces: each has an address of its own on a bridge, and its link can be taken down.

Making namespaces needs root and Debian's `iproute2`.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from domain.errors import UsageError

_NETWORK = "10.77.0"


@dataclass(frozen=True)
class TrialMachine:
    """A network namespace with its address; all share the disk, as if they had mounted it."""

    namespace: str
    address: str

    def start(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        output: int | IO[bytes],
        commands: int = subprocess.DEVNULL,
        errors: int | IO[bytes] = subprocess.STDOUT,
    ) -> subprocess.Popen[bytes]:
        """Start a program on this machine."""
        return subprocess.Popen(
            [*self.prefix, *command], env=dict(environment), stdin=commands, stdout=output, stderr=errors
        )

    @property
    def prefix(self) -> tuple[str, ...]:
        """Return the words before a command that is to be executed on this machine."""
        return "ip", "netns", "exec", self.namespace

    def cut_off(self) -> None:
        """Take the link to all other machines down."""
        _ip("-n", self.namespace, "link", "set", "eth0", "down")


@dataclass(frozen=True)
class TrialNetwork:
    """The machine with the servers and the run, and those of workers."""

    hub: TrialMachine
    workers: tuple[TrialMachine, ...]


@contextmanager
def machines(workers: int) -> Iterator[TrialNetwork]:
    """Yield machines with a network between them, and remove it afterwards.

    Raises:
        UsageError: this account may not make network namespaces.
    """
    if os.geteuid():
        raise UsageError("network namespaces can be made by root only: run this as root, or with sudo")
    with ExitStack() as ends:
        hub = _add(ends, "hub", f"{_NETWORK}.1")
        _ip("-n", hub.namespace, "link", "add", "eth0", "type", "bridge")
        _connect(hub)
        made = [_add(ends, f"w{number}", f"{_NETWORK}.{10 + number}") for number in range(1, workers + 1)]
        for number, machine in enumerate(made, 1):
            port = f"w{number}"
            ends_of_link = ("type", "veth", "peer", "name", "eth0", "netns", machine.namespace)
            _ip("-n", hub.namespace, "link", "add", port, *ends_of_link)
            _ip("-n", hub.namespace, "link", "set", port, "master", "eth0", "up")
            _connect(machine)
            # Dask takes the address by which anything else is reached.
            _ip("-n", machine.namespace, "route", "add", "default", "via", hub.address)
        yield TrialNetwork(hub, tuple(made))


def _add(ends: ExitStack, name: str, address: str) -> TrialMachine:
    machine = TrialMachine(f"tonghop-{os.getpid()}-{name}", address)
    _ip("netns", "add", machine.namespace)
    ends.callback(_ip, "netns", "delete", machine.namespace)
    _ip("-n", machine.namespace, "link", "set", "lo", "up")
    return machine


def _connect(machine: TrialMachine) -> None:
    _ip("-n", machine.namespace, "address", "add", f"{machine.address}/24", "dev", "eth0")
    _ip("-n", machine.namespace, "link", "set", "eth0", "up")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, cwd=Path("/"), capture_output=True)
