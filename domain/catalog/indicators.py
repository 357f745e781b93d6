"""Reads themes, indicators and targets."""

from datetime import date
from decimal import Decimal
from typing import Any

from domain.catalog.entries import add_once, span_of, text_of
from domain.catalog.files import CatalogFiles
from domain.catalog.schemas import check_document, check_table
from domain.indicators import Absence, Flow, Indicator, Measure, Target, Theme
from domain.periods import Frequency
from domain.units import Level


def read_themes(files: CatalogFiles) -> dict[str, Theme]:
    """Themes in report order."""
    document = files.document("indicators/themes.yaml")
    results: dict[str, Theme] = {}
    for place, raw in enumerate(check_document(document, "themes")):
        add_once(results, raw["id"], Theme(raw["id"], text_of(raw["name"]), raw["headline"]), document, place, "id")
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
        data = check_document(document, "indicators")
        if data["theme"] not in themes:
            raise document.error(f"theme {data['theme']!r} is unknown", "add it to indicators/themes.yaml", "theme")
        for place, raw in enumerate(data["indicators"]):
            indicator = _indicator(raw, data["theme"], span_of(raw, document, "indicators", place))
            add_once(taken, indicator.id, indicator, document, "indicators", place, "id")
            by_theme[data["theme"]][indicator.id] = indicator
    return {key: indicator for group in by_theme.values() for key, indicator in group.items()}


def _indicator(raw: dict[str, Any], theme: str, span: tuple[date | None, date | None]) -> Indicator:
    denominator, register_level = raw.get("denominator"), raw.get("register_level")
    return Indicator(
        id=raw["id"],
        name=text_of(raw["name"]),
        theme=theme,
        measure=Measure(raw["measure"]),
        numerator=text_of(raw["numerator"]),
        denominator=text_of(denominator) if denominator else None,
        denominator_kind=raw["denominator_kind"],
        unit=text_of(raw["unit"]),
        flow=Flow(raw["flow"]),
        frequency=Frequency(raw["frequency"]),
        absence=Absence(raw["absence"]),
        source=raw["source"],
        collected_at=Level(raw.get("collected_at", Level.COMMUNE)),
        denominator_is_target=raw.get("denominator_is_target", False),
        register_level=Level(register_level) if register_level else None,
        decimals=raw.get("decimals", 0),
        valid_from=span[0],
        valid_to=span[1],
        aliases=tuple(raw.get("aliases", ())),
        numerator_words=tuple(raw.get("numerator_words", ())),
        denominator_words=tuple(raw.get("denominator_words", ())),
    )


def read_targets(files: CatalogFiles, indicators: dict[str, Indicator]) -> tuple[Target, ...]:
    """Targets, as `targets/targets.csv` has them.

    Raises:
        CatalogError: a target is for an unknown indicator, or one indicator, level, area and year comes twice.
    """
    columns = ("indicator", "level", "area", "year", "value", "document", "assumed")
    table = files.table("targets/targets.csv", columns)
    results: dict[tuple[str, str, str, str], Target] = {}
    for row, raw in enumerate(check_table(table, "targets")):
        key = (raw["indicator"], raw["level"], raw["area"], raw["year"])
        if raw["indicator"] not in indicators:
            raise table.error(row, f"indicator {raw['indicator']!r} is unknown", "use an id of indicators/")
        if key in results:
            raise table.error(row, "this indicator, level, area and year has a target already", "keep one of the two")
        results[key] = Target(
            indicator=raw["indicator"],
            level=Level(raw["level"]),
            year=int(raw["year"]),
            value=Decimal(raw["value"]),
            document=raw["document"],
            assumed=raw["assumed"] == "true",
            area=raw["area"] or None,
        )
    return tuple(results.values())
