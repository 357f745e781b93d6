"""The kinds of catalogue files, each with the name of its JSON Schema and its model."""

from typing import Annotated, Any

from pydantic import Field

from domain.catalog.fields import Bilingual, Id, TextKey
from domain.catalog.models import (
    AreaFile,
    CalendarEntry,
    ExemptionEntry,
    FormFile,
    HolidayRow,
    IndicatorsFile,
    LayoutFile,
    MarksFile,
    MessageTexts,
    ObligationEntry,
    RuleEntry,
    SuccessionsEntry,
    TargetRow,
    ThemeEntry,
    WeightRow,
    WordsFile,
)
from domain.catalog.sample_models import SampleAreaFile, TypicalFile
from domain.catalog.shapes import Kind
from domain.texts import Text

AREAS: Kind[AreaFile] = Kind("areas", "An area that an officer defines (areas/<id>.yaml).", AreaFile)
CALENDARS: Kind[tuple[CalendarEntry, ...]] = Kind(
    "calendars", "Calendars (calendars/calendars.yaml).", Annotated[tuple[CalendarEntry, ...], Field(min_length=1)]
)
HOLIDAYS: Kind[tuple[HolidayRow, ...]] = Kind("holidays", "Rows of calendars/holidays.csv.", tuple[HolidayRow, ...])
FORMS: Kind[FormFile] = Kind("forms", "A form that units owe (forms/<id>.yaml).", FormFile)
MARKS: Kind[MarksFile] = Kind("marks", "Texts in a figure's cell by what they mean (forms/marks.yaml).", MarksFile)
WORDS: Kind[WordsFile] = Kind("words", "Words that communes write around their figures (forms/words.yaml).", WordsFile)
OBLIGATIONS: Kind[tuple[ObligationEntry, ...]] = Kind(
    "obligations", "Which units owe a form (obligations/obligations.yaml).", tuple[ObligationEntry, ...]
)
EXEMPTIONS: Kind[tuple[ExemptionEntry, ...]] = Kind(
    "exemptions",
    "Who need not give a form or some of its indicators (obligations/exemptions.yaml).",
    tuple[ExemptionEntry, ...],
)
THEMES: Kind[tuple[ThemeEntry, ...]] = Kind(
    "themes",
    "Themes of the report, in its order (indicators/themes.yaml).",
    Annotated[tuple[ThemeEntry, ...], Field(min_length=1)],
)
INDICATORS: Kind[IndicatorsFile] = Kind(
    "indicators", "Indicators of one theme (indicators/<theme>.yaml).", IndicatorsFile
)
TARGETS: Kind[tuple[TargetRow, ...]] = Kind("targets", "Rows of targets/targets.csv.", tuple[TargetRow, ...])
LAYOUTS: Kind[LayoutFile] = Kind(
    "layouts", "One version of a form's workbook (layouts/<form>-<version>.yaml).", LayoutFile
)
RULES: Kind[tuple[RuleEntry, ...]] = Kind("rules", "Rules (rules/*.yaml, each file a list).", tuple[RuleEntry, ...])
ISSUES: Kind[dict[str, MessageTexts]] = Kind(
    "issues", "Texts of reading issues by code (messages/issues.yaml).", dict[Id, MessageTexts]
)
REPAIRS: Kind[dict[str, Text]] = Kind(
    "repairs", "Texts of repairs by rule (messages/repairs.yaml).", dict[Id, Bilingual]
)
TEXTS: Kind[dict[str, Text]] = Kind("texts", "Texts by key (messages/<package>.yaml).", dict[TextKey, Bilingual])
SUCCESSIONS: Kind[tuple[SuccessionsEntry, ...]] = Kind(
    "successions", "Files of successions (units/successions.yaml).", tuple[SuccessionsEntry, ...]
)
WEIGHTS: Kind[tuple[WeightRow, ...]] = Kind("weights", "Rows of units/weights.csv.", tuple[WeightRow, ...])
SAMPLE_TYPICAL: Kind[TypicalFile] = Kind(
    "sample_typical", "How the generator invents figures (sample/typical.yaml).", TypicalFile
)
SAMPLE_AREA: Kind[SampleAreaFile] = Kind(
    "sample_area", "What the rollup of a sample area has to come to (sample/<area>.yaml).", SampleAreaFile
)
KINDS: tuple[Kind[Any], ...] = (
    AREAS, CALENDARS, EXEMPTIONS, FORMS, HOLIDAYS, INDICATORS, ISSUES, LAYOUTS, MARKS, OBLIGATIONS, REPAIRS, RULES,
    SAMPLE_AREA, SAMPLE_TYPICAL, SUCCESSIONS, TARGETS, TEXTS, THEMES, WEIGHTS, WORDS,
)  # fmt: skip
