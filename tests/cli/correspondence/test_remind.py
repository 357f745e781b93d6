"""`tonghop remind`: who would get what, what was sent, and what status says of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import Command, live_in, runner
from tests.flows.deployments.notice_sinks import Mailbox, smtp_server
from tests.flows.pipeline.nightly_runs import prepare_home

UNIT, ADDRESS = "22810", "ninhson@khanhhoa.vn"
"""A commune that goes on after the last changes: the days of these reminders are those of the machine's clock."""


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[int, Mailbox]]:
    """Start a mail server."""
    with smtp_server() as running:
        yield running


@pytest.fixture
def tonghop(
    tmp_path: Path,
    mirrored_warehouse: Path,
    server: tuple[int, Mailbox],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """Return a function that runs a command in a home with one registered address."""
    prepare_home(tmp_path / "home", mirrored_warehouse)
    mail = {"MAIL_HOST": "127.0.0.1", "MAIL_PORT": str(server[0]), "MAIL_SECURITY": "none", "MAIL_FROM": "a@ninhson.vn"}
    settings = {f"TONGHOP_{name}": value for name, value in mail.items()}
    live_in(tmp_path / "home", monkeypatch, TONGHOP_LANG="en", TONGHOP_AREAS=f"{UNIT},22813", **settings)
    run = runner(monkeypatch, capsys)
    run("senders", "add", "--units", UNIT, "--sender", ADDRESS, "--reason", "list", "--source", "inbox")
    return run


def test_a_dry_run_sends_nothing(tonghop: Command, server: tuple[int, Mailbox]) -> None:
    """It shows recipient and subject, and who has no address."""
    server[1].mails.clear()
    code, out, _ = tonghop("remind", "--dry-run")
    assert code == 0
    assert f"{UNIT} Xã Ninh Sơn → {ADDRESS} [tổng hợp] Reminder: report for" in out
    assert "no address is registered for them (tonghop senders add --sender …): 1. 22813 Xã Lâm Sơn" in out
    assert "1 reminders would be sent" in out
    assert server[1].mails == []


def test_what_was_sent_is_in_the_status(tonghop: Command, server: tuple[int, Mailbox]) -> None:
    """The JSON names unit, step and text; a second run has nothing to send."""
    server[1].mails.clear()
    code, out, _ = tonghop("remind", "--json")
    result = json.loads(out)
    (mail,) = result["mails"]
    assert (code, result["sent"], mail["unit"], mail["addresses"]) == (0, 1, UNIT, [ADDRESS])
    assert {each["unit"]: each["report"] for each in result["missing"]} == {UNIT: "silent", "22813": "silent"}
    assert [each["To"] for each in server[1].mails] == [ADDRESS]
    status = ("status", "--area", UNIT, "--period", mail["period"])
    assert "reminders sent: 1, the last on" in tonghop(*status)[1]
    assert json.loads(tonghop(*status, "--json")[1])["units"][0]["reminded"]["count"] == 1
    assert "No reminder is due" in tonghop("remind")[1]


def test_without_a_mail_server_the_setting_is_named(tonghop: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong usage, and nothing is recorded."""
    monkeypatch.setenv("TONGHOP_MAIL_HOST", "")
    code, _, err = tonghop("remind")
    assert (code, "TONGHOP_MAIL_HOST" in err) == (2, True)
