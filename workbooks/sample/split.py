"""Division of a sample area's totals among its communes: invented parts with exact sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.catalog.catalog import Catalog
from domain.errors import TerminalError
from domain.sample import AreaTotal, SampleArea, TypicalFigures
from domain.units import OrgUnit, UnitKey
from workbooks.sample.apportionment import apportion
from workbooks.sample.keyed_random import KeyedRandom


@dataclass(frozen=True, slots=True)
class AreaSplit:
    """Residents by unit, denominators by kind and numerators by indicator, in the area's period."""

    area: SampleArea
    residents: Mapping[UnitKey, int]
    denominators: Mapping[str, Mapping[UnitKey, int]]
    numerators: Mapping[str, Mapping[UnitKey, int]]


def split_area(catalog: Catalog, area: SampleArea, typical: TypicalFigures, rng: KeyedRandom) -> AreaSplit:
    """Divide an area's totals among its communes.

    Indicators of the same population get the same denominator in each commune.

    Raises:
        TerminalError: two totals state different sizes of one population, or a total contradicts the register.
    """
    split = _Split(catalog, area, typical, rng)
    for indicator, total in area.totals.items():
        split.add(indicator, total)
    residents = split.keyed(apportion(area.population, split.weights))
    return AreaSplit(area, residents, split.denominators, split.numerators)


class _Split:
    """Collector of the parts of each total."""

    def __init__(self, catalog: Catalog, area: SampleArea, typical: TypicalFigures, rng: KeyedRandom) -> None:
        self.denominators: dict[str, Mapping[UnitKey, int]] = {}
        self.numerators: dict[str, Mapping[UnitKey, int]] = {}
        self.weights = list(area.weights.values())
        self._units = [catalog.units.get(code, area.day) for code in area.weights]
        self._catalog = catalog
        self._area = area
        self._typical = typical
        self._rng = rng

    def keyed(self, parts: Sequence[int]) -> Mapping[UnitKey, int]:
        """Return the parts by unit."""
        return {unit.key: part for unit, part in zip(self._units, parts, strict=True)}

    def add(self, indicator: str, total: AreaTotal) -> None:
        """Divide the total of one indicator."""
        if total.denominator is None:
            self.numerators[indicator] = self.keyed(apportion(total.numerator, self.weights))
            return
        whole = self._denominators(indicator, total.denominator)
        reach = self._typical.reach(indicator)
        wanted = [
            part * self._rng.uniform(reach.minimum, reach.maximum, "reach", unit.key, indicator)
            for unit, part in zip(self._units, whole, strict=True)
        ]
        self.numerators[indicator] = self.keyed(apportion(total.numerator, wanted, whole))

    def _denominators(self, indicator: str, total: int) -> list[int]:
        kind = self._catalog.indicators[indicator].denominator_kind
        if kind in self.denominators:
            parts = list(self.denominators[kind].values())
        elif self._catalog.indicators[indicator].register_level is not None:
            parts = [self._registered(indicator, unit) for unit in self._units]
        else:
            parts = apportion(total, self.weights)
        if sum(parts) != total:
            raise TerminalError(
                f"sample/{self._area.area}.yaml: {indicator} is over {total}, but the register or another total "
                f"makes {kind} {sum(parts)}: give one number"
            )
        self.denominators[kind] = self.keyed(parts)
        return parts

    def _registered(self, indicator: str, unit: OrgUnit) -> int:
        return self._catalog.register_denominator(indicator, unit, self._area.day) or 0
