"""Reads themes and indicators."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.catalog.fields import Bilingual, Distinct, FileModel, Id, Span, Spellings, Words
from domain.catalog.files import CatalogFiles
from domain.catalog.shapes import Kind, fault
from domain.indicators import Absence, Flow, Indicator, Measure, Theme
from domain.periods import Frequency
from domain.units import Level

_THEMES = "indicators/themes.yaml"


class ThemeEntry(FileModel):
    """A theme."""

    id: Id
    name: Bilingual
    headline: Annotated[bool, Field(description="true or false")]


class IndicatorEntry(Span):
    """An indicator."""

    id: Id
    name: Bilingual
    measure: Measure
    numerator: Bilingual
    denominator: Annotated[Bilingual | None, Field(description="a text in both languages; null for a count")] = None
    denominator_kind: Id
    unit: Bilingual
    flow: Flow
    frequency: Frequency
    absence: Absence
    source: Words
    collected_at: Literal[Level.COMMUNE, Level.VILLAGE] = Level.COMMUNE
    denominator_is_target: bool = False
    register_level: Literal[Level.COMMUNE, Level.VILLAGE] | None = None
    decimals: Annotated[int, Field(ge=0, le=4, description="a whole number from 0 to 4")] = 0
    aliases: Spellings = ()
    numerator_words: Annotated[
        Distinct[Words], Field(description="words for what the numerator counts, as they follow a figure")
    ] = ()
    denominator_words: Annotated[
        Distinct[Words], Field(description="words for what the denominator counts, as they follow a figure")
    ] = ()

    @model_validator(mode="after")
    def _check_measure(self) -> "IndicatorEntry":
        if self.measure is Measure.COUNT and self.denominator is not None:
            raise fault(
                "a count has no denominator", "take it out and write denominator_kind: none, for a count", "denominator"
            )
        if self.measure is Measure.COUNT and self.denominator_kind != "none":
            problem = f"{self.denominator_kind!r} is the denominator of a count"
            raise fault(problem, "write none, for a count", "denominator_kind")
        if self.measure is Measure.RATIO and self.denominator is None:
            raise fault("'denominator' is a required property of a ratio", "write what the ratio is a share of")
        if self.measure is Measure.RATIO and self.denominator_kind == "none":
            remedy = "a ratio names what it is a share of, not none"
            raise fault("a ratio has no denominator kind", remedy, "denominator_kind")
        return self


class IndicatorsFile(FileModel):
    """Indicators of one theme."""

    theme: Id
    indicators: Annotated[
        tuple[IndicatorEntry, ...], Field(min_length=1, description="the theme's indicators in report order")
    ]


THEMES: Kind[tuple[ThemeEntry, ...]] = Kind(
    "themes",
    "Themes of the report, in its order (indicators/themes.yaml).",
    Annotated[tuple[ThemeEntry, ...], Field(min_length=1)],  # type: ignore[arg-type] # a type all the same
)
INDICATORS = Kind("indicators", "Indicators of one theme (indicators/<theme>.yaml).", IndicatorsFile)


def load_indicators(folder: Path) -> Mapping[str, Indicator]:
    """Read the indicators of a catalogue's folder and nothing else of it, as `read_indicators` does."""
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
