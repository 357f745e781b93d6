"""A few rounds of `make torture`, which disturbs nightly runs and compares what they leave with an undisturbed run."""

from itertools import islice
from pathlib import Path

import pytest
from rich.console import Console

from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from tests.flows.pipeline.nightly_runs import AREA
from tests.tools.torture.faults import fill_disk, kill_run, run_twice
from tests.tools.torture.homes import Deliveries, Homes, PostgresServer
from tests.tools.torture.rounds import Engine, torture
from workbooks.sample.inbox import SampleFile, make_sample

pytestmark = pytest.mark.xdist_group("kill")


def test_disturbed_runs_are_made_good(
    tmp_path: Path, postgres_uri: str, catalog: Catalog, first_files: tuple[SampleFile, ...], correction: SampleFile
) -> None:
    """After each of three faults and another run, all that a run leaves is as without the fault."""
    april = make_sample(catalog, AREA, [parse_period("2025-04")], seed=1)
    deliveries = Deliveries(first_files[-2:], correction, tuple(islice(april, 1)))
    server = PostgresServer(postgres_uri, tmp_path)
    engines = [
        Engine("sqlite", Homes(tmp_path / "sqlite", deliveries, None), {"disk full": fill_disk, "two runs": run_twice}),
        Engine("postgresql", Homes(tmp_path / "postgresql", deliveries, server), {"run killed": kill_run}),
    ]
    tallies = torture(engines, rounds=3, seed=585, console=Console(quiet=True))
    assert [tally.rounds for tally in tallies.values()] == [1, 1, 1]
    assert {case: tally.differences for case, tally in tallies.items() if tally.differences} == {}
