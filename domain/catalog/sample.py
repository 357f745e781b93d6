"""Reads the parameters of the sample workbooks' generator and checks the indicators and units that they name."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from domain.catalog.fields import (
    Amount,
    Distinct,
    FileModel,
    Id,
    Month,
    MonthlyShare,
    Natural,
    Positive,
    Share,
    UnitCode,
    Words,
)
from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.shapes import Kind
from domain.indicators import Indicator, Measure
from domain.periods import parse_period
from domain.sample import (
    AreaTotal,
    CountParameters,
    PopulationSize,
    ReachRange,
    SampleArea,
    SampleParameters,
    TypicalFigures,
    WrongFirst,
)  # fmt: skip
from domain.units import UnitRegister

_TYPICAL = "sample/typical.yaml"


class Population(FileModel):
    """Residents of a commune."""

    minimum: Positive
    maximum: Positive
    monthly_growth: MonthlyShare


class DenominatorSize(FileModel):
    """Size of a denominator."""

    per_resident: Amount
    spread: Share
    minimum: Natural
    monthly_growth: MonthlyShare
    noise: Share


class TypicalShare(FileModel):
    """Share of its denominator that an indicator reaches."""

    minimum: Share
    maximum: Share
    monthly_drift: MonthlyShare
    noise: Share


class CountPerResident(FileModel):
    """A count per resident."""

    per_resident: Amount
    minimum: Natural
    noise: Share


class CountPerVillage(FileModel):
    """A count per village."""

    per_village_minimum: Natural
    per_village_maximum: Natural


def _count_basis(value: object) -> str:
    return "village" if isinstance(value, dict) and any(key.startswith("per_village") for key in value) else "resident"


class TypicalFile(FileModel):
    """How the generator of samples invents figures."""

    invented: Annotated[Literal[True], Field(description="true: nothing here is backed by a document")]
    base_period: Month
    population: Population
    denominators: dict[Id, DenominatorSize]
    shares: dict[Id, TypicalShare]
    counts: dict[
        Id,
        Annotated[
            Annotated[CountPerResident, Tag("resident")] | Annotated[CountPerVillage, Tag("village")],
            Discriminator(_count_basis),
        ],
    ]
    parts: Annotated[
        tuple[Annotated[Distinct[Id], Field(min_length=2)], ...],
        Field(description="groups of indicators that share out one denominator"),
    ]
    texts_for_numbers: Annotated[Distinct[Words], Field(min_length=1, description="texts in place of a number")]


class TotalEntry(FileModel):
    """A total."""

    numerator: Natural
    denominator: Positive | None = None
    published: Words


class TextForNumber(FileModel):
    """A text in place of a number."""

    indicator: Id
    text: Words


class WrongFirstEntry(FileModel):
    """Which first workbook is wrong."""

    unit: UnitCode
    numerator_above_denominator: Id
    text_for_number: TextForNumber


class SampleAreaFile(FileModel):
    """What the rollup of a sample area has to come to."""

    area: UnitCode
    period: Month
    population: Positive
    weights: Annotated[dict[UnitCode, Share], Field(min_length=1, description="unit code to its part of the area")]
    totals: dict[Id, TotalEntry]
    wrong_first: WrongFirstEntry | None = None


SAMPLE_TYPICAL = Kind("sample_typical", "How the generator invents figures (sample/typical.yaml).", TypicalFile)
SAMPLE_AREA = Kind(
    "sample_area", "What the rollup of a sample area has to come to (sample/<area>.yaml).", SampleAreaFile
)


def read_sample(files: CatalogFiles, indicators: Mapping[str, Indicator], units: UnitRegister) -> SampleParameters:
    """Read `sample/typical.yaml`, for any area, and the files of areas whose totals are stated.

    Raises:
        CatalogError: an indicator or unit is unknown, or a group of indicators shares no denominator kind.
    """
    typical: TypicalFigures | None = None
    areas: list[SampleArea] = []
    for document in files.documents("sample"):
        if document.file == _TYPICAL:
            typical = _typical(document, indicators)
        else:
            areas.append(_area(document, indicators, units))
    return SampleParameters(typical, tuple(areas))


def _typical(document: YamlDocument, indicators: Mapping[str, Indicator]) -> TypicalFigures:
    data = SAMPLE_TYPICAL.check_document(document)
    for part, keys in (("shares", [*data.shares]), ("counts", [*data.counts])):
        for key in keys:
            _known(key, document, indicators, part, key)
    for number, group in enumerate(data.parts):
        for key in group:
            _known(key, document, indicators, "parts", number)
        if len({indicators[key].denominator_kind for key in group}) > 1:
            problem = "these indicators do not share one denominator kind"
            raise document.error(problem, "group those that do", "parts", number)
    return TypicalFigures(
        base=parse_period(data.base_period),
        residents_minimum=data.population.minimum,
        residents_maximum=data.population.maximum,
        sizes={kind: PopulationSize(**dict(size)) for kind, size in data.denominators.items()},
        reaches={indicator: ReachRange(**dict(reach)) for indicator, reach in data.shares.items()},
        counts={indicator: CountParameters(**dict(count)) for indicator, count in data.counts.items()},
        parts=data.parts,
        texts_for_numbers=data.texts_for_numbers,
    )


def _area(document: YamlDocument, indicators: Mapping[str, Indicator], units: UnitRegister) -> SampleArea:
    data = SAMPLE_AREA.check_document(document)
    for code in data.weights:
        if not units.versions(code):
            raise document.error(f"no unit has code {code!r}", "use codes of units/, in quotes", "weights", code)
    for key, total in data.totals.items():
        _known(key, document, indicators, "totals", key)
        if (total.denominator is not None) is not (indicators[key].measure is Measure.RATIO):
            raise document.error("a ratio has a denominator, a count has none", "correct it", "totals", key)
    totals = {key: AreaTotal(total.numerator, total.denominator) for key, total in data.totals.items()}
    wrong, wrong_first = data.wrong_first, None
    if wrong is not None:
        text = wrong.text_for_number
        _known(wrong.numerator_above_denominator, document, indicators, "wrong_first", "numerator_above_denominator")
        _known(text.indicator, document, indicators, "wrong_first", "text_for_number")
        wrong_first = WrongFirst(wrong.unit, wrong.numerator_above_denominator, text.indicator, text.text)
    return SampleArea(data.area, parse_period(data.period), data.population, data.weights, totals, wrong_first)


def _known(key: str, document: YamlDocument, indicators: Mapping[str, Indicator], *steps: str | int) -> None:
    if key not in indicators:
        raise document.error(f"indicator {key!r} is unknown", "use an id of indicators/", *steps)
