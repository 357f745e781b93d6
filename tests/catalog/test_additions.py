"""A deployment's own catalogue adds themes, indicators and kinds of denominators with its data files alone."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from domain.catalog.catalog import load_catalog
from domain.periods import parse_period
from tests.catalog.edits import Edit, refusal
from workbooks.sample.series import SampleSeries

THEME = "- {id: water, name: {vi: Nước sạch, en: Clean water}, headline: false}\n"
INDICATOR = """theme: water
indicators:
  - id: nuoc_sach
    name: {vi: Hộ dùng nước sạch, en: Households with clean water}
    measure: ratio
    numerator: {vi: Số hộ dùng, en: Households that use it}
    denominator: {vi: Tổng số hộ, en: All households}
    denominator_kind: wells
    unit: {vi: "%", en: "%"}
    flow: stock
    frequency: month
    absence: warn
    source: own
  - id: tram_bom
    name: {vi: Trạm bơm, en: Pumping stations}
    measure: count
    numerator: {vi: Số trạm, en: Stations}
    denominator_kind: none
    unit: {vi: trạm, en: stations}
    flow: stock
    frequency: month
    absence: warn
    source: own
"""
NAME = "domain.denominator_kind.wells: {vi: giếng, en: wells}\n"


@pytest.fixture
def extended(root: Path) -> Path:
    """A catalogue without schemas to which a theme, two indicators and a kind of denominator were added."""
    shutil.rmtree(root / "schemas", ignore_errors=True)
    with (root / "indicators" / "themes.yaml").open("a", encoding="utf-8") as end:
        end.write(THEME)
    (root / "indicators" / "water.yaml").write_text(INDICATOR, "utf-8")
    (root / "messages" / "own.yaml").write_text(NAME, "utf-8")
    return root


def test_a_deployment_adds_a_theme_with_its_indicators(extended: Path) -> None:
    """The additions stand in the catalogue, named for people."""
    catalog = load_catalog(extended)
    assert catalog.indicators["nuoc_sach"].denominator_kind == "wells"
    assert list(catalog.themes)[-1] == "water"
    assert catalog.texts.text("domain.denominator_kind.wells", "en") == "wells"


def test_samples_of_added_indicators_are_neutral(extended: Path) -> None:
    """The generator needs no parameters for an added indicator, whether a ratio or a count."""
    catalog = load_catalog(extended)
    series, period = SampleSeries(catalog, 1), parse_period("2025-05")
    unit = catalog.units.get("22813", date(2025, 5, 14))
    numerator, denominator = series.ratio(catalog.indicators["nuoc_sach"], unit, period, None)
    assert 0 < numerator < denominator
    assert series.count(catalog.indicators["tram_bom"], unit, period) > 0


def test_a_kind_of_denominator_needs_a_name(root: Path) -> None:
    """A kind without a text, as after a slip of the keyboard, is refused with the indicator that uses it."""
    Edit("indicators/e_invoice.yaml", "kind: enterprises_active", "kind: firms", "").make(root)
    error = refusal(root)
    assert error.file == "messages/domain.yaml"
    assert "'firms' is in use and has no name: hddt_dn" in error.problem
    assert "domain.denominator_kind.firms" in error.remedy
