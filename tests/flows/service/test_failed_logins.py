"""Failed log-ins slow down further tries from their address, and are logged without what was tried."""

import base64
import logging

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from flows.service import failed_logins
from flows.service.failed_logins import FORGOTTEN_AFTER, FREE, LONGEST_WAIT, FailedLogins
from flows.service.http_guards import BasicAuthentication

ADDRESS = "10.0.0.1"


class Clock:
    """A clock that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


def test_waits_grow_up_to_a_limit() -> None:
    """The first failures cost nothing, then each doubles the wait; another address does not wait."""
    failed = FailedLogins(Clock())
    waits = []
    for _ in range(FREE + 8):
        failed.record(ADDRESS)
        waits.append(failed.seconds_to_wait(ADDRESS))
    assert waits == [0] * (FREE - 1) + [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert failed.seconds_to_wait("10.0.0.2") == 0


def test_a_wait_ends_and_failures_are_forgotten() -> None:
    """After the wait one more try is checked; after a quarter of an hour the address counts as new."""
    clock = Clock()
    failed = FailedLogins(clock)
    for _ in range(FREE + 6):
        failed.record(ADDRESS)
    clock.now = LONGEST_WAIT
    assert failed.seconds_to_wait(ADDRESS) == 0
    clock.now = FORGOTTEN_AFTER
    failed.record(ADDRESS)
    assert failed.seconds_to_wait(ADDRESS) == 0


def test_addresses_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Failures from any number of addresses take a bounded amount of memory; the oldest are forgotten."""
    monkeypatch.setattr(failed_logins, "MOST_ADDRESSES", 50)
    failed = FailedLogins(Clock())
    for _ in range(FREE):
        failed.record("first")
    for number in range(49):
        failed.record(f"address {number}")
    assert failed.seconds_to_wait("first") > 0
    failed.record("last")
    assert failed.seconds_to_wait("first") == 0


def test_the_password_is_not_checked_within_a_wait(caplog: pytest.LogCaptureFixture) -> None:
    """Not even the right one is admitted then; asking without a password is no failure, and no password is logged."""
    client = TestClient(BasicAuthentication(PlainTextResponse("in"), "an:secret"))
    caplog.set_level(logging.WARNING)

    def status(password: str | None) -> int:
        sent = {"Authorization": f"Basic {base64.b64encode(f'an:{password}'.encode()).decode()}"} if password else {}
        return client.get("/", headers=sent).status_code

    assert {status(None) for _ in range(FREE + 1)} == {401}
    assert status("secret") == 200
    assert [status("guessed") for _ in range(FREE)] == [401] * FREE
    assert (status("secret"), status(None)) == (429, 401)
    assert [record.message for record in caplog.records if "log-in" in record.message] == ["log-in failed"] * FREE
    assert "guessed" not in caplog.text
