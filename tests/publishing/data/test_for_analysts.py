"""What docs/for-analysts.md shows works on the data files of a nightly run."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.flows.pipeline.nightly_runs import published_rows

TEXT = (Path(__file__).parents[3] / "docs" / "for-analysts.md").read_text(encoding="utf-8")


def block_of(heading: str) -> str:
    """Return the only block below a heading."""
    (_, section) = TEXT.split(f"\n## {heading}\n")
    (block,) = re.findall(r"```\w+\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)
    assert isinstance(block, str)
    return block


@pytest.fixture(autouse=True)
def in_published(night_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in the published folder, as the examples do."""
    monkeypatch.chdir(night_home / "published")


def test_duckdb_lists_partial_figures(night_home: Path) -> None:
    """The query lists each partial figure with its name, value and coverage."""
    listed = duckdb.sql(block_of("DuckDB")).fetchall()
    partial = {
        (Decimal(row["value"]) if row["value"] else None, int(row["units_missing"]))
        for row in published_rows(night_home).values()
        if row["status"] == "partial"
    }
    assert {(value, missing) for _, _, value, missing in listed} == partial
    assert {area for area, *_ in listed} == {"Huyện Ninh Sơn"}


def test_pandas_adds_reports_up(night_home: Path) -> None:
    """The sums of the reports are the published numerators, exactly."""
    names: dict[str, Any] = {}
    exec(block_of("pandas"), names)  # noqa: S102 # our own example
    sums = names["sums"].loc["2025-05"]["numerator"]
    published = {
        indicator: Decimal(row["numerator"])
        for indicator, row in published_rows(night_home).items()
        if row["status"] != "not_comparable"
    }
    assert {indicator: sums[indicator] for indicator in published} == published


def test_sdmx_has_every_figure(night_home: Path) -> None:
    """The figures are the published ones; one that is not comparable has no value."""
    names: dict[str, Any] = {}
    exec(block_of("SDMX"), names)  # noqa: S102 # our own example
    figures = names["figures"].set_index("INDICATOR")["OBS_VALUE"]
    published = published_rows(night_home)
    assert set(figures.index) == set(published)
    assert figures.dropna().to_dict() == {
        indicator: float(row["value"]) for indicator, row in published.items() if row["value"]
    }
