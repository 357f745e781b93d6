"""Content of replies: the submissions of a delivery, with their figures and the findings of their last judgement."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Final, NamedTuple

from sqlalchemy import select

from domain.issues import Issue, Repair
from domain.observations import CellState
from domain.submissions import SubmissionState
from warehouse.archive.reading import archived_figures
from warehouse.models import ObservationRow, SubmissionRow
from warehouse.queries.files import issues_of, repairs_of
from warehouse.queries.read_models import SubmissionRecord
from warehouse.queries.records import records_of
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session

_ACCEPTED = frozenset({SubmissionState.ACCEPTED, SubmissionState.SUPERSEDED, SubmissionState.WITHDRAWN})


class RepliedFigure(NamedTuple):
    """What a reply shows of a figure that was kept: numerator and denominator as read, and the numerator's cell."""

    submission_id: int
    unit_code: str
    indicator: str
    sheet: str
    numerator_state: CellState
    numerator: Decimal | None
    cell: str
    denominator_state: CellState | None
    denominator: Decimal | None


_COLUMNS: Final = [getattr(ObservationRow, name) for name in RepliedFigure._fields]
_FIELDS_OF: Final = attrgetter(*RepliedFigure._fields)


@dataclass(frozen=True, slots=True)
class ReportReply:
    """What a reply tells of one submission: the outcome of its `judgement`-th judgement, at `judged_at` (UTC).

    `figures` are those that were kept: none of a refused report. Issues come gravest first. `part` is the part of
    a file of many units that it is of, None: the whole file.
    """

    record: SubmissionRecord
    judgement: int
    judged_at: datetime
    issues: tuple[Issue, ...]
    repairs: tuple[Repair, ...]
    figures: Sequence[RepliedFigure]
    part: str | None = None

    @property
    def number(self) -> int:
        """The submission's number, which officials can quote in questions."""
        return self.record.file.submission_id

    @property
    def is_accepted(self) -> bool:
        """Whether the report was accepted, even if a later one has superseded it."""
        return self.record.state in _ACCEPTED

    @property
    def is_refused(self) -> bool:
        """Whether the report was refused; one that is held or was replaced by a later one is neither."""
        return self.record.state is SubmissionState.QUARANTINED


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply to a delivery, which lists each of its submissions in the order of their numbers."""

    delivery_id: int
    reports: tuple[ReportReply, ...]

    @property
    def is_of_many_units(self) -> bool:
        """Return whether the file reports for many units, so that it gets one answer that lists them."""
        return any(report.part is not None for report in self.reports)


def replies_of(session: Session, delivery_ids: Iterable[int]) -> tuple[Reply, ...]:
    """Return the replies to deliveries, in the order of their numbers; none to one that made no submission."""
    row = SubmissionRow
    rows = [
        each
        for chunk in in_chunks(delivery_ids)
        for each in session.scalars(select(row).where(row.delivery_id.in_(chunk)))
    ]
    reports = {report.number: report for report in _report_replies(session, rows)}
    of_delivery: dict[int, list[ReportReply]] = defaultdict(list)
    for each in sorted(rows, key=lambda each: (each.delivery_id, each.id)):
        of_delivery[each.delivery_id].append(reports[each.id])
    return tuple(Reply(key, tuple(each)) for key, each in of_delivery.items())


def _report_replies(session: Session, submissions: Sequence[SubmissionRow]) -> Iterator[ReportReply]:
    rows = {row.id: row for row in submissions}
    records, issues = records_of(session, rows), issues_of(session, rows.values())
    repairs = repairs_of(session, {key: row.judgement for key, row in rows.items()})
    figures = _figures(session, [key for key, row in rows.items() if row.state in _ACCEPTED])
    for key, row in rows.items():
        yield ReportReply(
            record=records[key],
            judgement=row.judgement,
            judged_at=row.judged_at or row.landed_at,
            issues=issues[key],
            repairs=repairs[key],
            figures=figures.get(key, ()),
            part=row.part,
        )


def _figures(session: Session, submission_ids: Iterable[int]) -> dict[int, list[RepliedFigure]]:
    """Return the stored figures of each submission, by sheet and unit; submissions without any are absent."""
    results: dict[int, list[RepliedFigure]] = defaultdict(list)
    row = ObservationRow
    for chunk in in_chunks(submission_ids):
        of_chunk = select(*_COLUMNS).where(row.submission_id.in_(chunk))
        stored = session.execute(of_chunk.order_by(row.submission_id, row.sheet, row.unit_code, row.indicator))
        for figure in map(RepliedFigure._make, (*stored, *map(_FIELDS_OF, archived_figures(session, chunk)))):
            results[figure.submission_id].append(figure)
    return results
