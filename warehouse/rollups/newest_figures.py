"""Newest published figures of all areas, and the reports that they rest on, as plain rows for data files."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, Select, exists, func, select

from domain.rollups import Boundary, Finality, ReportingState, RollupStatus
from warehouse.archive.reading import archived_contributions
from warehouse.models import (
    CONTRIBUTED,
    OrgUnitRow,
    PublicationRow,
    RollupCountedFormRow,
    RollupFigureRow,
    RollupOtherReportRow,
    RollupRevisionRow,
    RollupUnitRow,
    SubmissionRow,
)
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session
from warehouse.submissions.lifecycle import find_all


class RevisionHead(NamedTuple):
    """Head of a published revision; `published_at` is in UTC, `key` its number in the warehouse."""

    key: int
    area: str
    area_valid_from: date
    area_name: str
    form: str
    period: str
    boundary: Boundary
    number: int
    published_at: datetime
    run_id: str
    content_sha256: str
    finality: Finality


class StoredFigure(NamedTuple):
    """One figure of the revision `key`; `value` is in the unit of its indicator."""

    key: int
    indicator: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    denominator_kind: str
    target: Decimal | None
    target_assumed: bool | None
    attained: bool | None
    units_expected: int
    units_accepted: int
    units_late: int
    units_missing: int
    status: RollupStatus
    notes: str


class CountedReport(NamedTuple):
    """A report that entered the revision `key`: the unit with its name then, the submission and which judgement."""

    key: int
    unit: str
    unit_valid_from: date
    unit_name: str
    submission_id: int
    judgement: int


class UnitAmount(NamedTuple):
    """What a unit's report gave for one figure of the revision `key`: of which form, in which file."""

    key: int
    unit: str
    indicator: str
    numerator: Decimal
    denominator: Decimal | None
    form: str
    file_name: str
    sha256: str


HEAD_COLUMNS: Final = (
    RollupRevisionRow.id,
    RollupRevisionRow.area_code,
    RollupRevisionRow.area_valid_from,
    RollupRevisionRow.area_name,
    RollupRevisionRow.form,
    RollupRevisionRow.period,
    RollupRevisionRow.boundary,
    RollupRevisionRow.number,
    RollupRevisionRow.published_at,
    RollupRevisionRow.run_id,
    RollupRevisionRow.content_sha256,
    RollupRevisionRow.finality,
)
"""The columns of a head, as the fields of `RevisionHead`."""

FIGURE_COLUMNS: Final = tuple(
    getattr(RollupFigureRow, "revision_id" if name == "key" else name) for name in StoredFigure._fields
)
"""The columns of a figure, as the fields of `StoredFigure`."""


def _reports_statement(row: type[RollupUnitRow] | type[RollupOtherReportRow]) -> Select[Any]:
    return (
        select(
            row.revision_id,
            row.unit_code,
            row.unit_valid_from,
            OrgUnitRow.name,
            row.submission_id,
            row.judgement,
        )
        .join(RollupRevisionRow, RollupRevisionRow.id == row.revision_id)
        .join(OrgUnitRow, (OrgUnitRow.code == row.unit_code) & (OrgUnitRow.valid_from == row.unit_valid_from))
        .where(row.state == ReportingState.ACCEPTED, row.period == RollupRevisionRow.period)
        .order_by(row.revision_id, row.unit_code)
    )


_REFERRED_TO: Final = ("revision_id", "submission_id")


