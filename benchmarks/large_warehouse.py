"""Benchmark of a PostgreSQL warehouse that holds many periods: what a person or a nightly run waits for there.

    make bench-warehouse UNITS=10035 MONTHS=12,120
    python -m benchmarks.large_warehouse --units 30 --months 3,6

A nightly run of one period of sample reports is copied into the months before (`benchmarks/period_copies.py`), for each
number of months further. Printed are seconds of CPU time of all processes, PostgreSQL's included, which should not grow
with the months. The exit status is 1 if the figures of the oldest copy are not those that the pipeline computes from
its rows. No duration is judged.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

import psutil
from rich.table import Table
from sqlalchemy import Engine, func, select, text

from benchmarks.inboxes import CONSOLE, COUNTRY, PERIOD, SEED, deliver, make_inputs, with_another_figure
from benchmarks.nightly import FORM, Database, database_of
from benchmarks.period_copies import copy_periods, keep_original, raise_numbers
from benchmarks.staged_run import cpu_seconds
from domain.catalog.catalog import SHIPPED, load_catalog
from domain.periods import Period, parse_period
from domain.rollups import Boundary, RollupRow
from flows.actions.publish_on_demand import publish_on_demand
from flows.pipeline.pipeline import Run, carry_out
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from flows.pipeline.steps import PlainSteps
from flows.support.area_figures import FiguresRequest
from flows.support.context import AppContext, build_context
from flows.support.settings import load_settings
from warehouse.models import ObservationRow, RollupRevisionRow
from warehouse.queries import explain, period_status
from warehouse.rollups.revision_rows import read_rows
from warehouse.rollups.rollups import RevisionOrigin, draft_of
from warehouse.store.engine import migrate, open_engine, reading
from workbooks.sample.inbox import make_sample

_ORIGINAL: Final = parse_period(PERIOD)
_NEXT: Final = _ORIGINAL.shift(1)
_FIRST_RUN: Final = datetime(2025, 6, 2, 18, tzinfo=UTC)
_NEXT_RUN: Final = datetime(2025, 6, 25, 18, tzinfo=UTC)
"""When the reports of the next period have come; further runs follow, an hour after the other."""
_NEXT_REPORTS: Final = 100
"""Reports of the next period in a measured run."""
_HOUR: Final = timedelta(hours=1)
_REPORTED_SINCE: Final = "2024-01-01"
"""First day of the form in the shipped catalogue; here communes have reported it for longer."""
_PROVINCE: Final = "01"
"""Code of the province of the first communes."""


@dataclass
class LargeWarehouse:
    """A home with a warehouse of many periods. `seconds` are those of everything measured at the present size."""

    folder: Path
    inputs: Path
    url: str
    database: Database
    now: datetime = _FIRST_RUN
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def later(self) -> Path:
        """The inbox of what comes after the first period."""
        return self.folder / "later"

    def context(self) -> AppContext:
        """Return the context of a command of now."""
        self.later.mkdir(exist_ok=True)
        catalog = self.folder / "catalog"
        if not catalog.exists():
            shutil.copytree(SHIPPED, catalog)
            for name in ("obligations/obligations.yaml", "layouts/cds_x_t-2025.1.yaml"):
                file = catalog / name
                file.write_text(file.read_text("utf-8").replace(_REPORTED_SINCE, "2000-01-01"), "utf-8")
        settings = load_settings(
            catalog=catalog,
            home=self.folder / "home",
            inbox=(str(self.inputs), str(self.later)),
            warehouse_url=self.url,
            quiet_seconds=0,
        )
        return build_context(settings, clock=lambda: self.now)

    def link(self, period: Period) -> None:
        """Let the publications of a copy lead to those of the original: a run would make again what is gone."""
        published = self.folder / "home" / "published"
        (published / period.id).mkdir()
        (published / ".revisions" / period.id).mkdir()
        for link in (published / _ORIGINAL.id).iterdir():
            own = str(link.readlink()).replace(_ORIGINAL.id, period.id)
            (published / period.id / link.name).symlink_to(own)
            (revisions := published / ".revisions" / period.id / link.name).mkdir()
            (revisions / link.readlink().name).symlink_to(
                Path("..", "..", _ORIGINAL.id, link.name, link.readlink().name)
            )

    def link_pages(self, periods: Sequence[Period]) -> None:
        """Have the site hold the copies' periods with the original's pages and facts: to render them takes hours.

        Pages that a measured revision reaches are rendered all the same.
        """
        hidden = self.folder / "home" / "published" / ".site"
        tree, parts, facts = hidden / "current", hidden / "parts" / "periods", hidden / "facts"
        if not tree.exists():
            return  # a home without a site, as most tests have
        state = json.loads((tree / "state.json").read_text("utf-8"))
        link = (tree / "site" / _ORIGINAL.id).readlink()
        originals = {file.relative_to(facts / _ORIGINAL.id): file for file in (facts / _ORIGINAL.id).rglob("*.json")}
        for period in periods:
            state["numbers"][period.id] = state["numbers"][_ORIGINAL.id]
            shutil.copytree(parts / _ORIGINAL.id / link.name, parts / period.id / link.name, symlinks=True)
            (tree / "site" / period.id).symlink_to(str(link).replace(_ORIGINAL.id, period.id))
            for name, file in originals.items():
                (copy := facts / period.id / name).parent.mkdir(parents=True)
                copy.write_text(file.read_text("utf-8").replace(f'"{_ORIGINAL.id}"', f'"{period.id}"'), "utf-8")
        (tree / "state.json").write_text(json.dumps(state), "utf-8")

    def nightly(self, way: str) -> None:
        """Measure a nightly run."""
        run = self._run()
        self._measure(way, lambda: carry_out(run, "nightly"))

    def look_up(self, period: Period) -> None:
        """Measure what people look up of a period."""
        context = self.context()
        key = FiguresRequest(_PROVINCE, FORM, period, Boundary.AS_THEN).key(context.catalog, self.now)
        district, indicator = self.district(), next(iter(context.catalog.indicators))
        with reading(context.engine) as session:
            self._measure(
                "status of a province", lambda: period_status(session, context.catalog, key.area, FORM, period)
            )
            self._measure("explain a figure of a district", lambda: explain(session, district, period, indicator))

    def publish(self, area: str, period: Period) -> None:
        """Measure rolling an area up and publishing it."""
        run, wanted = self._run(), FiguresRequest(area, FORM, period, Boundary.AS_THEN)
        self._measure("roll up and publish a province", lambda: publish_on_demand(run, wanted))

    def district(self) -> str:
        """Return the code of a district of the province."""
        with reading(self.context().engine) as session:
            areas = select(func.min(RollupRevisionRow.area_code)).where(RollupRevisionRow.area_code != _PROVINCE)
            return session.scalars(areas).one()

    def send_correction(self, number: int) -> None:
        """Put a report of the first period with another figure into the inbox."""
        source = sorted(self.inputs.rglob("*.xlsx"))[number]
        data = with_another_figure(source.read_bytes(), SEED)
        deliver(self.later / source.relative_to(self.inputs), data, self.now.timestamp() - _HOUR.total_seconds())

    def send_next(self, first: int, units: int) -> None:
        """Put reports of the period after the first into the inbox, from the number `first` on."""
        last = min(first + _NEXT_REPORTS, units)
        for file in islice(make_sample(load_catalog(), COUNTRY, [_NEXT], SEED), first, last):
            deliver(self.later / file.path, file.data, file.delivered_at.timestamp())

    def different_figures(self, period: Period) -> tuple[int, int]:
        """Compute the figures of a period; return how many there are, and how many differ from those stored."""
        equal: list[bool] = []
        context = self.context()
        with reading(context.engine) as session:
            for head in session.scalars(select(RollupRevisionRow).where(RollupRevisionRow.period == period.id)).all():
                wanted = FiguresRequest(head.area_code, head.form, period, head.boundary)
                origin = RevisionOrigin(head.number, head.run_id, head.published_at)
                draft = draft_of(session, context.catalog, wanted.key(context.catalog, self.now), origin)
                # Lines that were only due before the first period have no rows in the copies.
                computed = {row.indicator: _figure(row) for row in draft.rows}
                equal += [computed.get(row.indicator) == _figure(row) for row in read_rows(session, head)]
        return len(equal), equal.count(False)

    def _run(self) -> Run:
        self.now += _HOUR
        return Run(self.context(), RunScope(), PlainSteps(f"{self.now:%Y%m%d%H}"), NoProgress())

    def _measure(self, way: str, work: Callable[[], object]) -> None:
        before = sum(cpu_seconds()) + self.database.cpu()
        work()
        self.seconds[way] = sum(cpu_seconds()) + self.database.cpu() - before
        CONSOLE.print(f"{way}: {self.seconds[way]:.2f} s")


def _figure(row: RollupRow) -> tuple[object, ...]:
    """Return the columns that a copy shares with the original; targets and deadlines are those of each period."""
    return row.value, row.numerator, row.denominator, row.units_expected, row.units_accepted, row.status


def measure(large: LargeWarehouse, units: int, months: Sequence[int]) -> Mapping[str, Mapping[str, float]]:
    """Return the seconds of everything measured, by size of the warehouse.

    Raises:
        SystemExit: a copy's figures are not those that the pipeline computes from its rows.
    """
    engine = open_engine(large.url)
    migrate(engine)
    raise_numbers(engine)
    large.nightly("first period")
    keep_original(engine)
    large.now, held = _NEXT_RUN, 1
    results: dict[str, Mapping[str, float]] = {}
    for place, count in enumerate(months):
        large.seconds = {}
        begun = time.monotonic()
        copies: list[Period] = []
        for period in copy_periods(engine, _ORIGINAL, held, count - 1):
            large.link(period)
            copies.append(period)
            CONSOLE.print(f"{period.id} filled after {time.monotonic() - begun:.0f} s")
        large.link_pages(copies)
        held, oldest, recent = count, _ORIGINAL.shift(1 - count), _ORIGINAL.shift(-1 - place)
        figures, different = large.different_figures(oldest)
        CONSOLE.print(f"{figures} figures of {oldest.id} computed again, {different} different")
        if different or not figures:
            sys.exit("the copies are not what the pipeline would have kept")
        # Data files of the copies, and what the site keeps of a month, are written once: a home of that age has them.
        large.publish(large.district(), recent)
        large.seconds = {}
        large.look_up(oldest)
        large.publish(_PROVINCE, recent)
        large.nightly("nightly run, nothing new")
        large.send_correction(place)
        large.nightly("nightly run, a correction")
        large.send_next(_NEXT_REPORTS * place, units)
        large.nightly("nightly run, 100 reports of the next period")
        results[_size(engine, count)] = large.seconds
    return results


def _size(engine: Engine, months: int) -> str:
    """Return the size of the warehouse in words."""
    with engine.connect() as connection:
        figures = connection.scalar(select(func.count()).select_from(ObservationRow)) or 0
        stored = connection.scalar(text("SELECT pg_database_size(current_database())")) or 0
    return f"{months} months, {figures:,} figures, {stored / 1e9:.1f} GB"


def _shown(results: Mapping[str, Mapping[str, float]]) -> Table:
    table = Table("CPU seconds", *results)
    for way in dict.fromkeys(way for seconds in results.values() for way in seconds):
        table.add_row(way, *(f"{seconds[way]:.2f}" if way in seconds else "" for seconds in results.values()))
    return table


@contextmanager
def _server_of(warehouse: str, folder: Path) -> Iterator[Database]:
    """Yield the running server of a warehouse, or one that is started in a folder and stopped at the end."""
    if not warehouse:
        with database_of("postgresql", folder) as database:
            yield database
        return
    with open_engine(warehouse).connect() as connection:
        backend = psutil.Process(connection.scalar(text("SELECT pg_backend_pid()")))
        yield Database(process=backend.parent())


def main() -> None:
    """Fill the warehouse to each size and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=300, help="communes that report, at most 10,035")
    parser.add_argument("--months", default="12,60", help="numbers of periods, ascending, at most 305")
    parser.add_argument("--warehouse", default="", help="URL of an empty database of this machine; else one is made")
    parser.add_argument("--cache", type=Path, default=Path("build/benchmarks"), help="folder that keeps the workbooks")
    args = parser.parse_args()
    months = [int(each) for each in args.months.split(",")]
    inputs = make_inputs(args.units, args.cache).absolute()
    with (
        tempfile.TemporaryDirectory() as name,
        database_of("sqlite" if args.warehouse else "postgresql", Path(name)) as own,
    ):
        large = LargeWarehouse(Path(name), inputs, args.warehouse or own.create(), own)
        CONSOLE.print(_shown(measure(large, args.units, months)))


if __name__ == "__main__":
    main()
