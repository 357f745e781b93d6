"""What each unit gives to a figure: its reports over the base periods, or the part of them that belongs to the area."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.aggregation import Amount, Sums, add_up, over_time
from domain.catalog.catalog import Catalog
from domain.extents import Weight, weight_of
from domain.indicators import Indicator
from domain.periods import Period
from domain.rollups import ReportingState
from domain.units import Level, UnitKey
from domain.waivers import OpenWarning
from warehouse.rollups.coverage import Coverage, CoverageGap, coverage_of
from warehouse.rollups.reporting_status import ReportingStatus, reporting_statuses
from warehouse.rollups.scope import ExpectedReport, ReportKey, RollupScope
from warehouse.rollups.sums import ReportedAmount, ReportedAmounts, reported_amounts, reported_amounts_of_villages
from warehouse.store.engine import Session
from warehouse.submissions.open_warnings import open_warnings_of

_SAYS_NOTHING = ReportedAmount(None, applies=True)
_NO_VILLAGE_INSIDE = ReportedAmount(None, applies=False)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one unit's report of a base period gives to a figure: the sums over its cells, and what of them counts."""

    slot: ReportKey
    submission_id: int
    amount: Amount
    weight: Decimal | None = None
    weight_source: str | None = None

    @property
    def counted(self) -> Amount:
        """What enters the figure."""
        return self.amount.weighted(self.weight)


@dataclass(frozen=True, slots=True)
class FigureInputs:
    """What one row rests on.

    `crossing` are reports of units that lie in the area in part, where nobody says which part of the figure is meant:
    with any, there is no figure. `by_weight` and `by_village` are those where it is said. `fallen` are units whose
    cumulative figure is smaller than one of its earlier in the year. `asked` are warnings about the figures that
    entered, and those that a person answered though the figure is not there.
    """

    sums: Sums
    parts: tuple[Contribution, ...]
    coverage: Coverage
    crossing: tuple[ExpectedReport, ...]
    by_weight: tuple[tuple[ExpectedReport, Weight], ...]
    by_village: tuple[ExpectedReport, ...]
    fallen: tuple[CoverageGap, ...]
    asked: tuple[tuple[ExpectedReport, OpenWarning], ...]
    is_comparable: bool


@dataclass(frozen=True, slots=True)
class RollupInputs:
    """All that the rows of a cell are made from, read once."""

    catalog: Catalog
    scope: RollupScope
    standing: Mapping[ReportKey, ReportingStatus]
    said: ReportedAmounts
    said_inside: ReportedAmounts
    asked: Mapping[int, tuple[OpenWarning, ...]]

    def figure_inputs(self, indicator: Indicator) -> FigureInputs:
        """What the row of an indicator rests on."""
        expected = self.scope.expected[indicator]
        weights = self._weights(indicator, expected)
        by_village = tuple(
            expected_report for expected_report in expected if _is_by_village(indicator, expected_report)
        )
        settled = {*weights, *(report.slot for report in by_village)}
        crossing = tuple(
            expected_report
            for expected_report in expected
            if not expected_report.overlap.whole and expected_report.slot not in settled
        )
        coverage, parts = self._units(indicator, expected, weights)
        amounts = [
            over_time(indicator.flow, [part.counted for part in contributions])
            for contributions in _by_unit(parts).values()
        ]
        is_comparable = not crossing and not self.scope.lost
        return FigureInputs(
            sums=add_up([amount for amount in amounts if amount is not None] if is_comparable else []),
            parts=parts,
            coverage=coverage,
            crossing=crossing,
            by_weight=tuple(
                (expected_report, weights[expected_report.slot])
                for expected_report in expected
                if expected_report.slot in weights
            ),
            by_village=by_village,
            fallen=self._fallen(indicator, expected),
            asked=self._warnings_of(indicator, expected, {part.slot for part in parts}),
            is_comparable=is_comparable,
        )

    def _weights(self, indicator: Indicator, expected: Iterable[ExpectedReport]) -> dict[ReportKey, Weight]:
        results = {
            expected_report.slot: weight_of(self.catalog.units, expected_report.overlap, indicator)
            for expected_report in expected
            if not expected_report.overlap.whole and not _is_by_village(indicator, expected_report)
        }
        return {report_key: weight for report_key, weight in results.items() if weight is not None}

    def _units(
        self, indicator: Indicator, expected: Sequence[ExpectedReport], weights: Mapping[ReportKey, Weight]
    ) -> tuple[Coverage, tuple[Contribution, ...]]:
        """Sort the units by what became of their figure; only a unit that has the whole of it gives anything."""
        results = {expected_report.slot: self._amount_of(indicator, expected_report) for expected_report in expected}
        coverage = coverage_of(expected, self.standing, results)
        giving = {gap.unit.key for gap in coverage.given}
        parts: list[Contribution] = []
        for other_expected_report in expected:
            amount, file = (
                results[other_expected_report.slot].amount,
                self.standing[other_expected_report.slot].submission,
            )
            if other_expected_report.slot.unit in giving and amount is not None and file is not None:
                weight = weights.get(other_expected_report.slot)
                stated = (weight.value, weight.source) if weight else (None, None)
                parts.append(Contribution(other_expected_report.slot, file.id, amount, *stated))
        return coverage, tuple(parts)

    def _warnings_of(
        self, indicator: Indicator, expected: Iterable[ExpectedReport], amounts: Collection[ReportKey]
    ) -> tuple[tuple[ExpectedReport, OpenWarning], ...]:
        """What is asked about an indicator of each report, or about the report as a whole."""
        results: list[tuple[ExpectedReport, OpenWarning]] = []
        for expected_report in expected:
            stands = self.standing[expected_report.slot]
            if stands.submission is None or stands.state is not ReportingState.ACCEPTED:
                continue
            for open_warning in self.asked.get(stands.submission.id, ()):
                is_meant = open_warning.issue.indicator in {None, indicator.id}
                if is_meant and (
                    expected_report.slot in amounts or (open_warning.waiver and open_warning.issue.indicator)
                ):
                    results.append((expected_report, open_warning))
        return tuple(results)

    def _amount_of(self, indicator: Indicator, expected_report: ExpectedReport) -> ReportedAmount:
        if _is_by_village(indicator, expected_report):
            if not expected_report.overlap.villages:
                return _NO_VILLAGE_INSIDE
            return self._of(self.said_inside, indicator, expected_report)
        return self._of(self.said, indicator, expected_report)

    def _of(self, amounts: ReportedAmounts, indicator: Indicator, expected_report: ExpectedReport) -> ReportedAmount:
        stands = self.standing[expected_report.slot]
        if stands.submission is None or stands.state is not ReportingState.ACCEPTED:
            return _SAYS_NOTHING
        return amounts.get(stands.submission.id, {}).get(indicator.id, _SAYS_NOTHING)

    def _fallen(self, indicator: Indicator, expected: Iterable[ExpectedReport]) -> tuple[CoverageGap, ...]:
        """Units whose last cumulative figure is smaller than one before it in the same year."""
        if indicator not in self.scope.before:
            return ()
        before: dict[UnitKey, list[ExpectedReport]] = {}
        for other_earlier in self.scope.before[indicator]:
            before.setdefault(other_earlier.slot.unit, []).append(other_earlier)
        fallen: list[CoverageGap] = []
        for expected_report in expected:
            last = self._amount_of(indicator, expected_report).amount
            earlier = [
                each.slot.period
                for each in before.get(expected_report.slot.unit, ())
                if _is_more(self._amount_of(indicator, each).amount, last)
            ]
            if earlier:
                fallen.append(CoverageGap(expected_report.unit, tuple(earlier)))
        return tuple(fallen)


