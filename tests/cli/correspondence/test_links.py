"""`tonghop links`: addresses for communes are made, listed without their tokens, and revoked."""

import json
from pathlib import Path

import pytest

from domain.authorisations import hash_of
from tests.cli.command import Command, live_in, runner
from tests.flows.pipeline.nightly_runs import prepare_home

WHY = ("--reason", "cô Lan", "--by", "an")


@pytest.fixture
def tonghop(
    tmp_path: Path, mirrored_warehouse: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Return a function that runs a command in English in a home of its own: exit code, output, errors."""
    prepare_home(tmp_path / "home", mirrored_warehouse)
    live_in(tmp_path / "home", monkeypatch, TONGHOP_LANG="en", TONGHOP_UPLOAD_URL="https://nop.example.vn/")
    return runner(monkeypatch, capsys)


def test_a_link_is_made_listed_and_revoked(tonghop: Command, tmp_path: Path) -> None:
    """Its address is printed once, the warehouse keeps its hash, and a revocation stays in the list with its reason."""
    assert "No link is in use" in tonghop("links", "list")[1]
    code, out, _ = tonghop("links", "make", "22813", "--from", "2025-06-01", "--days", "3650", *WHY)
    address = next(word for word in out.split() if word.startswith("https://nop.example.vn/"))
    token = address.removesuffix("/").rpartition("/")[2]
    assert (code, len(token)) == (0, 43)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert (token.encode() in kept, hash_of(token).encode() in kept) == (False, True)
    listed = tonghop("links", "list")[1]
    assert "22813 Xã Lâm Sơn from 1 Jun 2025" in listed
    assert "“cô Lan” (an" in listed
    assert tonghop("links", "revoke", "1", "--reason", "moved", "--by", "bình")[0] == 0
    assert "No link is in use" in tonghop("links", "list")[1]
    assert "revoked: “moved” (bình" in tonghop("links", "list", "--all")[1]
    (record,) = json.loads(tonghop("links", "list", "--json")[1])
    assert (record["link"]["unit"], record["revoked"]["by"]) == ("22813", "bình")


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (("make", "585", *WHY), "585 is no commune"),
        (("make", "22813", "99999", *WHY), "no commune, district or province has code 99999"),
        (("make", "22813", "--days", "0", *WHY), "write a number from 1 to 3660"),
        (("make", "22813", "--from", "1/6/2025", *WHY), "the first day 1/6/2025 is none"),
        (("make", "22813", "--reason", " "), "say why, in a sentence"),
        (("revoke", "7", *WHY), "there is no link 7 to revoke"),
    ],
)
def test_what_is_wrong_is_said_and_makes_no_link(tonghop: Command, arguments: tuple[str, ...], remedy: str) -> None:
    """Each fault is wrong usage with what to write; of several communes none gets a link."""
    code, _, err = tonghop("links", *arguments)
    assert code == 2
    assert remedy in err
    assert json.loads(tonghop("links", "list", "--json")[1]) == []
