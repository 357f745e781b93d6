"""What the files of `sample/` hold: parameters of the generator of sample workbooks."""

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
