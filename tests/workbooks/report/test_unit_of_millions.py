"""Tests of an indicator counted in million đồng: its own template is read, and other multiples are noticed."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from domain.catalog.catalog import Catalog
from domain.submissions import ParsedReport
from domain.texts import Text
from tests.workbooks.workbook_edits import apply_edit, open_template, save
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report

_INDICATOR = "hd_dvc"


@pytest.fixture(scope="module")
def millions(catalog: Catalog) -> Catalog:
    """The shipped catalogue, one of its counts in million đồng."""
    indicator = replace(catalog.indicators[_INDICATOR], unit=Text("triệu đồng", "million đồng"), decimals=3)
    return replace(catalog, version="millions", indicators={**catalog.indicators, _INDICATOR: indicator})


def _parsed(catalog: Catalog, *edits: dict[str, Any]) -> ParsedReport:
    workbook = open_template(catalog, "22813", "2025-05")
    for edit in edits:
        apply_edit(workbook, edit, catalog)
    return parse_report(save(workbook), catalog, Hints("report.xlsx"))


def _figure(report: ParsedReport) -> Decimal | None:
    return next(entry.numerator.number for entry in report.observations if entry.indicator == _INDICATOR)


def test_its_own_template_is_read(millions: Catalog) -> None:
    """The unit that the template writes is the indicator's, and no multiple of another."""
    report = _parsed(millions, {"figure": [_INDICATOR, "numerator"], "value": 1250.5})
    assert (report.issues, _figure(report)) == ((), Decimal("1250.5"))


@pytest.mark.parametrize("unit", ["tr.đ", "trđ", "Triệu đồng", "triệu", "triệu VNĐ", "1.000.000 đồng"])
def test_other_words_for_the_unit_are_understood(millions: Catalog, unit: str) -> None:
    """A million is a million in every spelling."""
    assert _parsed(millions, {"figure": [_INDICATOR, "unit"], "value": unit}).issues == ()


@pytest.mark.parametrize("unit", ["nghìn đồng", "đồng", "tỷ đồng"])
def test_another_multiple_is_refused(millions: Catalog, unit: str) -> None:
    """Figures in another multiple of the unit are off by thousands."""
    issues = _parsed(millions, {"figure": [_INDICATOR, "unit"], "value": unit}).issues
    assert [(issue.code, issue.found, issue.expected) for issue in issues] == [("unit_scaled", unit, "triệu đồng")]


def test_another_unit_is_asked_about(millions: Catalog) -> None:
    """People are no đồng."""
    issues = _parsed(millions, {"figure": [_INDICATOR, "unit"], "value": "người"}).issues
    assert [issue.code for issue in issues] == ["unit_changed"]


@pytest.mark.parametrize(
    ("text", "number"), [("12,5 triệu đồng", "12.5"), ("12 triệu", "12"), ("12 tr.đ", "12"), ("1.250 trđ", None)]
)
def test_a_figure_with_its_own_multiple_is_read(millions: Catalog, text: str, number: str | None) -> None:
    """The multiple of the unit may stand behind the number; where decimals are allowed a dot stays ambiguous."""
    report = _parsed(millions, {"figure": [_INDICATOR, "numerator"], "value": text})
    assert _figure(report) == (Decimal(number) if number else None)
    assert [issue.code for issue in report.issues] == ([] if number else ["ambiguous_number"])


def test_a_figure_with_another_multiple_is_refused(millions: Catalog) -> None:
    """Two billions are two thousand millions, or two."""
    report = _parsed(millions, {"figure": [_INDICATOR, "numerator"], "value": "2 tỷ"})
    assert [issue.code for issue in report.issues] == ["scaled_number"]


def test_a_format_that_prints_its_own_multiple_is_read(millions: Catalog) -> None:
    """A format that prints the unit behind the number changes nothing."""
    report = _parsed(millions, {"figure": [_INDICATOR, "numerator"], "value": 12, "format": '0" triệu"'})
    assert (report.issues, _figure(report)) == ((), Decimal(12))
