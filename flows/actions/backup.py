"""Backup: write warehouse, landed files, bundles and catalogue to one archive, and restore them into an empty home."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, Final

from connectors.landing import Landing
from domain.catalog.catalog import Catalog, load_catalog
from domain.errors import TerminalError, UsageError
from flows.actions.backup_contents import CLOSED, LANDING, WAREHOUSE, HomeParts, OnProgress, gather
from flows.bundles.archive import (
    PIECE,
    ArchiveDamagedError,
    digest_of,
    files_below,
    put_below,
    unpack,
    write_archive,
)
from flows.support.atomic_files import atomic_file, workspace
from flows.support.private_files import private_file
from flows.support.unpack_limits import UnpackLimits
from flows.support.warehouse import ARCHIVE
from warehouse.store.copying import copy_warehouse, refuse_filled
from warehouse.store.engine import Engine, open_engine

_FORMAT: Final = 1
_CATALOG: Final = "catalog"


class BackupDamagedError(TerminalError):
    """The archive is not a complete backup of this program."""

    def __init__(self, archive: Path, what: str) -> None:
        """Keep the archive and the defect."""
        self.archive = archive
        self.what = what
        super().__init__(f"{archive} cannot be restored: {what}. The warehouse was not touched; take another backup.")


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """Contents of an archive: `files` is sha256 by path, `rows` counts by table.

    `lost` are bundles of closed periods and files of archived ones, by their place in the home, that were missing or
    altered. `damaged` is what
    else was not sound, by its name in an archive: landed files, with their paths at delivery, and the warehouse, with
    what was wrong with it.
    """

    format: int
    program: str
    made_at: str
    catalog_version: str
    rows: Mapping[str, int]
    files: Mapping[str, str]
    lost: tuple[str, ...] = ()
    damaged: Mapping[str, str] = field(default_factory=dict)

    @property
    def landed(self) -> int:
        """Number of landed files in the archive."""
        return sum(name.startswith(f"{LANDING}/") for name in self.files)


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What was restored, and where the backup's catalogue lies; None: it is the one in use."""

    manifest: BackupManifest
    catalog: Path | None


def make_backup(
    engine: Engine, landing: Landing, catalog: Catalog, home: Path, target: Path, *, at: datetime, watch: OnProgress
) -> BackupManifest:
    """Write an archive of what cannot be made again: the warehouse as of one moment, its landed files, the catalogue.

    What is lost or damaged does not prevent the backup of everything else: it is listed.

    The warehouse becomes a SQLite file, whatever its engine. Landed files are never changed nor removed, so those
    that the warehouse names at a moment all exist afterwards. Published files are left out: they can be made again.

    Only this account may read the archive.

    Raises:
        NoRoomError: the disk is full; no partial archive stays behind.
    """
    with workspace("backup", below=target.parent) as folder, atomic_file(target) as draft:
        contents = gather(engine, HomeParts(landing, catalog, home), folder, watch)
        sources = {**contents.sources, **files_below(catalog.root, _CATALOG)}
        # The name of a landed file, which was just compared with its bytes, is its sha256.
        files = {
            name: path.name if name.startswith(f"{LANDING}/") else digest_of(path) for name, path in sources.items()
        }
        manifest = BackupManifest(
            format=_FORMAT,
            program=version("tonghop"),
            made_at=at.isoformat(),
            catalog_version=catalog.version,
            rows=contents.rows,
            files=files,
            lost=contents.lost,
            damaged=contents.damaged,
        )
        private_file(draft)
        write_archive(draft, _written(manifest), sources, lambda: watch("files", 1))
    return manifest


