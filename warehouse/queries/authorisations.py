"""Authorisations with their history: who authorised a way and why, and who removed that."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.authorisations import Authorisation
from warehouse.models import AuthorisationRow
from warehouse.store.engine import Session
from warehouse.submissions.authorisations import authorisation_of


@dataclass(frozen=True, slots=True)
class AuthorisationChange:
    """Why an authorisation was added or removed, by whom, and when (UTC)."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AuthorisationRecord:
    """An authorisation by its number, with its changes; `removed` is None while it is in force."""

    number: int
    authorisation: Authorisation
    added: AuthorisationChange
    removed: AuthorisationChange | None


def authorisation_records(session: Session) -> tuple[AuthorisationRecord, ...]:
    """Return all authorisations that were ever added, in that order."""
    rows = session.scalars(select(AuthorisationRow).order_by(AuthorisationRow.id)).all()
    removals = {row.removes: row for row in rows if row.removes is not None}
    return tuple(
        AuthorisationRecord(
            row.id, authorisation_of(row), _change(row), _change(removals[row.id]) if row.id in removals else None
        )
        for row in rows
        if row.removes is None
    )


def _change(row: AuthorisationRow) -> AuthorisationChange:
    return AuthorisationChange(row.reason, row.actor, row.at)
