"""Archives of others: none fills the disk or the memory, or takes for ever, and each limit is named."""

import gzip
import io
import json
import tarfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest

from flows.bundles.archive import ArchiveDamagedError, UnpackedArchive, put_below, unpack
from flows.bundles.bounded_stream import ArchiveBeyondLimitsError, BoundedStream
from flows.support.unpack_limits import UnpackLimits

LIMITS: Final = UnpackLimits(megabytes=1, files=3, ratio=200, seconds=60)
SMALL: Final = {"a": b"1", "b/c": b"2"}


def entry_of(name: str, size: int) -> tarfile.TarInfo:
    """Describe a file of an archive."""
    entry = tarfile.TarInfo(name)
    entry.size = size
    return entry


def packed(folder: Path, files: dict[str, bytes], *more: tarfile.TarInfo, manifest: bytes | None = None) -> Path:
    """Write an archive of these files with their manifest, and entries without content."""
    listed = {name: sha256(content).hexdigest() for name, content in files.items()}
    content = json.dumps({"files": listed | {entry.name: "0" for entry in more}}).encode()
    target = folder / "archive.tar.gz"
    with tarfile.open(target, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name, data in {"manifest.json": content if manifest is None else manifest, **files}.items():
            archive.addfile(entry_of(name, len(data)), io.BytesIO(data))
        for entry in more:
            archive.addfile(entry, io.BytesIO(b""))
    return target


def unpacked(archive: Path, limits: UnpackLimits = LIMITS) -> UnpackedArchive:
    """Unpack an archive into the folder `out` beside it."""
    return unpack(archive, lambda content, name: put_below(archive.parent / "out", content, name), lambda: None, limits)


def test_archive_within_the_limits_is_unpacked(tmp_path: Path) -> None:
    """Every file is there and equals the manifest."""
    result = unpacked(packed(tmp_path, SMALL))
    assert (result.unknown, result.altered, result.missing) == ((), (), ())
    assert (tmp_path / "out" / "b" / "c").read_bytes() == b"2"


@pytest.mark.parametrize(
    ("limit", "files", "limits"),
    [
        ("megabytes", {"a": bytes(2 << 20)}, LIMITS),
        ("files", {str(number): b"" for number in range(4)}, LIMITS),
        ("seconds", SMALL, replace(LIMITS, seconds=-1)),
        ("ratio", {"a": bytes(65 << 20)}, replace(LIMITS, megabytes=100)),
    ],
)
def test_each_limit_ends_unpacking(limit: str, files: dict[str, bytes], limits: UnpackLimits, tmp_path: Path) -> None:
    """The message names the archive, the limit, and the setting that raises it."""
    archive = packed(tmp_path, files)
    with pytest.raises(ArchiveBeyondLimitsError, match=f"TONGHOP_UNPACK_LIMITS={limit}=") as raised:
        unpacked(archive, limits)
    assert str(archive) in str(raised.value)


def test_files_outside_the_manifest_count(tmp_path: Path) -> None:
    """A manifest of nothing does not hide a million entries."""
    archive = packed(tmp_path, {str(number): b"" for number in range(4)}, manifest=b'{"files": {}}')
    with pytest.raises(ArchiveBeyondLimitsError, match="files=3"):
        unpacked(archive)


def test_long_header_is_not_read_into_memory(tmp_path: Path) -> None:
    """A header of an entry is read whole: one of many megabytes ends unpacking before that."""
    entry = entry_of("a", 0)
    entry.pax_headers = {"comment": "x" * (9 << 20)}
    with pytest.raises(ArchiveBeyondLimitsError, match="megabytes"):
        unpacked(packed(tmp_path, {}, entry), UnpackLimits())


def test_sparse_file_writes_nothing(tmp_path: Path) -> None:
    """An entry that claims a terabyte of holes is unknown, not unpacked."""
    entry = entry_of("hole", 0)
    entry.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.name": "hole",
                         "GNU.sparse.size": str(1 << 40), "GNU.sparse.map": f"{1 << 40},0"}  # fmt: skip
    assert unpacked(packed(tmp_path, {}, entry)).unknown == ("hole",)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["../out.txt", "/tmp/out.txt", "a/b", "."])  # noqa: S108 # written nowhere
def test_no_name_leads_out_or_over_another_file(name: str, tmp_path: Path) -> None:
    """Such a file counts as altered and is written nowhere."""
    assert unpacked(packed(tmp_path, {"a": b"1", name: b"2"})).altered == (name,)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["archive.tar.gz", "a"]


@pytest.mark.parametrize("manifest", [b"[" * 100_000, b"9" * 10_000, b"[]"], ids=["nested", "long number", "list"])
def test_hostile_manifest_is_damage(manifest: bytes, tmp_path: Path) -> None:
    """A manifest that no parser survives is no manifest."""
    with pytest.raises(ArchiveDamagedError, match="manifest cannot be read"):
        unpacked(packed(tmp_path, {}, manifest=manifest))


def test_stream_reads_forwards_only(tmp_path: Path) -> None:
    """It moves on within its limits, and never back."""
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"0123456789"))
    with BoundedStream(tmp_path / "a.gz", LIMITS) as stream:
        assert (stream.seek(4), stream.read(2), stream.tell()) == (4, b"45", 6)
        with pytest.raises(io.UnsupportedOperation):
            stream.seek(0)