def restore_backup(
    archive: Path, engine: Engine, landing: Landing, home: Path, watch: OnProgress, *, limits: UnpackLimits
) -> RestoreResult:
    """Restore a backup into an empty warehouse; every byte is compared with the manifest before that is filled.

    A catalogue other than the shipped one is restored as `catalog` in the home, bundles of closed periods as `closed`,
    rows of archived ones as `archive`.

    Raises:
        UsageError: there is no such archive.
        BackupDamagedError: it is incomplete, or not a backup of this program.
        ArchiveBeyondLimitsError: it holds more than the limits allow; the warehouse is as empty as before.
        WarehouseNotEmptyError: the warehouse is not empty.
        NoRoomToWorkError: the home's disk is full; the warehouse is as empty as before.
    """
    if not archive.is_file():
        raise UsageError(f"there is no file {archive}: name an archive that `tonghop backup` made")
    refuse_filled(engine)
    with workspace("restore", below=home) as folder:
        manifest = _unpack(archive, folder, landing, limits, watch)
        catalog = _place_of_catalog(manifest, home)
        kept = {name: _free(home / name) for name in (CLOSED, ARCHIVE) if (folder / name).is_dir()}
        source = _opened(folder / WAREHOUSE)
        copy_warehouse(source, engine, lambda _table, rows: watch("rows", rows))
        source.dispose()
        if catalog is not None:
            (folder / _CATALOG).replace(catalog)
        for name, place in kept.items():
            (folder / name).replace(place)
    return RestoreResult(manifest, catalog)


def _written(manifest: BackupManifest) -> dict[str, Any]:
    """Return a manifest's fields; earlier versions can restore a backup without damage, and know no such field."""
    written = asdict(manifest)
    if not manifest.damaged:
        del written["damaged"]
    return written


def _opened(copy: Path) -> Engine:
    return open_engine(f"sqlite:///{copy}")


def _unpack(archive: Path, folder: Path, landing: Landing, limits: UnpackLimits, watch: OnProgress) -> BackupManifest:
    """Land the landed files and restore the rest to a folder; raise at the first that differs from the manifest."""

    def put(content: IO[bytes], name: str) -> str:
        if name.startswith(f"{LANDING}/"):
            return landing.land_chunks(iter(lambda: content.read(PIECE), b""))
        return put_below(folder, content, name)

    try:
        result = unpack(archive, put, lambda: watch("files", 1), limits)
    except ArchiveDamagedError as error:
        raise BackupDamagedError(archive, error.what) from error
    manifest = _read_manifest(archive, result.manifest)
    if result.unknown:
        raise BackupDamagedError(archive, f"{result.unknown[0]} is not in its manifest")
    if result.altered:
        raise BackupDamagedError(archive, f"{result.altered[0]} is not what was backed up")
    if result.missing:
        raise BackupDamagedError(archive, f"{len(result.missing)} files are missing, the first is {result.missing[0]}")
    return manifest


def _read_manifest(archive: Path, content: Mapping[str, Any]) -> BackupManifest:
    try:
        damaged = {str(name): str(what) for name, what in content.get("damaged", {}).items()}
        manifest = BackupManifest(**{**content, "lost": tuple(content.get("lost", ())), "damaged": damaged})
    except (AttributeError, TypeError) as error:
        raise BackupDamagedError(archive, "its manifest cannot be read") from error
    if manifest.format != _FORMAT:
        raise BackupDamagedError(archive, f"it has format {manifest.format}, this version reads format {_FORMAT}")
    if WAREHOUSE not in manifest.files:
        what = manifest.damaged.get(WAREHOUSE, "missing")
        raise BackupDamagedError(archive, f"its warehouse was damaged before it was made ({what})")
    return manifest


def _place_of_catalog(manifest: BackupManifest, home: Path) -> Path | None:
    """Return the destination of the catalogue; None when it is the one that ships with this version."""
    if manifest.catalog_version == load_catalog().version:
        return None
    return _free(home / _CATALOG)


def _free(place: Path) -> Path:
    if place.exists():
        raise UsageError(f"{place} is there already: move it away and restore again. The warehouse was not touched.")
    return place
