"""An answer is bound to the figures that a warning rests on, and to nothing else."""

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.issues import COMPARED_WITH, Issue, Severity
from domain.waivers import ReportedLine, basis_of

UNIT = "22813"
OWN = ReportedLine("hsskdt", UNIT, Decimal(8731), Decimal(12016), None)
OTHER = ReportedLine("dd_kichhoat", UNIT, Decimal(5), Decimal(9), Decimal("55.56"))
VILLAGE = ReportedLine("hsskdt", "22813-01", Decimal(4), None, None)
FELL = Issue("stock_falls", Severity.WARNING, "Biểu 01-T", "E49", found="8731", expected="9635", indicator="hsskdt")
COPIED = Issue("copied_return", Severity.WARNING, "Biểu 01-T", found="2025-04")
FAR = replace(FELL, code="outlier", facts={COMPARED_WITH: "7"})


def basis(issue: Issue, *output: ReportedLine) -> str:
    """The basis of a warning about a report that says these lines."""
    return basis_of(issue, output, UNIT)


def test_spelling_order_and_place_do_not_matter() -> None:
    """The same figures in another row, order and spelling are the same figures."""
    moved = replace(FELL, sheet="Sheet1", cell="F9", facts={"label": "HSSK"})
    spelt = OWN._replace(numerator=Decimal("8731.000"))
    assert basis(moved, OTHER, spelt) == basis(FELL, OWN, OTHER)


@pytest.mark.parametrize("change", [{"numerator": Decimal(8730)}, {"denominator": None}, {"stated": Decimal(70)}])
def test_own_figures_count(change: dict[str, Decimal | None]) -> None:
    """Any changed number of the warning's line changes the basis."""
    assert basis(FELL, OWN._replace(**change)) != basis(FELL, OWN)


def test_other_lines_do_not_count() -> None:
    """Figures of other indicators, and of the villages, are not part of the basis."""
    changed = OTHER._replace(numerator=Decimal(6))
    assert basis(FELL, OWN, changed, VILLAGE) == basis(FELL, OWN, OTHER)


def test_a_villages_own_line_counts() -> None:
    """A warning about a village rests on the village's line."""
    issue = replace(FELL, unit="22813-01")
    assert basis(issue, OWN, VILLAGE) != basis(issue, OWN, VILLAGE._replace(numerator=Decimal(5)))
    assert basis(issue, OWN, VILLAGE) == basis(issue, OWN._replace(numerator=Decimal(1)), VILLAGE)


def test_basis_of_a_whole_report_is_all_its_figures() -> None:
    """A warning about the whole report is bound to every figure."""
    assert basis(COPIED, OWN, OTHER) != basis(COPIED, OWN, OTHER._replace(numerator=Decimal(6)))


def test_compared_figures_count_unless_derived_from_others() -> None:
    """A figure of the period before is part of the basis; the neighbours' median is not."""
    assert basis(replace(FELL, expected="9000"), OWN) != basis(FELL, OWN)
    assert basis(replace(FAR, expected="70.1"), OWN) == basis(FAR, OWN)


def test_answers_hold_for_one_rule() -> None:
    """A warning of another rule about the same figures is open."""
    assert basis(replace(FELL, code="jump"), OWN) != basis(FELL, OWN)
