"""Reads themes and indicators."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.catalog.fields import Bilingual, Day, Distinct, FileModel, Id, Positive, Span, Spellings, Words
from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.shapes import Kind, fault
from domain.indicators import Absence, Flow, Indicator, Measure, Part, SeriesBreak, SumOver, Theme
from domain.periods import Frequency
from domain.units import Level

_THEMES = "indicators/themes.yaml"


class ThemeEntry(FileModel):
    """A theme."""

    id: Id
    name: Bilingual
    headline: Annotated[bool, Field(description="true or false")]


class BreakEntry(FileModel):
    """A day from which an indicator counts something else."""

    first_day: Day
    denominator_kind: Id
    reason: Bilingual


class PartEntry(FileModel):
    """A part of a derived indicator."""

    indicator: Id
    points: Annotated[Positive | None, Field(description="most points of the part in an index; leave out in a sum")] = (
        None
    )


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
    numerator_may_exceed: bool = False
    counts_people: bool = False
    register_level: Literal[Level.COMMUNE, Level.VILLAGE] | None = None
    decimals: Annotated[int, Field(ge=0, le=4, description="a whole number from 0 to 4")] = 0
    aliases: Spellings = ()
    numerator_words: Annotated[
        Distinct[Words], Field(description="words for what the numerator counts, as they follow a figure")
    ] = ()
    denominator_words: Annotated[
        Distinct[Words], Field(description="words for what the denominator counts, as they follow a figure")
    ] = ()
    not_summed_over: Distinct[SumOver] = ()
    breaks: tuple[BreakEntry, ...] = ()
    parts: Annotated[tuple[PartEntry, ...], Field(description="of a derived indicator: what it is made from")] = ()

    @model_validator(mode="after")
    def _check_breaks(self) -> "IndicatorEntry":
        days = [each.first_day for each in self.breaks]
        if days != sorted(set(days)):
            raise fault("the breaks are not in the order of their days", "write the oldest first", "breaks")
        if self.breaks and self.measure is Measure.COUNT:
            raise fault("a count has no denominator that could change", "take the breaks out", "breaks")
        return self

    @model_validator(mode="after")
    def _check_parts(self) -> "IndicatorEntry":
        if len(self.parts) == 1:
            raise fault("one part alone makes nothing new", "name two parts or more, or none", "parts")
        if len({part.points is None for part in self.parts}) > 1:
            raise fault("some parts have points and some have none", "give each its points, or none", "parts")
        if self.parts and (self.measure is Measure.COUNT or self.absence is Absence.REFUSE):
            raise fault("a derived indicator is a ratio on no form", "write measure: ratio and absence: warn", "parts")
        return self

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
        CatalogError: a file names an unknown theme, an id comes twice, or a derived indicator does not fit its parts.
    """
    results: dict[str, Indicator] = {}
    derived: list[tuple[YamlDocument, int, Indicator]] = []
    for document in files.documents("indicators"):
        if document.file == _THEMES:
            continue
        data = INDICATORS.check_document(document)
        if data.theme not in themes:
            raise document.error(f"theme {data.theme!r} is unknown", "add it to indicators/themes.yaml", "theme")
        for place, raw in enumerate(data.indicators):
            parts = tuple(Part(each.indicator, Decimal(each.points) if each.points else None) for each in raw.parts)
            breaks = tuple(SeriesBreak(**dict(each)) for each in raw.breaks)
            indicator = Indicator(theme=data.theme, **{**dict(raw), "breaks": breaks, "parts": parts})
            document.add_once(results, indicator.id, indicator, "indicators", place, "id")
            if indicator.parts:
                derived.append((document, place, indicator))
    for document, place, indicator in derived:
        for number, part in enumerate(indicator.parts):
            wrong = _wrong_part(indicator, results.get(part.indicator))
            if wrong:
                raise document.error(f"{part.indicator}: {wrong[0]}", wrong[1], "indicators", place, "parts", number)
    order = {theme: place for place, theme in enumerate(themes)}
    return MappingProxyType(dict(sorted(results.items(), key=lambda entry: order[entry[1].theme])))


def _wrong_part(derived: Indicator, part: Indicator | None) -> tuple[str, str] | None:
    """Return why a derived indicator cannot be made from a part and what to do, or None."""
    if part is None:
        return "no such indicator", "use an id of indicators/"
    if part.is_composite or (part.parts and derived.is_sum):
        return "this part is derived itself", "name the parts that it is made from"
    if part.measure is Measure.COUNT or part.frequency is not derived.frequency:
        return f"this part is no ratio of every {derived.frequency}", "use ratios of one frequency"
    if derived.is_sum and _sums_by(part) != _sums_by(derived):
        remedy = "give it the denominator_kind, breaks, flow, collected_at and not_summed_over of its parts"
        return f"{derived.id} is summed otherwise than this part", remedy
    return None


def _sums_by(indicator: Indicator) -> tuple[object, ...]:
    return (
        indicator.denominator_kind, indicator.breaks, indicator.flow, indicator.collected_at, indicator.not_summed_over
    )  # fmt: skip
