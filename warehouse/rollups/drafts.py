"""Draft of a revision: what it is made from, and the rows that the warehouse keeps of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, NamedTuple

from sqlalchemy import Row

from domain.indicators import Part
from domain.periods import Period
from domain.rollups import ReportingState, RollupRow
from domain.units import UnitKey
from warehouse.models import RollupRevisionRow
from warehouse.models.exact import as_read
from warehouse.rollups.contributions import BesideAmount, Contribution
from warehouse.rollups.reporting_status import ReportingStatus
from warehouse.rollups.scope import ExpectedReport
from warehouse.rollups.subtotals import NewSubtotals
from warehouse.submissions.report_keys import ReportKey

_NO_LINKS: Final[list[list[str]]] = []
"""Of nearly all units, so that their one JSON text is written once."""


class UnitRecord(NamedTuple):
    """A row of `RollupUnitRow` without its revision: a country has ten thousand."""

    period: str
    unit_code: str
    unit_valid_from: date
    state: ReportingState
    late: bool
    submission_id: int | None
    judgement: int | None
    received_at: datetime | None
    first_received_at: datetime | None
    whole: bool
    through: list[list[str]]
    villages: list[str] | None


class ContributionRecord(NamedTuple):
    """A row of `RollupContributionRow` without its revision, or its columns in this order: a country has many."""

    indicator: str
    period: str
    unit_code: str
    unit_valid_from: date
    submission_id: int
    numerator: Decimal
    denominator: Decimal | None
    weight: Decimal | None
    weight_source: str | None


class RevisionLines(NamedTuple):
    """The rows of a revision that grow with its units, read or just written, and the units' names.

    Units are by period and code, contributions by the revision's figures and within each by period and code.
    """

    units: Sequence[UnitRecord | Row[Any]]
    names: Mapping[UnitKey, str]
    contributions: Sequence[ContributionRecord]


@dataclass(frozen=True)
class Draft:
    """A revision not written yet: its head, its rows in the form's order, and what they are made from.

    `sources` are the revisions that stored the contributions of the units below a unit, by its code; `contributions`
    are the others, `subtotals` what these give. `parts` are those of derived indicators, `counted_forms` the other
    forms that count, by indicator and base period, `other_reports` their reports, `beside` what the forms say that do
    not count.
    """

    head: RollupRevisionRow
    rows: Sequence[RollupRow]
    contributions: Mapping[str, Sequence[Contribution]]
    sources: Mapping[str, int]
    subtotals: NewSubtotals
    expected_reports: Sequence[ExpectedReport]
    statuses: Mapping[ReportKey, ReportingStatus]
    parts: Mapping[str, Sequence[Part]]
    counted_forms: Mapping[str, Mapping[Period, str]]
    other_reports: Sequence[ExpectedReport]
    beside: Mapping[str, Sequence[BesideAmount]]

    @cached_property
    def contribution_columns(self) -> dict[str, list[Any]]:
        """The contributions to store, by the names of `ContributionRecord` in their order, and the unit above."""
        by_indicator = sorted(self.contributions.items())  # the order of the primary key: rows go to the index's end
        listed = [each for _, contributions in by_indicator for each in contributions]
        keys, amounts = [each.key for each in listed], [each.amount for each in listed]
        units = [key.unit for key in keys]
        periods = {period: period.id for period in {key.period for key in keys}}
        return {
            "indicator": [indicator for indicator, contributions in by_indicator for _ in contributions],
            "period": [periods[key.period] for key in keys],
            "unit_code": [unit.code for unit in units],
            "unit_valid_from": [unit.valid_from for unit in units],
            "submission_id": [each.submission_id for each in listed],
            "numerator": [amount.numerator for amount in amounts],
            "denominator": [amount.denominator for amount in amounts],
            "weight": [each.weight for each in listed],
            "weight_source": [each.weight_source for each in listed],
            "above_code": [self.subtotals.above[unit] for unit in units],
        }

    @cached_property
    def units(self) -> Sequence[UnitRecord]:
        """Each unit's reporting status per base period."""
        return [_unit_record(report, self.statuses[report.key]) for report in self.expected_reports]

    @property
    def lines(self) -> RevisionLines:
        """What the warehouse would return: expected reports are in this order, and so is what they contribute.

        Of a revision that shares contributions with earlier ones only its own are here.
        """
        columns = self.contribution_columns
        numbers = {name: list(map(as_read, columns[name])) for name in ("numerator", "denominator", "weight")}
        in_order = ((columns | numbers)[name] for name in ContributionRecord._fields)
        contributions = list(map(ContributionRecord, *in_order))
        positions = {row.indicator: position for position, row in enumerate(self.rows)}
        contributions.sort(key=lambda each: positions[each[0]])
        names = {report.key.unit: report.unit.name for report in self.expected_reports}
        return RevisionLines(self.units, names, contributions)


