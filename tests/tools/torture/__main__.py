"""Run rounds and print their table: python -m tests.tools.torture --rounds 100."""

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from tests.tools.torture.faults import ON_EVERY_ENGINE, ON_POSTGRESQL
from tests.tools.torture.homes import Homes, postgres_server, sample_deliveries
from tests.tools.torture.prefect_service import faults_of, prefect_service
from tests.tools.torture.rounds import Engine, table_of, torture

CONSOLE = Console(highlight=False)


def main(words: list[str]) -> int:
    """Run the rounds; return 1 if the results of any round differ from those of an undisturbed run."""
    argument_parser = argparse.ArgumentParser(description=__doc__)
    argument_parser.add_argument("--rounds", type=int, default=100, help="rounds in all, over all faults and engines")
    argument_parser.add_argument("--seed", type=int, help="repeat the same moments, as far as timing allows")
    argument_parser.add_argument("--only", action="append", default=[], help="a fault to try, as the table names it")
    args = argument_parser.parse_args(words)
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(10**6)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        tallies = torture(_engines(stack, folder), args.rounds, seed, CONSOLE, args.only)
    CONSOLE.print(table_of(tallies))
    differences = [
        f"{case.engine}, {case.fault}: {name}" for case, tally in tallies.items() for name in tally.differences
    ]
    CONSOLE.print("\n".join([*differences, f"seed {seed}: {len(differences)} differences from undisturbed runs"]))
    return int(bool(differences))


def _engines(stack: ExitStack, folder: Path) -> Iterator[Engine]:
    """Yield the rounds on each engine: of plain runs, then of runs by Prefect, whose clock is the real one."""
    deliveries = sample_deliveries()
    server = stack.enter_context(postgres_server(folder / "data"))
    by_prefect = faults_of(stack.enter_context(prefect_service(folder / "prefect")))
    homes = {
        "sqlite": Homes(folder / "sqlite", deliveries, None),
        "postgresql": Homes(folder / "postgresql", deliveries, server),
    }
    yield Engine("sqlite", homes["sqlite"], ON_EVERY_ENGINE)
    yield Engine("postgresql", homes["postgresql"], {**ON_EVERY_ENGINE, **ON_POSTGRESQL})
    for name, made in homes.items():
        yield Engine(f"{name}, by Prefect", made, by_prefect, now=None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
