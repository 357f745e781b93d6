"""Time series of a commune's invented figures: stocks only grow, flows fluctuate."""

from collections.abc import Sequence

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
    """Figures of any commune in any month. In its own period a sample area sums to its totals exactly."""

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

    def _residents(self, unit: OrgUnit) -> int:
        split = self._splits.get(unit.key)
        if split is not None:
            return split.residents[unit.key]
        low, high = self.typical.residents_minimum, self.typical.residents_maximum
        return self.rng.integer(low, high, "residents", unit.key)

    def _denominator(self, indicator: Indicator, unit: OrgUnit, period: Period) -> int:
        kind = indicator.denominator_kind
        size = self.typical.size(kind)
        split = self._splits.get(unit.key)
        if split is not None and kind in split.denominators:
            start, months = float(split.denominators[kind][unit.key]), _months(split.area.period, period)
            if months == 0:
                return round(start)
        else:
            start, months = self._typical_size(kind, size, unit), _months(self.typical.base, period)
        if size.noise:
            noise = 1 + size.noise * self._noise("size", unit, kind, period)
            return max(1, round(start * (1 + size.monthly_growth) ** months * noise))
        growth = size.monthly_growth if start >= _SMALLEST_GROWING else 0.0
        return max(1, round(start * (1 + growth) ** months))

    def _typical_size(self, kind: str, size: PopulationSize, unit: OrgUnit) -> float:
        spread = 1 + size.spread * self.rng.uniform(-1, 1, "size", unit.key, kind)
        return max(float(size.minimum), size.per_resident * self._residents(unit) * spread)

    def _share(self, indicator: Indicator, unit: OrgUnit, period: Period, denominator: int) -> float:
        reach = self.typical.reach(indicator.id)
        split = self._splits.get(unit.key)
        if split is not None and indicator.id in split.numerators:
            whole = split.denominators[indicator.denominator_kind][unit.key]
            start, base = split.numerators[indicator.id][unit.key] / whole if whole else 0.0, split.area.period
            if base == period:
                return start
        else:
            start = self.rng.uniform(reach.minimum, reach.maximum, "reach", unit.key, indicator.id)
            base = self.typical.base
        # A cumulative figure restarts in January; a stock never falls.
        months = period.last_month - base.last_month if indicator.flow is Flow.CUMULATIVE else _months(base, period)
        noise = reach.noise if indicator.flow is Flow.FLOW else 0.0
        drift = reach.monthly_drift if indicator.flow is Flow.FLOW else max(0.0, reach.monthly_drift)
        share = start + drift * months + noise * self._noise("reach", unit, indicator.id, period)
        return min(1.0, max(0.0, share)) if denominator else 0.0

    def _noise(self, kind: str, unit: OrgUnit, key: str, period: Period) -> float:
        return self.rng.uniform(-1, 1, "noise", kind, unit.key, key, period)


def _months(first: Period, last: Period) -> int:
    return (last.year - first.year) * 12 + last.last_month - first.last_month
