"""Answers of the JSON API: what each field means stands in the OpenAPI document."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.rollups import Boundary, ChangeKind, Finality, ReportingState, RollupStatus
from domain.texts import visible

Number = Annotated[Decimal | None, Field(description="exact decimal, as text")]
Words = Annotated[str, AfterValidator(visible)]
"""A text of others: characters that act instead of being read become U+FFFD."""


class Answer(BaseModel):
    """An answer, or a part of one; it is made from plain values of the same names."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class ApiError(Answer):
    """What was wrong with a request, and what to do."""

    message: str


class ApiFailure(Answer):
    """The answer to a request that cannot be answered."""

    error: ApiError


class ApiRevision(Answer):
    """A published revision of an area's figures."""

    area: str
    area_valid_from: Annotated[date, Field(description="first day on which the code means this area")]
    area_name: Words
    form: str
    period: Annotated[str, Field(examples=["2025-05", "2025-Q2", "2025-H1", "2025"])]
    boundary: Annotated[Boundary, Field(description="on the boundaries of the time, or on those of today")]
    revision: Annotated[int, Field(validation_alias="number")]
    published_at: Annotated[datetime, Field(description="in UTC")]
    finality: Annotated[Finality, Field(description="final once the period is closed")]


class ApiRevisions(Answer):
    """Newest published revisions."""

    version: Annotated[int, Field(description="version of all that is published; grows by each publication")]
    items: list[ApiRevision]


class ApiArea(Answer):
    """An area with published figures, by its name in its newest period, and its periods."""

    area: str
    area_valid_from: date
    area_name: Words
    periods: list[str]


class ApiAreas(Answer):
    """All areas with published figures, by code."""

    version: int
    items: list[ApiArea]


class ApiPeriod(Answer):
    """A period with published figures."""

    period: str
    areas: Annotated[int, Field(description="number of areas with figures")]
    published_at: Annotated[datetime, Field(description="newest publication, in UTC")]


class ApiPeriods(Answer):
    """All periods with published figures, newest first."""

    version: int
    items: list[ApiPeriod]


class ApiFigure(Answer):
    """A published figure; `attained` is null where no document sets the target."""

    area: str
    area_name: Words
    form: str
    period: str
    boundary: Boundary
    indicator: str
    indicator_name_vi: str | None
    indicator_name_en: str | None
    value: Annotated[Decimal | None, Field(description="percentage with two decimals, or a count; exact, as text")]
    numerator: Number
    denominator: Number
    denominator_kind: str
    target: Number
    target_assumed: bool | None
    attained: bool | None
    units_expected: int
    units_accepted: int
    units_late: int
    units_missing: int
    status: RollupStatus
    notes: Words
    revision: int
    published_at: datetime
    finality: Finality


class ApiFigures(Answer):
    """A page of figures; `next` is the place to ask for as `first`, null on the last page."""

    version: int
    items: list[ApiFigure]
    next: int | None


class ApiCell(Answer):
    """The cells that a number was read from; `unit` is the commune's code, or the village's."""

    unit: str
    sheet: Words
    cell: Annotated[str, Field(description="cell of the numerator")]
    denominator_cell: str | None
    numerator: Number
    denominator: Number


class ApiContribution(Answer):
    """What one unit's report gave; `weight` of it counts (null: all of it). The file itself is not public."""

    unit: str
    unit_name: Words
    period: str
    numerator: Number
    denominator: Number
    weight: Number
    file_name: Words
    file_sha256: str
    cells: list[ApiCell]
    form: str


class ApiBesideFigure(Answer):
    """What a unit reported in a form that does not count for the figure: it is kept, and in no sum."""

    unit: str
    unit_name: Words
    period: str
    form: str
    numerator: Number
    denominator: Number
    file_name: Words
    file_sha256: str
    cells: list[ApiCell]


class ApiAbsentUnit(Answer):
    """A unit that owes the figure and whose figure did not enter."""

    unit: str
    unit_name: Words
    period: str
    state: ReportingState


class ApiPart(Answer):
    """A part of a derived figure; `points` are the most that it adds to an index (null in a sum of parts)."""

    indicator: str
    points: Number


class ApiLineage(Answer):
    """Where a figure comes from, down to files and cells; an index has parts only, ask for the lineage of each."""

    figure: ApiFigure
    parts: list[ApiPart]
    contributions: list[ApiContribution]
    absent: list[ApiAbsentUnit]
    beside: list[ApiBesideFigure]


class ApiChange(Answer):
    """A changed column of a figure, from what to what, because of which file (null: no single one)."""

    indicator: str
    column: str
    before: Words
    after: Words
    file_sha256: Annotated[str | None, Field(validation_alias="sha256")]


class ApiRevisionChanges(Answer):
    """A revision that was published, what it did to the one before, and what it changed."""

    version: int
    revision: ApiRevision
    kind: ChangeKind
    changes: list[ApiChange]


class ApiChanges(Answer):
    """Publications after a version, oldest first; ask again with `version` as `since` until there is none."""

    version: Annotated[int, Field(description="version up to which this answer goes")]
    items: list[ApiRevisionChanges]
