"""Reads the parameters of the sample workbooks' generator and checks the indicators and units that they name."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
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
    texts_for_numbers: Annotated[
        Distinct[Words], Field(min_length=1, description="texts that stand where a number belongs")
    ]


class TotalEntry(FileModel):
    """A total."""

    numerator: Natural
    denominator: Positive | None = None
    published: Words


class TextForNumber(FileModel):
    """A text that stands where a number belongs."""

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


def read_sample(files: CatalogFiles, indicators: Mapping[str, Indicator], units: UnitRegister) -> Mapping[str, object]:
    """Read the parameters by file name without its ending: `typical` for any area, a code for one with given totals.

    Raises:
        CatalogError: an indicator or unit is unknown, or a group of indicators shares no denominator kind.
    """
    results: dict[str, object] = {}
    for document in files.documents("sample"):
        if document.file == _TYPICAL:
            _check_typical(SAMPLE_TYPICAL.check_document(document), document, indicators)
        else:
            _check_area(SAMPLE_AREA.check_document(document), document, indicators, units)
        results[PurePosixPath(document.file).stem] = document.data
    return MappingProxyType(results)


def _check_typical(data: TypicalFile, document: YamlDocument, indicators: Mapping[str, Indicator]) -> None:
    for part, keys in (("shares", [*data.shares]), ("counts", [*data.counts])):
        for key in keys:
            _known(key, document, indicators, part, key)
    for number, group in enumerate(data.parts):
        for key in group:
            _known(key, document, indicators, "parts", number)
        if len({indicators[key].denominator_kind for key in group}) > 1:
            problem = "these indicators do not share one denominator kind"
            raise document.error(problem, "group those that do", "parts", number)


def _check_area(
    data: SampleAreaFile, document: YamlDocument, indicators: Mapping[str, Indicator], units: UnitRegister
) -> None:
    for code in data.weights:
        if not units.versions(code):
            raise document.error(f"no unit has code {code!r}", "use codes of units/, in quotes", "weights", code)
    for key, total in data.totals.items():
        _known(key, document, indicators, "totals", key)
        if (total.denominator is not None) is not (indicators[key].measure is Measure.RATIO):
            raise document.error("a ratio has a denominator, a count has none", "correct it", "totals", key)
    wrong = data.wrong_first
    if wrong is not None:
        _known(wrong.numerator_above_denominator, document, indicators, "wrong_first", "numerator_above_denominator")
        _known(wrong.text_for_number.indicator, document, indicators, "wrong_first", "text_for_number")


def _known(key: str, document: YamlDocument, indicators: Mapping[str, Indicator], *steps: str | int) -> None:
    if key not in indicators:
        raise document.error(f"indicator {key!r} is unknown", "use an id of indicators/", *steps)
