"""Pages of the site: every link leads to a file, nothing is fetched from elsewhere, and figures are those published."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.rollups import Boundary, RollupStatus
from publishing.site import area_pages
from publishing.site.overview_pages import SearchedPlace, search_index
from publishing.storage.published_index import list_published
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.site.sites import PROVINCE, PublishedFolder, links_of, resolved, small_revision

MOST_BYTES = 300_000


@pytest.fixture(scope="module")
def folder(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> PublishedFolder:
    """Publish a district in two periods, the second corrected and partial, and its province in the second."""
    made = PublishedFolder(tmp_path_factory.mktemp("published"), catalog)
    made.publish(
        small_revision(catalog, "2025-04"),
        small_revision(catalog),
        small_revision(catalog, number=2, missing={"22828"}, refused={"22813"}, late={"22816"}),
        small_revision(catalog, **PROVINCE),
    ).build()
    return made


@pytest.fixture(scope="module")
def pages(folder: PublishedFolder) -> dict[str, StrictPage]:
    """Parse all pages, by address."""
    files = folder.pages()
    return {name: StrictPage(data.decode()) for name, data in files.items() if name.endswith(".html")}


def test_markup_is_right(pages: dict[str, StrictPage]) -> None:
    """Tags match, ids are unique, and each page names its language."""
    for name, page in pages.items():
        assert not page.problems, name
        ids = [facts["id"] for _, facts in page.elements if "id" in facts]
        assert len(ids) == len(set(ids)), name
        assert page.elements[0] == ("html", {"lang": "en" if name.endswith(".en.html") else "vi"})


def test_every_link_leads_to_a_file_and_anchor(folder: PublishedFolder, pages: dict[str, StrictPage]) -> None:
    """Addresses are relative, their files lie in the published folder, and anchors are on their pages."""
    for name, page in pages.items():
        for link in links_of(page):
            target = resolved(name, link)
            if target.startswith("data/"):
                continue  # written apart from the site, and looked for in a home that has both
            assert not target.startswith((".", "/")), (name, link)
            assert (folder.root / target).is_file(), (name, link)
            anchor = link.partition("#")[2]
            if anchor:
                assert anchor in {facts.get("id") for _, facts in pages[target].elements}, (name, link)


def test_every_page_is_reached_without_scripts(pages: dict[str, StrictPage]) -> None:
    """Links from the first page lead to each page and each published file."""
    waiting, seen = ["index.html"], {"index.html"}
    while waiting:
        name = waiting.pop()
        for link in links_of(pages[name]):
            target = resolved(name, link)
            if target not in seen:
                seen.add(target)
                waiting += [target] if target in pages else []
    assert set(pages) <= seen
    assert {"2025-05/585/report.html", "2025-05/585/rollup.csv", "2025-04/585/report.html"} <= seen


def test_pages_are_small_and_share_a_style_sheet(folder: PublishedFolder) -> None:
    """No page is larger than 300 kB, none holds styles or scripts of its own."""
    for name, data in folder.pages().items():
        assert len(data) < MOST_BYTES, name
        if name.endswith(".html"):
            assert b"style.css" in data
            assert not re.search(rb"<style|<script>| style=| on[a-z]+=", data), name


def test_tables_have_captions_and_headings(pages: dict[str, StrictPage]) -> None:
    """Each table has a caption and headings with a scope."""
    for page in pages.values():
        tags = [tag for tag, _ in page.elements]
        assert tags.count("table") == tags.count("caption")
        assert all("scope" in facts for tag, facts in page.elements if tag == "th")


def test_pages_have_a_twin_in_the_other_language(pages: dict[str, StrictPage]) -> None:
    """The language switch leads to the same page in the other language, and back."""
    for name, page in pages.items():
        (link,) = (facts["href"] for tag, facts in page.elements if tag == "a" and "hreflang" in facts)
        twin = pages[resolved(name, str(link))]
        (back,) = (facts["href"] for tag, facts in twin.elements if tag == "a" and "hreflang" in facts)
        assert resolved(resolved(name, str(link)), str(back)) == name


def test_area_page_shows_the_newest_revision(folder: PublishedFolder, pages: dict[str, StrictPage]) -> None:
    """Value, revision, missing units and what the revision moved are on the page; the period before is linked."""
    page = pages["site/2025-05/585/index.vi.html"]
    row = folder.warehouse["585", "2025-05", 2].rows[0]
    assert row.value is not None
    assert f"{row.value:.2f}%".replace(".", ",") in page.words
    assert "Lần công bố thứ 2" in page.words
    assert "chưa đầy đủ, 6/8" in page.words
    before = folder.warehouse["585", "2025-05", 1].rows[0].value
    assert f"{before:.2f}% → {row.value:.2f}%".replace(".", ",") in page.words
    assert "../../2025-04/585/index.vi.html" in set(links_of(page))


def test_assumed_targets_give_no_verdict(pages: dict[str, StrictPage]) -> None:
    """The sample's targets have no document: they are shown as assumed, and nothing is judged."""
    page = pages["site/2025-05/585/index.vi.html"]
    assert "giả định – chưa có văn bản giao" in page.words
    assert not re.search(r"\b(Đạt|Chưa đạt)\b", page.words)


