"""Units, expected reports and statuses as plain values, for rollup arithmetic without a database."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

from domain.aggregation import Amount
from domain.extents import Overlap
from domain.indicators import Absence, Flow, Indicator, Measure
from domain.periods import Frequency, Period, parse_period
from domain.rollups import ReportingState
from domain.submissions import SubmissionState
from domain.texts import Text
from domain.units import Level, OrgUnit, Succession, SuccessionKind
from warehouse.rollups.reporting_status import ReportingStatus
from warehouse.rollups.scope import ExpectedReport
from warehouse.rollups.sums import ReportedAmount
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.snapshots import SubmissionSnapshot

FORM = "form"
APRIL, MAY, JUNE = (parse_period(f"2025-{month:02}") for month in (4, 5, 6))
DEADLINE = date(2025, 6, 15)
IN_TIME = datetime(2025, 6, 15, 16, 59, tzinfo=UTC)
"""The last minute of the deadline's day in Vietnam."""
TOO_LATE = datetime(2025, 6, 15, 17, 0, tzinfo=UTC)

NOT_REPORTED = ReportedAmount(None, applies=True)
NOT_APPLICABLE = ReportedAmount(None, applies=False)


def unit(code: str) -> OrgUnit:
    """Make a commune."""
    return OrgUnit(code, f"Xã {code}", "xã", Level.COMMUNE, "D", date(2000, 1, 1), None)


def indicator(flow: Flow = Flow.FLOW, *, by_village: bool = False, measure: Measure = Measure.COUNT) -> Indicator:
    """Make an indicator."""
    text = Text("chữ", "text")
    return Indicator(
        id="figure",
        name=text,
        theme="theme",
        measure=measure,
        numerator=text,
        denominator=text if measure is Measure.RATIO else None,
        denominator_kind="households",
        unit=text,
        flow=flow,
        frequency=Frequency.MONTH,
        absence=Absence.WARN,
        source="source",
        collected_at=Level.VILLAGE if by_village else Level.COMMUNE,
    )


def link(old: str, new: str, *, whole: bool) -> Succession:
    """Make the succession of two units on 2025-07-01."""
    kind = SuccessionKind.WHOLE if whole else SuccessionKind.PART
    return Succession(old, new, date(2025, 7, 1), whole, "1667/NQ-UBTVQH15", kind)


def expected_report(
    code: str,
    period: Period = MAY,
    *,
    whole: bool = True,
    villages: Iterable[str] | None = None,
    ways: tuple[tuple[Succession, ...], ...] = (),
) -> ExpectedReport:
    """Make the report due from a commune, which lies wholly or partly in the area."""
    inside = None if villages is None else frozenset(villages)
    path = tuple(step for way in ways for step in way)
    overlap = Overlap(unit(code), whole, path, inside, ways)
    return ExpectedReport(ReportKey(overlap.unit.key, FORM, period), overlap)


def snapshot(
    number: int, state: SubmissionState = SubmissionState.ACCEPTED, received_at: datetime = IN_TIME
) -> SubmissionSnapshot:
    """Make a placed file."""
    return SubmissionSnapshot(
        id=number,
        unit=unit("A").key,
        sha256=f"{number:064}",
        file_name=f"{number}.xlsx",
        version=number,
        state=state,
        received_at=received_at,
        landed_at=received_at,
        judgement=1,
        judged_at=received_at,
    )


def status(
    report: ExpectedReport, number: int | None, state: ReportingState = ReportingState.ACCEPTED, *, late: bool = False
) -> ReportingStatus:
    """Make the status of a unit, based on the submission of that number; without one the report is missing."""
    if number is None:
        return ReportingStatus(report.unit, ReportingState.MISSING, late, None, ())
    file = snapshot(number)
    return ReportingStatus(report.unit, state, late, file, (file,))


def reported(numerator: int, denominator: int | None = None) -> ReportedAmount:
    """Make a reported amount."""
    return ReportedAmount(
        Amount(Decimal(numerator), None if denominator is None else Decimal(denominator)), applies=True
    )
