"""Reads themes and indicators."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from domain.catalog.files import CatalogFiles
from domain.catalog.kinds import INDICATORS, THEMES
from domain.indicators import Indicator, Theme

_THEMES = "indicators/themes.yaml"


def load_indicators(folder: Path) -> Mapping[str, Indicator]:
    """Read the indicators of a catalogue's folder, and no file outside `indicators/`.

    Raises:
        CatalogError: as `read_themes` and `read_indicators`.
    """
    files = CatalogFiles(folder)
    return read_indicators(files, read_themes(files))


def read_themes(files: CatalogFiles) -> Mapping[str, Theme]:
    """Read the themes in report order.

    Raises:
        CatalogError: an id comes twice.
    """
    document = files.document(_THEMES)
    results: dict[str, Theme] = {}
    for place, raw in enumerate(THEMES.check_document(document)):
        document.add_once(results, raw.id, Theme(**dict(raw)), place, "id")
    return MappingProxyType(results)


def read_indicators(files: CatalogFiles, themes: Mapping[str, Theme]) -> Mapping[str, Indicator]:
    """Read the indicators in report order: by theme, then as their file has them.

    Raises:
        CatalogError: a file names an unknown theme, or an id comes twice.
    """
    results: dict[str, Indicator] = {}
    for document in files.documents("indicators"):
        if document.file == _THEMES:
            continue
        data = INDICATORS.check_document(document)
        if data.theme not in themes:
            raise document.error(f"theme {data.theme!r} is unknown", "add it to indicators/themes.yaml", "theme")
        for place, raw in enumerate(data.indicators):
            indicator = Indicator(theme=data.theme, **dict(raw))
            document.add_once(results, indicator.id, indicator, "indicators", place, "id")
    order = {theme: place for place, theme in enumerate(themes)}
    return MappingProxyType(dict(sorted(results.items(), key=lambda entry: order[entry[1].theme])))
