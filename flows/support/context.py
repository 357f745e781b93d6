"""Composition root: builds everything a run works with from the settings."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import IntEnum
from functools import partial
from pathlib import Path

from connectors.base import Connector
from connectors.landing import Landing
from connectors.replies.smtp import MailAccount
from connectors.scanning import ClamdScanner, Scanner
from domain.catalog.catalog import Catalog
from domain.stores.store import Store
from domain.texts import Lang
from domain.vietnam_time import day_in_vietnam
from expectations.rule_validation import require_valid_rules
from flows.support.catalog import open_catalog
from flows.support.scanning_reader import ScanningReader
from flows.support.settings import Settings
from flows.support.slices.identity import require_engine
from flows.support.slices.reading import ReadingBounds, SlicedReader
from flows.support.slices.runner import SliceRunner, open_runner
from flows.support.sources import open_sources
from flows.support.stores.opening import open_landing, outbox_store, published_store
from flows.support.warehouse import open_warehouse
from warehouse.store.engine import Engine, Warehouse, normalise_url
from workbooks.cells.guards import Limits
from workbooks.pool.fork_server import start_fork_server
from workbooks.pool.garbage import look_for_garbage
from workbooks.pool.landed_file import PlainReader, Reader
from workbooks.pool.light_process import can_fork
from workbooks.pool.reading_pool import ReadingPool


class Extent(IntEnum):
    """How far a decision is carried out."""

    STATES = 1
    """States of reports move; nothing is judged again or rolled up."""
    FIGURES = 2
    """Figures are rolled up, too; publishing them is left to others."""
    PUBLICATIONS = 3
    """What was rolled up is published, with data files and site."""


@dataclass(frozen=True)
class AppContext:
    """Dependencies of a run.

    `staging` holds the staging tables (in the warehouse itself); the rules connect to them by `staging_url`.
    `quality` is the folder of quality pages, of submissions and of the last `quality_nights` runs; None: none are
    written. `clock` returns the current time in UTC. `areas` are the codes of the areas to publish; empty: the unit
    above each commune. `lang` is the language of published reports, `wait_seconds` how long to wait for another run to
    end. A file is collected once it was left untouched for `quiet_seconds`; more than `known_files_at_once` files of
    known bytes are a restored share. A run examines its SQLite file for damage for `check_seconds` at most, and accepts
    records that are later than its clock up to `records_ahead_until`. `open_reader` opens a reader of workbooks, which
    applies `limits` and, where a virus scanner is set, opens no file that was not scanned. `open_runner` connects to
    the workers that write slices of publications, if there are any; the reader has them read as well. Unless
    `checks_senders`, reports count whatever way they came, as those do that a person names. Unless `settles_sources`,
    landed files are neither moved nor flagged where they came from, and replies stay here. `extent` is how far runs go;
    `is_locked`: the caller holds the lock of the warehouse, and has examined it. `mail` is the account by which mails
    go out; None: there is none. `is_quality_public`: the site shows the quality of reporting.
    """

    catalog: Catalog
    engine: Warehouse
    staging: Warehouse
    staging_url: str
    connectors: Sequence[Connector]
    landing: Landing
    published: Store
    outbox: Store
    quality: Path | None
    quality_nights: int
    areas: tuple[str, ...]
    lang: Lang
    batch_size: int
    files_read_at_once: int
    open_reader: Callable[[], AbstractContextManager[Reader]]
    open_runner: Callable[[], AbstractContextManager[SliceRunner | None]]
    limits: Limits
    wait_seconds: int
    quiet_seconds: int
    known_files_at_once: int
    check_seconds: int
    records_ahead_until: datetime | None
    clock: Callable[[], datetime]
    checks_senders: bool = True
    settles_sources: bool = True
    extent: Extent = Extent.PUBLICATIONS
    is_locked: bool = False
    mail: MailAccount | None = None
    is_quality_public: bool = False

    @property
    def today(self) -> date:
        """The current date in Vietnam."""
        return day_in_vietnam(self.clock())

    @property
    def quality_on(self) -> date | None:
        """The day as of which quality of reporting is public; None: it is not."""
        return self.today if self.is_quality_public else None


def build_context(
    settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC), engine: Engine | None = None
) -> AppContext:
    """Load the catalogue, migrate the warehouse and build the context; create the home's inbox if it is missing.

    A long-lived process hands its own `engine` over, so that no connections are left behind.

    Raises:
        CatalogError: the catalogue cannot be used.
        RuleBrokenError: one of its rules is invalid.
        TransientError: the warehouse does not answer.
        UsageError: a setting has an impossible value.
    """
    look_for_garbage(of_much_work=False)  # as in `cli.main`: a flow may also be started by Prefect's worker
    if settings.runner == "engine":
        require_engine(settings)
    scanner = ClamdScanner(settings.virus_scanner) if settings.virus_scanner else None
    engine = engine or open_warehouse(settings)
    catalog = open_catalog(settings)
    landing = open_landing(settings)
    if settings.store:
        landing.mark()  # before anything is done: whether the store answers, and keeps to conditions
    require_valid_rules(tuple(catalog.rules.values()), tuple(catalog.indicators.values()))
    return AppContext(
        catalog=catalog,
        engine=engine,
        staging=engine,
        staging_url=normalise_url(settings.database),
        connectors=open_sources(settings),
        landing=landing,
        published=published_store(settings),
        outbox=outbox_store(settings),
        quality=settings.quality,
        quality_nights=settings.quality_nights,
        areas=settings.areas,
        lang=settings.lang,
        batch_size=settings.batch_size,
        files_read_at_once=settings.files_read_at_once,
        open_reader=partial(_open_reader, settings, catalog, scanner),
        open_runner=partial(open_runner, settings, catalog),
        limits=settings.reading_limits,
        wait_seconds=settings.wait_seconds,
        quiet_seconds=settings.quiet_seconds,
        known_files_at_once=settings.known_files_at_once,
        check_seconds=settings.check_seconds,
        records_ahead_until=settings.records_ahead_until,
        clock=clock,
        mail=settings.mail_account,
        is_quality_public=settings.quality_public,
    )


@contextmanager
def _open_reader(settings: Settings, catalog: Catalog, scanner: Scanner | None) -> Iterator[Reader]:
    with open_runner(settings, catalog) as runner, _open_unscanned(settings, catalog) as own:
        bounds = ReadingBounds.of(settings)
        reader = SlicedReader(runner, own, open_landing(settings).root, bounds, settings.slice_files) if runner else own
        yield ScanningReader(reader, scanner, catalog) if scanner else reader


def fork_early(settings: Settings) -> None:
    """Fork the process that a run of these settings reads with, and the fork server for what is needed later.

    If this process has no other threads yet.

    Raises:
        CatalogError: the catalogue cannot be used.
    """
    reader = _open_unscanned(settings, open_catalog(settings))
    if isinstance(reader, ReadingPool) and can_fork():
        start_fork_server()
        reader.start_early()


def _open_unscanned(settings: Settings, catalog: Catalog) -> AbstractContextManager[Reader]:
    workers = os.cpu_count() or 1 if settings.reading_workers is None else settings.reading_workers
    if not workers:
        return nullcontext(PlainReader(catalog, settings.reading_limits))
    bounds = ReadingBounds.of(settings)
    return ReadingPool(catalog, bounds.limits, bounds.confinement, workers)
