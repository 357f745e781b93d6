"""Links to the upload page with their history, what was received by them, and what became of its reports."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from domain.authorisations import UPLOAD, UploadLink, hash_of, sender_of
from domain.periods import Period, parse_period
from domain.submissions import SubmissionState
from warehouse.models import DeliveryRow, ReplyRow, SubmissionRow, UploadLinkRow
from warehouse.queries.authorisations import AuthorisationChange
from warehouse.store.engine import Session
from warehouse.submissions.upload_links import link_of


@dataclass(frozen=True, slots=True)
class UploadLinkRecord:
    """A link by its number, who made it and why, and who revoked it; `revoked` is None while it was not."""

    number: int
    link: UploadLink
    made: AuthorisationChange
    revoked: AuthorisationChange | None

    def holds_on(self, day: date) -> bool:
        """Return whether the link may be used on a day."""
        return self.revoked is None and self.link.valid_from <= day <= self.link.valid_to


def link_records(session: Session) -> tuple[UploadLinkRecord, ...]:
    """Return all links that were ever made, in that order."""
    rows = session.scalars(select(UploadLinkRow).order_by(UploadLinkRow.id)).all()
    revocations = {row.revokes: row for row in rows if row.revokes is not None}
    return tuple(_record(row, revocations.get(row.id)) for row in rows if row.revokes is None)


def link_of_token(session: Session, token: str) -> UploadLinkRecord | None:
    """Return the link with a token, whether it may be used or not; None: no link ever had it."""
    row = session.scalar(select(UploadLinkRow).where(UploadLinkRow.token_sha256 == hash_of(token)))
    if row is None:
        return None
    return _record(row, session.scalar(select(UploadLinkRow).where(UploadLinkRow.revokes == row.id)))


def _record(row: UploadLinkRow, revocation: UploadLinkRow | None) -> UploadLinkRecord:
    return UploadLinkRecord(row.id, link_of(row), _change(row), _change(revocation) if revocation else None)


def _change(row: UploadLinkRow) -> AuthorisationChange:
    return AuthorisationChange(row.reason, row.actor, row.at)


@dataclass(frozen=True, slots=True)
class UploadedReport:
    """A report of an uploaded file, by its number; `folder` has its reply in the outbox, "" where there is none yet."""

    number: int
    state: SubmissionState
    period: Period | None
    folder: str


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """An uploaded file at its path in the source; of bytes that had come before, the reports are of those."""

    path: str
    file_name: str
    sha256: str
    sent_at: datetime
    reports: tuple[UploadedReport, ...]


def uploaded_files(session: Session, link: int, most: int) -> tuple[UploadedFile, ...]:
    """Return the files received by a link, newest first, `most` at most."""
    row = DeliveryRow
    newest = select(row).where(row.connector == UPLOAD, row.sender == sender_of(link))
    deliveries = session.scalars(newest.order_by(row.delivered_at.desc(), row.id.desc()).limit(most)).all()
    reports = _reports(session, {_effective(each) for each in deliveries})
    return tuple(
        UploadedFile(each.path, each.file_name, each.sha256, each.delivered_at, tuple(reports[_effective(each)]))
        for each in deliveries
    )


def _effective(delivery: DeliveryRow) -> int:
    return delivery.repeats_id or delivery.id


def _reports(session: Session, deliveries: set[int]) -> defaultdict[int, list[UploadedReport]]:
    row, reply = SubmissionRow, ReplyRow
    replies = select(reply.delivery_id, reply.folder).where(reply.delivery_id.in_(deliveries)).order_by(reply.number)
    folders = dict(session.execute(replies).tuples().all())
    results: defaultdict[int, list[UploadedReport]] = defaultdict(list)
    for each in session.scalars(select(row).where(row.delivery_id.in_(deliveries)).order_by(row.id)):
        period = parse_period(each.period) if each.period else None
        report = UploadedReport(each.id, each.state, period, folders.get(each.delivery_id, ""))
        results[each.delivery_id].append(report)
    return results
