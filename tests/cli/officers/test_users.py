"""`tonghop users`: who may log in at the desk."""

import json

import pytest

from flows.actions.users import accounts, passwords
from tests.cli.command import Command

FIRST = ("users", "add", "quan.tri", "--full-name", "Trần Quản Trị", "--role", "administrator")


pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture
def tonghop(tonghop: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return that of all commands, where passwords that are made are always the same."""
    for module in (accounts, passwords):
        monkeypatch.setattr(module, "new_password", lambda: "a-new-password")
    return tonghop


def test_users_are_added_listed_and_changed(tonghop: Command) -> None:
    """The password is printed by the commands that make it, and by no other."""
    assert "There are no users" in tonghop("users", "list")[1]
    assert "a-new-password" in tonghop(*FIRST)[1]
    added = tonghop("users", "add", "lan", "--full-name", "Nguyễn Thị Lan", "--areas", "585, 56")[1]
    assert "officer, 56, 585" in added or "officer, 585, 56" in added
    assert "viewer, all areas" in tonghop("users", "role", "lan", "--role", "viewer")[1]
    assert "a-new-password" in tonghop("users", "reset", "lan")[1]
    assert "otpauth://totp/" in tonghop("users", "second-factor", "lan")[1]
    listed = tonghop("users", "list")[1]
    assert "with codes" in listed
    assert "a-new-password" not in listed
    assert "by password alone" in tonghop("users", "second-factor", "lan", "--off")[1]
    assert tonghop("users", "disable", "lan")[0] == 0
    lan, first = json.loads(tonghop("users", "list", "--json")[1])
    assert (lan["user"]["role"], bool(lan["disabled_at"]), lan["has_second_factor"]) == ("viewer", True, False)
    assert (first["user"]["name"], first["disabled_at"]) == ("quan.tri", None)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("users", "add", "lan", "--full-name", "Lan"), "first user has to be an administrator"),
        (("users", "reset", "lan"), "there is no user lan"),
        ((*FIRST, "--areas", "585"), "name no areas"),
    ],
    ids=["first user", "unknown", "administrator of an area"],
)
def test_impossible_users_are_refused(tonghop: Command, arguments: tuple[str, ...], problem: str) -> None:
    """With exit code 2 and what to do."""
    code, _, errors = tonghop(*arguments)
    assert code == 2
    assert problem in " ".join(errors.split())


def test_a_user_is_bound_to_an_identity(tonghop: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the provider of the settings, which no other user may have as well."""
    for arguments in (FIRST, ("users", "add", "lan", "--full-name", "Nguyễn Thị Lan")):
        assert tonghop(*arguments)[0] == 0
    assert "no provider is set" in tonghop("users", "identity", "lan", "5f1c2a")[2]
    monkeypatch.setenv("TONGHOP_OIDC_ISSUER", "https://login.example.vn")
    monkeypatch.setenv("TONGHOP_OIDC_CLIENT_ID", "tonghop")
    assert "login.example.vn" in tonghop("users", "identity", "lan", "5f1c2a")[1]
    assert "logs in through the provider" in tonghop("users", "list")[1]
    assert "lan logs in with this identity" in " ".join(tonghop("users", "identity", "quan.tri", "5f1c2a")[2].split())
    assert tonghop("users", "identity", "lan")[0] == 2
    assert "there is no user mai" in tonghop("users", "identity", "mai", "--off")[2]
    assert tonghop("users", "identity", "lan", "--off")[0] == 0
    assert tonghop("users", "identity", "quan.tri", "5f1c2a")[0] == 0
