"""A service leaves no process behind when ended by Ctrl-C, killed at any moment, or stopped while it starts."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flows.support.processes import processes_of
from flows.support.service_record import READY, read
from tests.cli.command import tonghop
from tests.flows.deployments.prefect_server import free_port
from tests.flows.pipeline.nightly_runs import prepare_home
from tests.flows.service.service_runner import Service, until

pytestmark = [pytest.mark.xdist_group("service"), pytest.mark.timeout(1200)]


@pytest.fixture
def service(tmp_path: Path, mirrored_warehouse: Path) -> Iterator[Service]:
    """A home on which nothing runs yet; whatever a test leaves running is taken down."""
    result = Service(prepare_home(tmp_path / "home", mirrored_warehouse), free_port(), {})
    yield result
    if read(result.home) is not None:
        result.run("down")


def started_up_to(service: Service, stage: str) -> "tuple[subprocess.Popen[str], str]":
    """A command `up` in the foreground that has come to a stage, and the mark of its processes."""
    command = service.start("up")

    def there() -> str | None:
        assert command.poll() is None, command.communicate()[0]
        record = read(service.home)
        is_there = record is not None and record.supervisor.pid == command.pid and record.stage == stage
        return record.service if record and is_there and processes_of(record.service) else None

    return command, until(there)


def test_killed_and_started_again_and_ctrl_c(service: Service) -> None:
    """Killed without warning it leaves processes; the next `up` ends them and comes up; Ctrl-C then ends all.

    While it is up, Prefect's pages make a browser contact no other host.
    """
    first, mark = started_up_to(service, "server")
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert processes_of(mark)
    second, new_mark = started_up_to(service, READY)
    assert processes_of(mark) == []
    page = httpx.get(f"http://127.0.0.1:{service.port}/v2/", headers={"Accept": "text/html"}, timeout=60)
    assert "<title>" in page.raise_for_status().text
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    second.send_signal(signal.SIGINT)
    result = second.communicate(timeout=120)[0]
    assert "processes it had left were ended" in result
    assert "Everything is stopped" in result
    assert second.returncode == 0
    assert processes_of(new_mark) == []


def test_taken_down_while_it_starts(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`down` ends a service that is still starting, and a second `down` finds nothing."""
    monkeypatch.setattr(os, "environ", service.environment)
    command, mark = started_up_to(service, "server")
    assert tonghop(monkeypatch, "down") == 0
    command.wait(60)
    assert processes_of(mark) == []
    capsys.readouterr()
    assert tonghop(monkeypatch, "down") == 0
    assert "Nothing is up" in capsys.readouterr().out


def test_sigterm_during_the_start_ends_the_service(service: Service) -> None:
    """SIGTERM while the server is being started ends the server too."""
    command, mark = started_up_to(service, "server")
    command.terminate()
    command.communicate(timeout=60)
    assert processes_of(mark) == []


@pytest.mark.parametrize("words", [("up",), ("up", "--detach"), ("up", "--only", "server")], ids=" ".join)
def test_a_taken_port_is_wrong_usage(
    service: Service, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A port in use is reported with its program and the setting for another; nothing is started."""
    monkeypatch.setattr(os, "environ", service.environment)
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", service.port))
        somebody.listen()
        assert tonghop(monkeypatch, *words) == 2
    result = " ".join(capsys.readouterr().err.split())
    assert read(service.home) is None
    assert f"port {service.port} of 127.0.0.1 is taken by" in result
    assert f"(process {os.getpid()})" in result
    assert "--port" in result
