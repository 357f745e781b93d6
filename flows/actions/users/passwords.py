"""Passwords of the desk's users, made by the program and kept as hashes."""

import secrets
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LONGEST_PASSWORD: Final = 200
_MEMORY_KIB: Final = 19 * 1024


def new_password() -> str:
    """Return a random password of 20 letters and digits, in groups that can be read out: 99 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with the least parameters that OWASP's cheat sheet recommends."""
    return _hasher().hash(password)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=_MEMORY_KIB, parallelism=1)


@cache
def hash_of_nothing() -> str:
    """Return a hash that no password has, for names that no user has."""
    return _hasher().hash(secrets.token_urlsafe())


def is_password(password: str, password_hash: str) -> bool:
    """Return whether a hash is that of a password."""
    try:
        return _hasher().verify(password_hash, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Return whether a hash was made with other parameters than those of now."""
    return _hasher().check_needs_rehash(password_hash)
