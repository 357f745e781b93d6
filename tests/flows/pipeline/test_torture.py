"""A few of the nights that `make torture` kills at random moments."""

from pathlib import Path

import pytest

from tests.tools.torture import torture

pytestmark = pytest.mark.xdist_group("kill")


def test_nights_killed_at_random_moments_are_made_good(tmp_path: Path, postgres_uri: str) -> None:
    """Killed whenever it may be and run again, warehouse, landing and publications are as if nothing had happened."""
    assert torture(tmp_path, postgres_uri, rounds=4, seed=585) == []
