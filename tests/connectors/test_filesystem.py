"""The filesystem connector: which files it lists, and that it reads neither half-written files nor others' folders."""

import os
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import (
    FileChangedError,
    FileUnreadableError,
    RemoteFile,
    SourceMissingError,
    SourceUnavailableError,
    UnsafePathError,
)
from connectors.sources.filesystem import FilesystemConnector

NAMES = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="/\0"), min_size=1, max_size=40).filter(
    lambda name: name not in {".", ".."} and len(name.encode()) < 200
)


def deliver(folder: Path, path: str, data: bytes = b"figures") -> Path:
    """Write a file into the inbox."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return target


def only_file(inbox: FilesystemConnector) -> RemoteFile:
    """Return the only listed file."""
    (file,) = inbox.list()
    return file


def fetched(inbox: FilesystemConnector, file: RemoteFile) -> bytes:
    """Fetch all bytes of a file."""
    return b"".join(inbox.fetch(file))


def test_lists_files_of_all_folders_by_path(tmp_path: Path) -> None:
    """All files below the folder are listed, with paths relative to it."""
    for path in ("2025-05/22828/b.xlsx", "2025-05/22813/a.xlsx", "loose.xlsx"):
        deliver(tmp_path, path)
    inbox = FilesystemConnector("inbox", str(tmp_path))
    assert [file.path for file in inbox.list()] == ["2025-05/22813/a.xlsx", "2025-05/22828/b.xlsx", "loose.xlsx"]


def test_lists_size_and_time_of_delivery(tmp_path: Path) -> None:
    """A listed file has its size in bytes and its time of delivery in UTC."""
    os.utime(deliver(tmp_path, "a.xlsx", b"12345"), (1747300000, 1747300000))
    file = only_file(FilesystemConnector("inbox", str(tmp_path)))
    assert (file.connector, file.size, file.delivered_at) == (
        "inbox",
        5,
        datetime.fromtimestamp(1747300000, UTC),
    )


@pytest.mark.parametrize("name", ["~$a.xlsx", ".a.xlsx.part", ".sync/a.xlsx", "Thumbs.db", "sub/desktop.ini"])
def test_skips_files_of_programs(tmp_path: Path, name: str) -> None:
    """Lock files, hidden files and files left by programs are skipped."""
    deliver(tmp_path, name)
    assert list(FilesystemConnector("inbox", str(tmp_path)).list()) == []


def test_a_skipped_file_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log says why a file was skipped."""
    caplog.set_level("INFO")
    deliver(tmp_path, "~$a.xlsx")
    list(FilesystemConnector("inbox", str(tmp_path)).list())
    assert "~$a.xlsx" in caplog.text


def test_links_are_skipped(tmp_path: Path) -> None:
    """A link could lead to any file of the machine."""
    deliver(tmp_path, "outside/secret.xlsx")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "file.xlsx").symlink_to(tmp_path / "outside" / "secret.xlsx")
    (inbox / "folder").symlink_to(tmp_path / "outside")
    assert list(FilesystemConnector("inbox", str(inbox)).list()) == []


def test_a_pipe_is_skipped(tmp_path: Path) -> None:
    """A pipe is skipped instead of blocking the nightly run."""
    os.mkfifo(tmp_path / "pipe.xlsx")
    assert list(FilesystemConnector("inbox", str(tmp_path)).list()) == []


