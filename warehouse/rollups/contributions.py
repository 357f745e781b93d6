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

    def evidence(self, indicator: Indicator) -> FigureInputs:
        """What the row of an indicator rests on."""
        expected = self.scope.expected[indicator]
        weights = self._weights(indicator, expected)
        by_village = tuple(one for one in expected if _is_by_village(indicator, one))
        settled = {*weights, *(one.slot for one in by_village)}
        crossing = tuple(one for one in expected if not one.portion.whole and one.slot not in settled)
        coverage, parts = self._units(indicator, expected, weights)
        amounts = [over_time(indicator.flow, [part.counted for part in given]) for given in _by_unit(parts).values()]
        is_comparable = not crossing and not self.scope.lost
        return FigureInputs(
            sums=add_up([one for one in amounts if one is not None] if is_comparable else []),
            parts=parts,
            coverage=coverage,
            crossing=crossing,
            by_weight=tuple((one, weights[one.slot]) for one in expected if one.slot in weights),
            by_village=by_village,
            fallen=self._fallen(indicator, expected),
            asked=self._asked(indicator, expected, {part.slot for part in parts}),
            is_comparable=is_comparable,
        )

    def _weights(self, indicator: Indicator, expected: Iterable[ExpectedReport]) -> dict[ReportKey, Weight]:
        found = {
            one.slot: weight_of(self.catalog.units, one.portion, indicator)
            for one in expected
            if not one.portion.whole and not _is_by_village(indicator, one)
        }
        return {slot: weight for slot, weight in found.items() if weight is not None}

    def _units(
        self, indicator: Indicator, expected: Sequence[ExpectedReport], weights: Mapping[ReportKey, Weight]
    ) -> tuple[Coverage, tuple[Contribution, ...]]:
        """Sort the units by what became of their figure; only a unit that has the whole of it gives anything."""
        said = {one.slot: self._said(indicator, one) for one in expected}
        coverage = coverage_of(expected, self.standing, said)
        giving = {gap.unit.key for gap in coverage.given}
        parts: list[Contribution] = []
        for one in expected:
            amount, file = said[one.slot].amount, self.standing[one.slot].submission
            if one.slot.unit in giving and amount is not None and file is not None:
                weight = weights.get(one.slot)
                stated = (weight.value, weight.source) if weight else (None, None)
                parts.append(Contribution(one.slot, file.id, amount, *stated))
        return coverage, tuple(parts)

    def _asked(
        self, indicator: Indicator, expected: Iterable[ExpectedReport], given: Collection[ReportKey]
    ) -> tuple[tuple[ExpectedReport, OpenWarning], ...]:
        """What is asked about an indicator of each report, or about the report as a whole."""
        found: list[tuple[ExpectedReport, OpenWarning]] = []
        for one in expected:
            stands = self.standing[one.slot]
            if stands.submission is None or stands.state is not ReportingState.ACCEPTED:
                continue
            for asked in self.asked.get(stands.submission.id, ()):
                is_meant = asked.issue.indicator in {None, indicator.id}
                if is_meant and (one.slot in given or (asked.waiver and asked.issue.indicator)):
                    found.append((one, asked))
        return tuple(found)

    def _said(self, indicator: Indicator, one: ExpectedReport) -> ReportedAmount:
        if _is_by_village(indicator, one):
            if not one.portion.villages:
                return _NO_VILLAGE_INSIDE
            return self._of(self.said_inside, indicator, one)
        return self._of(self.said, indicator, one)

    def _of(self, said: ReportedAmounts, indicator: Indicator, one: ExpectedReport) -> ReportedAmount:
        stands = self.standing[one.slot]
        if stands.submission is None or stands.state is not ReportingState.ACCEPTED:
            return _SAYS_NOTHING
        return said.get(stands.submission.id, {}).get(indicator.id, _SAYS_NOTHING)

    def _fallen(self, indicator: Indicator, expected: Iterable[ExpectedReport]) -> tuple[CoverageGap, ...]:
        """Units whose last cumulative figure is smaller than one before it in the same year."""
        if indicator not in self.scope.before:
            return ()
        before: dict[UnitKey, list[ExpectedReport]] = {}
        for one in self.scope.before[indicator]:
            before.setdefault(one.slot.unit, []).append(one)
        fallen: list[CoverageGap] = []
        for one in expected:
            last = self._said(indicator, one).amount
            earlier = [
                each.slot.period
                for each in before.get(one.slot.unit, ())
                if _is_more(self._said(indicator, each).amount, last)
            ]
            if earlier:
                fallen.append(CoverageGap(one.unit, tuple(earlier)))
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
    for one in scope.owed:
        by_period.setdefault(one.slot.period, []).append(one)
    standing: dict[ReportKey, ReportingStatus] = {}
    for period, reports in by_period.items():
        deadline = catalog.deadline(form, period, level)
        found = reporting_statuses(session, form, period, [one.unit for one in reports], deadline, as_of=as_of)
        standing |= {ReportKey(period, unit): one for unit, one in found.items()}
    needed = {one.slot for reports in (*scope.expected.values(), *scope.before.values()) for one in reports}
    counted = {
        slot: one.submission.id
        for slot, one in standing.items()
        if slot in needed and one.state is ReportingState.ACCEPTED and one.submission is not None
    }
    inside = {
        counted[one.slot]: one.portion.villages
        for one in scope.owed
        if one.slot in counted and not one.portion.whole and one.portion.villages
    }
    indicators = tuple(scope.expected)
    judgements = {
        one.submission.id: one.submission.judgement
        for slot, one in standing.items()
        if slot in counted and one.submission is not None
    }
    return RollupInputs(
        catalog,
        scope,
        standing,
        reported_amounts(session, counted.values(), indicators),
        reported_amounts_of_villages(session, inside, indicators),
        open_warnings_of(session, judgements, at),
    )


def _is_by_village(indicator: Indicator, one: ExpectedReport) -> bool:
    """Whether a unit that lies inside in part tells which villages, and the figure is what villages give."""
    return not one.portion.whole and indicator.collected_at is Level.VILLAGE and one.portion.villages is not None


def _is_more(one: Amount | None, other: Amount | None) -> bool:
    return one is not None and other is not None and one.numerator > other.numerator


def _by_unit(parts: Iterable[Contribution]) -> dict[UnitKey, list[Contribution]]:
    found: dict[UnitKey, list[Contribution]] = {}
    for part in parts:
        found.setdefault(part.slot.unit, []).append(part)
    return found
