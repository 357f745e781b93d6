"""The temporary Prefect server of a command: whom it answers, and that it ends with the command."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flows.service import temporary_server
from flows.service.temporary_server import TemporaryServerError
from flows.support.server_credential import home_credential
from tests.flows.deployments.prefect_server import clean_environment
from tests.flows.service.service_runner import until

COMMAND = """
from flows.support.settings import load_settings, prepare_environment
prepare_environment(load_settings())
from flows.service.temporary_server import temporary_server
print(temporary_server(), flush=True)
input()
"""


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Start a temporary server from another process; return that process and its home."""
    home = tmp_path_factory.mktemp("home")
    environment = clean_environment(TONGHOP_HOME=str(home))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    with subprocess.Popen([sys.executable, "-c", COMMAND], **pipes) as process:  # type: ignore[call-overload] # options
        yield process, home
        process.kill()


def test_a_temporary_server_is_guarded_and_ends_with_a_killed_command(
    command: tuple[subprocess.Popen[str], Path],
) -> None:
    """It answers its command's home alone, under its own address alone, and ends after SIGKILL of the command."""
    process, home = command
    assert process.stdout
    url = process.stdout.readline().strip()
    owner = httpx.BasicAuth(*home_credential(home).get_secret_value().split(":", 1))
    version = f"{url}/admin/version"
    statuses = [
        httpx.get(version, auth=owner).status_code,
        httpx.get(version).status_code,
        httpx.get(version, auth=owner, headers={"Host": "attacker.example"}).status_code,
    ]
    assert statuses == [200, 401, 400]
    process.kill()
    until(lambda: not _answers(version))


def test_a_server_that_does_not_start_is_an_error_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server whose process ends at once is reported with what to do, not waited for."""
    monkeypatch.setattr(temporary_server, "_serve", lambda _listener: os._exit(3))
    with pytest.raises(TemporaryServerError, match="tonghop up"):
        temporary_server.temporary_server.__wrapped__()


def _answers(url: str) -> bool:
    try:
        httpx.get(url)
    except httpx.TransportError:
        return False
    return True
