"""Rules can be evaluated on any numbers: no figure raises an error."""

import dataclasses
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.catalog.catalog import Catalog
from domain.observations import CellState
from domain.staging import StagedHistory, StagedObservation, StagedPeer, StagedRow, StagedSubmission
from expectations.check import check
from tests.examples import examples
from tests.expectations.staged import PERIOD, RUN, Put, apply_edits, clean_report

pytestmark = pytest.mark.long

STRANGE = ["0", "-0.000001", "0.1", "999999999999", "9007199254740993", "-9223372036854775808", "1e30", "1e-6"]
INDICATOR = "dvc_toantrinh"


@pytest.mark.parametrize("numerator", [*STRANGE, None])
def test_any_number_is_judged(numerator: str | None, catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """Every rule is evaluated on huge, tiny, negative, zero and missing figures without an error."""
    denominators = [*STRANGE, None]
    for number, denominator in enumerate(denominators, start=1):
        edit = {"indicator": INDICATOR, "numerator": numerator, "denominator": denominator, "stated": denominator}
        put(apply_edits(clean_report(catalog, number), [edit]))
    rules = list(catalog.rules.values())
    findings = check(warehouse_url, RUN, rules, len(denominators), indicators=catalog.indicators.values())
    assert {finding.issue.indicator for finding in findings} == {INDICATOR}


_NUMBERS = st.none() | st.sampled_from([Decimal(entry) for entry in STRANGE]) | st.decimals(-(10**12), 10**12, places=3)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
_LINES = st.fixed_dictionaries(
    {
        **dict.fromkeys(("numerator", "denominator", "stated"), _NUMBERS),
        **{f"{name}_raw": _TEXTS for name in ("numerator", "denominator", "stated")},
        "stated_decimals": st.none() | st.integers(0, 12),
        "state": st.sampled_from(list(CellState)),
        "numerator_state": st.sampled_from(list(CellState)),
        "denominator_state": st.sampled_from([*CellState, ""]),
    }
)


@settings(max_examples=examples(4), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_batch_is_judged(catalog: Catalog, warehouse_url: str, put: Put, data: st.DataObject) -> None:
    """Every rule is evaluated on arbitrary figures, history and neighbours, on both engines."""
    run = f"run-{uuid4().hex}"
    rows: list[StagedRow] = []
    for number in range(1, 9):
        for row in clean_report(catalog, number, run):
            match row:
                case StagedSubmission():
                    rows.append(row._replace(area="585", digest="the same"))
                case StagedObservation():
                    rows.append(row._replace(**data.draw(_LINES)))
                case StagedHistory():
                    past = {"numerator": data.draw(_NUMBERS), "denominator": data.draw(_NUMBERS)}
                    rows += [row._replace(**past, steps_back=back) for back in range(1, 5)]
                case _:
                    rows.append(row)
    shares = data.draw(st.lists(st.tuples(*[_NUMBERS.filter(lambda number: number is not None)] * 2), max_size=8))
    rows += [StagedPeer(run, -place, "585", "cds_x_t", PERIOD, INDICATOR, *entry) for place, entry in enumerate(shares)]
    put(rows)
    findings = check(warehouse_url, run, list(catalog.rules.values()), 8, indicators=catalog.indicators.values())
    assert {finding.issue.code for finding in findings} <= set(catalog.rules)
    assert {finding.submission_id for finding in findings} <= set(range(1, 9))


def test_zero_of_zero_is_no_fault(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """0 of 0 is no fault, whatever percentage is stated with it."""
    edit = {"indicator": INDICATOR, "numerator": "0", "denominator": "0", "stated": "0"}
    put(apply_edits(clean_report(catalog), [edit]))
    assert check(warehouse_url, RUN, list(catalog.rules.values()), 1, indicators=catalog.indicators.values()) == ()


def test_text_cells_are_left_to_reading(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """A text in place of a number has its reading issue only; quotes, braces and colons break no rule."""
    text = "'; DROP TABLE stg_due; --{batch} :x %s %(y)s \\ “bốn mốt”"
    rows = [
        row._replace(
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
    """Both engines return a figure alike, without exponent and trailing zeros."""
    put(apply_edits(clean_report(catalog), [{"indicator": INDICATOR, "numerator": "250000000000.50", "stated": None}]))
    findings = check(warehouse_url, RUN, list(catalog.rules.values()), 1, indicators=catalog.indicators.values())
    assert {finding.issue.code: (finding.issue.found, finding.issue.expected) for finding in findings} == {
        "whole_number": ("250000000000.5", None),
        "numerator_within_denominator": ("250000000000.5", "128"),
        "figure_too_large": ("250000000000.5", "1000000"),
    }


def test_a_target_may_be_exceeded(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """A numerator above a denominator that is a target is no fault."""
    indicators = [
        dataclasses.replace(indicator, denominator_is_target=indicator.id == INDICATOR)
        for indicator in catalog.indicators.values()
    ]
    put(apply_edits(clean_report(catalog), [{"indicator": INDICATOR, "numerator": "500", "stated": None}]))
    assert check(warehouse_url, RUN, list(catalog.rules.values()), 1, indicators=indicators) == ()


def test_decimals_are_allowed_where_the_catalogue_says_so(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """An indicator with decimals in the catalogue may have them in the report."""
    indicators = [dataclasses.replace(indicator, decimals=1) for indicator in catalog.indicators.values()]
    numerator = Decimal("95.5")
    put(apply_edits(clean_report(catalog), [{"indicator": INDICATOR, "numerator": str(numerator)}]))
    assert check(warehouse_url, RUN, list(catalog.rules.values()), 1, indicators=indicators) == ()
