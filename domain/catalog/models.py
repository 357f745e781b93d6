"""What the files of a catalogue hold, stated once: readers use these models, JSON Schemas are written from them."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from domain.catalog.fields import (
    AreaId,
    Bilingual,
    Day,
    Distinct,
    FactName,
    FigureText,
    FileModel,
    Id,
    IdOrNothing,
    Span,
    Spellings,
    UnitCode,
    Words,
)
from domain.catalog.shapes import fault
from domain.indicators import Absence, Flow, Measure
from domain.issues import Severity
from domain.layouts import ColumnRole, Input
from domain.periods import Frequency
from domain.rules import RuleStage
from domain.units import Level
from domain.weights import Direction

_FormRole = Literal[
    ColumnRole.ORDER, ColumnRole.CODE, ColumnRole.LABEL, ColumnRole.UNIT,
    ColumnRole.DENOMINATOR, ColumnRole.NUMERATOR, ColumnRole.PERCENT, ColumnRole.NOTE,
]  # fmt: skip
_VillageRole = Literal[
    ColumnRole.ORDER, ColumnRole.VILLAGE_CODE, ColumnRole.VILLAGE_NAME, ColumnRole.FIGURE, ColumnRole.NOTE
]


class AreaFile(Span):
    """An area that an officer defines."""

    id: AreaId
    name: Bilingual
    level: Literal[Level.COUNTRY, Level.PROVINCE, Level.DISTRICT, Level.COMMUNE]
    as_of: Day
    members: Annotated[tuple[UnitCode, ...], Field(min_length=1, description="at least one commune's code, in quotes")]
    valid_from: Day
    valid_to: Day | None
    source: Words


class CalendarEntry(FileModel):
    """A calendar."""

    id: Id
    cut_off_day: Annotated[
        int | None, Field(ge=1, le=28, description="a day from 1 to 28, or null for the month's own last day")
    ]
    source: Words


class HolidayRow(FileModel):
    """A public holiday."""

    day: Day
    name: Words
    source: Words


WorkingDays = Annotated[
    int, Field(ge=1, description="working days after the cut-off, at least 1 (Decree 09/2019 art. 8.5)")
]


class Deadlines(FileModel):
    """Working days by level."""

    commune: WorkingDays
    district: WorkingDays | None = None
    province: WorkingDays | None = None
    country: WorkingDays | None = None


class DatedDeadlines(Deadlines):
    """Working days by level, with the day from which they hold."""

    first_day: Day | None = Field(None, alias="from")


def _list_or_not(value: object) -> str:
    return "list" if isinstance(value, list) else "plain"


class FormFile(FileModel):
    """A form that units owe."""

    id: Id
    number: Words
    title: Bilingual
    calendar: Id
    frequency: Frequency
    level: Annotated[Literal[Level.COMMUNE], Field(description="commune: forms of other levels are not built")]
    due_working_days: Annotated[
        Annotated[Deadlines, Tag("plain")] | Annotated[tuple[DatedDeadlines, ...], Field(min_length=1), Tag("list")],
        Discriminator(_list_or_not),
        Field(
            description="working days by level; or a list of them, each but the first with the day from which it "
            "holds: from: 2026-01-01"
        ),
    ]
    source: Words


class MarkEntry(FileModel):
    """A mark and where it comes from."""

    text: Words
    source: Words


class ScaleEntry(MarkEntry):
    """A word, its power of ten and where it comes from."""

    power: Annotated[int, Field(ge=1, le=12, description="a whole number from 1 to 12")]


class MarksFile(FileModel):
    """Texts in a figure's cell by what they mean."""

    zero: tuple[MarkEntry, ...]
    no_figure: tuple[MarkEntry, ...]
    not_applicable: tuple[MarkEntry, ...]
    scale: tuple[ScaleEntry, ...]
    rates: tuple[MarkEntry, ...]
    yes: tuple[MarkEntry, ...]
    no: tuple[MarkEntry, ...]
    other_figures: tuple[MarkEntry, ...]
    provisional: tuple[MarkEntry, ...]


class MonthEntry(MarkEntry):
    """A month spelt out, its number and where it comes from."""

    number: Annotated[int, Field(ge=1, le=12, description="a month's number, 1 to 12")]


class ShortKindEntry(MarkEntry):
    """A kind of unit in short, in full, and where it comes from."""

    kind: Words


WordList = Annotated[tuple[MarkEntry, ...], Field(min_length=1, description="a list of words, at least one")]


class WordsFile(FileModel):
    """Words that communes write around their figures."""

    months: Annotated[tuple[MonthEntry, ...], Field(min_length=1, description="a list of months that are spelt out")]
    short_kinds: Annotated[tuple[ShortKindEntry, ...], Field(description="a list of short kinds of units")]
    boards: WordList
    councils: WordList
    other_bodies: WordList
    reporter_labels: WordList
    receiver_labels: WordList
    unit_labels: WordList
    form_labels: WordList
    period_labels: WordList
    titles: WordList
    other_times: WordList
    sums: WordList
    figures: WordList
    file_words: WordList
    numbered: WordList


