"""Coverage of a rollup's row: which units' figures entered, which are missing and why."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from domain.periods import Period
from domain.rollups import ReportingState, RollupStatus
from domain.units import OrgUnit, UnitKey
from warehouse.rollups.reporting_status import ReportingStatus
from warehouse.rollups.scope import ExpectedReport
from warehouse.rollups.sums import ReportedAmount
from warehouse.submissions.report_keys import ReportKey


class CoverageGap(NamedTuple):
    """A unit, and those of its base periods to which a statement applies."""

    unit: OrgUnit
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The units expected to report an indicator, by outcome; each unit is in exactly one of all but the last.

    `reported`: the figure is there; these are in no order. `not_applicable`: the reports say that the indicator does
    not apply. `not_delivered`, `refused`, `left_blank`, `divided`: the figure is missing, because no report came, the
    report was quarantined, the cells are blank, or the parts of a sum have different denominators; with the base
    periods concerned. Of several outcomes the gravest counts. `late` are units with late reports, whatever the outcome.
    """

    reported: tuple[CoverageGap, ...]
    not_applicable: tuple[CoverageGap, ...]
    not_delivered: tuple[CoverageGap, ...]
    refused: tuple[CoverageGap, ...]
    left_blank: tuple[CoverageGap, ...]
    late: tuple[CoverageGap, ...]
    divided: tuple[CoverageGap, ...] = ()

    @property
    def expected(self) -> int:
        """Number of units expected to report the figure."""
        return len(self.reported) + len(self.not_applicable) + self.missing

    @property
    def missing(self) -> int:
        """Number of units whose figure is missing."""
        return len(self.not_delivered) + len(self.refused) + len(self.left_blank) + len(self.divided)

    @property
    def status(self) -> RollupStatus:
        """Complete when no figure is missing; a unit to which the indicator does not apply misses none."""
        return RollupStatus.PARTIAL if self.missing else RollupStatus.COMPLETE


@dataclass(frozen=True, slots=True)
class ExpectedUnits:
    """The units expected to report some figures, sorted by what does not depend on the figure.

    `not_delivered` and `refused` are wholly in the area, and all their figures are missing; `late` are all late units.
    `open_reports` are those of the other units, whose outcome depends on the figure, with their statuses; `open_units`
    are these units, each with all its base periods and the places of its reports among them.
    """

    not_delivered: tuple[CoverageGap, ...]
    refused: tuple[CoverageGap, ...]
    late: tuple[CoverageGap, ...]
    open_reports: tuple[ExpectedReport, ...]
    open_statuses: tuple[ReportingStatus, ...]
    open_units: tuple[tuple[CoverageGap, tuple[int, ...]], ...]

    def without(self, known: Collection[UnitKey]) -> tuple["ExpectedUnits", tuple[CoverageGap, ...]]:
        """Return these with the open reports of all but some units, and those of these units that were open."""
        reports = tuple(report for report in self.open_reports if report.key.unit not in known)
        statuses = zip(self.open_reports, self.open_statuses, strict=True)
        places: dict[UnitKey, list[int]] = {}
        for place, report in enumerate(reports):
            places.setdefault(report.key.unit, []).append(place)
        rest = replace(
            self,
            open_reports=reports,
            open_statuses=tuple(status for report, status in statuses if report.key.unit not in known),
            open_units=tuple(
                (gap, tuple(places[gap.unit.key])) for gap, _ in self.open_units if gap.unit.key not in known
            ),
        )
        return rest, tuple(gap for gap, _ in self.open_units if gap.unit.key in known)


def sort_units(expected: Sequence[ExpectedReport], statuses: Mapping[ReportKey, ReportingStatus]) -> ExpectedUnits:
    """Sort the units of expected reports by what their reports say of every figure."""
    missing: dict[ReportingState, list[CoverageGap]] = {state: [] for state in _SETTLED}
    late: list[CoverageGap] = []
    settled: set[UnitKey] = set()
    by_unit = sorted(_by_unit(expected).items())
    for key, reports in by_unit:
        states = [statuses[report.key] for report in reports]
        tardy = tuple(report.key.period for report, status in zip(reports, states, strict=True) if status.late)
        if tardy:
            late.append(CoverageGap(reports[0].unit, tardy))
        present = [status.state for status in states]
        gravest = next((state for state in _SETTLED if state in present), None)
        # Of a unit partly inside, a figure collected by village may not apply, whatever came.
        if gravest is not None and all(report.overlap.whole for report in reports):
            periods = (report.key.period for report, each in zip(reports, states, strict=True) if each.state is gravest)
            missing[gravest].append(CoverageGap(reports[0].unit, tuple(periods)))
            settled.add(key)
    open_reports = tuple(report for report in expected if report.key.unit not in settled)
    places: dict[UnitKey, list[int]] = {}
    for place, report in enumerate(open_reports):
        places.setdefault(report.key.unit, []).append(place)
    return ExpectedUnits(
        not_delivered=tuple(missing[ReportingState.MISSING]),
        refused=tuple(missing[ReportingState.QUARANTINED]),
        late=tuple(late),
        open_reports=open_reports,
        open_statuses=tuple(statuses[report.key] for report in open_reports),
        open_units=tuple(
            (CoverageGap(reports[0].unit, tuple(report.key.period for report in reports)), tuple(places[key]))
            for key, reports in by_unit
            if key not in settled
        ),
    )


