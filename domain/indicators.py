"""Indicators: numerator, denominator, frequency and target."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.periods import Frequency
from domain.texts import Text
from domain.units import Level


class Measure(StrEnum):
    """Whether a figure is a share (numerator over denominator) or a plain count."""

    RATIO = "ratio"
    COUNT = "count"


class Flow(StrEnum):
    """How a figure behaves over time: a stock is a level, a flow adds up, a cumulative grows within its year."""

    STOCK = "stock"
    FLOW = "flow"
    CUMULATIVE = "cumulative"


class Absence(StrEnum):
    """What a form without the indicator meets: refusal, or a question."""

    REFUSE = "refuse"
    WARN = "warn"


class SumOver(StrEnum):
    """What figures may be summed over: the units of an area, or the base periods of a longer period."""

    UNITS = "units"
    PERIODS = "periods"


@dataclass(frozen=True, slots=True)
class SeriesBreak:
    """A day from which an indicator counts something else: over which population, and why."""

    first_day: date
    denominator_kind: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a derived indicator; `points` are the most that it adds to a composite index, None in a sum."""

    indicator: str
    points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """A group of indicators on the report; headline themes come first."""

    id: str
    name: Text
    headline: bool


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of the catalogue.

    A ratio rolls up as Σ numerators / Σ denominators over the units that gave both; a count as Σ numerators.
    `denominator_kind` names the population (several are in use for one name): figures are never compared across kinds.
    `collected_at` is the level whose figures are summed: `village` for those of the village sheets.
    `denominator_is_target` allows a numerator above its denominator. `register_level` says that the denominator must be
    the number of registered units of that level at or below the reporting unit (1 for the commune itself).
    `numerator_may_exceed`: what lies outside the denominator may lawfully be in the numerator. `counts_people`: people
    or their households are counted, for which some weights of divided units are stated.
    `not_summed_over` says over what the figures never add up, `breaks` from which days they count something else, the
    oldest first. `parts` are what a derived indicator is made from, by the roll-up and on no form: the sum of their
    numerators over the denominator that they share, or an index of points (`is_composite`).
    `decimals` is how many decimals a typed figure may have (0: whole numbers). `numerator_words` and
    `denominator_words` are what may follow these figures ("12 hộ"): the words for what they count.
    """

    id: str
    name: Text
    theme: str
    measure: Measure
    numerator: Text
    denominator: Text | None
    denominator_kind: str
    unit: Text
    flow: Flow
    frequency: Frequency
    absence: Absence
    source: str
    collected_at: Level = Level.COMMUNE
    denominator_is_target: bool = False
    numerator_may_exceed: bool = False
    counts_people: bool = False
    register_level: Level | None = None
    decimals: int = 0
    valid_from: date | None = None
    valid_to: date | None = None
    aliases: tuple[str, ...] = ()
    numerator_words: tuple[str, ...] = ()
    denominator_words: tuple[str, ...] = ()
    not_summed_over: tuple[SumOver, ...] = ()
    breaks: tuple[SeriesBreak, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def is_sum(self) -> bool:
        """Whether the indicator is the sum of its parts."""
        return bool(self.parts) and not self.is_composite

    @property
    def is_composite(self) -> bool:
        """Whether the indicator is an index of its parts' points."""
        return any(part.points is not None for part in self.parts)

    def on(self, day: date) -> "Indicator":
        """Return the indicator as it is defined on that day."""
        kinds = [each.denominator_kind for each in self.breaks if each.first_day <= day]
        return replace(self, denominator_kind=kinds[-1]) if kinds else self

    def holds_on(self, day: date) -> bool:
        """Whether the indicator is in force on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


def has_reported_population(indicator: Indicator) -> bool:
    """Whether the denominator counts a population that communes report: no register, no target, no sum of villages."""
    is_reported = indicator.denominator is not None and indicator.register_level is None
    return is_reported and indicator.collected_at is not Level.VILLAGE and not indicator.denominator_is_target


def population_references(indicators: Collection[Indicator]) -> Mapping[str, str]:
    """Return for each indicator the one whose denominator its own is compared with, where several share a population.

    The reference of a population is its first required indicator, else its first.
    """
    references: dict[str, str] = {}
    candidates = [indicator for indicator in indicators if has_reported_population(indicator)]
    for indicator in candidates:
        group = [other for other in candidates if other.denominator_kind == indicator.denominator_kind]
        reference = min(group, key=lambda other: other.absence is not Absence.REFUSE)
        if reference is not indicator:
            references[indicator.id] = reference.id
    return references


@dataclass(frozen=True, slots=True)
class Target:
    """What a document promises for an indicator at a level in a year; `assumed` where no document could be read.

    `value` is in the indicator's unit (percent as 0 to 100). `area` narrows the target to one area; None: everywhere.
    """

    indicator: str
    level: Level
    year: int
    value: Decimal
    document: str
    assumed: bool
    area: str | None = None
