"""Every workbook of a folder that both readers open is the same to both in every cell, but for the listed kinds.

Runs where a folder is given (`make corpus CORPUS=folder`); without one there is nothing to collect.
"""

from pathlib import Path

import pytest

from tests.workbooks.oracle import differences, open_with_openpyxl, unexplained
from workbooks.guards import RefusedError
from workbooks.reader import read_workbook


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each workbook of the folder."""
    folder: Path = metafunc.config.getoption("corpus")
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".xlsx", ".xlsm"})
    if not found:
        raise pytest.UsageError(f"no workbooks below {folder}: give --corpus a folder of .xlsx and .xlsm files")
    metafunc.parametrize("path", found, ids=[str(path.relative_to(folder)) for path in found])


def test_workbook_of_the_corpus(path: Path) -> None:
    """Both readers agree on a workbook, or one of them does not open it."""
    data = path.read_bytes()
    try:
        ours = read_workbook(data)
    except RefusedError:
        return
    theirs = open_with_openpyxl(data)
    assert theirs is None or unexplained(differences(ours, theirs)) == []