def test_targets_with_a_document_are_judged(catalog: Catalog, tmp_path: Path) -> None:
    """A documented target is judged in words; on partial figures the verdict says so."""
    revision = small_revision(catalog, missing={"22828"})
    row = replace(revision.rows[0], target=Decimal(10), target_assumed=False, attained=True)
    folder = PublishedFolder(tmp_path, catalog).publish(replace(revision, rows=(row, *revision.rows[1:])))
    folder.build()
    page = StrictPage(folder.pages()["site/2025-05/585/index.en.html"].decode())
    assert "Target met, on partial figures" in page.words


def test_commune_page_names_cells_and_file(folder: PublishedFolder, pages: dict[str, StrictPage]) -> None:
    """A commune's figure stands at its indicator's anchor, with cell and file."""
    page = pages["site/2025-05/585/units/22810.vi.html"]
    contribution = next(each for each in folder.warehouse["585", "2025-05", 2].contributions if each.unit == "22810")
    assert ("tr", {"id": contribution.indicator}) in page.elements
    cell = contribution.sources[0]
    assert f"{cell.sheet}!{cell.cell}" in page.words
    assert contribution.file.file_name in page.words
    assert "../../../2025-04/585/units/22810.vi.html" in set(links_of(page))


def test_pages_lead_to_the_periods_before_and_after(pages: dict[str, StrictPage]) -> None:
    """The page of a commune, that of an area and the list of a period lead to the same of the periods beside."""
    for page in ("585/units/22810.vi.html", "585/index.en.html", "index.vi.html"):
        for period, beside, relation in (("2025-04", "2025-05", "next"), ("2025-05", "2025-04", "prev")):
            name = f"site/{period}/{page}"
            (link,) = (facts["href"] for _, facts in pages[name].elements if facts.get("rel") == relation)
            assert resolved(name, str(link)) == f"site/{beside}/{page}"


def test_english_pages_say_in_english_why_a_figure_does_not_compare(catalog: Catalog, tmp_path: Path) -> None:
    """Rows keep their notes in Vietnamese."""
    revision = small_revision(catalog)
    notes = "Không so sánh được, vì chưa rõ các đơn vị sau đã nhập vào đâu: 22822 Xã Mỹ Sơn."
    row = replace(revision.rows[0], value=None, status=RollupStatus.NOT_COMPARABLE, notes=notes)
    folder = PublishedFolder(tmp_path, catalog).publish(replace(revision, rows=(row, *revision.rows[1:])))
    folder.build()
    pages = folder.pages()
    assert notes in pages["site/2025-05/585/index.vi.html"].decode()
    reason = "Not comparable, because it is not known what became of: 22822 Xã Mỹ Sơn."
    assert reason in pages["site/2025-05/585/index.en.html"].decode()


def test_missing_communes_are_named_as_such(pages: dict[str, StrictPage]) -> None:
    """The page of a commune without accepted report says that the area's figures lack it."""
    assert "Chưa có báo cáo được chấp nhận" in pages["site/2025-05/585/units/22828.vi.html"].words


def test_a_commune_has_its_page_with_the_smallest_area(pages: dict[str, StrictPage]) -> None:
    """The province links to the district's pages of communes, and lists the district."""
    assert not [name for name in pages if name.startswith("site/2025-05/58/units/")]
    links = set(links_of(pages["site/2025-05/58/index.vi.html"]))
    assert {"../585/units/22810.vi.html", "../585/index.vi.html"} <= links


def test_indicator_page_ranks_communes(folder: PublishedFolder, pages: dict[str, StrictPage]) -> None:
    """Communes are ranked from the highest value to the lowest; those without a figure come last."""
    indicator = folder.warehouse["585", "2025-05", 2].rows[1].indicator
    page = pages[f"site/areas/585/{indicator}.vi.html"]
    ranked = [str(facts["href"]) for tag, facts in page.elements if tag == "a" and "/units/" in str(facts.get("href"))]
    assert len(ranked) == 8
    assert {href.rpartition("/")[2].partition(".")[0] for href in ranked[-2:]} == {"22813", "22828"}
    assert "2025-04/585/index.vi.html" in " ".join(links_of(page))


