"""Pages of the whole country stay small: 10,035 communes in 63 provinces, as in May 2025."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from connectors.stores.local import LocalStore
from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from publishing.editions import EDITION
from publishing.publish import WRITERS, Rendering
from publishing.site import builder
from publishing.site.area_pages import AreaPeriod
from publishing.site.commune_pages import commune_pages
from publishing.site.facts import read_facts
from publishing.site.facts_file import write_facts
from publishing.site.overview_pages import MOST_AREAS, AreaEntry, period_pages
from publishing.site.site_formatter import SiteFormatter
from publishing.storage.site_folder import SiteFolder
from tests.publishing.country import CountryPeriod
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.site.sites import PublishedFolder, links_of, small_revision
from tests.publishing.site.test_site_pages import MOST_BYTES

MAY = parse_period("2025-05")
LARGEST = "01"
"""Hanoi, the province with the most communes."""


@pytest.mark.long
def test_pages_of_the_country_are_small(catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The country and its largest province: no page of the site, nor of the province's revision, has 300 kB."""

    def few_communes(
        area: AreaPeriod, places: Sequence[int], formatters: Sequence[SiteFormatter]
    ) -> Iterator[tuple[str, bytes]]:
        # One page a commune is alike; 20,000 of them take ten seconds.
        return commune_pages(area, places[:5], formatters)

    monkeypatch.setattr(builder, "commune_pages", few_communes)
    published, site = PublishedFolder(tmp_path, catalog), SiteFolder(LocalStore(tmp_path))
    country, province = CountryPeriod(catalog, MAY).revisions({"VN", LARGEST})
    for revision in (country, province):
        published.publish(revision)
        site.write_facts(str(MAY), revision.area, 1, write_facts(revision, catalog.forms))
    assert len(country.units) == 10_035
    published.build()
    files = published.pages()
    largest = max(files, key=lambda name: len(files[name]))
    assert len(files[largest]) < MOST_BYTES, largest
    assert "site/2025-05/VN/units-34.vi.html" in files
    rendering = Rendering(province, catalog, "vi", EDITION)
    for name in ("leader.vi.html", "report.html"):
        page = WRITERS[EDITION][name](rendering)
        assert len(page) < MOST_BYTES, name
        assert b"../../site/" in page
        assert StrictPage(page.decode()).problems == []


def test_many_areas_are_counted_by_province(catalog: Catalog, tmp_path: Path) -> None:
    """Beyond the most areas of a list, it leads to the provinces' pages; up to them it leads to each area."""
    published = PublishedFolder(tmp_path, catalog).publish(small_revision(catalog))
    published.build()
    with SiteFolder(published.store).read_facts("2025-05", "585", 1) as file:
        facts = read_facts(file)
    assert facts
    province = catalog.units.get("58", facts.published_at.date())
    for count, listed in ((MOST_AREAS, MOST_AREAS), (MOST_AREAS + 1, 0)):
        entries = [AreaEntry(f"585.{number}", facts, province) for number in range(count)]
        (page,) = period_pages(MAY, (None, None), entries, [SiteFormatter(catalog, "vi")]).values()
        links = [link for link in links_of(StrictPage(page.decode())) if "/585." in link]
        assert len(links) == listed
