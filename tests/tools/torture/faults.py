"""Ways of disturbing a nightly run; each returns the home in which the next run has to make everything good."""

import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from domain.errors import TonghopError
from domain.periods import parse_period
from domain.rollups import Boundary
from flows.actions.backup import make_backup, restore_backup
from flows.actions.publish_on_demand import publish_on_demand
from flows.pipeline.pipeline import Run
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from flows.pipeline.stages.collect import Collection
from flows.support.area_figures import FiguresRequest
from publishing.errors import PublicationDamagedError
from tests.flows.pipeline.nightly_runs import AREA, immediate_steps, put, run_plainly, settings_of
from tests.tools.torture.full_disk import Writes, count_statements, counted_files, limit_pages
from tests.tools.torture.homes import Homes, PostgresServer, RoundHome, database_name
from tests.tools.torture.processes import ended_well, kill_after, nightly_run, start
from warehouse.store.engine import migrate, open_engine, reading
from warehouse.submissions.submissions import pending

_MOST_KILLS = 2
_PAGES, _CHANGES = 8, 60
"""About how many pages a run adds to a SQLite database, and how many statements of it change PostgreSQL."""
_PAGE = 4096
_POSTGRES_PAGE = 8192
_TABLES = ("observation", "submission", "delivery", "issue", "rollup_revision")
_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Round:
    """One round: its homes, the home that is disturbed, what an undisturbed run takes, and the random generator.

    `seconds` and `writes` are those of an undisturbed run: moments and writes to disturb are chosen among them.
    """

    homes: Homes
    home: RoundHome
    seconds: float
    writes: int
    rng: random.Random

    @property
    def moment(self) -> float:
        """Choose a moment of the run, in seconds from its start."""
        return self.rng.uniform(0, self.seconds)


@dataclass(frozen=True)
class Disturbed:
    """The home after the fault, and whether the fault met anything: a run still at work, bytes that are read."""

    home: RoundHome
    met: bool


Fault = Callable[[Round], Disturbed]


def kill_run(this: Round) -> Disturbed:
    """Kill the run once or twice at random moments."""
    kills = [kill_after(nightly_run(this.home), this.moment) for _ in range(this.rng.randint(1, _MOST_KILLS))]
    return Disturbed(this.home, any(kills))


def kill_database(this: Round) -> Disturbed:
    """Kill a process of PostgreSQL that serves the run, which makes it end all connections and recover."""
    server = _server(this)
    child = nightly_run(this.home)
    time.sleep(this.moment)
    of_run = f"SELECT pid FROM pg_stat_activity WHERE datname = '{database_name(this.home.url)}'"
    killed = [int(str(pid)) for (pid,) in server.execute(of_run)][:1]
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    well = ended_well(child)
    _wait_for(server)
    return Disturbed(this.home, not well)


def fill_disk(this: Round) -> Disturbed:
    """Let the disk be full from a random write of a file on."""
    most = this.rng.randrange(this.writes)

    def work() -> None:
        with counted_files(this.home.home, Writes(most)):
            this.home.run_nightly("disturbed")

    return Disturbed(this.home, not ended_well(start(work)))


def fill_database(this: Round) -> Disturbed:
    """Let the disk of the database be full from a random page (SQLite) or change (PostgreSQL) on."""
    most = this.rng.randrange(_CHANGES if this.home.url else _PAGES)

    def work() -> None:
        context = this.home.context()
        if this.home.url:
            count_statements(context, Writes(most))
        else:
            limit_pages(context, most)
        run_plainly(context, "disturbed")

    return Disturbed(this.home, not ended_well(start(work)))


def damage_landing(this: Round) -> Disturbed:
    """Damage or remove landed files between collecting and reading."""
    context = this.home.context()
    Collection(context, "disturbed").collect()
    with reading(context.engine) as session:
        digests = sorted({submission.sha256 for submission in pending(session)})
    context.engine.dispose()
    for digest in this.rng.sample(digests, this.rng.randint(1, len(digests))):
        _damage(context.landing.path_of(digest), this.rng)
    return Disturbed(this.home, met=True)


def damage_page(this: Round) -> Disturbed:
    """Back up, damage a page of the database, run; restore what was backed up where the damage was seen or not."""
    archive = _backup(this)
    damaged = this.home
    if this.home.url:
        damaged = replace(this.home, url=_damaged_database(this))
    else:
        _overwrite(this.home.home / "warehouse.db", _PAGE, this.rng)
    seen = not ended_well(nightly_run(damaged))
    return Disturbed(_restored(this, archive), seen)


def damage_publication(this: Round) -> Disturbed:
    """Publish, damage a published file: publishing again names it, and writes the same bytes once it is removed."""
    this.home.run_nightly("disturbed")
    newest = (this.home.home / "published" / "2025-05" / AREA).resolve()
    before = _contents(newest)
    file = this.rng.choice(sorted(before))
    _damage(file, this.rng)
    refused = False
    try:
        _publish(this.home)
    except PublicationDamagedError:
        refused = True
        shutil.rmtree(newest)
        _publish(this.home)
    if refused and _contents(newest) != before:
        raise AssertionError(f"{newest} was not published again as it was")
    return Disturbed(this.home, refused)


