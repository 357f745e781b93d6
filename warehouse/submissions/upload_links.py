"""Make and revoke links to the upload page, and say what they authorise."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from domain.authorisations import Authorisation, UploadLink, authorisation_by, hash_of
from domain.errors import UsageError
from warehouse.models import UploadLinkRow
from warehouse.store.engine import Session, serialise
from warehouse.submissions.withdrawal import Decision

_FIELDS = ("unit", "unit_valid_from", "valid_from", "valid_to")


def make_link(session: Session, link: UploadLink, token: str, decision: Decision) -> int:
    """Make a link with a token and return its number.

    Raises:
        UsageError: no reason is stated.
    """
    row = _row(link, decision, token_sha256=hash_of(token))
    session.add(row)
    session.flush()
    return row.id


def revoke_link(session: Session, number: int, decision: Decision) -> UploadLink:
    """Revoke a link: nothing can be uploaded by it any more, and what it brought and is not judged yet will be held.

    Raises:
        UsageError: no reason is stated, or no link has this number, or it was revoked before.
    """
    serialise(session)
    row = session.scalar(select(UploadLinkRow).where(UploadLinkRow.id == number, _is_kept()))
    if row is None:
        raise UsageError(f"there is no link {number} to revoke: tonghop links list shows them with their numbers")
    session.add(_row(link_of(row), decision, revokes=number))
    session.flush()
    return link_of(row)


def authorised_by_links(session: Session) -> tuple[Authorisation, ...]:
    """Return what the links authorise that were not revoked."""
    rows = session.scalars(select(UploadLinkRow).where(_is_kept()).order_by(UploadLinkRow.id))
    return tuple(authorisation_by(link_of(row), row.id) for row in rows)


def link_of(row: UploadLinkRow) -> UploadLink:
    """Return the link that a row makes or revokes."""
    return UploadLink(**{name: getattr(row, name) for name in _FIELDS})


def _row(
    link: UploadLink, decision: Decision, token_sha256: str | None = None, revokes: int | None = None
) -> UploadLinkRow:
    if not decision.reason.note.strip():
        raise UsageError("say why, in a sentence: it is kept with the link")
    return UploadLinkRow(
        **{name: getattr(link, name) for name in _FIELDS},
        at=decision.at,
        actor=decision.reason.actor,
        reason=decision.reason.note.strip(),
        token_sha256=token_sha256,
        revokes=revokes,
    )


def _is_kept() -> ColumnElement[bool]:
    """Return SQL for rows that make a link which no other row revokes."""
    revocation = aliased(UploadLinkRow)
    is_revoked = select(revocation.id).where(revocation.revokes == UploadLinkRow.id).exists()
    return UploadLinkRow.revokes.is_(None) & ~is_revoked
