"""Export the original files of a figure from the landing, under the names that they were delivered with."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from connectors.landing import Landing
from domain.errors import UsageError
from flows.support.atomic_files import write_all_or_none
from warehouse.queries import FileRef


@dataclass(frozen=True, slots=True)
class Original:
    """A file as it was delivered: its present path, and the sha256 of its bytes."""

    path: Path
    sha256: str


def extract(landing: Landing, files: Iterable[FileRef], folder: Path) -> tuple[Original, ...]:
    """Copy files from the landing to a folder, each once; files of equal names get a part of their hash as suffix.

    Raises:
        UsageError: the folder has a file of that name with other content; nothing was written.
        NotLandedError: the bytes are missing.
        DamagedBytesError: the bytes differ from those delivered.
        NoRoomError: the disk is full; nothing was written.
    """
    names = {file.sha256: PurePosixPath(file.file_name).name or file.sha256 for file in files}
    shared = Counter(names.values())
    originals = {
        sha256: folder / (_told_apart(name, sha256) if shared[name] > 1 else name) for sha256, name in names.items()
    }
    contents = {sha256: landing.read(sha256) for sha256 in originals}
    for sha256, path in originals.items():
        if path.exists() and not (path.is_file() and path.read_bytes() == contents[sha256]):
            raise UsageError(f"{path} is there already and is another file: name another folder with --output")
    write_all_or_none({path: contents[sha256] for sha256, path in originals.items()})
    return tuple(Original(path, sha256) for sha256, path in originals.items())


def _told_apart(name: str, sha256: str) -> str:
    plain = PurePosixPath(name)
    return f"{plain.stem}-{sha256[:12]}{plain.suffix}"
