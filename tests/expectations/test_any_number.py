"""Whatever numbers a commune writes, the rules judge them: no figure becomes an error of ours."""

import dataclasses
from decimal import Decimal

import pytest

from domain.catalog import Catalog
from domain.observations import CellState
from domain.staging import StagedObservation
from expectations.check import check
from tests.expectations.staged import RUN, Put, apply_edits, clean_report

STRANGE = ["0", "-0.000001", "0.1", "999999999999", "9007199254740993", "-9223372036854775808", "1e30", "1e-6"]
INDICATOR = "dvc_toantrinh"


@pytest.mark.parametrize("numerator", [*STRANGE, None])
def test_any_number_is_judged(numerator: str | None, catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """Huge, tiny, negative, zero and missing figures meet every rule without an error."""
    denominators = [*STRANGE, None]
    for number, denominator in enumerate(denominators, start=1):
        edit = {"indicator": INDICATOR, "numerator": numerator, "denominator": denominator, "stated": denominator}
        put(apply_edits(clean_report(catalog, number), [edit]))
    rules = list(catalog.rules.values())
    findings = check(warehouse_url, RUN, rules, len(denominators), indicators=catalog.indicators.values())
    assert {one.issue.indicator for one in findings} == {INDICATOR}


def test_nothing_over_nothing_is_zero(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """0 of 0 is a report of nothing, not a fault, whatever percentage stands beside it."""
    edit = {"indicator": INDICATOR, "numerator": "0", "denominator": "0", "stated": "0"}
    put(apply_edits(clean_report(catalog), [edit]))
    assert check(warehouse_url, RUN, list(catalog.rules.values()), 1, indicators=catalog.indicators.values()) == ()


def test_text_cells_are_left_to_reading(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """A text where a number belongs stays with its reading issue; its quotes, braces and colons harm no rule."""
    text = "'; DROP TABLE stg_due; --{batch} :x %s %(y)s \\ “bốn mốt”"
    rows = [
        dataclasses.replace(
            row,
            state=CellState.UNREADABLE,
            numerator=None,
            numerator_state=CellState.UNREADABLE,
            numerator_raw=text,
            stated=None,
        )
        if isinstance(row, StagedObservation) and row.indicator == INDICATOR
        else row
        for row in clean_report(catalog)
    ]
    put(rows)
    assert check(warehouse_url, RUN, list(catalog.rules.values()), 1, indicators=catalog.indicators.values()) == ()


def test_figures_are_given_as_plain_numbers(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """Both engines tell a figure alike: no exponent, no idle zeros."""
    put(apply_edits(clean_report(catalog), [{"indicator": INDICATOR, "numerator": "250000000000.50", "stated": None}]))
    findings = check(warehouse_url, RUN, list(catalog.rules.values()), 1, indicators=catalog.indicators.values())
    assert {one.issue.code: (one.issue.found, one.issue.expected) for one in findings} == {
        "whole_number": ("250000000000.5", None),
        "numerator_within_denominator": ("250000000000.5", "128"),
        "figure_too_large": ("250000000000.5", "1000000"),
    }


def test_a_target_may_be_passed(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """A numerator above a denominator that is a target is an achievement, not a fault."""
    indicators = [
        dataclasses.replace(one, denominator_is_target=one.id == INDICATOR) for one in catalog.indicators.values()
    ]
    put(apply_edits(clean_report(catalog), [{"indicator": INDICATOR, "numerator": "500", "stated": None}]))
    assert check(warehouse_url, RUN, list(catalog.rules.values()), 1, indicators=indicators) == ()


def test_decimals_are_allowed_where_the_catalogue_says_so(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """An indicator with decimals in the catalogue may have them in the report."""
    indicators = [dataclasses.replace(one, decimals=1) for one in catalog.indicators.values()]
    numerator = Decimal("95.5")
    put(apply_edits(clean_report(catalog), [{"indicator": INDICATOR, "numerator": str(numerator)}]))
    assert check(warehouse_url, RUN, list(catalog.rules.values()), 1, indicators=indicators) == ()
