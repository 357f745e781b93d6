"""A copy of the catalogue for each test that breaks something in it."""

from pathlib import Path

import pytest

from tests.catalogs import copy_small


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A catalogue with the units of few provinces, free to be broken."""
    return copy_small(tmp_path / "catalog")
