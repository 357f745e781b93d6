"""All there is about a report: its versions, what they moved in published figures, and what answered them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from domain.mail.outgoing import OutgoingState
from domain.periods import Period, parse_period
from domain.rollups import Boundary, RollupChange
from warehouse.archive.reading import archived_uses
from warehouse.models import (
    CONTRIBUTED,
    OutgoingRow,
    PublicationRow,
    RepliedJudgementRow,
    ReplyRow,
    RollupChangeRow,
    RollupFigureRow,
    RollupRevisionRow,
)
from warehouse.queries.history import ReportHistory, histories
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session
from warehouse.submissions.report_keys import ReportKey

MOST_MOVED = 2000
"""Most changed columns of moved figures that are listed."""
_WORDS = "notes"
"""The column that repeats in words what others say."""


@dataclass(frozen=True, slots=True)
class PublishedPlace:
    """A published figure: area, form, period, boundary and indicator, and the number of the revision."""

    area: str
    area_name: str
    form: str
    period: Period
    boundary: Boundary
    revision: int
    indicator: str


@dataclass(frozen=True, slots=True)
class MovedFigure:
    """A published figure that a version of the report moved, with its changed columns, as published."""

    place: PublishedPlace
    version: int
    published_at: datetime
    changes: tuple[RollupChange, ...]


@dataclass(frozen=True, slots=True)
class EnteredFigure:
    """A published figure of an area's newest revision that rests on a version, and its value."""

    place: PublishedPlace
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """A reply to a delivery of a version, in a folder of the outbox, and where it was sent, if anywhere."""

    version: int
    judgement: int
    given_at: datetime
    folder: str
    recipient: str | None
    state: OutgoingState | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReportDossier:
    """Versions of a report, the figures each moved, those that rest on it, by version, and the answers."""

    history: ReportHistory
    moved: tuple[MovedFigure, ...]
    entered: Mapping[int, tuple[EnteredFigure, ...]]
    answers: tuple[GivenAnswer, ...]


def report_dossier(session: Session, key: ReportKey) -> ReportDossier:
    """Return all there is about a report; without versions where none came."""
    history = histories(session, [key])[key]
    numbers = {version.submission_id: version.version for version in history.versions}
    return ReportDossier(history, _moved(session, numbers), _entered(session, numbers), _answers(session, numbers))


def _moved(session: Session, numbers: Mapping[int, int]) -> tuple[MovedFigure, ...]:
    change, head = RollupChangeRow, RollupRevisionRow
    rows = session.execute(
        select(change, head)
        .join(head, head.id == change.revision_id)
        .where(change.submission_id.in_(numbers), change.column_name != _WORDS)
        .order_by(head.id.desc(), change.position)
        .limit(MOST_MOVED)
    ).tuples()
    figures: dict[tuple[int, str, int], tuple[RollupRevisionRow, list[RollupChange]]] = {}
    for row, of in rows:
        _, changes = figures.setdefault((of.id, row.indicator, numbers[row.submission_id or 0]), (of, []))
        changes.append(RollupChange(row.indicator, row.column_name, row.before, row.after, None))
    return tuple(
        MovedFigure(_place(of, indicator), version, of.published_at, tuple(changes))
        for (_, indicator, version), (of, changes) in figures.items()
    )


def _entered(session: Session, numbers: Collection[int]) -> dict[int, tuple[EnteredFigure, ...]]:
    """Return what rests on each submission in the newest published revisions."""
    contribution, head, figure = CONTRIBUTED.c, RollupRevisionRow, RollupFigureRow
    later = aliased(RollupRevisionRow)
    is_published = select(PublicationRow.id).where(PublicationRow.revision_id == head.id).exists()
    newest = (
        select(func.max(later.number))
        .join(PublicationRow, PublicationRow.revision_id == later.id)
        .where(
            later.area_code == head.area_code,
            later.area_valid_from == head.area_valid_from,
            later.form == head.form,
            later.period == head.period,
            later.boundary == head.boundary,
        )
        .scalar_subquery()
    )
    published = (
        select(head, figure.indicator, figure.value, figure.position)
        .join(figure, figure.revision_id == head.id)
        .where(is_published, head.number == newest)
    )
    rows: list[Any] = list(
        session.execute(
            published.add_columns(contribution.submission_id)
            .join(CONTRIBUTED, (contribution.revision_id == head.id) & (contribution.indicator == figure.indicator))
            .where(contribution.submission_id.in_(numbers))
        )
    )
    archived = {(each.revision_id, each.indicator): each.submission_id for each in archived_uses(session, numbers)}
    for chunk in in_chunks(revision for revision, _ in archived):
        for of, indicator, *figures in session.execute(published.where(head.id.in_(chunk))):
            if (of.id, indicator) in archived:
                rows.append((of, indicator, *figures, archived[of.id, indicator]))
    results: dict[int, list[EnteredFigure]] = defaultdict(list)
    for of, indicator, value, _, submission in sorted(rows, key=_by_place):
        results[submission].append(EnteredFigure(_place(of, indicator), value))
    return {key: tuple(entered) for key, entered in results.items()}


def _by_place(row: Any) -> tuple[str, str, str, int]:  # noqa: ANN401 # a head, the columns of a figure, a submission
    head, _, _, position, _ = row
    return head.period, head.area_code, head.boundary, position


def _place(head: RollupRevisionRow, indicator: str) -> PublishedPlace:
    period = parse_period(head.period)
    return PublishedPlace(head.area_code, head.area_name, head.form, period, head.boundary, head.number, indicator)


def _answers(session: Session, numbers: Mapping[int, int]) -> tuple[GivenAnswer, ...]:
    judged, reply, sent = RepliedJudgementRow, ReplyRow, OutgoingRow
    rows = session.execute(
        select(
            judged.submission_id,
            judged.judgement,
            reply.given_at,
            reply.folder,
            sent.recipient,
            sent.state,
            sent.sent_at,
        )
        .join(reply, reply.id == judged.reply_id)
        .outerjoin(sent, sent.reply_id == reply.id)
        .where(judged.submission_id.in_(numbers))
        .order_by(reply.id, sent.id)
    )
    return tuple(GivenAnswer(numbers[submission], *others) for submission, *others in rows)
