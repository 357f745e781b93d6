"""A copy of the catalogue for each test that breaks something in it."""

import shutil
from pathlib import Path

import pytest

SHIPPED = Path(__file__).resolve().parents[2] / "catalog"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the shipped catalogue, free to be broken."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "catalog"))
