"""What a catalogue that loads still lacks: forms that are read back, what goes on, documents."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from domain.catalog.catalog import Catalog
from domain.catalog.targets import Targets
from domain.layouts import Layout
from flows.support.catalog_notices import CatalogNotice, check_catalog

MAY = date(2026, 5, 29)


def newest(catalog: Catalog) -> Layout:
    """Return the newest layout of the form."""
    return [layout for layout in catalog.forms.layouts if layout.lines][-1]


def with_newest(catalog: Catalog, layout: Layout) -> Catalog:
    """Return the catalogue with another newest layout."""
    layouts = tuple(layout if each is newest(catalog) else each for each in catalog.forms.layouts)
    return replace(catalog, forms=replace(catalog.forms, layouts=layouts))


def notices(catalog: Catalog, today: date) -> Mapping[str, CatalogNotice]:
    """Return the notices of a day by key."""
    return {notice.key: notice for notice in check_catalog(catalog, today, "en")}


def test_layout_that_is_not_read_back_is_a_fault(catalog: Catalog) -> None:
    """A heading that speaks of another year keeps a copy without stamp from being read, and the cell is named."""
    columns = tuple(
        replace(column, header="Cùng kỳ năm trước") if column.mark == "2" else column
        for column in newest(catalog).columns
    )
    notice = notices(with_newest(catalog, replace(newest(catalog), columns=columns)), MAY)["catalog_layout_unread"]
    assert notice.is_fault
    assert notice.facts["version"] == newest(catalog).version
    assert "heading_of_others E11" in str(notice.facts["fault"])


def test_shipped_catalogue_names_what_has_no_document(catalog: Catalog) -> None:
    """Forms are read back; indicators and targets without a document are named; only targets of 2025 have ended."""
    lacking = notices(catalog, MAY)
    assert set(lacking) == {"catalog_no_source", "catalog_targets_assumed", "catalog_targets_end"}
    assert lacking["catalog_targets_end"].facts["year"] == 2025
    assert not any(notice.is_fault for notice in lacking.values())


@pytest.mark.parametrize(
    ("key", "last", "first", "says"),
    [
        ("catalog_targets_end", date(2026, 10, 15), date(2026, 10, 16), "15/12/2026"),
        ("catalog_holidays_end", date(2027, 10, 31), date(2027, 11, 1), "2027"),
        ("catalog_layout_ends", date(2026, 8, 31), date(2026, 9, 1), "31/10/2026"),
    ],
)
def test_ends_are_warned_of_60_days_ahead(catalog: Catalog, key: str, last: date, first: date, says: str) -> None:
    """Targets end as the administrative January begins, holidays with their year, a form with its last version."""
    untried = replace(catalog.sample, typical=None)  # nothing is filled in here
    last_year = max(target.year for target in catalog.targets.rows)
    lasting = {target.indicator for target in catalog.targets.rows if target.year == last_year}
    targets = Targets(tuple(target for target in catalog.targets.rows if target.indicator in lasting))
    ending = with_newest(
        replace(catalog, sample=untried, targets=targets), replace(newest(catalog), valid_to=date(2026, 10, 31))
    )
    assert key not in notices(ending, last)
    assert says in {str(fact) for fact in notices(ending, first)[key].facts.values()}