@dataclass(frozen=True, slots=True)
class NewestFigures:
    """The newest published revisions, and on demand what they hold; read in one session."""

    session: Session
    heads: tuple[RevisionHead, ...]

    def figures(self, keys: Collection[int]) -> Iterator[StoredFigure]:
        """Yield the figures of revisions, each revision's in the order of its report."""
        row = RollupFigureRow
        for chunk in in_chunks(keys):
            listed = select(*FIGURE_COLUMNS).where(row.revision_id.in_(chunk)).order_by(row.revision_id, row.position)
            yield from map(StoredFigure._make, self._plainly(listed))

    def reports(self, keys: Collection[int]) -> Iterator[CountedReport]:
        """Yield the accepted reports of the revisions' own period, of units that lie wholly in their area.

        After those of the revision's own form come those of other forms that count there.
        """
        unit, other = RollupUnitRow, RollupOtherReportRow
        place = (other.revision_id == unit.revision_id) & (other.period == unit.period)
        of_others = _reports_statement(other).join(unit, place & (other.unit_code == unit.unit_code)).where(unit.whole)
        for row, statement in ((unit, _reports_statement(unit).where(unit.whole)), (other, of_others)):
            for chunk in in_chunks(keys):
                yield from map(CountedReport._make, self._plainly(statement.where(row.revision_id.in_(chunk))))

    def _plainly(self, statement: Select[Any]) -> Iterable[Row[Any]]:
        """Return rows of columns; past the session, which takes as long for a row as the database does."""
        return self.session.connection().execute(statement)

    def amounts(self, keys: Collection[int]) -> Iterator[UnitAmount]:
        """Yield what each report of the revisions' own period gave for each figure, unweighted."""
        row, counted = CONTRIBUTED.c, RollupCountedFormRow
        statement = (
            select(row.revision_id, row.unit_code, row.indicator, row.numerator, row.denominator)
            .add_columns(func.coalesce(counted.form, RollupRevisionRow.form), SubmissionRow.file_name)
            .add_columns(SubmissionRow.sha256)
            .join(RollupRevisionRow, RollupRevisionRow.id == row.revision_id)
            .join(SubmissionRow, SubmissionRow.id == row.submission_id)
            .outerjoin(
                counted,
                (counted.revision_id == row.revision_id)
                & (counted.indicator == row.indicator)
                & (counted.period == row.period),
            )
            .where(row.period == RollupRevisionRow.period)
            .order_by(row.revision_id, row.unit_code, row.indicator)
        )
        for chunk in in_chunks(keys):
            yield from map(UnitAmount._make, self.session.execute(statement.where(row.revision_id.in_(chunk))).all())
        yield from self._archived_amounts(keys)

    def _archived_amounts(self, keys: Collection[int]) -> Iterator[UnitAmount]:
        """Yield of archived contributions what `amounts` selects of those in the table."""
        heads = {head.key: head for head in self.heads}
        of_own_period = [
            each
            for each in archived_contributions(self.session, keys)
            if each.revision_id in heads and each.period == heads[each.revision_id].period
        ]
        counted = RollupCountedFormRow
        revisions, submissions = ({getattr(each, name) for each in of_own_period} for name in _REFERRED_TO)
        forms: dict[tuple[int, str, str], str] = {}
        for chunk in in_chunks(revisions):
            listed = select(counted.revision_id, counted.indicator, counted.period, counted.form)
            for *place, form in self.session.execute(listed.where(counted.revision_id.in_(chunk))):
                forms[tuple(place)] = form
        files = find_all(self.session, submissions)
        for each in of_own_period:
            form = forms.get((each.revision_id, each.indicator, each.period), heads[each.revision_id].form)
            file = files[each.submission_id]
            amount = each.revision_id, each.unit_code, each.indicator, each.numerator, each.denominator
            yield UnitAmount(*amount, form, file.file_name, file.sha256)


@dataclass(frozen=True, slots=True)
class HeadSelector:
    """Selects among newest revisions; None matches any."""

    area: str | None = None
    period: str | None = None
    form: str | None = None
    boundary: Boundary | None = None


EVERYTHING: Final = HeadSelector()


def newest_figures(session: Session, which: HeadSelector = EVERYTHING) -> NewestFigures:
    """Return the newest published revision of every area, form, period and boundary, in that order."""
    return NewestFigures(session, tuple(map(RevisionHead._make, session.execute(newest_heads(which)))))


def newest_heads(which: HeadSelector = EVERYTHING) -> Select[Any]:
    """Return the statement that selects the heads of newest published revisions, as the fields of `RevisionHead`."""
    head = RollupRevisionRow
    of_one_area = (head.area_code, head.area_valid_from, head.form, head.period, head.boundary)
    place = func.row_number().over(partition_by=of_one_area, order_by=head.number.desc())
    published = exists().where(PublicationRow.revision_id == head.id)
    wanted = {
        head.area_code: which.area,
        head.period: which.period,
        head.form: which.form,
        head.boundary: which.boundary,
    }
    conditions = [column == value for column, value in wanted.items() if value is not None]
    ranked = select(head.id, place.label("place")).where(published, *conditions).subquery()
    listed = select(*HEAD_COLUMNS).join(ranked, ranked.c.id == head.id).where(ranked.c.place == 1)
    return listed.order_by(*of_one_area)
