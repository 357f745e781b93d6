"""The accepted reports that those of a batch are compared with: of the period before, and their neighbours'."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from domain.digests import digest_of
from domain.periods import parse_period
from domain.staging import StagedAccepted, StagedPeer
from warehouse.models import ObservationRow, OrgUnitRow, SubmissionRow
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session
from warehouse.submissions.accepted_as_of import is_accepted


class _Report(NamedTuple):
    """A report's place; `parent` is the unit above its commune."""

    id: int
    code: str
    since: date
    name: str
    parent: str | None
    form: str
    period: str

    @property
    def group(self) -> tuple[str, str, str | None]:
        """What its neighbours have in common with it."""
        return self.form, self.period, self.parent

    @property
    def place(self) -> tuple[str, date, str, str]:
        """What no two accepted reports have in common."""
        return self.code, self.since, self.form, self.period


_Figure = tuple[str, Decimal | None, Decimal | None]


def peers(
    session: Session, run_id: str, submission_ids: Sequence[int], before: int | None = None
) -> tuple[StagedAccepted | StagedPeer, ...]:
    """What is now accepted beside the reports to be judged, ready to be staged.

    Neighbours are communes right below the same unit, with a report of the same form and period; an accepted report
    that a judged one would replace is none. Of the period before only the same unit's report counts, its code and
    first day being the same. `before`, the number of a move in the log: what was accepted then instead of now.
    """
    judged = [
        report for chunk in in_chunks(submission_ids) for report in _reports(session, SubmissionRow.id.in_(chunk))
    ]
    groups, places = (
        {judged_report.group for judged_report in judged},
        {other_judged_report.place for other_judged_report in judged},
    )
    earlier = {
        (judged_report.code, judged_report.since, judged_report.form, parse_period(judged_report.period).shift(-1).id)
        for judged_report in judged
    }
    accepted = _accepted(session, {group[:2] for group in groups} | {place[2:] for place in earlier}, before)
    results = {
        accepted_report.id: accepted_report
        for accepted_report in accepted
        if accepted_report.place in earlier or (accepted_report.group in groups and accepted_report.place not in places)
    }
    neighbours = {key for key, units in results.items() if units.group in groups and units.place not in places}
    return tuple(
        row
        for key, figures in _figures(session, results)
        for row in _rows(run_id, results[key], figures, is_neighbour=key in neighbours)
    )


def _accepted(session: Session, forms_and_periods: Iterable[tuple[str, str]], before: int | None) -> Iterator[_Report]:
    for form, period in sorted(forms_and_periods):
        is_meant = (SubmissionRow.form == form) & (SubmissionRow.period == period)
        yield from _reports(session, is_meant & is_accepted(SubmissionRow.id, SubmissionRow.state, before))


def _reports(session: Session, is_meant: ColumnElement[bool]) -> Iterator[_Report]:
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
        .where(is_meant)
    )
    return (_Report(*row) for row in rows)


def _figures(session: Session, wanted: Iterable[int]) -> Iterator[tuple[int, list[_Figure]]]:
    """The figures of the form sheets, report by report; those of villages are left out."""
    for chunk in in_chunks(wanted):
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
        yield from of_report.items()


def _rows(
    run_id: str, report: _Report, figures: Sequence[_Figure], *, is_neighbour: bool
) -> Iterator[StagedAccepted | StagedPeer]:
    area, form, period = report.parent or "", report.form, report.period
    yield StagedAccepted(run_id, report.id, report.code, report.name, area, form, period, digest_of(figures))
    for indicator, numerator, denominator in figures if is_neighbour else ():
        if numerator is not None and denominator:
            yield StagedPeer(run_id, report.id, area, form, period, indicator, numerator, denominator)
