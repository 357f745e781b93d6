"""Revisions of the whole country, with figures of all its communes, made without workbooks or a warehouse."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property

from domain.aggregation import percentage
from domain.catalog.catalog import Catalog
from domain.indicators import Indicator, Measure
from domain.observations import CellState
from domain.periods import Period
from domain.rollups import Boundary, ReportingState, RollupRow, RollupStatus
from domain.units import Level, OrgUnit, UnitKey
from warehouse.queries import FileRef, PublishedContribution, Revision, SourceCell, UnitReportingStatus

FORM, COUNTRY = "cds_x_t", "VN"
_MISSING_EACH = 23
"""Of so many communes one has sent nothing."""
_PUBLISHED_AT = datetime(2026, 6, 16, 18, 30, tzinfo=UTC)


@dataclass(frozen=True)
class CountryPeriod:
    """A period of all communes: each reports all that is due, but for one in twenty-three."""

    catalog: Catalog
    period: Period

    def revisions(self, wanted: Collection[str] = ()) -> Iterator[Revision]:
        """Yield a revision of the country, each province and each district of the period, or of `wanted` among them."""
        members: dict[UnitKey, list[OrgUnit]] = {}
        areas: dict[UnitKey, OrgUnit] = {}
        for unit in self.units:
            for area in self.catalog.units.above(unit, self._day):
                areas[area.key] = area
                members.setdefault(area.key, []).append(unit)
        for key in sorted(areas, key=lambda key: -len(members[key])):
            if not wanted or key.code in wanted:
                yield self.revision(areas[key], members[key])

    def revision(self, area: OrgUnit, units: Sequence[OrgUnit]) -> Revision:
        """Build the revision of an area from the figures of its units."""
        figures = [self._figures[unit.key] for unit in units if unit.key in self._figures]
        contributions = [contribution for of_unit in figures for contribution in of_unit]
        by_indicator: dict[str, list[PublishedContribution]] = {}
        for contribution in contributions:
            by_indicator.setdefault(contribution.indicator, []).append(contribution)
        rows = [self._row(area, indicator, by_indicator[indicator.id], len(units)) for indicator in self._indicators]
        return Revision(
            area=area.code,
            area_valid_from=area.valid_from,
            area_name=area.name,
            form=FORM,
            period=self.period,
            boundary=Boundary.AS_THEN,
            number=1,
            published_at=_PUBLISHED_AT,
            run_id="country",
            catalog_version=self.catalog.version,
            content_sha256=f"{area.code} {self.period}",
            rows=tuple(rows),
            changes=(),
            units=tuple(self._statuses[unit.key] for unit in units),
            contributions=tuple(contributions),
            file_names={},
        )

    @cached_property
    def units(self) -> Sequence[OrgUnit]:
        """All communes that owe the form."""
        return self.catalog.owing_units(FORM, COUNTRY, self.period)

    @cached_property
    def _day(self) -> date:
        return self.catalog.forms.last_day(FORM, self.period)

    @cached_property
    def _indicators(self) -> Sequence[Indicator]:
        due = self.catalog.due_indicators(FORM, self.units[0], self.period)
        return [indicator for indicator in due if indicator.collected_at is not Level.VILLAGE]

    @cached_property
    def _statuses(self) -> dict[UnitKey, UnitReportingStatus]:
        return {unit.key: self._status(unit, number) for number, unit in enumerate(self.units)}

    @cached_property
    def _figures(self) -> dict[UnitKey, list[PublishedContribution]]:
        return {
            unit.key: [self._contribution(unit, row, indicator) for row, indicator in enumerate(self._indicators)]
            for unit in self.units
            if self._statuses[unit.key].state is ReportingState.ACCEPTED
        }

    def _status(self, unit: OrgUnit, number: int) -> UnitReportingStatus:
        is_missing = number % _MISSING_EACH == 0
        return UnitReportingStatus(
            code=unit.code,
            name=unit.name,
            state=ReportingState.MISSING if is_missing else ReportingState.ACCEPTED,
            late=False,
            file=None if is_missing else self._file(unit),
            received_at=None if is_missing else _PUBLISHED_AT,
            issues=0,
            period=self.period,
            unit_valid_from=unit.valid_from,
        )

    def _file(self, unit: OrgUnit) -> FileRef:
        sha256 = hashlib.sha256(f"{unit.code} {self.period}".encode()).hexdigest()
        return FileRef(int(unit.code), sha256, f"BC_{unit.code}_{self.period}.xlsx", 1)

    def _contribution(self, unit: OrgUnit, row: int, indicator: Indicator) -> PublishedContribution:
        denominator = Decimal(400 + (int(unit.code) * 7919 + row * 104729) % 9000)
        numerator = (denominator * (40 + (int(unit.code) + row) % 61) / 100).to_integral_value()
        share = denominator if indicator.measure is Measure.RATIO else None
        typed = None if share is None else str(share)
        cell = SourceCell(
            unit.code,
            "Biểu 01",
            f"E{12 + row}",
            f"D{12 + row}",
            CellState.VALUE,
            numerator,
            share,
            str(numerator),
            typed,
        )
        return PublishedContribution(
            indicator=indicator.id,
            unit=unit.code,
            unit_name=unit.name,
            numerator=numerator,
            denominator=share,
            file=self._file(unit),
            sources=(cell,),
            period=self.period,
            unit_valid_from=unit.valid_from,
        )

    def _row(
        self, area: OrgUnit, indicator: Indicator, figures: Sequence[PublishedContribution], expected: int
    ) -> RollupRow:
        numerator = sum((figure.numerator for figure in figures), Decimal(0))
        denominator = sum((figure.denominator for figure in figures if figure.denominator), Decimal(0)) or None
        target = self.catalog.targets.find(indicator.id, area.level, area.code, self.period.year)
        missing = expected - len(figures)
        return RollupRow(
            area=area.code,
            period=self.period.id,
            indicator=indicator.id,
            value=percentage(numerator, denominator) if indicator.measure is Measure.RATIO else numerator,
            numerator=numerator,
            denominator=denominator,
            denominator_kind=indicator.denominator_kind,
            target=target.value if target else None,
            target_assumed=target.assumed if target else None,
            attained=None,
            units_expected=expected,
            units_accepted=len(figures),
            units_late=0,
            units_missing=missing,
            status=RollupStatus.PARTIAL if missing else RollupStatus.COMPLETE,
            boundary=Boundary.AS_THEN,
            revision=1,
            published_at=_PUBLISHED_AT,
            run_id="country",
            notes="",
        )