class ObligationEntry(Span):
    """An obligation."""

    form: Id
    area: UnitCode
    valid_from: Day
    source: Words


class ExemptionEntry(Span):
    """An exemption."""

    unit: UnitCode
    form: Id
    indicators: Distinct[Id] = ()
    valid_from: Day
    reason: Words


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


class TargetRow(FileModel):
    """A target."""

    indicator: Id
    level: Level
    area: Annotated[
        str,
        Field(
            pattern="^([0-9A-Za-z][0-9A-Za-z-]*)?$",
            description="a unit's code, an area's id, or nothing for everywhere",
        ),
    ]
    year: Annotated[str, Field(pattern="^20[0-9]{2}$", description="a year written as 2025")]
    value: Annotated[
        str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$", description="a number with a decimal point, percent as 0 to 100")
    ]
    document: Words
    assumed: Literal["true", "false"]


class _Column(FileModel):
    """What columns of both sheets state."""

    header: Words
    mark: Annotated[str, Field(description="the mark in the column-number row, or an empty text")]
    width: Annotated[float, Field(gt=0, le=120, description="a width in characters")]
    aliases: Spellings = ()


class ColumnEntry(_Column):
    """A column of the form sheet."""

    role: _FormRole


class VillageColumnEntry(_Column):
    """A column of the village sheet."""

    role: _VillageRole
    indicator: Id | None = None
    input: Input | None = None

    @model_validator(mode="after")
    def _check_figure(self) -> "VillageColumnEntry":
        for name, value in (("indicator", self.indicator), ("input", self.input)):
            if self.role is ColumnRole.FIGURE and value is None:
                raise fault(f"{name!r} is a required property of a column of figures", f"write the {name}")
            if self.role is not ColumnRole.FIGURE and value is not None:
                raise fault(f"only a column of figures has an {name}", "take it out, or make the role figure", name)
        return self


class LineEntry(FileModel):
    """A line of the form."""

    number: Annotated[str, Field(description="the number in quotes; an empty text for none")]
    label: Words
    indicator: Id | None = None
    aliases: Spellings = ()
    code: (
        Annotated[str, Field(min_length=1, description="the code in quotes, as the form's code column has it")] | None
    ) = None


class LayoutFile(Span):
    """One version of a form's workbook."""

    form: Id
    version: Annotated[str, Field(pattern=r"^[0-9]{4}\.[0-9]+$", description='a version in quotes, such as "2025.1"')]
    valid_from: Day
    sheet: Words
    columns: Annotated[tuple[ColumnEntry, ...], Field(min_length=1)]
    lines: Annotated[tuple[LineEntry, ...], Field(min_length=1)]
    village_sheet: Words | None = None
    village_columns: tuple[VillageColumnEntry, ...] = ()
    totals: Annotated[Distinct[Words], Field(description="labels of rows that only sum others")] = ()

    @model_validator(mode="after")
    def _check_village_sheet(self) -> "LayoutFile":
        if self.village_columns and self.village_sheet is None:
            raise fault("'village_sheet' is a required property beside village_columns", "write the sheet's name")
        return self


Parameter = Annotated[
    Annotated[str | int | float, Tag("plain")] | Annotated[Distinct[FigureText], Field(min_length=1), Tag("list")],
    Discriminator(_list_or_not),
    Field(description="a text or a number, or a list of figures"),
]


class MessageTexts(FileModel):
    """Texts of an issue, how severe it is, and the facts that its texts may name."""

    title: Bilingual
    message: Bilingual
    action: Bilingual
    severity: Severity
    facts: Annotated[Distinct[FactName], Field(description="names of the further facts that the texts may use")] = ()


class RuleEntry(MessageTexts):
    """A rule."""

    id: Id
    kind: Id
    indicators: Annotated[Distinct[Id], Field(description="indicator ids; none for all of the form")] = ()
    parameters: Annotated[dict[str, Parameter], Field(default_factory=dict, description="the kind's own settings")]
    stages: Annotated[
        dict[RuleStage, Day],
        Field(
            min_length=1,
            description="from which day the rule stands at which stage, by the last day of a report's period: "
            "{shadow: 2025-01-01, warn: 2025-03-01, block: 2025-06-01}",
        ),
    ]
    source: Words


class SuccessionsEntry(FileModel):
    """A file of successions, the day on which they took effect, and their legal basis."""

    file: Annotated[str, Field(pattern=r"^[^/]+\.csv$", description="a CSV file in units/")]
    effective: Day
    legal_basis: Words


class WeightRow(FileModel):
    """A stated weight."""

    origin: UnitCode = Field(alias="from")
    into: UnitCode = Field(alias="to")
    effective: Day
    direction: Direction
    indicator: IdOrNothing
    denominator_kind: IdOrNothing
    weight: Annotated[
        str,
        Field(
            pattern=r"^(0(\.[0-9]{1,4})?|1(\.0{1,4})?)$",
            description="a share from 0 to 1 with a decimal point and at most four decimals",
        ),
    ]
    source: Words
