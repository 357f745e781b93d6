"""Each part of the catalogue loads from its own files alone, and is what the whole catalogue has."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.catalog.catalog import SHIPPED, Catalog
from domain.catalog.files import CatalogFiles
from domain.catalog.forms import load_forms
from domain.catalog.indicators import load_indicators
from domain.catalog.obligations import load_obligations
from domain.catalog.rules import load_rules
from domain.catalog.targets import load_targets
from domain.catalog.texts import load_texts, read_texts
from domain.catalog.units import load_units
from tests.catalog.edits import Edit

PARTS: list[tuple[str, Callable[[Path], object], tuple[str, ...]]] = [
    ("texts", load_texts, ("messages",)),
    ("rules", load_rules, ("rules",)),
    ("indicators", load_indicators, ("indicators",)),
    ("targets", load_targets, ("targets",)),
    ("forms", load_forms, ("forms", "layouts", "calendars")),
    ("obligations", load_obligations, ("obligations",)),
]


@pytest.mark.parametrize(("part", "load", "folders"), PARTS, ids=[part for part, *_ in PARTS])
def test_part_loads_without_the_other_folders(
    part: str, load: Callable[[Path], object], folders: tuple[str, ...], catalog: Catalog, tmp_path: Path
) -> None:
    """A catalogue that holds the part's folders only is enough, and gives what the whole one has."""
    for folder in folders:
        shutil.copytree(SHIPPED / folder, tmp_path / folder)
    assert load(tmp_path) == getattr(catalog, part)


def test_units_load_without_the_other_folders(root: Path, tmp_path: Path) -> None:
    """The register needs the files of units only."""
    shutil.copytree(root / "units", tmp_path / "alone" / "units")
    alone, whole = load_units(tmp_path / "alone"), load_units(root)
    assert (alone.units, alone.successions) == (whole.units, whole.successions)


def test_texts_read_no_file_of_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading the texts opens the files of messages and nothing else."""
    opened: list[str] = []
    read_bytes = Path.read_bytes

    def read(path: Path) -> bytes:
        opened.append(path.relative_to(SHIPPED).parts[0])
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    read_texts(CatalogFiles(SHIPPED))
    assert set(opened) == {"messages"}


def test_part_ignores_a_fault_elsewhere(root: Path, catalog: Catalog) -> None:
    """Texts can be shown although the units cannot be loaded."""
    Edit("units/country.csv", "VN,,", "VN", "").make(root)
    assert load_texts(root) == catalog.texts
