"""Fingerprints of the catalogue: of all it says, and of what shapes figures."""

from pathlib import Path

import pytest

from domain.catalog.catalog import load_catalog

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


def test_any_change_makes_another_version(root: Path) -> None:
    """Even a comment: what judged a submission can be told exactly."""
    before = load_catalog(root).version
    with (root / "forms" / "cds_x_t.yaml").open("a", encoding="utf-8") as end:
        end.write("# a remark\n")
    assert load_catalog(root).version != before


@pytest.mark.parametrize("file", SHAPING)
def test_what_shapes_figures_makes_another_structure(root: Path, file: str) -> None:
    """Rollups made under another structure have to be made again."""
    before = load_catalog(root).structure_version
    text = (root / file).read_text("utf-8")
    (root / file).write_text(text.replace("\n", "\r\n", 1), "utf-8", newline="")
    assert load_catalog(root).structure_version != before


@pytest.mark.parametrize(
    "file", ["messages/domain.yaml", "sample/typical.yaml", "rules/ratios.yaml", "units/SOURCES.md"]
)
def test_texts_rules_and_samples_leave_the_structure(root: Path, file: str) -> None:
    """A mended sentence gives no reason to make a rollup again."""
    before = load_catalog(root)
    with (root / file).open("a", encoding="utf-8") as end:
        end.write("# a remark\n")
    after = load_catalog(root)
    assert (after.structure_version, after.version != before.version) == (before.structure_version, True)


def test_leavings_of_editors_are_no_part_of_the_catalogue(root: Path) -> None:
    """A hidden file or a backup copy changes nothing."""
    before = load_catalog(root).version
    (root / ".DS_Store").write_bytes(b"x")
    (root / "rules" / "ratios.yaml~").write_bytes(b"x")
    assert load_catalog(root).version == before
