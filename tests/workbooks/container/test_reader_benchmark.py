"""Benchmark of the reader: it runs, measures equal work, and reports broken promises."""

import pytest

from benchmarks.reader_vs_openpyxl import MEMORY, Timing, exit_status, measure
from benchmarks.typical import typical_workbooks
from domain.catalog.catalog import Catalog
from tests.workbooks.container.oracle import differences, open_with_openpyxl, unexplained
from workbooks.container.reader import read_workbook

pytestmark = pytest.mark.long


def test_both_readers_read_the_same(catalog: Catalog) -> None:
    """Both readers get equal cells from each workbook, so that the timings compare equal work."""
    for data in typical_workbooks(catalog).values():
        theirs = open_with_openpyxl(data)
        assert theirs is not None
        assert unexplained(differences(read_workbook(data), theirs)) == []


def test_every_workbook_is_measured(catalog: Catalog) -> None:
    """Each workbook gets times and peak memory."""
    workbooks = dict(list(typical_workbooks(catalog).items())[:2])
    timings = measure(workbooks, rounds=1)
    assert list(timings) == list(workbooks)
    assert all(timing.ours > 0 and timing.theirs > 0 and timing.memory >= 0 for timing in timings.values())


@pytest.mark.parametrize(
    ("timing", "status"),
    [
        (Timing(1.0, 2.0, MEMORY - 1), 0),
        (Timing(1.0, 1.9, MEMORY - 1), 1),
        (Timing(1.0, 2.0, MEMORY), 1),
    ],
)
def test_missed_target_is_reported(timing: Timing, status: int) -> None:
    """Less than twice as fast, or 50 MB and more, exits with status 1."""
    assert exit_status([Timing(1.0, 3.0, 0), timing]) == status
