"""Texts of others are data on every page of the site: they act nowhere, and forge nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Severity
from domain.waivers import OpenWarning
from tests.hostile_texts import ACTING, HOSTILE_TEXTS
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.site.sites import PublishedFolder, links_of, small_revision
from warehouse.queries import FigureWarning


def folder_about(text: str, catalog: Catalog, root: Path) -> dict[str, bytes]:
    """Return the site of a revision whose names, files, sheets, notes and warnings hold a text."""
    revision = small_revision(catalog)
    contributions = tuple(
        replace(
            each,
            unit_name=text,
            file=replace(each.file, file_name=text),
            sources=tuple(replace(cell, sheet=text, cell=text) for cell in each.sources),
        )
        for each in revision.contributions
    )
    first = contributions[0]
    issue = Issue("text_where_number", Severity.WARNING, text, text, text, text, facts={"label": text})
    warning = FigureWarning(first.indicator, first.unit, text, first.period, OpenWarning(issue, None))
    folder = PublishedFolder(root, catalog).publish(
        replace(
            revision,
            area_name=text,
            rows=tuple(replace(row, notes=text, status="not_comparable", value=None) for row in revision.rows),
            units=tuple(replace(unit, name=text) for unit in revision.units),
            contributions=contributions,
            asked=(warning,),
        )
    )
    folder.build()
    return folder.pages()


@pytest.fixture(scope="module")
def harmless(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the same site with a harmless text."""
    return folder_about("x", catalog, tmp_path_factory.mktemp("harmless"))


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_pages_hold_texts_as_data(text: str, catalog: Catalog, harmless: dict[str, bytes], tmp_path: Path) -> None:
    """Every page has the same elements and addresses as with a harmless text, and no character that acts."""
    pages = folder_about(text, catalog, tmp_path)
    assert pages.keys() == harmless.keys()
    for name, data in pages.items():
        shown = data.decode()
        assert not ACTING.intersection(shown), name
        if name.endswith(".html"):
            page, plainly = StrictPage(shown), StrictPage(harmless[name].decode())
            assert not page.problems, name
            assert [tag for tag, _ in page.elements] == [tag for tag, _ in plainly.elements], name
            assert list(links_of(page)) == list(links_of(plainly)), name
