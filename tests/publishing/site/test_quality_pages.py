"""Pages of quality of reporting: there only where they are public, right in both languages, gone when switched off."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from domain.quality.reporting import ReportedQuality, quality_of
from domain.rollups import Boundary
from publishing.site.builder import build_site
from publishing.site.published_set import PublishedRevisionRef
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.site.sites import PROVINCE, PublishedFolder, links_of, resolved, small_revision
from warehouse.queries.desk.reporting_quality import AreaQuality, UnitQuality, area_quality

PERIODS = (parse_period("2025-04"), parse_period("2025-05"))
PASSED = ReportedQuality(20, 2, is_late=True, is_returned=False, is_accepted=True)
RETURNED = ReportedQuality(20, 5, is_late=False, is_returned=True, is_accepted=False)
SILENT = ReportedQuality(20, None, is_late=True, is_returned=False, is_accepted=False)
PAGE, ENGLISH = "site/quality/585/index.vi.html", "site/quality/585/index.en.html"


def quality(catalog: Catalog, *reports: tuple[ReportedQuality | None, ReportedQuality | None]) -> AreaQuality:
    """Return the quality of so many communes of the district in two months."""
    units = catalog.owing_units(next(iter(catalog.forms.by_id)), "585", PERIODS[1])
    rows = [UnitQuality(unit, pair, quality_of(filter(None, pair))) for unit, pair in zip(units, reports, strict=False)]
    return area_quality(PERIODS, rows)


@pytest.fixture
def folder(catalog: Catalog, tmp_path: Path) -> PublishedFolder:
    """Publish a district in two periods, on both boundaries, and its province."""
    return PublishedFolder(tmp_path / "published", catalog).publish(
        small_revision(catalog, "2025-04"),
        small_revision(catalog),
        replace(small_revision(catalog), boundary=Boundary.AS_NOW),
        small_revision(catalog, **PROVINCE),
    )


def build(folder: PublishedFolder, known: AreaQuality | None) -> dict[str, bytes]:
    """Build the site, with the quality of the district if there is any, and return its pages."""

    def quality_of_area(ref: PublishedRevisionRef) -> AreaQuality | None:
        return known if ref.area == "585" else None

    build_site(folder.store, folder.catalog, folder._load, quality_of=None if known is None else quality_of_area)
    return folder.pages()


def test_pages_say_what_became_of_first_files(folder: PublishedFolder, catalog: Catalog) -> None:
    """Shares with their counts, months with their marks in words, and the method; every link leads to a file."""
    pages = build(folder, quality(catalog, (PASSED, RETURNED), (SILENT, None)))
    page = StrictPage(pages[ENGLISH].decode())
    assert not page.problems
    text = pages[ENGLISH].decode()
    for shown in (
        "90%",
        "75%",
        "33/40",
        "1/3",
        "not sent",
        "late",
        "returned, not corrected",
        "Checks passed: of",
    ):
        assert shown in text, shown
    assert "Chất lượng báo cáo" in pages[PAGE].decode()
    for name in (PAGE, ENGLISH, "site/2025-05/585/index.vi.html", "site/areas/585/index.vi.html"):
        for link in links_of(StrictPage(pages[name].decode())):
            target = resolved(name, link)
            assert target.startswith("data/") or (folder.root / target).is_file(), (name, link)


@pytest.mark.parametrize("name", ["2025-04/585", "2025-05/585", "2025-05/585.as_now", "areas/585"])
def test_pages_of_the_area_lead_to_it(folder: PublishedFolder, catalog: Catalog, name: str) -> None:
    """Those of each period, of both boundaries, and the list of periods."""
    pages = build(folder, quality(catalog, (PASSED, PASSED)))
    assert "../../quality/585/index.en.html" in pages[f"site/{name}/index.en.html"].decode()
    assert "/quality/" not in pages["site/2025-05/58/index.en.html"].decode()


def test_switched_off_nothing_is_left(folder: PublishedFolder, catalog: Catalog) -> None:
    """The site is byte for byte the one that never had the pages, and their files go as all that was replaced."""
    without = build(folder, None)
    public = build(folder, quality(catalog, (PASSED, PASSED)))
    assert {name for name in public if "/quality/" in name and name.endswith(".html")} == {PAGE, ENGLISH}
    assert build(folder, None) == without
    kept = sorted((folder.root / ".site" / "parts" / "quality").glob("*/585"))
    replaced = (folder.root / ".site" / "replaced").read_text()
    assert kept
    assert all(f"parts/quality/{path.parent.name}\n" in replaced for path in kept)


def test_a_new_judgement_renders_only_these_pages(folder: PublishedFolder, catalog: Catalog) -> None:
    """Without a moved revision the pages of figures stay the very files; the same quality does nothing at all."""
    first = quality(catalog, (PASSED, SILENT))
    build(folder, first)
    area, page = folder.root / "site/2025-05/585/index.vi.html", folder.root / PAGE
    before = area.resolve(), page.resolve()
    build(folder, first)
    assert (area.resolve(), page.resolve()) == before
    pages = build(folder, quality(catalog, (PASSED, PASSED)))
    assert area.resolve() == before[0]
    assert page.resolve() != before[1]
    assert pages == build(folder, quality(catalog, (PASSED, PASSED)))


def test_many_units_take_several_pages(
    folder: PublishedFolder, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page leads to the one before and after."""
    monkeypatch.setattr("publishing.site.quality_pages._UNITS_ON_A_PAGE", 1)
    pages = build(folder, quality(catalog, (PASSED, PASSED), (PASSED, SILENT)))
    assert "index-2.vi.html" in pages[PAGE].decode()
    assert 'href="index.vi.html"' in pages["site/quality/585/index-2.vi.html"].decode()
