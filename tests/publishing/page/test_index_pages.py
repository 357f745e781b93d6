"""The index of publications: the areas that it lists, and their names."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from publishing.figures.formatter import ReportFormatter
from publishing.page.index_pages import published_page
from publishing.storage.published_index import PublishedEntry
from tests.builders import form_for
from tests.publishing.page.strict_page import StrictPage

USED_AGAIN = "22810"
"""Until June 2025 the township of Tân Sơn, since July the commune of Ninh Sơn."""
BEFORE, SINCE = "Thị trấn Tân Sơn", "Xã Ninh Sơn"
LAST_YEAR, TODAY = date(2024, 12, 1), date(2025, 12, 1)


def publication(catalog: Catalog, period: str, *, as_now: bool = False, area: str = USED_AGAIN) -> PublishedEntry:
    """Build a complete publication of the area."""
    when = parse_period(period)
    return PublishedEntry(
        period=when,
        folder=f"{area}.as_now" if as_now else area,
        area=area,
        form=form_for(catalog, when),
        as_now=as_now,
        revision=1,
        is_partial=False,
        accepted=1,
        expected=1,
        published_at=datetime(2025, 12, 1, tzinfo=UTC),
        files=("report.html", "rollup.csv"),
    )


def names(formatter: ReportFormatter, *entries: PublishedEntry, today: date = TODAY) -> list[str]:
    """Return the area's name in each row of the page."""
    page = StrictPage(published_page(entries, formatter, today).decode())
    assert not page.problems
    return [name for name in map(str.strip, page.text) if name in {BEFORE, SINCE}]


@pytest.mark.parametrize(
    ("periods", "name"),
    [(("2025-06",), BEFORE), (("2025-07",), SINCE), (("2025-06", "2025-07"), SINCE), (("2025-07", "2025-06"), SINCE)],
)
def test_a_reused_code_has_its_newest_name(
    catalog: Catalog, vietnamese: ReportFormatter, periods: tuple[str, ...], name: str
) -> None:
    """The newest listed period determines the unit behind a code, whatever the order of entries and the day."""
    entries = [publication(catalog, period) for period in periods]
    assert names(vietnamese, *entries) == names(vietnamese, *entries, today=LAST_YEAR) == [name]


def test_a_unit_on_todays_boundaries_has_its_name_of_today(catalog: Catalog, vietnamese: ReportFormatter) -> None:
    """The row on today's boundaries names today's unit, the row on the period's own boundaries the former one."""
    entries = [publication(catalog, "2025-05"), publication(catalog, "2025-05", as_now=True)]
    assert names(vietnamese, *entries) == [BEFORE, SINCE]


def test_an_unknown_area_is_shown_by_its_code(catalog: Catalog, vietnamese: ReportFormatter) -> None:
    """Publications of an older catalogue stay on the page."""
    page = StrictPage(published_page([publication(catalog, "2025-05", area="00000")], vietnamese, TODAY).decode())
    assert "00000 00000" in page.words


def test_a_form_that_left_the_catalogue_is_shown(catalog: Catalog, vietnamese: ReportFormatter) -> None:
    """Its publications stay on the page, under the unit's name of today."""
    assert names(vietnamese, replace(publication(catalog, "2025-05"), form="gone")) == [SINCE]


def test_an_empty_folder_is_stated(vietnamese: ReportFormatter) -> None:
    """Without publications the page says so."""
    page = StrictPage(published_page([], vietnamese, TODAY).decode())
    assert vietnamese.text("index_nothing_published") in page.words
