"""Following the advice of a rule's finding removes the finding and brings no refusal: on every planted defect."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from domain.catalog.catalog import Catalog
from domain.indicators import Flow
from domain.issues import Severity
from domain.rules import Rule
from domain.staging import StagedObservation, StagedRow, StagedSubmission
from expectations.check import check
from tests.expectations.staged import RUN, Put, clean_report, defects, planted, state_of

_Finding = Mapping[str, Any]
"""A finding as the cases list it: rule, sheet, and where it has them cell, found, expected."""

_Edit = Callable[[StagedObservation, _Finding], StagedObservation]
_Advice = Callable[[list[StagedRow], _Finding, Catalog], list[StagedRow]]


def _counted(row: StagedObservation, numerator: Decimal | None, denominator: Decimal | None) -> StagedObservation:
    """Enter a line's two counts and clear its percentage; who mends a denominator counts the numerator within it."""
    if numerator is not None and denominator is not None:
        numerator = min(numerator, denominator)
    return row._replace(
        numerator=numerator,
        denominator=denominator,
        stated=None,
        state=state_of(numerator),
        numerator_state=state_of(numerator),
        denominator_state=state_of(denominator) if row.denominator_cell else "",
    )


def _written(row: StagedObservation, cell: str, number: Decimal) -> StagedObservation:
    """Enter a number in a cell of a line; a cell of both counts holds yes or no."""
    if cell == row.stated_cell:
        return row._replace(stated=number)
    if row.cell == row.denominator_cell:
        return _counted(row, number, Decimal(1))
    numerator, denominator = row.numerator, row.denominator
    if cell == row.cell:
        return _counted(row, number, denominator)
    return _counted(row, numerator, number)


def _at_cell(number: Callable[[_Finding], Decimal]) -> _Advice:
    """Enter a number at the finding's cell."""

    def advice(rows: list[StagedRow], finding: _Finding, _catalog: Catalog) -> list[StagedRow]:
        cell = finding["cell"]
        return [
            _written(row, cell, number(finding))
            if isinstance(row, StagedObservation)
            and row.sheet == finding["sheet"]
            and cell in {row.cell, row.denominator_cell, row.stated_cell}
            else row
            for row in rows
        ]

    return advice


_expected = _at_cell(lambda finding: Decimal(finding["expected"]))
_nothing_arose = _at_cell(lambda _finding: Decimal(0))
_without_fraction = _at_cell(lambda finding: Decimal(finding["found"]).to_integral_value())


