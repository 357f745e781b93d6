"""The landing keeps every byte under its hash, once, and notices damage."""

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


@given(data=st.binary(max_size=2000))
def test_what_lands_is_read_back(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Bytes come back as they were, under the sha256 of their content."""
    landing = Landing(tmp_path_factory.mktemp("landing"))
    digest = landing.land(data)
    assert (digest, landing.read(digest)) == (sha256(data).hexdigest(), data)


@given(pieces=st.lists(st.binary(max_size=300), max_size=6))
def test_pieces_land_as_one_file(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    """Bytes that come in pieces are kept under the hash of them all."""
    landing = Landing(tmp_path_factory.mktemp("landing"))
    digest = landing.land_pieces(iter(pieces))
    assert digest == sha256(b"".join(pieces)).hexdigest()
    assert landing.checked_path(digest).read_bytes() == b"".join(pieces)


def test_pieces_that_break_off_leave_nothing(tmp_path: Path) -> None:
    """A file that was not delivered to its end is not kept, not even in part."""

    def broken() -> Iterator[bytes]:
        yield b"fig"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        Landing(tmp_path).land_pieces(broken())
    assert list(tmp_path.rglob("*")) == []


def test_landing_twice_keeps_one_file(tmp_path: Path) -> None:
    """The same bytes land once, however often they are delivered."""
    landing = Landing(tmp_path)
    landing.land(b"figures")
    written = landing.path_of(landing.land(b"figures"))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [written]


def test_landing_again_leaves_the_file_alone(tmp_path: Path) -> None:
    """A file that is there and whole is not written again."""
    landing = Landing(tmp_path)
    path = landing.path_of(landing.land(b"figures"))
    before = path.stat().st_ino
    landing.land(b"figures")
    assert path.stat().st_ino == before


def test_drafts_of_killed_runs_are_cleared(tmp_path: Path) -> None:
    """What was half landed long ago goes; what lands now and what has landed stays."""
    landing = Landing(tmp_path)
    kept = landing.path_of(landing.land(b"figures"))
    old, new = tmp_path / ".landing-old", tmp_path / ".landing-new"
    for path, seconds in ((old, 1_000), (new, 3_000), (kept, 0)):
        path.write_bytes(b"figures")
        os.utime(path, (seconds, seconds))
    assert landing.clear_drafts(datetime.fromtimestamp(2_000, UTC)) == 1
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == {new, kept}


def test_landing_that_was_never_used_has_no_drafts(tmp_path: Path) -> None:
    """A home's first night finds no landing."""
    assert Landing(tmp_path / "new").clear_drafts(datetime.now(UTC)) == 0


def test_damage_is_noticed(tmp_path: Path) -> None:
    """Bytes that changed on disk are never taken for what was delivered."""
    landing = Landing(tmp_path)
    digest = landing.land(b"figures")
    landing.path_of(digest).write_bytes(b"figurez")
    for look in (landing.read, landing.checked_path):
        with pytest.raises(DamagedBytesError):
            look(digest)


def test_landing_again_mends_damage(tmp_path: Path) -> None:
    """A delivery of the same bytes replaces a damaged copy."""
    landing = Landing(tmp_path)
    digest = landing.land(b"figures")
    landing.path_of(digest).write_bytes(b"")
    landing.land(b"figures")
    assert landing.read(digest) == b"figures"


def test_missing_bytes_are_told(tmp_path: Path) -> None:
    """A hash that was never landed gives an error that names the place."""
    with pytest.raises(NotLandedError, match=str(tmp_path)):
        Landing(tmp_path).read("0" * 64)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 63])
def test_only_hashes_are_paths(tmp_path: Path, digest: str) -> None:
    """Nothing but a sha256 becomes a path."""
    with pytest.raises(ValueError, match="no sha256"):
        Landing(tmp_path).path_of(digest)


def test_a_full_disk_is_told_and_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When no room is left the error says so, and no half file stays behind."""

    def refuse(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(LandingFullError, match="make room"):
        Landing(tmp_path).land(b"figures")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
