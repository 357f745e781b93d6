"""Keep users of the desk, and where they are logged in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, update

from domain.errors import UsageError
from domain.officers.users import ALL_AREAS, Role, User
from warehouse.models import UserRow, UserSessionRow
from warehouse.store.engine import Session, serialise

IDLE: Final = timedelta(hours=1)
"""A session ends when it was not used for so long."""
LONGEST_SESSION: Final = timedelta(hours=12)
"""A session ends so long after the log-in, however much it is used: a working day."""
_NOTED_AFTER: Final = timedelta(minutes=10)
"""How seldom a session is written: a page that only reads waits for no writer."""


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A user as it is kept; `has_second_factor`: a code is asked for beside the password."""

    user: User
    created_at: datetime
    disabled_at: datetime | None
    has_second_factor: bool


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A user who is logged in; `is_to_be_noted`: that the session is used was noted long ago."""

    user: User
    is_to_be_noted: bool


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a log-in of a user is compared with."""

    user: User
    password_hash: str
    totp_secret: str | None
    totp_used: int | None


def users_exist(session: Session) -> bool:
    """Return whether any user was ever added; until then the office's one password counts."""
    return bool(session.scalar(select(func.count()).select_from(UserRow)))


def user_records(session: Session) -> tuple[UserRecord, ...]:
    """Return all users by name, disabled ones included."""
    return tuple(
        UserRecord(_user(row), row.created_at, row.disabled_at, row.totp_secret is not None)
        for row in session.scalars(select(UserRow).order_by(UserRow.name))
    )


def add_user(session: Session, user: User, password_hash: str, at: datetime) -> None:
    """Add a user.

    Raises:
        UsageError: the name is taken, by a disabled user too.
    """
    serialise(session)
    if session.get(UserRow, user.name) is not None:
        raise UsageError(f"there is a user {user.name} already: tonghop users list shows all, disabled ones too")
    session.add(
        UserRow(
            name=user.name,
            full_name=user.full_name,
            role=user.role,
            areas=",".join(user.areas),
            password_hash=password_hash,
            created_at=at,
        )
    )


def change_role(session: Session, name: str, role: Role, areas: Sequence[str]) -> User:
    """Give a user another role and other areas, from the next request on.

    Raises:
        UsageError: there is no such user, or no administrator would be left.
    """
    serialise(session)
    row = _row(session, name)
    if role is not Role.ADMINISTRATOR:
        _require_another(session, row)
    row.role, row.areas = role, ",".join(dict.fromkeys(areas))
    return _user(row)


def disable_user(session: Session, name: str, at: datetime) -> User:
    """Shut a user out and end their sessions; adding a password later lets them in again.

    Raises:
        UsageError: there is no such user, or no administrator would be left.
    """
    serialise(session)
    row = _row(session, name)
    _require_another(session, row)
    row.disabled_at = row.disabled_at or at
    end_sessions(session, name)
    return _user(row)


def set_password(session: Session, name: str, password_hash: str) -> User:
    """Give a user another password, let them in if they were disabled, and end their sessions.

    Raises:
        UsageError: there is no such user.
    """
    row = _row(session, name)
    row.password_hash, row.disabled_at = password_hash, None
    end_sessions(session, name)
    return _user(row)


def replace_hash(session: Session, name: str, password_hash: str) -> None:
    """Keep another hash of the same password: no decision, so that the chain of decisions does not record it."""
    session.execute(update(UserRow).where(UserRow.name == name).values(password_hash=password_hash))


def set_second_factor(session: Session, name: str, secret: str | None) -> User:
    """Ask a user for codes of this secret from the next log-in on; None: for none.

    Raises:
        UsageError: there is no such user.
    """
    row = _row(session, name)
    row.totp_secret, row.totp_used = secret, None
    end_sessions(session, name)
    return _user(row)


def secrets_of(session: Session, name: str) -> Secrets | None:
    """Return what a log-in under this name is compared with; None: no user may log in under it."""
    row = session.get(UserRow, name)
    if row is None or row.disabled_at is not None:
        return None
    return Secrets(_user(row), row.password_hash, row.totp_secret, row.totp_used)


def start_session(session: Session, name: str, token_sha256: str, totp_used: int | None, at: datetime) -> None:
    """Keep a log-in, and that the code of this interval was used; sessions that ended are removed."""
    remove_ended_sessions(session, at)
    session.add(UserSessionRow(token_sha256=token_sha256, user_name=name, started_at=at, used_at=at))
    if totp_used is not None:
        _row(session, name).totp_used = totp_used


def remove_ended_sessions(session: Session, at: datetime) -> None:
    """Remove the sessions that have ended by themselves."""
    ended = (UserSessionRow.used_at < at - IDLE) | (UserSessionRow.started_at < at - LONGEST_SESSION)
    session.execute(delete(UserSessionRow).where(ended))


def user_of_session(session: Session, token_sha256: str, at: datetime) -> LoggedIn | None:
    """Return who is logged in by a token; None: no user, or not any more."""
    row = session.get(UserSessionRow, token_sha256)
    if row is None or at - row.used_at > IDLE or at - row.started_at > LONGEST_SESSION:
        return None
    user = session.get(UserRow, row.user_name)
    if user is None or user.disabled_at is not None:
        return None
    return LoggedIn(_user(user), is_to_be_noted=at - row.used_at > _NOTED_AFTER)


def note_session(session: Session, token_sha256: str, at: datetime) -> None:
    """Note that a session is used."""
    row = session.get(UserSessionRow, token_sha256)
    if row is not None:
        row.used_at = max(row.used_at, at)


def end_session(session: Session, token_sha256: str) -> None:
    """Log a browser out."""
    session.execute(delete(UserSessionRow).where(UserSessionRow.token_sha256 == token_sha256))


def end_sessions(session: Session, name: str) -> None:
    """Log a user out everywhere."""
    session.execute(delete(UserSessionRow).where(UserSessionRow.user_name == name))


def _row(session: Session, name: str) -> UserRow:
    row = session.get(UserRow, name)
    if row is None:
        raise UsageError(f"there is no user {name}: tonghop users list shows all")
    return row


def _user(row: UserRow) -> User:
    return User(row.name, row.full_name, row.role, tuple(row.areas.split(",")) if row.areas else ALL_AREAS)


def _require_another(session: Session, row: UserRow) -> None:
    """Refuse to leave the desk without an administrator."""
    others = select(func.count()).where(
        UserRow.role == Role.ADMINISTRATOR, UserRow.disabled_at.is_(None), UserRow.name != row.name
    )
    if row.role is Role.ADMINISTRATOR and not session.scalar(others):
        raise UsageError(f"{row.name} is the only administrator: add another administrator first")
