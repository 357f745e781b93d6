"""A home is backed up into one archive and comes back from it whole, or not at all."""

import errno
import gzip
import io
import sqlite3
import stat
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from connectors.landing import Landing
from domain.catalog.catalog import load_catalog
from domain.errors import UsageError
from flows.actions.backup import BackupDamagedError, BackupManifest, RestoreResult, make_backup, restore_backup
from flows.support.atomic_files import NoRoomError
from flows.support.settings import load_settings
from tests.catalogs import copy_small
from tests.flows.pipeline.nightly_runs import NOW, context_of, deliver, put, run_plainly, settings_of
from tests.warehouse.damage import damage_table
from warehouse.store.copying import WarehouseNotEmptyError, content_of, lasting_tables
from warehouse.store.engine import open_engine, reading
from workbooks.sample.inbox import SampleFile

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("backup")]


def back_up(home: Path, target: Path) -> BackupManifest:
    """Back a home up."""
    context = context_of(home)
    return make_backup(context.engine, context.landing, context.catalog, home, target, at=NOW, watch=_ignore)


def bring_back(archive: Path, home: Path, url: str = "") -> RestoreResult:
    """Restore an archive into a home."""
    settings = settings_of(home, warehouse_url=url)
    engine, landing = open_engine(settings.database), Landing(settings.landing)
    return restore_backup(archive, engine, landing, home, _ignore, limits=settings.unpack_limits)


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory, night_home: Path) -> Path:
    """Return the archive of a home after its first nightly run."""
    target = tmp_path_factory.mktemp("archive") / "backup.tar.gz"
    back_up(night_home, target)
    return target


@pytest.fixture
def opened(archive: Path) -> dict[str, bytes]:
    """What the archive holds, in its order, to be put together again otherwise."""
    with tarfile.open(archive) as result:
        return {entry.name: _bytes_of(result, entry) for entry in result}


def test_restored_home_says_the_same_on_either_engine(
    archive: Path, night_home: Path, tmp_path: Path, warehouse_url: str
) -> None:
    """Every row and every original file is there again, whatever engine they go to."""
    restored = bring_back(archive, tmp_path / "new", warehouse_url)
    assert restored.manifest.landed == 8
    with reading(context_of(night_home).engine) as before, reading(open_engine(warehouse_url)) as after:
        assert [content_of(after, table) for table in lasting_tables()] == [
            content_of(before, table) for table in lasting_tables()
        ]
    assert files_below(tmp_path / "new" / "landing") == files_below(night_home / "landing")


def test_next_nightly_run_continues_in_the_restored_home(
    archive: Path, after_night: Path, correction: SampleFile, tmp_path: Path
) -> None:
    """A correction makes the same revision, byte for byte, as in the home that was backed up."""
    bring_back(archive, tmp_path / "new")
    for home in (after_night, tmp_path / "new"):
        deliver(home, [correction])
        run_plainly(context_of(home), "second")
    published = [
        home / "published" / ".revisions" / "2025-05" / "585" / "2" for home in (after_night, tmp_path / "new")
    ]
    assert files_below(published[0])
    assert files_below(published[0]) == files_below(published[1])


def test_archive_is_private(archive: Path) -> None:
    """No other account may read what communes sent."""
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600


def test_other_catalogue_comes_along(after_night: Path, tmp_path: Path) -> None:
    """A deployment's own catalogue is laid down beside the warehouse, and is the same catalogue."""
    own = copy_small(tmp_path / "own")
    (own / "messages" / "own.yaml").write_text("own.greeting:\n  vi: chào\n  en: hello\n", encoding="utf-8")
    context = context_of(after_night, catalog=own)
    target = tmp_path / "b.tar.gz"
    made = make_backup(context.engine, context.landing, context.catalog, after_night, target, at=NOW, watch=_ignore)
    restored = bring_back(tmp_path / "b.tar.gz", tmp_path / "new")
    assert restored.catalog == tmp_path / "new" / "catalog"
    assert load_catalog(restored.catalog).version == made.catalog_version


def test_used_warehouse_is_not_restored_into(archive: Path, after_night: Path) -> None:
    """A restore into a warehouse with rows is refused, and the rows stay as they are."""
    with pytest.raises(WarehouseNotEmptyError, match="empty"):
        bring_back(archive, after_night)


