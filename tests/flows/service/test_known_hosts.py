"""Names under which the server may be asked."""

import socket

import pytest

from flows.service.known_hosts import known_hosts
from flows.support.service_settings import ServiceSettings

LOCAL = {"127.0.0.1", "localhost", "[::1]"}


@pytest.mark.parametrize(
    ("settings", "api", "further"),
    [
        ({}, "http://127.0.0.1:4200/api", set()),
        ({"server_url": "https://Tonghop.example/"}, "", {"tonghop.example"}),
        ({}, "http://server:4200/api", {"server"}),
        ({"server_host": "192.0.2.7"}, "", {"192.0.2.7", socket.gethostname().lower()}),
    ],
)
def test_known_hosts(settings: dict[str, str], api: str, further: set[str]) -> None:
    """This machine, the configured addresses and, where others can reach it, its names; never every name."""
    hosts = set(known_hosts(ServiceSettings.model_validate(settings), api))
    assert hosts >= LOCAL | further
    assert (hosts == LOCAL | further) or "server_host" in settings
    assert not hosts & {"", "*", "0.0.0.0", "[::]"}  # noqa: S104 # compared only