def read_rollup_inputs(
    session: Session, catalog: Catalog, scope: RollupScope, as_of: datetime | None = None, *, at: datetime
) -> RollupInputs:
    """Read what a cell rests on, as it is now or as it was known at a moment; writes nothing.

    `at` is the moment at which answers to warnings have to count: the one looked back at, else the present one.
    """
    form = scope.cell.form
    level = catalog.form(form).level
    by_period: dict[Period, list[ExpectedReport]] = {}
    for other_expected_report in scope.expected_reports:
        by_period.setdefault(other_expected_report.slot.period, []).append(other_expected_report)
    standing: dict[ReportKey, ReportingStatus] = {}
    for period, reports in by_period.items():
        deadline = catalog.deadline(form, period, level)
        result = reporting_statuses(session, form, period, [report.unit for report in reports], deadline, as_of=as_of)
        standing |= {ReportKey(period, unit): status for unit, status in result.items()}
    needed = {report.slot for reports in (*scope.expected.values(), *scope.before.values()) for report in reports}
    counted = {
        report_key: status.submission.id
        for report_key, status in standing.items()
        if report_key in needed and status.state is ReportingState.ACCEPTED and status.submission is not None
    }
    inside = {
        counted[expected_report.slot]: expected_report.overlap.villages
        for expected_report in scope.expected_reports
        if expected_report.slot in counted and not expected_report.overlap.whole and expected_report.overlap.villages
    }
    indicators = tuple(scope.expected)
    judgements = {
        status.submission.id: status.submission.judgement
        for report_key, status in standing.items()
        if report_key in counted and status.submission is not None
    }
    return RollupInputs(
        catalog,
        scope,
        standing,
        reported_amounts(session, counted.values(), indicators),
        reported_amounts_of_villages(session, inside, indicators),
        open_warnings_of(session, judgements, at),
    )


def _is_by_village(indicator: Indicator, expected_report: ExpectedReport) -> bool:
    """Whether a unit that lies inside in part tells which villages, and the figure is what villages give."""
    return (
        not expected_report.overlap.whole
        and indicator.collected_at is Level.VILLAGE
        and expected_report.overlap.villages is not None
    )


def _is_more(amount: Amount | None, other: Amount | None) -> bool:
    return amount is not None and other is not None and amount.numerator > other.numerator


def _by_unit(parts: Iterable[Contribution]) -> dict[UnitKey, list[Contribution]]:
    results: dict[UnitKey, list[Contribution]] = {}
    for part in parts:
        results.setdefault(part.slot.unit, []).append(part)
    return results
