"""Contents of a backup: everything of a home that is sound, and the names of what is not."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import Final

from connectors.landing import Landing
from domain.catalog.catalog import Catalog
from flows.bundles.archive import digest_of, files_below
from flows.support.warehouse import ARCHIVE
from warehouse.archive.files import ArchivedFile, fault_of
from warehouse.archive.reading import archived_files
from warehouse.errors import WarehouseDamagedError
from warehouse.rollups.closings import Bundle, bundles_named
from warehouse.store.copying import copy_warehouse, files_named
from warehouse.store.engine import Engine, open_engine, reading
from warehouse.store.integrity import require_sound
from warehouse.store.salvage import copy_around, damaged_tables

OnProgress = Callable[[str, int], None]
"""Receives the progress: a kind of thing (`rows`, `files`) and how many more of it are done."""

WAREHOUSE: Final = "warehouse.db"
LANDING: Final = "landing"
CLOSED: Final = "closed"
_DAMAGED: Final = "damaged"
_WRITTEN_AHEAD: Final = "-wal"


@dataclass(frozen=True, slots=True)
class HomeParts:
    """What a backup takes besides the warehouse: landed files, catalogue, and the home's folder with its bundles."""

    landing: Landing
    catalog: Catalog
    folder: Path


@dataclass(frozen=True, slots=True)
class BackupContents:
    """Sound parts of a home by their names in the archive, and rows by table.

    `lost` are bundles and files of archived rows that are missing or altered, by their place in the home. `damaged` are
    landed files that are not what was received, with their paths at delivery, and a warehouse that is not sound, with
    what is wrong with it.
    """

    rows: Mapping[str, int]
    sources: Mapping[str, Path]
    lost: tuple[str, ...]
    damaged: Mapping[str, str]


def gather(engine: Engine, home: HomeParts, folder: Path, watch: OnProgress) -> BackupContents:
    """Copy the warehouse as of one moment to the folder, and name the landed files and bundles that belong to it.

    Damaged tables that mirror the catalogue are made again from it. A SQLite file with other damage is taken as it is,
    with every landed file and every bundle: which of them it named is lost then.
    """
    target = open_engine(f"sqlite:///{folder / WAREHOUSE}")
    try:
        rows, damage = _copied(engine, target, home.catalog, watch)
    except WarehouseDamagedError:
        target.dispose()
        return _around_damage(engine, home, folder)
    with reading(target) as session:
        bundles = bundles_named(session)
        archived = archived_files(session)
    whole, damaged = _landed(home.landing, files_named(target))
    target.dispose()  # SQLite then keeps everything in one file
    bundled, lost = _bundles(home.folder, bundles)
    rows_of_old, lost_rows = _archived(home.folder, archived)
    sources = {WAREHOUSE: folder / WAREHOUSE, **bundled, **rows_of_old, **whole}
    return BackupContents(rows, sources, lost + lost_rows, {**({WAREHOUSE: damage} if damage else {}), **damaged})


def _copied(engine: Engine, target: Engine, catalog: Catalog, watch: OnProgress) -> tuple[dict[str, int], str]:
    """Copy a warehouse; return the rows of each table, and damage that cost none of them, "" without any."""

    def count(_table: str, rows: int) -> None:
        watch("rows", rows)

    try:
        contents, damage = copy_warehouse(engine, target, count), _beside_the_rows(engine)
    except WarehouseDamagedError:
        tables = damaged_tables(engine)
        contents, damage = copy_around(engine, target, tables, catalog, count), ", ".join(tables)
    return {table: content.rows for table, content in contents.items()}, damage


def _around_damage(engine: Engine, home: HomeParts, folder: Path) -> BackupContents:
    database = Path(str(engine.url.database))
    raw: dict[str, Path] = {}
    for file in (database, database.with_name(database.name + _WRITTEN_AHEAD)):
        if file.is_file():
            name = f"{_DAMAGED}/{file.name}"
            raw[name] = folder / file.name.replace(database.name, "damaged.db")
            copyfile(file, raw[name])
    whole, damaged = _landed(home.landing, dict.fromkeys(home.landing.digests(), ""))
    tables = ", ".join(damaged_tables(engine))
    kept = [files_below(home.folder / name, name) for name in (CLOSED, ARCHIVE)]
    sources = {**raw, **kept[0], **kept[1], **whole}
    return BackupContents({}, sources, (), {WAREHOUSE: tables, **damaged})


def _beside_the_rows(engine: Engine) -> str:
    """Return the damage of a warehouse whose rows could all be read: that of an index, for instance; "" for none."""
    try:
        require_sound(engine, float("inf"))
    except WarehouseDamagedError as error:
        return error.reason
    return ""


def _landed(landing: Landing, paths: Mapping[str, str]) -> tuple[dict[str, Path], dict[str, str]]:
    """Return whole landed files and damaged ones, of files by sha256 and path at delivery; infected ones in neither."""
    whole: dict[str, Path] = {}
    damaged: dict[str, str] = {}
    for digest, path in paths.items():
        if landing.is_apart(digest):
            continue
        if landing.is_whole(digest):
            whole[f"{LANDING}/{digest}"] = landing.path_of(digest)
        else:
            damaged[f"{LANDING}/{digest}"] = path
    return whole, damaged


def _archived(home: Path, named: Iterable[ArchivedFile]) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Return files of archived rows by their place, and the places of those that are missing or damaged."""
    files = {f"{ARCHIVE}/{file.path}": file for file in named}
    lost = tuple(name for name, file in files.items() if fault_of(home / ARCHIVE, file))
    return {name: home / name for name in files if name not in lost}, lost


def _bundles(home: Path, named: Iterable[Bundle]) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Return bundles by their place, and the places of those that are missing or altered."""
    whole: dict[str, Path] = {}
    lost: list[str] = []
    for bundle in named:
        path = home / bundle.path
        if path.is_file() and digest_of(path) == bundle.sha256:
            whole[bundle.path] = path
        else:
            lost.append(bundle.path)
    return whole, tuple(lost)
