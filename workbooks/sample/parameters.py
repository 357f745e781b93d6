"""Parameters of sample figures from the catalogue: typical sizes of all communes, and the totals of sample areas."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from domain.catalog.catalog import Catalog
from domain.errors import TerminalError
from domain.periods import Period, parse_period

_TYPICAL = "typical"


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


def read_typical(catalog: Catalog) -> TypicalFigures:
    """Return the typical figures.

    Raises:
        TerminalError: the catalogue has no `sample/typical.yaml`.
    """
    if _TYPICAL not in catalog.sample:
        raise TerminalError("the catalogue has no sample/typical.yaml: samples cannot be made without it")
    raw = cast("Mapping[str, Any]", catalog.sample[_TYPICAL])
    return TypicalFigures(
        base=parse_period(raw["base_period"]),
        residents_minimum=raw["population"]["minimum"],
        residents_maximum=raw["population"]["maximum"],
        sizes={kind: PopulationSize(**size) for kind, size in raw["denominators"].items()},
        reaches={indicator: ReachRange(**reach) for indicator, reach in raw["shares"].items()},
        counts={indicator: CountParameters(**count) for indicator, count in raw["counts"].items()},
        parts=tuple(tuple(group) for group in raw.get("parts", ())),
        texts_for_numbers=tuple(raw.get("texts_for_numbers", ())),
    )


def read_areas(catalog: Catalog) -> tuple[SampleArea, ...]:
    """Return the areas whose totals are stated."""
    entries = (cast("Mapping[str, Any]", raw) for name, raw in catalog.sample.items() if name != _TYPICAL)
    return tuple(
        SampleArea(
            area=raw["area"],
            period=parse_period(raw["period"]),
            population=raw["population"],
            weights=raw["weights"],
            totals={
                indicator: AreaTotal(total["numerator"], total.get("denominator"))
                for indicator, total in raw["totals"].items()
            },
            wrong_first=_wrong_first(raw.get("wrong_first")),
        )
        for raw in entries
    )


def _wrong_first(raw: Mapping[str, Any] | None) -> WrongFirst | None:
    if raw is None:
        return None
    text = raw["text_for_number"]
    return WrongFirst(raw["unit"], raw["numerator_above_denominator"], text["indicator"], text["text"])
