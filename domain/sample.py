"""Parameters of sample figures: typical sizes of all communes, and the totals of sample areas."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.errors import TerminalError
from domain.periods import Period


@dataclass(frozen=True, slots=True)
class PopulationSize:
    """Size of a population: residents × `per_resident`, ± `spread` by commune; growth and noise (±) by month."""

    per_resident: float
    spread: float
    minimum: int
    monthly_growth: float
    noise: float


@dataclass(frozen=True, slots=True)
class ReachRange:
    """Range of an indicator's share (0 to 1) of its denominator; drift and noise (±) by month."""

    minimum: float
    maximum: float
    monthly_drift: float
    noise: float


@dataclass(frozen=True, slots=True)
class CountParameters:
    """Size of a count: per resident, or within a range in each village."""

    per_resident: float = 0.0
    minimum: int = 0
    noise: float = 0.0
    per_village_minimum: int = 0
    per_village_maximum: int = 0


# A deployment may add indicators without stating how to invent their figures.
_NEUTRAL_SIZE = PopulationSize(per_resident=0.1, spread=0.2, minimum=10, monthly_growth=0.0, noise=0.0)
_NEUTRAL_REACH = ReachRange(minimum=0.4, maximum=0.8, monthly_drift=0.0, noise=0.0)
_NEUTRAL_COUNT = CountParameters(per_resident=0.001, minimum=1, per_village_minimum=0, per_village_maximum=5)


@dataclass(frozen=True, slots=True)
class TypicalFigures:
    """Typical figures of any commune. `parts` are groups of indicators whose numerators are parts of one denominator.

    `texts_for_numbers` are texts that officials write instead of numbers, for planted defects.
    """

    base: Period
    residents_minimum: int
    residents_maximum: int
    sizes: Mapping[str, PopulationSize]
    reaches: Mapping[str, ReachRange]
    counts: Mapping[str, CountParameters]
    parts: tuple[tuple[str, ...], ...]
    texts_for_numbers: tuple[str, ...]

    def size(self, kind: str) -> PopulationSize:
        """Return the size of a kind of denominator; a neutral one where the catalogue states none."""
        return self.sizes.get(kind, _NEUTRAL_SIZE)

    def reach(self, indicator: str) -> ReachRange:
        """Return the share that an indicator reaches; a neutral one where the catalogue states none."""
        return self.reaches.get(indicator, _NEUTRAL_REACH)

    def count(self, indicator: str) -> CountParameters:
        """Return how an indicator without denominator is counted; a neutral way where the catalogue states none."""
        return self.counts.get(indicator, _NEUTRAL_COUNT)


@dataclass(frozen=True, slots=True)
class AreaTotal:
    """Sums of an area's figures; no denominator for a count."""

    numerator: int
    denominator: int | None


@dataclass(frozen=True, slots=True)
class WrongFirst:
    """The commune whose first workbook has defects, and these defects."""

    unit: str
    numerator_above_denominator: str
    text_indicator: str
    text: str


@dataclass(frozen=True, slots=True)
class SampleArea:
    """An area whose communes sum to stated totals in one period; `weights` are the communes' shares by code."""

    area: str
    period: Period
    population: int
    weights: Mapping[str, float]
    totals: Mapping[str, AreaTotal]
    wrong_first: WrongFirst | None

    @property
    def day(self) -> date:
        """Return a day on which the area's codes denote its communes."""
        return date(self.period.year, self.period.last_month, 1)


@dataclass(frozen=True, slots=True)
class SampleParameters:
    """Everything that the sample workbooks are made from; `areas` are those whose totals are stated."""

    typical: TypicalFigures | None
    areas: tuple[SampleArea, ...]

    def typical_figures(self) -> TypicalFigures:
        """Return the typical figures.

        Raises:
            TerminalError: the catalogue states none.
        """
        if self.typical is None:
            raise TerminalError("the catalogue has no sample/typical.yaml: samples cannot be made without it")
        return self.typical
