"""Identities at the provider of OpenID Connect, with which users log in at the desk."""

import secrets
from datetime import datetime
from typing import Final

from domain.errors import UsageError
from flows.actions.users.log_in import hash_of_session
from flows.support.settings import Settings
from warehouse.officers.identities import bind_identity, take_identities, user_name_of
from warehouse.officers.users import start_session
from warehouse.store.engine import Engine, transaction

LONGEST_SUBJECT: Final = 255
"""Longest `sub` that OpenID Connect permits."""


def bind(engine: Engine, settings: Settings, name: str, subject: str, at: datetime) -> None:
    """Let a user log in with an identity at the provider of the settings, in place of any other.

    Raises:
        UsageError: there is no provider or user, the identity is impossible, or another user has it.
    """
    if not settings.oidc_issuer:
        raise UsageError("no provider is set: say where it is, as TONGHOP_OIDC_ISSUER=https://login.example.vn")
    if not subject.strip() or len(subject) > LONGEST_SUBJECT or not subject.isprintable():
        raise UsageError("the identity is impossible: write it as the page of log-in shows it to who has no account")
    with transaction(engine) as session:
        bind_identity(session, name, settings.oidc_issuer, subject, at)


def unbind(engine: Engine, name: str, at: datetime) -> None:
    """Let a user log in with no identity any more.

    Raises:
        UsageError: there is no such user.
    """
    with transaction(engine) as session:
        take_identities(session, name, at)


def log_in_as(engine: Engine, issuer: str, subject: str, at: datetime) -> str | None:
    """Start a session for who the provider says has an identity, and return its token; None: no user may have it.

    Password and code of the desk are not asked for: the provider has its own.
    """
    token = secrets.token_urlsafe(32)
    with transaction(engine) as session:
        name = user_name_of(session, issuer, subject)
        if name is None:
            return None
        start_session(session, name, hash_of_session(token), None, at)
    return token
