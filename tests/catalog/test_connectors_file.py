"""connectors.yaml: what it says becomes sources, and what is wrong is refused with line and remedy."""

from pathlib import Path

import pytest

from domain.catalog.connectors import ConnectorsFileError, parse_sources, with_entry
from domain.catalog.sources import After, SecretName, Source, SourceKind, SourceLimits

FILE = Path("connectors.yaml")
KINDS = {
    "folder": SourceKind("m", "/srv/share", after=(After.LEFT, After.MOVED)),
    "sftp": SourceKind("m", "sftp://host/in", None, ("sftp",), ("user", "known_hosts"), ("password", "key")),
    "webdav": SourceKind("m", "https://host/in", None, ("https", "http"), ("user", "password")),
}
SFTP = """\
sources:
  - name: tinh
    kind: sftp
    address: sftp://sftp.example.vn:2222/nhan
    user: thu
    password: {variable: SFTP_PW}
    known_hosts: known_hosts
    quiet_seconds: 60
    limits: {bytes_per_file: 1000}
"""


def read(text: str) -> tuple[Source, ...]:
    """Return the sources that a text describes."""
    return parse_sources(FILE, text.encode(), KINDS)


def test_an_entry_becomes_a_source() -> None:
    """Every key has its place, secrets are names, and what is left out has its default."""
    assert read(SFTP) == (
        Source(
            name="tinh",
            kind="sftp",
            address="sftp://sftp.example.vn:2222/nhan",
            user="thu",
            password=SecretName(variable="SFTP_PW"),
            known_hosts="known_hosts",
            quiet_seconds=60,
            limits=SourceLimits(1000, 10_000, 50),
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kind: sftp", "kind: ftp", "line 3: source tinh: ftp is no kind of source; write one of: folder, "),
        ("    user: thu\n", "", "line 2: source tinh: user is missing; add a line user:"),
        ("    password: {variable: SFTP_PW}\n", "", "line 2: .*no way to log in is named; add one of: password, key"),
        ("{variable: SFTP_PW}", "hunter2", "line 6: .*a secret does not belong into this file; name where"),
        ("{variable: SFTP_PW}", "{variable: A, file: b}", "line 6: .*a secret has one name; name where it is kept"),
        ("SFTP_PW", "hunter2", "line 6: .*no name of an environment variable; write capital letters"),
        ("sftp://sftp", "sftp://thu:pw@sftp", "line 4: .*no account and no password: .*write it like sftp://host/in"),
        ("sftp://sftp", "ftp://sftp", "line 4: .*is no address of this kind; write it like sftp://host/in"),
        ("known_hosts: known_hosts", "known_hosts: k\n    after: moved", "line 8: .*cannot be moved; write one of"),
        ("known_hosts: known_hosts", "known_hosts: k\n    replies: returned", "line 8: .*takes no replies"),
        ("known_hosts: known_hosts", "known_hosts: k\n    endpoint: x", "line 8: .*has no endpoint; take it out"),
        ("quiet_seconds: 60", "quiet: 60", "line 8: .*'quiet' was unexpected; take it out; known here: name, kind"),
        ("name: tinh", "name: a b", "line 2: .*a name without spaces"),
        ("sources:", "source:", "connectors.yaml, line 1: .*'sources' is a required property"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_line_and_remedy(old: str, new: str, message: str) -> None:
    """An administrator who has never seen the code can mend the line; a secret is never repeated."""
    assert old in SFTP
    with pytest.raises(ConnectorsFileError, match=message) as refused:
        read(SFTP.replace(old, new, 1))
    assert "hunter2" not in str(refused.value)


def test_a_name_is_one_sources_only() -> None:
    """Files are known by the name of their source."""
    twice = with_entry(SFTP, {"name": "tinh", "kind": "folder", "address": "/srv"})
    with pytest.raises(ConnectorsFileError, match="line 10: the id 'tinh' is already taken"):
        read(twice)


def test_a_password_does_not_travel_unencrypted() -> None:
    """Plain HTTP is for this machine alone."""
    entry = {"name": "n", "kind": "webdav", "user": "u", "password": {"variable": "P"}}
    assert read(with_entry("", entry | {"address": "http://127.0.0.1:80/x"}))
    with pytest.raises(ConnectorsFileError, match="unencrypted"):
        read(with_entry("", entry | {"address": "http://cloud.example.vn/x"}))


def test_entries_are_added_behind_what_stands_there() -> None:
    """Comments and entries of a person stay; any text is written so that it is read as it was."""
    entry = {"name": "xã", "kind": "folder", "address": '/srv/a: "b" #c'}
    text = with_entry("# ours\n" + SFTP, entry)
    assert text.startswith("# ours\n" + SFTP)
    assert [source.address for source in read(text)] == [read(SFTP)[0].address, '/srv/a: "b" #c']
