"""Links to the upload page with their history, and the link of a token."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from domain.authorisations import UploadLink, hash_of
from warehouse.models import UploadLinkRow
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
