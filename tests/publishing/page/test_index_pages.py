"""The page of what is published: which areas it names, and how."""

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
    """A whole publication of the area."""
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


def names(words: ReportFormatter, *result: PublishedEntry, today: date = TODAY) -> list[str]:
    """What the page calls the area, row by row."""
    page = StrictPage(published_page(result, words, today).decode())
    assert not page.problems
    return [name for name in map(str.strip, page.text) if name in {BEFORE, SINCE}]


@pytest.mark.parametrize(
    ("periods", "name"),
    [(("2025-06",), BEFORE), (("2025-07",), SINCE), (("2025-06", "2025-07"), SINCE), (("2025-07", "2025-06"), SINCE)],
)
def test_a_code_that_was_used_again_has_its_newest_name(
    catalog: Catalog, vietnamese: ReportFormatter, periods: tuple[str, ...], name: str
) -> None:
    """The newest period that is shown says what a code means, in whatever order they are found, on whatever day."""
    results = [publication(catalog, period) for period in periods]
    assert names(vietnamese, *results) == names(vietnamese, *results, today=LAST_YEAR) == [name]


def test_a_unit_on_todays_boundaries_is_called_as_today(catalog: Catalog, vietnamese: ReportFormatter) -> None:
    """Beside the row of the unit that then was, the row on today's boundaries is about today's unit."""
    results = [publication(catalog, "2025-05"), publication(catalog, "2025-05", as_now=True)]
    assert names(vietnamese, *results) == [BEFORE, SINCE]


def test_an_area_that_nobody_knows_is_shown_by_its_code(catalog: Catalog, vietnamese: ReportFormatter) -> None:
    """What an older catalogue published stays on the page."""
    page = StrictPage(published_page([publication(catalog, "2025-05", area="00000")], vietnamese, TODAY).decode())
    assert "00000 00000" in page.words


def test_a_form_that_left_the_catalogue_is_shown(catalog: Catalog, vietnamese: ReportFormatter) -> None:
    """What was published of it stays on the page, under the unit's name of today."""
    assert names(vietnamese, replace(publication(catalog, "2025-05"), form="gone")) == [SINCE]


def test_nothing_published_is_said(vietnamese: ReportFormatter) -> None:
    """An empty folder is no empty page."""
    page = StrictPage(published_page([], vietnamese, TODAY).decode())
    assert vietnamese.text("index_nothing_published") in page.words
