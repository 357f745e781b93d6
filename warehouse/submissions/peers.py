"""Accepted reports to compare a batch with: those of the period before, and of neighbouring communes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from domain.periods import parse_period
from domain.staging import StagedAccepted, StagedPeer, digest_of
from warehouse.archive.reading import archived_figures
from warehouse.models import ObservationRow, OrgUnitRow, SubmissionRow
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session
from warehouse.submissions.accepted_as_of import is_accepted


class _Report(NamedTuple):
    """A report with its unit; `parent` is the unit above its commune."""

    id: int
    code: str
    since: date
    name: str
    parent: str | None
    form: str
    period: str

    @property
    def group(self) -> tuple[str, str, str | None]:
        """What it shares with its neighbours."""
        return self.form, self.period, self.parent

    @property
    def key(self) -> tuple[str, date, str, str]:
        """What is unique among accepted reports."""
        return self.code, self.since, self.form, self.period


_Figure = tuple[str, Decimal | None, Decimal | None]


def peers(
    session: Session, run_id: str, submission_ids: Sequence[int], before: int | None = None
) -> tuple[StagedAccepted | StagedPeer, ...]:
    """Return the accepted reports to compare the judged ones with, as rows to stage.

    Neighbours are communes directly below the same unit, with a report of the same form and period, except those whose
    report a judged one would replace. Of the period before only the report of the same code and first day counts.
    `before`, the number of an event: use what was accepted then instead of now.
    """
    judged = [
        report for chunk in in_chunks(submission_ids) for report in _reports(session, SubmissionRow.id.in_(chunk))
    ]
    groups, keys = (
        {judged_report.group for judged_report in judged},
        {judged_report.key for judged_report in judged},
    )
    earlier = {
        (judged_report.code, judged_report.since, judged_report.form, parse_period(judged_report.period).shift(-1).id)
        for judged_report in judged
    }
    accepted = _accepted(session, {group[:2] for group in groups} | {key[2:] for key in earlier}, before)
    results = {
        accepted_report.id: accepted_report
        for accepted_report in accepted
        if accepted_report.key in earlier or (accepted_report.group in groups and accepted_report.key not in keys)
    }
    neighbours = {key for key, units in results.items() if units.group in groups and units.key not in keys}
    return tuple(
        row
        for key, figures in _figures(session, results)
        for row in _rows(run_id, results[key], figures, is_neighbour=key in neighbours)
    )


def _accepted(session: Session, forms_and_periods: Iterable[tuple[str, str]], before: int | None) -> Iterator[_Report]:
    for form, period in sorted(forms_and_periods):
        condition = (SubmissionRow.form == form) & (SubmissionRow.period == period)
        yield from _reports(session, condition & is_accepted(SubmissionRow.id, SubmissionRow.state, before))


def _reports(session: Session, condition: ColumnElement[bool]) -> Iterator[_Report]:
    rows = session.execute(
        select(
            SubmissionRow.id,
            OrgUnitRow.code,
            OrgUnitRow.valid_from,
            OrgUnitRow.name,
            OrgUnitRow.parent_code,
            SubmissionRow.form,
            SubmissionRow.period,
        )
        .join(
            OrgUnitRow,
            (OrgUnitRow.code == SubmissionRow.unit_code) & (OrgUnitRow.valid_from == SubmissionRow.unit_valid_from),
        )
        .where(condition)
    )
    return (_Report(*row) for row in rows)


def _figures(session: Session, submission_ids: Iterable[int]) -> Iterator[tuple[int, list[_Figure]]]:
    """Yield the figures of the form sheets by report, without those of villages."""
    for chunk in in_chunks(submission_ids):
        of_report: dict[int, list[_Figure]] = defaultdict(list)
        rows = session.execute(
            select(
                ObservationRow.submission_id,
                ObservationRow.indicator,
                ObservationRow.numerator,
                ObservationRow.denominator,
            )
            .join(
                SubmissionRow,
                (SubmissionRow.id == ObservationRow.submission_id)
                & (SubmissionRow.unit_code == ObservationRow.unit_code),
            )
            .where(ObservationRow.submission_id.in_(chunk))
            .order_by(ObservationRow.submission_id, ObservationRow.indicator)
        )
        for key, indicator, numerator, denominator in rows:
            of_report[key].append((indicator, numerator, denominator))
        for each in archived_figures(session, chunk):
            if each.unit_code == each.reported_by:
                of_report[each.submission_id].append((each.indicator, each.numerator, each.denominator))
        yield from of_report.items()


def _rows(
    run_id: str, report: _Report, figures: Sequence[_Figure], *, is_neighbour: bool
) -> Iterator[StagedAccepted | StagedPeer]:
    area, form, period = report.parent or "", report.form, report.period
    yield StagedAccepted(run_id, report.id, report.code, report.name, area, form, period, digest_of(figures))
    for indicator, numerator, denominator in figures if is_neighbour else ():
        if numerator is not None and denominator:
            yield StagedPeer(run_id, report.id, area, form, period, indicator, numerator, denominator)
