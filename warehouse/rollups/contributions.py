"""Contributions to a figure: each unit's reports over the base periods, or the part that belongs to the area."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from domain.aggregation import Amount, Sums, add_up, over_time
from domain.catalog.catalog import Catalog
from domain.extents import Weight, weight_of
from domain.indicators import Indicator, SeriesBreak, SumOver
from domain.periods import Period
from domain.rollups import ReportingState, RollupStatus
from domain.units import Level, OrgUnit, UnitKey, UnitRegister
from domain.waivers import OpenWarning
from warehouse.rollups.coverage import Coverage, CoverageGap, ExpectedUnits, coverage_of, sort_units, with_outcomes
from warehouse.rollups.reporting_status import ReportingStatus, reporting_statuses
from warehouse.rollups.scope import ExpectedReport, RollupScope
from warehouse.rollups.subtotals import (
    NOTHING,
    NewSubtotals,
    Subtotal,
    above_of,
    inputs_of_subtotals,
    known_subtotals,
    outcomes_of,
    total_of,
)
from warehouse.rollups.sums import (
    ReportedAmount,
    ReportedAmounts,
    registered_villages,
    reported_amounts,
    reported_amounts_of_villages,
    with_sums,
)
from warehouse.store.engine import Session
from warehouse.submissions.open_warnings import open_warnings_of
from warehouse.submissions.report_keys import ReportKey

_NOT_REPORTED = ReportedAmount(None, applies=True)
_NO_VILLAGE_INSIDE = ReportedAmount(None, applies=False)


class Contribution(NamedTuple):
    """Contribution of a report to a figure: the sums over its cells, and their stated weight (None: all counts)."""

    key: ReportKey
    submission_id: int
    amount: Amount
    weight: Decimal | None = None
    weight_source: str | None = None

    @property
    def counted(self) -> Amount:
        """The weighted amount that enters the figure."""
        return self.amount.weighted(self.weight)


@dataclass(frozen=True, slots=True)
class BesideAmount:
    """Amount that an accepted report of another form gives for a figure, which it does not count for.

    `counted` is what the unit's report that counts gives, None where it gives nothing.
    """

    report: ExpectedReport
    submission_id: int
    amount: Amount
    counted: Amount | None


@dataclass(frozen=True, slots=True)
class FigureInputs:
    """All that one row is made from; `contributions` are those that no subtotal stands for.

    `crossing` are reports of units partly in the area whose share of the figure is not stated: with any, there is no
    figure. `by_weight` and `by_village` are those whose share is stated. `decreasing` are units whose cumulative figure
    is smaller than an earlier one of the same year. `open_warnings` are warnings about the figures that entered, and
    answered ones about figures that are missing. `counted_forms` are the forms that count in base periods in which
    the rollup's own does not, `beside` is what reports of forms say that do not count. `not_summed` says why the
    reports do not add up, if they do not. Of an index `missing_parts` are those without a share.
    """

    sums: Sums
    contributions: tuple[Contribution, ...]
    coverage: Coverage
    crossing: tuple[ExpectedReport, ...]
    by_weight: tuple[tuple[ExpectedReport, Weight], ...]
    by_village: tuple[ExpectedReport, ...]
    decreasing: tuple[CoverageGap, ...]
    open_warnings: tuple[tuple[ExpectedReport, OpenWarning], ...]
    is_comparable: bool
    counted_forms: Mapping[Period, str] = field(default_factory=dict)
    beside: tuple[BesideAmount, ...] = ()
    not_summed: SumOver | SeriesBreak | None = None
    missing_parts: tuple[str, ...] = ()

    @property
    def status(self) -> RollupStatus:
        """Not comparable, else partial where a unit or a part is missing."""
        if not self.is_comparable:
            return RollupStatus.NOT_COMPARABLE
        return RollupStatus.PARTIAL if self.missing_parts else self.coverage.status


@dataclass(frozen=True, slots=True)
class _ExpectedReports:
    """Expected reports of some figures, and what is the same for all these: of a country it is most.

    `amounts` are what each of the open ones reports, by indicator; `known` are the units that subtotals stand for, by
    the unit above, and not open. `partly` are those of units partly in the area, `warned` the accepted ones with
    warnings.
    """

    units: ExpectedUnits
    known: Mapping[str, Sequence[CoverageGap]]
    amounts: tuple[Mapping[str, ReportedAmount], ...]
    partly: tuple[ExpectedReport, ...]
    warned: tuple[tuple[ExpectedReport, tuple[OpenWarning, ...]], ...]


@dataclass(frozen=True, slots=True)
class RollupInputs:
    """All that the rows of a rollup are made from, read once.

    `amounts` are summed over whole reports, `village_amounts` over the villages inside the area. `open_warnings` are by
    submission. `known` are the stored subtotals, by the code of the unit above: there are no amounts of their reports.
    `new` are those that are computed.
    """

    units: UnitRegister
    scope: RollupScope
    statuses: Mapping[ReportKey, ReportingStatus]
    amounts: ReportedAmounts
    village_amounts: ReportedAmounts
    open_warnings: Mapping[int, tuple[OpenWarning, ...]]
    known: Mapping[str, Subtotal]
    new: NewSubtotals
    _alike: list[tuple[tuple[ExpectedReport, ...], _ExpectedReports]] = field(init=False, default_factory=list)

    def figure_inputs(self, indicator: Indicator) -> FigureInputs:
        """Compute all that the row of an indicator is made from."""
        expected = self.scope.expected[indicator]
        reports = self._reports(expected)
        weights = self._weights(indicator, reports.partly)
        by_village = tuple(
            expected_report for expected_report in reports.partly if _is_by_village(indicator, expected_report)
        )
        with_share = {*weights, *(report.key for report in by_village)}
        crossing = tuple(expected_report for expected_report in reports.partly if expected_report.key not in with_share)
        coverage, contributions = self._units(indicator, reports, weights)
        amounts: dict[UnitKey, Amount]
        if len(reports.units.open_units) == len(reports.units.open_reports):
            amounts = {contribution.key.unit: contribution.counted for contribution in contributions}
        else:
            totals = (
                (unit, over_time(indicator.flow, [contribution.counted for contribution in of_unit]))
                for unit, of_unit in _by_unit(contributions).items()
            )
            amounts = {unit: amount for unit, amount in totals if amount is not None}
        self.new.gather(indicator.id, amounts, coverage)
        known = {above: self.known[above].figures.get(indicator.id, NOTHING) for above in reports.known}
        sums = total_of([add_up(list(amounts.values())), *(each.sums for each in known.values())])
        entered = {contribution.key for contribution in contributions}
        if known:
            coverage = with_outcomes(coverage, outcomes_of(reports.known, known))
            entered |= {
                report.key
                for report, _ in reports.warned
                if (subtotal := known.get(above_of(report.unit))) and report.key.unit not in subtotal.lacking
            }
        not_summed = self.scope.not_summed.get(indicator.id)
        is_comparable = not crossing and not self.scope.unresolved and not_summed is None
        return FigureInputs(
            sums=sums if is_comparable else add_up([]),
            contributions=contributions,
            coverage=coverage,
            crossing=crossing,
            by_weight=tuple(
                (expected_report, weights[expected_report.key])
                for expected_report in reports.partly
                if expected_report.key in weights
            ),
            by_village=by_village,
            decreasing=self._decreasing(indicator, expected),
            open_warnings=self._warnings_of(indicator, reports.warned, entered),
            is_comparable=is_comparable,
            counted_forms=self.scope.counted_forms(expected),
            beside=tuple(self._beside(indicator, expected)),
            not_summed=not_summed,
        )

    def _reports(self, expected: tuple[ExpectedReport, ...]) -> _ExpectedReports:
        """Return expected reports with what is the same for every figure; figures with the same ones share it."""
        alike = next((result for other, result in self._alike if other is expected or other == expected), None)
        if alike is not None:
            return alike
        accepted = (
            (report, status.submission.id)
            for report in expected
            for status in [self.statuses[report.key]]
            if status.submission is not None and status.state is ReportingState.ACCEPTED
        )
        units = sort_units(expected, self.statuses)
        known: dict[str, list[CoverageGap]] = {}
        if self.known:
            above = self.new.above
            units, gaps = units.without({unit for unit, code in above.items() if code in self.known})
            for gap in gaps:
                known.setdefault(above[gap.unit.key], []).append(gap)
        result = _ExpectedReports(
            units=units,
            known=known,
            amounts=tuple(_accepted(self.amounts, status) for status in units.open_statuses),
            partly=tuple(report for report in expected if not report.overlap.whole),
            warned=tuple(
                (report, self.open_warnings[submission])
                for report, submission in accepted
                if submission in self.open_warnings
            ),
        )
        self._alike.append((expected, result))
        return result

    def _weights(self, indicator: Indicator, partly: Iterable[ExpectedReport]) -> dict[ReportKey, Weight]:
        results = {
            expected_report.key: weight_of(self.units, expected_report.overlap, indicator)
            for expected_report in partly
            if not _is_by_village(indicator, expected_report)
        }
        return {report_key: weight for report_key, weight in results.items() if weight is not None}

    def _units(
        self, indicator: Indicator, reports: _ExpectedReports, weights: Mapping[ReportKey, Weight]
    ) -> tuple[Coverage, tuple[Contribution, ...]]:
        """Compute coverage and contributions; a unit contributes only when all its reports have the figure."""
        expected = reports.units.open_reports
        results = (
            [self._amount_of(indicator, expected_report) for expected_report in expected]
            if reports.partly
            else [amounts.get(indicator.id, _NOT_REPORTED) for amounts in reports.amounts]
        )
        coverage = coverage_of(reports.units, results)
        reporting = {gap.unit.key for gap in coverage.reported}
        # Empty for most figures, and then not looked into for each contribution.
        stated = {key: (weight.value, weight.source) for key, weight in weights.items()}
        return coverage, tuple(
            [
                Contribution(key, status.submission.id, result.amount, *(stated.get(key, ()) if stated else ()))
                for (key, _), status, result in zip(expected, reports.units.open_statuses, results, strict=True)
                if result.amount is not None and status.submission is not None and key.unit in reporting
            ]
        )

    def _warnings_of(
        self,
        indicator: Indicator,
        warned: Iterable[tuple[ExpectedReport, tuple[OpenWarning, ...]]],
        entered: Collection[ReportKey],
    ) -> tuple[tuple[ExpectedReport, OpenWarning], ...]:
        """Return warnings about an indicator of each report, or its parts, or about the report as a whole."""
        results: list[tuple[ExpectedReport, OpenWarning]] = []
        about = {None, indicator.id, *(part.indicator for part in indicator.parts)}
        for expected_report, open_warnings in warned:
            for open_warning in open_warnings:
                is_relevant = open_warning.issue.indicator in about
                if is_relevant and (
                    expected_report.key in entered or (open_warning.waiver and open_warning.issue.indicator)
                ):
                    results.append((expected_report, open_warning))
        return tuple(results)

    def _amount_of(self, indicator: Indicator, expected_report: ExpectedReport) -> ReportedAmount:
        if _is_by_village(indicator, expected_report):
            if not expected_report.overlap.villages:
                return _NO_VILLAGE_INSIDE
            return self._look_up(self.village_amounts, indicator, expected_report)
        return self._look_up(self.amounts, indicator, expected_report)

    def _look_up(
        self, amounts: ReportedAmounts, indicator: Indicator, expected_report: ExpectedReport
    ) -> ReportedAmount:
        return _accepted(amounts, self.statuses[expected_report.key]).get(indicator.id, _NOT_REPORTED)

    def _beside(self, indicator: Indicator, expected: Iterable[ExpectedReport]) -> Iterator[BesideAmount]:
        """Yield what the accepted reports of the forms that do not count say, in the order of those that do."""
        forms = self.scope.beside.get(indicator.id, {})
        for counting in expected if forms else ():
            for form in forms.get(counting.key.period, ()):
                report = counting._replace(key=counting.key._replace(form=form))
                status, amount = self.statuses[report.key], self._look_up(self.amounts, indicator, report).amount
                if status.submission is not None and amount is not None:
                    counted = self._look_up(self.amounts, indicator, counting).amount
                    yield BesideAmount(report, status.submission.id, amount, counted)

    def _decreasing(self, indicator: Indicator, expected: Iterable[ExpectedReport]) -> tuple[CoverageGap, ...]:
        """Return units whose last cumulative figure is smaller than an earlier one of the same year."""
        if indicator not in self.scope.before:
            return ()
        before: dict[UnitKey, list[ExpectedReport]] = {}
        for earlier_report in self.scope.before[indicator]:
            before.setdefault(earlier_report.key.unit, []).append(earlier_report)
        decreasing: list[CoverageGap] = []
        for expected_report in expected:
            last = self._amount_of(indicator, expected_report).amount
            earlier = [
                each.key.period
                for each in before.get(expected_report.key.unit, ())
                if _is_more(self._amount_of(indicator, each).amount, last)
            ]
            if earlier:
                decreasing.append(CoverageGap(expected_report.unit, tuple(earlier)))
        return tuple(decreasing)


def read_rollup_inputs(
    session: Session, catalog: Catalog, scope: RollupScope, as_of: datetime | None = None, *, at: datetime
) -> RollupInputs:
    """Read all that a rollup is made from, now or as known at a moment (`as_of`).

    `at` is the moment at which answers to warnings have to be in force: `as_of`, else the present.
    """
    # Most figures expect the same reports, in the same tuple.
    distinct = {id(reports): reports for reports in (*scope.expected.values(), *scope.before.values())}
    needed = {report.key for reports in distinct.values() for report in reports}
    beside = {
        report.key._replace(form=form): report
        for indicator, reports in scope.expected.items()
        if scope.beside.get(indicator.id)
        for report in reports
        for form in scope.beside[indicator.id].get(report.key.period, ())
    }
    needed |= beside.keys()
    wanted = {report.key: report.unit for report in (*scope.expected_reports, *scope.other_reports)}
    wanted |= {key: report.unit for key, report in beside.items()}
    by_period: dict[tuple[str, Period], list[OrgUnit]] = {}
    for key, unit in wanted.items():
        by_period.setdefault((key.form, key.period), []).append(unit)
    statuses: dict[ReportKey, ReportingStatus] = {}
    for (form, period), units in by_period.items():
        deadline = catalog.forms.deadline(form, period, catalog.forms.form(form).level)
        result = reporting_statuses(session, form, period, units, deadline, as_of=as_of)
        statuses |= {ReportKey(unit, form, period): status for unit, status in result.items()}
    inputs = inputs_of_subtotals(catalog, scope, statuses) if as_of is None else {}
    known = known_subtotals(session, inputs)
    above = {report.key.unit: above_of(report.unit) for report in scope.expected_reports}
    accepted = {
        report_key: status.submission
        for report_key, status in statuses.items()
        if report_key in needed and status.state is ReportingState.ACCEPTED and status.submission is not None
    }
    counted = {key: file.id for key, file in accepted.items() if above.get(key.unit) not in known}
    inside = {
        counted[expected_report.key]: expected_report.overlap.villages
        for expected_report in (*scope.expected_reports, *scope.other_reports)
        if expected_report.key in counted and not expected_report.overlap.whole and expected_report.overlap.villages
    }
    indicators = tuple(scope.expected)
    return RollupInputs(
        catalog.units,
        scope,
        statuses,
        with_sums(reported_amounts(session, registered_villages(catalog, counted), indicators), indicators),
        with_sums(reported_amounts_of_villages(session, inside, indicators), indicators),
        open_warnings_of(session, {file.id: file.judgement for file in accepted.values()}, at),
        known,
        NewSubtotals({code: each for code, each in inputs.items() if code not in known}, above, accepted.keys()),
    )


def _accepted(amounts: ReportedAmounts, status: ReportingStatus) -> Mapping[str, ReportedAmount]:
    """Return what a report says by indicator; nothing unless it is accepted."""
    if status.submission is None or status.state is not ReportingState.ACCEPTED:
        return {}
    return amounts.get(status.submission.id, {})


def _is_by_village(indicator: Indicator, expected_report: ExpectedReport) -> bool:
    """Return whether a unit lies partly inside with its villages known, and the indicator is collected by village."""
    return (
        not expected_report.overlap.whole
        and indicator.collected_at is Level.VILLAGE
        and expected_report.overlap.villages is not None
    )


def _is_more(amount: Amount | None, other: Amount | None) -> bool:
    return amount is not None and other is not None and amount.numerator > other.numerator


def _by_unit(contributions: Iterable[Contribution]) -> dict[UnitKey, list[Contribution]]:
    results: dict[UnitKey, list[Contribution]] = {}
    for contribution in contributions:
        results.setdefault(contribution.key.unit, []).append(contribution)
    return results