def test_missing_archive_is_wrong_usage(tmp_path: Path) -> None:
    """A path without a file is reported as wrong usage."""
    with pytest.raises(UsageError, match="no file"):
        bring_back(tmp_path / "none.tar.gz", tmp_path / "new")


@pytest.mark.parametrize(
    ("damage", "output"),
    [
        (lambda files: {**files, "landing/" + "0" * 64: b"more"}, "not in its manifest"),
        (lambda files: {**files, "warehouse.db": b"other"}, "not what was backed up"),
        (lambda files: dict(list(files.items())[:-1]), "1 files are missing"),
        (lambda files: dict(list(files.items())[1:]), "does not begin with a manifest"),
        (lambda files: {**files, "manifest.json": b"{}"}, "manifest cannot be read"),
        (lambda files: {**files, "manifest.json": files["manifest.json"].replace(b'"format": 1', b'"format": 9')}, "9"),
    ],
    ids=["more", "other", "fewer", "no manifest", "empty manifest", "later format"],
)
def test_incomplete_archive_is_refused(
    damage: Callable[[dict[str, bytes]], dict[str, bytes]], output: str, opened: dict[str, bytes], tmp_path: Path
) -> None:
    """What differs from the manifest is named, and the warehouse stays empty."""
    _pack(tmp_path / "damaged.tar.gz", damage(opened))
    with pytest.raises(BackupDamagedError, match=output):
        bring_back(tmp_path / "damaged.tar.gz", tmp_path / "new")
    _assert_empty(tmp_path / "new")


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", gzip.compress(b"no tar at all" * 100)], ids=["empty", "zip", "no tar"]
)
def test_other_file_is_no_backup(content: bytes, tmp_path: Path) -> None:
    """A file of another kind is refused."""
    (tmp_path / "other.tar.gz").write_bytes(content)
    with pytest.raises(BackupDamagedError):
        bring_back(tmp_path / "other.tar.gz", tmp_path / "new")


def test_archive_cut_short_is_refused(archive: Path, tmp_path: Path) -> None:
    """Half an archive, as a full disk or a broken copy leaves it."""
    (tmp_path / "half.tar.gz").write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(BackupDamagedError):
        bring_back(tmp_path / "half.tar.gz", tmp_path / "new")
    _assert_empty(tmp_path / "new")


def test_bundles_of_closed_periods_come_along(after_night: Path, tmp_path: Path) -> None:
    """One that is whole lies in its place again; one that is lost is named, and the backup is made all the same."""
    whole, lost = "closed/2025-05/585-1.tar.gz", "closed/2025-05/585-1.2.tar.gz"
    put(after_night / whole, b"a bundle")
    with sqlite3.connect(after_night / "warehouse.db") as connection:
        for path, reopened in ((whole, "2025-06-02 00:00:00"), (lost, None)):
            connection.execute(
                "INSERT INTO closing (revision_id, closed_at, closed_by, missing, bundle, bundle_sha256, reopened_at, "
                "reopened_by, reopen_reason) VALUES (1, '2025-06-01 00:00:00', 'an', 1, ?, ?, ?, ?, ?)",
                (path, sha256(b"a bundle").hexdigest(), reopened, reopened and "an", reopened and "why"),
            )
    assert back_up(after_night, tmp_path / "backup.tar.gz").lost == (lost,)
    result = bring_back(tmp_path / "backup.tar.gz", tmp_path / "new")
    assert result.manifest.lost == (lost,)
    assert files_below(tmp_path / "new" / "closed") == {"2025-05/585-1.tar.gz": b"a bundle"}


def test_damaged_landed_files_are_named(after_night: Path, tmp_path: Path) -> None:
    """Everything else is in the backup, and comes back; the damaged and the missing file are known by name."""
    damaged, missing, *_ = sorted(path for path in (after_night / "landing").rglob("*") if path.is_file())
    damaged.write_bytes(b"something else")
    missing.unlink()
    made = back_up(after_night, tmp_path / "backup.tar.gz")
    assert made.damaged.keys() == {f"landing/{damaged.name}", f"landing/{missing.name}"}
    assert all(path.endswith(".xlsx") for path in made.damaged.values())
    result = bring_back(tmp_path / "backup.tar.gz", tmp_path / "new")
    assert (result.manifest.damaged, result.manifest.landed) == (made.damaged, 6)
    assert result.manifest.rows["submission"] == 8


