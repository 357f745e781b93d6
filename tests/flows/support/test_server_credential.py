"""The server's credential: random, created once, private, and overridden by what is configured."""

import os
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from flows.support.private_files import create_once
from flows.support.server_credential import BrokenCredentialError, home_credential
from flows.support.settings import load_settings, prepare_environment


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Isolate the tests from the environment, and restore it afterwards."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TONGHOP_", "PREFECT_"))}
    monkeypatch.setattr(os, "environ", kept)


def mode(path: Path) -> int:
    """Return the permissions of a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


def test_each_home_has_its_own_and_keeps_it(tmp_path: Path) -> None:
    """Two homes have different credentials; the second call returns the first one's."""
    first, other = home_credential(tmp_path / "a"), home_credential(tmp_path / "b")
    assert first == home_credential(tmp_path / "a")
    assert first != other
    assert len(first.get_secret_value()) > 40


def test_of_several_writers_the_first_one_stays(tmp_path: Path) -> None:
    """A process that lost the race leaves the other's text and no draft."""
    for text in ("first", "second"):
        create_once(tmp_path / "file", text)
    assert (tmp_path / "file").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_only_the_service_may_read_is_closed(tmp_path: Path) -> None:
    """Whatever the umask, and also where an earlier version left them open, credential and database are private."""
    home = tmp_path / "home"
    before = os.umask(0)
    try:
        prepare_environment(load_settings(home=home))
        private = [home, home / "service", home / "service" / "server_auth", home / "prefect"]
        assert [mode(path) for path in private] == [0o700, 0o700, 0o600, 0o700]
        assert mode(home / "prefect" / "prefect.db") == 0o600
        for path in private:
            path.chmod(0o777)
        (home / "prefect" / "prefect.db").chmod(0o666)
        del os.environ["PREFECT_API_AUTH_STRING"]
        prepare_environment(load_settings(home=home))
        # The home itself is mended by each command, which leaves a way to its inbox.
        assert [mode(path) for path in private] == [0o777, 0o700, 0o600, 0o700]
        assert mode(home / "prefect" / "prefect.db") == 0o600
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    ("configured", "used"),
    [
        ({"TONGHOP_SERVER_AUTH": "an:secret", "PREFECT_API_AUTH_STRING": "of:prefect"}, "an:secret"),
        ({"PREFECT_API_AUTH_STRING": "of:prefect"}, "of:prefect"),
    ],
)
def test_a_configured_credential_wins(tmp_path: Path, configured: dict[str, str], used: str) -> None:
    """Server and clients get the configured credential, and no random one is made."""
    os.environ.update(configured)
    settings = prepare_environment(load_settings(home=tmp_path))
    assert settings.server_auth == SecretStr(used)
    assert {os.environ[f"PREFECT_{name}API_AUTH_STRING"] for name in ("", "SERVER_")} == {used}
    assert os.environ["PREFECT_SERVER_CSRF_PROTECTION_ENABLED"] == "true"
    assert not (tmp_path / "service").exists()


def test_a_broken_credential_is_named(tmp_path: Path) -> None:
    """A file without name and password is wrong usage that names the file, not an open server."""
    home_credential(tmp_path)
    (tmp_path / "service" / "server_auth").write_text("\n")
    with pytest.raises(BrokenCredentialError, match="server_auth"):
        home_credential(tmp_path)
