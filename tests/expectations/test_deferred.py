"""Great Expectations is imported where rules are checked, without the libraries that our rules do not use."""

import sys

import pytest

from domain.catalog.catalog import Catalog
from expectations import deferred
from expectations.check import check
from tests.expectations.staged import RUN, Put, clean_report


@pytest.mark.parametrize("warehouse_url", ["sqlite"], indirect=True)
def test_checking_draws_no_chart_and_tests_no_sample(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """All rules are checked without the libraries for that."""
    put(clean_report(catalog))
    check(warehouse_url, RUN, list(catalog.rules.values()), 1, indicators=catalog.indicators.values())
    assert {"altair.vegalite", "scipy.stats.distributions"} & sys.modules.keys() == set()


def test_what_is_used_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deferred module stands in until something of it, or a module below it, is used."""
    monkeypatch.delitem(sys.modules, "xml.dom.pulldom", raising=False)
    monkeypatch.setattr(deferred, "UNUSED", ("xml.dom.pulldom",))
    deferred.defer_unused()
    stand_in = sys.modules["xml.dom.pulldom"]
    assert not hasattr(stand_in, "__file__")
    assert stand_in.START_ELEMENT == "START_ELEMENT"
    assert sys.modules["xml.dom.pulldom"] is not stand_in


def test_imported_modules_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that is imported already is left alone."""
    monkeypatch.setattr(deferred, "UNUSED", ("json",))
    before = sys.modules["json"]
    deferred.defer_unused()
    assert sys.modules["json"] is before
