"""Great Expectations is imported without what no rule uses, and finds the same as with all of it."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog, load_catalog
from expectations import gx, left_out
from expectations.check import check
from expectations.kept_results import KeptResults, read_results
from expectations.run_page import write_run_page
from tests.expectations.staged import RUN, Put, defects, planted

HEAVY = {"altair", "boto3", "great_expectations.datasource.fluent.spark_datasource", "pandas", "pyarrow", "scipy"}
_EVERYTHING = """
import sys
import great_expectations
from tests.expectations.test_left_out import HEAVY, described
assert HEAVY - sys.modules.keys() == set()
print(described(*sys.argv[1:]))
"""


def described(url: str, folder: str, submissions: str) -> str:
    """Check what is staged, and return all findings and the run's page."""
    catalog, kept = load_catalog(), Path(folder, "kept", "1.json")
    keep = KeptResults(kept, datetime(2025, 6, 2, tzinfo=UTC), {1: "who"})
    rules, indicators = list(catalog.rules.values()), catalog.indicators.values()
    findings = check(url, RUN, rules, int(submissions), indicators=indicators, keep=keep)
    page = write_run_page(read_results(kept), catalog.rules, "vi", str)
    return "\n".join([*map(repr, findings), page])


@pytest.mark.parametrize("warehouse_url", ["sqlite"], indirect=True)
def test_findings_and_page_are_those_of_a_whole_import(
    catalog: Catalog, warehouse_url: str, put: Put, tmp_path: Path
) -> None:
    """All planted defects are found in the same words by a process that imports all of Great Expectations."""
    cases = dict(enumerate(defects(), start=1))
    put([row for number, case in cases.items() for row in planted(catalog, number, case)])
    arguments = [warehouse_url, str(tmp_path), str(len(cases))]
    done = subprocess.run([sys.executable, "-c", _EVERYTHING, *arguments], check=True, capture_output=True, text=True)
    assert done.stdout == f"{described(*arguments)}\n"


def test_what_is_left_out_can_be_imported_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in holds empty classes of any name, and is gone after the block."""
    monkeypatch.setattr(left_out, "_LIBRARIES", ("xml.dom.pulldom",))
    monkeypatch.delitem(sys.modules, "xml.dom.pulldom", raising=False)
    with left_out.without_unused():
        assert not isinstance([], sys.modules["xml.dom.pulldom"].PullDOM)
    assert "xml.dom.pulldom" not in sys.modules


def test_imported_modules_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that is imported already is neither replaced nor removed."""
    monkeypatch.setattr(left_out, "_LIBRARIES", ("json",))
    before = sys.modules["json"]
    with left_out.without_unused():
        assert sys.modules["json"] is before
    assert sys.modules["json"] is before


def test_modules_in_use_are_not_left_out() -> None:
    """Of data sources, expectations and metrics all are left out but those that rules use."""
    names = set(left_out.unused_modules())
    package = "great_expectations.expectations.core"
    assert f"{package}.expect_table_row_count_to_equal_other_table" in names
    assert f"{package}.expect_table_row_count_to_equal" not in names
    assert names.isdisjoint(getattr(getattr(gx, name), "__module__", "") for name in gx.__all__)
