"""Reads themes, indicators and targets."""

from decimal import Decimal

from domain.catalog.entries import add_once
from domain.catalog.files import CatalogFiles
from domain.catalog.kinds import INDICATORS, TARGETS, THEMES
from domain.catalog.models import IndicatorEntry
from domain.indicators import Indicator, Target, Theme


def read_themes(files: CatalogFiles) -> dict[str, Theme]:
    """Themes in report order."""
    document = files.document("indicators/themes.yaml")
    results: dict[str, Theme] = {}
    for place, raw in enumerate(THEMES.check_document(document)):
        add_once(results, raw.id, Theme(raw.id, raw.name, raw.headline), document, place, "id")
    return results


def read_indicators(files: CatalogFiles, themes: dict[str, Theme]) -> dict[str, Indicator]:
    """Indicators in report order: by theme, then as their file has them.

    Raises:
        CatalogError: a file names an unknown theme, or an id comes twice.
    """
    by_theme: dict[str, dict[str, Indicator]] = {theme: {} for theme in themes}
    taken: dict[str, Indicator] = {}
    for document in files.documents("indicators"):
        if document.file == "indicators/themes.yaml":
            continue
        data = INDICATORS.check_document(document)
        if data.theme not in themes:
            raise document.error(f"theme {data.theme!r} is unknown", "add it to indicators/themes.yaml", "theme")
        for place, raw in enumerate(data.indicators):
            indicator = _indicator(raw, data.theme)
            add_once(taken, indicator.id, indicator, document, "indicators", place, "id")
            by_theme[data.theme][indicator.id] = indicator
    return {key: indicator for group in by_theme.values() for key, indicator in group.items()}


def _indicator(raw: IndicatorEntry, theme: str) -> Indicator:
    return Indicator(
        id=raw.id,
        name=raw.name,
        theme=theme,
        measure=raw.measure,
        numerator=raw.numerator,
        denominator=raw.denominator,
        denominator_kind=raw.denominator_kind,
        unit=raw.unit,
        flow=raw.flow,
        frequency=raw.frequency,
        absence=raw.absence,
        source=raw.source,
        collected_at=raw.collected_at,
        denominator_is_target=raw.denominator_is_target,
        register_level=raw.register_level,
        decimals=raw.decimals,
        valid_from=raw.valid_from,
        valid_to=raw.valid_to,
        aliases=raw.aliases,
        numerator_words=raw.numerator_words,
        denominator_words=raw.denominator_words,
    )


def read_targets(files: CatalogFiles, indicators: dict[str, Indicator]) -> tuple[Target, ...]:
    """Targets, as `targets/targets.csv` has them.

    Raises:
        CatalogError: a target is for an unknown indicator, or one indicator, level, area and year comes twice.
    """
    columns = ("indicator", "level", "area", "year", "value", "document", "assumed")
    table = files.table("targets/targets.csv", columns)
    results: dict[tuple[str, str, str, str], Target] = {}
    for row, raw in enumerate(TARGETS.check_table(table)):
        key = (raw.indicator, raw.level, raw.area, raw.year)
        if raw.indicator not in indicators:
            raise table.error(row, f"indicator {raw.indicator!r} is unknown", "use an id of indicators/")
        if key in results:
            raise table.error(row, "this indicator, level, area and year has a target already", "keep one of the two")
        results[key] = Target(
            indicator=raw.indicator,
            level=raw.level,
            year=int(raw.year),
            value=Decimal(raw.value),
            document=raw.document,
            assumed=raw.assumed == "true",
            area=raw.area or None,
        )
    return tuple(results.values())
