"""Benchmark of a large warehouse: the periods that it copies answer as those that a pipeline collected."""

from pathlib import Path

import pytest

from benchmarks.inboxes import make_inputs
from benchmarks.large_warehouse import LargeWarehouse, measure
from benchmarks.nightly import Database

pytestmark = pytest.mark.services
UNITS = 12


def test_copied_periods_answer_as_collected_ones(
    tmp_path: Path, postgres_warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Figures of copies equal those computed from their rows, or it ends; people and runs are answered from them."""
    monkeypatch.setenv("TONGHOP_READING_WORKERS", "0")
    large = LargeWarehouse(tmp_path, make_inputs(UNITS, tmp_path / "workbooks"), postgres_warehouse, Database())
    results = measure(large, UNITS, [3])
    assert [size.partition(",")[0] for size in results] == ["3 months"]
    assert all({"status of a province", "nightly run, a correction"} <= seconds.keys() for seconds in results.values())