@given(name=NAMES)
def test_any_listed_name_can_be_fetched(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """Whatever its name, a listed file can be fetched."""
    folder = tmp_path_factory.mktemp("names")
    deliver(folder, name, name.encode())
    inbox = FilesystemConnector("inbox", str(folder))
    assert [fetched(inbox, file) for file in inbox.list()] in ([name.encode()], [])


def test_a_name_that_is_not_utf8_is_fetched(tmp_path: Path) -> None:
    """A name in an old Vietnamese code page does not stop the nightly run."""
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/M\xa1 N\xedi.xlsx"))).write_bytes(b"figures")
    inbox = FilesystemConnector("inbox", str(tmp_path))
    assert fetched(inbox, only_file(inbox)) == b"figures"


def test_fingerprint_of_an_unchanged_file_is_stable(tmp_path: Path) -> None:
    """Listing twice gives the same fingerprint."""
    deliver(tmp_path, "a.xlsx")
    inbox = FilesystemConnector("inbox", str(tmp_path))
    assert only_file(inbox) == only_file(inbox)


def test_fingerprint_changes_with_the_time(tmp_path: Path) -> None:
    """A file delivered again with the same size is recognised as new."""
    path = deliver(tmp_path, "a.xlsx")
    inbox = FilesystemConnector("inbox", str(tmp_path))
    before = only_file(inbox)
    os.utime(path, (1, 1))
    assert only_file(inbox).fingerprint != before.fingerprint


def test_a_file_that_changes_is_fetched_later(tmp_path: Path) -> None:
    """A file that is still being written is not accepted partially."""
    path = deliver(tmp_path, "a.xlsx", b"half")
    inbox = FilesystemConnector("inbox", str(tmp_path))
    file = only_file(inbox)
    path.write_bytes(b"half and half")
    with pytest.raises(FileChangedError):
        fetched(inbox, file)


def test_a_file_is_fetched_in_chunks(tmp_path: Path) -> None:
    """However large a file is, only one chunk of it is in memory at a time."""
    data = bytes(range(256)) * 12_000
    deliver(tmp_path, "a.xlsx", data)
    inbox = FilesystemConnector("inbox", str(tmp_path))
    pieces = list(inbox.fetch(only_file(inbox)))
    assert (b"".join(pieces), len(pieces), max(map(len, pieces))) == (data, 3, 1 << 20)


def test_a_file_that_never_stops_growing_is_fetched_later(tmp_path: Path) -> None:
    """Reading stops once a growing file is longer than it was listed."""
    path = deliver(tmp_path, "a.xlsx")
    inbox = FilesystemConnector("inbox", str(tmp_path))
    pieces = inbox.fetch(only_file(inbox))

    def read_on() -> None:
        for _ in pieces:
            with path.open("ab") as file:
                file.write(bytes(1 << 20))

    with pytest.raises(FileChangedError):
        read_on()


def test_a_removed_file_is_fetched_later(tmp_path: Path) -> None:
    """A file renamed between listing and reading is listed again under its new name."""
    path = deliver(tmp_path, "a.xlsx")
    inbox = FilesystemConnector("inbox", str(tmp_path))
    file = only_file(inbox)
    path.unlink()
    with pytest.raises(FileChangedError):
        fetched(inbox, file)


@pytest.mark.parametrize("path", ["../secret", "/etc/hostname", "a/../../secret", "", "a\0b"])
def test_paths_that_lead_out_are_refused(tmp_path: Path, path: str) -> None:
    """A manipulated path cannot make the connector read another folder."""
    inbox = FilesystemConnector("inbox", str(tmp_path))
    file = RemoteFile("inbox", path, 1, datetime.now(UTC), None, "")
    with pytest.raises(UnsafePathError):
        fetched(inbox, file)


def test_a_folder_replaced_by_a_link_is_refused(tmp_path: Path) -> None:
    """A link put in place between listing and reading is not followed."""
    inbox_folder = tmp_path / "inbox"
    path = deliver(inbox_folder, "22828/a.xlsx")
    deliver(tmp_path, "elsewhere/a.xlsx")
    inbox = FilesystemConnector("inbox", str(inbox_folder))
    file = only_file(inbox)
    path.unlink()
    path.parent.rmdir()
    path.parent.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsafePathError):
        fetched(inbox, file)


def test_missing_folder_is_an_error(tmp_path: Path) -> None:
    """A missing inbox is an error, not an empty list."""
    with pytest.raises(SourceMissingError, match="TONGHOP_INBOX"):
        list(FilesystemConnector("inbox", str(tmp_path / "no")).list())


def test_an_unreadable_folder_does_not_hide_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of the other folders are listed before the error is raised."""
    deliver(tmp_path, "a/one.xlsx")
    deliver(tmp_path, "b/two.xlsx")
    inbox = FilesystemConnector("inbox", str(tmp_path))
    scandir = os.scandir

    def refuse(path: str) -> object:
        if PurePosixPath(path).name == "a":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    listing = inbox.list()
    assert next(listing).path == "b/two.xlsx"
    with pytest.raises(SourceUnavailableError, match="Permission denied"):
        next(listing)


def test_an_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unreadable file is an error with its name, and not a refused submission."""
    deliver(tmp_path, "a.xlsx")
    inbox = FilesystemConnector("inbox", str(tmp_path))
    file = only_file(inbox)

    def refuse(*_args: object, **_more: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("fsspec.implementations.local.LocalFileSystem.open", refuse)
    with pytest.raises(FileUnreadableError, match=r"a\.xlsx cannot be read \(Permission denied\)"):
        fetched(inbox, file)


def test_any_fsspec_url_can_be_used() -> None:
    """A source behind an fsspec URL lists and fetches like a folder."""
    with fsspec.open("memory://tray/22828/a.xlsx", "wb") as file:
        file.write(b"figures")
    tray = FilesystemConnector("tray", "memory://tray")
    listed = only_file(tray)
    assert (listed.path, fetched(tray, listed)) == ("22828/a.xlsx", b"figures")
