"""What a revision's report is made from in any language: made once for all of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from domain.aggregation import Amount, Sums, add_up
from domain.catalog.catalog import Catalog
from domain.indicators import Flow, Indicator
from domain.periods import Period
from domain.rollups import ReportingState
from domain.units import OrgUnit, UnitKey
from publishing.figures.by_unit import amounts_by_unit, figures_by_report, figures_by_unit, unit_key, unit_lines
from publishing.figures.formatter import ReportFormatter
from publishing.figures.provinces import province_of, province_sums
from publishing.figures.report import CommuneFigure, ProvinceFigure, PublishedFigure, UnitLine
from warehouse.queries import PublishedContribution, Revision
from warehouse.rollups.subtotals import above_of, total_of


class LackingUnits(NamedTuple):
    """Names of units of which a figure has nothing: without an accepted report (`absent`), and with one."""

    absent: Mapping[UnitKey, str]
    silent: Mapping[UnitKey, str]


@dataclass(frozen=True)
class RevisionFacts:
    """A revision's units and figures by unit; units are those in force on the last days of its base periods."""

    revision: Revision
    catalog: Catalog
    _by_unit: dict[str, tuple[CommuneFigure, ...]] = field(init=False, repr=False, default_factory=dict)
    _by_report: dict[tuple[str, str], tuple[CommuneFigure, ...]] = field(init=False, repr=False, default_factory=dict)
    _by_province: dict[str, Mapping[str, ProvinceFigure]] = field(init=False, repr=False, default_factory=dict)
    _amounts: dict[str, dict[UnitKey, Amount]] = field(init=False, repr=False, default_factory=dict)
    _due: dict[int, tuple[tuple[Indicator, ...], frozenset[str]]] = field(init=False, repr=False, default_factory=dict)
    _lacking: dict[tuple[str, frozenset[str] | None], LackingUnits] = field(
        init=False, repr=False, default_factory=dict
    )

    @cached_property
    def days(self) -> Mapping[Period, date]:
        """The last day of each base period."""
        periods = {unit.period for unit in self.revision.units}
        return {period: self.catalog.forms.last_day(self.revision.form, period) for period in periods}

    @cached_property
    def units(self) -> tuple[OrgUnit, ...]:
        """The expected units, without those that have left the catalogue."""
        return tuple({unit.key: unit for unit in self._register_units if unit is not None}.values())

    @cached_property
    def is_sample(self) -> bool:
        """Whether the area has invented villages on the period's last day."""
        villages, last_day = (
            self.catalog.units.villages,
            self.catalog.forms.last_day(self.revision.form, self.revision.period),
        )
        days = ((unit, last_day if unit.valid_to is None else min(last_day, unit.valid_to)) for unit in self.units)
        return any(village.invented for unit, day in days for village in villages(unit, day))

    @cached_property
    def lines(self) -> tuple[UnitLine, ...]:
        """The reporting status of each unit."""
        return unit_lines(self.revision, self.catalog.forms)

    @cached_property
    def provinces(self) -> Mapping[str, OrgUnit]:
        """The province that each unit belonged to when it reported, by the unit's key."""
        units = zip(self.revision.units, self._provinces, strict=True)
        return {unit_key(unit): province for unit, province in units if province}

    def by_unit(self, indicator: str, formatter: ReportFormatter) -> tuple[CommuneFigure, ...]:
        """Return the figure of each unit over the whole period; where each gave one report, that of its report."""
        if indicator not in self._by_unit:
            contributions, figures = self._contributions[indicator], self.by_report(indicator, formatter)
            period = self.revision.period
            is_whole = all(each.period == period and each.weight is None for each in contributions)
            if not is_whole or len({figure.key for figure in figures}) < len(figures):
                figures = figures_by_unit(contributions, self._flow(indicator))
            self._by_unit[indicator] = figures
        return self._by_unit[indicator]

    def by_report(self, indicator: str, formatter: ReportFormatter) -> tuple[CommuneFigure, ...]:
        """Return the figure of each report; only weights are worded in the reader's language."""
        contributions = self._contributions[indicator]
        is_weighted = any(contribution.weight is not None for contribution in contributions)
        key = indicator, formatter.lang if is_weighted else ""
        if key not in self._by_report:
            self._by_report[key] = figures_by_report(contributions, self.revision.period, formatter)
        return self._by_report[key]

    def amounts(self, indicator: str) -> Mapping[UnitKey, Amount]:
        """Return what each unit gave to a figure over the whole period; by totals, if there is a preceding one."""
        if self.revision.totals is not None:
            return self.revision.earlier.own.get(indicator, {}) if self.revision.earlier else {}
        if indicator not in self._amounts:
            self._amounts[indicator] = amounts_by_unit(self._contributions[indicator], self._flow(indicator))
        return self._amounts[indicator]

    def by_province(self, figure: PublishedFigure) -> Mapping[str, ProvinceFigure]:
        """Return a figure's sums by province; the figure may be in any language."""
        indicator = figure.row.indicator
        if indicator not in self._by_province:
            self._by_province[indicator] = province_sums(figure, self._sums_by_province(indicator))
        return self._by_province[indicator]

    def lacking(self, indicator: str, exempt: frozenset[str] | None) -> LackingUnits:
        """Return the units of which a figure has nothing.

        Args:
            indicator: the figure.
            exempt: codes of units to which it does not apply; None: also of units that do not owe it.
        """
        if (indicator, exempt) not in self._lacking:
            giving = self.revision.giving(indicator)
            absent: dict[UnitKey, str] = {}
            silent: dict[UnitKey, str] = {}
            # Of a country most units gave something.
            rest = [place for place, key in enumerate(self._unit_keys) if key not in giving]
            for place in rest:
                key, unit = self._unit_keys[place], self.revision.units[place]
                if exempt is None or (unit.code not in exempt and self._owes(place, indicator)):
                    (silent if unit.state is ReportingState.ACCEPTED else absent)[key] = unit.name
            silent = {key: name for key, name in silent.items() if key not in absent}
            self._lacking[indicator, exempt] = LackingUnits(absent, silent)
        return self._lacking[indicator, exempt]

    def _owes(self, place: int, indicator: str) -> bool:
        """Return whether a unit owes an indicator in its period; one that has left the catalogue does."""
        status, unit = self.revision.units[place], self._register_units[place]
        if unit is None:
            return True
        due = self.catalog.due_indicators(self.revision.form, unit, status.period)
        if id(due) not in self._due:  # most units owe the same, as one tuple
            self._due[id(due)] = due, frozenset(each.id for each in due)
        return indicator in self._due[id(due)][1]

    def _sums_by_province(self, indicator: str) -> Mapping[str, Sums]:
        if self.revision.totals is None:
            amounts: dict[str, list[Amount]] = defaultdict(list)
            for unit, amount in self.amounts(indicator).items():
                amounts[self._province_codes.get(unit, "")].append(amount)
            return {province: add_up(each) for province, each in amounts.items()}
        sums: dict[str, list[Sums]] = defaultdict(list)
        for above, figures in self.revision.totals.figures.items():
            if indicator in figures and figures[indicator].sums.units:
                sums[self._provinces_above.get(above, "")].append(figures[indicator].sums)
        return {province: total_of(each) for province, each in sums.items()}

    @cached_property
    def _provinces_above(self) -> Mapping[str, str]:
        """The code of the province by that of the unit above units."""
        units = zip(self._register_units, self._provinces, strict=True)
        return {above_of(unit): province.code for unit, province in units if unit and province}

    @cached_property
    def _unit_keys(self) -> Sequence[UnitKey]:
        return [UnitKey(unit.code, unit.unit_valid_from) for unit in self.revision.units]

    @cached_property
    def _province_codes(self) -> Mapping[UnitKey, str]:
        units = zip(self._unit_keys, self._provinces, strict=True)
        return {key: province.code for key, province in units if province}

    @cached_property
    def _provinces(self) -> Sequence[OrgUnit | None]:
        """The province of each of the revision's units; None of one that has left the catalogue."""
        units = zip(self.revision.units, self._register_units, strict=True)
        register, days = self.catalog.units, self.days
        return [province_of(unit, register, days[status.period]) if unit else None for status, unit in units]

    def _flow(self, indicator: str) -> Flow:
        known = self.catalog.indicators.get(indicator)
        return known.flow if known else Flow.STOCK

    @cached_property
    def _register_units(self) -> Sequence[OrgUnit | None]:
        return [self.catalog.units.find(status.code, self.days[status.period]) for status in self.revision.units]

    @cached_property
    def _contributions(self) -> Mapping[str, list[PublishedContribution]]:
        by_indicator: dict[str, list[PublishedContribution]] = defaultdict(list)
        for contribution in self.revision.contributions:
            by_indicator[contribution.indicator].append(contribution)
        return by_indicator