def damage_backup(this: Round) -> Disturbed:
    """Damage a copy of a backup: restoring refuses it and fills nothing, or restores all; then restore the backup."""
    archive = _backup(this)
    copy = archive.with_name("damaged.tar.gz")
    shutil.copyfile(archive, copy)
    _damage(copy, this.rng)
    try:
        return Disturbed(_restored(this, copy), met=False)
    except TonghopError:
        return Disturbed(_restored(this, archive), met=True)


def run_twice(this: Round) -> Disturbed:
    """Start two runs at once, and deliver the correction at a random moment of them."""
    target = this.home.home / "inbox" / this.homes.deliveries.correction.path
    target.unlink()
    children = [nightly_run(this.home, run_id) for run_id in ("disturbed", "disturbed-too")]
    time.sleep(this.moment)
    put(target, this.homes.deliveries.correction.data, this.homes.deliveries.correction.delivered_at)
    well = [ended_well(child) for child in children]
    return Disturbed(this.home, all(well))


ON_EVERY_ENGINE: Mapping[str, Fault] = {
    "run killed": kill_run,
    "disk full": fill_disk,
    "database full": fill_database,
    "landing damaged": damage_landing,
    "database page damaged": damage_page,
    "publication damaged": damage_publication,
    "backup damaged": damage_backup,
    "two runs and a correction": run_twice,
}
ON_POSTGRESQL: Mapping[str, Fault] = {"database killed": kill_database}


def _server(this: Round) -> PostgresServer:
    assert this.homes.server is not None
    return this.homes.server


def _wait_for(server: PostgresServer) -> None:
    """Wait until PostgreSQL has recovered."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            server.execute("SELECT 1")
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def _damage(path: Path, rng: random.Random) -> None:
    """Remove a file, cut it short, or change a byte of it."""
    size = path.stat().st_size
    match rng.randrange(3):
        case 0 if path.suffix != ".gz":
            path.unlink()
        case 1:
            os.truncate(path, rng.randrange(size))
        case _:
            with path.open("r+b") as file:
                file.seek(rng.randrange(size))
                byte = file.read(1)
                file.seek(-1, os.SEEK_CUR)
                file.write(bytes([byte[0] ^ 0xFF]))


def _overwrite(path: Path, page: int, rng: random.Random) -> None:
    """Overwrite one page of a file, not the first where there are more."""
    pages = path.stat().st_size // page
    with path.open("r+b") as file:
        file.seek(rng.randrange(min(1, pages - 1), pages) * page)
        file.write(rng.randbytes(page))


def _damaged_database(this: Round) -> str:
    """Return the address of a copy of the database with a damaged page, of which no buffer holds a sound one."""
    server = _server(this)
    copy = this.homes.new_database(this.home.url)
    with psycopg.connect(copy, autocommit=True) as connection:
        table = this.rng.choice(_TABLES)
        (path,) = connection.execute("SELECT pg_relation_filepath(%s)", [table]).fetchone() or ("",)
    server.execute("CHECKPOINT")
    file = server.data / str(path)
    if file.stat().st_size:
        _overwrite(file, _POSTGRES_PAGE, this.rng)
    return this.homes.new_database(copy)


def _backup(this: Round) -> Path:
    context = this.home.context()
    target = Path(tempfile.mkdtemp(dir=this.home.home.parent)) / "backup.tar.gz"
    engine = open_engine(this.home.url or f"sqlite:///{this.home.home / 'warehouse.db'}")
    make_backup(
        engine,
        context.landing,
        context.catalog,
        this.home.home,
        target,
        at=context.clock(),
        watch=lambda _stage, _count: None,
    )
    engine.dispose()
    context.engine.dispose()
    return target


def _restored(this: Round, archive: Path) -> RoundHome:
    """Return a home restored from a backup; inbox, outbox and publications are those of when that was made."""
    restored = replace(this.homes.make(this.home.now), url=this.homes.new_database())
    home = restored.home
    shutil.rmtree(home / "landing")
    for file in home.glob("warehouse.db*"):
        file.unlink()
    engine = open_engine(restored.url or f"sqlite:///{home / 'warehouse.db'}")
    migrate(engine)
    context = restored.context()
    try:
        restore_backup(
            archive,
            engine,
            context.landing,
            home,
            lambda _stage, _count: None,
            limits=settings_of(home).unpack_limits,
        )
    finally:
        engine.dispose()
        context.engine.dispose()
    return restored


def _publish(home: RoundHome) -> None:
    context = home.context()
    run = Run(context, RunScope(), immediate_steps("published-again"), NoProgress())
    form = next(iter(context.catalog.forms.by_id))
    publish_on_demand(run, FiguresRequest(AREA, form, parse_period("2025-05"), Boundary.AS_THEN))
    context.engine.dispose()


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("[!.]*")) if path.is_file()}
