"""What users change of their own accounts at the desk: password and second factor, each with the current password."""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.officers.users import User
from flows.actions.users.log_in import hash_of_session, interval_of
from flows.actions.users.passwords import LONGEST_PASSWORD, hash_password, is_password
from warehouse.officers.users import secrets_of, set_password, set_second_factor, start_session
from warehouse.store.engine import Engine, reading, transaction

SHORTEST_PASSWORD: Final = 12
_FEWEST_CHARACTERS: Final = 5
"""Different characters that a password has at least."""


class AccountFault(StrEnum):
    """Why nothing was changed; each has a text `web.desk_account_<fault>`."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105 # the name of a fault
    WEAK_PASSWORD = "weak_password"  # noqa: S105 # the same
    NOT_REPEATED = "not_repeated"
    WRONG_CODE = "wrong_code"


def weakness_of(user: User, password: str, repeated: str) -> AccountFault | None:
    """Return why a new password cannot be taken; None: it can."""
    if password != repeated:
        return AccountFault.NOT_REPEATED
    is_possible = SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD
    is_guessed = user.name in password.lower() or len(set(password)) < _FEWEST_CHARACTERS
    return None if is_possible and not is_guessed else AccountFault.WEAK_PASSWORD


def is_own_password(engine: Engine, user: User, password: str) -> bool:
    """Return whether a password is the user's own."""
    with reading(engine) as session:
        kept = secrets_of(session, user.name)
    return kept is not None and is_password(password, kept.password_hash)


def change_own_password(engine: Engine, user: User, password: str, at: datetime) -> str:
    """Change the password, log the user out everywhere else, and return the token of a new session."""
    password_hash, token = hash_password(password), secrets.token_urlsafe(32)
    with transaction(engine) as session:
        set_password(session, user.name, password_hash)
        start_session(session, user.name, hash_of_session(token), None, at)
    return token


def set_own_second_factor(engine: Engine, user: User, secret: str | None, code: str, at: datetime) -> str | None:
    """Ask for codes of this secret from now on (None: for none), and return the token of a new session.

    None: the code is not of that secret, so that the user could not log in any more; nothing was changed.
    """
    interval = interval_of(secret, code, at) if secret else None
    if secret and interval is None:
        return None
    token = secrets.token_urlsafe(32)
    with transaction(engine) as session:
        set_second_factor(session, user.name, secret)
        start_session(session, user.name, hash_of_session(token), interval, at)
    return token


def has_second_factor(engine: Engine, user: User) -> bool:
    """Return whether the user is asked for codes."""
    with reading(engine) as session:
        kept = secrets_of(session, user.name)
    return kept is not None and kept.totp_secret is not None
