"""Every workbook of a folder is read as by openpyxl, and can be marked and read again unchanged.

Both readers agree on every cell of the workbooks both open, except for the intended kinds of difference.
Runs where a folder is given (`make corpus CORPUS=folder`); without one there is nothing to collect.
"""

from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from tests.workbooks.container.oracle import differences, open_with_openpyxl, unexplained
from tests.workbooks.marking.marked_copies import harm_done, harm_done_twice
from workbooks.cells.guards import Container, Limits, RefusedError, check_bytes
from workbooks.marking.mark_removal import read_without_marks


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Generate a test for each workbook of the folder."""
    folder: Path = metafunc.config.getoption("corpus")
    results = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".xlsx", ".xlsm"})
    if not results:
        raise pytest.UsageError(f"no workbooks below {folder}: give --corpus a folder of .xlsx and .xlsm files")
    metafunc.parametrize("path", results, ids=[str(path.relative_to(folder)) for path in results])


def test_workbook_of_the_corpus(path: Path) -> None:
    """Both readers agree on a workbook, or at least one cannot open it."""
    data = path.read_bytes()
    try:
        ours = read_without_marks(data)
    except RefusedError:
        return
    theirs = open_with_openpyxl(data)
    assert theirs is None or unexplained(differences(ours, theirs)) == []


def test_workbook_of_the_corpus_given_back(path: Path, catalog: Catalog) -> None:
    """A workbook keeps every cell, note, name and untouched part when marked once or twice."""
    data = path.read_bytes()
    try:
        read_without_marks(data)
    except RefusedError:
        return
    if check_bytes(data, Limits()) is Container.ZIP:
        assert harm_done(data, catalog) + harm_done_twice(data, catalog) == []
