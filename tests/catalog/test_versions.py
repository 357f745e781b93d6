"""Fingerprints of the catalogue: of all it says, and of what shapes figures."""

from pathlib import Path

import pytest

from domain.catalog.files import CatalogFiles

SHAPING = [
    "areas/585-cu.yaml",
    "calendars/holidays.csv",
    "forms/cds_x_t.yaml",
    "indicators/e_invoice.yaml",
    "layouts/cds_x_t-2025.1.yaml",
    "obligations/obligations.yaml",
    "targets/targets.csv",
    "units/communes_until_2025-06-30.csv",
    "units/successions_2025-07-01.csv",
    "units/weights.csv",
]


def _versions(root: Path) -> dict[str, str]:
    files = CatalogFiles(root)
    return {"version": files.version, "structure_version": files.structure_version}


def test_any_change_makes_another_version(root: Path) -> None:
    """Even a comment changes the version, so that the catalogue of a judgement is known exactly."""
    before = CatalogFiles(root).version
    with (root / "forms" / "cds_x_t.yaml").open("a", encoding="utf-8") as end:
        end.write("# a remark\n")
    assert CatalogFiles(root).version != before


@pytest.mark.parametrize("file", SHAPING)
def test_what_shapes_figures_makes_another_structure(root: Path, file: str) -> None:
    """Rollups made under another structure have to be made again."""
    before = CatalogFiles(root).structure_version
    text = (root / file).read_text("utf-8")
    (root / file).write_text(text.replace("\n", "\r\n", 1), "utf-8", newline="")
    assert CatalogFiles(root).structure_version != before


@pytest.mark.parametrize(
    "file", ["messages/domain.yaml", "sample/typical.yaml", "rules/ratios.yaml", "units/SOURCES.md"]
)
def test_texts_rules_and_samples_leave_the_structure(root: Path, file: str) -> None:
    """A mended sentence gives no reason to make a rollup again."""
    before = _versions(root)
    with (root / file).open("a", encoding="utf-8") as end:
        end.write("# a remark\n")
    after = _versions(root)
    assert before["version"] != after["version"]
    assert before["structure_version"] == after["structure_version"]


def test_leavings_of_editors_are_no_part_of_the_catalogue(root: Path) -> None:
    """A hidden file or a backup copy changes nothing."""
    before = CatalogFiles(root).version
    (root / ".DS_Store").write_bytes(b"x")
    (root / "rules" / "ratios.yaml~").write_bytes(b"x")
    assert CatalogFiles(root).version == before