def _within_residents(rows: list[StagedRow], finding: _Finding, catalog: Catalog) -> list[StagedRow]:
    """Enter the most that the residents allow."""
    most = min(Decimal(100), Decimal(str(catalog.rules[finding["rule"]].parameters.get("at_most_percent", 100))))
    return _at_cell(lambda finding: Decimal(finding["expected"]) * most // 100)(rows, finding, catalog)


def _complete(rows: list[StagedRow], finding: _Finding, catalog: Catalog) -> list[StagedRow]:
    """Write 0 for a flow left blank; give the figures of another line, or of one that was deleted."""
    is_flow = catalog.indicators[finding["indicator"]].flow is Flow.FLOW
    return (_nothing_arose if is_flow and "cell" in finding else _original_form)(rows, finding, catalog)


def _original_form(rows: list[StagedRow], _finding: _Finding, catalog: Catalog) -> list[StagedRow]:
    report = rows[0]
    assert isinstance(report, StagedSubmission)
    return [report, *clean_report(catalog, report.submission_id)[1:]]


def _no_numerator(rows: list[StagedRow], finding: _Finding, catalog: Catalog) -> list[StagedRow]:
    """Write 0 in the numerator of a line with nothing to count, in the columns of the clean report."""
    return _nothing_arose(rows, {**finding, "cell": finding["cell"].replace("D", "E")}, catalog)


def _layout_in_force(rows: list[StagedRow], finding: _Finding, _catalog: Catalog) -> list[StagedRow]:
    report = rows[0]
    assert isinstance(report, StagedSubmission)
    return [report._replace(layout_version=finding["expected"]), *rows[1:]]


def _form_lines(rows: list[StagedRow], finding: _Finding, edit: _Edit) -> list[StagedRow]:
    """Edit the lines of the finding's sheet that have two counts; the figures are other ones then."""
    report, *others = rows
    assert isinstance(report, StagedSubmission)
    edited = [
        edit(row, finding)
        if isinstance(row, StagedObservation) and row.sheet == finding["sheet"] and row.denominator
        else row
        for row in others
    ]
    return [report._replace(digest=report.digest[::-1]), *edited]


def _own_figures(rows: list[StagedRow], finding: _Finding, _catalog: Catalog) -> list[StagedRow]:
    """Send the unit's own figures of the period, each line counted anew."""
    return _form_lines(rows, finding, lambda row, _: _counted(row, (row.numerator or Decimal(1)) - 1, row.denominator))


def _own_denominators(rows: list[StagedRow], finding: _Finding, _catalog: Catalog) -> list[StagedRow]:
    """Replace the number that stands on every line by the line's own."""

    def edit(row: StagedObservation, finding: _Finding) -> StagedObservation:
        is_repeated = row.denominator == Decimal(finding["found"])
        return _counted(row, row.numerator, Decimal(130 + int(row.cell[1:]))) if is_repeated else row

    return _form_lines(rows, finding, edit)


def _period_alone(rows: list[StagedRow], finding: _Finding, catalog: Catalog) -> list[StagedRow]:
    """Halve the flows, which are sums of two periods."""

    def edit(row: StagedObservation, _finding: _Finding) -> StagedObservation:
        if catalog.indicators[row.indicator].flow is not Flow.FLOW:
            return row
        return _counted(row, (row.numerator or Decimal(0)) // 2, (row.denominator or Decimal(0)) // 2)

    return _form_lines(rows, finding, edit)


_FOLLOWED: Mapping[str, _Advice] = {
    "required_indicator": _complete,
    "villages_listed": _original_form,
    "whole_number": _without_fraction,
    "not_negative": _original_form,
    "zero_denominator_with_numerator": _no_numerator,
    "layout_in_force": _layout_in_force,
    "share_of_population": _within_residents,
    "sum_of_two_periods": _period_alone,
    "same_number_everywhere": _own_denominators,
    **dict.fromkeys(("copied_return", "copied_stocks", "duplicate_figures"), _own_figures),
    **dict.fromkeys(
        (
            "stock_falls", "cumulative_falls", "denominator_moves", "jump", "year_to_date",
            "size_among_peers", "within_range", "numerator_within_denominator", "stated_percent", "parts_and_total",
            "numerator_beyond_bound", "same_denominator", "denominator_equals_register", "village_sum", "outlier",
        ),
        _expected,
    ),
}  # fmt: skip
"""What a person does who follows the advice, by kind of rule."""


@pytest.mark.parametrize("warehouse_url", ["sqlite"], indirect=True)
def test_the_next_check_finds_less(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """The findings of the rule are gone once its advice was followed at their cells, and nothing refuses instead."""
    cases = {number: case for number, case in enumerate(defects(), start=1) if _own(case)}
    for number, case in cases.items():
        rows = planted(catalog, number, case)
        for finding in _own(case):
            rows = _FOLLOWED[catalog.rules[case["rule"]].kind](rows, finding, catalog)
        put(rows)
    rules = list(catalog.rules.values())
    remaining: list[tuple[str, str, str | None]] = []
    for result in check(warehouse_url, RUN, rules, len(cases), indicators=catalog.indicators.values()):
        case, issue = cases[result.submission_id], result.issue
        is_new = issue.code not in {finding["rule"] for finding in case["finds"]}
        if issue.code == case["rule"] or (is_new and issue.severity is Severity.CRITICAL):
            remaining.append((case["name"], issue.code, issue.cell))
    assert remaining == []


def _own(case: Mapping[str, Any]) -> list[_Finding]:
    """Return the findings of the rule that a case is about."""
    return [finding for finding in case["finds"] if finding["rule"] == case["rule"]]


def test_the_advice_of_every_rule_is_followed(rules: Mapping[str, Rule]) -> None:
    """A new kind of rule needs an entry here: what its advice asks a person to do."""
    assert set(_FOLLOWED) == {rule.kind for rule in rules.values()}
