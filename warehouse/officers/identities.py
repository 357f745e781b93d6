"""Keep which identities at a provider the desk's users may log in with."""

from datetime import datetime

from sqlalchemy import select

from domain.errors import UsageError
from warehouse.models import IdentityRow, UserRow
from warehouse.store.engine import Session, serialise


def bind_identity(session: Session, name: str, issuer: str, subject: str, at: datetime) -> None:
    """Let a user log in with an identity, from now on and in place of any other.

    Raises:
        UsageError: there is no such user, or another one has the identity.
    """
    serialise(session)
    take_identities(session, name, at)
    row = session.scalar(select(IdentityRow).where(IdentityRow.issuer == issuer, IdentityRow.subject == subject))
    if row is not None and row.user_name not in {None, name}:
        raise UsageError(f"{row.user_name} logs in with this identity: take it from {row.user_name} first, by --off")
    if row is None:
        row = IdentityRow(issuer=issuer, subject=subject)
        session.add(row)
    row.user_name, row.changed_at = name, at


def take_identities(session: Session, name: str, at: datetime) -> None:
    """Let a user log in with no identity any more.

    Raises:
        UsageError: there is no such user.
    """
    if session.get(UserRow, name) is None:
        raise UsageError(f"there is no user {name}: tonghop users list shows all")
    for row in session.scalars(select(IdentityRow).where(IdentityRow.user_name == name)):
        row.user_name, row.changed_at = None, at


def names_with_identity(session: Session) -> frozenset[str]:
    """Return the names of users who may log in with an identity."""
    return frozenset(session.scalars(select(IdentityRow.user_name).where(IdentityRow.user_name.is_not(None))))


def user_name_of(session: Session, issuer: str, subject: str) -> str | None:
    """Return the name of the user who may log in with an identity; None: no user may."""
    return session.scalar(
        select(UserRow.name)
        .join(IdentityRow, IdentityRow.user_name == UserRow.name)
        .where(IdentityRow.issuer == issuer, IdentityRow.subject == subject, UserRow.disabled_at.is_(None))
    )
