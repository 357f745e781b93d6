"""Whether a report may be judged: its period has closed in Vietnam, and its unit owes the form."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from domain.catalog.catalog import Catalog
from domain.catalog.forms import Forms
from domain.eligibility import check_eligibility, opens_on
from domain.layouts import Exemption
from domain.periods import parse_period
from domain.submissions import ParsedReport
from domain.units import UnitRegister
from domain.vietnam_time import day_in_vietnam

LAST_DAY = date(2025, 5, 14)


@pytest.fixture
def report(forms: Forms, units: UnitRegister) -> ParsedReport:
    """A report of Ma Nới for 2025-05."""
    form = next(iter(forms.by_id))
    return ParsedReport(units.get("22828", LAST_DAY), parse_period("2025-05"), form, None)


def codes(report: ParsedReport, catalog: Catalog, today: date) -> list[str]:
    """Codes of what speaks against judging a report."""
    return [issue.code for issue in check_eligibility(report, catalog, today)]


@pytest.mark.parametrize(
    ("today", "result"), [(LAST_DAY, ["period_not_open"]), (date(2025, 5, 15), []), (date(2027, 1, 1), [])]
)
def test_a_period_opens_the_day_after_its_last(
    report: ParsedReport, catalog: Catalog, today: date, result: list[str]
) -> None:
    """On the cut-off day itself the period still runs; from the next day on it is open, and stays so."""
    assert codes(report, catalog, today) == result


def test_the_day_is_vietnams() -> None:
    """At five in the afternoon in Greenwich it is tomorrow in Vietnam."""
    assert day_in_vietnam(datetime(2025, 5, 14, 17, 0, tzinfo=UTC)) == date(2025, 5, 15)


def test_exempt_unit_need_not_report(report: ParsedReport, catalog: Catalog) -> None:
    """The report of a unit exempt from the whole form is refused with a note that it need not report."""
    exemption = Exemption("22828", str(report.form), (), date(2025, 1, 1), None, "bão lũ")
    exempting = replace(catalog, obligations=replace(catalog.obligations, exemptions=(exemption,)))
    assert codes(report, exempting, date(2025, 6, 1)) == ["not_owed"]


def test_a_merged_unit_owes_nothing(report: ParsedReport, catalog: Catalog) -> None:
    """A unit that ended with the merger owes no later period."""
    assert "not_owed" in codes(replace(report, period=parse_period("2025-09")), catalog, date(2026, 1, 1))


def test_unidentified_report_gets_no_second_issue(report: ParsedReport, catalog: Catalog) -> None:
    """A report without a unit has its own issue already."""
    assert codes(replace(report, unit=None), catalog, LAST_DAY) == []


def test_the_issue_says_when_to_send_again(report: ParsedReport, catalog: Catalog) -> None:
    """The issue of an early report names the day from which it is accepted."""
    (issue,) = check_eligibility(report, catalog, LAST_DAY)
    assert "15/05/2025" in catalog.issue_message(issue, "vi")
    assert opens_on(catalog.forms, str(report.form), parse_period("2025-05")) == date(2025, 5, 15)