def source_rows(revision_id: int, draft: Draft) -> list[dict[str, object]]:
    """Return which revisions stored its contributions, as columns of `RollupSourceRow`."""
    own = {*draft.contribution_columns["above_code"], *draft.subtotals.figures}
    sources = {**draft.sources, **dict.fromkeys(own, revision_id)}
    return [{"revision_id": revision_id, "above_code": above, "stored_by": sources[above]} for above in sorted(sources)]


def subtotal_rows(revision_id: int, draft: Draft) -> list[dict[str, object]]:
    """Return the subtotals of the contributions to store, as columns of `RollupSubtotalRow`."""
    new = draft.subtotals
    return [
        {
            "inputs_sha256": new.inputs[above],
            "stored_by": revision_id,
            "above_code": above,
            "figures": {indicator: figure.as_columns() for indicator, figure in figures.items()},
        }
        for above, figures in new.figures.items()
    ]


def part_rows(revision_id: int, draft: Draft) -> list[dict[str, object]]:
    """Return the parts of derived indicators, as columns of `RollupPartRow`."""
    return [
        {
            "revision_id": revision_id,
            "indicator": indicator,
            "position": position,
            "part": part.indicator,
            "points": part.points,
        }
        for indicator, parts in draft.parts.items()
        for position, part in enumerate(parts, 1)
    ]


def counted_form_rows(revision_id: int, draft: Draft) -> list[dict[str, object]]:
    """Return the other forms that count, as columns of `RollupCountedFormRow`."""
    return [
        {"revision_id": revision_id, "indicator": indicator, "period": period.id, "form": form}
        for indicator, forms in draft.counted_forms.items()
        for period, form in forms.items()
    ]


def other_report_rows(revision_id: int, draft: Draft) -> list[dict[str, object]]:
    """Return the reporting status of reports of other forms that count, as columns of `RollupOtherReportRow`."""
    return [
        {
            "revision_id": revision_id,
            "form": report.key.form,
            **dict(zip(UnitRecord._fields, _status(report, draft.statuses[report.key]), strict=False)),
        }
        for report in draft.other_reports
    ]


def beside_rows(revision_id: int, draft: Draft) -> list[dict[str, object]]:
    """Return what the forms say that do not count, as columns of `RollupBesideRow`."""
    return [
        {
            "revision_id": revision_id,
            "indicator": indicator,
            "period": each.report.key.period.id,
            "unit_code": each.report.key.unit.code,
            "form": each.report.key.form,
            "unit_valid_from": each.report.key.unit.valid_from,
            "submission_id": each.submission_id,
            "numerator": each.amount.numerator,
            "denominator": each.amount.denominator,
        }
        for indicator, amounts in draft.beside.items()
        for each in amounts
    ]


def _unit_record(report: ExpectedReport, status: ReportingStatus) -> UnitRecord:
    overlap = report.overlap
    links = [[link.old, link.new, link.effective.isoformat()] for link in overlap.succession_path]
    villages = None if overlap.villages is None else sorted(overlap.villages)
    return UnitRecord._make((*_status(report, status), overlap.whole, links or _NO_LINKS, villages))


def _status(report: ExpectedReport, status: ReportingStatus) -> tuple[Any, ...]:
    """Return the columns that say what a unit reported, the first of a `UnitRecord`."""
    key, file = report.key, status.submission
    kept = (None, None, None) if file is None else (file.id, file.judgement, file.received_at)
    return (
        key.period.id,
        key.unit.code,
        key.unit.valid_from,
        status.state,
        status.late,
        *kept,
        status.first_received_at,
    )