def test_damaged_warehouse_is_kept_beside_what_is_sound(
    after_night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command names it and ends with 1; no such backup is restored in place of a whole one."""
    damage_table(after_night / "warehouse.db", "observation")
    monkeypatch.setenv("TONGHOP_HOME", str(after_night))
    monkeypatch.setenv("TONGHOP_LANG", "en")
    target = tmp_path / "backup.tar.gz"
    result = CliRunner().invoke(app, ["backup", str(target)])
    assert (result.exit_code, "The warehouse is damaged (observation)" in result.output) == (1, True)
    with tarfile.open(target) as opened:
        files = {entry.name: _bytes_of(opened, entry) for entry in opened}
    assert files["damaged/warehouse.db"] == (after_night / "warehouse.db").read_bytes()
    assert sum(name.startswith("landing/") for name in files) == 8
    with pytest.raises(BackupDamagedError, match=r"warehouse was damaged before it was made \(observation\)"):
        bring_back(target, tmp_path / "new")


def test_damage_to_the_mirror_of_the_catalogue_costs_nothing(after_night: Path, tmp_path: Path) -> None:
    """Units are made again from the catalogue, everything else is copied, and the backup is restored."""
    with reading(open_engine(f"sqlite:///{after_night / 'warehouse.db'}")) as session:
        before = [content_of(session, table) for table in lasting_tables()]
    damage_table(after_night / "warehouse.db", "org_unit")
    made = back_up(after_night, tmp_path / "backup.tar.gz")
    assert made.damaged == {"warehouse.db": "org_unit"}
    bring_back(tmp_path / "backup.tar.gz", tmp_path / "new")
    with reading(open_engine(f"sqlite:///{tmp_path / 'new' / 'warehouse.db'}")) as session:
        assert [content_of(session, table) for table in lasting_tables()] == before


def test_damage_beside_the_rows_is_mended_by_a_backup(after_night: Path, tmp_path: Path) -> None:
    """Where every row can still be read the backup holds them all, names the damage, and is restored."""
    with sqlite3.connect(after_night / "warehouse.db") as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET rootpage = 2 WHERE name = 'ix_delivery_sha256'")
    connection.close()
    made = back_up(after_night, tmp_path / "backup.tar.gz")
    assert (made.rows["submission"], list(made.damaged)) == (8, ["warehouse.db"])
    assert bring_back(tmp_path / "backup.tar.gz", tmp_path / "new").manifest.rows == made.rows


def test_full_disk_leaves_no_half_archive(after_night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The earlier archive stays as it was."""
    (tmp_path / "backup.tar.gz").write_bytes(b"earlier")

    def refuse(*_given: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "addfile", refuse)
    with pytest.raises(NoRoomError, match="no room"):
        back_up(after_night, tmp_path / "backup.tar.gz")
    assert (tmp_path / "backup.tar.gz").read_bytes() == b"earlier"
    assert {path.name for path in tmp_path.iterdir()} == {"backup.tar.gz", "home"}


def test_commands_back_up_restore_and_copy(
    after_night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_postgres: str
) -> None:
    """The three commands, one after the other; a second backup to the same name is refused."""
    target = str(tmp_path / "backup.tar.gz")
    monkeypatch.setenv("TONGHOP_HOME", str(after_night))
    monkeypatch.setenv("TONGHOP_LANG", "en")
    runner = CliRunner()
    assert "8 submissions, 8 original files" in runner.invoke(app, ["backup", target]).output
    assert isinstance(runner.invoke(app, ["backup", target]).exception, UsageError)
    copied = runner.invoke(app, ["copy", "--to", empty_postgres])
    assert "both sides are equal" in copied.output
    monkeypatch.setenv("TONGHOP_HOME", str(tmp_path / "new"))
    assert load_settings().home == tmp_path / "new"
    assert "Restored: 8 submissions" in runner.invoke(app, ["restore", target]).output


def _ignore(_kind: str, _count: int) -> None:
    """Ignore progress."""


def _bytes_of(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    content = archive.extractfile(entry)
    assert content is not None
    return content.read()


def _pack(target: Path, files: dict[str, bytes]) -> None:
    with tarfile.open(target, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def _assert_empty(home: Path) -> None:
    with reading(open_engine(f"sqlite:///{home / 'warehouse.db'}")) as session:
        assert {content_of(session, table).rows for table in lasting_tables()} == {0}
    assert [path.name for path in home.iterdir() if path.name.startswith(".restore-")] == []
