"""What every kind of source keeps to, on a real server: a new kind is one entry of `source_servers.SERVERS`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import asyncssh
import pytest

from connectors.base import (
    Connector,
    FileChangedError,
    RemoteFile,
    ReplyNotWrittenError,
    SourceMissingError,
    SourceRefusedError,
    SourceUnavailableError,
    UnsafePathError,
)
from connectors.registry import KINDS, open_source
from domain.catalog.sources import After, RepliesGo, SecretName
from flows.pipeline.stages.collect import Collection
from flows.support.context import AppContext
from tests.connectors.source_servers import KEY, SERVERS, FolderServer, SourceServer, access_to, sftp_server
from tests.flows.pipeline.nightly_runs import NOW, context_of, rows_of
from warehouse.store.engine import transaction
from warehouse.submissions.arrivals import Arrival, keep_cursor, receive

ANY_NAME = "2025-05/Xã Lâm Sơn #1 50%.xlsx"
AT = NOW - timedelta(days=1)
OLD, NEW, SIZE = 100, 3, 8_000
REMOTE = sorted(SERVERS.keys() - {"folder"})
TREES = sorted(SERVERS.keys() - {"imap"})
"""Kinds whose files may be replaced; a mail arrives whole and stays as it is (test_mail.py)."""
MOVING = sorted(kind for kind in TREES if After.MOVED in KINDS[kind].after)


@pytest.fixture(params=sorted(SERVERS))
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SourceServer]:
    """A server of each kind of source."""
    with SERVERS[request.param](tmp_path) as started:
        yield started


def opened(server: SourceServer, tmp_path: Path, **changes: object) -> Connector:
    """Return the connector of a server's source; `changes` are keys of its entry."""
    return open_source(access_to(server, tmp_path, **changes))


def fetched(source: Connector, file: RemoteFile) -> bytes:
    """Return all bytes of a file."""
    return b"".join(source.fetch(file))


def test_every_kind_has_a_server() -> None:
    """A kind without a real server to try it on is none that we offer."""
    assert SERVERS.keys() == KINDS.keys()


def test_files_are_listed_and_fetched(server: SourceServer, tmp_path: Path) -> None:
    """Each has path, size and time of delivery, whatever its name; what programs leave there is none."""
    server.put(ANY_NAME, b"figures", AT)
    server.put("22813.xlsx", b"", AT)
    for hidden in ("~$22813.xlsx", ".sync/22813.xlsx", "Thumbs.db"):
        server.put(hidden, b"x", AT)
    source = opened(server, tmp_path)
    files = list(source.list())
    facts = [(server.given_path(file.path), file.size, file.delivered_at) for file in files]
    assert facts == [(ANY_NAME, 7, AT), ("22813.xlsx", 0, AT)]
    assert [fetched(source, file) for file in files] == [b"figures", b""]
    assert list(source.list()) == files


@pytest.mark.parametrize("server", TREES, indirect=True)
def test_a_growing_file_is_taken_later(server: SourceServer, tmp_path: Path) -> None:
    """A file that is no longer as it was listed is not taken by halves."""
    server.put("a.xlsx", b"half", AT)
    source = opened(server, tmp_path)
    (before,) = source.list()
    server.put("a.xlsx", b"half and half", AT)
    with pytest.raises(FileChangedError):
        fetched(source, before)
    (after,) = source.list()
    assert (fetched(source, after), after.fingerprint == before.fingerprint) == (b"half and half", False)


def test_a_cut_connection_starts_again(server: SourceServer, tmp_path: Path) -> None:
    """In the middle of a file nothing of it is kept, and the same connector fetches it once the other side is back."""
    data = bytes(range(256)) * 1_200
    server.put("a.xlsx", data, AT)
    server.put("b.xlsx", b"figures", AT)
    source = opened(server, tmp_path)
    file, other = source.list()
    if server.proxy is not None:  # a folder of this machine has no connection
        server.proxy.cut_after = len(data) // 2
        with pytest.raises(SourceUnavailableError):
            fetched(source, file)
        with pytest.raises(SourceUnavailableError):
            list(source.list())
        server.proxy.cut_after = None
    assert (list(source.list()), fetched(source, file)) == ([file, other], data)


@pytest.mark.parametrize("server", TREES, indirect=True)
def test_a_reply_is_given_once(server: SourceServer, tmp_path: Path) -> None:
    """Under its name, which a repetition replaces; no listing has it, whether it is there wholly or in part."""
    source = opened(server, tmp_path, replies=RepliesGo.RETURNED)
    for data in (b"first", b"second, and longer"):
        source.give(f"22813/{ANY_NAME}", data)
    assert server.paths() == [f"outbox/22813/{ANY_NAME}"]
    server.put("outbox.xlsx", b"figures", AT)
    assert [file.path for file in source.list()] == ["outbox.xlsx"]
    unaware = opened(server, tmp_path)
    (reply,) = (file for file in unaware.list() if file.path.endswith(ANY_NAME))
    assert fetched(unaware, reply) == b"second, and longer"
    with pytest.raises(UnsafePathError):
        source.give("../a.xlsx", b"first")


@pytest.mark.parametrize("server", sorted(set(TREES) & set(REMOTE)), indirect=True)
def test_a_reply_waits_while_its_way_is_down(server: SourceServer, tmp_path: Path) -> None:
    """The same connector gives it once the other side is back."""
    source = opened(server, tmp_path, replies=RepliesGo.RETURNED)
    assert server.proxy is not None
    server.proxy.cut_after = 0
    with pytest.raises(ReplyNotWrittenError):
        source.give("22813/a.xlsx", b"figures")
    server.proxy.cut_after = None
    source.give("22813/a.xlsx", b"figures")
    assert server.paths() == ["outbox/22813/a.xlsx"]


