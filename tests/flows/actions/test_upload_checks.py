"""What a check says of an uploaded workbook: whether it may be sent by the link, and which reports the link is for."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from domain.authorisations import link_for
from domain.catalog.catalog import Catalog
from domain.issues import Issue, Severity
from domain.periods import parse_period
from domain.submissions import ParsedReport
from flows.actions.check_files import CheckedFile
from flows.actions.upload_checks import Verdict, reports_of_link, verdict_of
from flows.support.named_files import NamedFile
from flows.support.warehouse import open_warehouse
from tests.builders import form_for
from tests.flows.pipeline.nightly_runs import WRONG, settings_of
from warehouse.queries.authorisations import AuthorisationChange
from warehouse.queries.uploads import UploadLinkRecord
from warehouse.store.engine import reading
from workbooks.identify.hints import Hints

MAY = parse_period("2025-05")
BEFORE, AFTER = date(2025, 6, 2), date(2025, 8, 4)
"""Days before and after the communes were merged on 1 July 2025; both have communes of this code."""


def link(catalog: Catalog, unit: str, first: date) -> UploadLinkRecord:
    """A link of the commune that has a code on a day."""
    made = AuthorisationChange("cô Lan", "an", datetime(2025, 6, 2, tzinfo=UTC))
    return UploadLinkRecord(1, link_for(catalog, unit, first, 30), made, None)


@pytest.mark.parametrize(
    ("severities", "unit", "first", "verdict"),
    [
        ((), WRONG, BEFORE, Verdict.ACCEPTED),
        ((Severity.WARNING, Severity.INFO), WRONG, BEFORE, Verdict.ACCEPTED),
        ((Severity.WARNING, Severity.HOLD), WRONG, BEFORE, Verdict.HELD),
        ((Severity.HOLD, Severity.CRITICAL), WRONG, BEFORE, Verdict.REFUSED),
        ((), "22813", BEFORE, Verdict.OF_ANOTHER_UNIT),
        ((), WRONG, AFTER, Verdict.OF_ANOTHER_UNIT),
    ],
)
def test_what_may_be_sent(
    catalog: Catalog,
    severities: tuple[Severity, ...],
    unit: str,
    first: date,
    verdict: Verdict,
) -> None:
    """What has nothing to be corrected, of the link's commune alone: not of the one that had its code before."""
    form = form_for(catalog, MAY)
    report = ParsedReport(catalog.units.get(WRONG, catalog.forms.last_day(form, MAY)), MAY, form, None)
    issues = tuple(Issue("x", severity) for severity in severities)
    checked = CheckedFile(NamedFile(Path("BC.xlsx"), Hints("BC.xlsx")), report, issues, ())
    assert verdict_of(checked, link(catalog, unit, first), catalog) == verdict
    assert verdict.may_be_sent == (Severity.CRITICAL not in severities and (unit, first) == (WRONG, BEFORE))


def test_a_link_shows_the_periods_of_its_commune(after_night: Path, catalog: Catalog) -> None:
    """The newest that ended, with deadline and state; after the merger, those of the new commune alone."""
    with reading(open_warehouse(settings_of(after_night))) as session:
        before = reports_of_link(session, catalog, link(catalog, WRONG, BEFORE), BEFORE)
        after = reports_of_link(session, catalog, link(catalog, WRONG, AFTER), AFTER)
    assert [(each.period.id, each.state.value) for each in before][:2] == [
        ("2025-05", "quarantined"),
        ("2025-04", "missing"),
    ]
    assert {each.period.id for each in after if each.period.months == 1} == {"2025-07"}
