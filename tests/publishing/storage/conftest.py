"""What tests of storage share: revisions that are rendered once."""

from collections.abc import Mapping

import pytest

from domain.catalog.catalog import Catalog
from domain.texts import Lang
from publishing import publish
from publishing.editions import EDITION
from publishing.publish import render
from warehouse.queries import Revision

_Kept = tuple[Revision, Catalog, Lang, int, Mapping[str, bytes]]


@pytest.fixture(scope="session")
def kept_renderings() -> list[_Kept]:
    """Return a list of what was rendered, to be added to."""
    return []


@pytest.fixture
def rendered_once(kept_renderings: list[_Kept], monkeypatch: pytest.MonkeyPatch) -> None:
    """Render equal revisions once: what their files say is no matter of how they are stored."""

    def render_once(revision: Revision, catalog: Catalog, lang: Lang, edition: int = EDITION) -> Mapping[str, bytes]:
        for of, by, language, number, files in kept_renderings:
            if by is catalog and (language, number) == (lang, edition) and of == revision:
                return files
        files = render(revision, catalog, lang, edition)
        kept_renderings.append((revision, catalog, lang, edition, files))
        return files

    monkeypatch.setattr(publish, "render", render_once)