@pytest.mark.parametrize("server", MOVING, indirect=True)
def test_a_landed_file_is_moved(server: SourceServer, tmp_path: Path) -> None:
    """It is no longer listed; what replaced a file since it was fetched stays, and so does its namesake's copy."""
    for path in ("22813/a.xlsx", "b.xlsx"):
        server.put(path, b"first", AT)
    source = opened(server, tmp_path, after=After.MOVED)
    a, b = source.list()
    server.put("b.xlsx", b"second", AT)
    source.settle(a)
    source.settle(a)
    with pytest.raises(FileChangedError):
        source.settle(b)
    (b,) = source.list()
    assert fetched(source, b) == b"second"
    source.settle(b)
    server.put("b.xlsx", b"third", AT)
    source.settle(*source.list())
    assert (list(source.list()), len(server.paths())) == ([], 3)


def test_the_cost_is_that_of_new_files(server: SourceServer, home: Path, tmp_path: Path) -> None:
    """Beside a hundred known files, three new ones are fetched and hashed, and rows are written for three."""
    for number in range(OLD):
        server.put(f"2025-04/{number}.xlsx", number.to_bytes(4, "big") * (SIZE // 4), AT)
    source = opened(server, tmp_path)
    context = replace(context_of(home), connectors=[source])
    position = _remember(context, source)
    listed = _received(server)
    list(source.list(position))
    for number in range(NEW):
        server.put(f"2025-05/{number}.xlsx", (OLD + number).to_bytes(4, "big") * (SIZE // 4), AT)
    listed, files = _received(server) - listed, rows_of(home, "SELECT count(*) FROM file")
    begun = _received(server)
    Collection(context, "run").collect()
    assert _received(server) - begun < listed + 4 * NEW * SIZE  # a mail is half as long again, and fetched twice
    assert len(list(context.landing.digests())) == NEW
    assert rows_of(home, "SELECT count(*) FROM file") == [(files[0][0] + NEW,)]
    assert rows_of(home, "SELECT count(*) FROM delivery") == [(OLD + NEW,)]


def _received(server: SourceServer) -> int:
    return server.proxy.received if server.proxy else 0


def _remember(context: AppContext, source: Connector) -> str | None:
    """Record that all files of a source landed in an earlier run; return where the next listing begins."""
    with transaction(context.engine) as session:
        for file in source.list():
            digest = sha256(file.path.encode()).hexdigest()
            receive(
                session,
                Arrival(
                    source.name, file.path, file.fingerprint, file.path, digest, file.size, file.delivered_at, AT, None
                ),
            )
        position = source.cursor(())
        if position is not None:
            keep_cursor(session, source.name, position, AT)
    return position


@pytest.mark.parametrize(
    "server", ["sftp", "webdav", "imap"], indirect=True
)  # the object store of the tests knows no accounts
def test_a_wrong_account_is_refused(server: SourceServer, tmp_path: Path) -> None:
    """It is no passing failure: a person has to mend the entry."""
    with pytest.raises(SourceRefusedError, match=r"connectors\.yaml"):
        list(opened(server, tmp_path, user="khác").list())


@pytest.mark.parametrize("server", REMOTE, indirect=True)
def test_a_server_that_is_down_may_come_back(server: SourceServer, tmp_path: Path) -> None:
    """It is a passing failure; the run goes on with the other sources."""
    assert server.proxy is not None
    server.proxy.close()
    with pytest.raises(SourceUnavailableError):
        list(opened(server, tmp_path).list())


@pytest.mark.parametrize(
    "server", ["folder", "sftp", "webdav", "imap"], indirect=True
)  # a prefix of a bucket is always there
def test_a_folder_that_is_missing_is_named(server: SourceServer, tmp_path: Path) -> None:
    """An empty run would look like silent communes."""
    with pytest.raises(SourceMissingError):
        list(opened(server, tmp_path, address=f"{server.source().address}/khong-co").list())


def test_a_wrong_host_key_is_refused(tmp_path: Path) -> None:
    """A server with another key than known_hosts names is sent no password; nor is one that no file names."""
    with sftp_server(tmp_path) as server:
        assert isinstance(server, FolderServer)
        other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
        port = server.proxy.port if server.proxy else 0
        (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{port} {other}", "ascii")
        with pytest.raises(SourceRefusedError, match="not trusted"):
            list(opened(server, tmp_path).list())
        with pytest.raises(SourceRefusedError, match="no file of host keys"):
            list(opened(server, tmp_path, known_hosts="none").list())
        assert server.passwords == []


def test_a_key_opens_an_sftp_server(tmp_path: Path) -> None:
    """A private key takes the place of a password; what is none is refused."""
    with sftp_server(tmp_path) as server:
        server.put("a.xlsx", b"figures", AT)
        with_key = replace(access_to(server, tmp_path, password=None, key=SecretName("KEY")), read_secret=_private_key)
        assert [file.path for file in open_source(with_key).list()] == ["a.xlsx"]
        with pytest.raises(SourceRefusedError, match="KEY is no private key"):
            list(open_source(replace(with_key, read_secret=str)).list())


def _private_key(_name: SecretName) -> str:
    """Return the account's key as read_secret does, without the line feed at its end."""
    return KEY.export_private_key().decode().rstrip("\n")
