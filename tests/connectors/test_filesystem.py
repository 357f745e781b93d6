"""A folder as a place of delivery: what counts as delivered, and that nothing half-written or out of place is read."""

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
    """Put a file where a commune would."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return target


def only_file(inbox: FilesystemConnector) -> RemoteFile:
    """The one file that lies there."""
    (file,) = inbox.list()
    return file


def fetched(inbox: FilesystemConnector, file: RemoteFile) -> bytes:
    """All of a file's bytes."""
    return b"".join(inbox.fetch(file))


def test_lists_files_of_all_folders_by_path(tmp_path: Path) -> None:
    """Everything below the folder is a delivery, named by its path from there."""
    for path in ("2025-05/22828/b.xlsx", "2025-05/22813/a.xlsx", "loose.xlsx"):
        deliver(tmp_path, path)
    inbox = FilesystemConnector("inbox", str(tmp_path))
    assert [file.path for file in inbox.list()] == ["2025-05/22813/a.xlsx", "2025-05/22828/b.xlsx", "loose.xlsx"]


def test_says_when_and_how_much_was_delivered(tmp_path: Path) -> None:
    """A listed file carries its size and the moment of delivery in UTC."""
    os.utime(deliver(tmp_path, "a.xlsx", b"12345"), (1747300000, 1747300000))
    file = only_file(FilesystemConnector("inbox", str(tmp_path)))
    assert (file.connector, file.size, file.delivered_at) == (
        "inbox",
        5,
        datetime.fromtimestamp(1747300000, UTC),
    )


@pytest.mark.parametrize("name", ["~$a.xlsx", ".a.xlsx.part", ".sync/a.xlsx", "Thumbs.db", "sub/desktop.ini"])
def test_leaves_what_programs_leave(tmp_path: Path, name: str) -> None:
    """Lock files, hidden files and leftovers of programs are no submissions."""
    deliver(tmp_path, name)
    assert list(FilesystemConnector("inbox", str(tmp_path)).list()) == []


def test_a_skipped_file_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever wonders why a file was not taken finds it in the log."""
    caplog.set_level("INFO")
    deliver(tmp_path, "~$a.xlsx")
    list(FilesystemConnector("inbox", str(tmp_path)).list())
    assert "~$a.xlsx" in caplog.text


def test_links_are_no_deliveries(tmp_path: Path) -> None:
    """A link could show us any file of this machine."""
    deliver(tmp_path, "outside/secret.xlsx")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "file.xlsx").symlink_to(tmp_path / "outside" / "secret.xlsx")
    (inbox / "folder").symlink_to(tmp_path / "outside")
    assert list(FilesystemConnector("inbox", str(inbox)).list()) == []


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Something that is no file is left alone instead of blocking the night."""
    os.mkfifo(tmp_path / "pipe.xlsx")
    assert list(FilesystemConnector("inbox", str(tmp_path)).list()) == []


@given(name=NAMES)
def test_any_name_is_fetched_or_left(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """Whatever an official calls a file, what is listed can be fetched."""
    folder = tmp_path_factory.mktemp("names")
    deliver(folder, name, name.encode())
    inbox = FilesystemConnector("inbox", str(folder))
    assert [fetched(inbox, file) for file in inbox.list()] in ([name.encode()], [])


def test_a_name_that_is_not_utf8_is_fetched(tmp_path: Path) -> None:
    """A name in an old Vietnamese code page does not stop the night."""
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/M\xa1 N\xedi.xlsx"))).write_bytes(b"figures")
    inbox = FilesystemConnector("inbox", str(tmp_path))
    assert fetched(inbox, only_file(inbox)) == b"figures"


def test_fingerprint_stays_with_an_untouched_file(tmp_path: Path) -> None:
    """Listing twice gives the same fingerprint."""
    deliver(tmp_path, "a.xlsx")
    inbox = FilesystemConnector("inbox", str(tmp_path))
    assert only_file(inbox) == only_file(inbox)


def test_fingerprint_moves_with_the_time(tmp_path: Path) -> None:
    """A file delivered again with the same size is seen as new."""
    path = deliver(tmp_path, "a.xlsx")
    inbox = FilesystemConnector("inbox", str(tmp_path))
    before = only_file(inbox)
    os.utime(path, (1, 1))
    assert only_file(inbox).fingerprint != before.fingerprint


def test_a_file_that_changes_is_fetched_later(tmp_path: Path) -> None:
    """A file that is still being written is not taken half."""
    path = deliver(tmp_path, "a.xlsx", b"half")
    inbox = FilesystemConnector("inbox", str(tmp_path))
    file = only_file(inbox)
    path.write_bytes(b"half and half")
    with pytest.raises(FileChangedError):
        fetched(inbox, file)


def test_a_file_comes_in_pieces(tmp_path: Path) -> None:
    """However large a file is, no more than a piece of it is in memory at a time."""
    data = bytes(range(256)) * 12_000
    deliver(tmp_path, "a.xlsx", data)
    inbox = FilesystemConnector("inbox", str(tmp_path))
    pieces = list(inbox.fetch(only_file(inbox)))
    assert (b"".join(pieces), len(pieces), max(map(len, pieces))) == (data, 3, 1 << 20)


def test_a_file_that_never_stops_growing_is_fetched_later(tmp_path: Path) -> None:
    """A file that grows as fast as it is read is given up once it is longer than it was listed."""
    path = deliver(tmp_path, "a.xlsx")
    inbox = FilesystemConnector("inbox", str(tmp_path))
    pieces = inbox.fetch(only_file(inbox))

    def read_on() -> None:
        for _ in pieces:
            with path.open("ab") as file:
                file.write(bytes(1 << 20))

    with pytest.raises(FileChangedError):
        read_on()


def test_a_file_that_went_away_is_fetched_later(tmp_path: Path) -> None:
    """A file that is renamed while we look comes again under its new name."""
    path = deliver(tmp_path, "a.xlsx")
    inbox = FilesystemConnector("inbox", str(tmp_path))
    file = only_file(inbox)
    path.unlink()
    with pytest.raises(FileChangedError):
        fetched(inbox, file)


@pytest.mark.parametrize("path", ["../secret", "/etc/hostname", "a/../../secret", "", "a\0b"])
def test_paths_that_lead_out_are_refused(tmp_path: Path, path: str) -> None:
    """A record from elsewhere cannot make us read another folder."""
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


def test_a_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    """An inbox that does not exist is an error, never an empty night."""
    with pytest.raises(SourceMissingError, match="TONGHOP_INBOX"):
        list(FilesystemConnector("inbox", str(tmp_path / "no")).list())


def test_an_unreadable_folder_does_not_hide_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of the other folders are given out before the failure is told."""
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


def test_an_unreadable_file_is_our_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that we may not open is told by name, and is no submission that failed."""
    deliver(tmp_path, "a.xlsx")
    inbox = FilesystemConnector("inbox", str(tmp_path))
    file = only_file(inbox)

    def refuse(*_args: object, **_more: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("fsspec.implementations.local.LocalFileSystem.open", refuse)
    with pytest.raises(FileUnreadableError, match=r"a\.xlsx cannot be read \(Permission denied\)"):
        fetched(inbox, file)


def test_any_fsspec_place_serves() -> None:
    """A place behind an fsspec URL lists and fetches like a folder."""
    with fsspec.open("memory://tray/22828/a.xlsx", "wb") as file:
        file.write(b"figures")
    tray = FilesystemConnector("tray", "memory://tray")
    listed = only_file(tray)
    assert (listed.path, fetched(tray, listed)) == ("22828/a.xlsx", b"figures")
