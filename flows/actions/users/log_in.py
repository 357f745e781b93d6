"""Log users in at the desk."""

import secrets
from datetime import datetime
from hashlib import sha256
from typing import Final

import pyotp

from flows.actions.users.passwords import hash_of_nothing, hash_password, is_outdated, is_password
from warehouse.officers.users import replace_hash, secrets_of, start_session
from warehouse.store.engine import Engine, reading, transaction

_INTERVAL_SECONDS: Final = 30
"""Of codes by RFC 6238, as authenticator apps count."""


def log_in(engine: Engine, name: str, password: str, code: str, at: datetime) -> str | None:
    """Start a session and return its token, which is kept nowhere; None: name, password or code is not right.

    A name that is unknown takes as long as one that is known. A code of the second factor counts once, in its interval
    of 30 seconds or the one before or after (RFC 6238, 5.2). A password that was hashed with other parameters is hashed
    anew.
    """
    with reading(engine) as session:
        kept = secrets_of(session, name)
    is_right = is_password(password, kept.password_hash if kept else hash_of_nothing())
    if kept is None or not is_right:
        return None
    interval = interval_of(kept.totp_secret, code, at) if kept.totp_secret else None
    if kept.totp_secret and interval is None:
        return None
    token = secrets.token_urlsafe(32)
    renewed = hash_password(password) if is_outdated(kept.password_hash) else ""
    with transaction(engine) as session:
        newest = secrets_of(session, name)
        is_changed = newest is None or newest.password_hash != kept.password_hash
        is_used = interval is not None and newest is not None and (newest.totp_used or 0) >= interval
        if is_changed or is_used:
            return None
        if renewed:
            replace_hash(session, name, renewed)
        start_session(session, name, hash_of_session(token), interval, at)
    return token


def hash_of_session(token: str) -> str:
    """Return what is kept of a session's token."""
    return sha256(token.encode()).hexdigest()


def interval_of(secret: str, code: str, at: datetime) -> int | None:
    """Return the number of the interval that a code is of; None: it is not right."""
    totp = pyotp.TOTP(secret, interval=_INTERVAL_SECONDS)
    now = int(at.timestamp()) // _INTERVAL_SECONDS
    digits = "".join(code.split())
    matching = (each for each in (now, now - 1, now + 1) if secrets.compare_digest(totp.generate_otp(each), digits))
    return next(matching, None) if digits.isascii() else None
