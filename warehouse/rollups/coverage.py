"""Whose figure is in a rollup's row and whose is not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.periods import Period
from domain.rollups import ReportingState, RollupStatus
from domain.units import OrgUnit, UnitKey
from warehouse.rollups.reporting_status import ReportingStatus
from warehouse.rollups.scope import ExpectedReport, ReportKey
from warehouse.rollups.sums import ReportedAmount


@dataclass(frozen=True, slots=True)
class CoverageGap:
    """A unit, and the base periods that are meant of those it reported or owes."""

    unit: OrgUnit
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The units expected to give an indicator, by what became of it; every unit is in exactly one of the first five.

    `given`: the figure entered. `not_applicable`: the reports say there is no such figure. `not_delivered`, `refused`,
    `left_blank`: it is missing, because no report came, the report was refused, or the cells were left blank; with the
    base periods of which that is true. A unit that lacks several reports stands under the gravest reason.
    """

    given: tuple[CoverageGap, ...]
    not_applicable: tuple[CoverageGap, ...]
    not_delivered: tuple[CoverageGap, ...]
    refused: tuple[CoverageGap, ...]
    left_blank: tuple[CoverageGap, ...]
    late: tuple[CoverageGap, ...]

    @property
    def expected(self) -> int:
        """How many units are expected to give the figure."""
        return len(self.given) + len(self.not_applicable) + self.missing

    @property
    def missing(self) -> int:
        """How many units' figures are still to come."""
        return len(self.not_delivered) + len(self.refused) + len(self.left_blank)

    @property
    def status(self) -> RollupStatus:
        """Complete when nothing is still to come; what does not apply to a unit is not waited for."""
        return RollupStatus.PARTIAL if self.missing else RollupStatus.COMPLETE


def coverage_of(
    expected: Sequence[ExpectedReport],
    standing: Mapping[ReportKey, ReportingStatus],
    amounts: Mapping[ReportKey, ReportedAmount],
) -> Coverage:
    """Sort the expected units by what became of their figure: it is there when no report lacks it."""
    sorted_out: dict[str, list[CoverageGap]] = {name: [] for name in (*_GRAVEST_FIRST, "late")}
    for _, reports in sorted(_by_unit(expected).items()):
        unit = reports[0].unit
        became = [_became(standing[report.slot], amounts[report.slot]) for report in reports]
        reason = min(became, key=_GRAVEST_FIRST.index)
        meant = tuple(report.slot.period for report, each in zip(reports, became, strict=True) if each == reason)
        sorted_out[reason].append(CoverageGap(unit, meant))
        late = tuple(report.slot.period for report in reports if standing[report.slot].late)
        if late:
            sorted_out["late"].append(CoverageGap(unit, late))
    return Coverage(**{name: tuple(gaps) for name, gaps in sorted_out.items()})


# What is missing in one base period is missing; a figure in one is more than that it does not apply in another.
_GRAVEST_FIRST = ("not_delivered", "refused", "left_blank", "given", "not_applicable")
_REASONS = {
    ReportingState.ACCEPTED: "left_blank",
    ReportingState.QUARANTINED: "refused",
    ReportingState.MISSING: "not_delivered",
}


def _became(stands: ReportingStatus, amounts: ReportedAmount) -> str:
    if amounts.amount is not None:
        return "given"
    return _REASONS[stands.state] if amounts.applies else "not_applicable"


def _by_unit(expected: Iterable[ExpectedReport]) -> dict[UnitKey, list[ExpectedReport]]:
    results: dict[UnitKey, list[ExpectedReport]] = {}
    for expected_report in expected:
        results.setdefault(expected_report.slot.unit, []).append(expected_report)
    return results
