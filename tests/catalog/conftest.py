"""A catalogue for each test that breaks something in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalogs import copy_small
from tests.restored_folder import RestoredFolder


@pytest.fixture(scope="session")
def restored_catalog(tmp_path_factory: pytest.TempPathFactory) -> RestoredFolder:
    """A catalogue with the units of few provinces that is restored after each test."""
    return RestoredFolder(copy_small(tmp_path_factory.mktemp("restored") / "catalog"))


@pytest.fixture
def root(restored_catalog: RestoredFolder) -> Iterator[Path]:
    """A catalogue with the units of few provinces, free to be broken."""
    yield restored_catalog.path
    restored_catalog.restore()
