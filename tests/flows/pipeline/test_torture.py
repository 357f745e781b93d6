"""A few of the runs that `make torture` kills at random moments."""

from pathlib import Path

import pytest

from tests.tools.torture import torture

pytestmark = pytest.mark.xdist_group("kill")


def test_runs_killed_at_random_moments_are_completed(tmp_path: Path, postgres_uri: str) -> None:
    """After kills at random moments and another run, warehouse, landing and publications are as without the kills."""
    assert torture(tmp_path, postgres_uri, rounds=2, seed=585) == []
