"""Rounds of torture: disturb, run once more, compare with an undisturbed run, and count in a table."""

import itertools
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.flows.pipeline.nightly_runs import NOW
from tests.tools.torture.faults import Fault, Round, run_twice
from tests.tools.torture.full_disk import Writes, counted_files
from tests.tools.torture.homes import Homes

_BY_NUMBER_OF_RUNS = frozenset({"revisions", "publications", "published"})
"""What depends on how many runs the work took: compared where one run does all of it."""


@dataclass(frozen=True)
class FaultOnEngine:
    """A fault on an engine."""

    engine: str
    fault: str


@dataclass
class FaultCounts:
    """Counts of a case: its rounds, those in which the fault met something, and the differences found."""

    rounds: int = 0
    met: int = 0
    seconds: float = 0.0
    differences: list[str] = field(default_factory=list)


class Engine:
    """The rounds on one engine: its homes, and the results of an undisturbed run."""

    def __init__(self, name: str, homes: Homes, faults: Mapping[str, Fault], now: datetime | None = NOW) -> None:
        """Carry out the undisturbed run by the clock of all runs, and count its seconds and writes."""
        self.name, self._homes, self.faults, self._now = name, homes, faults, now
        home, writes = homes.make(now), Writes()
        began = time.monotonic()
        with counted_files(home.home, writes):
            home.run_nightly("undisturbed")
        self._seconds, self._writes = time.monotonic() - began, writes.done
        self._undisturbed = home.picture()
        homes.drop(home)

    def run(self, fault: Fault, rng: random.Random) -> tuple[bool, list[str]]:
        """Run a round; return whether the fault met something, and the names of the results that differ."""
        home = self._homes.make(self._now)
        disturbed = fault(Round(self._homes, home, self._seconds, self._writes, rng))
        disturbed.home.run_nightly("made-good")
        picture = disturbed.home.picture()
        self._homes.drop(disturbed.home)
        self._homes.drop(home)
        compared = set(picture) - (_BY_NUMBER_OF_RUNS if fault is run_twice else set())
        return disturbed.met, sorted(name for name in compared if picture[name] != self._undisturbed[name])


def torture(
    engines: Iterable[Engine], rounds: int, seed: int, console: Console, only: Sequence[str] = ()
) -> dict[FaultOnEngine, FaultCounts]:
    """Run rounds, each case in turn, and return what each came to; `only` names the faults to try, else all."""
    rng = random.Random(seed)  # moments, no secrets
    by_name = {engine.name: engine for engine in engines}
    cases = [
        FaultOnEngine(engine.name, fault)
        for fault in dict.fromkeys(name for engine in by_name.values() for name in engine.faults)
        for engine in by_name.values()
        if fault in engine.faults and (not only or fault in only)
    ]
    tallies = {case: FaultCounts() for case in cases}
    for case in track(list(itertools.islice(itertools.cycle(cases), rounds)), "rounds", console=console):
        engine, tally = by_name[case.engine], tallies[case]
        began = time.monotonic()
        met, differences = engine.run(engine.faults[case.fault], rng)
        tally.rounds += 1
        tally.met += met
        tally.seconds += time.monotonic() - began
        tally.differences += differences
    return tallies


def table_of(tallies: Mapping[FaultOnEngine, FaultCounts]) -> Table:
    """Return the counts as a table, for the terminal and for notes."""
    table = Table("fault", "engine", "rounds", "met something", "differences", "seconds")
    for case, tally in tallies.items():
        counts = (tally.rounds, tally.met, len(tally.differences), round(tally.seconds))
        table.add_row(case.fault, case.engine, *map(str, counts))
    return table
