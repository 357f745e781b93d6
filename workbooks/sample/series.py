"""Time series of a commune's invented figures: stocks only grow, flows fluctuate."""

from collections.abc import Sequence
from datetime import timedelta

from domain.catalog.catalog import Catalog
from domain.indicators import Flow, Indicator
from domain.periods import Period
from domain.sample import PopulationSize
from domain.units import OrgUnit, UnitKey
from workbooks.sample.keyed_random import KeyedRandom
from workbooks.sample.split import AreaSplit, split_area

_SMALLEST_GROWING = 20
"""Populations below this size stay constant, since one more among so few would be an unexplained jump."""


class SampleSeries:
    """Figures of any commune in any month. In its own period a sample area sums to its totals exactly.

    A unit made from others continues their figures; of a divided one an equal part goes to each of its successors.
    """

    def __init__(self, catalog: Catalog, seed: int) -> None:
        """Read the catalogue's parameters and divide the totals of the areas.

        Raises:
            TerminalError: the catalogue's sample parameters are missing or contradict each other.
        """
        self.typical = catalog.sample.typical_figures()
        self.rng = KeyedRandom(seed)
        self.areas = catalog.sample.areas
        self._catalog = catalog
        self._splits: dict[UnitKey, AreaSplit] = {}
        self._parts: dict[UnitKey, list[tuple[OrgUnit, float]]] = {}
        for area in self.areas:
            split = split_area(catalog, area, self.typical, self.rng)
            self._splits.update(dict.fromkeys(split.residents, split))

    def ratio(self, indicator: Indicator, unit: OrgUnit, period: Period, registered: int | None) -> tuple[int, int]:
        """Return numerator and denominator of an indicator; `registered` is the denominator from the register."""
        denominator = registered if registered is not None else self._denominator(indicator, unit, period)
        return min(denominator, round(self._share(indicator, unit, period, denominator) * denominator)), denominator

    def count(self, indicator: Indicator, unit: OrgUnit, period: Period) -> int:
        """Return a count of the form sheet."""
        split = self._splits.get(unit.key)
        if split is not None and split.area.period == period and indicator.id in split.numerators:
            return split.numerators[indicator.id][unit.key]
        count = self.typical.count(indicator.id)
        noise = 1 + count.noise * self._noise("count", unit, indicator.id, period)
        return max(count.minimum, round(count.per_resident * self._residents(unit) * noise))

    def village_count(self, indicator: Indicator, village: OrgUnit) -> int:
        """Return a count of a village, the same every month."""
        count = self.typical.count(indicator.id)
        low, high = count.per_village_minimum, count.per_village_maximum
        return self.rng.integer(low, high, "village", village.key, indicator.id)

    def villages_reached(
        self, indicator: Indicator, unit: OrgUnit, period: Period, villages: Sequence[OrgUnit]
    ) -> frozenset[str]:
        """Return the codes of the villages that answer yes; a village never changes from yes to no."""
        reached, _ = self.ratio(indicator, unit, period, len(villages))
        order = self.rng.shuffled([village.code for village in villages], "villages", unit.key, indicator.id)
        return frozenset(order[:reached])

    def _made_from(self, unit: OrgUnit) -> list[tuple[OrgUnit, float]]:
        """Return the units that a unit was made from, each with the part of it that passed into the unit."""
        if unit.key not in self._parts:
            units, before = self._catalog.units, unit.valid_from - timedelta(days=1)
            olds = [units.get(succession.old, before) for succession in units.made_from(unit)]
            self._parts[unit.key] = [(old, 1 / len(units.passed_into(old))) for old in olds]
        return self._parts[unit.key]

    def _residents(self, unit: OrgUnit) -> float:
        split = self._splits.get(unit.key)
        if split is not None:
            return split.residents[unit.key]
        parts = self._made_from(unit)
        if parts:
            return sum(part * self._residents(old) for old, part in parts)
        low, high = self.typical.residents_minimum, self.typical.residents_maximum
        return self.rng.integer(low, high, "residents", unit.key)

    def _denominator(self, indicator: Indicator, unit: OrgUnit, period: Period) -> int:
        # What an indicator counts since a break is drawn as before, of another size.
        kind = self._catalog.indicators[indicator.id].denominator_kind
        size = self.typical.sizes.get(indicator.denominator_kind) or self.typical.size(kind)
        split = self._splits.get(unit.key)
        if split is not None and split.area.period == period and kind in split.denominators:
            return split.denominators[kind][unit.key]
        start, months = self._base_size(kind, size, unit), _months(self.typical.base, period)
        if size.noise:
            noise = 1 + size.noise * self._noise("size", unit, kind, period)
            return max(1, round(start * (1 + size.monthly_growth) ** months * noise))
        growth = size.monthly_growth if start >= _SMALLEST_GROWING else 0.0
        return max(1, round(start * (1 + growth) ** months))

    def _base_size(self, kind: str, size: PopulationSize, unit: OrgUnit) -> float:
        """Return a population's size in the base period."""
        split = self._splits.get(unit.key)
        if split is not None and kind in split.denominators:
            months = _months(split.area.period, self.typical.base)
            return split.denominators[kind][unit.key] * (1 + size.monthly_growth) ** months
        parts = self._made_from(unit)
        if parts and size.per_resident:
            return max(float(size.minimum), sum(part * self._base_size(kind, size, old) for old, part in parts))
        spread = 1 + size.spread * self.rng.uniform(-1, 1, "size", unit.key, kind)
        return max(float(size.minimum), size.per_resident * self._residents(unit) * spread)

    def _share(self, indicator: Indicator, unit: OrgUnit, period: Period, denominator: int) -> float:
        reach = self.typical.reach(indicator.id)
        split, base = self._splits.get(unit.key), self.typical.base
        if split is not None and split.area.period == period and indicator.id in split.numerators:
            return self._split_share(indicator, unit, split)
        # A cumulative figure restarts in January; a stock never falls.
        months = period.last_month - base.last_month if indicator.flow is Flow.CUMULATIVE else _months(base, period)
        noise = reach.noise if indicator.flow is Flow.FLOW else 0.0
        drift = self._drift(indicator)
        share = self._base_share(indicator, unit) + drift * months
        share += noise * self._noise("reach", unit, indicator.id, period)
        return min(1.0, max(0.0, share)) if denominator else 0.0

    def _base_share(self, indicator: Indicator, unit: OrgUnit) -> float:
        """Return the share that a unit reaches in the base period; of a merged unit the mean of its parts."""
        split = self._splits.get(unit.key)
        if split is not None and indicator.id in split.numerators:
            months = _months(split.area.period, self.typical.base)
            return self._split_share(indicator, unit, split) + self._drift(indicator) * months
        parts = [(old, part * self._residents(old)) for old, part in self._made_from(unit)]
        if parts:
            return sum(self._base_share(indicator, old) * size for old, size in parts) / sum(size for _, size in parts)
        reach = self.typical.reach(indicator.id)
        return self.rng.uniform(reach.minimum, reach.maximum, "reach", unit.key, indicator.id)

    def _drift(self, indicator: Indicator) -> float:
        drift = self.typical.reach(indicator.id).monthly_drift
        return drift if indicator.flow is Flow.FLOW else max(0.0, drift)

    def _split_share(self, indicator: Indicator, unit: OrgUnit, split: AreaSplit) -> float:
        whole = split.denominators[indicator.denominator_kind][unit.key]
        return split.numerators[indicator.id][unit.key] / whole if whole else 0.0

    def _noise(self, kind: str, unit: OrgUnit, key: str, period: Period) -> float:
        return self.rng.uniform(-1, 1, "noise", kind, unit.key, key, period)


def _months(first: Period, last: Period) -> int:
    return (last.year - first.year) * 12 + last.last_month - first.last_month