def test_indicator_page_draws_both_boundaries(catalog: Catalog, tmp_path: Path) -> None:
    """The series of each period's boundaries and of today's share a chart; what does not compare says why and where."""
    now = [small_revision(catalog, period, boundary=Boundary.AS_NOW) for period in ("2025-03", "2025-04", "2025-05")]
    notes = "Không so sánh được, vì chưa rõ các đơn vị sau đã nhập vào đâu: 22822 Xã Mỹ Sơn."
    void = replace(now[1].rows[0], value=None, status=RollupStatus.NOT_COMPARABLE, notes=notes)
    then = [small_revision(catalog, period) for period in ("2025-03", "2025-04", "2025-05")]
    folder = PublishedFolder(tmp_path, catalog).publish(*then)
    folder.build()
    indicator = now[0].rows[0].indicator
    alone = folder.pages()[f"site/areas/585/{indicator}.vi.html"].decode()
    folder.publish(now[0], replace(now[1], rows=(void, *now[1].rows[1:])), now[2]).build()
    beside = folder.pages()[f"site/areas/585/{indicator}.vi.html"].decode()
    for text in ('figure class="trend pair"', "Theo địa giới hiện nay", 'path class="void"', "✕ không so sánh được"):
        assert (text in alone, text in beside) == (False, True), text
    assert f"✕ Tháng 4/2025, theo địa giới hiện nay: {notes}" in beside
    assert "Not comparable, because" in folder.pages()[f"site/areas/585.as_now/{indicator}.en.html"].decode()


def test_every_revision_is_linked(folder: PublishedFolder, pages: dict[str, StrictPage]) -> None:
    """The area's page leads to each revision's own page and files, as deep in the folder as the newest."""
    links = {
        resolved("site/2025-05/585/index.vi.html", link) for link in links_of(pages["site/2025-05/585/index.vi.html"])
    }
    for number in (1, 2):
        for file in ("report.html", "rollup.csv"):
            assert f"2025-05/585@{number}/{file}" in links
        assert (folder.root / f"2025-05/585@{number}").readlink().name == str(number)
    assert [entry.folder for entry in list_published(folder.store)] == ["58", "585", "585"]


def test_large_areas_list_their_parts_and_split_their_units(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the most units of a page, parts are listed, and units on pages of their own that parts link to."""
    monkeypatch.setattr(area_pages, "MOST_UNITS", 5)
    folder = PublishedFolder(tmp_path, catalog).publish(small_revision(catalog, **PROVINCE))
    folder.build()
    pages = {name: StrictPage(data.decode()) for name, data in folder.pages().items() if name.endswith(".html")}
    assert {"site/2025-05/58/units-1.vi.html", "site/2025-05/58/units-2.vi.html"} <= set(pages)
    area = pages["site/2025-05/58/index.vi.html"]
    assert "units-1.vi.html#g-585" in set(links_of(area))
    assert "Huyện Ninh Sơn" in area.words
    listed = {link for number in (1, 2) for link in links_of(pages[f"site/2025-05/58/units-{number}.vi.html"])}
    assert len([link for link in listed if link.startswith("units/")]) == 8


def test_search_index_has_every_area_and_commune(folder: PublishedFolder) -> None:
    """The index lists areas, and communes with their newest page, by where they lie."""
    script = folder.pages()["site/names-1.js"].decode()
    assert script.startswith("(globalThis.tonghopNames ??= []).push(...[")
    (district,) = re.findall(r'\["Huyện Ninh Sơn","2025-05/585/units",(\[\[.*?\]\])\]', script)
    assert len(json.loads(district)) == 8
    assert ["Xã Lâm Sơn", "22813"] in json.loads(district)
    assert '["Tỉnh Ninh Thuận","areas",[["Huyện Ninh Sơn","585","585/index"]]]' in script


def test_long_search_index_is_split() -> None:
    """Each script has a share of the names, and what acts in a name is written as an escape."""
    places = [SearchedPlace("", "areas", f"Xã {number}\u202e", str(number), str(number)) for number in range(9_000)]
    scripts = search_index(places)
    assert len(scripts) == 3
    assert sum(script.count(b"\\u202e") for script in scripts) == 9_000
    assert all(script.isascii() or "\u202e" not in script.decode() for script in scripts)
