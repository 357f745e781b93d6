"""Backup: warehouse, landed files and catalogue in one archive, and back again into an empty home."""

import errno
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO, Final

from connectors.landing import Landing
from domain.catalog import Catalog, load_catalog
from domain.errors import TerminalError, UsageError
from warehouse.copying import copy_warehouse, files_named, refuse_filled
from warehouse.engine import Engine, open_engine

Watch = Callable[[str, int], None]
"""Told of each kind of thing (`rows`, `files`) and how many more of it are done."""

_FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
_WAREHOUSE: Final = "warehouse.db"
_LANDING: Final = "landing"
_CATALOG: Final = "catalog"
_PIECE: Final = 1 << 20


class BackupDamagedError(TerminalError):
    """An archive is no whole backup of ours."""

    def __init__(self, archive: Path, what: str) -> None:
        """Keep the archive and what is wrong with it."""
        self.archive = archive
        self.what = what
        super().__init__(f"{archive} cannot be restored: {what}. The warehouse was not touched; take another backup.")


class BackupFullError(TerminalError):
    """There is no room for the archive."""

    def __init__(self, target: Path) -> None:
        """Keep where it was to be written."""
        self.target = target
        super().__init__(f"no room for {target}: nothing of it was kept, and earlier backups are intact. Make room.")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds: `files` is sha256 by path, `rows` counts by table."""

    format: int
    program: str
    made_at: str
    catalog_version: str
    rows: Mapping[str, int]
    files: Mapping[str, str]

    @property
    def landed(self) -> int:
        """How many landed files the archive holds."""
        return sum(name.startswith(f"{_LANDING}/") for name in self.files)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and where the catalogue lies that it was made with; None: it is the one in use."""

    manifest: Manifest
    catalog: Path | None


def make_backup(
    engine: Engine, landing: Landing, catalog: Catalog, target: Path, *, at: datetime, watch: Watch
) -> Manifest:
    """Write one archive of what cannot be made again: the warehouse as of one moment, the files it names, catalogue.

    The warehouse becomes a SQLite file, whatever engine it is on. Landed files are never changed nor removed, so those
    that a moment's warehouse names are all there afterwards. What is published is left out: it is made anew from these.

    Raises:
        NotLandedError, DamagedBytesError: a file that the warehouse names is not whole.
        BackupFullError: no room is left; no half archive stays behind.
    """
    with _whole_or_not(target) as draft, tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        copy = Path(folder) / _WAREHOUSE
        rows, landed = _copy_out(engine, copy, watch)
        sources = {_WAREHOUSE: copy, **_catalog_files(catalog)}
        files = {name: _digest_of(path) for name, path in sources.items()}
        for digest in landed:
            sources[f"{_LANDING}/{digest}"] = landing.checked_path(digest)
            files[f"{_LANDING}/{digest}"] = digest
        manifest = Manifest(_FORMAT, version("tonghop"), at.isoformat(), catalog.version, rows, files)
        with tarfile.open(draft, "w:gz") as archive:
            _add_manifest(archive, manifest)
            for name, path in sources.items():
                archive.add(path, arcname=name, recursive=False)
                watch("files", 1)
    return manifest


def restore_backup(archive: Path, engine: Engine, landing: Landing, home: Path, watch: Watch) -> Restored:
    """Bring a backup back into an empty warehouse; every byte is compared with the manifest before that is filled.

    A catalogue other than the one shipped is laid down as `catalog` in the home.

    Raises:
        UsageError: there is no such archive.
        BackupDamagedError: it is not whole, or none of ours.
        WarehouseNotEmptyError: the warehouse holds something already.
    """
    if not archive.is_file():
        raise UsageError(f"there is no file {archive}: name an archive that `tonghop backup` made")
    refuse_filled(engine)
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix=".restore-") as name:
        folder = Path(name)
        manifest = _unpack(archive, folder, landing, watch)
        catalog = _place_of_catalog(manifest, home)
        source = _opened(folder / _WAREHOUSE)
        copy_warehouse(source, engine, lambda _table, rows: watch("rows", rows))
        source.dispose()
        if catalog is not None:
            (folder / _CATALOG).replace(catalog)
    return Restored(manifest, catalog)


