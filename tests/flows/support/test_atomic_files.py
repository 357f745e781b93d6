"""Files are written whole or not at all; on a full disk nothing half-written stays."""

import errno
import os
from pathlib import Path

import pytest

from flows.support.atomic_files import NoRoomError, NoRoomToWorkError, atomic_file, workspace, write_all_or_none

_FULL = OSError(errno.ENOSPC, "No space left on device")


def test_several_files_are_written_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the disk is full at the second, the first is not written either, and both earlier files remain."""
    write_all_or_none({tmp_path / "a": b"1", tmp_path / "b": b"1"})
    writes = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name.startswith(".b."):
            writes(path, data[:1])
            raise _FULL
        return writes(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(NoRoomError, match=r"no room for .*/b: nothing of it was kept"):
        write_all_or_none({tmp_path / "a": b"2", tmp_path / "b": b"2", tmp_path / "c": b"2"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"1", "b": b"1"}


def test_drafts_of_killed_processes_are_cleared(tmp_path: Path) -> None:
    """What was left of the same file long ago goes; a draft of now and other files stay."""
    old, young, other = tmp_path / ".x[1].gz.1", tmp_path / ".x[1].gz.2", tmp_path / ".x[1].gz.part"
    for path in (old, young, other):
        path.write_bytes(b"half")
    for path in (old, other):
        os.utime(path, (0, 0))
    with atomic_file(tmp_path / "x[1].gz") as draft:
        draft.write_bytes(b"whole")
    assert {path.name for path in tmp_path.iterdir()} == {".x[1].gz.2", ".x[1].gz.part", "x[1].gz"}


def test_a_name_may_be_as_long_as_the_file_system_allows(tmp_path: Path) -> None:
    """Communes write long names, and a letter with its marks takes three bytes."""
    target = tmp_path / ("ế" * 85)
    write_all_or_none({target: b"whole"})
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_no_room_to_work_names_the_folder(tmp_path: Path) -> None:
    """The passing folder is gone, and other failures stay what they are."""
    for failure, item in ((_FULL, NoRoomToWorkError), (PermissionError(errno.EACCES, "denied"), PermissionError)):
        with pytest.raises(item, match=str(tmp_path) if item is NoRoomToWorkError else "denied"):
            _fail(tmp_path, failure)
    assert list(tmp_path.iterdir()) == []


def _fail(folder: Path, failure: OSError) -> None:
    with workspace("verify", below=folder) as work:
        (work / "some").write_bytes(b"half")
        raise failure
