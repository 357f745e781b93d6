"""Types of the fields of catalogue files; a remedy quotes their descriptions."""

from collections.abc import Hashable
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetPydanticSchema,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from domain.catalog.shapes import fault
from domain.texts import Text

_Item = TypeVar("_Item", bound=Hashable)
_DAY = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_DAY_WRITTEN = "a day written as 2025-06-30"


def list_or_plain(value: object) -> str:
    """Return the tag of what may be a list or something plain."""
    return "list" if isinstance(value, list) else "plain"


class FileModel(BaseModel):
    """Base of all models: a mapping that holds these keys and no others."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _day(value: object) -> date:
    text = value if isinstance(value, str) else ""
    if len(text) != 10 or (text[4], text[7]) != ("-", "-") or not text.isascii():
        raise fault(f"{value!r} is no day", f"expected: {_DAY_WRITTEN}")
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise fault(f"{text} is no day of the calendar", f"write an existing day: {_DAY_WRITTEN}") from problem


def _distinct(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    repeated = next((item for place, item in enumerate(items) if item in items[:place]), None)
    if repeated is not None:
        raise fault(f"{repeated!r} is listed here twice", "keep one of the two")
    return items


def none_if_empty(text: str) -> str | None:
    """Return None for an empty field."""
    return text or None


def _described(pattern: str, description: str) -> Any:  # noqa: ANN401 -- metadata of an annotated type
    return Field(pattern=pattern, description=description)


Words = Annotated[str, Field(min_length=1, description="a text that is not empty")]
Id = Annotated[str, _described("^[a-z][a-z0-9_]*$", "an id of small Latin letters, digits and underscores")]
IdOrNothing = Annotated[
    str,
    _described("^([a-z][a-z0-9_]*)?$", "an id of small Latin letters, digits and underscores, or nothing"),
    AfterValidator(none_if_empty),
]
AreaId = Annotated[
    str,
    _described(
        "^[0-9A-Za-z][0-9A-Za-z-]{0,39}$", "an id of Latin letters, digits and hyphens, in quotes if it is a number"
    ),
]
UnitCode = Annotated[str, _described("^[0-9A-Z][0-9A-Za-z-]*$", "a unit's code, in quotes because of leading zeros")]
FactName = Annotated[str, _described("^[a-z_]+$", "the name of a fact that the texts may use")]
TextKey = Annotated[str, _described(r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$", "a key of the form <package>.<name>")]
Month = Annotated[str, _described("^20[0-9]{2}-(0[1-9]|1[0-2])$", "a month written as 2025-05")]
Natural = Annotated[int, Field(ge=0, description="a whole number from 0 up")]
Positive = Annotated[int, Field(ge=1, description="a whole number from 1 up")]
Amount = Annotated[float, Field(ge=0, description="a number from 0 up")]
Share = Annotated[float, Field(ge=0, le=1, description="a share from 0 to 1")]
MonthlyShare = Annotated[float, Field(ge=-1, le=1, description="a share per month")]
Distinct = Annotated[tuple[_Item, ...], AfterValidator(_distinct), Field(json_schema_extra={"uniqueItems": True})]
Spellings = Annotated[Distinct[Words], Field(description="further spellings met")]
FigureText = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]*\.(numerator|denominator)$",
        description="a text or a number; in a list, a figure as indicator.numerator or indicator.denominator",
    ),
]
Day = Annotated[
    date,
    PlainValidator(_day),
    WithJsonSchema({"type": "string", "pattern": _DAY, "description": _DAY_WRITTEN}),
]


class _Languages(FileModel):
    """A text in both languages."""

    vi: Words
    en: Words


def _text_schema(_: Any, handler: Any) -> CoreSchema:  # noqa: ANN401 -- pydantic's own signature
    def to_text(shape: _Languages) -> Text:
        return Text(vi=shape.vi, en=shape.en)

    return core_schema.no_info_after_validator_function(to_text, handler(_Languages))


Bilingual = Annotated[
    Text, GetPydanticSchema(_text_schema), Field(description="a text in both languages: {vi: …, en: …}")
]


class Span(FileModel):
    """The days on which an entry holds; none for no bound."""

    valid_from: Day | None = None
    valid_to: Day | None = None

    @model_validator(mode="after")
    def _check_order(self) -> "Span":
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            problem = f"valid_to {self.valid_to} lies before valid_from {self.valid_from}"
            raise fault(problem, "put the days in order", "valid_to")
        return self