def _copy_out(engine: Engine, copy: Path, watch: Watch) -> tuple[dict[str, int], tuple[str, ...]]:
    """The rows copied by table, and the sha256 of the files that they name."""
    target = _opened(copy)
    contents = copy_warehouse(engine, target, lambda _table, rows: watch("rows", rows))
    landed = files_named(target)
    target.dispose()  # SQLite then has all of it in the one file
    return {name: content.rows for name, content in contents.items()}, landed


def _opened(copy: Path) -> Engine:
    return open_engine(f"sqlite:///{copy}")


def _catalog_files(catalog: Catalog) -> dict[str, Path]:
    found = (path for path in sorted(catalog.root.rglob("*")) if path.is_file())
    return {f"{_CATALOG}/{path.relative_to(catalog.root).as_posix()}": path for path in found}


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _add_manifest(archive: tarfile.TarFile, manifest: Manifest) -> None:
    content = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
    entry = tarfile.TarInfo(_MANIFEST)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


@contextmanager
def _whole_or_not(target: Path) -> Iterator[Path]:
    """A draft beside the target that takes its name when the block ends well, and is gone when it does not."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield draft
        draft.replace(target)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise BackupFullError(target) from error
        raise
    finally:
        draft.unlink(missing_ok=True)


def _unpack(archive: Path, folder: Path, landing: Landing, watch: Watch) -> Manifest:
    """Land the landed files, lay the rest down in a folder; whatever is not as the manifest says ends it."""
    try:
        with tarfile.open(archive, "r:gz") as opened:
            entries = iter(opened)
            manifest = _read_manifest(archive, opened, next(entries, None))
            missing = dict(manifest.files)
            for entry in entries:
                expected = missing.pop(entry.name, None)
                content = opened.extractfile(entry) if entry.isreg() else None
                if expected is None or content is None:
                    raise BackupDamagedError(archive, f"{entry.name} is not in its manifest")
                if _put(content, entry.name, folder, landing) != expected:
                    raise BackupDamagedError(archive, f"{entry.name} is not what was backed up")
                watch("files", 1)
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise BackupDamagedError(archive, str(error) or "it ends too early") from error
    if missing:
        raise BackupDamagedError(archive, f"{len(missing)} files are missing, the first is {min(missing)}")
    return manifest


def _read_manifest(archive: Path, opened: tarfile.TarFile, first: tarfile.TarInfo | None) -> Manifest:
    content = opened.extractfile(first) if first is not None and first.name == _MANIFEST else None
    if content is None:
        raise BackupDamagedError(archive, "it does not begin with a manifest")
    try:
        manifest = Manifest(**json.load(content))
    except (ValueError, TypeError) as error:
        raise BackupDamagedError(archive, "its manifest cannot be read") from error
    if manifest.format != _FORMAT:
        raise BackupDamagedError(archive, f"it has format {manifest.format}, this version reads format {_FORMAT}")
    return manifest


def _put(content: IO[bytes], name: str, folder: Path, landing: Landing) -> str:
    """Lay one file down and say its sha256. Names come from the manifest, and still none leads out of the folder."""
    path = PurePosixPath(name)
    if path.parts[0] == _LANDING:
        return landing.land_pieces(iter(lambda: content.read(_PIECE), b""))
    if path.is_absolute() or ".." in path.parts:
        return ""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        while piece := content.read(_PIECE):
            file.write(piece)
    return _digest_of(target)


def _place_of_catalog(manifest: Manifest, home: Path) -> Path | None:
    """Where the catalogue goes; None when it is the one that ships with this version."""
    if manifest.catalog_version == load_catalog().version:
        return None
    place = home / _CATALOG
    if place.exists():
        raise UsageError(f"{place} is there already: move it away and restore again. The warehouse was not touched.")
    return place
