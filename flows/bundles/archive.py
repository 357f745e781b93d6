"""Archives of this program: one `.tar.gz` that begins with a manifest of all its files."""

import io
import json
import tarfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from domain.errors import TerminalError
from flows.bundles.bounded_stream import BoundedStream
from flows.support.unpack_limits import UnpackLimits

MANIFEST: Final = "manifest.json"
PIECE: Final = 1 << 20
_LARGEST_MANIFEST: Final = 128 << 20

Put = Callable[[IO[bytes], str], str]
"""Writes one file of an archive to its place and returns its sha256."""


class ArchiveDamagedError(TerminalError):
    """A file is not an archive of this program, or is truncated."""

    def __init__(self, archive: Path, what: str) -> None:
        """Keep the archive and the defect."""
        self.archive = archive
        self.what = what
        super().__init__(f"{archive} cannot be used: {what}. Fetch it again from where it is kept.")


@dataclass(frozen=True, slots=True)
class UnpackedArchive:
    """Contents of an archive: its manifest, and the deviations from it by name of the file."""

    manifest: Mapping[str, Any]
    unknown: tuple[str, ...]
    altered: tuple[str, ...]
    missing: tuple[str, ...]


def write_archive(
    draft: Path, manifest: Mapping[str, object], files: Mapping[str, Path], on_file: Callable[[], None]
) -> None:
    """Write the manifest and these files, by their names in the archive; the manifest lists their sha256 itself."""
    content = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    entry = tarfile.TarInfo(MANIFEST)
    entry.size = len(content)
    with tarfile.open(draft, "w:gz") as archive:
        archive.addfile(entry, io.BytesIO(content))
        for name, path in files.items():
            archive.add(path, arcname=name, recursive=False, filter=_without_owner)
            on_file()


def unpack(archive: Path, put: Put, on_file: Callable[[], None], limits: UnpackLimits) -> UnpackedArchive:
    """Unpack every file of an archive that its manifest names, and compare it with the manifest.

    Raises:
        ArchiveDamagedError: it is not an archive, is truncated, or does not begin with a manifest.
        ArchiveBeyondLimitsError: it holds more than the limits allow; what was put already is the caller's to remove.
    """
    unknown: list[str] = []
    altered: list[str] = []
    try:
        with BoundedStream(archive, limits) as stream, tarfile.open(fileobj=stream, mode="r:") as opened:
            entries = iter(opened)
            manifest, missing = _read_manifest(archive, opened, next(entries, None))
            stream.count(len(missing))
            for number, entry in enumerate(entries, 1):
                stream.count(number)
                expected = missing.pop(entry.name, None)
                # A sparse file claims any size without a byte in the archive; this program writes none.
                content = opened.extractfile(entry) if entry.isreg() and not entry.issparse() else None
                if expected is None or content is None:
                    unknown.append(entry.name)
                elif put(content, entry.name) != expected:
                    altered.append(entry.name)
                on_file()
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ArchiveDamagedError(archive, str(error) or "it ends too early") from error
    return UnpackedArchive(manifest, tuple(unknown), tuple(altered), tuple(sorted(missing)))


def put_below(folder: Path, content: IO[bytes], name: str) -> str:
    """Write one file below a folder and return its sha256.

    A name that leads out of the folder, or to a file that is there already, is written nowhere: its sha256 is "".
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name:
        return ""
    target = folder / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        file = target.open("xb")
    except (FileExistsError, NotADirectoryError):
        return ""
    with file:
        while piece := content.read(PIECE):
            file.write(piece)
    return digest_of(target)


def digest_of(path: Path) -> str:
    """Return the sha256 of a file's bytes."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def files_below(folder: Path, prefix: str) -> dict[str, Path]:
    """Return every file below a folder, by the name that it gets in an archive."""
    results = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {f"{prefix}/{path.relative_to(folder).as_posix()}": path for path in results}


def _without_owner(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Remove the owner that the file had on the machine that wrote the archive."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def _read_manifest(
    archive: Path, opened: tarfile.TarFile, first: tarfile.TarInfo | None
) -> tuple[dict[str, Any], dict[str, str]]:
    if first is None or first.name != MANIFEST or first.issparse() or first.size > _LARGEST_MANIFEST:
        raise ArchiveDamagedError(archive, "it does not begin with a manifest")
    content = opened.extractfile(first)
    try:
        manifest = json.loads(b"".join(iter(lambda: content.read(PIECE), b"")) if content else b"")
        return manifest, {str(name): str(digest) for name, digest in manifest["files"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ArchiveDamagedError(archive, "its manifest cannot be read") from error
