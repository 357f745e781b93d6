"""The landing: files are kept under their hash, once, and damage is detected."""

import errno
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.landing import DamagedBytesError, Landing, LandingFullError, NotLandedError
from tests.connectors.lossy_disk import LossyDisk


@given(data=st.binary(max_size=2000))
def test_landed_bytes_are_read_back(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Bytes are read back unchanged under the sha256 of their content."""
    landing = Landing(tmp_path_factory.mktemp("landing"))
    digest = landing.land(data)
    assert (digest, landing.read(digest)) == (sha256(data).hexdigest(), data)


@given(chunks=st.lists(st.binary(max_size=300), max_size=6))
def test_chunks_land_as_one_file(tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes]) -> None:
    """Chunks are kept as one file under the hash of all bytes."""
    landing = Landing(tmp_path_factory.mktemp("landing"))
    digest = landing.land_chunks(iter(chunks))
    assert digest == sha256(b"".join(chunks)).hexdigest()
    assert landing.checked_path(digest).read_bytes() == b"".join(chunks)


def test_interrupted_chunks_leave_nothing(tmp_path: Path) -> None:
    """A file whose chunks end in an error is not kept, not even partially."""

    def broken() -> Iterator[bytes]:
        yield b"fig"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        Landing(tmp_path).land_chunks(broken())
    assert list(tmp_path.rglob("*")) == []


def test_landing_twice_keeps_one_file(tmp_path: Path) -> None:
    """Identical bytes are kept once, however often they are delivered."""
    landing = Landing(tmp_path)
    landing.land(b"figures")
    written = landing.path_of(landing.land(b"figures"))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [written]


def test_landing_again_does_not_rewrite_the_file(tmp_path: Path) -> None:
    """An intact file is not written again."""
    landing = Landing(tmp_path)
    path = landing.path_of(landing.land(b"figures"))
    before = path.stat().st_ino
    landing.land(b"figures")
    assert path.stat().st_ino == before


def test_drafts_of_killed_runs_are_cleared(tmp_path: Path) -> None:
    """Old drafts are removed; current drafts and landed files stay."""
    landing = Landing(tmp_path)
    kept = landing.path_of(landing.land(b"figures"))
    old, new = tmp_path / ".landing-old", tmp_path / ".landing-new"
    for path, seconds in ((old, 1_000), (new, 3_000), (kept, 0)):
        path.write_bytes(b"figures")
        os.utime(path, (seconds, seconds))
    assert landing.clear_drafts(datetime.fromtimestamp(2_000, UTC)) == 1
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == {new, kept}


def test_unused_landing_has_no_drafts(tmp_path: Path) -> None:
    """The first run in a home has no landing folder yet."""
    assert Landing(tmp_path / "new").clear_drafts(datetime.now(UTC)) == 0


def test_damage_is_detected(tmp_path: Path) -> None:
    """Bytes that changed on disk are never returned as delivered."""
    landing = Landing(tmp_path)
    digest = landing.land(b"figures")
    landing.path_of(digest).write_bytes(b"figurez")
    for look in (landing.read, landing.checked_path):
        with pytest.raises(DamagedBytesError):
            look(digest)


def test_landing_again_repairs_damage(tmp_path: Path) -> None:
    """A delivery of the same bytes replaces a damaged copy."""
    landing = Landing(tmp_path)
    digest = landing.land(b"figures")
    landing.path_of(digest).write_bytes(b"")
    landing.land(b"figures")
    assert landing.read(digest) == b"figures"


def test_missing_bytes_are_reported(tmp_path: Path) -> None:
    """The error for a hash that was never landed names the path."""
    with pytest.raises(NotLandedError, match=str(tmp_path)):
        Landing(tmp_path).read("0" * 64)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 63])
def test_only_hashes_are_paths(tmp_path: Path, digest: str) -> None:
    """Only a sha256 is turned into a path."""
    with pytest.raises(ValueError, match="no sha256"):
        Landing(tmp_path).path_of(digest)


def test_a_full_disk_is_reported_and_leaves_no_partial_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says that the disk is full, and no partial file is left."""

    def refuse(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(LandingFullError, match="make room"):
        Landing(tmp_path).land(b"figures")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_power_cut_leaves_whole_files_only(tmp_path: Path) -> None:
    """Whenever the power is cut while three files are landed, each name that is left has its bytes."""
    files = [b"figures", b"others", b"more"]
    whole = LossyDisk()
    _land_all(tmp_path / "whole", files, whole)
    for cut_after in range(whole.steps + 1):
        root, disk = tmp_path / str(cut_after), LossyDisk(cut_after)
        _land_all(root, files, disk)
        landing = Landing(root)
        assert all(map(landing.is_whole, landing.digests()))
    assert len(list(landing.digests())) == len(files)


def test_a_batch_of_the_same_bytes_lands_them_once(tmp_path: Path) -> None:
    """Two files of the same bytes in one batch are one landed file, which is new."""
    landing = Landing(tmp_path)
    with landing.batch() as batch:
        digests = [batch.add([b"figures"]), batch.add([b"figures"])]
    assert batch.new == frozenset(digests)
    assert list(landing.digests()) == sorted(batch.new)


def _land_all(root: Path, files: list[bytes], disk: LossyDisk) -> None:
    with disk.connected(), Landing(root).batch() as batch:
        for data in files:
            batch.add([data])
    disk.forget(root)