def coverage_of(units: ExpectedUnits, amounts: Sequence[ReportedAmount]) -> Coverage:
    """Sort the expected units by the gravest outcome of their reports.

    Args:
        units: the units, sorted by what does not depend on the figure.
        amounts: the figure in each of the open reports, in their order.
    """
    by_outcome: dict[str, list[CoverageGap]] = {name: [] for name in _GRAVEST_FIRST}
    outcomes = list(map(_outcome, units.open_statuses, amounts))
    for gap, places in units.open_units:
        if len(places) == 1:
            by_outcome[outcomes[places[0]]].append(gap)
        else:
            gravest = min((outcomes[place] for place in places), key=_GRAVEST_FIRST.index)
            periods = zip(gap.periods, places, strict=True)
            concerned = tuple(period for period, place in periods if outcomes[place] == gravest)
            by_outcome[gravest].append(CoverageGap(gap.unit, concerned))
    for name, gaps in (("not_delivered", units.not_delivered), ("refused", units.refused)):
        if by_outcome[name]:
            by_outcome[name] = sorted([*gaps, *by_outcome[name]], key=lambda gap: gap.unit.key)
        else:
            by_outcome[name] += gaps
    return Coverage(late=units.late, **{name: tuple(gaps) for name, gaps in by_outcome.items()})


def with_outcomes(coverage: Coverage, outcomes: Mapping[str, Sequence[CoverageGap]]) -> Coverage:
    """Return a coverage with further units by outcome; all but the units that reported are in their order."""
    further: dict[str, tuple[CoverageGap, ...]] = {}
    for outcome, gaps in outcomes.items():
        listed = (*getattr(coverage, outcome), *gaps)
        further[outcome] = listed if outcome == "reported" else tuple(sorted(listed, key=lambda gap: gap.unit.key))
    return replace(coverage, **further)


def merged_coverage(coverages: Iterable[Coverage]) -> Coverage:
    """Sort the units of several figures by the gravest outcome in any of them, as of an index of these."""
    by_outcome: dict[str, dict[UnitKey, dict[Period, None]]] = {name: {} for name in (*_GRAVEST_FIRST, "late")}
    units: dict[UnitKey, OrgUnit] = {}
    for coverage in coverages:
        for outcome, gaps in by_outcome.items():
            for gap in getattr(coverage, outcome):
                units[gap.unit.key] = gap.unit
                gaps.setdefault(gap.unit.key, {}).update(dict.fromkeys(gap.periods))
    settled: set[UnitKey] = set()
    results: dict[str, tuple[CoverageGap, ...]] = {}
    for outcome, gaps in by_outcome.items():
        open_keys = sorted(gaps.keys() - settled) if outcome != "late" else sorted(gaps)
        results[outcome] = tuple(CoverageGap(units[key], tuple(sorted(gaps[key]))) for key in open_keys)
        settled |= gaps.keys()
    return Coverage(**results)


_SETTLED = (ReportingState.MISSING, ReportingState.QUARANTINED)
# Missing in one base period is missing; a figure in one outweighs "not applicable" in another.
_GRAVEST_FIRST = ("not_delivered", "refused", "left_blank", "divided", "reported", "not_applicable")
_OUTCOMES_WITHOUT_FIGURE = {
    ReportingState.ACCEPTED: "left_blank",
    ReportingState.QUARANTINED: "refused",
    ReportingState.MISSING: "not_delivered",
}


def _outcome(status: ReportingStatus, amounts: ReportedAmount) -> str:
    if amounts.amount is not None:
        return "reported"
    if amounts.is_divided:
        return "divided"
    return _OUTCOMES_WITHOUT_FIGURE[status.state] if amounts.applies else "not_applicable"


def _by_unit(expected: Iterable[ExpectedReport]) -> dict[UnitKey, list[ExpectedReport]]:
    results: dict[UnitKey, list[ExpectedReport]] = {}
    for expected_report in expected:
        results.setdefault(expected_report.key.unit, []).append(expected_report)
    return results
